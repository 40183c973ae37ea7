"""Transfers: citizens handed over from one kommune to another, and what contradicts it."""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.citizens.merged_person import Persons
from fpsheet_sync.citizens.shared_row import FOREVER, Told, cases_of, read_rows, tell, with_end
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_templates.form import Form
from fpsheet_validation.finding import make_finding

_SHEET = "overdragelse"


def find_contradicted(
    connection: Connection, kommune_kode: str, persons: Persons
) -> Iterator[Told]:
    """Find transfers that another row contradicts, or whose receiver reports no case yet.

    Findings: MEL-004, MEL-005, MEL-007, MEL-008.
    """
    form = schema_of(connection).form
    moved = _reported(connection, kommune_kode, persons, _SHEET)
    if not moved:
        return
    everyone = sorted(persons.everyone(moved))
    transfers = read_rows(connection, _SHEET, [kommune_kode], everyone, persons)
    is_own = pl.col("til_kommune") == kommune_kode
    yield from tell(form, "MEL-008", transfers.filter(is_own), "til_kommune")
    yield from tell(form, "MEL-007", transfers.filter(_is_gone(form, transfers)), "til_kommune")
    spells = pl.concat(
        with_end(form, read_rows(connection, name, [kommune_kode], everyone, persons)).select(
            BORGER, "start_dato", "slut_dato"
        )
        for name in ("forloeb", "job")
    )
    away = _with_return(transfers, _back(connection, kommune_kode, everyone, persons))
    # Who came back may have new spells here from that day on.
    during = (pl.col("slut_dato") > pl.col("dato")) & (pl.col("start_dato") < pl.col("retur"))
    yield from tell(form, "MEL-004", away.join(spells, on=BORGER).filter(during), "dato")
    cases = cases_of(connection, everyone, persons, set(transfers["til_kommune"]))
    reported = cases.rename({"kommune_kode": "til_kommune"})
    reports = pl.col("til_kommune").is_in(sorted(form.kommuner))
    awaited = transfers.filter(~is_own, reports)
    waiting = awaited.join(reported, on=[BORGER, "til_kommune"], how="anti")
    yield from tell(form, "MEL-005", waiting, "til_kommune")


def find_expected(connection: Connection, kommune_kode: str, persons: Persons) -> Iterator[Told]:
    """Tell whom to ask about citizens who were transferred here: what was written there stays.

    One line for each who has no case here yet, and one at the row of each whose history from
    before the move nobody has written here.

    Findings: MEL-010, MEL-012.
    """
    senders = _senders(connection, kommune_kode, persons)
    if not senders:
        return
    form, everyone = schema_of(connection).form, sorted(persons.everyone(senders))
    here = set(cases_of(connection, everyone, persons, {kommune_kode})[BORGER])
    for code in sorted(code for person, (_, code) in senders.items() if person not in here):
        details = {"kommune": form.kommuner[code].name}
        yield make_finding(form, "MEL-010", sheet=_SHEET, details=details), ""
    told = _with_history(connection, kommune_kode, persons, senders)
    rows = read_rows(connection, BORGER, [kommune_kode], everyone, persons).sort(ROW_ID)
    for row in rows.iter_rows(named=True):
        if row[BORGER] not in told:
            details = {"kommune": form.kommuner[senders[row[BORGER]][1]].name}
            place = {"sheet": BORGER, "row": row["raekke"], "field": "cpr"}
            yield make_finding(form, "MEL-012", **place, details=details), row[ROW_ID]


def _senders(
    connection: Connection, kommune_kode: str, persons: Persons
) -> dict[str, tuple[date, str]]:
    """Return who was transferred here: person → the day of the last time, and from where."""
    table = schema_of(connection).records[_SHEET]
    wanted = select(table.c.borger, table.c.dato, table.c.kommune_kode).where(
        table.c.til_kommune == kommune_kode,
        table.c.kommune_kode != kommune_kode,
        in_force_at(table),
        table.c[ANNULLER].is_(None),
    )
    rows = connection.execute(wanted.order_by(table.c.dato, table.c.kommune_kode))
    return {persons.of(row.borger): (row.dato, row.kommune_kode) for row in rows}


_DAYS = {"forloeb": "start_dato", "vurdering": "vurdering_dato", "afgoerelse": "afgoerelse_dato"}
"""Sheet of a citizen's history → field of its day."""


