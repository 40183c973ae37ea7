"""Soundness: whether values that a person decides pass the rules of their row and its citizen.

A caseworker's rows were checked before they came. What is chosen or decided between two of them
never stood in a row, and a case that two copies make up together never stood in a workbook, so
both are checked with the rows of the citizen that are in force.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.content import ROW, Frames
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID
from fpsheet_sync.merge.state import Claim, Key, Plain, State
from fpsheet_sync.merge.three_way import CHOSEN, set_groups
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.record_check import Reporting, check_records

_UNKNOWN = date(1970, 1, 1)
_SEVENTH = {"0": range(1900, 2000), "4": range(2000, 2037)}
"""Seventh digit of a CPR number → years of birth; the others have a 5 (CPR-kontoret)."""
_GRAVE = {Severity.FEJL, Severity.KRITISK}
_OWN = {RuleLevel.FIELD, RuleLevel.ROW, RuleLevel.CITIZEN}
"""Rules of a row and its citizen. What two workbooks repeat is told by HIS-008."""
_MOST = 200
"""Citizens that are checked together: numbers of one day of birth end after 500 of each sex."""

_Place = tuple[str, str, str, str, str]
"""Citizen, code, sheet, record and field of an error."""


@dataclass(frozen=True, slots=True)
class CitizenFacts:
    """What the rules ask about the citizen of a case, beside the rows."""

    born: date | None = None
    is_man: bool = False

    @property
    def day(self) -> str:
        """Return the first seven digits of a number that tells the day of birth."""
        day = self.born or _UNKNOWN
        seventh = next((digit for digit, years in _SEVENTH.items() if day.year in years), "5")
        return f"{day:%d%m%y}{seventh}"

    def number(self, serial: int) -> str:
        """Return a CPR number that tells day of birth and sex, another one for each serial."""
        return f"{self.day}{2 * serial + self.is_man:03d}"


LAST_DAY = date(2099, 12, 31)
"""Stands for the day of a decision in a file that tells no time."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A case that a file and others make up against the rules.

    Attributes:
        numbers: Pseudonyms of the citizen, the former ones too.
        codes: The rules.
    """

    numbers: frozenset[str]
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The rules that a decided value must pass.

    Attributes:
        kommune_kode: Whose case.
        citizen: Pseudonym → who the citizen is.
        day: The day of the decision; its year is the reporting year.
    """

    kommune_kode: str
    citizen: Callable[[str], CitizenFacts]
    day: date

    def find_broken(self, state: State, key: Key, values: tuple[Plain, ...]) -> tuple[Finding, ...]:
        """Return the errors that a field group would bring into its case with these values.

        What is wrong in the case already is no fault of theirs.
        """
        sheet, row_id, group = key
        record = state.rows[sheet].filter(pl.col(ROW_ID) == row_id)
        if record.is_empty() or record[BORGER][0] is None:
            return ()
        changes = {(row_id, group): Claim(0, CHOSEN, values)}
        rows = set_groups(state.layouts[sheet], state.rows[sheet], changes)
        citizen = [str(record[BORGER][0])]
        before = self._errors(state.rows, citizen, state.layouts)
        after = self._errors({**state.rows, sheet: rows}, citizen, state.layouts)
        return tuple(found for place, found in after.items() if place not in before)

    def find_unfit(self, before: State, after: State, said: Frames) -> tuple[Unfit, ...]:
        """Find the cases that break a rule as a file and what was in force make them up together.

        What a case broke before, or breaks as the file has it, is no fault of the two together. A
        row under a former number is of the case under the newest one.

        Args:
            before: The state before the file.
            after: The state after it.
            said: The rows of the file, each with its record.
        """
        if all(rows.is_empty() for rows in before.rows.values()):
            return ()  # the file alone makes up every case
        changed = _changed_citizens(before, after)
        if not changed:
            return ()
        newest = _newest_numbers(after)
        wanted = {newest.get(one, one) for one in changed}
        former = {old: new for old, new in newest.items() if new in wanted}
        now = _cases_of(after.rows, wanted, former)
        own = _accepted(_cases_of(said, wanted, former))
        broken: dict[str, set[str]] = {}
        for citizens in _batched(_made_up(now, own, after.layouts)):
            places = set(self._errors(now, citizens, after.layouts))
            if places:
                then = _cases_of(before.rows, citizens, former)
                places.difference_update(
                    self._errors(then, citizens, after.layouts),
                    self._errors(own, citizens, after.layouts),
                )
            for borger, code, *_ in places:
                broken.setdefault(borger, set()).add(code)
        return tuple(
            Unfit(
                frozenset({borger, *(old for old, new in newest.items() if new == borger)}),
                frozenset(codes),
            )
            for borger, codes in sorted(broken.items())
        )

    def _errors(
        self, rows: Frames, citizens: Sequence[str], layouts: Layouts
    ) -> Mapping[_Place, Finding]:
        """Check the cases of some citizens as a workbook in which nobody else stands."""
        own = {
            name: rows[name].filter(pl.col(BORGER).is_in(citizens)).sort(ROW_ID) for name in layouts
        }
        numbers = self._numbers(own, citizens, layouts)
        old, new = list(numbers), list(numbers.values())
        records = {
            name: own[name].with_columns(
                pl.col(source).replace_strict(old, new, default=None).cast(pl.String).alias(target)
                for target, source in (("cpr", BORGER), *((one, one) for one in layout.secrets))
            )
            for name, layout in layouts.items()
        }
        reporting = Reporting(self.kommune_kode, self.day.year, self.day)
        found = check_records(records, layouts.form, reporting).findings
        levels = {rule.code: rule.level for rule in layouts.form.rules}
        places = (
            (own[one.sheet].row(one.row - 1, named=True), one)
            for one in found
            if one.severity in _GRAVE and one.row and levels[one.code] in _OWN
        )
        return {
            (str(record[BORGER]), one.code, one.sheet, str(record[ROW_ID]), one.field): one
            for record, one in places
        }

    def _numbers(
        self, rows: Frames, citizens: Iterable[str], layouts: Layouts
    ) -> Mapping[str, str]:
        """Return a number that tells the same for each citizen and former number, no two alike."""
        numbers: dict[str, str] = {}
        given: dict[str, int] = {}
        former = {
            str(one)
            for name, layout in layouts.items()
            for column in layout.secrets
            for one in rows[name][column].drop_nulls()
        }
        for borger in (*citizens, *sorted(former.difference(citizens))):
            citizen = self.citizen(borger)
            serial = given.get(citizen.day, 0)
            given[citizen.day] = serial + 1
            numbers[borger] = citizen.number(serial)
        return numbers


