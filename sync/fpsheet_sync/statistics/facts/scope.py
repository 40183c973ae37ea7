"""What is counted: which period, which kommuner, and the state of the database it is read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Subquery,
    Table,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.database.in_force import current
from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.schema import Schema
from fpsheet_sync.statistics.facts.dialect import AgeYears, add_years
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.form import Form
from fpsheet_templates.table import UOPLYST, Band, load_dimensions

ENHED = "enhed"
"""The column of facts that names the unit a distinct count counts: a citizen, or a case."""

PERSON = "person"
"""The column of facts that names the citizen, whatever the unit is."""

ORDINARY = ("ordinaer", "selvstaendig")
"""Types of job without support."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the period; shorter than a quarter where the period cuts it.

    Attributes:
        id: `2025K1`.
        period: Its days inside the period.
        whole: The period holds all of it.
    """

    id: str
    period: Period
    whole: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """One counting.

    Attributes:
        schema: The form, for code lists and constants, and the tables of its records.
        period: Days counted, both ends inclusive.
        kommuner: Kommuner whose figures are counted, and which together are the country.
        as_of: Number of the last commit to know of; None for all there are.
        copies: Tables read in place of the stored ones of that name (`narrowed`).
    """

    schema: Schema
    period: Period
    kommuner: tuple[str, ...]
    as_of: int | None = None
    copies: Mapping[str, Table] = field(default_factory=dict)

    @property
    def form(self) -> Form:
        """Return the form."""
        return self.schema.form

    def records(self, sheet: str) -> Subquery:
        """Return the rows of a sheet that are in force and not annulled."""
        table = self.copies.get(sheet, self.schema.records[sheet])
        return current(table, self.as_of)

    def versions(self, sheet: str) -> Subquery:
        """Return every version of the rows of a sheet by the commit to know of, none annulled."""
        table = self.copies.get(sheet, self.schema.records[sheet])
        known = [] if self.as_of is None else [table.c.fra_indberetning <= self.as_of]
        return select(table).where(table.c[ANNULLER].is_(None), *known).subquery()

    def constant_date(self, name: str) -> date:
        """Return a named date of the form; TypeError when the constant is a number."""
        value = self.form.constants[name]
        if isinstance(value, date):
            return value
        raise TypeError(name)

    def constant_int(self, name: str) -> int:
        """Return a named number of the form; TypeError when the constant is a date."""
        value = self.form.constants[name]
        if isinstance(value, date):
            raise TypeError(name)
        return int(value)


def quarters(period: Period) -> tuple[Quarter, ...]:
    """Return the quarters of a period, oldest first.

    >>> [quarter.id for quarter in quarters(Period(date(2025, 5, 1), date(2025, 8, 1)))]
    ['2025K2', '2025K3']
    """
    found = []
    day = date(period.fra.year, (period.fra.month - 1) // 3 * 3 + 1, 1)
    while day <= period.til:
        year, month = divmod(day.year * 12 + day.month - 1 + 3, 12)
        following = date(year, month + 1, 1)
        whole = Period(day, following - timedelta(days=1))
        cut = Period(max(whole.fra, period.fra), min(whole.til, period.til))
        found.append(Quarter(f"{day.year}K{(day.month + 2) // 3}", cut, cut == whole))
        day = following
    return tuple(found)


def within(column: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """Return the condition that a date lies in the period."""
    return column.between(period.fra, period.til)


def active_on(start: ColumnElement[Any], end: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """Return the condition that a spell is active at the end of a day: begun and not ended."""
    return (start <= day) & (end.is_(None) | (end > day))


def active_in(
    start: ColumnElement[Any], last_day: ColumnElement[Any], period: Period
) -> ColumnElement[bool]:
    """Return the condition that a spell is active on some day of a period (`last_day_of`)."""
    return (start <= period.til) & (last_day.is_(None) | (last_day >= period.fra))


def end_of(scope: Scope, rows: FromClause, end: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return when a spell ended: that of a kommune that is no more at the latest with it.

    The day is that of the row, or the first on which the kommune is gone; NULL while it goes on.
    """
    gone = _ceased(scope, rows, end, days_before=0)
    return end if gone is None else case((end <= gone, end), (gone.is_not(None), gone), else_=end)


