"""The library: what the database holds of a kommune, as the merge wants to see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, Table, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.bulk import read_frame
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.merge.commit import Commit, CommitKind
from fpsheet_sync.merge.content import BLOCKED, Frames, empty_frame, no_rows, unpack
from fpsheet_sync.merge.lineage import (
    LET_GO,
    SOURCE,
    SOURCES,
    no_said,
    nothing_said,
    said_types,
)
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.soundness import CitizenFacts
from fpsheet_sync.merge.stamp import ToldDecision
from fpsheet_sync.merge.state import (
    QUARANTINE_TYPES,
    Claim,
    Conflict,
    Explained,
    Hold,
    Key,
    Notice,
    State,
)
from fpsheet_sync.merge.submission import Choice, Explanation
from fpsheet_sync.merge.submitted_file import File, block_codes, fields_after
from fpsheet_sync.merge.told_decision import find_told, write_told


def any_kommune(connection: Connection) -> str:
    """Return the kommunekode of a commit; empty where there is none.

    It is the kommune of a database that holds the files of one alone.
    """
    commit = schema.indberetning
    found = connection.execute(select(commit.c.kommune_kode).limit(1)).scalar()
    return str(found or "")


def read_commits(connection: Connection, kommune_kode: str) -> list[Commit]:
    """Return every commit of a kommune, in the order of arrival."""
    table = schema.indberetning
    columns = (
        *("id", "art", "sha256", "workbook_id", "parent", "modified_at", "udfyldt", "handling"),
        "afstamning",
    )
    wanted = select(*(table.c[name] for name in columns)).where(
        table.c.kommune_kode == kommune_kode
    )
    return [
        Commit(
            id=row.id,
            kind=CommitKind(row.art),
            sha256=row.sha256,
            workbook_id=row.workbook_id,
            parent=row.parent,
            # An issue changes nothing, so its time must not decide what comes last.
            time=None if row.art == CommitKind.ISSUE else row.modified_at,
            filled=row.udfyldt,
            after=tuple((row.handling or {}).get("after", ())),
            decision=row.handling,
            told=tuple(ToldDecision(*pair) for pair in (row.handling or {}).get("told", ())),
            ancestor=row.afstamning,
        )
        for row in connection.execute(wanted.order_by(table.c.id))
    ]


def read_state(connection: Connection, kommune_kode: str, as_of: int | None = None) -> State:
    """Return the state of a kommune, now or as it was after commit `as_of`."""

    def stored(table: Table) -> Iterable[Row[Any]]:
        is_own = table.c.kommune_kode == kommune_kode
        return connection.execute(select(table).where(is_own, in_force_at(table, as_of)))

    waiting = _read_frame(connection, schema.karantaene, QUARANTINE_TYPES, kommune_kode, as_of)
    return State(
        layouts=schema_of(connection).layouts,
        rows=read_rows(connection, kommune_kode, as_of),
        quarantine=waiting.sort("ark", ROW_ID),
        conflicts={_key(row): conflict_of(row) for row in stored(schema.konflikt)},
        notices={_key(row): tuple(map(_notice, row.beskeder)) for row in stored(schema.besked)},
        holds={
            row.indberetning_id: Hold(row.mistet, row.af) for row in stored(schema.tilbageholdelse)
        },
        explanations={
            (row.ark, row.raekke_id, row.kode): Explained(
                row.indberetning_id, row.aftryk, row.tekst
            )
            for row in stored(schema.forklaring)
        },
    )


def read_rows(
    connection: Connection, kommune_kode: str, as_of: int | None = None
) -> dict[str, pl.DataFrame]:
    """Return the rows in force of a kommune, sheet by sheet, and nothing of what waits."""
    own, found = schema_of(connection), dict[str, pl.DataFrame]()
    for name, layout in own.layouts.items():
        types, table = layout.record_types(), own.records[name]
        # Sorted here, because the databases sort text by their own alphabets.
        found[name] = _read_frame(connection, table, types, kommune_kode, as_of).sort(ROW_ID)
    return found


def _read_frame(
    connection: Connection,
    table: Table,
    types: Mapping[str, pl.DataType],
    kommune_kode: str,
    as_of: int | None,
) -> pl.DataFrame:
    """Return the rows of a table in force of a kommune."""
    wanted = select(*(table.c[column] for column in types)).where(
        table.c.kommune_kode == kommune_kode, in_force_at(table, as_of)
    )
    found = read_frame(connection, wanted, types)
    return empty_frame(*types.items()) if found is None else found


@dataclass(frozen=True, slots=True)
class DatabaseLibrary:
    """Files of one kommune, read from the database and kept while the fold lasts."""

    connection: Connection
    kommune_kode: str
    commits: Mapping[int, Commit]
    files: dict[int, File] = field(default_factory=dict)
    contents: dict[int, Frames] = field(default_factory=dict)
    people: Mapping[str, CitizenFacts] = field(default_factory=dict)
    """Citizens of a file that is planned; the database may not have them yet."""

    @property
    def layouts(self) -> Layouts:
        """Return the sheets of the form."""
        return schema_of(self.connection).layouts

    def file(self, commit: Commit) -> File:
        """Return a submission."""
        if commit.id not in self.files:
            self.files[commit.id] = self._read(commit)
        return self.files[commit.id]

    def rows(self, commit: Commit) -> Frames:
        """Return the rows of a submission, without what else is known of it."""
        if commit.id in self.files:
            return self.files[commit.id].rows
        if commit.id not in self.contents:
            self.contents[commit.id] = self._rows(commit)
        return self.contents[commit.id]

    def choices(self, commit: Commit) -> tuple[Choice, ...]:
        """Return what a submission decided about open conflicts."""
        return self.file(commit).choices

    def parent(self, commit: Commit) -> Commit | None:
        """Return the commit that a submission was merged against."""
        return None if commit.ancestor is None else self.commits[commit.ancestor]

    def base(self, commit: Commit) -> Frames:
        """Return what a submission was compared with."""
        parent = self.parent(commit)
        if parent is None:
            return nothing_said(self.layouts)
        told = find_told(commit, parent, tuple(self.commits.values()), self)
        return write_told(self.line(parent), self.kommune_kode, told, self.layouts)

    def line(self, commit: Commit) -> Frames:
        """Return what an issued workbook, or a file's line of descent, said."""
        is_file = commit.kind is CommitKind.SUBMISSION
        rows = self.rows(commit) if is_file else no_rows(self.layouts)
        return {**_line_of(self.layouts, rows, commit.id), **self._stored_lines(commit)}

    def citizen(self, borger: str) -> CitizenFacts:
        """Return who a citizen is, as far as the rules ask."""
        if borger in self.people:
            return self.people[borger]
        person = schema.person
        wanted = select(person.c.foedselsdato, person.c.koen).where(person.c.borger == borger)
        found = self.connection.execute(wanted).first()
        return (
            CitizenFacts() if found is None else CitizenFacts(found.foedselsdato, found.koen == "M")
        )

    def _read(self, commit: Commit) -> File:
        table = schema.indberetning
        columns = (
            *(table.c.findings, table.c.kolonner, table.c.handling, table.c.no_cases),
            table.c.form_version,
        )
        head = self.connection.execute(select(*columns).where(table.c.id == commit.id)).one()
        said: Mapping[str, list[dict[str, object]]] = head.handling or {}
        return File(
            layouts=self.layouts,
            commit=commit,
            kommune_kode=self.kommune_kode,
            rows=self.rows(commit),
            columns=head.kolonner,
            codes=block_codes(head.findings),
            no_cases=head.no_cases,
            explanations=tuple(_explanation(entry) for entry in said.get("explanations", ())),
            choices=tuple(_choice(entry) for entry in said.get("choices", ())),
            unsaid=fields_after(self.layouts.form, head.form_version),
        )

    def _rows(self, commit: Commit) -> Frames:
        table = schema.indhold
        wanted = select(table.c.ark, table.c.data).where(table.c.indberetning_id == commit.id)
        stored = {row.ark: unpack(row.data) for row in self.connection.execute(wanted)}
        return {
            name: conform(stored[name], empty) if name in stored else empty
            for name, empty in no_rows(self.layouts).items()
        }

    def _stored_lines(self, commit: Commit) -> dict[str, pl.DataFrame]:
        table = schema.indhold
        wanted = select(table.c.ark, table.c.linje).where(
            table.c.indberetning_id == commit.id, table.c.linje.is_not(None)
        )
        empty = nothing_said(self.layouts)
        return {
            row.ark: conform(unpack(row.linje), empty[row.ark])
            for row in self.connection.execute(wanted)
        }


