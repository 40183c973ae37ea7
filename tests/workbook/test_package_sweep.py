"""No kommune's workbook makes Excel offer a repair, blank or with a row on every sheet.

Kommuner of both countries, those of the past too, in every language and in years before, at and
after the reform of the kommuner; another choice for each language. `pytest --long` builds every
kommune's workbook, which takes minutes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from fpsheet.workbook.build import build_workbook
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from tests.support.package_lint import lint_package

if TYPE_CHECKING:
    from fpsheet_templates.form import Field

FORM: Final = load_form()
YEARS: Final = (2016, 2018, 2026, 2031)
MADE: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
STEP: Final = 7
"""One kommune of so many is taken, unless the run may take its time."""


def row_of(fields: tuple[Field, ...], kommune_kode: str) -> dict[str, Any]:
    """Return a row with something in every field: the last code of its list, the longest text."""
    return {field.id: _value(field, kommune_kode) for field in fields if not field.local}


def _value(field: Field, kommune_kode: str) -> object:
    match field.type:
        case FieldType.CPR:
            return "6101801234"
        case FieldType.DATE:
            return date(2026, 2, 28)
        case FieldType.INTEGER | FieldType.DECIMAL:
            return field.maximum
        case FieldType.CODE:
            return _last_code(field.codes or "", kommune_kode)
        case _:
            return '=<&>"' + "å" * ((field.max_length or 10) - 5)


def _last_code(codes: str, kommune_kode: str) -> str | None:
    """Return the last code that is used in the country; None for a list that is not."""
    country = FORM.kommuner[kommune_kode].jurisdiction
    own = [code.id for code in FORM.code_lists[codes].codes if country in code.jurisdictions]
    return own[-1] if own else None


@pytest.mark.slow
@pytest.mark.parametrize("language", FORM.texts.languages())
def test_every_kommunes_workbook_is_sound(language: str, *, long_run: bool) -> None:
    """Every year is met by a blank workbook and by a filled one, in both countries."""
    assert len(FORM.kommuner) > 100
    breaches = {}
    shift = FORM.texts.languages().index(language)
    by_country = sorted(FORM.kommuner, key=lambda kode: FORM.kommuner[kode].jurisdiction)
    chosen = by_country if long_run else by_country[shift::STEP]
    assert {FORM.kommuner[kode].jurisdiction for kode in chosen} == {"DK", "GL"}
    tried = set()
    for number, kommune_kode in enumerate(chosen):
        aar, is_filled = YEARS[number % len(YEARS)], number // len(YEARS) % 2
        tried.add((aar, is_filled))
        rows = {
            sheet.id: [row_of(sheet.entry_fields(), kommune_kode)] * is_filled
            for sheet in FORM.entry_sheets()
        }
        content = build_workbook(
            FORM,
            kommune_kode=kommune_kode,
            aar=aar,
            language=language,
            workbook_id="K7Q2M9XA",
            issued_at=MADE,
            rows=rows,
            premade=2,
        )
        if found := lint_package(content):
            breaches[kommune_kode] = found[:3]
    assert len(tried) == 2 * len(YEARS)
    assert breaches == {}
