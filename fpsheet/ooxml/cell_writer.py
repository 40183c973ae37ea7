"""Single cells written into a worksheet: the bytes of all others stay as they are."""

import re
from collections.abc import Mapping

from fpsheet.ooxml.parts import PREFIX, Parts
from fpsheet.ooxml.row_writer import sheet_text, space_of
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.failure import make_failure

Content = str | int | float | None

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_ROW = rb'<(%b)row\b(?=[^>]*\sr="%%d")(?:[^>]*/>|[^>]*>.*?</\1row\s*>)' % PREFIX
_CELL = re.compile(
    rb'<(%b)c\b[^>]*?\sr="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</\1c\s*>)' % PREFIX, re.DOTALL
)
_STYLE = re.compile(rb'^<[^>]*?\ss="(\d+)"')


def write_cells(parts: Parts, part: str, cells: Mapping[str, Content]) -> None:
    """Write cells of rows that are there; each keeps its look. A text is written as text.

    Args:
        parts: The package.
        part: The worksheet.
        cells: Address → what it shall hold; None for a blank cell.

    Raises:
        WorkbookFileError: The worksheet has no such row, or is written in an odd way, as with two
            cells of one address.
    """
    content = parts[part]
    for address, value in cells.items():
        found = _ADDRESS.fullmatch(address)
        number = int(found[2]) if found else 0
        row = re.search(_ROW % number, content, re.DOTALL)
        if found is None or row is None or _stands_twice(row[0], found[1].encode()):
            raise make_failure(WorkbookFileError, "error.workbook.cell", {})
        written = _write(row[0], row[1], address, value)
        content = content[: row.start()] + written + content[row.end() :]
    parts.write(part, content)


def _stands_twice(row: bytes, column: bytes) -> bool:
    return [cell[2] for cell in _CELL.finditer(row)].count(column) > 1


def _write(row: bytes, prefix: bytes, address: str, value: Content) -> bytes:
    column = address.rstrip("0123456789").encode()
    before = None
    for cell in _CELL.finditer(row):
        if cell[2] == column:
            style = _STYLE.match(cell[0])
            new = _cell(prefix, address, value, style[1] if style else b"")
            return row[: cell.start()] + new + row[cell.end() :]
        if (len(cell[2]), cell[2]) < (len(column), column):
            before = cell.end()
    new = _cell(prefix, address, value, b"")
    if before is None:
        opened = row.index(b">")
        if row[opened - 1 : opened] == b"/":
            return row[: opened - 1] + b">" + new + b"</" + prefix + b"row>"
        before = opened + 1
    return row[:before] + new + row[before:]


def _cell(prefix: bytes, address: str, value: Content, style: bytes) -> bytes:
    p = prefix.decode()
    look = f' s="{style.decode()}"' if style else ""
    head = f'<{p}c r="{address}"{look}'
    if value is None:
        return f"{head}/>".encode()
    if isinstance(value, str):
        text = f"<{p}is><{p}t{space_of(value)}>{sheet_text(value)}</{p}t></{p}is>"
        return f'{head} t="inlineStr">{text}</{p}c>'.encode()
    return f"{head}><{p}v>{value!r}</{p}v></{p}c>".encode()
