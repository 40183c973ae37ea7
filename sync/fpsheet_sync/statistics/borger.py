"""Citizens: who they are, and which kommune they belong to on a day."""

from datetime import date, timedelta

from sqlalchemy import select

from fpsheet_sync.in_force import citizens
from fpsheet_sync.record import BORGER
from fpsheet_sync.statistics.fact import AnySelect, FactSource, Query, Tables, cited
from fpsheet_sync.statistics.scope import ENHED, Scope, latest


def _select_citizens(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Give pseudonym → `enhed` (the pseudonym the whole history counts under), sex, birth date."""
    everybody = citizens(scope.as_of, scope.copies.get("person"))
    return select(
        everybody.c[BORGER],
        everybody.c.samlet.label(ENHED),
        everybody.c.koen,
        everybody.c.foedselsdato,
    )


def select_belonging(scope: Scope, tables: Tables, day: date) -> AnySelect:
    """Give `enhed` and `til_kommune` of those who have moved by the end of a day.

    Of several moves the latest counts; of several on one day the last in the order of reporting
    kommune and row id, so that the answer never depends on the order of arrival.
    """
    moves = cited(scope, tables, "overdragelse")
    by_then = select(moves).where(moves.c.dato <= day).subquery()
    order = (by_then.c.dato.desc(), by_then.c.kommune_kode.desc(), by_then.c.raekke_id.desc())
    last = latest(by_then, order, (ENHED, "til_kommune"))
    return select(last.c[ENHED], last.c.til_kommune)


def _on_last_day(scope: Scope, tables: Tables) -> Query:
    return select_belonging(scope, tables, scope.period.til)


def _on_day_before(scope: Scope, tables: Tables) -> Query:
    return select_belonging(scope, tables, scope.period.fra - timedelta(days=1))


SOURCES = {
    "borgere": FactSource(_select_citizens, index=BORGER),
    "tilhoer": FactSource(_on_last_day, needs=("borgere",), index=ENHED),
    "tilhoer_primo": FactSource(_on_day_before, needs=("borgere",), index=ENHED),
}
