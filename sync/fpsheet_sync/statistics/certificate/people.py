"""The citizens of a country and their neighbours, counted over the periods of its editions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from fpsheet_sync.statistics.certificate.case import Case, Witness
from fpsheet_sync.statistics.certificate.citizen import (
    MOVE,
    MOVED_TO,
    CitizenRow,
    CountedCitizen,
    admitted,
    loaded,
    read_citizens,
    replacement_numbers,
)
from fpsheet_sync.statistics.certificate.citizen_column import (
    COUNTRY,
    CitizenColumn,
    Counted,
    Counts,
    Place,
    count_by_citizen,
    count_together,
)
from fpsheet_sync.statistics.certificate.neighbours import Neighbours
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_templates.table import load_tables

_SEED = 1


class People:
    """The citizens that a country's kommuner report, and those made from them."""

    def __init__(
        self, connection: Connection, scopes: Sequence[Scope], country: str, today: date
    ) -> None:
        """Read and count the citizens.

        Args:
            connection: The database.
            scopes: What each edition counts, of one country and one state of the database.
            country: "GL" or "DK".
            today: The day on which a neighbour must pass the checks.
        """
        specs = tuple(
            spec for spec in load_tables() if country in spec.jurisdictions and not spec.is_internal
        )
        self._counted = [Counted(scope, specs) for scope in scopes]
        self._form, self._today = scopes[0].form, today
        self._schema = scopes[0].schema
        real = read_citizens(connection, scopes[0])
        self._real = {citizen.id: citizen for citizen in real}
        self._every = dict(self._real)
        self._neighbours = Neighbours(self._form, country, real, _SEED)
        self.columns = self._count(connection, self._counted, self._real)

    def make(self, citizens: Sequence[str]) -> tuple[CitizenColumn, ...]:
        """Make neighbours of some citizens, those that the form admits, and count them."""
        made = [each for id_ in citizens for each in self._neighbours.of(self._every[id_])]
        found = {
            each.id: each
            for each in admitted(made, replacement_numbers(made), self._form, self._today)
        }
        self._every |= found
        with loaded(self._schema, list(found.values())) as connection:
            return self._count(connection, self._in_memory(), found)

    def recount(self, case: Case, witness: Witness) -> list[Place | str]:
        """Count a world as the tables do, and return what is not as it says.

        Returns:
            The numbers: those of kommuner that cannot tell it from the truth must be as they are in
            truth; all others as the paper allows, and the small ones as the witness tells. And such
            kommuner, if they have other rows than in truth.
        """
        world = list(self._world(witness))
        with loaded(self._schema, world) as connection:
            counts: dict[Place, int] = defaultdict(int)
            for each in self._in_memory():
                counts |= count_together(connection, each)
        wrong: list[Place | str] = [*self._unlike(witness)]
        wrong += [place for place, count in witness.counts.items() if counts[place] != count]
        for place, line in case.paper.lines.items():
            is_other = place[0] in {COUNTRY, *witness.areas}
            low, high = (line.low, line.high) if is_other else (line.count, line.count)
            if not low <= counts[place] <= high:
                wrong.append(place)
        for place in set(counts) - set(case.paper.lines):
            told = case.paper.line(place)
            if told is not None and counts[place] > told.high:
                wrong.append(place)
        return wrong

    def _unlike(self, witness: Witness) -> Iterator[str]:
        """Yield the kommuner that should have the rows they have in truth, and do not."""
        changed: Counter[tuple[str, str]] = Counter()
        there = [(1, each) for each in self._come(witness)]
        for sign, citizen in (*there, *((-1, self._real[id_]) for id_ in witness.gone)):
            for area in set(citizen.areas) - set(witness.areas):
                changed[area, citizen.known_to(area)] += sign
        yield from sorted({area for (area, _), number in changed.items() if number})

    def _in_memory(self) -> list[Counted]:
        return [
            replace(each, scope=replace(each.scope, as_of=None, copies={}))
            for each in self._counted
        ]

    def _world(self, witness: Witness) -> Iterator[CountedCitizen]:
        gone = set(witness.gone)
        yield from (citizen for id_, citizen in self._real.items() if id_ not in gone)
        yield from self._come(witness)

    def _come(self, witness: Witness) -> Iterator[CountedCitizen]:
        for number, (id_, homes) in enumerate(witness.come):
            citizen = self._every[id_]
            there = dict(zip(citizen.areas, homes, strict=True))
            rows = tuple(_moved(row, there) for row in citizen.rows)
            yield replace(citizen, id=f"{id_}+{number}", rows=rows)

    @staticmethod
    def _count(
        connection: Connection, counted: Iterable[Counted], citizens: Mapping[str, CountedCitizen]
    ) -> tuple[CitizenColumn, ...]:
        """Count citizens; left out is who adds nothing, unless several kommuner know of it.

        Such a one may take another's place where what a kommune knows must stay as it is.
        """
        found: dict[str, dict[Place, int]] = defaultdict(dict)
        for each in counted:
            for id_, counts in count_by_citizen(connection, each).items():
                found[id_] |= counts
        columns = (_column(citizen, found[id_]) for id_, citizen in sorted(citizens.items()))
        return tuple(each for each in columns if each.counts or each.known)


def _column(citizen: CountedCitizen, counts: Counts) -> CitizenColumn:
    areas = citizen.areas
    known = {area: citizen.known_to(area) for area in areas} if len(areas) > 1 else {}
    return CitizenColumn(citizen.id, areas, counts, known)


def _moved(row: CitizenRow, there: Mapping[str, str]) -> CitizenRow:
    """Return a row as another kommune reports it."""
    values = dict(row.values)
    if row.sheet == MOVE:
        values[MOVED_TO] = there[str(values[MOVED_TO])]
    return replace(row, kommune=there[row.kommune], values=values)