def last_day_of(scope: Scope, rows: FromClause, end: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the last day of a spell, its end included: at the latest the last of its kommune."""
    last = _ceased(scope, rows, end, days_before=1)
    return end if last is None else case((end <= last, end), (last.is_not(None), last), else_=end)


def is_ceased(scope: Scope, rows: FromClause, day: date) -> ColumnElement[bool]:
    """Return the condition that the kommune of a row is no more on a day."""
    kommuner = (scope.form.kommuner[code] for code in scope.kommuner)
    gone = [one.code for one in kommuner if one.valid_to is not None and one.valid_to <= day]
    return rows.c.kommune_kode.in_(gone)


def _ceased(
    scope: Scope, rows: FromClause, end: ColumnElement[Any], *, days_before: int
) -> ColumnElement[Any] | None:
    """Return the day on which the kommune of a row ceased, or some days before; NULL for no day."""
    kommuner = (scope.form.kommuner[code] for code in scope.kommuner)
    days = {
        one.code: sql_literal(one.valid_to - timedelta(days=days_before), Date())
        for one in kommuner
        if one.valid_to is not None
    }
    # Written out in a statement, days alone are text to PostgreSQL; no day of a date is a date.
    return case(days, value=rows.c.kommune_kode, else_=func.nullif(end, end)) if days else None


def known(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return a code, or `uoplyst` where there is none."""
    return func.coalesce(column, sql_literal(UOPLYST))


def yes_no(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return `ja` or `nej` for a condition."""
    return case((column, sql_literal("ja")), else_=sql_literal("nej"))


def band(column: ColumnElement[Any], dimension: str) -> ColumnElement[str]:
    """Return the band a number lies in; `uoplyst` for no number or one below every band.

    Numbers have at most one decimal and are compared in tenths, so that a sum of hours such as
    4,4 + 5,5 does not miss its band by a rounding error.
    """
    tenths = cast(func.round(column * 10), Integer)
    return _banded(tenths, load_dimensions()[dimension].bands, scale=10)


def age_band(birth: ColumnElement[Any], day: ColumnElement[Any] | date) -> ColumnElement[str]:
    """Return the age group on a day; `uoplyst` where the birth date is not known.

    On one day for all the birth dates are compared as they stand, which spares each row the
    arithmetic of its age, once for every group.
    """
    bands = load_dimensions()["aldersgruppe"].bands
    if not isinstance(day, date):
        return _banded(AgeYears(birth, day), bands, scale=1)
    older = {each.id: int(each.fra) for each in reversed(bands) if each.fra}
    steps = [(birth <= add_years(day, -years), sql_literal(id_)) for id_, years in older.items()]
    youngest = [each for each in bands if each.id not in older]
    return case(*steps, else_=_banded(AgeYears(birth, sql_literal(day)), youngest, scale=1))


def _banded(value: ColumnElement[Any], bands: Sequence[Band], *, scale: int) -> ColumnElement[str]:
    steps = [
        (
            value.is_not(None) if band.fra is None else value >= round(band.fra * scale),
            sql_literal(band.id),
        )
        for band in reversed(bands)
    ]
    return case(*steps, else_=sql_literal(UOPLYST))


def quarter_of(column: ColumnElement[Any], period: Period) -> ColumnElement[str]:
    """Return the quarter of a date that lies in the period."""
    steps = [(column <= each.period.til, sql_literal(each.id)) for each in quarters(period)]
    return case(*steps)


def same_country(
    scope: Scope, kommune: ColumnElement[Any], other: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Return the condition that two kommuner are of the same country, one that is counted.

    The other one is taken to be counted: rows are cited of the scope's kommuner alone.
    """
    own: dict[str, list[str]] = {}
    for code in scope.kommuner:
        own.setdefault(scope.form.kommuner[code].jurisdiction, []).append(code)
    countries = [kommune.in_(codes) for codes in own.values()]
    if len(countries) == 1:
        return countries[0]
    pairs = zip(countries, own.values(), strict=True)
    return or_(*(is_there & other.in_(codes) for is_there, codes in pairs))


def recoded(column: ColumnElement[Any], codes: Mapping[str, str]) -> ColumnElement[str]:
    """Return the code that another one stands for; `uoplyst` for one that is not in the mapping."""
    return case(codes, value=column, else_=sql_literal(UOPLYST))


def latest(
    rows: FromClause, order: Sequence[ColumnElement[Any]], wanted: Sequence[str]
) -> Subquery:
    """Keep, of each citizen's rows, the one that comes first in an order, with wanted columns.

    Only those are sorted: SQLite carries every column of a ranked row through the sort.
    """
    rank = func.row_number().over(partition_by=rows.c[ENHED], order_by=list(order))
    ranked = select(*(rows.c[name] for name in wanted), rank.label("nummer")).subquery()
    return select(ranked).where(ranked.c.nummer == 1).subquery()
