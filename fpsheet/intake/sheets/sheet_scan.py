"""One pass over a sheet's XML for what the bulk reader drops or would die of.

The bulk reader gives texts. It gives nothing for an error value, the stored result for a
formula, digits for a number typed into a text column, one of two rows with one number; and a
single cell far out makes it ask for more memory than there is, which ends the process. All of
that is found here first.

The pass is one regular expression, run by polars' engine (a state machine that reads each byte
once; Python's own takes four times as long), over rows that are known to be spelled plainly
(`plain_rows`). A sheet spelled otherwise goes through the real parser (`normalise`) and comes back
spelled plainly. Cells with a value are counted, and what the bulk reader makes of the sheet has as
many.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from fpsheet.intake.sheets.plain_rows import META, PLAIN_ROWS, STYLE, cut_block
from fpsheet.intake.sheets.scan import NO_DAY, ColumnKinds, SheetScan, find_merged, wrap_rows
from fpsheet.ooxml.address import LAST_ROW, column_letters, column_number
from fpsheet.ooxml.prolog import Prolog
from fpsheet_validation.raw import CellKind

DENSE_SHARE = 8
"""A sheet whose last row is more than so many times its rows is read with the gaps closed."""

SMALL_SHEET = 20_000
"""Up to this row, gaps cost nothing worth speaking of."""

_PIECE_BYTES = 1 << 21
_START, _END = b"<sheetData>", b"</sheetData>"
_ROW = b"<row "
_ROW_START = _ROW.decode()
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN_ROOT = f"{_MAIN.decode()} worksheet"

_HIDDEN = ' hidden="'
_ROW_TAG = '<row r="[0-9]+"(?:[^>]* hidden="(?:1|true)")?'
_ARRAY = '[^>]* t="(?:array|dataTable)"[^>]*>'
_FIRST_FORMULA = "(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?"
_NUMBER = re.compile(r'<row r="([0-9]+)"')
_STYLE = re.compile(r' s="([0-9]+)"')
_FORMAT = re.compile(rb' s="[0-9]*"')
_CELL = re.compile(r'<c r="([A-Z]+)([0-9]+)"')
_RANGE = re.compile(r' ref="([$A-Za-z0-9:]+)"')


@dataclass(frozen=True, slots=True)
class _Tokens:
    """What the pass finds in the rows of a sheet.

    Attributes:
        rows: Row tags.
        others: Whatever else the pattern names, in the order of the file.
        filled: Cells with something for the bulk reader, in the columns that are read.
    """

    rows: list[str]
    others: list[str]
    filled: int


def scan_sheet(
    content: bytes,
    prolog: Prolog,
    *,
    header_row: int,
    columns: ColumnKinds,
    formats: Mapping[int, CellKind],
) -> SheetScan | None:
    """Go through a sheet once; None where it is spelled in a way that is not followed here.

    Args:
        content: The sheet's part as UTF-8.
        prolog: Its beginning.
        header_row: Row of the headings; the rows below are looked at.
        columns: What its columns hold.
        formats: Number of a cell's format → what it says of a number, where that is worth saying.
    """
    start, end = content.find(_START), content.rfind(_END)
    if prolog.root != _MAIN_ROOT or start < 0 or end < start or content.count(_MAIN) > 1:
        return None
    head, tail = content[:start], content[end:]
    if b"<!" in head or b"<!" in tail or b"<sheetData" in tail:
        return None
    body = cut_block(content, columns, start=start + len(_START), end=end)
    found = _find_tokens(body, columns, formats)
    numbers = [_number_of(row) for row in found.rows] if found else []
    if found is None or not _are_usable(numbers):
        return None
    if any(token.endswith("</v>") for token in found.others):
        body = _without_day_formats(body, columns)
    own = set(map(column_letters, columns.own))
    texts = set(map(column_letters, columns.text))
    cells = [(match, token) for token in found.others if (match := _CELL.match(token))]
    below = [(match, token) for match, token in cells if int(match[2]) > header_row]
    return SheetScan(
        xml=wrap_rows(body),
        numbers=[number for number in numbers if number > header_row],
        filled=found.filled,
        kinds={
            (int(match[2]), match[1]): frozenset(
                _kinds_of(token, formats, is_text=match[1] in texts)
            )
            for match, token in below
            if match[1] not in own and not token.endswith("</v>")
        },
        arrays=tuple(place[1] for token in found.others if (place := _RANGE.search(token))),
        merged=find_merged(tail),
        hidden=frozenset(_number_of(row) for row in found.rows if _HIDDEN in row),
        own_columns=frozenset(column_number(match[1]) for match, _ in below if match[1] in own),
    )


def _find_tokens(
    body: bytes, columns: ColumnKinds, formats: Mapping[int, CellKind]
) -> _Tokens | None:
    """Go through rows; None where they are not spelled plainly.

    A piece of the sheet at a time: the same memory is used again and again, which is twice as
    fast as asking for all of it at once.
    """
    pattern, filled_cell = _pattern(columns, formats), _filled(columns.read)
    found: list[str] = []
    start, filled = 0, 0
    while start < len(body):
        cut = body.find(_ROW, start + _PIECE_BYTES)
        cut = len(body) if cut < 0 else cut
        text = pl.Series([body[start:cut]], dtype=pl.Binary).cast(pl.String, strict=False)
        # Text that is not UTF-8 is null, whatever it says of itself; the real parser shall judge.
        if not text.str.contains(PLAIN_ROWS)[0]:
            return None
        found += text.str.extract_all(pattern)[0].to_list()
        filled += text.str.count_matches(filled_cell)[0]
        start = cut
    rows = [token for token in found if token.startswith(_ROW_START)]
    others = [token for token in found if not token.startswith(_ROW_START)]
    return _Tokens(rows, others, filled)


def _pattern(columns: ColumnKinds, formats: Mapping[int, CellKind]) -> str:
    patterns = [_ROW_TAG]
    number = f'{STYLE}(?: t="n")?{META}>'
    if columns.entry:
        place = _place(columns.entry)
        patterns.append(rf'{place}[^>]* t="[eb]"[^>]*>(?:<f(?:{_ARRAY})?)?')
        patterns.append(rf"{place}[^>]*><f(?:{_ARRAY})?")
    if columns.text:
        patterns.append(rf"{_place(columns.text)}{number}<v")
    if columns.date:
        patterns.append(_no_day(columns.date))
    if columns.amount and formats:
        style = f' s="(?:{"|".join(map(str, sorted(formats)))})"'
        style = f"(?:{style})?" if 0 in formats else style  # a cell without one has the first
        patterns.append(rf'{_place(columns.amount)}{style}(?: t="n")?{META}><v')
    if columns.value:
        patterns.append(rf'{_place(columns.value)}{STYLE} t="(?:s|str|inlineStr)"')
    if columns.own:
        shown = rf"{_FIRST_FORMULA}<(?:v>[^<]|is><t[^>]*>[^<])"
        patterns.append(rf"{_place(columns.own)}[^>]*>{shown}")
    patterns.append(f"<f{_ARRAY}")
    return "|".join(patterns)


def _filled(columns: Iterable[int]) -> str:
    """Return a pattern of the cells for which the bulk reader has something, from row 2 on."""
    place = _place(columns).removesuffix('[0-9]+"') + '(?:[2-9]|[1-9][0-9]+)"'
    text = f' t="(?:str|inlineStr)"{META}>{_FIRST_FORMULA}<[vi]'
    other = f'(?: t="[nsb]")?{META}>{_FIRST_FORMULA}<v>[^<]'
    return f"{place}{STYLE}(?:{text}|{other})"


def _no_day(columns: Iterable[int]) -> str:
    return rf'{_place(columns)}{STYLE}(?: t="n")?{META}><v>(?:{NO_DAY})</v>'


def _without_day_formats(body: bytes, columns: ColumnKinds) -> bytes:
    """Take the format from every number in a date column that is no day."""
    return re.sub(
        _no_day(columns.date).encode(),
        lambda cell: _FORMAT.sub(b"", cell.group(), count=1),
        body,
    )


def _place(columns: Iterable[int]) -> str:
    letters = "|".join(map(column_letters, sorted(columns)))
    return rf'<c r="(?:{letters})[0-9]+"'


def _number_of(row: str) -> int:
    match = _NUMBER.match(row)
    return int(match[1]) if match else 0


def _are_usable(numbers: list[int]) -> bool:
    """Return whether the rows can be read by their numbers: known, single, not too far apart."""
    if not numbers:
        return True
    last = max(numbers)
    is_dense = last <= SMALL_SHEET or last <= DENSE_SHARE * len(numbers)
    return is_dense and min(numbers) > 0 and last <= LAST_ROW and len(set(numbers)) == len(numbers)


def _kinds_of(token: str, formats: Mapping[int, CellKind], *, is_text: bool) -> Iterator[CellKind]:
    if "><f" in token:
        yield CellKind.FORMULA
    if ' t="e"' in token:
        yield CellKind.ERROR
    elif ' t="b"' in token:
        yield CellKind.BOOLEAN
    elif token.endswith("<v"):
        if is_text:
            yield CellKind.NUMBER
        style = _STYLE.search(token)
        number = int(style[1]) if style else 0
        if number in formats:
            yield formats[number]
    elif token.endswith('"'):
        yield CellKind.TEXT
