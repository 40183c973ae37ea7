"""A decision is typed as the list of conflicts shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet.departement.typed_decision import read_decision
from fpsheet.returned.record_words import read_told, told_value
from fpsheet_sync.ledger.receipt import ShownConflict
from fpsheet_templates.errors import StoreError
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpsheet.returned.record_words import Plain

FORM = load_form()
SPELL = ShownConflict(
    "0123456789", "forloeb", "A-F-1", "periode", {"start_dato": None, "slut_dato": None}, (), ""
)


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ({"Startdato": "01-03-2025", "Slutdato": "-"}, "da"),
        ({"startdato": "2025-03-01", "slut_dato": ""}, "da"),
        ({"start_dato": "1.3.2025", "SLUTDATO": "-"}, "da"),
        ({"Start date": "01-03-2025", "End date": "-"}, "en"),
    ],
)
def test_headings_and_days_as_shown(typed: dict[str, str], language: str) -> None:
    """The heading or the identifier, in any letter case; days as shown or by ISO."""
    assert read_decision(SPELL, typed, SpokenForm(FORM, language)) == {
        "start_dato": "2025-03-01",
        "slut_dato": None,
    }


@pytest.mark.parametrize(
    "typed", [{"Startdato": "31-02-2025"}, {"Timer": "5"}, {"Startdato": "01-03-25"}]
)
def test_what_cannot_be_read_is_refused(typed: dict[str, str]) -> None:
    """No such day, no such heading in this conflict, a year of two digits."""
    with pytest.raises(StoreError, match="0123456789"):
        read_decision(SPELL, typed, SpokenForm(FORM, "da"))


def test_a_wrong_field_is_told_from_a_wrong_value() -> None:
    """A heading that the conflict lacks is named beside those it has; a value beside its field."""
    with pytest.raises(StoreError, match="»Timer«") as wrong_field:
        read_decision(SPELL, {"Timer": "5"}, SpokenForm(FORM, "da"))
    assert "Startdato, Slutdato" in wrong_field.value.remedy
    with pytest.raises(StoreError, match="feltet Startdato kan ikke have den værdi"):
        read_decision(SPELL, {"Startdato": "31-02-2025"}, SpokenForm(FORM, "da"))


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_field_is_read_as_it_is_told(language: str) -> None:
    """For each field of the form: what is shown, typed again, is the same value."""
    samples: dict[FieldType, Plain] = {
        FieldType.DATE: "2025-03-01",
        FieldType.INTEGER: 12,
        FieldType.DECIMAL: 12.5,
        FieldType.TEXT: "Noget",
    }
    for sheet in FORM.entry_sheets():
        for field in sheet.entry_fields():
            values: Sequence[Plain] = (
                FORM.code_lists[field.codes].ids() if field.codes else [samples.get(field.type)]
            )
            for value in values:
                shown = told_value(SpokenForm(FORM, language), field, value)
                assert read_told(SpokenForm(FORM, language), field, shown) == (True, value)


def test_a_day_that_a_program_made_a_number() -> None:
    """Excel keeps 01-03-2025 as 45717, or as 44255 where days count from 1904."""
    field = FORM.sheet("forloeb")["start_dato"]
    assert read_told(SpokenForm(FORM, "da"), field, "45717") == (True, "2025-03-01")
    assert read_told(SpokenForm(FORM, "da"), field, "44255", date1904=True) == (True, "2025-03-01")
