"""One pass over a sheet's XML for what the bulk reader drops or would die of.

The bulk reader gives texts. It gives nothing for an error value, the stored result for a
formula, digits for a number typed into a text column, one of two rows with one number; and a
single cell far out makes it ask for more memory than there is, which ends the process. All of
that is found here first.

The pass is one regular expression, run by polars' engine (a state machine that reads each byte
once; Python's own takes four times as long). It names what it looks for, and also every spelling
that it would not follow: other quotes, prefixes, comments, cells without an address. A sheet
spelled so goes through the real parser (`normalise`) and comes back spelled plainly. Tags hold
ASCII only, which keeps the machine small.
"""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from fpsheet.intake.address import column_letters, column_number
from fpsheet.intake.limits import LAST_ROW
from fpsheet.intake.prolog import Prolog
from fpsheet.intake.scan import NO_DAY, ColumnKinds, SheetScan, find_merged, wrap_rows
from fpsheet.intake.trim import trim_rows
from fpsheet_validation.raw import CellKind

DENSE_SHARE = 8
"""A sheet whose last row is more than so many times its rows is read with the gaps closed."""

SMALL_SHEET = 20_000
"""Up to this row, gaps cost nothing worth speaking of."""

_PIECE_BYTES = 1 << 20
_START, _END = b"<sheetData>", b"</sheetData>"
_ROW = b"<row "
_MAIN_ROOT = "http://schemas.openxmlformats.org/spreadsheetml/2006/main worksheet"

_IN_TAG = "[ -=?-~]"
_PLAIN_ROW = '<row r="'
_ROW_TAGS = (
    rf'<row {_IN_TAG}*hidden="(?:1|true)"{_IN_TAG}*>',
    rf'{_PLAIN_ROW}[0-9]{{1,7}}"',
    rf"<row {_IN_TAG}*>",
)
# Inside sheetData, anything that is not spelled the way Excel, LibreOffice and all writers do.
_ODD_SPELLINGS = (
    r"<c[!-~\t\r\n]",
    r"<c [!-qs-~]",
    r"<c r[!-<>-~]",
    r"<c r=[!#-~]",
    r'<c r="(?:[!-@\[-~]|[A-Z]{1,3}[!-/:-@\[-~]|[A-Z]{4}|[A-Z]{1,3}0|[A-Z]{1,3}[0-9]+[!#-/:-~])',
    rf'<c r="(?:[B-Z][A-Z]|[A-Z]{{3}})[0-9]+"(?:{_IN_TAG}*[ -.0-=?-~])?>',
    rf'<c r="[A-Z0-9]+"{_IN_TAG}* (?:r=|t="d")',
    rf"<(?:c|row) {_IN_TAG}*(?:=[!#-~]|[\t\r\n]| =)",
    r"<row[!-~\t\r\n]",
    r"<[!?]",
    r"</?[a-zA-Z0-9]+:",
)
_ODD = re.compile("|".join(_ODD_SPELLINGS))
_OTHER = r'(?: [a-su-z][a-z]*="[ !#-~]*")*'
_NUMBER = re.compile(' r="([0-9]{1,7})"')
_HIDDEN = re.compile(' hidden="(?:1|true)"')
_FORMAT = re.compile(rb' s="[0-9]*"')
_CELL = re.compile(r'<c r="([A-Z]+)([0-9]+)"')


