"""Workbooks as they are issued, for the tests of the template."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl import Workbook, load_workbook

from fpsheet.workbook.build import build_workbook
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from tests.support.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fpsheet_templates.form import Field

ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORKBOOK_ID: Final = "K7Q2M9XA"

Row: TypeAlias = "Mapping[str, str | int | float | date | None]"


def issue(
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    kommune: str = "956",
    language: str = "da",
    premade: int | None = 5,
) -> bytes:
    """Return a workbook of 2026."""
    return build_workbook(
        load_form(),
        kommune_kode=kommune,
        aar=2026,
        language=language,
        workbook_id=WORKBOOK_ID,
        issued_at=ISSUED,
        rows=rows,
        premade=premade,
    )


@cache
def blank(kommune: str = "956", language: str = "da", premade: int = 2) -> bytes:
    """Return a blank workbook, made once."""
    return issue(kommune=kommune, language=language, premade=premade)


@cache
def opened(kommune: str = "956", language: str = "da") -> Workbook:
    """Return a blank workbook opened with openpyxl; look, do not change."""
    return load_workbook(BytesIO(blank(kommune, language)))


def typed_rows(text: str) -> dict[str, list[Row]]:
    """Return the rows of markdown tables, one table per entry sheet, as typed values."""
    form = load_form()
    return {
        table.title: [
            {
                name: _typed(form.sheet(table.title)[name], value)
                for name, value in record.items()
                if value is not None
            }
            for record in table.records()
        ]
        for table in read_tables(text)
    }


def _typed(field: Field, value: str) -> str | int | float | date:
    match field.type:
        case FieldType.DATE:
            return date.fromisoformat(value)
        case FieldType.INTEGER:
            return int(value)
        case FieldType.DECIMAL:
            return float(value)
        case _:
            return value
