"""The setting of a check: whose workbook it is, which year, in which language, on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import Field, Form, reporting_year
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.raw import RawWorkbook


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules must know beside the rows.

    Attributes:
        form: The newest form.
        kommune_kode: Whose workbook; empty when the workbook does not say.
        jurisdiction: "GL" or "DK"; empty when the kommune is unknown.
        aar: Reporting year; 0 when the workbook does not say.
        language: Language of the labels in the code cells.
        today: The day of the check.
        date1904: Numbers read as dates count from 1904.
        version: Form version of the workbook; 0 when it does not say.
    """

    form: Form
    kommune_kode: str
    jurisdiction: str
    aar: int
    language: str
    today: date
    date1904: bool = False
    version: int = 0

    @property
    def constants(self) -> Mapping[str, date | float]:
        """Return the numbers and days of law and guidance, as they are where the kommune lies."""
        return self.form.constants_in(self.jurisdiction)

    def is_later(self, field: Field) -> bool:
        """Return whether a field came after the workbook's version, which need not have it."""
        return bool(self.version) and field.since > self.version

    def is_of_others(self, field: Field) -> bool:
        """Return whether only the other country uses a field."""
        return bool(self.jurisdiction) and not self.form.is_used(field, self.jurisdiction)


def read_setting(raw: RawWorkbook, form: Form, *, today: date) -> Setting:
    """Read the setting from the hidden sheet; what it lacks is empty, intake has said so."""
    kommune_kode = raw.meta.get("kommune_kode", "")
    kommune = form.kommuner.get(kommune_kode)
    version = raw.meta.get("form_version", "")
    language = raw.meta.get("sprog", BASE_LANGUAGE)
    return Setting(
        form=form,
        kommune_kode=kommune_kode,
        jurisdiction="" if kommune is None else kommune.jurisdiction,
        aar=reporting_year(raw.meta.get("aar", "")),
        language=language if language in form.texts.languages() else BASE_LANGUAGE,
        today=today,
        date1904=raw.date1904,
        version=int(version) if version.isdecimal() else 0,
    )


def day_of(setting: Setting, name: str) -> pl.Expr:
    """Return a constant that is a day, as a literal.

    Raises:
        SpecError: The constant is a number.
    """
    value = setting.constants[name]
    if not isinstance(value, date):
        raise SpecError(f"The constant {name} is not a date.")
    return pl.lit(value)


def number_of(setting: Setting, name: str) -> float:
    """Return a constant that is a number.

    Raises:
        SpecError: The constant is a day.
    """
    value = setting.constants[name]
    if isinstance(value, date):
        raise SpecError(f"The constant {name} is a date.")
    return value
