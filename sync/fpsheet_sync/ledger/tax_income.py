"""Income that Skattestyrelsen told: an answer becomes Indkomst of the kommuner it concerns.

Each kommune gets what concerns its citizens as a file of one workbook of its own, `SKAT0956`, in
which every answer goes on where the last one ended. So an income that is told again is the same
record, one that is told with another end is changed, and a kommune that annulled one keeps it
annulled. One that is not told again stays, unless the answer is about its year: then it is
withdrawn. The file is kept sealed like any other, so the database can be built again from it.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.in_force import citizens, in_force_at, senders
from fpsheet_sync.database.keys import Keys, is_replacement
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store, lock
from fpsheet_sync.ledger.apply_plan import write_plan
from fpsheet_sync.ledger.delivery_status import HeldFile, read_held
from fpsheet_sync.ledger.merge_plan import make_plan
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.merge.submission import Submission, SubmittedSheet
from fpsheet_templates.form import Form
from fpsheet_validation.typed import ANNUL, ROW, ROW_ID, polars_type

SHEET, TOLD_BY = "indkomst", "skattestyrelsen"
DEED = "skattesvar"
_MAGIC = b'{"skattesvar": 1, '
ANSWER_WORKBOOK = "SKAT0"
"""Begins the identity of the workbook that stands for the answers about a kommune's citizens."""

_MOVED = "overdragelse"
_WITHDRAWN = "fejlindtastning"


@dataclass(frozen=True, slots=True)
class Income:
    """One income.

    Attributes:
        row: Row of the answer.
        cpr: Ten digits.
        kilde: Code of its source; empty where the citizen has no income.
        fra: First day; None where there is no income.
        til: Last day; None while it goes on.
        annuller: Why it is withdrawn; empty where it holds.
    """

    row: int
    cpr: str = field(repr=False)
    kilde: str
    fra: date | None
    til: date | None
    annuller: str = ""


