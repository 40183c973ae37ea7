"""The facts of some citizens are the same whether all records are read or theirs alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables, narrowed
from tests.support.country import stored
from tests.support.schema import SCHEMA
from tests.sync.statistics.tables.test_statistics_naive import (
    CITIZENS,
    COUNTRIES,
    KOMMUNER,
    PERIODS,
    PHASES,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fpsheet_sync.statistics.stat_table import Period
    from tests.support.country import Country

# One per table that counts; the others are what these rest on.
COUNTED = (
    *("forloeb", "afklaring", "bestand", "frist", "indkomst", "job", "afgoerelse"),
    *("tilbagevisning", "sagstid", "udsaettelse", "bevaegelse", "overgang"),
)


Found = dict[str, Counter[tuple[object, ...]]]


def facts_of(connection: Connection, scope: Scope, records: frozenset[str] | None = None) -> Found:
    """Return all facts by source, or those alone that cite some records."""
    with fact_tables(connection, scope, COUNTED) as tables:
        return {
            name: Counter(
                tuple(row)
                for row in connection.execute(select(tables[name]))
                if records is None or row.raekke_id in records
            )
            for name in COUNTED
        }


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 10, phases=PHASES)
@given(
    country=COUNTRIES, period=st.sampled_from(PERIODS), some=st.sets(st.sampled_from(CITIZENS[:4]))
)
def test_facts_rest_on_one_citizen_alone(country: Country, period: Period, some: set[str]) -> None:
    """Counting the copies of some citizens' records gives every fact about them, and no other."""
    units = {country.merged.get(each, each) for each in some}
    people = {each for each in CITIZENS if country.merged.get(each, each) in units}
    theirs = frozenset(
        str(row["raekke_id"])
        for sheet in country.records
        for row in country.numbered(sheet)
        if row["borger"] in people
    )
    scope = Scope(SCHEMA, period, KOMMUNER, None)
    with stored(country) as connection:
        whole = facts_of(connection, scope, theirs)
        with narrowed(connection, scope, people) as small:
            own = facts_of(connection, small)
    assert own == whole
