"""Publications: numbered editions of a country and a period, kept as they were printed."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from sqlalchemy import Connection, Row, func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.store import Store, lock
from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.protection.kept_rounding import Before, Kept, Measured
from fpsheet_sync.statistics.protection.relation import ToldReason
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_sync.statistics.publication.frozen_files import (
    freeze,
    freeze_files,
    freeze_releases,
    thaw,
    thaw_files,
    thaw_releases,
)
from fpsheet_sync.statistics.stat_table import Period, Release, Shorthand
from fpsheet_sync.statistics.tables.number_name import renamed
from fpsheet_templates.errors import StoreError

if TYPE_CHECKING:
    # Not loaded here: it brings the solver along.
    from fpsheet_sync.disclosure.prints import Print
    from fpsheet_sync.disclosure.rounding import Rounded
    from fpsheet_sync.statistics.protection.proof import Proof

_TABLE = "publikation"
_KINDS = {"format": int, "graense": int, "afrunding": int, "udgiver": dict, "landstal": list}
"""Settings of an edition, where they are kept → their type."""
_UNREADABLE = (
    *(LookupError, TypeError, ValueError, AttributeError, EOFError, RecursionError),
    *(zlib.error, BadZipFile),
)
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
        kept: How they were rounded.
        seen: The last publication of the country that the draft takes into account; 0 for none.
        audit: How every number was protected, for the departement alone.
        plain: Small numbers that everybody has from earlier editions.
        told: What readers are told of numbers beside each other.
        proof: What worlds of citizens prove, without those relations.
        files: The files that are handed out, by name; of what is not among them new ones are made.
    """

    publication: Publication
    releases: tuple[Release, ...]
    kept: Kept
    seen: int
    audit: "Rounded | None" = field(default=None, repr=False)
    plain: tuple[CellId, ...] = ()
    told: tuple[ToldReason, ...] = ()
    proof: "Proof | None" = field(default=None, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def read_publications(
    connection: Connection, area: str, period: Period | None = None
) -> tuple[Publication, ...]:
    """Return the editions of a country, or of one of its periods, oldest first."""
    table = schema.publikation
    columns = [column for column in table.columns if column.name not in _LARGE]
    wanted = select(*columns).where(table.c.omraade == area).order_by(table.c.id)
    if period is not None:
        wanted = wanted.where(table.c.fra == period.fra, table.c.til == period.til)
    return tuple(_publication(row) for row in connection.execute(wanted))


def read_previous(
    connection: Connection, area: str, period: Period, number: int, as_of: int | None = None
) -> Publication | None:
    """Return the edition of a country and period before the one of a number; None for the first.

    Of a state of the past (`as_of`, the last commit it knows of) an edition that knew more came
    later, and is none before it.
    """
    known = read_publications(connection, area, period)
    return next(
        (
            each
            for each in known[::-1]
            if each.number < number and (as_of is None or each.as_of <= as_of)
        ),
        None,
    )


def read_before(connection: Connection, area: str) -> Before:
    """Return what a reader of every edition of a country knows.

    All periods: the same number stands in editions of other periods too (a stock of one day, a
    quarter inside a year), under the same name.

    Raises:
        StoreError: What is kept of an edition is not what its tables print.
    """
    table = schema.publikation
    exact: dict[CellId, int] = {}
    prints: dict[CellId, list[Print]] = defaultdict(list)
    last = 0
    wanted = select(table).where(table.c.omraade == area).order_by(table.c.id)
    for row in connection.execute(wanted):
        kept, shown = _read_checked(row)
        exact.update({} if kept.prints else shown)
        for name, one in kept.prints.items():
            if one not in prints[name][-1:]:
                prints[name].append(one)
        last = row.id
    return Before(exact, {name: tuple(ones) for name, ones in prints.items()}, last)


def read_kept(connection: Connection, publication: Publication) -> Kept:
    """Return how the editions of a publication were rounded; nothing where they were not."""
    table = schema.publikation
    wanted = select(table.c.celler).where(table.c.id == publication.id)
    data = connection.execute(wanted).scalar_one()
    with _whole(publication):
        return thaw_kept(thaw(data), publication.period)


def read_editions(connection: Connection, publication: Publication) -> tuple[Release, ...]:
    """Return the editions of a publication as they were printed, in every language."""
    table = schema.publikation
    wanted = select(table.c.udgaver).where(table.c.id == publication.id)
    data = connection.execute(wanted).scalar_one()
    with _whole(publication):
        return thaw_releases(data)


def read_files(connection: Connection, publication: Publication) -> Mapping[str, bytes]:
    """Return the files of a publication as they were handed out; none of an earlier version's.

    Raises:
        StoreError: They cannot be read.
    """
    table = schema.publikation
    wanted = select(table.c.filer).where(table.c.id == publication.id)
    data = connection.execute(wanted).scalar_one()
    with _whole(publication):
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
    """Return the number of the next edition of a country and period, 1 for the first."""
    earlier = read_publications(connection, area, period)
    return max((each.number for each in earlier), default=0) + 1


def _is_overtaken(connection: Connection, draft: Draft) -> bool:
    """Return whether somebody published after the draft was numbered, or after it was made."""
    own = draft.publication
    is_numbered = next_number(connection, own.area, own.period) == own.number
    return not is_numbered or _last(connection, own.area) != draft.seen


def _last(connection: Connection, area: str) -> int:
    table = schema.publikation
    newest = select(func.max(table.c.id)).where(table.c.omraade == area)
    return int(connection.execute(newest).scalar() or 0)


def _save(connection: Connection, draft: Draft, actor: Actor) -> None:
    table, own = schema.publikation, draft.publication
    number = int(connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
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
            "celler": freeze_kept(draft.kept),
            "udgaver": freeze_releases(draft.releases),
            "filer": freeze_files(draft.files) if draft.files else None,
        },
    )
    days = {"fra": str(own.period.fra), "til": str(own.period.til)}
    details = {"omraade": own.area, "udgave": own.number, **days, "tilstand": own.state}
    log_access(connection, actor, Deed("udgivelse", details=details))


