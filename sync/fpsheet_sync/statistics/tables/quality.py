"""How far the figures can be relied on: what each kommune has sent, and what waits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.tables.counting import REPORTER
from fpsheet_sync.statistics.tables.cube import Cube, Figure
from fpsheet_templates.rule import Severity
from fpsheet_templates.table import Count

FACTS = "kvalitet"
_READ = 1
"""Place of the rows read among a sheet's control totals (rows in the XML, read, blank …)."""

WAITING = {
    "forklaringer": "forklaring",
    "karantaene": "karantaene",
    "konflikter": "konflikt",
    "tilbageholdt": "tilbageholdelse",
}


def count_quality(connection: Connection, scope: Scope) -> Cube:
    """Return what T21 prints, for each kommune that has sent something and for all together.

    Submissions for the year in which the period begins and for later ones, which report and correct
    it too, by the commit to know of; of those for one year the last received says how many rows,
    errors and warnings there are. The day of the last one is the kommune's own. What waits
    (explanations, quarantined rows, open conflicts, held files) is what is in force then. A kommune
    that has sent nothing has no figures at all.
    """
    by_kommune: dict[str, Counter[str]] = defaultdict(Counter)
    newest: dict[tuple[str, int], Counter[str]] = {}
    last: dict[str, date] = {}
    for row in submissions(connection, scope):
        by_kommune[row.kommune_kode]["indberetninger"] += 1
        newest[row.kommune_kode, row.aar] = said_of(row)
        sender = scope.form.kommuner[row.kommune_kode]
        last[row.kommune_kode] = sender.local(row.received_at).date()
    for (kommune, _), said in newest.items():
        by_kommune[kommune].update(said)
    for measure, table in WAITING.items():
        waiting = count_waiting(connection, table, scope.as_of)
        for kommune, numbers in by_kommune.items():
            numbers[measure] = waiting.get(kommune, 0)
    found: dict[Figure, float] = {}
    everything: Counter[str] = Counter()
    for kommune, numbers in by_kommune.items():
        everything.update(numbers)
        found |= _figures(numbers, last[kommune], kommune)
    return found | (_figures(everything, max(last.values()), "") if last else {})


def said_of(row: Any) -> Counter[str]:  # noqa: ANN401 - a row of the database
    """Return what one submission says of itself: its rows, errors and warnings."""
    return Counter(
        raekker=sum(totals[_READ] for totals in _totals(row.raekker)),
        fejl=row.fund.get(Severity.FEJL, 0),
        advarsler=row.fund.get(Severity.ADVARSEL, 0),
    )


def _figures(numbers: Mapping[str, int], last: date, kommune: str) -> dict[Figure, float]:
    codes = frozenset({(REPORTER, kommune)} if kommune else ())
    figures: dict[Figure, float] = {
        Figure(FACTS, measure, Count.TALLY, codes): number for measure, number in numbers.items()
    }
    figures[Figure(FACTS, "seneste", Count.GIVEN, codes)] = last.toordinal()
    return figures


def submissions(connection: Connection, scope: Scope) -> Iterable[Any]:
    """Return the submissions that T21 tells of, in the order they came."""
    table = schema.indberetning
    names = ("id", "kommune_kode", "aar", "raekker", "fund", "sha256", "received_at")
    years = table.c.aar >= scope.period.fra.year
    query = select(*(table.c[name] for name in names)).where(
        table.c.art == CommitKind.SUBMISSION, years, table.c.kommune_kode.in_(scope.kommuner)
    )
    if scope.as_of is not None:
        query = query.where(table.c.id <= scope.as_of)
    return connection.execute(query.order_by(table.c.id))


def _totals(by_sheet: Mapping[str, object]) -> Iterable[list[int]]:
    """Return the control totals of each sheet, as they were stored."""
    return [totals for totals in by_sheet.values() if isinstance(totals, list)]


def count_waiting(connection: Connection, name: str, as_of: int | None) -> Mapping[str, int]:
    """Return how many rows of a table of what waits are in force, by kommune."""
    table = schema.SHARED.tables[name]
    query = (
        select(table.c.kommune_kode, func.count())
        .where(in_force_at(table, as_of))
        .group_by(table.c.kommune_kode)
    )
    return {kommune: int(number) for kommune, number in connection.execute(query)}
