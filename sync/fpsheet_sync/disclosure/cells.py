"""A release as numbers: cells, and the sums that bind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NewType

from fpsheet_templates.errors import SpecError

CellId = NewType("CellId", str)
"""Name of one number. The same number printed in several tables is one cell with one name."""

TOTAL = ""
"""The code that stands for "all" in a key, as in `StatTable.keys`."""

MOST = 10**10
"""No count is larger: more than there are people, and whole numbers in any solver."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a release.

    Attributes:
        id: Its name, the same in every table that prints it.
        value: The number, 0 or more; whole.
        is_count: It counts persons or cases, so that a small value reveals somebody.
        owner: Kommunekode of the kommune whose number it is and which therefore knows it; None
            for a number of the whole country.
        persons: How many citizens are behind it: five jobs may be four citizens'. None where the
            count itself says so.
    """

    id: CellId
    value: int
    is_count: bool = True
    owner: str | None = None
    persons: int | None = None


@dataclass(frozen=True, slots=True)
class Equation:
    """A total is the sum of its parts, and every reader knows it.

    Attributes:
        name: Says which margin of which table; stands in error messages and in the audit.
        total: The sum.
        parts: What it is the sum of, each once.
        reason: Why every reader knows it, where no table prints it as a sum: a text key.
        is_certain: It holds whatever happened; otherwise readers may believe it and it happens to
            hold, so that it is told to them and nothing else rests on it.
    """

    name: str
    total: CellId
    parts: tuple[CellId, ...]
    reason: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class DisclosedRelease:
    """Everything that is published together.

    Attributes:
        cells: The numbers, in any order.
        equations: The sums, in any order.
        known: Values the reader has already, by cell: printed exactly in an earlier edition or by
            somebody else, or plain by what is counted. A value that has been revised since is not
            known any more, and is passed over.
        unprinted: Cells that are not printed now: what is left between a number and its limit, a
            kommune's own part of a number of the country, what only an earlier edition printed.
        behind: (cases, citizens): where the first number is above 0 so is the second, as every
            reader knows. Prints need not show it: 5 cases may stand beside 0 citizens.
    """

    cells: tuple[Cell, ...]
    equations: tuple[Equation, ...] = ()
    known: Mapping[CellId, int] = field(default_factory=dict)
    unprinted: frozenset[CellId] = frozenset()
    behind: tuple[tuple[CellId, CellId], ...] = ()


def check_release(release: DisclosedRelease) -> None:
    """Refuse a release that is wrong in itself.

    Raises:
        SpecError: Two cells share a name, a value is negative or above `MOST`, more citizens than
            cases are behind a number, an equation names a cell that is not there or one twice, or
            does not add up, or there are cases of no citizen.
    """
    values: dict[CellId, int] = {}
    for cell in release.cells:
        if cell.id in values:
            raise _wrong(f"Two cells of the release are both called {cell.id}.")
        _check_cell(cell)
        values[cell.id] = cell.value
    for equation in release.equations:
        _check_equation(equation, values)
    for cases, citizens in release.behind:
        if values[cases] and not values[citizens]:
            raise _wrong(f"{cases} counts cases, and {citizens} none of their citizens.")


def _check_cell(cell: Cell) -> None:
    if not 0 <= cell.value <= MOST:
        raise _wrong(f"Cell {cell.id} is negative or too large; only counts can be protected.")
    if cell.persons is not None and not 0 <= cell.persons <= cell.value:
        raise _wrong(f"Cell {cell.id} counts more citizens than cases, or fewer than none.")


def _check_equation(equation: Equation, values: Mapping[CellId, int]) -> None:
    named = (equation.total, *equation.parts)
    for id_ in named:
        if id_ not in values:
            raise _wrong(f"Equation {equation.name} names {id_}, which is not in the release.")
    if len(set(named)) != len(named):
        raise _wrong(f"Equation {equation.name} names a cell twice.")
    if values[equation.total] != sum(values[id_] for id_ in equation.parts):
        raise _wrong(f"Equation {equation.name} does not add up.")


def _wrong(sentence: str) -> SpecError:
    return SpecError(
        sentence, remedy="Nothing was published. Correct the table it comes from and run again."
    )


def cross_equations(
    table: str, cells: Mapping[tuple[str, ...], CellId], dimensions: Sequence[str]
) -> tuple[Equation, ...]:
    """Return every sum along every dimension of a table.

    Args:
        table: The table's name.
        cells: Cell by key; a key holds one code per dimension, `TOTAL` for the margin.
        dimensions: Name of each place of the key; "" for one along which nothing adds up (the
            country counts distinct citizens and is not the sum of its kommuner).

    Returns:
        One equation per margin that has parts, by dimension and in the order of the keys.

    >>> cells = {(code,): CellId(f"T:{code}") for code in ("", "K", "M")}
    >>> cross_equations("T", cells, ["sex"])[0].parts
    ('T:K', 'T:M')
    """
    found: list[Equation] = []
    for place, dimension in enumerate(dimensions):
        if not dimension:
            continue
        parts: dict[tuple[str, ...], list[CellId]] = {}
        for key, cell in cells.items():
            if key[place] != TOTAL:
                margin = (*key[:place], TOTAL, *key[place + 1 :])
                parts.setdefault(margin, []).append(cell)
        found.extend(
            Equation(_name(table, dimension, key), total, tuple(parts[key]))
            for key, total in cells.items()
            if key in parts
        )
    return tuple(found)


def _name(table: str, dimension: str, key: tuple[str, ...]) -> str:
    where = ", ".join(code or "total" for code in key)
    return f"{table} by {dimension} ({where})"
