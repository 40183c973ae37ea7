"""Whether the access log is whole: its chain, its seals, its head, and what was noted outside."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import CLERK, entry_of_row, link_of, old_link_of
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.log_end import FIRST, LogEnd, Note, misfits
from fpsheet_sync.database.log_seal import Seal, SealState, judge_seal
from fpsheet_sync.database.store import Store

ALTERED, END, NOTE = "altered", "end", "note"


class LogFault(NamedTuple):
    """What is wrong with the log.

    Attributes:
        line: Number of the line.
        kind: `ALTERED` (or the line before is missing), the `SealState`, `END` (the head tells of
            another end) or `NOTE` (the log does not hold what was noted outside).
        detail: Who wrote the line, the key of its seal, or where the note lies.
    """

    line: int
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What came of looking at the whole log.

    Attributes:
        faults: All that is wrong, by line.
        lines: How many lines there are.
        sealed: Lines whose seal was tried and fits.
        noted: The highest line that a note outside the database vouches for; 0 for none.
    """

    faults: tuple[LogFault, ...]
    lines: int
    sealed: int
    noted: int


def check_log(store: Store, notes: Collection[Note] = ()) -> LogCheck:
    """Check every line of the log.

    Args:
        store: The database. Seals made with its key are tried where it is open with the key.
        notes: Ends of the log that were noted outside the database; the one beside the key is
            always among them.
    """
    with store.read() as connection:
        head = connection.execute(select(schema.loghoved)).first()
        table = schema.adgangslog
        rows = connection.execute(select(table).order_by(table.c.id)).all()
    seals = _judge_all(rows, store.keys)
    every_note = [*_own_note(store), *notes]
    links = {0: FIRST, **{row.id: row.kaede for row in rows}}
    wrong = misfits(every_note, links)
    faults = [
        *_chain_faults(rows),
        *_seal_faults(rows, seals),
        *_head_faults(head, rows),
        *(LogFault(note.end.lines, NOTE, note.place) for note in wrong),
    ]
    return LogCheck(
        faults=tuple(sorted(faults)),
        lines=len(rows),
        sealed=sum(seal is SealState.GOOD for seal in seals),
        noted=max((note.end.lines for note in every_note if note not in wrong), default=0),
    )


def _own_note(store: Store) -> Iterator[Note]:
    known = store.mark.read() if store.mark else None
    if store.mark and known is not None:
        yield Note(known, str(store.mark.file))


def _head_faults(head: Row[Any] | None, rows: Sequence[Row[Any]]) -> Iterator[LogFault]:
    end = LogEnd(rows[-1].id, rows[-1].kaede) if rows else LogEnd(0, FIRST)
    if head is None or (head.antal, head.kaede) != end:
        yield LogFault(end.lines + 1, END)


def _chain_faults(rows: Sequence[Row[Any]]) -> Iterator[LogFault]:
    before = LogEnd(0, FIRST)
    for row in rows:
        entry = entry_of_row(row)
        is_next = (row.id, row.forrige) == (before.lines + 1, before.link)
        fitting = link_of(entry, row.forrige), old_link_of(entry, row.forrige)
        if not is_next or row.kaede not in fitting:
            yield LogFault(row.id, ALTERED, entry.session or entry.actor.name)
        before = LogEnd(row.id, row.kaede)


def _seal_faults(rows: Sequence[Row[Any]], seals: Sequence[SealState]) -> Iterator[LogFault]:
    for row, seal in zip(rows, seals, strict=True):
        if seal not in {SealState.GOOD, SealState.UNTRIED}:
            who = row.segl_noegle if seal is SealState.UNKNOWN else row.server_bruger or row.bruger
            yield LogFault(row.id, seal.value, who)


def _judge_all(rows: Sequence[Row[Any]], keys: Keys | None) -> list[SealState]:
    clerks = dict(_clerks(rows, keys))
    return [_judge(row, keys, clerks) for row in rows]


def _clerks(rows: Sequence[Row[Any]], keys: Keys | None) -> Iterator[tuple[str, str]]:
    """Find whose the clerks' keys are; only who has the database's key can say so."""
    for row in rows:
        if row.handling == CLERK and _judge(row, keys, {}) in {SealState.GOOD, SealState.UNTRIED}:
            yield str(row.detaljer.get("noegle")), str(row.detaljer.get("bruger"))


def _judge(row: Row[Any], keys: Keys | None, clerks: Mapping[str, str]) -> SealState:
    seal = Seal(row.segl or "", row.segl_noegle or "", row.id, row.kaede, row.bruger)
    return judge_seal(seal, keys, clerks)
