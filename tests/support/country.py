"""A small country for statistics tests: records as plain dicts, put straight into the tables.

A record names its `kommune_kode`, `borger` and whatever fields it has; the rest is blank. Rows
get an id from their place, unless they name one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert

from fpsheet_sync.database import schema
from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts
from fpsheet_sync.statistics.protection.crossed_cells import crossed_numbers
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.kept_rounding import Before, Kept
from fpsheet_sync.statistics.protection.protect import Ground, protect
from fpsheet_sync.statistics.tables.release import (
    ReleaseRequest,
    count_release,
    counted_specs,
    lay_out_editions,
)
from fpsheet_templates.load import load_form
from tests.support.schema import SCHEMA, memory_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from fpsheet_sync.statistics.stat_table import Period, Release
    from fpsheet_sync.statistics.tables.benchmark import Benchmark
    from fpsheet_sync.statistics.tables.counting import Counting
    from fpsheet_sync.statistics.tables.number_name import Number

Record = dict[str, object]

_COUNTED_ON = date(2026, 3, 2)
SECRET = b"rounding in tests, known to everybody"

# What stands in columns that these tests do not look at.
_BLANKS: dict[type, object] = {
    int: 0,
    str: "",
    bool: False,
    datetime: datetime(2026, 1, 15, 12, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class Country:
    """What the kommuner have reported.

    Attributes:
        persons: Pseudonym → (sex K or M or None, birth date or None).
        records: Sheet → records.
        delivered: Kommuner that have sent something, beside those that have records.
        merged: Pseudonym → the one its history counts under.
    """

    persons: Mapping[str, tuple[str | None, date | None]]
    records: Mapping[str, list[Record]]
    delivered: tuple[str, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)

    def rows(self, sheet: str) -> list[Record]:
        """Return the rows of a sheet in force with an id each, annulled ones left out."""
        return [
            row
            for row in self.numbered(sheet)
            if row.get("annuller") is None and row.get("til_indberetning") is None
        ]

    def numbered(self, sheet: str) -> list[Record]:
        """Return the rows of a sheet with an id each."""
        rows = self.records.get(sheet, [])
        return [{"raekke_id": f"{sheet[0]}-{n:05}", **row} for n, row in enumerate(rows)]


@contextmanager
def stored(country: Country) -> Iterator[Connection]:
    """Return a database in memory that holds a country."""
    engine = memory_engine()
    with engine.begin() as connection:
        SCHEMA.metadata().create_all(connection)
        load_country(connection, country)
        yield connection
    engine.dispose()


def load_country(connection: Connection, country: Country) -> None:
    """Put a country into empty tables, as one commit per kommune."""
    kommuner = {str(row["kommune_kode"]) for rows in country.records.values() for row in rows}
    for number, kommune in enumerate(sorted(kommuner | set(country.delivered)), start=1):
        needed = (column for column in schema.indberetning.columns if not column.nullable)
        blanks = {column.name: _BLANKS.get(column.type.python_type, {}) for column in needed}
        connection.execute(insert(schema.indberetning), blanks | _commit(number, kommune))
    persons = [
        {"borger": borger, "koen": sex, "foedselsdato": birth}
        for borger, (sex, birth) in country.persons.items()
    ]
    _insert(connection, "person", persons)
    merged = [
        {"borger": old, "samlet": new, "fra_indberetning": 1, "til_indberetning": None}
        for old, new in country.merged.items()
    ]
    _insert(connection, "identitet", merged)
    for sheet, table in SCHEMA.records.items():
        blank: Record = {
            column.name: None for column in table.columns if column.name != "raekke_id"
        }
        rows = [
            {**blank, "fra_indberetning": 1, "kilde": 1, "raekke": 4, **row}
            for row in country.numbered(sheet)
        ]
        _insert(connection, sheet, rows)


def editions(country: Country, period: Period) -> tuple[Release, ...]:
    """Return Greenland's edition of a country and every kommune's, in full, in Danish."""
    request = ReleaseRequest(period, "GL", "da", _COUNTED_ON)
    return lay_out_editions(count(country, request), request)


def public_editions(
    country: Country,
    period: Period,
    *,
    base: int = 5,
    threshold: int = 5,
    benchmarks: tuple[Benchmark, ...] = (),
) -> tuple[Release, ...]:
    """Return the same editions as they may be published: rounded, with the audit passed."""
    request = ReleaseRequest(
        period, "GL", "da", _COUNTED_ON, benchmarks=benchmarks, with_persons=True
    )
    counting = count(country, request)
    counted = lay_out_editions(counting, request)
    question = EditionPlan(
        load_form(), "GL", period, _COUNTED_ON, 1, ("da",), threshold, {}, base=base, secret=SECRET
    )
    ground = Ground(counting, benchmarks, Before(), Kept(), lambda _: ChangedFacts())
    return protect(question, counted, ground).releases


def crossed(country: Country, period: Period) -> Mapping[Number, int]:
    """Return what was counted of the cells that no table of Greenland's edition prints."""
    request = ReleaseRequest(period, "GL", "da", _COUNTED_ON)
    counting = count(country, request)
    specs = counted_specs(counting.scope.form, request, counting.jurisdictions)
    return crossed_numbers(counting, specs)


def count(country: Country, request: ReleaseRequest) -> Counting:
    """Count a country."""
    with stored(country) as connection:
        return count_release(connection, load_form(), request)


def _insert(connection: Connection, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    rows = list(rows)
    if rows:
        connection.execute(insert(SCHEMA.metadata().tables[table]), rows)


def _commit(number: int, kommune: str) -> Record:
    return {
        "id": number,
        "art": "indberetning",
        "kommune_kode": kommune,
        "aar": 2025,
        "sha256": f"{number:064}",
        "workbook_id": f"TEST{number:04}",
        "parent": "",
        "form_version": 1,
        "received_at": datetime(2026, 1, 15, 12, tzinfo=UTC),
        "no_cases": False,
        "status": "flettet",
        "raekker": {},
        "fund": {},
        "findings": [],
        "kolonner": {},
    }
