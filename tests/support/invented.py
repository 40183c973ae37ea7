"""Invented citizens: whatever the form admits, drawn from the form itself.

Each citizen is a world of its own: every printed count is a sum over citizens, so what holds of
every citizen alone holds of every country. So the form's edges are drawn often, not life: fields
left blank, the same thing twice, dates on the borders of periods, a course split, citizens who move
or are reported by two kommuner. What breaks a rule of a row is not drawn; citizens whom a rule
across rows holds back are left out by the check itself (`admitted`). Nobody has an earlier CPR
number.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from fpsheet_sync.statistics.certificate.citizen import CitizenRow, CountedCitizen
from fpsheet_sync.statistics.facts.scope import quarters
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.expression import Always, Expression
from fpsheet_templates.form import Field, FieldType, Form, Sheet
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_templates.table import load_dimensions
from fpsheet_validation.cells.cpr import day_of_birth
from fpsheet_validation.rules.evaluate import UNREADABLE, RowScope, evaluate, is_blank
from fpsheet_validation.typed import empty_frame

CITIZEN, MOVE = "borger", "overdragelse"
_CPR = "cpr"
_TRIED = 6000
"""Rows tried per sheet; the rules leave fewer."""
_DAY = timedelta(days=1)
_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Invented:
    """One citizen.

    Attributes:
        id: Pseudonym.
        cpr: CPR number, of the series for replacement numbers.
        rows: What is reported.
    """

    id: str
    cpr: str
    rows: tuple[CitizenRow, ...]

    @property
    def counted(self) -> CountedCitizen:
        """Return the citizen as the statistics know it, without the number."""
        sex = "M" if int(self.cpr[-1]) % 2 else "K"
        return CountedCitizen(self.id, sex, day_of_birth(self.cpr), self.rows)


@dataclass(frozen=True, slots=True)
class Odds:
    """How often what is rare in life is drawn.

    Attributes:
        blank: A field that may be left blank.
        twice: The same thing on other days; a move back.
        split: What has a first and a last day in two parts.
        moves: A citizen who moves.
        two_reporters: One whom two kommuner report, without a move.
        on_border: A day on which a period begins or ends, or beside it.
        abroad: A move to the other country.
        brief: What begins and ends within two months.
        few: A citizen with one row on one to three sheets, who touches few numbers.
        late: What happens in the last period, whatever went before.
        young: Who is younger than the first age that tables begin with.
    """

    blank: float = 0.25
    twice: float = 0.35
    split: float = 0.15
    moves: float = 0.25
    two_reporters: float = 0.08
    on_border: float = 0.6
    abroad: float = 0.05
    brief: float = 0.15
    few: float = 0.0
    late: float = 0.5
    young: float = 0.15


@dataclass(frozen=True, slots=True)
class _RowRule:
    """A rule that keeps a row out: the fields it names, and where it fails."""

    fields: frozenset[str]
    fails_when: Expression


@dataclass(frozen=True)
class Inventor:
    """Draws citizens of one country.

    Attributes:
        form: The form.
        country: "GL" or "DK".
        kommuner: Kommuner they are reported by.
        periods: Periods that are counted; dates lie around them.
        seed: Of all that is drawn.
        odds: How often what is rare is drawn.
    """

    form: Form
    country: str
    kommuner: Sequence[str]
    periods: Sequence[Period]
    seed: int
    odds: Odds = Odds()

    @cached_property
    def borders(self) -> tuple[date, ...]:
        """Return the days on which something begins or ends, and those beside them."""
        days: set[date] = set()
        for period in self.periods:
            for each in (*(quarter.period for quarter in quarters(period)), period):
                days |= {each.fra - _DAY, each.fra, each.til, each.til + _DAY}
                days |= {
                    end - timedelta(days=back)
                    for end in (each.fra, each.til)
                    for back in (365, 366)
                }
        return tuple(sorted(days))

    @cached_property
    def _abroad(self) -> str:
        """Return a kommune of the other country."""
        kommuner = self.form.kommuner.values()
        return next(each.code for each in kommuner if each.jurisdiction != self.country)

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, list[dict[str, object]]]]:
        """Return the rows that may stand on each sheet, by the first code of its key."""
        chance = random.Random(f"{self.seed} rows")
        return {
            sheet.id: _by_kind(sheet, self._admitted(sheet, chance))
            for sheet in self.form.entry_sheets()
        }

    def citizens(self, first: int, last: int) -> Iterator[Invented]:
        """Return the citizens of some numbers, the last one not among them."""
        for number in range(first, last):
            chance = random.Random(f"{self.seed} {number}")
            yield self._citizen(f"b{number:06}", chance)

    def _citizen(self, id_: str, chance: random.Random) -> Invented:
        home = chance.choice(self.kommuner)
        sheets = [each for each in self.form.entry_sheets() if each.id not in {CITIZEN, MOVE}]
        is_short = chance.random() < self.odds.few
        if is_short:
            sheets = chance.sample(sheets, chance.choice((1, 2, 2, 3)))
        rows = [
            CitizenRow(sheet.id, home, values)
            for sheet in sheets
            for values in self._draw(sheet, chance, is_short=is_short)
        ]
        rows = list(self._reported(rows, home, chance))
        for kommune in sorted({row.kommune for row in rows} | {home}):
            kinds = self._rows[CITIZEN]
            values = chance.choice(kinds[chance.choice(sorted(kinds))])
            rows.append(CitizenRow(CITIZEN, kommune, values))
        return Invented(id_, self._cpr(chance), tuple(rows))

    def _draw(
        self, sheet: Sheet, chance: random.Random, *, is_short: bool
    ) -> Iterator[dict[str, object]]:
        """Return the rows of a sheet, some of them twice or in two parts; of a short life one."""
        kinds = self._rows[sheet.id]
        if is_short:
            yield chance.choice(kinds[chance.choice(sorted(kinds))])
            return
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            kind = kinds[chance.choice(sorted(kinds))]
            row = chance.choice(kind)
            if chance.random() < self.odds.split:
                yield from _in_two(sheet, row)
                continue
            if chance.random() < self.odds.brief:
                row = _brief(sheet, row, chance)
            yield row
            if chance.random() < self.odds.twice:
                yield _again(sheet, row, chance.choice(kind))
        if chance.random() < self.odds.late:
            row = chance.choice(kinds[chance.choice(sorted(kinds))])
            yield _moved(sheet, row, chance.choice(self._last_days))

    @cached_property
    def _last_days(self) -> tuple[date, ...]:
        """Return the borders inside the last period."""
        last = max(self.periods, key=lambda period: (period.til, period.fra))
        return tuple(day for day in self.borders if last.fra <= day <= last.til)

    def _reported(
        self, rows: Iterable[CitizenRow], home: str, chance: random.Random
    ) -> Iterator[CitizenRow]:
        """Spread rows over the kommuner that report them, with a move or without."""
        luck = chance.random()
        other = chance.choice([each for each in self.kommuner if each != home])
        if luck < self.odds.moves:
            goals = [self._abroad if chance.random() < self.odds.abroad else other]
            if chance.random() < self.odds.twice:
                goals.append(home)
            for goal in goals:
                move = {**chance.choice(self._rows[MOVE][""]), "til_kommune": goal}
                yield CitizenRow(MOVE, home, move)
        may_be_elsewhere = luck < self.odds.moves + self.odds.two_reporters
        for row in rows:
            is_elsewhere = may_be_elsewhere and chance.random() < 0.5
            yield replace(row, kommune=other) if is_elsewhere else row

    def _admitted(self, sheet: Sheet, chance: random.Random) -> pl.DataFrame:
        """Return rows of a sheet that break no rule of a row."""
        rows = [
            {field.id: self._value(field, chance) for field in sheet.entry_fields()}
            for _ in range(_TRIED)
        ]
        schema = empty_frame(self.form, sheet.id).schema
        columns = {name: kind for name, kind in schema.items() if name in rows[0]}
        frame = pl.DataFrame(rows, schema=columns).with_columns(
            pl.lit(0, pl.UInt64).alias(UNREADABLE)
        )
        scope = RowScope(sheet, self.form.constants, max(period.til for period in self.periods))
        rules = self._rules(sheet)
        frame = frame.with_columns(
            pl.when(_any(evaluate(rule.fails_when, scope) for rule in rules if name in rule.fields))
            .then(None)
            .otherwise(pl.col(name))
            .alias(name)
            for name in self._left_out(sheet)
        )
        faults = [evaluate(rule.fails_when, scope) for rule in rules]
        faults += [
            evaluate(required, scope) & is_blank(sheet, field.id)
            for field in sheet.entry_fields()
            if (required := field.required_for(self.country))
            and field.id != _CPR
            and self.country in field.jurisdictions
        ]
        return frame.filter(~_any(faults)).drop(UNREADABLE)

    def _rules(self, sheet: Sheet) -> list[_RowRule]:
        """Return the rules of a row that keep it out."""
        return [
            _RowRule(frozenset(rule.fields), rule.fails_when)
            for rule in self.form.rules
            if rule.level is RuleLevel.ROW
            and rule.severity is Severity.FEJL
            and rule.sheet == sheet.id
            and rule.fails_when
            and self.country in rule.jurisdictions
        ]

    def _left_out(self, sheet: Sheet) -> list[str]:
        """Return the codes that are left blank where a rule forbids them beside what else is drawn.

        Else hardly a row were left where a rule forbids several: of a refusal, all the reasons for
        which a case is sent back.
        """
        return [
            field.id
            for field in sheet.entry_fields()
            if field.type is FieldType.CODE and field.required_for(self.country) != Always()
        ]

    def _value(self, field: Field, chance: random.Random) -> object:
        """Draw the value of a field; None where it is left blank, or is not the country's."""
        is_ours = self.country in field.jurisdictions and field.id not in {_CPR, "tidligere_cpr"}
        must = field.required_for(self.country) == Always()
        if not is_ours or field.local or (not must and chance.random() < self.odds.blank):
            return None
        if field.id == "annuller":
            return None
        if field.type is FieldType.DATE:
            return self._day(chance)
        if field.type is FieldType.CODE:
            codes = self.form.code_lists[field.codes].codes
            ours = [code.id for code in codes if self.country in code.jurisdictions]
            return chance.choice(ours) if ours else None
        if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
            return chance.choice(_numbers(field))
        return "AB"

    def _day(self, chance: random.Random) -> date:
        if chance.random() < self.odds.on_border:
            return chance.choice(self.borders)
        first = min(period.fra for period in self.periods) - timedelta(days=1500)
        last = max(period.til for period in self.periods)
        return first + timedelta(days=chance.randrange((last - first).days))

    def _cpr(self, chance: random.Random) -> str:
        """Draw a CPR number; the birthday is often that of an age where an age group begins."""
        ages = [int(band.fra) for band in load_dimensions()["aldersgruppe"].bands if band.fra]
        is_young = chance.random() < self.odds.young
        years = min(ages) - 1 if is_young else chance.choice((*ages, *range(19, 80)))
        born = chance.choice(self.borders) - timedelta(days=round(years * _YEAR_DAYS))
        century = chance.choice("0123") if born.year < 2000 else "4"
        return f"{born.day + 60}{born:%m%y}{century}{chance.randrange(1000):03}"


