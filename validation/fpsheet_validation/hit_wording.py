"""Wording: hits become findings, each with its cell and what its sentence must name."""

from collections.abc import Iterable, Mapping
from functools import cache

from fpsheet_templates.form import Field, Form
from fpsheet_validation.finding import Finding
from fpsheet_validation.hit import Hit
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.typed import TypedSheet

Details = tuple[tuple[str, str], ...]

_NAMING_LIMITS = frozenset({"FLT-013", "FLT-014"})


def to_findings(
    hits: Iterable[Hit], raw: RawWorkbook, sheets: Mapping[str, TypedSheet], form: Form
) -> list[Finding]:
    """Word hits as findings, in the order of the hits."""
    severities = {rule.code: rule.severity for rule in form.rules}

    @cache
    def place(sheet_id: str, field_id: str) -> tuple[str, str, Details]:
        sheet = sheets.get(sheet_id)
        title = "" if sheet is None else sheet.title
        column = _cover_column(raw, field_id) if sheet is None else sheet.columns.get(field_id, "")
        return title, column, _limits(form, sheet_id, field_id)

    findings = []
    for sheet_id, row, field_id, code, other in hits:
        title, column, limits = place(sheet_id, field_id)
        details = limits if code in _NAMING_LIMITS else ()
        if other:
            details = (*details, ("anden", other))
        findings.append(
            Finding(code, severities[code], sheet_id, title, row, column, field_id, details)
        )
    return findings


def _cover_column(raw: RawWorkbook, field_id: str) -> str:
    """Return the column letter of an entry cell of the Forside; empty for what is not there."""
    _, address = raw.cover.get(field_id, (None, ""))
    return address.rstrip("0123456789")


def _limits(form: Form, sheet_id: str, field_id: str) -> Details:
    """Return the limits of a field, which the sentences about them name."""
    if not (sheet_id and field_id):
        return ()
    field: Field = form.sheet(sheet_id)[field_id]
    if field.minimum is not None and field.maximum is not None:
        return (("mindst", f"{field.minimum:g}"), ("hoejst", f"{field.maximum:g}"))
    return () if field.codes else (("laengde", str(field.max_length)),)
