"""Writing: a change of state becomes versions in the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Connection, Table, and_, bindparam

from fpsheet_sync.database import schema
from fpsheet_sync.database.bulk import insert, is_postgresql
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.merge.commit import NEW, Status
from fpsheet_sync.merge.content import BLOCKED, FILE_ID, no_row, pack
from fpsheet_sync.merge.file_merge import Outcome
from fpsheet_sync.merge.lineage import SOURCE
from fpsheet_sync.merge.record_identity import REFUSING, ROW_ID
from fpsheet_sync.merge.state import Conflict, Explained, Hold, Key, Notice, key_id
from fpsheet_sync.merge.state_change import Change

V = TypeVar("V")

_WAITING = ("indberetning_id", "ark", "raekke")
"""Where a row stands that waits."""
_CHUNK = 300
"""Values in one IN list; more gains nothing."""


def write_change(connection: Connection, kommune_kode: str, change: Change, number: int) -> None:
    """Write a change of state as of commit `number`: end what ended, begin what began."""
    for sheet, part in change.rows.items():
        table = schema_of(connection).records[sheet]
        _end_rows(connection, table, kommune_kode, part.closed.to_list(), number)
        _insert_versions(connection, table, part.opened, kommune_kode, number)
    _write_quarantine(connection, kommune_kode, change, number)
    for table, id_column, versions in (
        (schema.konflikt, "konflikt_id", _by_id(kommune_kode, change.conflicts, _conflict_values)),
        (schema.besked, "besked_id", _by_id(kommune_kode, change.notices, _notice_values)),
        (schema.tilbageholdelse, "indberetning_id", _holds(change.holds)),
    ):
        _write_versions(connection, table, id_column, versions, (kommune_kode, number))
    _write_explanations(connection, kommune_kode, change, number)


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Yield values in lists of a size that fits into one statement."""
    source = iter(values)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk


def _insert_versions(
    connection: Connection, table: Table, rows: pl.DataFrame, kommune_kode: str, number: int
) -> None:
    """Insert rows of a state as versions; the planned commit (`NEW`) gets its number."""
    constants: dict[str, str | int] = {"kommune_kode": kommune_kode, "fra_indberetning": number}
    is_whole = rows["kilder"].null_count() == rows.height and (rows[SOURCE] == NEW).all()
    if is_whole:
        # All straight from one file, as in a first sync: the provenance is one constant.
        names = [name for name in rows.columns if name not in {SOURCE, "kilder"}]
        insert(connection, table, rows[names], constants={**constants, SOURCE: number})
        return
    own = pl.col(SOURCE).replace(NEW, number)
    sources = pl.col("kilder").str.replace_all(f"[{NEW},", f"[{number},", literal=True)
    insert(connection, table, rows.with_columns(own, sources), constants=constants)


def _end_rows(
    connection: Connection, table: Table, kommune_kode: str, ids: list[str], number: int
) -> None:
    if not ids:
        return
    if is_postgresql(connection):
        statement = (
            f"UPDATE {table.name} SET til_indberetning = %s WHERE kommune_kode = %s "  # noqa: S608 - our own name
            "AND til_indberetning IS NULL AND raekke_id = ANY(%s)"
        )
        connection.exec_driver_sql(statement, (number, kommune_kode, ids))
        return
    statement = (
        f"UPDATE {table.name} SET til_indberetning = ? WHERE kommune_kode = ? "  # noqa: S608 - our own name
        "AND raekke_id = ? AND til_indberetning IS NULL"
    )
    connection.exec_driver_sql(statement, [(number, kommune_kode, row_id) for row_id in ids])


def _write_quarantine(
    connection: Connection, kommune_kode: str, change: Change, number: int
) -> None:
    table = schema.karantaene
    closed = change.quarantine_closed.rename(lambda name: f"her_{name}").to_dicts()
    if closed:
        is_place = (table.c[name] == bindparam(f"her_{name}") for name in _WAITING)
        ended = table.update().where(*is_place, in_force_at(table))
        connection.execute(ended.values(til_indberetning=number), closed)
    constants: dict[str, str | int] = {"kommune_kode": kommune_kode, "fra_indberetning": number}
    insert(connection, table, change.quarantine_opened, constants=constants)


def _write_versions(
    connection: Connection,
    table: Table,
    id_column: str,
    versions: Mapping[Any, Mapping[str, Any] | None],
    place: tuple[str, int],
) -> None:
    """End the versions of every id named, and begin those that have values."""
    kommune_kode, number = place
    for chunk in chunks(versions):
        connection.execute(
            table.update()
            .where(
                and_(table.c.kommune_kode == kommune_kode, in_force_at(table)),
                table.c[id_column].in_(chunk),
            )
            .values(til_indberetning=number)
        )
    begun = [
        {id_column: name, "kommune_kode": kommune_kode, "fra_indberetning": number, **values}
        for name, values in versions.items()
        if values is not None
    ]
    if begun:
        connection.execute(table.insert(), begun)