def _any(faults: Iterable[pl.Expr]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *faults)


def _by_kind(sheet: Sheet, rows: pl.DataFrame) -> Mapping[str, list[dict[str, object]]]:
    keys = [field for field in sheet.key_fields() if field.type is FieldType.CODE]
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        found[str(row[keys[0].id]) if keys else ""].append(row)
    return found


def _numbers(field: Field) -> list[float]:
    """Return the numbers at the borders of what tables tell apart."""
    least, most = field.minimum or 0, field.maximum or 100
    ends = {
        end
        for dimension in load_dimensions().values()
        for band in dimension.bands
        for end in (band.fra, band.til)
        if end is not None and least <= end <= most
    }
    found = sorted({least, most, *ends})
    return [float(round(each)) if field.type is FieldType.INTEGER else each for each in found]


def _spell(sheet: Sheet) -> list[str]:
    """Return the first and last day of a sheet's rows; nothing where they have one day."""
    dates = [field.id for field in sheet.entry_fields() if field.type is FieldType.DATE]
    return [name for name in dates if sheet[name].group == "periode"]


def _in_two(sheet: Sheet, row: dict[str, object]) -> Iterator[dict[str, object]]:
    """Divide what has a first and a last day in two that meet."""
    ends = [row[name] for name in _spell(sheet)]
    if not all(isinstance(end, date) for end in ends) or not ends:
        yield row
        return
    fra, til = (end for end in ends if isinstance(end, date))
    start, end = _spell(sheet)
    middle = fra + (til - fra) / 2
    yield {**row, end: middle}
    if middle < til:
        yield {**row, start: middle + _DAY}


