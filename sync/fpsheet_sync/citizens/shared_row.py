"""Rows about citizens whom several kommuner report, each under one pseudonym per person."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, Table, select

from fpsheet_sync.citizens.merged_person import Persons
from fpsheet_sync.database import schema
from fpsheet_sync.database.bulk import is_one_of, read_frame
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_templates.codes import APPLICATION
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding, make_finding

FOREVER = date.max

Rows = Mapping[str, pl.DataFrame]
"""Sheet → rows in force with `kommune_kode`, `raekke_id`, `raekke` and the values."""

Told = tuple[Finding, str]
"""A finding and the record it is about."""

_PLACE = {"kommune_kode": pl.String(), ROW_ID: pl.String(), "raekke": pl.Int32()}


def read_rows(
    connection: Connection,
    sheet: str,
    kommuner: Iterable[str],
    citizens: Iterable[str],
    persons: Persons,
) -> pl.DataFrame:
    """Read the rows of a sheet in force about some citizens in some kommuner.

    Args:
        connection: A connection.
        sheet: Sheet identifier.
        kommuner: Their codes.
        citizens: Every pseudonym of the citizens.
        persons: Who is one person; rows come under the pseudonym that person is counted under.
    """
    types = {**_PLACE, **schema_of(connection).layouts[sheet].types}
    table = schema_of(connection).records[sheet]
    wanted = select(*(table.c[column] for column in types)).where(
        table.c.kommune_kode.in_(list(kommuner)),
        is_one_of(connection, table.c.borger, citizens),
        in_force_at(table),
        table.c[ANNULLER].is_(None),
    )
    found = read_frame(connection, wanted, types)
    return pl.DataFrame(schema=types) if found is None else found.with_columns(as_person(persons))


def cases_of(
    connection: Connection,
    citizens: Iterable[str],
    persons: Persons,
    kommuner: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return which kommuner report some citizens: `borger` (the person), `kommune_kode`.

    The table `sag` tells where to look, and the rows in force whether it is so: it also has who
    was reported by a slip, if the file with it came before the one that corrects it.

    Args:
        connection: A connection.
        citizens: Every pseudonym of the citizens.
        persons: Who is one person.
        kommuner: Kommuner to look at; None for all.
    """
    case = schema.sag
    wanted = select(case.c.borger, case.c.kommune_kode).where(
        is_one_of(connection, case.c.borger, sorted(citizens))
    )
    rows = connection.execute(wanted)
    doubtful = {(b, k) for b, k in rows if kommuner is None or k in kommuner}
    known: set[tuple[str, str]] = set()
    # Most citizens have a row on the first sheet; the others are asked for the rest alone.
    for table in schema_of(connection).records.values():
        found = _reported(connection, table, doubtful)
        known |= found
        doubtful -= found
    types = {BORGER: pl.String(), "kommune_kode": pl.String()}
    pairs = sorted({(persons.of(borger), kommune) for borger, kommune in known})
    return pl.DataFrame(pairs, schema=types, orient="row")


def _reported(
    connection: Connection, table: Table, pairs: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the pairs of citizen and kommune that have a row in force in a table."""
    by_kommune: dict[str, list[str]] = {}
    for borger, kommune in sorted(pairs):
        by_kommune.setdefault(kommune, []).append(borger)
    found: set[tuple[str, str]] = set()
    for kommune, citizens in by_kommune.items():
        wanted = select(table.c.borger).where(
            table.c.kommune_kode == kommune,
            is_one_of(connection, table.c.borger, citizens),
            in_force_at(table),
            table.c[ANNULLER].is_(None),
        )
        found.update((borger, kommune) for borger in connection.execute(wanted).scalars())
    return found


def as_person(persons: Persons) -> pl.Expr:
    """Return the pseudonym under which the citizen of a row is counted."""
    return pl.col(BORGER).replace(list(persons.newest), list(persons.newest.values()))


def with_end(form: Form, spells: pl.DataFrame) -> pl.DataFrame:
    """Return spells that all end: an open one with its kommune, or never; an application is none.

    Nobody can end the spells of a kommune that is no more; its successor goes on with them.
    """
    if "forloeb_type" in spells.columns:
        spells = spells.filter(pl.col("forloeb_type").ne_missing(APPLICATION))
    kommuner = form.kommuner
    ceased = {code: kommune.valid_to for code, kommune in kommuner.items() if kommune.valid_to}
    last = pl.col("kommune_kode").replace_strict(
        list(ceased), list(ceased.values()), default=FOREVER, return_dtype=pl.Date
    )
    return spells.with_columns(pl.min_horizontal(pl.col("slut_dato").fill_null(FOREVER), last))


def tell(form: Form, code: str, rows: pl.DataFrame, name: str) -> Iterator[Told]:
    """Yield one finding per record of the kommune's own."""
    sheet = form.rule(code).sheet
    for row in rows.unique(ROW_ID, keep="first").sort(ROW_ID).iter_rows(named=True):
        found = make_finding(form, code, sheet=sheet, row=row["raekke"], field=name)
        yield found, row[ROW_ID]
