"""Neighbours of a citizen: the same one with a row changed, added or gone, as a form admits it."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from fpsheet_sync.statistics.certificate.citizen import MOVE, CitizenRow, CountedCitizen
from fpsheet_sync.statistics.certificate.citizen_column import BESIDE
from fpsheet_templates.form import Field, FieldType, Form

_VALUES = 6
"""Values of a field that has no list of codes: as many as other citizens' rows give."""
_SHIFTS = tuple(timedelta(days=days) for days in (-2200, -366, 366))
"""How far a day is moved besides: across a year, and across the years between assessments."""
_ADDED = 3
"""Rows of each sheet added, one by one."""
_WEEK = timedelta(days=7)
_OTHERS = 4
"""Other birthdays tried."""
_SEXES = ("K", "M")
_BORGER = "borger"


@dataclass(frozen=True)
class Neighbours:
    """Makes neighbours of citizens.

    Attributes:
        form: The form, for its codes.
        country: "GL" or "DK".
        citizens: The citizens whose rows are borrowed from.
        seed: Of what is drawn.
    """

    form: Form
    country: str
    citizens: Sequence[CountedCitizen]
    seed: int

    def of(self, citizen: CountedCitizen) -> tuple[CountedCitizen, ...]:
        """Return the neighbours of one citizen, each with an id of its own."""
        chance = random.Random(f"{self.seed} {citizen.id}")  # noqa: S311  nothing secret
        made = (*self._fewer(citizen), *self._changed(citizen, chance))
        made += (*self._more(citizen, chance), *self._others(citizen, chance))
        return tuple(replace(each, id=f"{citizen.id}{BESIDE}{n:04}") for n, each in enumerate(made))

    @cached_property
    def _rows(self) -> Mapping[str, list[CitizenRow]]:
        found: dict[str, list[CitizenRow]] = defaultdict(list)
        for citizen in self.citizens:
            for row in citizen.rows:
                found[row.sheet].append(row)
        return found

    def _fewer(self, citizen: CountedCitizen) -> Iterator[CountedCitizen]:
        """Yield the citizen without one row or sheet, and with one row or sheet alone."""
        own = [row for row in citizen.rows if row.sheet == _BORGER]
        rest = [row for row in citizen.rows if row.sheet != _BORGER]
        for row in rest:
            yield _with(citizen, [each for each in citizen.rows if each is not row])
            yield _with(citizen, [*own, row])
        for sheet in dict.fromkeys(row.sheet for row in rest):
            yield _with(citizen, [*own, *(row for row in rest if row.sheet == sheet)])
            yield _with(citizen, [*own, *(row for row in rest if row.sheet != sheet)])

    def _changed(self, citizen: CountedCitizen, chance: random.Random) -> Iterator[CountedCitizen]:
        """Yield the citizen with another value in one field of one row."""
        for place, row in enumerate(citizen.rows):
            for field in self.form.sheet(row.sheet).entry_fields():
                if field.id in row.values and not field.local:
                    for value in self._values(row, field, chance):
                        changed = replace(row, values={**row.values, field.id: value})
                        rows = [*citizen.rows[:place], changed, *citizen.rows[place + 1 :]]
                        yield _with(citizen, rows)

    def _values(self, row: CitizenRow, field: Field, chance: random.Random) -> list[object]:
        if field.type is FieldType.CODE and row.sheet != MOVE:
            codes = self.form.code_lists[field.codes].codes
            every: list[object] = [c.id for c in codes if self.country in c.jurisdictions]
            found = [*every, None]
        elif field.type in {FieldType.DATE, FieldType.INTEGER, FieldType.DECIMAL}:
            given = {other.values[field.id] for other in self._rows[row.sheet]}
            known = sorted(given - {None}, key=str)
            found = [*chance.sample(known, min(_VALUES, len(known))), None]
            day = row.values[field.id]
            found += [day + days for days in _SHIFTS] if isinstance(day, date) else []
        else:
            return []
        return [value for value in found if value != row.values[field.id]]

    def _more(self, citizen: CountedCitizen, chance: random.Random) -> Iterator[CountedCitizen]:
        """Yield the citizen with one more row, borrowed from another citizen.

        As it is, some years earlier, and as the last that happened: who got the pension in a year
        may have lost it in the same.
        """
        home = citizen.rows[0].kommune
        for sheet, rows in sorted(self._rows.items()):
            if sheet in {_BORGER, MOVE}:
                continue
            for row in chance.sample(rows, min(_ADDED, len(rows))):
                for more in (row, _earlier(row), _after(citizen, row)):
                    yield _with(citizen, [*citizen.rows, replace(more, kommune=home)])

    def _others(self, citizen: CountedCitizen, chance: random.Random) -> Iterator[CountedCitizen]:
        """Yield the citizen with the other sex, or another birthday."""
        for sex in _SEXES:
            if sex != citizen.sex:
                yield replace(citizen, sex=sex)
        born = sorted({each.born for each in self.citizens if each.born}, key=str)
        for day in chance.sample(born, min(_OTHERS, len(born))):
            yield replace(citizen, born=day)


def _earlier(row: CitizenRow) -> CitizenRow:
    """Return a row as it would be some years earlier."""
    return _moved_by(row, _SHIFTS[0])


def _after(citizen: CountedCitizen, row: CitizenRow) -> CitizenRow:
    """Return a row as it would be a week after all that is known of a citizen."""
    last = max((day for each in citizen.rows for day in _days(each)), default=None)
    own = min(_days(row), default=None)
    return row if last is None or own is None else _moved_by(row, last - own + _WEEK)


def _moved_by(row: CitizenRow, time: timedelta) -> CitizenRow:
    days = {name: day + time for name, day in row.values.items() if isinstance(day, date)}
    return replace(row, values={**row.values, **days})


def _days(row: CitizenRow) -> list[date]:
    return [day for day in row.values.values() if isinstance(day, date)]


def _with(citizen: CountedCitizen, rows: Iterable[CitizenRow]) -> CountedCitizen:
    return replace(citizen, rows=tuple(rows))