def conform(frame: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """Return a stored frame with the columns of today's form: a field added since is blank."""
    if frame.schema == like.schema:
        return frame
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in like.schema.items()
    )


def _line_of(layouts: Layouts, rows: Frames, source: int) -> dict[str, pl.DataFrame]:
    """Return what rows say that were all accepted under their own ids."""
    return {
        name: no_said(layout)
        if rows[name].is_empty()
        else rows[name]
        .filter(~pl.col(BLOCKED))
        .with_columns(
            pl.col("fil_id").alias(ROW_ID),
            pl.lit(source, dtype=pl.Int64).alias(SOURCE),
            pl.lit(None, dtype=pl.String).alias(SOURCES),
            pl.lit(value=False).alias(LET_GO),
        )
        .select(*said_types(layout))
        for name, layout in layouts.items()
    }


def _explanation(entry: Mapping[str, object]) -> Explanation:
    row = int(str(entry["row"]))
    return Explanation(str(entry["code"]), str(entry["sheet"]), row, str(entry["text"]))


def _choice(entry: Mapping[str, object]) -> Choice:
    values = entry["values"]
    return Choice(
        conflict_id=str(entry["conflict_id"]),
        values=values if isinstance(values, dict) else {},
        seen=str(entry["seen"]),
        by=str(entry["by"]),
        reason=str(entry["reason"]),
    )


def conflict_of(row: Row[Any]) -> Conflict:
    """Return the conflict that a version in the database says."""
    return Conflict(agreed=tuple(row.gaeldende), claims=tuple(_claims(row.paastande)))


def _claims(stored: Iterable[Mapping[str, object]]) -> Iterable[Claim]:
    for entry in stored:
        values = entry["vaerdi"]
        given = tuple(values) if isinstance(values, list) else ()
        yield Claim(int(str(entry["indberetning"])), int(str(entry["raekke"])), given)


def _key(row: Row[Any]) -> Key:
    return row.ark, row.raekke_id, row.gruppe


def _notice(entry: Mapping[str, Any]) -> Notice:
    return Notice(
        source=entry["indberetning"],
        row=entry["raekke"],
        code=entry["kode"],
        kept=tuple(entry["gaelder"]),
        left=tuple(entry["foer"]),
    )
