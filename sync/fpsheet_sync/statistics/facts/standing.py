"""How one citizen stands: the pension on a day, by the definition that every table counts by."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables, narrowed
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.form import Form


@dataclass(frozen=True, slots=True)
class Standing:
    """A pension on a day.

    Attributes:
        kommune: Where the citizen belongs.
        niveau: The level; `foer_reform` for one from before, `uoplyst` where none is stated.
        kommune_kode: Who reported what gives it.
        row_id: The record that gives it.
    """

    kommune: str
    niveau: str
    kommune_kode: str
    row_id: str


def read_standing(
    connection: Connection, form: Form, citizens: Collection[str], day: date, as_of: int | None
) -> tuple[Standing, ...]:
    """Return the pension of one citizen on a day, in each country that gives one.

    Args:
        connection: The database.
        form: The form, which says what kommuner a country has.
        citizens: Every pseudonym of the citizen.
        day: The day.
        as_of: Number of the last commit to know of; None for all there are.
    """
    lands = sorted({kommune.jurisdiction for kommune in form.kommuner.values()})
    found = (_of_country(connection, form, citizens, day, (land, as_of)) for land in lands)
    return tuple(standing for each in found for standing in each)


def _of_country(
    connection: Connection,
    form: Form,
    citizens: Collection[str],
    day: date,
    known: tuple[str, int | None],
) -> Iterator[Standing]:
    land, as_of = known
    whole = Scope(schema_of(connection), Period(day, day), form.kommuner_in(land), as_of)
    with (
        narrowed(connection, whole, citizens) as scope,
        fact_tables(connection, scope, ("pensionister",)) as tables,
    ):
        people = tables["pensionister"].c
        columns = (people.kommune, people.niveau, people.kommune_kode, people.raekke_id)
        rows = connection.execute(select(*columns)).all()
    yield from (Standing(*row) for row in rows)
