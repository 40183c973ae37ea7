"""Status: which kommune has delivered what, and what it waits for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.extension import Extension, open_request, read_extensions
from fpsheet_sync.merge.commit import CommitKind, Status


class Delivery(StrEnum):
    """How a kommune stands in a period, the first that holds."""

    MISSING = "ikke_modtaget"
    HELD = "tilbageholdt"
    """The newest file lost too many rows; nobody has released it."""
    QUARANTINE = "karantaene"
    """Some cases wait for a correction."""
    WAITING = "venter_paa_svar"
    """Conflicts, or warnings without an explanation."""
    IN_ORDER = "i_orden"


class Overwritten(NamedTuple):
    """A field that the newest file replaced, and may not have known of (HIS-011).

    Attributes:
        sheet: Sheet identifier.
        row: Excel row in the newest file.
        field: The field.
    """

    sheet: str
    row: int
    field: str


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One kommune in one period.

    Attributes:
        kommune_kode: The kommune.
        aar: Reporting year.
        delivery: How it stands.
        first: When the first file was received, UTC; None for none.
        last: When the newest was received.
        files: Number of files received.
        newest: Number of the newest commit; 0 for none.
        waiting: Rows in quarantine that came with files of the period.
        conflicts: Open conflicts of the kommune.
        unexplained: Warnings of the newest file without an explanation.
        no_cases: The newest file says that there were no cases.
        said_on_cover: Who vouches for the newest file and when, and a contact that agreed to be
            named: field of the Forside → text.
        receipt: Number of the newest file's receipt; empty for none.
        overwritten: What the newest file replaced.
        extension: The newest extension of the deadline; None where none was granted.
    """

    kommune_kode: str
    aar: int
    delivery: Delivery
    first: datetime | None = None
    last: datetime | None = None
    files: int = 0
    newest: int = 0
    waiting: int = 0
    conflicts: int = 0
    unexplained: int = 0
    no_cases: bool = False
    said_on_cover: Mapping[str, str] = field(default_factory=dict)
    receipt: str = ""
    overwritten: tuple[Overwritten, ...] = ()
    extension: Extension | None = None

    @property
    def asked_until(self) -> date | None:
        """Return the deadline that the kommune asks for and has had no answer to."""
        return open_request(self.said_on_cover, self.extension)


def status(store: Store, kommuner: Iterable[str], years: Iterable[int]) -> list[StatusLine]:
    """Return how each kommune stands in each year, by kommune and year."""
    periods = [(kommune, year) for kommune in sorted(kommuner) for year in sorted(years)]
    commit = schema.indberetning
    own = ("id", "kommune_kode", "aar", "status", "received_at", "no_cases")
    columns = (*own, "kvittering", "handling")
    files = (
        select(*(commit.c[name] for name in columns))
        .where(commit.c.art == CommitKind.SUBMISSION)
        .order_by(commit.c.received_at, commit.c.id)
    )
    with store.read() as connection:
        by_period: dict[tuple[str, int], list[StatusLine]] = {}
        waiting = _waiting(connection)
        open_conflicts = _conflicts(connection)
        extensions = read_extensions(connection)
        for row in connection.execute(files):
            receipt = row.kvittering or {}
            line = StatusLine(
                kommune_kode=row.kommune_kode,
                aar=row.aar,
                delivery=Delivery.HELD if row.status == Status.HELD else Delivery.IN_ORDER,
                first=row.received_at,
                last=row.received_at,
                files=1,
                newest=row.id,
                unexplained=receipt.get("unexplained", 0),
                no_cases=row.no_cases,
                said_on_cover=(row.handling or {}).get("forside", {}),
                receipt=receipt.get("number", ""),
                overwritten=tuple(_overwritten(receipt)),
            )
            by_period.setdefault((row.kommune_kode, row.aar), []).append(line)
    lines = (
        _line(period, by_period.get(period, []), waiting.get(period, 0), open_conflicts)
        for period in periods
    )
    return [
        replace(line, extension=extensions.get((line.kommune_kode, line.aar))) for line in lines
    ]


def _overwritten(receipt: Mapping[str, Any]) -> Iterator[Overwritten]:
    """Yield what a receipt says that its file replaced."""
    for notice in receipt.get("replaced", ()):
        kept = notice["kept"]
        for name, value in kept["values"].items():
            if notice["left"].get(name) != value:
                yield Overwritten(notice["sheet"], kept["row"], name)


def _line(
    period: tuple[str, int], files: list[StatusLine], waiting: int, conflicts: dict[str, int]
) -> StatusLine:
    kommune, year = period
    if not files:
        return StatusLine(kommune, year, Delivery.MISSING)
    newest, unresolved = files[-1], conflicts.get(kommune, 0)
    if newest.delivery is Delivery.HELD:
        delivery = Delivery.HELD
    elif waiting:
        delivery = Delivery.QUARANTINE
    elif unresolved or newest.unexplained:
        delivery = Delivery.WAITING
    else:
        delivery = Delivery.IN_ORDER
    return replace(
        newest,
        delivery=delivery,
        first=files[0].first,
        files=len(files),
        waiting=waiting,
        conflicts=unresolved,
    )


def _waiting(connection: Connection) -> dict[tuple[str, int], int]:
    table, commit = schema.karantaene, schema.indberetning
    counted = (
        select(table.c.kommune_kode, commit.c.aar, func.count().label("antal"))
        .join(commit, commit.c.id == table.c.indberetning_id)
        .where(in_force_at(table))
        .group_by(table.c.kommune_kode, commit.c.aar)
    )
    return {(row.kommune_kode, row.aar): row.antal for row in connection.execute(counted)}


def _conflicts(connection: Connection) -> dict[str, int]:
    table = schema.konflikt
    counted = (
        select(table.c.kommune_kode, func.count().label("antal"))
        .where(in_force_at(table))
        .group_by(table.c.kommune_kode)
    )
    return {row.kommune_kode: row.antal for row in connection.execute(counted)}


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that is held.

    Attributes:
        number: Number of its commit.
        kommune_kode: Its sender.
        workbook_id: The workbook.
        lost: Rows that it lacks.
        of: Rows that it should have.
    """

    number: int
    kommune_kode: str
    workbook_id: str
    lost: int
    of: int


def read_held(connection: Connection, kommune_kode: str = "") -> tuple[HeldFile, ...]:
    """Return the held files of a kommune, or of all, by number."""
    held, commit = schema.tilbageholdelse, schema.indberetning
    wanted = (
        select(commit.c.id, commit.c.kommune_kode, commit.c.workbook_id, held.c.mistet, held.c.af)
        .join(held, held.c.indberetning_id == commit.c.id)
        .where(in_force_at(held))
        .order_by(commit.c.id)
    )
    if kommune_kode:
        wanted = wanted.where(commit.c.kommune_kode == kommune_kode)
    return tuple(HeldFile(*row) for row in connection.execute(wanted))
