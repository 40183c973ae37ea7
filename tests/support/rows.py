"""Sheets and workbooks as intake reads them, made in a test without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fpsheet_templates.form import Form

FIRST_ROW = 4

Kinds = dict[tuple[int, str], frozenset[CellKind]]


def make_raw_sheet(
    form: Form,
    sheet_id: str,
    rows: Iterable[Mapping[str, str | None]],
    *,
    kinds: Kinds | None = None,
    missing: tuple[str, ...] = (),
) -> RawSheet:
    """Make a sheet from rows of text; fields that a row does not name are empty.

    Row n of the sheet is Excel row `FIRST_ROW + n`; columns stand in form order from A.
    """
    sheet = form.sheet(sheet_id)
    records = list(rows)
    names = ["raekke_id", *(field.id for field in sheet.entry_fields())]
    frame = pl.DataFrame(
        {"raekke": pl.Series(range(FIRST_ROW, FIRST_ROW + len(records)), dtype=pl.Int32)}
        | {
            name: pl.Series([record.get(name) for record in records], dtype=pl.String)
            for name in names
            if name not in missing
        }
    )
    letters = {
        field.id: chr(ord("A") + place)
        for place, field in enumerate(sheet.fields)
        if field.id not in missing
    }
    totals = SheetTotals(len(records), len(records), 0)
    title = form.sheet_title(sheet_id, "da")
    return RawSheet(sheet_id, title, frame, letters, missing, kinds or {}, totals)


def make_raw_workbook(
    form: Form,
    sheets: Iterable[RawSheet],
    *,
    meta: Mapping[str, str] | None = None,
    cover: Mapping[str, tuple[str | None, str]] | None = None,
) -> RawWorkbook:
    """Make a workbook of kommune 956 for 2026; entry sheets not given are empty."""
    given = {sheet.sheet: sheet for sheet in sheets}
    whole = {
        sheet.id: given.get(sheet.id, make_raw_sheet(form, sheet.id, []))
        for sheet in form.entry_sheets()
    }
    usual = {
        "form_version": str(form.version),
        "workbook_id": "K7Q2M9XA",
        "kommune_kode": "956",
        "aar": "2026",
        "sprog": "da",
    }
    entries = {
        "kontaktperson": ("Fiktiv Kontakt", "C4"),
        "e_mail": ("fiktiv@kommune.example", "C5"),
        "ingen_sager": (None, "C6"),
    }
    return RawWorkbook(
        "0" * 64, "test.xlsx", usual | dict(meta or {}), entries | dict(cover or {}), whole
    )
