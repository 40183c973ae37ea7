"""How PostgreSQL joins whole tables that nobody has analysed since they were filled."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.facts.workspace import FACT_SOURCES, fact_tables
from fpsheet_sync.statistics.stat_table import Period
from tests.support.country import Country, load_country
from tests.support.schema import SCHEMA

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.support.stores import Stores


pytestmark = pytest.mark.pg
PEOPLE = [f"borger{number:04}" for number in range(400)]
SPELLS = [
    {
        "kommune_kode": "956",
        "borger": borger,
        "forloeb_type": kind,
        "start_dato": date(2025, 2, day),
        "slut_dato": date(2025, 6, 1),
    }
    for borger in PEOPLE
    for kind, day in (("revurdering", 1), ("afklaringsforloeb", 2))
]
COUNTRY = Country(dict.fromkeys(PEOPLE, ("K", date(1980, 5, 5))), {"forloeb": SPELLS})


def plans(connection: Connection, scope: Scope) -> dict[str, str]:
    """Return how each table of facts was made: its name → the plan of the server."""
    found: dict[str, str] = {}

    def explain(_c: object, cursor: object, statement: str, given: object, *_: object) -> None:
        if statement.startswith("CREATE TEMPORARY TABLE"):
            name = statement.split()[3]
            cursor.execute(f"EXPLAIN {statement}", given)  # type: ignore[attr-defined]
            found[name] = "\n".join(line for (line,) in cursor.fetchall())  # type: ignore[attr-defined]

    event.listen(connection, "before_cursor_execute", explain)
    with fact_tables(connection, scope, FACT_SOURCES):
        pass
    return found


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_no_table_of_facts_is_made_by_taking_each_row_through_another_table(
    stores: Stores,
) -> None:
    """Whole tables are joined by hashing or merging, and later queries are planned as before."""
    with stores.first().write() as connection:
        load_country(connection, COUNTRY)
        scope = Scope(SCHEMA, Period(date(2025, 1, 1), date(2025, 12, 31)), ("956",))
        made = plans(connection, scope)
        assert {name for name, plan in made.items() if "Nested Loop" in plan} == set()
        assert "Hash" in made["statistik_afklaring"]
        assert connection.scalar(text("SHOW enable_nestloop")) == "on"
