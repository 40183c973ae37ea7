"""Between kommuner: the same citizen at work in two places, told without showing what is there.

A finding speaks of the kommune's own row and says that there is something elsewhere, never
where or what. Both sides get one: the sender in the receipt, the others through
`find_between` when they ask, or when sync tells that they are concerned.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.citizens.merged_person import Persons, read_persons
from fpsheet_sync.citizens.shared_row import Rows, Told, cases_of, read_rows, tell, with_end
from fpsheet_sync.citizens.transfer import find_contradicted, find_expected, find_left
from fpsheet_sync.database import schema
from fpsheet_sync.database.bulk import is_one_of
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding, make_finding

_SHEETS = ("borger", "forloeb", "job", "afgoerelse", "overdragelse")


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

    A citizen whose CPR number was replaced is the same under both.

    Args:
        connection: A connection.
        kommune_kode: The kommune that is told.
        citizens: Pseudonyms to look at; None for all of its citizens.

    Findings: MEL-001 to MEL-012.
    """
    form = schema_of(connection).form
    if not all(form.has_sheet(sheet) for sheet in _SHEETS):
        return Between()  # a form of another field: kommuner have nothing in common that is known
    persons = read_persons(connection)
    chosen = _cases(connection, kommune_kode) if citizens is None else frozenset(citizens)
    shared = _shared(connection, kommune_kode, persons.everyone(chosen))
    others = frozenset(kommune for found in shared.values() for kommune in found)
    found = [
        *(_in_common(connection, kommune_kode, others, persons, shared) if shared else ()),
        *find_contradicted(connection, kommune_kode, persons),
        *find_expected(connection, kommune_kode, persons),
        *find_left(connection, kommune_kode, persons),
        *_replaced(connection, kommune_kode, chosen, persons),
    ]
    return Between(
        findings=tuple(finding for finding, _ in found),
        records=tuple(record for _, record in found),
        concerned=others,
    )


def _in_common(
    connection: Connection,
    kommune_kode: str,
    others: frozenset[str],
    persons: Persons,
    shared: Iterable[str],
) -> Iterator[Told]:
    """Find what is said of the same citizens here and elsewhere."""
    citizens = sorted(persons.everyone(shared))
    own = {name: read_rows(connection, name, [kommune_kode], citizens, persons) for name in _SHEETS}
    # Who has no row of a sheet has none in common; a move is said by either side.
    theirs = {
        name: read_rows(connection, name, sorted(others), citizens, persons)
        if rows.height or name == "overdragelse"
        else rows
        for name, rows in own.items()
    }
    form = schema_of(connection).form
    yield from _overlapping(form, "MEL-001", own["forloeb"], theirs["forloeb"])
    yield from _overlapping(form, "MEL-002", own["job"], theirs["job"])
    yield from _same_day(form, own["afgoerelse"], theirs["afgoerelse"])
    yield from _unsaid(form, own, theirs)


def _cases(connection: Connection, kommune_kode: str) -> frozenset[str]:
    """Return the citizens of a kommune."""
    case = schema.sag
    own = select(case.c.borger).where(case.c.kommune_kode == kommune_kode)
    return frozenset(connection.execute(own).scalars())


def _shared(
    connection: Connection, kommune_kode: str, citizens: Iterable[str]
) -> dict[str, set[str]]:
    """Return the citizens whom other kommuner have a case about: pseudonym → those kommuner."""
    case = schema.sag
    others = select(case.c.borger, case.c.kommune_kode).where(
        is_one_of(connection, case.c.borger, citizens), case.c.kommune_kode != kommune_kode
    )
    shared: dict[str, set[str]] = {}
    for borger, other in connection.execute(others):
        shared.setdefault(borger, set()).add(other)
    return shared


def _overlapping(form: Form, code: str, own: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[Told]:
    """Find own spells that overlap one elsewhere by at least a day; a day of change does not."""
    if own.is_empty() or theirs.is_empty():
        return
    pairs = with_end(form, own).join(with_end(form, theirs), on=BORGER, suffix=":t")
    overlap = (pl.col("start_dato") < pl.col("slut_dato:t")) & (
        pl.col("start_dato:t") < pl.col("slut_dato")
    )
    yield from tell(form, code, pairs.filter(overlap), "cpr")


def _same_day(form: Form, own: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[Told]:
    pairs = own.join(theirs, on=[BORGER, "afgoerelse_dato"], how="semi")
    yield from tell(form, "MEL-003", pairs, "cpr")


def _unsaid(form: Form, own: Rows, theirs: Rows) -> Iterator[Told]:
    """Find citizens whom two kommuner report and nobody transferred, nor took over as a whole."""
    moves = pl.concat([own["overdragelse"], theirs["overdragelse"]])
    both = own["borger"].join(theirs["borger"], on=BORGER, suffix=":t")
    heirs = {(code, heir) for code, kommune in form.kommuner.items() for heir in kommune.successors}
    one, other = pl.col("kommune_kode"), pl.col("kommune_kode:t")
    taken_over = pl.any_horizontal(
        pl.lit(value=False),
        *((one == a) & (other == b) | (one == b) & (other == a) for a, b in sorted(heirs)),
    )
    unsaid = both.filter(~taken_over).join(moves, on=BORGER, how="anti")
    yield from tell(form, "MEL-006", unsaid, "cpr")


def _replaced(
    connection: Connection, kommune_kode: str, citizens: Container[str], persons: Persons
) -> Iterator[Told]:
    """Tell of former CPR numbers under which something is known, by that number or another."""
    table = schema_of(connection).records["borger"]
    wanted = select(table.c.raekke_id, table.c.raekke, table.c.borger).where(
        table.c.kommune_kode == kommune_kode,
        table.c.tidligere_cpr.is_not(None),
        table.c.tidligere_cpr != table.c.borger,
        in_force_at(table),
        table.c[ANNULLER].is_(None),
    )
    rows = [
        (row_id, row, persons.everyone([borger]) - {borger})
        for row_id, row, borger in connection.execute(wanted.order_by(table.c.raekke_id))
        if borger in citizens
    ]
    numbers = sorted({number for _, _, others in rows for number in others})
    known = set(cases_of(connection, numbers, Persons({}))[BORGER])
    for row_id, row, others in rows:
        if others & known:
            name, form = "tidligere_cpr", schema_of(connection).form
            yield make_finding(form, "MEL-009", sheet="borger", row=row, field=name), row_id