def freeze_kept(kept: Kept) -> bytes:
    """Return how editions were rounded as bytes."""
    return freeze(
        {
            "printed": {name: one.value for name, one in kept.prints.items()},
            "hidden": dict.fromkeys(sorted(kept.left_out), True),
            "prints": {
                name: [one.value, one.base, one.window, one.count]
                for name, one in kept.prints.items()
            },
            "figures": {name: [one.value, one.as_of] for name, one in kept.figures.items()},
            "tallies": dict(kept.tallies),
        }
    )


def thaw_kept(cells: Mapping[str, Any], period: Period) -> Kept:
    """Return how editions of a period were rounded; nothing of those that were not."""
    from fpsheet_sync.disclosure.prints import Print  # noqa: PLC0415 - brings numpy along

    if "prints" not in cells:
        return Kept()
    return Kept(
        prints={renamed(name, period): Print(*parts) for name, parts in cells["prints"].items()},
        left_out=frozenset(renamed(name, period) for name in cells["hidden"]),
        figures={
            name: Measured(Shorthand(value) if isinstance(value, str) else value, as_of)
            for name, (value, as_of) in cells["figures"].items()
        },
        tallies=cells["tallies"],
    )


def _read_checked(row: Row[Any]) -> tuple[Kept, Mapping[CellId, int]]:
    """Return how an edition was rounded and what it shows, which must belong together.

    Raises:
        StoreError: They do not: the tables are another edition's, or a print is not what they show
            or no multiple of what it was rounded to.
    """
    shown: dict[CellId, int] = {}
    own = _publication(row)
    with _whole(own):
        kept = thaw_kept(thaw(row.celler), own.period)
        editions = thaw_releases(row.udgaver)
        shown = {name: cell for one in editions for name, cell in printed_numbers(one).items()}
        is_whole = all(
            (one.number, one.period) == (row.nummer, Period(row.fra, row.til)) for one in editions
        )
        if kept.prints:
            prints = {name: one.value for name, one in kept.prints.items()}
            is_rounded = all(one.value % one.base == 0 for one in kept.prints.values())
            is_whole = is_whole and is_rounded and shown.items() <= prints.items()
        else:
            is_whole = is_whole and not any(one.base for one in editions)
    if not is_whole:
        raise _broken(own)
    return kept, shown


@contextmanager
def _whole(publication: Publication) -> Iterator[None]:
    """Raise a StoreError where what is kept of an edition cannot be read.

    A role that publishes can write it, so it may hold anything.
    """
    try:
        yield
    except _UNREADABLE:
        raise _broken(publication) from None


def _broken(publication: Publication) -> StoreError:
    days = f"{publication.period.fra:%d-%m-%Y} - {publication.period.til:%d-%m-%Y}"
    told = {"nummer": publication.number, "omraade": publication.area, "dage": days}
    return store_failure("edition", {**told, "id": publication.id})


def _publication(row: Row[Any]) -> Publication:
    """Return the edition of a row.

    Raises:
        StoreError: Its settings are none of ours.
    """
    said = row.indstillinger
    known = said if isinstance(said, dict) else {}
    own = _read_row(row, known)
    is_typed = all(isinstance(known[name], kind) for name, kind in _KINDS.items() if name in known)
    if known is not said or not is_typed:
        raise _broken(own)
    with _whole(own):
        # Read here, where it can be told of, and not wherever it is needed.
        str(known["udgiver"]["navn"] + known["udgiver"]["kontakt"])
        if "tilbagetrukket" in known:
            date.fromisoformat(known["tilbagetrukket"]["dag"])
            str(known["tilbagetrukket"]["begrundelse"])
    return own


def _read_row(row: Row[Any], settings: Mapping[str, Any]) -> Publication:
    return Publication(
        id=row.id,
        area=row.omraade,
        period=Period(row.fra, row.til),
        number=row.nummer,
        fingerprint=row.aftryk,
        as_of=row.til_og_med,
        state=row.tilstand,
        counted_on=row.opgjort,
        settings=settings,
    )
