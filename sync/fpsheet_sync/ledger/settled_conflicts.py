"""Settled conflicts: who decided, why, and what both sides had said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.ledger.receipt import ShownConflict, show_conflict
from fpsheet_sync.ledger.stored_state import conflict_of
from fpsheet_sync.merge.state import Plain, to_plain
from fpsheet_sync.merge.three_way import CHOSEN, record_sources


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a named person decided.

    Attributes:
        commit: Number of the commit that holds the decision.
        sha256: Its identity: hash of the decision, or of the workbook it was made in.
        at: When it was made or received, UTC.
        by: Who decided.
        reason: Why.
    """

    commit: int
    sha256: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettledConflict:
    """A conflict that is closed.

    Attributes:
        kommune_kode: Whose it was.
        conflict: What was in force until then, and what the sides said.
        values: Field → value in force when it was closed. CPR numbers are left out.
        commit: Number of the commit that closed it.
        ruling: Who decided; None where the sides came to say the same.
    """

    kommune_kode: str
    conflict: ShownConflict
    values: Mapping[str, Plain] = field(repr=False)
    commit: int
    ruling: Ruling | None


@dataclass(frozen=True, slots=True)
class Given:
    """A ruling that somebody gave: about which conflict, knowing which claims."""

    conflict_id: str
    seen: str
    ruling: Ruling

    def is_about(self, shown: ShownConflict) -> bool:
        """Return whether it decides a conflict as it was when it was closed."""
        return self.conflict_id == shown.id and self.seen in {"", shown.seen}


def given_rulings(connection: Connection, kommune_kode: str) -> Iterator[Given]:
    """Yield every ruling of a kommune, those too that came too late to count."""
    table = schema.indberetning
    columns = (table.c.id, table.c.sha256, table.c.received_at, table.c.handling)
    wanted = select(*columns).where(
        table.c.kommune_kode == kommune_kode, table.c.handling.is_not(None)
    )
    for row in connection.execute(wanted.order_by(table.c.id)):
        said = row.handling or {}
        for one in [said] if "conflict_id" in said else said.get("choices", ()):
            ruling = Ruling(row.id, row.sha256, row.received_at, one["by"], one["reason"])
            yield Given(one["conflict_id"], one["seen"], ruling)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The conflicts of records, open and closed, now or after commit `as_of`."""

    connection: Connection
    as_of: int | None = None

    def about(
        self, kommune_kode: str, row_id: str
    ) -> tuple[tuple[ShownConflict, ...], tuple[SettledConflict, ...]]:
        """Return the open conflicts about a record, and the closed ones in the order of closing."""
        versions = self._versions(kommune_kode, row_id)
        still_open = tuple(
            self._show(one)
            for one in versions
            if (self.as_of is None or one.fra_indberetning <= self.as_of) and not self._is_over(one)
        )
        return still_open, self._closed(kommune_kode, versions)

    def settled(self, kommune_kode: str, row_id: str = "") -> tuple[SettledConflict, ...]:
        """Return the closed conflicts of a kommune, or of one record, in the order of closing."""
        return self._closed(kommune_kode, self._versions(kommune_kode, row_id))

    def _closed(
        self, kommune_kode: str, versions: Sequence[Row[Any]]
    ) -> tuple[SettledConflict, ...]:
        begun = {(one.konflikt_id, one.fra_indberetning) for one in versions}
        closed = [
            one
            for one in versions
            if self._is_over(one) and (one.konflikt_id, one.til_indberetning) not in begun
        ]
        if not closed:
            return ()
        given = tuple(given_rulings(self.connection, kommune_kode))
        ordered = sorted(closed, key=lambda one: (one.til_indberetning, one.konflikt_id))
        return tuple(self._settle(one, given) for one in ordered)

    def _is_over(self, version: Row[Any]) -> bool:
        ended = version.til_indberetning
        return ended is not None and (self.as_of is None or ended <= self.as_of)

    def _versions(self, kommune_kode: str, row_id: str) -> Sequence[Row[Any]]:
        table = schema.konflikt
        wanted = select(table).where(table.c.kommune_kode == kommune_kode)
        if row_id:
            wanted = wanted.where(table.c.raekke_id == row_id)
        return self.connection.execute(wanted.order_by(table.c.fra_indberetning)).all()

    def _show(self, version: Row[Any]) -> ShownConflict:
        conflict, commit = conflict_of(version), schema.indberetning
        sources = [claim.source for claim in conflict.claims]
        rows = self.connection.execute(
            select(commit.c.id, commit.c.sha256).where(commit.c.id.in_(sources))
        )
        hashes = {row.id: row.sha256 for row in rows}
        key = (version.ark, version.raekke_id, version.gruppe)
        layouts = schema_of(self.connection).layouts
        return show_conflict(layouts, version.kommune_kode, key, conflict, hashes)

    def _settle(self, version: Row[Any], given: tuple[Given, ...]) -> SettledConflict:
        shown = self._show(version)
        source, row, values = _in_force(self.connection, version)
        about = [one for one in given if one.is_about(shown)]
        exact = [one for one in about if row == CHOSEN and one.ruling.commit == source]
        return SettledConflict(
            kommune_kode=version.kommune_kode,
            conflict=shown,
            values={name: values.get(name) for name in shown.agreed},
            commit=version.til_indberetning,
            ruling=next((one.ruling for one in (*exact, *about)), None),
        )


def _in_force(connection: Connection, version: Row[Any]) -> tuple[int, int, dict[str, Plain]]:
    """Return commit, row and values of the field group when the conflict was closed."""
    table, layout = (
        schema_of(connection).records[version.ark],
        schema_of(connection).layouts[version.ark],
    )
    wanted = select(table).where(
        table.c.kommune_kode == version.kommune_kode,
        table.c.raekke_id == version.raekke_id,
        in_force_at(table, version.til_indberetning),
    )
    record = connection.execute(wanted).mappings().first()
    if record is None:
        # A file that came late made it a row of another record.
        return 0, 0, {}
    source, row = record_sources(layout, dict(record))[version.gruppe]
    return source, row, {name: to_plain(record[name]) for name in layout.groups[version.gruppe]}