def scan_sheet(
    content: bytes,
    prolog: Prolog,
    *,
    header_row: int,
    columns: ColumnKinds,
) -> SheetScan | None:
    """Go through a sheet once; None where it is spelled in a way that is not followed here.

    Args:
        content: The sheet's part as UTF-8.
        prolog: Its beginning.
        header_row: Row of the headings; the rows below are looked at.
        columns: What its columns hold.
    """
    start, end = content.find(_START), content.rfind(_END)
    if prolog.root != _MAIN_ROOT or start < 0 or end < start:
        return None
    head, tail = content[:start], content[end:]
    if b"<!" in head or b"<!" in tail or b"<sheetData" in tail:
        return None
    body = trim_rows(content, columns, start=start + len(_START), end=end)
    rows, others = _find_tokens(body, _pattern(columns))
    numbers = [_number_of(row) for row in rows]
    long_rows = [row for row in rows if not row.endswith('"')]
    if any(map(_ODD.match, (*others, *long_rows))) or not _are_usable(numbers):
        return None
    if any(token.endswith("</v>") for token in others):
        body = _without_day_formats(body, columns)
    own = {column_letters(column) for column in columns.own}
    cells = [(match, token) for token in others if (match := _CELL.match(token))]
    below = [(match, token) for match, token in cells if int(match[2]) > header_row]
    return SheetScan(
        xml=wrap_rows(body),
        numbers=[number for number in numbers if number > header_row],
        kinds={
            (int(match[2]), match[1]): frozenset(_kinds_of(token))
            for match, token in below
            if match[1] not in own and not token.endswith("</v>")
        },
        merged=find_merged(tail),
        hidden=frozenset(_number_of(row) for row in long_rows if _HIDDEN.search(row)),
        own_columns=frozenset(column_number(match[1]) for match, _ in below if match[1] in own),
    )


def _pattern(columns: ColumnKinds) -> str:
    patterns = [*_ODD_SPELLINGS, *_ROW_TAGS]
    if columns.entry:
        place = _place(columns.entry)
        patterns.append(rf'{place}{_IN_TAG}* t="[eb]"{_IN_TAG}*>(?:<f)?')
        patterns.append(rf"{place}{_IN_TAG}*><f")
    if columns.text:
        patterns.append(rf'{_place(columns.text)}{_OTHER}(?: t="n")?{_OTHER}><v')
    if columns.date:
        patterns.append(_no_day(columns.date))
    if columns.value:
        patterns.append(rf'{_place(columns.value)}{_IN_TAG}* t="(?:s|str|inlineStr)"')
    if columns.own:
        patterns.append(rf"{_place(columns.own)}(?:{_IN_TAG}*[ -.0-=?-~])?>")
    return "|".join(patterns)


def _no_day(columns: Iterable[int]) -> str:
    return rf"{_place(columns)}{_OTHER}(?: t=\"n\")?{_OTHER}><v>(?:{NO_DAY})</v>"


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


def _find_tokens(body: bytes, pattern: str) -> tuple[list[str], list[str]]:
    """Give the row tags, and whatever else the pattern names, in the order of the file.

    A piece of the sheet at a time: the same memory is used again and again, which is twice as
    fast as asking for all of it at once.
    """
    rows: list[str] = []
    others: list[str] = []
    start, tag = 0, _ROW.decode()
    while start < len(body):
        cut = body.find(_ROW, start + _PIECE_BYTES)
        cut = len(body) if cut < 0 else cut
        text = pl.Series([body[start:cut]], dtype=pl.Binary).cast(pl.String, strict=False)
        if text.null_count():
            # Not UTF-8, whatever it says of itself; the real parser shall judge.
            return [], ["<!"]
        tokens = text.str.extract_all(pattern)[0].to_list()
        own = [token for token in tokens if token.startswith(tag)]
        rows += own
        if len(own) < len(tokens):
            others += [token for token in tokens if not token.startswith(tag)]
        start = cut
    return rows, others


def _number_of(row: str) -> int:
    if row.startswith(_PLAIN_ROW) and row.endswith('"'):
        return int(row[len(_PLAIN_ROW) : -1])
    match = _NUMBER.search(row)
    return int(match[1]) if match else 0


def _are_usable(numbers: list[int]) -> bool:
    """Tell whether the rows can be read by their numbers: known, single, not too far apart."""
    if not numbers:
        return True
    last = max(numbers)
    is_dense = last <= SMALL_SHEET or last <= DENSE_SHARE * len(numbers)
    return is_dense and min(numbers) > 0 and last <= LAST_ROW and len(set(numbers)) == len(numbers)


def _kinds_of(token: str) -> Iterator[CellKind]:
    if token.endswith("<f"):
        yield CellKind.FORMULA
    elif token.endswith("<v"):
        yield CellKind.NUMBER
    if ' t="e"' in token:
        yield CellKind.ERROR
    elif ' t="b"' in token:
        yield CellKind.BOOLEAN
    elif token.endswith('"'):
        yield CellKind.TEXT
