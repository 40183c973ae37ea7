"""Extracts: who has a pension on a day, with CPR number, for the lists of other systems.

Each opening of the vault is logged.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from enum import StrEnum

from sqlalchemy import Connection, select

from fpsheet_sync.citizens.vault import open_cprs
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.in_force import commit_of
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store, last_commit
from fpsheet_sync.statistics.facts.scope import ENHED, Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables
from fpsheet_sync.statistics.stat_table import Period

Value = str | int | float | date | None

DEED = "udtraek"
_STATE = ("kommune", "niveau", "vurdering_dato", "arbejdsevne_pct", "maks_timer_pr_uge")
States = dict[str, tuple[Value, ...]]
"""Citizen → the state of the columns `_STATE`."""
_NOTHING: tuple[Value, ...] = (None,) * len(_STATE)


class ExtractKind(StrEnum):
    """Which list is drawn."""

    SIDE900 = "side900"
    """Level and latest vurdering of every citizen with a pension in Greenland."""
    SKAT = "skat"
    """CPR numbers of everybody with a pension: whose income Skattestyrelsen is asked for."""


class Mark(StrEnum):
    """What became of a citizen since the last extract."""

    NEW = "ny"
    CHANGED = "aendret"
    SAME = "uaendret"
    ENDED = "ophoert"
    """On the last extract, and without a pension now."""


@dataclass(frozen=True, slots=True)
class WantedExtract:
    """Which extract is wanted.

    Attributes:
        kind: Which list.
        day: The day of the state.
        language: Language of headings and labels.
        since: Compare with the state known at the end of this day, and not with the last extract.
        kommune: Only the citizens who belong to this kommune that day; "" for the country.
        zone: Where the day of `since` ends.
    """

    kind: ExtractKind
    day: date
    language: str
    since: date | None = None
    kommune: str = ""
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Extract:
    """An export.

    Attributes:
        columns: Identifiers of the columns, `cpr` first.
        rows: One row per citizen, in order of CPR number.
        compared_with: The day of the extract compared with; None for the first.
        changes: Mark → number of citizens; empty for the first.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    compared_with: date | None = None
    changes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Last:
    """The extract compared with: its day, and the last commit it knew of."""

    day: date
    commit: int


def draw_extract(store: Store, wanted: WantedExtract, actor: Actor) -> Extract:
    """Draw a list out of the database; the log says whose CPR number was opened, by whom and why.

    The list for side 900 marks what changed since the last one that was drawn.

    Raises:
        StoreError: The database could not be used, or was opened without its keys.
    """
    keys = store.need_keys()
    is_skat = wanted.kind is ExtractKind.SKAT
    kommuner = tuple(store.form.kommuner) if is_skat else store.form.kommuner_in("GL")
    with store.write() as connection:
        last = None if is_skat else _last_extract(connection, wanted)
        known = last_commit(connection)
        now = _of(wanted.kommune, _states(connection, wanted.day, kommuner, None))
        before: States = {}
        if last is not None:
            states = _states(connection, last.day, kommuner, last.commit)
            before = _of(wanted.kommune, states)
        listed = {**dict.fromkeys(before, _NOTHING), **now}
        shared = {"formaal": str(wanted.kind), "dag": str(wanted.day), "til_og_med": known}
        shared |= {"kommune": wanted.kommune} if wanted.kommune else {}
        deeds = [Deed(DEED, borger=borger, details=shared) for borger in sorted(listed)]
        log_access(connection, actor, Deed(DEED, details={**shared, "antal": len(listed)}), *deeds)
        cprs = open_cprs(connection, keys, listed)
        # An erased citizen's pension ended long ago, and an extract said so then.
        listed = {citizen: state for citizen, state in listed.items() if citizen in cprs}
    if is_skat:
        # Two kommuner may have made the same replacement number; it is asked about once.
        return Extract(("cpr",), tuple((cpr,) for cpr in sorted(set(cprs.values()))))
    if last is None:
        rows = [(cprs[citizen], *state) for citizen, state in now.items()]
        return Extract(("cpr", *_STATE), tuple(sorted(rows, key=_by_cpr)))
    marks = {citizen: _mark(citizen, before, now) for citizen in listed}
    marked = [(cprs[citizen], *state, marks[citizen]) for citizen, state in listed.items()]
    return Extract(
        columns=("cpr", *_STATE, "aendret"),
        rows=tuple(sorted(marked, key=_by_cpr)),
        compared_with=last.day,
        changes=Counter(str(mark) for mark in marks.values()),
    )


def _by_cpr(row: tuple[Value, ...]) -> str:
    return str(row[0])


def _mark(citizen: str, before: States, now: States) -> Mark:
    if citizen not in now:
        return Mark.ENDED
    if citizen not in before:
        return Mark.NEW
    return Mark.SAME if before[citizen] == now[citizen] else Mark.CHANGED


def _last_extract(connection: Connection, wanted: WantedExtract) -> _Last | None:
    """Return the extract to compare with: of the day asked for, else the last one of its kind.

    What was drawn for one kommune says nothing of the others; that of the country has them all.
    """
    if wanted.since is not None:
        return _Last(wanted.since, commit_of(connection, wanted.since, wanted.zone))
    log = schema.adgangslog
    drawn = select(log.c.detaljer).where(log.c.handling == DEED, log.c.borger.is_(None))
    # A look back at an earlier day is no step forward: the latest day counts, then the latest draw.
    last: _Last | None = None
    for details in connection.execute(drawn.order_by(log.c.id)).scalars():
        is_of_kind = details.get("formaal") == wanted.kind and "til_og_med" in details
        if is_of_kind and details.get("kommune", "") in {"", wanted.kommune}:
            found = _Last(date.fromisoformat(details["dag"]), int(details["til_og_med"]))
            last = found if last is None or found.day >= last.day else last
    return last


def _of(kommune: str, states: States) -> States:
    """Return the states of the citizens of one kommune; all where none is named."""
    return {who: state for who, state in states.items() if not kommune or state[0] == kommune}


def _states(
    connection: Connection, day: date, kommuner: Sequence[str], as_of: int | None
) -> States:
    """Return citizen → where, level and latest vurdering, by the definitions of the statistics."""
    scope = Scope(schema_of(connection), Period(day, day), tuple(kommuner), as_of)
    names = ("pensionister", "seneste_vurdering")
    with fact_tables(connection, scope, names) as tables:
        people, assessed = (tables[name] for name in names)
        joined = people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED])
        wanted = (
            people.c[ENHED],
            people.c.kommune,
            people.c.niveau,
            assessed.c.vurdering_dato,
            assessed.c.arbejdsevne_pct,
            assessed.c.maks_timer_pr_uge,
        )
        found = connection.execute(select(*wanted).select_from(joined)).all()
    return {row[0]: tuple(row[1:]) for row in found if row[1] in kommuner}