def _with_history(
    connection: Connection,
    kommune_kode: str,
    persons: Persons,
    senders: Mapping[str, tuple[date, str]],
) -> set[str]:
    """Return whose history from before the transfer a kommune has written, and who moved on."""
    everyone, found = sorted(persons.everyone(senders)), set[str]()
    for sheet, name in _DAYS.items():
        rows = read_rows(connection, sheet, [kommune_kode], everyone, persons)
        for borger, day in rows.select(BORGER, name).drop_nulls().iter_rows():
            if day < senders[borger][0]:
                found.add(borger)
    gone = read_rows(connection, _SHEET, [kommune_kode], everyone, persons)
    moved = gone.select(BORGER, "dato").drop_nulls().iter_rows()
    return found | {borger for borger, day in moved if day >= senders[borger][0]}


def find_left(connection: Connection, kommune_kode: str, persons: Persons) -> Iterator[Told]:
    """Tell a successor how many citizens of a kommune that is no more nobody took over.

    They have no Overdragelse, no decision that ended their pension and none after it that granted
    another, and no case in any other kommune. One line for each kommune that was succeeded.

    Findings: MEL-011.
    """
    form = schema_of(connection).form
    for code, kommune in form.kommuner.items():
        if kommune_kode not in kommune.successors:
            continue
        left = _reported(connection, code, persons, "borger")
        left -= _reported(connection, code, persons, _SHEET)
        left -= _ended(connection, code, persons)
        if left:
            others = cases_of(connection, persons.everyone(left), persons)
            left -= set(others.filter(pl.col("kommune_kode") != code)[BORGER])
        if left:
            details = {"antal": len(left), "kommune": kommune.name}
            yield make_finding(form, "MEL-011", sheet=_SHEET, details=details), ""


def _reported(connection: Connection, kommune_kode: str, persons: Persons, sheet: str) -> set[str]:
    """Return the persons with a row in force on a sheet of a kommune."""
    table = schema_of(connection).records[sheet]
    wanted = select(table.c.borger).where(
        table.c.kommune_kode == kommune_kode, in_force_at(table), table.c[ANNULLER].is_(None)
    )
    return {persons.of(borger) for borger in connection.execute(wanted).scalars()}


def _ended(connection: Connection, kommune_kode: str, persons: Persons) -> set[str]:
    """Return the persons whose last pension of a kommune has lapsed."""
    table = schema_of(connection).records["afgoerelse"]
    wanted = select(table.c.borger, table.c.afgoerelse).where(
        table.c.kommune_kode == kommune_kode,
        in_force_at(table),
        table.c[ANNULLER].is_(None),
        table.c.afgoerelse.in_(["tilkendelse", "bortfald"]),
    )
    # On one day the one that ends comes first: a pension that was granted then is a new one.
    ordered = wanted.order_by(table.c.afgoerelse_dato, table.c.afgoerelse)
    last = {persons.of(borger): kind for borger, kind in connection.execute(ordered)}
    return {borger for borger, kind in last.items() if kind == "bortfald"}


def _is_gone(form: Form, transfers: pl.DataFrame) -> pl.Expr:
    """Return the condition that the receiving kommune did not exist on the day."""
    kommuner = form.kommuner
    gone = [
        row[ROW_ID]
        for row in transfers.iter_rows(named=True)
        if row["til_kommune"] in kommuner
        and not kommuner[row["til_kommune"]].is_in_force(row["dato"])
    ]
    return pl.col(ROW_ID).is_in(gone)


def _back(
    connection: Connection, kommune_kode: str, citizens: list[str], persons: Persons
) -> pl.DataFrame:
    """Return the days on which others handed citizens over to a kommune: `borger`, `retur`."""
    others = [code for code in schema_of(connection).form.kommuner if code != kommune_kode]
    transfers = read_rows(connection, _SHEET, others, citizens, persons)
    here = pl.col("til_kommune") == kommune_kode
    return transfers.filter(here).select(BORGER, pl.col("dato").alias("retur"))


def _with_return(transfers: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Put beside each transfer the day on which the citizen came back, or never."""
    pairs = transfers.select(ROW_ID, BORGER, "dato").join(back, on=BORGER)
    first = pairs.filter(pl.col("retur") > pl.col("dato")).group_by(ROW_ID).agg(pl.min("retur"))
    joined = transfers.join(first, on=ROW_ID, how="left")
    return joined.with_columns(pl.col("retur").fill_null(FOREVER))
