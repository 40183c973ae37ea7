"""Which invented citizens the form admits: those whose rows a check holds none of back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from fpsheet_templates.form import Form, Sheet
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import RawSheet, RawWorkbook, SheetTotals
from tests.support.invented import Invented, InventedRow

_FIRST_ROW = 4


def admitted(citizens: Iterable[Invented], form: Form, today: date) -> list[Invented]:
    """Return the citizens of whom no kommune's workbook holds a case back.

    Args:
        citizens: With CPR numbers that no two share.
        form: The form.
        today: The day of the check.
    """
    every = list(citizens)
    reported: dict[str, list[tuple[Invented, InventedRow]]] = defaultdict(list)
    for citizen in every:
        for row in citizen.rows:
            reported[row.kommune].append((citizen, row))
    refused = {
        id_ for kommune, rows in reported.items() for id_ in _refused(form, kommune, rows, today)
    }
    return [citizen for citizen in every if citizen.id not in refused]


def _refused(
    form: Form, kommune: str, rows: Sequence[tuple[Invented, InventedRow]], today: date
) -> set[str]:
    """Return the citizens whose case a kommune's workbook holds back."""
    by_sheet: dict[str, list[tuple[Invented, InventedRow]]] = defaultdict(list)
    for citizen, row in rows:
        by_sheet[row.sheet].append((citizen, row))
    raw = RawWorkbook(
        sha256="0" * 64,
        name="",
        meta={
            "form_version": str(form.version),
            "workbook_id": "AAAAAAAA",
            "kommune_kode": kommune,
            "aar": str(today.year),
            "sprog": "da",
        },
        cover={
            "kontaktperson": ("Navn", "C4"),
            "e_mail": (None, "C5"),
            "ingen_sager": (None, "C6"),
        },
        sheets={sheet.id: _sheet(sheet, by_sheet[sheet.id]) for sheet in form.entry_sheets()},
    )
    blocked = check_workbook(raw, form, today=today).blocked
    return {
        by_sheet[sheet][row - _FIRST_ROW][0].id for sheet, held in blocked.items() for row in held
    }


def _sheet(sheet: Sheet, rows: Sequence[tuple[Invented, InventedRow]]) -> RawSheet:
    fields = [field.id for field in sheet.entry_fields()]
    columns: Mapping[str, pl.Series] = {
        name: pl.Series([_text(citizen, row, name) for citizen, row in rows], dtype=pl.String)
        for name in fields
    }
    numbers = range(_FIRST_ROW, _FIRST_ROW + len(rows))
    frame = pl.DataFrame(
        {
            "raekke": pl.Series(numbers, dtype=pl.Int32),
            "raekke_id": pl.Series([None] * len(rows), dtype=pl.String),
            **columns,
        }
    )
    letters = {field.id: chr(ord("A") + place) for place, field in enumerate(sheet.fields)}
    totals = SheetTotals(len(rows), len(rows), 0)
    return RawSheet(sheet.id, sheet.id, frame, letters, totals=totals)


def _text(citizen: Invented, row: InventedRow, field: str) -> str | None:
    value = citizen.cpr if field == "cpr" else row.values.get(field)
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)