def _brief(sheet: Sheet, row: dict[str, object], chance: random.Random) -> dict[str, object]:
    """End what has ended soon after it began."""
    ends = [row[name] for name in _spell(sheet)]
    if not ends or not isinstance(ends[0], date) or ends[1] is None:
        return row
    return {**row, _spell(sheet)[1]: ends[0] + timedelta(days=chance.randrange(60))}


def _again(sheet: Sheet, row: dict[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """Return the same thing on another row's days."""
    dates = [field.id for field in sheet.entry_fields() if field.type is FieldType.DATE]
    return {**row, **{name: other[name] for name in dates}}


def _moved(sheet: Sheet, row: dict[str, object], last: date) -> dict[str, object]:
    """Return a row on other days, as far apart, so that the last of them is a certain one."""
    dates = [field.id for field in sheet.entry_fields() if field.type is FieldType.DATE]
    days = {name: day for name in dates if isinstance(day := row[name], date)}
    if not days:
        return row
    by = last - max(days.values())
    return {**row, **{name: day + by for name, day in days.items()}}


def kommuner_of(form: Form, country: str, periods: Collection[Period]) -> list[str]:
    """Return the kommuner of a country that are in force on the last day of every period."""
    return [
        kommune.code
        for kommune in form.kommuner.values()
        if kommune.jurisdiction == country
        and all(kommune.is_in_force(period.til) for period in periods)
    ]
