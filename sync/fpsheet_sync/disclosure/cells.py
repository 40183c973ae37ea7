"""A release as numbers: cells, the sums that bind them, and the figures that rest on them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from fpsheet_templates.errors import SpecError

CellId = NewType("CellId", str)
"""Name of one number. The same number printed in several tables is one cell with one name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a release.

    Attributes:
        id: Its name, the same in every table that prints it.
        value: The number, 0 or more; whole.
        is_count: It counts persons or cases, so that a small value reveals somebody.
        owner: Kommunekode of the kommune whose number it is and which therefore knows it; None
            for a number of the whole country.
        weight: What hiding it costs the reader, above 0; None takes the value itself.
        persons: How many citizens are behind it: five jobs may be four citizens'. None where the
            count itself says so.
    """

    id: CellId
    value: int
    is_count: bool = True
    owner: str | None = None
    weight: float | None = None
    persons: int | None = None


@dataclass(frozen=True, slots=True)
class Equation:
    """A total is the sum of its parts, and every reader knows it.

    Attributes:
        name: Says which margin of which table; stands in error messages and in the audit.
        total: The sum.
        parts: What it is the sum of, each once.
        table: Table the sum is printed in.
        breakdown: Dimension of the table along which is summed.
        reason: Why every reader knows it, where no table prints it as a sum: a text key.
        is_certain: It holds whatever happened; otherwise readers may believe it and it happens to
            hold, so that it is told to them and nothing else rests on it.
    """

    name: str
    total: CellId
    parts: tuple[CellId, ...]
    table: str = ""
    breakdown: str = ""
    reason: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Derived:
    """A percentage, ratio, median or chart point that gives away the counts it rests on.

    Attributes:
        id: Its name.
        rests_on: The counts; one of them hidden hides the figure.
        share_of: Where the figure is a share, its numerator and its denominator, the first being
            contained in the second. A share also gives away the rest (denominator less numerator),
            whether or not any table prints that: 97,5 pct. of 40 is one citizen short of all.
    """

    id: str
    rests_on: tuple[CellId, ...]
    share_of: tuple[CellId, CellId] | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that is published together.

    Attributes:
        cells: The numbers, in any order.
        equations: The sums, in any order.
        derived: Figures that rest on cells.
        known: Values the reader has already, by cell: printed in an earlier edition or by
            somebody else, or easily guessed. A value that has been revised since is not known any
            more, and is passed over. Such cells are never counted on to protect others.
        hidden_before: Cells that an earlier edition hid, and whether because they were small then.
            None is printed now, whatever it has become: beside what the earlier edition printed it
            would tell what that hid. One that was small then is kept from readers like a small one
            and, since a reader cannot tell what it has become, may be zero.
        unprinted: Cells that nobody prints, and nobody means to: what is left between a number and
            its limit. They may be zero.
    """

    cells: tuple[Cell, ...]
    equations: tuple[Equation, ...] = ()
    derived: tuple[Derived, ...] = ()
    known: Mapping[CellId, int] = field(default_factory=dict)
    hidden_before: Mapping[CellId, bool] = field(default_factory=dict)
    unprinted: frozenset[CellId] = frozenset()


def check_release(release: Release) -> None:
    """Refuse a release that is wrong in itself.

    Raises:
        SpecError: Two cells share a name, a value is negative, a weight is not above 0, more
            citizens than cases are behind a number, an equation or a figure names a cell that is
            not there or names one twice, or a sum does not add up.
    """
    values: dict[CellId, int] = {}
    for cell in release.cells:
        if cell.id in values:
            raise _wrong(f"Two cells of the release are both called {cell.id}.")
        _check_cell(cell)
        values[cell.id] = cell.value
    for equation in release.equations:
        _check_equation(equation, values)
    for figure in release.derived:
        for id_ in (*figure.rests_on, *(figure.share_of or ())):
            if id_ not in values:
                raise _wrong(f"Figure {figure.id} rests on {id_}, which is not in the release.")
        if figure.share_of and values[figure.share_of[0]] > values[figure.share_of[1]]:
            raise _wrong(f"Figure {figure.id} is a share of something smaller than itself.")


def _check_cell(cell: Cell) -> None:
    if cell.value < 0:
        raise _wrong(f"Cell {cell.id} is negative; only counts can be protected.")
    if cell.weight is not None and not 0 < cell.weight < math.inf:
        raise _wrong(f"Cell {cell.id} has a weight that is not a number above 0.")
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
