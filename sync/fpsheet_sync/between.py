"""Between kommuner: the same citizen at work in two places, told without showing what is there.

A finding speaks of the kommune's own row and says that there is something elsewhere, never
where or what. Both sides get one: the sender in the receipt, the others through
`find_between` when they ask, or when sync tells that they are concerned.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.bulk import read_frame
from fpsheet_sync.identity import ROW_ID
from fpsheet_sync.layout import layouts
from fpsheet_sync.record import ANNULLER, BORGER
from fpsheet_sync.schema import in_force_at, store_schema
from fpsheet_sync.write import chunks
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import Finding, make_finding

Rows = Mapping[str, pl.DataFrame]
"""Sheet → rows in force with `kommune_kode`, `raekke_id`, `raekke` and the values."""

_SHEETS = ("borger", "forloeb", "job", "afgoerelse", "overdragelse")
_FOREVER = date.max
_PLACE = {"kommune_kode": pl.String(), ROW_ID: pl.String(), "raekke": pl.Int32()}


@dataclass(frozen=True, slots=True)
class Between:
    """What kommuner have in common, seen from one of them.

    Attributes:
        findings: Findings about its own rows, with the row of the file each row came from.
        records: The record of each finding, in the same order; empty for the whole kommune.
        concerned: The other kommuner with a case about the same citizens.
    """

    findings: tuple[Finding, ...] = ()
    records: tuple[str, ...] = ()
    concerned: frozenset[str] = field(default_factory=frozenset)


def find_between(
    connection: Connection, kommune_kode: str, citizens: Iterable[str] | None = None
) -> Between:
    """Find what other kommuner also say about the citizens of a kommune.

    Args:
        connection: A connection.
        kommune_kode: The kommune that is told.
        citizens: Pseudonyms to look at; None for all of its citizens.

    Findings: MEL-001 to MEL-010.
    """
    shared = _shared(connection, kommune_kode, citizens)
    others = frozenset(kommune for found in shared.values() for kommune in found)
    transfers = _transfers(connection, kommune_kode)
    found = [
        *(_in_common(connection, kommune_kode, others, sorted(shared)) if shared else ()),
        *_transferred(connection, kommune_kode, transfers),
        *_expected(connection, kommune_kode),
        *_replaced(connection, kommune_kode, citizens),
    ]
    return Between(
        findings=tuple(finding for finding, _ in found),
        records=tuple(record for _, record in found),
        concerned=others,
    )


Told = tuple[Finding, str]
"""A finding and the record it is about."""


def _in_common(
    connection: Connection, kommune_kode: str, others: frozenset[str], citizens: list[str]
) -> Iterator[Told]:
    """Find what is said of the same citizens here and elsewhere."""
    own = _read(connection, [kommune_kode], citizens)
    theirs = _read(connection, sorted(others), citizens)
    yield from _overlapping("MEL-001", own["forloeb"], theirs["forloeb"])
    yield from _overlapping("MEL-002", own["job"], theirs["job"])
    yield from _same_day(own["afgoerelse"], theirs["afgoerelse"])
    yield from _unsaid(own, theirs)


def _shared(
    connection: Connection, kommune_kode: str, citizens: Iterable[str] | None
) -> dict[str, set[str]]:
    """Give the citizens whom other kommuner have a case about: pseudonym → those kommuner."""
    case = store_schema()["sag"]
    if citizens is None:
        own = select(case.c.borger).where(case.c.kommune_kode == kommune_kode)
        citizens = connection.execute(own).scalars().all()
    shared: dict[str, set[str]] = {}
    for chunk in chunks(citizens):
        others = select(case.c.borger, case.c.kommune_kode).where(
            case.c.borger.in_(chunk), case.c.kommune_kode != kommune_kode
        )
        for borger, other in connection.execute(others):
            shared.setdefault(borger, set()).add(other)
    return shared


def _read(connection: Connection, kommuner: list[str], citizens: list[str]) -> Rows:
    """Read the rows in force about some citizens in some kommuner."""
    rows: dict[str, pl.DataFrame] = {}
    for name in _SHEETS:
        types = {**_PLACE, **layouts()[name].types}
        parts = [pl.DataFrame(schema=types)]
        table = store_schema().records[name]
        for chunk in chunks(citizens) if kommuner else ():
            wanted = select(*(table.c[column] for column in types)).where(
                table.c.kommune_kode.in_(kommuner),
                table.c.borger.in_(chunk),
                in_force_at(table),
                table.c[ANNULLER].is_(None),
            )
            found = read_frame(connection, wanted, types)
            parts += [] if found is None else [found]
        rows[name] = pl.concat(parts)
    return rows


def _overlapping(code: str, own: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[Told]:
    """Find own spells that overlap one elsewhere by at least a day; a day of change does not."""
    if own.is_empty() or theirs.is_empty():
        return
    spells = [
        frame.with_columns(pl.col("slut_dato").fill_null(_FOREVER)) for frame in (own, theirs)
    ]
    pairs = spells[0].join(spells[1], on=BORGER, suffix=":t")
    overlap = (pl.col("start_dato") < pl.col("slut_dato:t")) & (
        pl.col("start_dato:t") < pl.col("slut_dato")
    )
    yield from _tell(code, pairs.filter(overlap), "cpr")


def _same_day(own: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[Told]:
    pairs = own.join(theirs, on=[BORGER, "afgoerelse_dato"], how="semi")
    yield from _tell("MEL-003", pairs, "cpr")


def _unsaid(own: Rows, theirs: Rows) -> Iterator[Told]:
    """Find citizens whom two kommuner report and nobody transferred."""
    moves = pl.concat([own["overdragelse"], theirs["overdragelse"]])
    both = own["borger"].join(theirs["borger"], on=BORGER, how="semi")
    yield from _tell("MEL-006", both.join(moves, on=BORGER, how="anti"), "cpr")


def _transfers(connection: Connection, kommune_kode: str) -> pl.DataFrame:
    types = {**_PLACE, **layouts()["overdragelse"].types}
    table = store_schema().records["overdragelse"]
    wanted = select(*(table.c[column] for column in types)).where(
        table.c.kommune_kode == kommune_kode, in_force_at(table), table.c[ANNULLER].is_(None)
    )
    found = read_frame(connection, wanted, types)
    return pl.DataFrame(schema=types) if found is None else found


def _transferred(
    connection: Connection, kommune_kode: str, transfers: pl.DataFrame
) -> Iterator[Told]:
    """Find transfers that something contradicts."""
    if transfers.is_empty():
        return
    kommuner = load_form().kommuner
    is_own = pl.col("til_kommune") == kommune_kode
    yield from _tell("MEL-008", transfers.filter(is_own), "til_kommune")
    gone = [
        row[ROW_ID]
        for row in transfers.iter_rows(named=True)
        if row["til_kommune"] in kommuner
        and not kommuner[row["til_kommune"]].is_in_force(row["dato"])
    ]
    yield from _tell("MEL-007", transfers.filter(pl.col(ROW_ID).is_in(gone)), "til_kommune")
    citizens = transfers[BORGER].unique().sort().to_list()
    own = _read(connection, [kommune_kode], citizens)
    spells = pl.concat(
        own[name].select(BORGER, "start_dato", pl.col("slut_dato").fill_null(_FOREVER))
        for name in ("forloeb", "job")
    )
    after = transfers.join(spells, on=BORGER).filter(pl.col("slut_dato") > pl.col("dato"))
    yield from _tell("MEL-004", after, "dato")
    case = store_schema()["sag"]
    known = [
        tuple(pair)
        for chunk in chunks(citizens)
        for pair in connection.execute(
            select(case.c.borger, case.c.kommune_kode).where(case.c.borger.in_(chunk))
        )
    ]
    cases = pl.DataFrame(
        known, schema={BORGER: pl.String(), "til_kommune": pl.String()}, orient="row"
    )
    waiting = transfers.filter(~is_own).join(cases, on=[BORGER, "til_kommune"], how="anti")
    yield from _tell("MEL-005", waiting, "til_kommune")


def _expected(connection: Connection, kommune_kode: str) -> Iterator[Told]:
    """Tell of citizens who were transferred here and have no case here yet; one line each."""
    table, case = store_schema().records["overdragelse"], store_schema()["sag"]
    here = select(case.c.borger).where(case.c.kommune_kode == kommune_kode)
    wanted = select(table.c.borger).where(
        table.c.til_kommune == kommune_kode,
        table.c.kommune_kode != kommune_kode,
        in_force_at(table),
        table.c[ANNULLER].is_(None),
        table.c.borger.not_in(here),
    )
    for _ in connection.execute(wanted.distinct()):
        yield make_finding(load_form(), "MEL-010", sheet="overdragelse"), ""


def _replaced(
    connection: Connection, kommune_kode: str, citizens: Iterable[str] | None
) -> Iterator[Told]:
    """Tell of former CPR numbers under which something is known."""
    table, case = store_schema().records["borger"], store_schema()["sag"]
    wanted = select(table.c.raekke_id, table.c.raekke, table.c.borger).where(
        table.c.kommune_kode == kommune_kode,
        table.c.tidligere_cpr.is_not(None),
        table.c.tidligere_cpr.in_(select(case.c.borger)),
        in_force_at(table),
        table.c[ANNULLER].is_(None),
    )
    chosen = None if citizens is None else frozenset(citizens)
    for row_id, row, borger in connection.execute(wanted.order_by(table.c.raekke_id)):
        if chosen is None or borger in chosen:
            found = make_finding(
                load_form(), "MEL-009", sheet="borger", row=row, field="tidligere_cpr"
            )
            yield found, row_id


def _tell(code: str, rows: pl.DataFrame, name: str) -> Iterator[Told]:
    """Give one finding per record of our own."""
    sheet = load_form().rule(code).sheet
    for row in rows.unique(ROW_ID, keep="first").sort(ROW_ID).iter_rows(named=True):
        found = make_finding(load_form(), code, sheet=sheet, row=row["raekke"], field=name)
        yield found, row[ROW_ID]
