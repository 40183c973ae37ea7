"""One pass over a sheet's XML for what the bulk reader drops or would die of.

The bulk reader gives texts. It gives nothing for an error value, the stored result for a
formula, digits for a number typed into a text column, one of two rows with one number; and a
single cell far out makes it ask for more memory than there is, which ends the process. All of
that is found here first.

The pass is one regular expression, run by polars' engine (a state machine that reads each byte
once; Python's own takes five times as long). It names what it looks for, and also every
spelling that it would not follow: other quotes, prefixes, comments, cells without an address.
A sheet spelled so goes through the real parser (`normalise`) and comes back spelled plainly.
"""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from fpsheet.intake.address import column_letters
from fpsheet.intake.limits import LAST_ROW
from fpsheet.intake.prolog import Prolog
from fpsheet.intake.repair import SUSPECT
from fpsheet.intake.scan import ColumnKinds, SheetScan, find_merged
from fpsheet_validation.raw import CellKind

DENSE_SHARE = 8
"""A sheet whose last row is more than so many times its rows is read with the gaps closed."""

SMALL_SHEET = 20_000
"""Up to this row, gaps cost nothing worth speaking of."""

_CHUNK_BYTES = 8 << 20
_START, _END = b"<sheetData>", b"</sheetData>"
_ROW = b"<row "
_MAIN_ROOT = "http://schemas.openxmlformats.org/spreadsheetml/2006/main worksheet"

# Inside sheetData, anything that is not spelled the way Excel, LibreOffice and all writers do.
_ODD_SPELLINGS = (
    r"<c[^ ]",
    r"<c [^r]",
    r"<c r[^=]",
    r"<c r=[^\"]",
    r"<c r=\"(?:[^A-Z]|[A-Z]{1,3}[^A-Z0-9]|[A-Z]{4}|[A-Z]{1,3}0|[A-Z]{1,3}[0-9]+[^0-9\"])",
    r"<c r=\"(?:[B-Z][A-Z]|[A-Z]{3})[0-9]+\"(?:[^>]*[^/])?>",
    r"<c r=\"[^\"]*\"[^>]* (?:r=|t=\"d\")",
    r"<(?:c|row) [^>]*(?:=[^\"]|[\t\r\n]| =)",
    r"<row[^ ]",
    r"<[!?]",
    r"</?[a-zA-Z0-9]+:",
)
_ODD = re.compile("|".join(_ODD_SPELLINGS))
_ROW_TAG = r"<row [^>]*>"
_OTHER = r'(?: [a-su-z][a-z]*="[^"]*")*'
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
    head, body, tail = content[:start], content[start + len(_START) : end], content[end:]
    if b"<!" in head or b"<!" in tail or b"<sheetData" in tail:
        return None
    tokens = _find_tokens(body, _pattern(columns))
    is_row = tokens.str.starts_with(_ROW.decode())
    rows, others = tokens.filter(is_row), tokens.filter(~is_row).to_list()
    numbers = rows.str.extract(r' r="([0-9]{1,7})"').cast(pl.Int32)
    if any(map(_ODD.match, others)) or not _are_usable(numbers):
        return None
    return SheetScan(
        body=body,
        numbers=numbers.filter(numbers > header_row),
        kinds=dict(_kinds(others, header_row)),
        merged=find_merged(tail),
        hidden=frozenset(numbers.filter(rows.str.contains(' hidden="(?:1|true)"'))),
        has_suspect_text=any(not token.startswith("<c") for token in others),
    )


def has_suspect_text(content: bytes) -> bool:
    """Tell whether there may be text to repair in a part (UTF-8)."""
    series = pl.Series([content], dtype=pl.Binary).cast(pl.String, strict=False)
    return series.null_count() > 0 or bool(series.str.contains(SUSPECT)[0])


def _pattern(columns: ColumnKinds) -> str:
    patterns = [_ODD.pattern]
    if columns.text or columns.value:
        place = _place({*columns.text, *columns.value})
        patterns.append(rf'{place}(?:[^>]* t="[eb]"[^>]*>(?:<f)?|[^>]*><f)')
    if columns.text:
        patterns.append(rf'{_place(columns.text)}{_OTHER}(?: t="n")?{_OTHER}><v')
    if columns.value:
        patterns.append(rf'{_place(columns.value)}[^>]* t="(?:s|str|inlineStr)"')
    return "|".join((*patterns, _ROW_TAG, SUSPECT))


def _place(columns: Iterable[int]) -> str:
    letters = "|".join(map(column_letters, sorted(columns)))
    return rf'<c r="(?:{letters})[0-9]+"'


def _find_tokens(body: bytes, pattern: str) -> pl.Series:
    """Give everything in the rows that the pattern names, in order, a few MB at a time."""
    found = []
    start = 0
    while start < len(body):
        end = body.find(_ROW, start + _CHUNK_BYTES)
        end = len(body) if end < 0 else end
        chunk = pl.Series([body[start:end]], dtype=pl.Binary).cast(pl.String, strict=False)
        if chunk.null_count():
            # Not UTF-8, whatever it says of itself; the real parser shall judge.
            return pl.Series(["<!"])
        found.append(chunk.str.extract_all(pattern).explode().drop_nulls())
        start = end
    return pl.concat(found) if found else pl.Series(dtype=pl.String)


def _are_usable(numbers: pl.Series) -> bool:
    """Tell whether the rows can be read by their numbers: known, single, not too far apart."""
    if numbers.is_empty():
        return True
    last = numbers.max()
    if numbers.null_count() or not isinstance(last, int) or numbers.min() == 0:
        return False
    is_dense = last <= SMALL_SHEET or last <= DENSE_SHARE * len(numbers)
    return is_dense and last <= LAST_ROW and numbers.n_unique() == len(numbers)


def _kinds(
    tokens: list[str], header_row: int
) -> Iterator[tuple[tuple[int, str], frozenset[CellKind]]]:
    for token in tokens:
        place = _CELL.match(token)
        if place and int(place[2]) > header_row:
            yield (int(place[2]), place[1]), frozenset(_kinds_of(token))


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
