"""Wording: hits become findings, each with its cell and what its sentence must name."""

from collections.abc import Mapping
from functools import cache

import polars as pl

from fpsheet_templates.form import Field, Form
from fpsheet_validation.finding import Finding
from fpsheet_validation.hit import CODE, FIELD, OTHER, SHEET
from fpsheet_validation.typed import ROW, TypedSheet

Details = tuple[tuple[str, str], ...]


def to_findings(hits: pl.DataFrame, sheets: Mapping[str, TypedSheet], form: Form) -> list[Finding]:
    """Word hits as findings, in the order of the hits."""
    severities = {rule.code: rule.severity for rule in form.rules}

    @cache
    def place(sheet_id: str, field_id: str) -> tuple[str, str, Details]:
        sheet = sheets.get(sheet_id)
        title = "" if sheet is None else sheet.title
        column = "" if sheet is None else sheet.columns.get(field_id, "")
        return title, column, _limits(form, sheet_id, field_id)

    findings = []
    for sheet_id, row, field_id, code, other in hits.select(
        SHEET, ROW, FIELD, CODE, OTHER
    ).iter_rows():
        title, column, details = place(sheet_id, field_id)
        if other is not None:
            details = (*details, ("anden", other))
        findings.append(
            Finding(code, severities[code], sheet_id, title, row, column, field_id, details)
        )
    return findings


def _limits(form: Form, sheet_id: str, field_id: str) -> Details:
    """Give the limits of a field, which the sentences about them name."""
    if not (sheet_id and field_id):
        return ()
    field: Field = form.sheet(sheet_id)[field_id]
    limits: list[tuple[str, str]] = []
    if field.minimum is not None and field.maximum is not None:
        limits = [("mindst", f"{field.minimum:g}"), ("hoejst", f"{field.maximum:g}")]
    elif not field.codes:
        limits = [("laengde", str(field.max_length))]
    return tuple(limits)