@dataclass(frozen=True, slots=True)
class TaxAnswer:
    """What Skattestyrelsen answered.

    Attributes:
        sha256: Hash of the file.
        incomes: Its rows, in order.
        columns: Field → column letter, for provenance to the cell.
        year: The year that it tells whole: what earlier answers said of its citizens from that
            year, and it does not, is withdrawn. 0 for an answer that only adds.
    """

    sha256: str
    incomes: tuple[Income, ...] = field(repr=False)
    columns: Mapping[str, str]
    year: int = 0

    @property
    def is_unfilled(self) -> bool:
        """Return whether nothing was filled in, and no year is said to have been without income."""
        return not self.year and not any(income.kilde for income in self.incomes)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an answer did.

    Attributes:
        unknown: Rows whose citizen has no case; with any of them nothing was changed.
        told: Citizens of the answer.
        incomes: Incomes of the answer.
        new: Incomes that were not there.
        changed: Incomes that changed.
        withdrawn: Incomes that earlier answers told and this one, which is about their year, does
            not.
        left: Incomes that earlier answers told of the same citizens, this one does not, and that
            stand.
        kommuner: Kommuner of which something changed.
        before: The answer was read already; nothing was changed.
        unfilled: Nothing was filled in; nothing was changed.
        held: Files of answers that wait for somebody to release them.
    """

    unknown: tuple[int, ...] = ()
    told: int = 0
    incomes: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    left: int = 0
    kommuner: tuple[str, ...] = ()
    before: bool = False
    unfilled: bool = False
    held: tuple[HeldFile, ...] = ()


def import_incomes(store: Store, answer: TaxAnswer, actor: Actor) -> Imported:
    """Merge an answer: all of it in one transaction, or nothing.

    Raises:
        StoreError: The database could not be used, or was opened without its keys.
    """
    keys = store.need_keys()
    with store.write() as connection:
        lock(connection, DEED)
        if _is_known(connection, answer):
            return Imported(before=True, held=_held(connection))
        homes = _find_homes(connection, keys, {income.cpr for income in answer.incomes})
        unknown = tuple(income.row for income in answer.incomes if income.cpr not in homes)
        if unknown:
            return Imported(unknown=unknown)
        if answer.is_unfilled:
            return Imported(told=len(homes), unfilled=True)
        return _take(connection, keys, answer, homes, actor)


def read_answer(form: Form, data: bytes, received_at: datetime) -> Submission | None:
    """Return the submission of what was kept of an answer; None for bytes of something else."""
    if not data.startswith(_MAGIC):
        return None
    kept = json.loads(data)
    part = _Part(kept["kommune"], _kept_incomes(kept), kept["columns"], data)
    return _submission(form, part, received_at)


def _is_known(connection: Connection, answer: TaxAnswer) -> bool:
    log = schema.adgangslog
    read = connection.execute(select(log.c.detaljer).where(log.c.handling == DEED)).scalars()
    same = {"fil": answer.sha256, "aar": answer.year}
    return any({"aar": 0, **details}.items() >= same.items() for details in read)


def _held(connection: Connection) -> tuple[HeldFile, ...]:
    held = read_held(connection)
    return tuple(file for file in held if file.workbook_id.startswith(ANSWER_WORKBOOK))


def _find_homes(connection: Connection, keys: Keys, cprs: Iterable[str]) -> dict[str, str]:
    """Return CPR number → the kommune with the citizen's case; those without a case are left out.

    Of several kommuner it is the one the citizen moved to last, where that has a case; else the
    first by code.
    """
    plain = sorted(cpr for cpr in cprs if not is_replacement(cpr))
    known = dict(zip(plain, keys.pseudonyms(plain, kommune_kode=""), strict=True))
    by_kommune = [("", known)]
    replaced = sorted(cpr for cpr in cprs if is_replacement(cpr))
    for kode in senders(connection) if replaced else ():
        own = dict(zip(replaced, keys.pseudonyms(replaced, kommune_kode=kode), strict=True))
        by_kommune.append((kode, own))
    cases, moves = _cases(connection), _moves(connection)
    homes: dict[str, str] = {}
    for kode, pseudonyms in by_kommune:
        for cpr, borger in pseudonyms.items():
            places = [place for place in cases.get(borger, ()) if kode in {"", place}]
            if places:
                moved = moves.get(borger, "")
                homes.setdefault(cpr, moved if moved in places else min(places))
    return homes


def _cases(connection: Connection) -> Mapping[str, set[str]]:
    """Return every pseudonym of a citizen → the kommuner with a case in force about the citizen."""
    table, people = schema_of(connection).records[BORGER], citizens()
    in_force = [in_force_at(table), table.c[ANNUL].is_(None)]
    wanted = select(people.c.samlet, table.c.kommune_kode)
    joined = table.join(people, people.c.borger == table.c.borger)
    by_citizen: dict[str, set[str]] = defaultdict(set)
    for citizen, kommune in connection.execute(wanted.select_from(joined).where(*in_force)):
        by_citizen[citizen].add(kommune)
    found = dict(by_citizen)
    others = select(people.c.borger, people.c.samlet).where(people.c.borger != people.c.samlet)
    for borger, samlet in connection.execute(others):
        if samlet in found:
            found[borger] = found[samlet]
    return found


def _moves(connection: Connection) -> Mapping[str, str]:
    """Return pseudonym → the kommune of the latest move."""
    table = schema_of(connection).records[_MOVED]
    wanted = select(table.c.borger, table.c.til_kommune).where(
        in_force_at(table), table.c[ANNUL].is_(None)
    )
    ordered = wanted.order_by(table.c.dato, table.c.kommune_kode, table.c.raekke_id)
    return {row.borger: row.til_kommune for row in connection.execute(ordered)}


def _take(
    connection: Connection, keys: Keys, answer: TaxAnswer, homes: Mapping[str, str], actor: Actor
) -> Imported:
    by_kommune: dict[str, list[Income]] = defaultdict(list)
    for income in answer.incomes:
        by_kommune[homes[income.cpr]].append(income)
    # All locks before the first line of the log: a sync that holds one and waits for the log
    # would otherwise wait for ever, and so would this.
    for kommune in sorted(by_kommune):
        lock(connection, kommune)
    counts: Counter[str] = Counter()
    kommuner = []
    for kommune, told in sorted(by_kommune.items()):
        earlier = _earlier(connection, keys, kommune)
        rows = _go_on(earlier, told, answer.year)
        counts["left"] += _count_left(rows, told)
        if _said(rows) == _said(earlier):
            continue
        data = _keep(kommune, rows, answer.columns)
        part = _Part(kommune, rows, answer.columns, data)
        layouts = schema_of(connection).layouts
        prepared = prepare(_submission(layouts.form, part, actor.time), keys, layouts)
        applied = write_plan(connection, make_plan(connection, prepared), actor)
        numbers = applied.receipt.sheets[SHEET]
        counts.update(new=numbers.new, changed=numbers.changed, withdrawn=numbers.withdrawn)
        if applied.receipt.held is None:
            kommuner.append(kommune)
    total = sum(bool(income.kilde) for income in answer.incomes)
    details = {"fil": answer.sha256, "indkomster": total, "borgere": len(homes)}
    if answer.year:
        details["aar"] = answer.year
    log_access(connection, actor, Deed(DEED, details=details))
    return Imported(
        told=len(homes),
        incomes=total,
        new=counts["new"],
        changed=counts["changed"],
        withdrawn=counts["withdrawn"],
        left=counts["left"],
        kommuner=tuple(kommuner),
        held=_held(connection),
    )


def _workbook(kommune: str) -> str:
    return f"{ANSWER_WORKBOOK}{kommune}"


def _earlier(connection: Connection, keys: Keys, kommune: str) -> list[Income]:
    """Return what earlier answers said of a kommune's citizens."""
    commit, original = schema.indberetning, schema.original
    wanted = (
        select(original.c.sha256, original.c.data)
        .join(commit, commit.c.sha256 == original.c.sha256)
        .where(commit.c.kommune_kode == kommune, commit.c.workbook_id == _workbook(kommune))
        .order_by(commit.c.id.desc())
        .limit(1)
    )
    row = connection.execute(wanted).first()
    if row is None:
        return []
    return _kept_incomes(json.loads(keys.open_original(row.sha256, bytes(row.data))))


