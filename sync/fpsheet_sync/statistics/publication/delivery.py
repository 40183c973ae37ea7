"""What is behind T21: the files that kommuner sent, and what of them waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.ledger.receipt import receipt_number
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.publication.cited_records import Behind, CitedRecords
from fpsheet_sync.statistics.tables.quality import WAITING, said_of, submissions

_FILES, _LAST = "indberetninger", "seneste"


def explain_delivery(
    connection: Connection, scope: Scope, kommune: str, measure: str
) -> CitedRecords:
    """Return the files or rows behind a figure of T21.

    Files have the number of their receipt as row id, and where the figure is a sum, what each says.

    Args:
        connection: The database.
        scope: What was counted.
        kommune: The kommune of the row; "" for all together.
        measure: Column of T21.
    """
    sent = [row for row in submissions(connection, scope) if kommune in {"", row.kommune_kode}]
    if measure in WAITING:
        kommuner = sorted({row.kommune_kode for row in sent})
        behind = tuple(_waiting(connection, scope, measure, kommuner))
        return CitedRecords({measure: len(behind)}, behind)
    if measure == _FILES:
        files = tuple(_file(row, measure) for row in sent)
        return CitedRecords({measure: len(files)}, files)
    newest = _newest(sent)
    if measure == _LAST:
        last = max(newest, key=lambda row: (row.received_at, row.id), default=None)
        files = () if last is None else (_file(last, measure),)
        return CitedRecords({measure: len(files)}, files)
    said = [(row, said_of(row)[measure]) for row in newest]
    files = tuple(_file(row, measure, number) for row, number in said)
    return CitedRecords({measure: sum(number for _, number in said)}, files)


def _newest(sent: Iterable[Any]) -> Sequence[Any]:
    """Return the last file of each kommune and year."""
    return list({(row.kommune_kode, row.aar): row for row in sent}.values())


def _file(row: Any, measure: str, value: float | None = None) -> Behind:  # noqa: ANN401 - a row of the database
    return Behind(
        part=measure,
        unit="",
        kommune_kode=row.kommune_kode,
        counts_in=row.kommune_kode,
        sheet="",
        row_id=receipt_number(row.kommune_kode, row.aar, row.id),
        cell="",
        sha256=row.sha256,
        value=value,
    )


def _waiting(
    connection: Connection, scope: Scope, measure: str, kommuner: Sequence[str]
) -> Iterator[Behind]:
    """Yield what waits at the commit to know of, by kommune, sheet and row."""
    table, files = schema.SHARED.tables[WAITING[measure]], schema.indberetning
    query = (
        select(table)
        .where(in_force_at(table, scope.as_of), table.c.kommune_kode.in_(kommuner))
        .order_by(*table.primary_key.columns)
    )
    rows = connection.execute(query).all()
    hashes: Mapping[int, str] = {
        row.id: row.sha256 for row in connection.execute(select(files.c.id, files.c.sha256))
    }
    found = (_row(dict(row._mapping), measure, hashes) for row in rows)  # noqa: SLF001 - SQLAlchemy's own name
    yield from sorted(found, key=lambda each: (each.kommune_kode, each.sheet, each.row_id))


def _row(row: Mapping[str, Any], measure: str, hashes: Mapping[int, str]) -> Behind:
    """Return a waiting row; the tables of waiting rows do not have the same columns."""
    claims = row.get("paastande") or [{}]
    number = int(row.get("indberetning_id") or claims[-1].get("indberetning") or 0)
    line = row.get("raekke") or claims[-1].get("raekke") or ""
    return Behind(
        part=measure,
        unit=row.get("borger") or "",
        kommune_kode=row["kommune_kode"],
        counts_in=row["kommune_kode"],
        sheet=row.get("ark") or "",
        row_id=row.get("raekke_id") or "",
        cell=str(line),
        sha256=hashes.get(number, ""),
    )
