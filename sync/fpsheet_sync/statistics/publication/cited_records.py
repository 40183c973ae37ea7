"""What stands behind a figure: its records, each with its file and cell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.ledger.write_state import chunks
from fpsheet_sync.merge.three_way import record_sources

Place = tuple[str, str, str]
"""Sheet, cell of a record's first value, hash of its file."""

NOWHERE: Place = ("", "", "")
"""Of a record that is not in force any more."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One record behind a figure.

    Attributes:
        part: Column of the table it counts in; of a sum or a share, the part; of a revision
            `foer` or `nu`, the edition; `grundlag` for one that says why a citizen counts here.
        unit: The unit counted once: pseudonym of the citizen, or the case.
        kommune_kode: The kommune that reported the record.
        counts_in: The kommune it counts in; empty where it is no record that is counted.
        sheet: Sheet identifier; empty where the record is not in force any more.
        row_id: The record, or the number of the receipt where the whole file is meant.
        cell: Cell of its first value in the file.
        sha256: Hash of the file.
        value: The number behind a median, a mean or a sum; None for counts.
        cause: Why it counts in one of two editions only; empty in other explanations.
    """

    part: str
    unit: str
    kommune_kode: str
    counts_in: str
    sheet: str
    row_id: str
    cell: str
    sha256: str
    value: float | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CitedRecords:
    """What is behind a figure.

    Attributes:
        parts: Column of the table → the number that its records give.
        behind: The records, by part, kommune, sheet and row id.
    """

    parts: Mapping[str, int]
    behind: tuple[Behind, ...]


def find_places(
    connection: Connection, records: Iterable[tuple[str, str]], as_of: int | None
) -> Mapping[tuple[str, str], Place]:
    """Return record (kommunekode, row id) → its place; those in force at a commit alone."""
    return dict(_places(connection, records, as_of))


def citizens_of(connection: Connection, behind: Iterable[Behind]) -> list[str]:
    """Return the pseudonyms of the citizens whose records stand behind a figure, in order."""
    by_kommune: dict[str, set[str]] = {}
    for each in behind:
        by_kommune.setdefault(each.kommune_kode, set()).add(each.row_id)
    citizens: set[str] = set()
    for table in schema_of(connection).records.values():
        for kommune, row_ids in by_kommune.items():
            for chunk in chunks(sorted(row_ids)):
                wanted = select(table.c[BORGER]).where(
                    table.c.kommune_kode == kommune, table.c.raekke_id.in_(chunk)
                )
                citizens.update(filter(None, connection.execute(wanted).scalars()))
    return sorted(citizens)


def _places(
    connection: Connection, records: Iterable[tuple[str, str]], as_of: int | None
) -> Iterator[tuple[tuple[str, str], Place]]:
    by_kommune: dict[str, list[str]] = {}
    for kommune, row_id in sorted(records):
        by_kommune.setdefault(kommune, []).append(row_id)
    commits = _Commits(connection, {})
    own = schema_of(connection)
    for sheet, layout in own.layouts.items():
        table = own.records[sheet]
        first = next((name for name in layout.key if name != BORGER), layout.values[1])
        group = next(name for name, columns in layout.groups.items() if first in columns)
        names = ("kommune_kode", "raekke_id", "kilde", "raekke", "kilder")
        for kommune, row_ids in by_kommune.items():
            for chunk in chunks(row_ids):
                wanted = select(*(table.c[name] for name in names)).where(
                    table.c.kommune_kode == kommune,
                    table.c.raekke_id.in_(chunk),
                    in_force_at(table, as_of),
                )
                for row in connection.execute(wanted).mappings():
                    number, line = record_sources(layout, dict(row))[group]
                    sha256, letters = commits.read(number)
                    letter = letters.get(sheet, {}).get(first, "")
                    cell = f"{letter}{line}" if line else ""
                    yield (row["kommune_kode"], row["raekke_id"]), (sheet, cell, sha256)


@dataclass(frozen=True, slots=True)
class _Commits:
    """Reads each commit once."""

    connection: Connection
    known: dict[int, tuple[str, Mapping[str, Mapping[str, str]]]]

    def read(self, number: int) -> tuple[str, Mapping[str, Mapping[str, str]]]:
        """Return the hash of a commit's file, and sheet → field → column letter."""
        if number not in self.known:
            table = schema.indberetning
            wanted = select(table.c.sha256, table.c.kolonner).where(table.c.id == number)
            row = self.connection.execute(wanted).one()
            self.known[number] = (row.sha256, row.kolonner)
        return self.known[number]
