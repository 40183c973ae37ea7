"""A workbook of ours with cells no builder would write: put into its XML afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fpsheet.ooxml.escape import escape_content
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.workbook.sheet_layout import FIRST_ROW
from tests.support.dirty_rows import ErrorCell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from fpsheet_templates.form import Form, Sheet

_BLANK_CELL: Final = re.compile(r'<c r="([A-Z]+)(\d+)"( s="\d+")/>')


def fill_dirty(
    data: bytes,
    form: Form,
    rows: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    issued_at: datetime,
) -> bytes:
    """Put cells into the blank pre-made rows of a workbook, from the first row down.

    A truth value comes without the column's format, as a paste brings it; LibreOffice would
    otherwise make a number of it.
    """
    parts = unpack(data)
    for sheet_id, given in rows.items():
        number = 1 + [sheet.id for sheet in form.sheets].index(sheet_id)
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = _fill(parts[name].decode(), form.sheet(sheet_id), given).encode()
    return pack(parts, issued_at=issued_at)


def _fill(xml: str, sheet: Sheet, rows: Sequence[Mapping[str, object]]) -> str:
    entries = {field.id for field in sheet.entry_fields()}
    # A workbook has the fields of its own country alone.
    identities = re.findall(rf'<c r="([A-Z]+)2"[^>]*><is><t>{sheet.id}\.(\w+)</t>', xml)
    columns = {letter: field for letter, field in identities if field in entries}

    def write(found: re.Match[str]) -> str:
        letter, row, style = found.groups()
        place = int(row) - FIRST_ROW
        if letter not in columns or not 0 <= place < len(rows):
            return found.group()
        return _write_cell(letter + row, style, rows[place][columns[letter]])

    return _BLANK_CELL.sub(write, xml)


def _write_cell(address: str, style: str, value: object) -> str:
    start = f'<c r="{address}"{style}'
    match value:
        case None:
            return f"{start}/>"
        case bool():
            return f'<c r="{address}" s="0" t="b"><v>{int(value)}</v></c>'
        case ErrorCell(name=name):
            return f'{start} t="e"><v>{name}</v></c>'
        case int() | float():
            return f"{start}><v>{value!r}</v></c>"
        case _:
            text = escape_content(str(value))
            return f'{start} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
