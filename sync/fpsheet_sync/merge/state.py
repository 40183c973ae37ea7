"""The state of one kommune: what is in force, what waits, and what was said about it.

A state is a value. It is the same for the same set of files, in whatever order they came.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from fpsheet_sync.database.record_layout import Layout, Layouts
from fpsheet_sync.merge.content import Frames, empty_frame

Plain = str | int | float | None
"""A value as JSON has it; a date is its ISO text."""

Key = tuple[str, str, str]
"""Sheet, row id, and a field group or a rule code."""

QUARANTINE_TYPES: Mapping[str, pl.DataType] = {
    "ark": pl.String(),
    "raekke_id": pl.String(),
    "indberetning_id": pl.Int64(),
    "raekke": pl.Int32(),
    "borger": pl.String(),
    "koder": pl.String(),
    "vaerdier": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One side of a conflict: what a file says of a field group.

    Attributes:
        source: Commit of the file.
        row: Excel row in it.
        values: The values in column order.
    """

    source: int
    row: int
    values: tuple[Plain, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Diverging copies changed the same field group of a row differently.

    Attributes:
        agreed: The values in force meanwhile: the last on which the copies agreed.
        claims: What each side says, at least two, no two alike.
    """

    agreed: tuple[Plain, ...] = field(repr=False)
    claims: tuple[Claim, ...]

    @property
    def fingerprint(self) -> str:
        """Return a short name of the claims, to see whether a decision knew all of them."""
        said = sorted(json.dumps(claim.values) for claim in self.claims)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Notice:
    """Descent could not be told; the later value counts, and both are shown.

    Attributes:
        source: Commit of the later file.
        row: Excel row in it.
        code: Rule code.
        kept: The values that count.
        left: The values that they replaced.
    """

    source: int
    row: int
    code: str
    kept: tuple[Plain, ...] = field(repr=False)
    left: tuple[Plain, ...] = field(repr=False)


HELD_SHARE = 0.10
HELD_ROWS = 20


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a file is held: how many rows it lost, or how many changed places; and of how many."""

    lost: int
    of: int

    @property
    def is_due(self) -> bool:
        """Return whether it is more than a tenth of the rows, or more than 20 (design 6)."""
        return self.lost > HELD_ROWS or self.lost > HELD_SHARE * self.of


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation of a warning, and the fingerprint of the values it was given for."""

    source: int
    fingerprint: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """What the store says of one kommune.

    Attributes:
        layouts: The sheets of the form.
        rows: Sheet → rows in force, annulled ones too, sorted by row id: `raekke_id`, the
            values of the layout, and where they came from (`kilde`, `raekke`, `kilder`).
        quarantine: One row per row that waits (see `QUARANTINE_TYPES`); `koder` and `vaerdier`
            are JSON.
        conflicts: (sheet, row id, field group) → open conflict.
        notices: (sheet, row id, field group) → notices, in the order of the commits.
        holds: Commit → why it is held.
        explanations: (sheet, row id, rule code) → explanation that still holds.
    """

    layouts: Layouts
    rows: Frames
    quarantine: pl.DataFrame
    conflicts: Mapping[Key, Conflict] = field(default_factory=dict)
    notices: Mapping[Key, tuple[Notice, ...]] = field(default_factory=dict)
    holds: Mapping[int, Hold] = field(default_factory=dict)
    explanations: Mapping[Key, Explained] = field(default_factory=dict)

    def with_rows(self, sheet: str, rows: pl.DataFrame) -> "State":
        """Return the state with other rows on one sheet."""
        return replace(self, rows={**self.rows, sheet: rows})


def empty_state(layouts: Layouts) -> State:
    """Return the state of a kommune that never sent anything."""
    rows = {name: empty_frame(*lay.record_types().items()) for name, lay in layouts.items()}
    return State(layouts, rows, quarantine=empty_frame(*QUARANTINE_TYPES.items()))


def to_plain(value: object) -> Plain:
    """Return a typed value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    message = f"no plain form of {type(value).__name__}"
    raise TypeError(message)


def from_plain(layout: Layout, column: str, value: Plain) -> object:
    """Return a plain value in the type of its column.

    Raises:
        ValueError: The column cannot hold it.
    """
    dtype = layout.types[column]
    if value is None:
        return None
    if dtype == pl.Date:
        return date.fromisoformat(str(value))
    if dtype == pl.Int32:
        return int(value)
    if dtype == pl.Float64:
        return float(value)
    return str(value)


def key_id(kommune_kode: str, key: Key) -> str:
    """Return the short identifier of what belongs to one key in one kommune (ten digits).

    It is the same in every database, because it is made from the key alone.
    """
    said = "|".join((kommune_kode, *key))
    return hashlib.sha256(said.encode()).hexdigest()[:10]
