"""The words around the numbers: dates, periods, areas, headings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.form import Form
from fpsheet_templates.table import ColumnSpec

_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language.

    Attributes:
        form: The form, which holds every text.
        language: Language tag.
    """

    form: Form
    language: str

    def text(self, key: str) -> str:
        """Return a text of the statistics."""
        return self.form.texts.get(f"statistics.{key}", self.language)

    def fill(self, key: str, values: Mapping[str, object]) -> str:
        """Return a text of the statistics with its placeholders filled."""
        return self.form.texts.fill(f"statistics.{key}", self.language, values)

    def day(self, day: date) -> str:
        """Return a day in words: "2. marts 2026"."""
        month = self.text(f"month.{day.month}")
        return self.fill("day", {"day": day.day, "month": month, "year": day.year})

    def period(self, period: Period) -> str:
        """Return a period in words: whole years as years ("2025", "2017-2024"), else its days."""
        fra, til = period.fra, period.til
        if fra == date(fra.year, 1, 1) and til == date(til.year, _DECEMBER, 31):
            return str(fra.year) if fra.year == til.year else f"{fra.year}-{til.year}"
        return self.fill("period", {"fra": self.day(fra), "til": self.day(til)})

    def period_code(self, period: Period) -> str:
        """Return a period as file names have it: "2025", "2017-2024", "2025-01-01-2025-06-30"."""
        name = self.period(period)
        is_years = name.replace("-", "").isdigit()
        return name if is_years else f"{period.fra}-{period.til}"

    def period_rule(self, rule: str, period: Period) -> str:
        """Say how a table uses the period, with its days."""
        days = {
            "fra": self.day(period.fra),
            "til": self.day(period.til),
            "aar": period.fra.year,
            "foer": self.day(period.fra - timedelta(days=1)),
        }
        return self.fill(f"rule.{rule}", days)

    def quarter(self, code: str, *, whole: bool, provisional: bool) -> str:
        """Return a quarter in words ("2025, 4. kvartal"), with what a reader must know of it."""
        year, number = code.split("K")
        marks = [] if whole else [self.text("quarter_cut")]
        marks += [self.text("quarter_provisional")] if provisional else []
        suffix = f" ({', '.join(marks)})" if marks else ""
        return self.fill("quarter", {"year": year, "number": number}) + suffix

    def area(self, area: str) -> str:
        """Return an area in words: a kommune by its name, a country, or all kommuner."""
        kommune = self.form.kommuner.get(area)
        return kommune.name if kommune else self.text(f"area.{area or 'all'}")

    def owner(self, area: str) -> str:
        """Return whose an edition is: a kommune's or a country's, by its name alone.

        Not all of the country need have reported for it.
        """
        lands = {code.id: code for code in self.form.code_lists["land"].codes}
        return lands[area].label(self.language) if area in lands else self.area(area)

    def heading(self, key: str, column: ColumnSpec, code: str, notes: str, *, unit: str) -> str:
        """Return a column's heading: "Tilkendelser: Højeste (antal) [note 3]".

        The key is the column's own of its table; where it has no text, all tables share one.
        """
        label = self._own(key, f"column.{column.id}")
        label = f"{label}: {code}" if code else label
        return f"{label} ({self.form.texts.get(unit, self.language)}){notes}"

    def dimension(self, dimension: str, code: str | None = None) -> str:
        """Return a dimension's heading, or the label of one of its own codes ("" is the total)."""
        if code is None:
            return self.text(f"dimension.{dimension}.label")
        if code == "":
            return self._own(f"dimension.{dimension}.total", "total")
        return self._own(f"dimension.{dimension}.value.{code}", f"value.{code}")

    def note(self, note: str, area: str) -> str:
        """Return a note to the tables of an area, in its country's words where it has its own.

        Args:
            note: The note.
            area: A kommunekode, "GL" or "DK", or "" for more than one country.
        """
        kommune = self.form.kommuner.get(area)
        country = kommune.jurisdiction if kommune else area
        return self._own(f"note.{note}_{country}", f"note.{note}")

    def _own(self, key: str, otherwise: str) -> str:
        own = self.form.texts.has(f"statistics.{key}")
        return self.text(key if own else otherwise)
