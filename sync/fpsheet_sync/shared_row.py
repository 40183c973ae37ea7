"""Rows about citizens whom several kommuner report, each under one pseudonym per person."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.bulk import is_one_of, read_frame
from fpsheet_sync.identity import ROW_ID
from fpsheet_sync.in_force import in_force_at
from fpsheet_sync.layout import layouts
from fpsheet_sync.merged_person import Persons
from fpsheet_sync.record import ANNULLER, BORGER
from fpsheet_sync.schema import store_schema
from fpsheet_templates.load import load_form
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
    types = {**_PLACE, **layouts()[sheet].types}
    table = store_schema().records[sheet]
    wanted = select(*(table.c[column] for column in types)).where(
        table.c.kommune_kode.in_(list(kommuner)),
        is_one_of(connection, table.c.borger, citizens),
        in_force_at(table),
        table.c[ANNULLER].is_(None),
    )
    found = read_frame(connection, wanted, types)
    rows = pl.DataFrame(schema=types) if found is None else found
    return rows.with_columns(as_person(persons))


def as_person(persons: Persons) -> pl.Expr:
    """Give the pseudonym under which the citizen of a row is counted."""
    return pl.col(BORGER).replace(list(persons.newest), list(persons.newest.values()))


def with_end(spells: pl.DataFrame) -> pl.DataFrame:
    """Give spells that all end: an open one with its kommune, or never.

    Nobody can end the spells of a kommune that is no more; its successor goes on with them.
    """
    kommuner = load_form().kommuner
    ceased = {code: kommune.valid_to for code, kommune in kommuner.items() if kommune.valid_to}
    last = pl.col("kommune_kode").replace_strict(
        list(ceased), list(ceased.values()), default=FOREVER, return_dtype=pl.Date
    )
    return spells.with_columns(pl.min_horizontal(pl.col("slut_dato").fill_null(FOREVER), last))


def tell(code: str, rows: pl.DataFrame, name: str) -> Iterator[Told]:
    """Give one finding per record of the kommune's own."""
    sheet = load_form().rule(code).sheet
    for row in rows.unique(ROW_ID, keep="first").sort(ROW_ID).iter_rows(named=True):
        found = make_finding(load_form(), code, sheet=sheet, row=row["raekke"], field=name)
        yield found, row[ROW_ID]
