"""Soundness: whether values that a person decides pass the rules of their row and its citizen.

A caseworker's rows were checked before they came. What is chosen or decided between two of them
never stood in a row, so it is checked with the rows of the citizen that are in force.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.merge.identity import ROW_ID
from fpsheet_sync.merge.record_layout import layouts
from fpsheet_sync.merge.state import Claim, Key, Plain, State
from fpsheet_sync.merge.three_way import CHOSEN, set_groups
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.record_check import Reporting, check_records

_FORMER = "0101600001"
"""Stands for a former CPR number, of which no rule asks more than that it is another one."""
_UNKNOWN = date(1970, 1, 1)
_SEVENTH = {"0": range(1900, 2000), "4": range(2000, 2037)}
"""Seventh digit of a CPR number → years of birth; the others have a 5 (CPR-kontoret)."""
_GRAVE = {Severity.FEJL, Severity.KRITISK}


@dataclass(frozen=True, slots=True)
class Citizen:
    """What the rules ask about the citizen of a case, beside the rows."""

    born: date | None = None
    is_man: bool = False

    @property
    def number(self) -> str:
        """Give a CPR number that tells the same: day of birth and sex."""
        day = self.born or _UNKNOWN
        seventh = next((digit for digit, years in _SEVENTH.items() if day.year in years), "5")
        return f"{day:%d%m%y}{seventh}00{1 if self.is_man else 2}"


LAST_DAY = date(2099, 12, 31)
"""Stands for the day of a decision in a file that tells no time."""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The rules that a decided value must pass.

    Attributes:
        kommune_kode: Whose case.
        citizen: Pseudonym → who the citizen is.
        day: The day of the decision; its year is the reporting year.
    """

    kommune_kode: str
    citizen: Callable[[str], Citizen]
    day: date

    def find_broken(self, state: State, key: Key, values: tuple[Plain, ...]) -> tuple[Finding, ...]:
        """Give the errors that a field group would bring into its case with these values.

        What is wrong in the case already is no fault of theirs.
        """
        sheet, row_id, group = key
        record = state.rows[sheet].filter(pl.col(ROW_ID) == row_id)
        if record.is_empty() or record[BORGER][0] is None:
            return ()
        changes = {(row_id, group): Claim(0, CHOSEN, values)}
        rows = set_groups(layouts()[sheet], state.rows[sheet], changes)
        borger = str(record[BORGER][0])
        before = self._errors(state, borger)
        after = self._errors(state.with_rows(sheet, rows), borger)
        return tuple(found for place, found in after.items() if place not in before)

    def _errors(self, state: State, borger: str) -> Mapping[tuple[str, str, str, int], Finding]:
        number = self.citizen(borger).number
        records = {
            name: state.rows[name]
            .filter(pl.col(BORGER) == borger)
            .with_columns(
                pl.lit(number).alias("cpr"),
                *(
                    pl.when(pl.col(column).is_not_null()).then(pl.lit(_FORMER)).alias(column)
                    for column in layout.secrets
                ),
            )
            for name, layout in layouts().items()
        }
        reporting = Reporting(self.kommune_kode, self.day.year, self.day)
        check = check_records(records, load_form(), reporting)
        return {
            (found.code, found.sheet, found.field, found.row): found
            for found in check.findings
            if found.severity in _GRAVE and found.row
        }
