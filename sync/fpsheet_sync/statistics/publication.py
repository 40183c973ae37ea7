"""Publications: numbered editions of a country and a period, kept as they were printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, select

from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.schema import store_schema
from fpsheet_sync.stat_table import Period, Release
from fpsheet_sync.statistics.frozen import (
    freeze,
    freeze_files,
    freeze_releases,
    thaw,
    thaw_files,
    thaw_releases,
)
from fpsheet_sync.store import Store, lock

if TYPE_CHECKING:
    # Not loaded here: it brings the solver along.
    from fpsheet_sync.disclosure.report import AuditReport

_TABLE = "publikation"
_LARGE = frozenset({"celler", "udgaver", "filer"})


@dataclass(frozen=True, slots=True)
class Publication:
    """One edition, as the database lists it.

    Attributes:
        id: Its place among all publications.
        area: "GL" or "DK".
        period: Period counted.
        number: Edition of that country and period, from 1.
        fingerprint: Hash of everything the edition depends on.
        as_of: Number of the last commit it knows of.
        state: Hash of the country's state it was counted from.
        counted_on: The day printed as "opgjort pr.".
        settings: Choices it was made with: threshold, publisher, figures compared with …
    """

    id: int
    area: str
    period: Period
    number: int
    fingerprint: str
    as_of: int
    state: str
    counted_on: date
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """Editions of a country that could be published: the audit has passed.

    Attributes:
        publication: What they would be; its number is the next one.
        releases: The editions of every area and language.
        printed: Every count they print, by name.
        hidden: Every cell they hide, and whether it is small.
        seen: The last publication of the country that the draft takes into account; 0 for none.
        audit: What was hidden and why, for the departement alone.
        files: The files that are handed out, by name; of what is not among them new ones are made.
    """

    publication: Publication
    releases: tuple[Release, ...]
    printed: Mapping[CellId, int]
    hidden: Mapping[CellId, bool]
    seen: int
    audit: "AuditReport | None" = field(default=None, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier editions of a country have told, and what they have not.

    Attributes:
        printed: The counts printed, by name; of several values the last.
        hidden: The cells hidden, and whether one was ever hidden for being small.
        last: The last publication of the country; 0 for none.
    """

    printed: Mapping[CellId, int] = field(default_factory=dict)
    hidden: Mapping[CellId, bool] = field(default_factory=dict)
    last: int = 0


def read_publications(
    connection: Connection, area: str, period: Period | None = None
) -> tuple[Publication, ...]:
    """Give the editions of a country, or of one of its periods, oldest first."""
    table = store_schema()[_TABLE]
    columns = [column for column in table.columns if column.name not in _LARGE]
    wanted = select(*columns).where(table.c.omraade == area).order_by(table.c.id)
    if period is not None:
        wanted = wanted.where(table.c.fra == period.fra, table.c.til == period.til)
    return tuple(_publication(row) for row in connection.execute(wanted))


def read_previous(
    connection: Connection, area: str, period: Period, number: int
) -> Publication | None:
    """Give the last edition of a country and period before that of a number; None for the first."""
    known = read_publications(connection, area, period)
    return next((each for each in known[::-1] if each.number < number), None)


def read_before(connection: Connection, area: str) -> Before:
    """Give what a reader of every edition of a country knows.

    All periods: the same number stands in editions of other periods too (a stock of one day, a
    quarter inside a year), under the same name.
    """
    table = store_schema()[_TABLE]
    wanted = select(table.c.id, table.c.celler).where(table.c.omraade == area)
    printed: dict[CellId, int] = {}
    hidden: dict[CellId, bool] = {}
    last = 0
    for row in connection.execute(wanted.order_by(table.c.id)):
        cells = thaw(row.celler)
        printed.update(cells["printed"])
        for name, is_small in cells["hidden"].items():
            hidden[name] = is_small or hidden.get(name, False)
        last = row.id
    return Before(printed, hidden, last)


def read_editions(connection: Connection, publication: Publication) -> tuple[Release, ...]:
    """Give the editions of a publication as they were printed, in every language."""
    table = store_schema()[_TABLE]
    wanted = select(table.c.udgaver).where(table.c.id == publication.id)
    return thaw_releases(connection.execute(wanted).scalar_one())


def read_files(connection: Connection, publication: Publication) -> Mapping[str, bytes]:
    """Give the files of a publication as they were handed out; none of an earlier version's."""
    table = store_schema()[_TABLE]
    wanted = select(table.c.filer).where(table.c.id == publication.id)
    data = connection.execute(wanted).scalar_one()
    return thaw_files(data) if data else {}


def save_drafts(store: Store, drafts: Sequence[Draft], actor: Actor) -> bool:
    """Publish drafts, all of them or none, each with a line in the access log.

    Returns:
        False where somebody has published since a draft was made; nothing is changed then, and
        the draft must be made again with that edition taken into account.

    Raises:
        StoreError: The database could not be written.
    """
    with store.write() as connection:
        lock(connection, _TABLE)
        if any(_is_overtaken(connection, draft) for draft in drafts):
            return False
        for draft in drafts:
            _save(connection, draft, actor)
    return True


def next_number(connection: Connection, area: str, period: Period) -> int:
    """Give the number of the next edition of a country and period, 1 for the first."""
    earlier = read_publications(connection, area, period)
    return max((each.number for each in earlier), default=0) + 1


def _is_overtaken(connection: Connection, draft: Draft) -> bool:
    """Tell whether somebody published after the draft was numbered, or after it was made."""
    own = draft.publication
    is_numbered = next_number(connection, own.area, own.period) == own.number
    return not is_numbered or _last(connection, own.area) != draft.seen


def _last(connection: Connection, area: str) -> int:
    table = store_schema()[_TABLE]
    newest = select(func.max(table.c.id)).where(table.c.omraade == area)
    return int(connection.execute(newest).scalar() or 0)


def _save(connection: Connection, draft: Draft, actor: Actor) -> None:
    table, own = store_schema()[_TABLE], draft.publication
    number = int(connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
    cells = {"printed": dict(draft.printed), "hidden": dict(draft.hidden)}
    connection.execute(
        table.insert(),
        {
            "id": number,
            "omraade": own.area,
            "fra": own.period.fra,
            "til": own.period.til,
            "nummer": own.number,
            "aftryk": own.fingerprint,
            "til_og_med": own.as_of,
            "tilstand": own.state,
            "opgjort": own.counted_on,
            "oprettet": actor.time,
            "indstillinger": dict(own.settings),
            "celler": freeze(cells),
            "udgaver": freeze_releases(draft.releases),
            "filer": freeze_files(draft.files) if draft.files else None,
        },
    )
    days = {"fra": str(own.period.fra), "til": str(own.period.til)}
    details = {"omraade": own.area, "udgave": own.number, **days, "tilstand": own.state}
    log_access(connection, actor, Deed("udgivelse", details=details))


def _publication(row: Row[Any]) -> Publication:
    return Publication(
        id=row.id,
        area=row.omraade,
        period=Period(row.fra, row.til),
        number=row.nummer,
        fingerprint=row.aftryk,
        as_of=row.til_og_med,
        state=row.tilstand,
        counted_on=row.opgjort,
        settings=row.indstillinger,
    )
