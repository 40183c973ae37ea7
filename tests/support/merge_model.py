"""A model of the merge, written from docs/merge.md alone: it shares nothing with the program.

The model knows values only: no files, commits, hashes or frames. A history is a list of what
happened; playing it gives what is in force, what is in conflict, and what receipts tell.

A cell has a name. `1` is a row with its value, `n1` is the number of the citizen in that row, `o1`
is a row that says that citizen 1 moves, `p1` the number in it, and `b1` is the row of citizen 1 on
Borgere with its number. Numbers are counted: 0 is the first one, 1 the one that replaced it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = float
Sides: TypeAlias = "tuple[tuple[Value, int], ...]"
"""What each side of a conflict says, and which event said it."""

MOST_LOST = 0.10
"""A file that lost a larger share of its rows is held."""


@dataclass(frozen=True)
class Sent:
    """A file.

    Attributes:
        parent: The event it was edited from; None for the first.
        written: Row → value that a receipt wrote into it since.
        said: Row → value.
        blocked: Rows that wait.
        choices: Row → value chosen in the list, and the sides that were shown.
        others: Number of rows that no copy ever loses.
    """

    parent: int | None
    written: dict[str, Value]
    said: dict[str, Value]
    blocked: frozenset[str] = frozenset()
    choices: dict[str, tuple[Value, Sides]] = field(default_factory=dict)
    others: int = 0


@dataclass(frozen=True)
class Typed:
    """Another workbook in which somebody typed citizens anew.

    Attributes:
        said: Cell on Borgere → which number of the citizen.
    """

    said: dict[str, Value]


@dataclass(frozen=True)
class Pulled:
    """A workbook filled from the database, with what stands in it."""

    filled: dict[str, Value]


@dataclass(frozen=True)
class Late:
    """A file that is saved and not yet there: nobody knows of it."""


@dataclass(frozen=True)
class Decided:
    """A decision of the departement about a row, knowing some sides."""

    row: str
    value: Value
    seen: Sides


@dataclass(frozen=True)
class Released:
    """A named person let a held file through."""

    file: int


Event: TypeAlias = "Sent | Late | Typed | Pulled | Decided | Released"


@dataclass
class Row:
    """What the database says of a row."""

    value: Value
    source: int
    decided: bool = False
    sides: Sides = ()


@dataclass
class Played:
    """Where a history ends.

    Attributes:
        rows: Row → what is in force of it.
        told: Event → row → what the workbook was told once it was sent.
        gone: Event → rows that it lacks, and that somebody let go.
        held: Files that wait for somebody to release them.
        heard: File → row → what was merged of it.
        line: Event → the events that it was edited from, directly or not.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    told: dict[int, dict[str, Value]] = field(default_factory=dict)
    gone: dict[int, frozenset[str]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    heard: dict[int, dict[str, Value]] = field(default_factory=dict)
    line: dict[int, frozenset[int]] = field(default_factory=dict)


def play(history: list[Event]) -> Played:
    """Play a history from its beginning."""
    released = {event.file for event in history if isinstance(event, Released)}
    played = Played()
    for number, event in enumerate(history):
        if isinstance(event, Pulled):
            played.told[number] = dict(event.filled)
            played.gone[number] = frozenset()
            played.line[number] = frozenset()
        elif isinstance(event, Decided):
            decide(played, event.row, event.value, event.seen, number)
        elif isinstance(event, Typed):
            for row, said in event.said.items():
                known = played.rows.get(row)
                if known is None or said > known.value:
                    played.rows[row] = Row(said, number)
        elif isinstance(event, Sent):
            take(played, number, event, is_released=number in released)
    return played


def rows_of(cells: dict[str, Value]) -> set[str]:
    """Return the cells that are rows: a number stands in the row of another cell."""
    return {cell for cell in cells if cell[0] not in "np"}


def is_unsaid(played: Played, moved: str, citizen: str) -> bool:
    """Return whether a citizen whom another kommune reports too moved without anybody saying so."""
    return citizen in played.rows and moved not in played.rows


def take(played: Played, number: int, file: Sent, *, is_released: bool) -> None:
    """Take a file in."""
    parent = file.parent
    told = {} if parent is None else {**played.told[parent], **file.written}
    gone = frozenset() if parent is None else played.gone[parent]
    played.line[number] = frozenset() if parent is None else played.line[parent] | {parent}
    missing = rows_of(told) - file.said.keys() - gone
    is_held = len(missing) > MOST_LOST * (len(rows_of(told) - gone) + file.others)
    if is_held and not is_released:
        played.held.add(number)
        played.told[number], played.gone[number] = told, gone
        return
    for row, (value, seen) in file.choices.items():
        choose(played, row, value, seen, number)
    for row, said in file.said.items():
        if row not in file.blocked:
            merge(played, number, row, told.get(row), said)
    own = {row: said for row, said in file.said.items() if row not in file.blocked}
    played.told[number] = {**told, **own}
    lost = missing if is_held else frozenset()
    played.gone[number] = (gone | lost) - file.said.keys()
    played.heard[number] = own


def settled_of(played: Played, number: int) -> dict[str, Value]:
    """Return row → decision that the receipt of a file tells."""
    own = played.heard.get(number, {})
    return {
        row: known.value
        for row, known in (played.rows.items() if number in played.heard else ())
        if known.decided
        and not known.sides
        and (known.source == number or own.get(row, known.value) != known.value)
    }


def choose(played: Played, row: str, value: Value, seen: Sides, number: int) -> None:
    """Close a conflict where every side was shown to who chose."""
    known = played.rows[row]
    if known.sides and {said for said, _ in known.sides} == {said for said, _ in seen}:
        played.rows[row] = Row(value, number, decided=True)


def decide(played: Played, row: str, value: Value, seen: Sides, number: int) -> None:
    """Put a decision in force; what it did not know stands against it."""
    known = played.rows[row]
    knew = {value, *(said for said, _ in seen)}
    against = tuple(
        side for side in known.sides or ((known.value, known.source),) if side[0] not in knew
    )
    sides = ((value, number), *against) if against else ()
    played.rows[row] = Row(value, number, decided=True, sides=sides)


def merge(played: Played, number: int, row: str, told: Value | None, said: Value) -> None:
    """Merge one row by the table."""
    known = played.rows.get(row)
    if known is None:
        played.rows[row] = Row(said, number)
    elif known.sides:
        speak(known, number, told, said)
    elif said in {known.value, told}:
        pass
    elif known.value == told or (known.decided and known.source in played.line[number]):
        played.rows[row] = Row(said, number)
    elif known.source != number:
        agreed = known.value if known.decided or told is None else told
        known.sides = ((known.value, known.source), (said, number))
        known.value = agreed


def speak(known: Row, number: int, told: Value | None, said: Value) -> None:
    """Have a say in an open conflict."""
    if said == told:
        return
    others = tuple(side for side in known.sides if side[0] != told)
    if said not in {value for value, _ in others}:
        others = (*others, (said, number))
    if len(others) == 1:
        known.value, known.source, known.decided, known.sides = said, number, False, ()
    else:
        known.sides = others
