"""Writing: a change of state becomes versions in the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Connection, Table, and_, tuple_

from fpsheet_sync.database.bulk import insert, is_postgresql
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.merge.commit import NEW
from fpsheet_sync.merge.lineage import SOURCE
from fpsheet_sync.merge.state import Conflict, Explained, Hold, Key, Notice, key_id
from fpsheet_sync.merge.state_change import Change

V = TypeVar("V")

_CHUNK = 300
"""Values in one IN list; more gains nothing."""


def write_change(connection: Connection, kommune_kode: str, change: Change, number: int) -> None:
    """Write a change of state as of commit `number`: end what ended, begin what began."""
    schema = store_schema()
    for sheet, part in change.rows.items():
        table = schema.records[sheet]
        _end_rows(connection, table, kommune_kode, part.closed.to_list(), number)
        _insert_versions(connection, table, part.opened, kommune_kode, number)
    _write_quarantine(connection, kommune_kode, change, number)
    for name, id_column, versions in (
        ("konflikt", "konflikt_id", _by_id(kommune_kode, change.conflicts, _conflict_values)),
        ("besked", "besked_id", _by_id(kommune_kode, change.notices, _notice_values)),
        ("tilbageholdelse", "indberetning_id", _holds(change.holds)),
    ):
        _write_versions(connection, schema[name], id_column, versions, (kommune_kode, number))
    _write_explanations(connection, kommune_kode, change, number)


def chunks(values: Iterable[Any], size: int = _CHUNK) -> Iterable[list[Any]]:
    """Give values in lists of a size that fits into one statement."""
    source = iter(values)
    while chunk := list(islice(source, size)):
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
    table = store_schema()["karantaene"]
    place = tuple_(table.c.indberetning_id, table.c.ark, table.c.raekke)
    for chunk in chunks(change.quarantine_closed.rows()):
        connection.execute(
            table.update()
            .where(place.in_(chunk), in_force_at(table))
            .values(til_indberetning=number)
        )
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
    table = store_schema()["forklaring"]
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