def _changed_citizens(before: State, after: State) -> frozenset[str]:
    """Return the citizens with a record that a file changed."""
    source = ["kilde", ROW, "kilder"]
    changed: set[str] = set()
    for name, rows in after.rows.items():
        if rows is not before.rows[name] and not rows.is_empty():
            now = rows.join(before.rows[name], on=[ROW_ID, *source], how="anti", nulls_equal=True)
            changed.update(now[BORGER].drop_nulls())
    return frozenset(changed)


def _made_up(now: Frames, own: Frames, layouts: Layouts) -> frozenset[str]:
    """Return the citizens whose cases are not as a file has them."""
    found: set[str] = set()
    for name, layout in layouts.items():
        whole = [ROW_ID, *layout.values]
        case = now[name].join(own[name], on=whole, how="anti", nulls_equal=True)
        found.update(case[BORGER])
    return frozenset(found)


def _newest_numbers(state: State) -> Mapping[str, str]:
    """Return former number → the newest one of the same citizen."""
    links: dict[str, str] = {}
    for name, layout in state.layouts.items():
        valid = state.rows[name].filter(pl.col(ANNULLER).is_null(), pl.col(BORGER).is_not_null())
        for column in layout.secrets:
            found = valid.filter(pl.col(column).is_not_null()).sort(ROW_ID)
            links |= {str(old): str(new) for old, new in found.select(column, BORGER).iter_rows()}
    newest: dict[str, str] = {}
    for old in links:
        number, seen = old, {old}
        while (following := links.get(number)) is not None and following not in seen:
            number = following
            seen.add(number)
        newest[old] = number
    return newest


def _cases_of(rows: Frames, citizens: Iterable[str], former: Mapping[str, str]) -> Frames:
    """Return the rows of some citizens, each under the newest number.

    Args:
        rows: The rows of everybody.
        citizens: The citizens, by their newest numbers.
        former: Former number → the newest one.
    """
    wanted = {*citizens}
    is_wanted = pl.col(BORGER).is_in(
        sorted(wanted.union(old for old, new in former.items() if new in wanted))
    )
    newest = pl.col(BORGER).replace(list(former), list(former.values()))
    found = {name: frame.filter(is_wanted) for name, frame in rows.items()}
    return {
        name: frame if frame.is_empty() else frame.with_columns(newest)
        for name, frame in found.items()
    }


def _accepted(said: Frames) -> Frames:
    return {name: rows.filter(ACCEPTED) for name, rows in said.items()}


def _batched(citizens: Iterable[str]) -> Iterator[list[str]]:
    """Yield citizens in order, so many at a time that all of one day have numbers."""
    ordered = sorted(citizens)
    for start in range(0, len(ordered), _MOST):
        yield ordered[start : start + _MOST]
