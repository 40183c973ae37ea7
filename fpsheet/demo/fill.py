"""Filling: an invented workbook becomes a file, as if somebody had typed it."""

import re
from datetime import datetime

from openpyxl.utils import get_column_letter

from fpsheet.demo.country import DemoWorkbook
from fpsheet.demo.raw_cell import RawCell, RawKind, put_cells
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.workbook.build import build_workbook, filled_fields
from fpsheet.workbook.sheet_layout import FIRST_ROW
from fpsheet_templates.form import Form, SheetKind

_COVER_COLUMN = "C"
"""Where a person types on the Forside, beside the hidden identity column A."""


def fill_workbook(
    form: Form,
    workbook: DemoWorkbook,
    *,
    issued_at: datetime,
    language: str = "da",
    premade: int | None = None,
) -> bytes:
    """Return the bytes of a filled workbook, planted faults included.

    Args:
        form: The form.
        workbook: What was typed.
        issued_at: Moment the blank workbook was made, with time zone.
        language: Language of the workbook.
        premade: Blank rows after the filled ones; as many as the form says when left out.
    """
    data = build_workbook(
        form,
        kommune_kode=workbook.kommune_kode,
        aar=workbook.aar,
        language=language,
        workbook_id=workbook.workbook_id,
        issued_at=issued_at,
        rows=workbook.rows,
        premade=premade,
    )
    parts = unpack(data)
    land = form.kommuner[workbook.kommune_kode].jurisdiction
    own = form.in_country(land, kept=filled_fields(workbook.rows))
    for number, sheet in enumerate(form.sheets, start=1):
        name = f"xl/worksheets/sheet{number}.xml"
        if sheet.kind is SheetKind.COVER:
            parts[name] = put_cells(
                parts[name], _cover_cells(form, workbook, parts[name], language)
            )
        elif sheet.kind is SheetKind.ENTRY:
            parts[name] = put_cells(parts[name], _planted_cells(own, workbook, sheet.id))
    return pack(parts, issued_at=issued_at)


def cell_of(form: Form, sheet_id: str, field_id: str, index: int) -> str:
    """Return the address of a field in a row of data, the first row being 0.

    Args:
        form: The form as a workbook of the country has it.
        sheet_id: An entry sheet.
        field_id: One of its fields.
        index: The row of data.
    """
    names = [field.id for field in form.sheet(sheet_id).fields]
    return f"{get_column_letter(names.index(field_id) + 1)}{FIRST_ROW + index}"


def _planted_cells(form: Form, workbook: DemoWorkbook, sheet_id: str) -> dict[str, RawCell]:
    return {
        cell_of(form, sheet_id, planted.field, planted.index): planted.raw
        for planted in workbook.planted
        if planted.sheet == sheet_id and planted.raw is not None
    }


def _cover_cells(
    form: Form, workbook: DemoWorkbook, xml: bytes, language: str
) -> dict[str, RawCell]:
    """Return the entry cells of the Forside, found by the identities in column A."""
    cells = {}
    for field in form.sheet("forside").fields:
        found = re.search(rf'<c r="A(\d+)"[^>]*><is><t>forside\.{field.id}</t>', xml.decode())
        value = workbook.cover.get(field.id)
        if found and value is not None:
            code = form.code_lists[field.codes][str(value)] if field.codes else None
            text = code.label(language) if code else str(value)
            cells[f"{_COVER_COLUMN}{found.group(1)}"] = RawCell(RawKind.TEXT, text)
    return cells
