"""Bulk: many rows in and out through the driver, inside SQLAlchemy's transaction.

SQLAlchemy's own cost per row is two to three times the driver's. SQLite takes tuples through
`executemany`; PostgreSQL takes a COPY of CSV that polars writes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import polars as pl
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Executable,
    String,
    Table,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.exc import DBAPIError

NO_CONSTANTS: Mapping[str, str | int] = {}


def is_postgresql(connection: Connection) -> bool:
    """Return whether the connection speaks with a PostgreSQL server."""
    return connection.dialect.name == "postgresql"


def insert(
    connection: Connection,
    table: Table,
    frame: pl.DataFrame,
    *,
    constants: Mapping[str, str | int] = NO_CONSTANTS,
    ignore: bool = False,
) -> None:
    """Insert the rows of a frame, whose columns are columns of the table.

    Args:
        connection: A connection in a transaction that may write.
        table: The table.
        frame: The rows, in the order of the primary key for speed.
        constants: Column → value that all rows share; cheaper than a column of the frame.
        ignore: Leave out rows whose primary key is there already.
    """
    if frame.is_empty():
        return
    # What is blank in all rows is left out of the statement: a third of the values of a file.
    frame = frame.select(column for column in frame if column.null_count() < frame.height)
    if is_postgresql(connection):
        shared = (pl.lit(value).alias(name) for name, value in constants.items())
        _copy(connection, table, frame.with_columns(*shared), ignore=ignore)
        return
    names = ", ".join([*constants, *frame.columns])
    marks = ", ".join([*map(_literal, constants.values()), *("?" * frame.width)])
    verb = "INSERT OR IGNORE" if ignore else "INSERT"
    statement = f"{verb} INTO {table.name} ({names}) VALUES ({marks})"
    connection.exec_driver_sql(statement, as_text(frame).rows())


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _copy(connection: Connection, table: Table, frame: pl.DataFrame, *, ignore: bool) -> None:
    driver: Any = connection.connection.driver_connection
    names = ", ".join(frame.columns)
    target = f"ny_{table.name}" if ignore else table.name
    with _as_elsewhere(connection), driver.cursor() as cursor:
        if ignore:
            cursor.execute(f"CREATE TEMP TABLE {target} (LIKE {table.name}) ON COMMIT DROP")
        with cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(_csv(frame))
        if ignore:
            # Sorted, so that two writers lock the same rows in the same order.
            keys = ", ".join(column.name for column in table.primary_key)
            cursor.execute(
                f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {target} "  # noqa: S608 - our own names
                f"ORDER BY {keys} ON CONFLICT DO NOTHING"
            )
            cursor.execute(f"DROP TABLE {target}")


@contextmanager
def _as_elsewhere(connection: Connection) -> Iterator[None]:
    """Raise what the driver says as SQLAlchemy does, so that it is translated like all the rest.

    The driver's own text may hold values.
    """
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError("COPY", None, error, hide_parameters=True) from None


def _csv(frame: pl.DataFrame) -> bytes:
    """Return the frame as CSV: a blank is NULL, an empty text is quoted, bytes are hexadecimal."""
    binary = [name for name, dtype in frame.schema.items() if dtype == pl.Binary]
    texts = (pl.lit("\\x") + pl.col(name).bin.encode("hex") for name in binary)
    buffer = BytesIO()
    frame.with_columns(
        text.alias(name) for text, name in zip(texts, binary, strict=True)
    ).write_csv(buffer, include_header=False)
    return buffer.getvalue()


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return dates as ISO text, as SQLite stores them."""
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Date]
    return frame.with_columns(pl.col(dates).dt.to_string("%Y-%m-%d")) if dates else frame


def is_one_of(
    connection: Connection, column: Column[Any], values: Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that a column of texts is one of many values.

    They are one parameter, however many: a list of parameters is written out and read anew for
    each statement, which took longer than to look the values up.
    """
    if is_postgresql(connection):
        return column == any_(literal(list(values), ARRAY(String)))
    given = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(given.c.value))


def read_frame(
    connection: Connection, statement: Executable, types: Mapping[str, pl.DataType]
) -> pl.DataFrame | None:
    """Read the rows of a SELECT into a frame; None when there are none.

    Args:
        connection: A connection.
        statement: A SELECT whose columns are those of `types`, in that order.
        types: Column → type in the frame.
    """
    rows = run(connection, statement)
    if not rows:
        return None
    raw = {n: pl.String() if t == pl.Date else t for n, t in types.items()}
    # By columns: a frame made of rows takes three times as long.
    columns = zip(*rows, strict=True)
    if is_postgresql(connection):
        return pl.DataFrame(dict(zip(types, columns, strict=True)), schema=dict(types))
    frame = pl.DataFrame(dict(zip(raw, columns, strict=True)), schema=raw)
    return frame.with_columns(
        pl.col(name).str.to_date("%Y-%m-%d") for name, dtype in types.items() if dtype == pl.Date
    )


def run(connection: Connection, statement: Executable) -> list[tuple[object, ...]]:
    """Run a statement and return its rows as the driver has them."""
    result = connection.execute(statement)
    if not result.returns_rows:
        return []
    # Past SQLAlchemy, which would make an object of every row.
    cursor: Any = result.cursor
    found: list[tuple[object, ...]] = list(cursor.fetchall())
    result.close()
    return found
