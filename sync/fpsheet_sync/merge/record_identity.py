"""Identity: which record each row of a file is.

A row keeps the id that was minted before it was used, through sort, edit and re-save. The rest
is decided from content alone, so that the same files give the same records in any order:

- a blank id is made from workbook, sheet and natural key; a row whose key was edited meanwhile
  is found again when it is the only one that differs in one key field;
- of rows with one id, the row that still has the natural key of the record keeps it, the others
  are new; two that cannot be told apart are quarantined (HIS-005);
- a row cut without its hidden id into another pre-made row is the record it was, where the id it
  had is gone from the file and the natural key is the same;
- an id of a workbook that this kommune never sent is refused (HIS-006);
- a row that now holds another citizen is another record (HIS-003); the old one stays in force.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import BLOCKED, FILE_ID, ROW, Frames, no_row
from fpsheet_validation.finding import Finding

ROW_ID = "raekke_id"
COPY = "kopi"
"""True for a row that repeats another one to the letter; it says nothing of its own."""
ACCEPTED = ~pl.col(BLOCKED) & ~pl.col(COPY)
"""The condition that a row is merged: it neither waits nor repeats another one."""

REFUSING = frozenset({"HIS-005", "HIS-006", "HIS-025"})
"""Codes that block a case although the check let it through."""

_DERIVED_DIGITS = 13
ID = re.compile(r"(?P<workbook>.{1,24})-(?P<letter>[A-Z])-\d{1,13}")
ID_PATTERN = r"^.{1,24}-[A-Z]-[0-9]{1,13}$"

Row = dict[str, object]
NaturalKey = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose file it is.

    Attributes:
        workbook_id: The workbook of the file.
        known: Every workbook that the kommune ever sent.
        rows: Every row of the file.
    """

    workbook_id: str
    known: frozenset[str]
    rows: Frames = field(repr=False)

    def mentions(self, borger: object) -> bool:
        """Return whether the file has a row about a citizen (pseudonym)."""
        return any((frame[BORGER] == borger).any() for frame in self.rows.values())


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows that know their record.

    Attributes:
        rows: Sheet → the rows of the file with `raekke_id` (the record), `fil_id` (null where
            the id of the file names another record), `blokeret` and `kopi`.
        findings: What was decided and why, without column letters.
        moved: Sheet → record of the line of descent → the one that is in force in its place.
        numbers: Sheet → Excel row → CPR numbers (pseudonyms) of a citizen who is known under a
            newer one: the row says nothing of them.
    """

    rows: Frames
    findings: tuple[Finding, ...]
    moved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)

    def heard(self, sheet: str) -> pl.DataFrame:
        """Return what the rows of a sheet say to the merge."""
        return _with_numbers(self.rows[sheet], self.numbers.get(sheet, {}))


def _with_numbers(rows: pl.DataFrame, numbers: Mapping[int, Row]) -> pl.DataFrame:
    for row, said in numbers.items():
        is_meant = pl.col(ROW) == row
        rows = rows.with_columns(
            pl.when(is_meant).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name, value in said.items()
        )
    return rows


def derive_id(workbook_id: str, letter: str, key: NaturalKey, ordinal: int = 0) -> str:
    """Make a row id from the natural key; `ordinal` tells rows of one key apart."""
    said = natural_text(key)
    digest = hashlib.sha256(f"{workbook_id}|{letter}|{ordinal}|{said}".encode()).hexdigest()
    return f"{workbook_id}-{letter}-{int(digest[:10], 16):0{_DERIVED_DIGITS}d}"


def is_derived(row_id: str) -> bool:
    """Return whether an id was made by `derive_id` and not minted in advance."""
    return len(row_id.rsplit("-", 1)[-1]) >= _DERIVED_DIGITS


def nothing_placed(layout: Layout) -> pl.DataFrame:
    """Return the rows of a sheet that says nothing, as `place` gives rows."""
    return no_row(layout).with_columns(
        pl.lit(None, dtype=pl.String).alias(ROW_ID), pl.lit(value=False).alias(COPY)
    )


def block_cases(placed: Frames, hit: set[tuple[str, int]]) -> dict[str, pl.DataFrame]:
    """Block every row of each case that has a row in `hit`, and the rows themselves."""
    cases: set[str] = set()
    for sheet, frame in placed.items():
        rows = [row for name, row in hit if name == sheet]
        cases.update(frame.filter(pl.col(ROW).is_in(rows))[BORGER].drop_nulls())
    return {
        sheet: frame.with_columns(
            pl.col(BLOCKED)
            | pl.col(BORGER).is_in(sorted(cases)).fill_null(value=False)
            | pl.col(ROW).is_in([row for name, row in hit if name == sheet])
        )
        for sheet, frame in placed.items()
    }


def natural_text(values: NaturalKey) -> str:
    """Return a natural key as one text, by which rows are put in order."""
    return "|".join(["" if value is None else str(value) for value in values])


def row_number(row: Mapping[str, object]) -> int:
    """Return the Excel row of a row of a file, or of the one that a record came from."""
    return int(str(row[ROW]))


def refuse_cases(placed: Placed, findings: Iterable[Finding]) -> Placed:
    """Block the case of each finding in rows that were placed."""
    found = tuple(findings)
    rows = block_cases(placed.rows, {(one.sheet, one.row) for one in found})
    return replace(placed, rows=rows, findings=(*placed.findings, *found))


def join_records(
    key: Sequence[str], rows: pl.DataFrame, told: pl.DataFrame, held: pl.DataFrame
) -> pl.DataFrame:
    """Return rows with the record that each id names: `b:` in its line, `m:` in the store."""
    base = told.filter(pl.col(FILE_ID).is_not_null()).select(
        FILE_ID, pl.col(ROW_ID).alias(f"b:{ROW_ID}"), pl.col(list(key)).name.prefix("b:")
    )
    store = held.select(
        pl.col(ROW_ID).alias(FILE_ID),
        pl.col(ROW_ID).alias(f"m:{ROW_ID}"),
        pl.col(list(key)).name.prefix("m:"),
    )
    joined = rows
    for frame, mark in ((base, "b:"), (store, "m:")):
        if frame.is_empty():
            joined = joined.with_columns(
                pl.lit(None, dtype=dtype).alias(name)
                for name, dtype in frame.schema.items()
                if name.startswith(mark)
            )
        else:
            joined = joined.join(frame, on=FILE_ID, how="left", maintain_order="left")
    return joined