def _by_id(
    kommune_kode: str, values: Mapping[Key, V | None], write: Callable[[V], dict[str, Any]]
) -> dict[str, dict[str, Any] | None]:
    return {
        key_id(kommune_kode, key): None
        if value is None
        else {"ark": key[0], "raekke_id": key[1], "gruppe": key[2], **write(value)}
        for key, value in values.items()
    }


def _conflict_values(conflict: Conflict) -> dict[str, Any]:
    return {
        "gaeldende": list(conflict.agreed),
        "paastande": [
            {"indberetning": claim.source, "raekke": claim.row, "vaerdi": list(claim.values)}
            for claim in conflict.claims
        ],
    }


def _notice_values(notices: Sequence[Notice]) -> dict[str, Any]:
    return {
        "beskeder": [
            {
                "indberetning": notice.source,
                "raekke": notice.row,
                "kode": notice.code,
                "gaelder": list(notice.kept),
                "foer": list(notice.left),
            }
            for notice in notices
        ]
    }


def _holds(holds: Mapping[int, Hold | None]) -> dict[int, dict[str, int] | None]:
    return {
        commit: None if hold is None else {"mistet": hold.lost, "af": hold.of}
        for commit, hold in holds.items()
    }


def _write_explanations(
    connection: Connection, kommune_kode: str, change: Change, number: int
) -> None:
    table = schema.forklaring
    for sheet, row_id, code in change.explanations:
        connection.execute(
            table.update()
            .where(
                table.c.kommune_kode == kommune_kode,
                table.c.ark == sheet,
                table.c.raekke_id == row_id,
                table.c.kode == code,
                in_force_at(table),
            )
            .values(til_indberetning=number)
        )
    begun = [
        _explained(kommune_kode, key, explained, number)
        for key, explained in change.explanations.items()
        if explained is not None
    ]
    if begun:
        connection.execute(table.insert(), begun)


def _explained(kommune_kode: str, key: Key, explained: Explained, number: int) -> dict[str, Any]:
    sheet, row_id, code = key
    return {
        "kommune_kode": kommune_kode,
        "kode": code,
        "ark": sheet,
        "raekke_id": row_id,
        "fra_indberetning": number,
        "indberetning_id": explained.source,
        "aftryk": explained.fingerprint,
        "tekst": explained.text,
    }


def status_of(outcome: Outcome) -> Status:
    """Return what became of a file as a whole."""
    if outcome.hold is not None:
        return Status.HELD
    waits = any(numbers.quarantined for numbers in outcome.sheets.values())
    return Status.QUARANTINE if waits else Status.MERGED


def parent_of(outcome: Outcome, number: int) -> int | None:
    """Return the commit a file was merged against; the planned one has `number`."""
    parent = outcome.descended.ancestry.parent
    return None if parent is None else parent.id or number


def pack_lines(outcome: Outcome, number: int) -> dict[str, bytes | None]:
    """Return what the line of descent says, per sheet; None where the rows of the file say all."""
    lines: dict[str, bytes | None] = {}
    is_plain = outcome.hold is None and all(f.code not in REFUSING for f in outcome.findings)
    for name in outcome.layouts:
        placed, base = outcome.placed[name], outcome.descended.base[name]
        is_silent = placed.is_empty() and base.is_empty()
        if is_silent or (is_plain and _says_it_all(placed, base)):
            lines[name] = None
            continue
        line = outcome.line_of(name)
        lines[name] = pack(line.with_columns(pl.col(SOURCE).replace(NEW, number)))
    return lines


def _says_it_all(placed: pl.DataFrame, base: pl.DataFrame) -> bool:
    """Return whether a line is the rows that the check let through, under the ids of the file."""
    if placed.is_empty():
        return base.is_empty()
    if placed[ROW_ID].ne_missing(placed[FILE_ID]).any():
        return False
    said = placed.filter(~pl.col(BLOCKED))[ROW_ID]
    return bool(base[ROW_ID].is_in(said.implode()).all())


def update_others(connection: Connection, outcomes: Mapping[int, Outcome], number: int) -> None:
    """Bring the other commits in step, where the kommune was folded again."""
    commit, contents = schema.indberetning, schema.indhold
    for commit_id, outcome in outcomes.items():
        if commit_id == NEW:
            continue
        connection.execute(
            commit.update().where(commit.c.id == commit_id),
            {"status": status_of(outcome), "afstamning": parent_of(outcome, number)},
        )
        for name, line in pack_lines(outcome, number).items():
            place = {"indberetning_id": commit_id, "ark": name}
            is_place = contents.c.indberetning_id == commit_id, contents.c.ark == name
            found = connection.execute(contents.update().where(*is_place), {"linje": line})
            if line is not None and not found.rowcount:
                data = pack(no_row(outcome.layouts[name]))
                connection.execute(contents.insert(), {**place, "data": data, "linje": line})
