"""Origins: the file, sheet and cell a value came from, and what it replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.state import Plain, to_plain
from fpsheet_sync.merge.three_way import record_sources

Version = Mapping[str, Any]
"""One version of a record: database column → value."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        field: Field identifier.
        value: The value; None where it was cleared.
        commit: Number of the commit that brought it.
        sha256: Hash of its file, or of the decision.
        sheet: Sheet identifier.
        cell: Address in that file; empty for a decision.
        received_at: When it was received, UTC.
        replaced: The value that was in force before; None for none or blank.
    """

    field: str
    value: Plain = attribute(repr=False)
    commit: int
    sha256: str
    sheet: str
    cell: str
    received_at: datetime
    replaced: Plain = attribute(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Origins:
    """Finds origins; reads each commit once."""

    connection: Connection
    commits: dict[int, Any] = attribute(default_factory=dict)

    def of(self, layout: Layout, versions: Sequence[Version]) -> tuple[Origin, ...]:
        """Return the origin of every value of a record, in column order; of a cleared one, too.

        Args:
            layout: The sheet.
            versions: Versions of the record, oldest first; the last one is told about.
        """
        newest = versions[-1]
        sources = record_sources(layout, newest)
        found: list[Origin] = []
        for group, columns in layout.groups.items():
            number, row = sources[group]
            commit = self._commit(number)
            letters = commit.kolonner.get(layout.sheet, {})
            for column in columns:
                if column == BORGER:
                    continue
                replaced = _replaced([version[column] for version in versions])
                if newest[column] is None and replaced is None:
                    continue
                origin = Origin(
                    field=column,
                    value=to_plain(newest[column]),
                    commit=number,
                    sha256=commit.sha256,
                    sheet=layout.sheet,
                    cell=f"{letters.get(column, '')}{row}" if row else "",
                    received_at=commit.received_at,
                    replaced=replaced,
                )
                found.append(origin)
        order = {column: place for place, column in enumerate(layout.values)}
        return tuple(sorted(found, key=lambda origin: order[origin.field]))

    def _commit(self, number: int) -> Any:  # noqa: ANN401 - a row of a query
        if number not in self.commits:
            table = schema.indberetning
            columns = (table.c.sha256, table.c.received_at, table.c.kolonner)
            wanted = select(*columns).where(table.c.id == number)
            self.commits[number] = self.connection.execute(wanted).one()
        return self.commits[number]


def _replaced(values: Sequence[object]) -> Plain:
    """Return the last value that differs from the newest one."""
    others = [value for value in values if value != values[-1]]
    return to_plain(others[-1]) if others else None