def _kept_incomes(kept: Mapping[str, Any]) -> list[Income]:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    rows = kept["rows"]
    return [
        Income(row, cpr, kilde, day(fra), day(til), *more)
        for row, cpr, kilde, fra, til, *more in rows
    ]


def _go_on(earlier: Sequence[Income], told: Sequence[Income], year: int) -> list[Income]:
    """Return what is known after an answer: what it says, and of earlier ones what it leaves out.

    What is carried on stands in rows of its own, below those of the answer: a row of a file
    holds one record.
    """
    known = {_identity(each): each for each in told if each.kilde}
    citizens = {each.cpr for each in told}
    below = max((each.row for each in told), default=0) + 1
    left = [each for each in earlier if _identity(each) not in known]
    for row, each in enumerate(left, start=below):
        ends = each.cpr in citizens and each.fra is not None and each.fra.year == year
        annuller = each.annuller or (_WITHDRAWN if ends else "")
        known[_identity(each)] = replace(each, row=row, annuller=annuller)
    return sorted(known.values(), key=lambda each: (each.cpr, each.kilde, str(each.fra)))


def _identity(income: Income) -> tuple[str, str, date | None]:
    return income.cpr, income.kilde, income.fra


def _count_left(rows: Sequence[Income], told: Sequence[Income]) -> int:
    """Count the incomes of an answer's citizens that stand although it does not tell them."""
    said, citizens = {_identity(each) for each in told}, {each.cpr for each in told}
    standing = (each for each in rows if each.cpr in citizens and not each.annuller)
    return sum(_identity(each) not in said for each in standing)


def _said(incomes: Iterable[Income]) -> list[Income]:
    return [replace(each, row=0) for each in incomes]


def _keep(kommune: str, incomes: Sequence[Income], columns: Mapping[str, str]) -> bytes:
    rows = [_kept_row(each) for each in incomes]
    kept = {"skattesvar": 1, "kommune": kommune, "columns": dict(columns), "rows": rows}
    return json.dumps(kept, ensure_ascii=False).encode()


def _kept_row(income: Income) -> list[object]:
    til = str(income.til) if income.til else None
    row: list[object] = [income.row, income.cpr, income.kilde, str(income.fra), til]
    return [*row, income.annuller] if income.annuller else row


def _own_rows(incomes: Sequence[Income]) -> list[int]:
    """Return a row number for each income; answers taken in by earlier versions may share one."""
    below = max((each.row for each in incomes), default=0)
    taken: set[int] = set()
    rows = []
    for each in incomes:
        if each.row in taken:
            below += 1
        row = below if each.row in taken else each.row
        taken.add(row)
        rows.append(row)
    return rows


@dataclass(frozen=True, slots=True)
class _Part:
    """What one kommune gets of the answers: its incomes, their columns, and the bytes kept."""

    kommune: str
    incomes: Sequence[Income] = field(repr=False)
    columns: Mapping[str, str]
    data: bytes = field(repr=False)


def _submission(form: Form, part: _Part, received_at: datetime) -> Submission:
    """Return the part of a kommune as a file of its own.

    It is of no reporting year: it delivers nothing on the kommune's behalf.
    """
    incomes = part.incomes
    values: dict[str, list[object]] = {
        "cpr": [each.cpr for each in incomes],
        "indkomst_kilde": [each.kilde for each in incomes],
        "fra_dato": [each.fra for each in incomes],
        "til_dato": [each.til for each in incomes],
        "oplyst_af": [TOLD_BY] * len(incomes),
        ANNUL: [each.annuller or None for each in incomes],
    }
    nothing: list[object] = [None] * len(incomes)
    frame = pl.DataFrame(
        {
            ROW: pl.Series(_own_rows(incomes), dtype=pl.Int32()),
            ROW_ID: pl.Series(nothing, dtype=pl.String()),
            **{
                each.id: pl.Series(values.get(each.id, nothing), dtype=polars_type(each.type))
                for each in form.sheet(SHEET).entry_fields()
            },
        }
    )
    return Submission(
        sha256=hashlib.sha256(part.data).hexdigest(),
        kommune_kode=part.kommune,
        aar=0,
        workbook_id=_workbook(part.kommune),
        parent="",
        form_version=form.version,
        received_at=received_at.astimezone(UTC),
        modified_at=received_at.astimezone(UTC),
        no_cases=False,
        sheets={SHEET: SubmittedSheet(SHEET, frame, frozenset(), dict(part.columns))},
        totals={SHEET: (frame.height, frame.height, 0, 0)},
        counts={},
        findings=(),
        original=part.data,
    )
