"""Small releases for the confidentiality tests, and attackers that try everything by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation, Release
from fpsheet_sync.disclosure.crossing import TOTAL, cross_equations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


def table_release(
    rows: Mapping[str, Sequence[int]],
    columns: Sequence[str],
    *,
    sensitive: Collection[str] | None = None,
    owned: bool = False,
) -> Release:
    """Make a release of one table with both margins; cells are called `row-column`, "T" total.

    Args:
        rows: Inner values by row.
        columns: Names of the columns.
        sensitive: Names of the cells that count persons; None for all.
        owned: Every row is a kommune, which owns it.
    """
    inner: dict[tuple[str, ...], int] = {
        (row, code): value
        for row, values in rows.items()
        for code, value in zip(columns, values, strict=True)
    }
    return cross_release("T", ["row", "column"], inner, sensitive=sensitive, owned=owned)


def cross_release(
    table: str,
    dimensions: Sequence[str],
    inner: Mapping[tuple[str, ...], int],
    *,
    sensitive: Collection[str] | None = None,
    owned: bool = False,
) -> Release:
    """Make a release of one table with all margins; the first place of a key may be a kommune."""
    values: dict[tuple[str, ...], int] = {}
    for key, value in inner.items():
        for margin in itertools.product(*((code, TOTAL) for code in key)):
            values[margin] = values.get(margin, 0) + value
    names = {key: CellId("-".join(code or "T" for code in key)) for key in values}
    cells = tuple(
        Cell(
            names[key],
            value,
            is_count=sensitive is None or names[key] in sensitive,
            owner=key[0] if owned and key[0] else None,
        )
        for key, value in values.items()
    )
    return Release(cells, cross_equations(table, names, dimensions))


def ids(*names: str) -> frozenset[CellId]:
    """Give names as cell names."""
    return frozenset(CellId(name) for name in names)


@dataclass(frozen=True)
class Attacker:
    """Somebody who knows all printed cells, perhaps a kommune's own as well, and tries it all.

    Attributes:
        release: What is published.
        unknown: The cells that are not printed and that the attacker does not know.
        least: Smallest value an unknown cell can have.
    """

    release: Release
    unknown: frozenset[CellId]
    least: int = 0

    @classmethod
    def of(cls, release: Release, hidden: Collection[CellId], *, view: str, least: int) -> Attacker:
        """Make the attacker of a view: "" is the public, else a kommune."""
        unknown = frozenset(
            cell.id
            for cell in release.cells
            if cell.id in hidden
            and not (view and cell.owner == view)
            and release.known.get(cell.id) != cell.value
        )
        return cls(release, unknown, least)

    def is_exact(self, cell: CellId) -> bool:
        """Tell whether no table of whole numbers fits in which the cell has another value.

        Tables are tried one after the other, those near the true one first; no cell that is not
        a sum of others is tried more than four above its true value.
        """
        return not any(self._differing(cell))

    def extremes(self, cell: CellId) -> tuple[Fraction, Fraction]:
        """Give the smallest and largest value of a cell by visiting every corner of what fits.

        Right where what fits is bounded: a linear function has its extremes in corners.
        """
        found = [corner[cell] for corner in self._corners()]
        return min(found), max(found)

    def _values(self) -> dict[CellId, int]:
        return {cell.id: cell.value for cell in self.release.cells}

    def _differing(self, cell: CellId) -> Iterator[bool]:  # noqa: C901 - a search in one piece
        """Give True for every table that fits and has another value of the cell."""
        values = self._values()
        totals = {equation.total for equation in self.release.equations}
        # What is a sum of others comes after them, and is then forced.
        order = sorted(self.unknown, key=lambda id_: (id_ in totals, id_ != cell, id_))
        naming = {
            id_: [e for e in self.release.equations if id_ == e.total or id_ in e.parts]
            for id_ in order
        }
        chosen = {id_: value for id_, value in values.items() if id_ not in self.unknown}

        def fits(equation: Equation) -> bool:
            """Whether the equation can still hold; exact where nothing is missing."""
            if equation.total not in chosen:
                return True
            missing = sum(part not in chosen for part in equation.parts)
            left = chosen[equation.total] - sum(chosen.get(part, 0) for part in equation.parts)
            return left >= missing * self.least and (missing > 0 or left == 0)

        def choices(id_: CellId) -> Iterable[int]:
            for equation in naming[id_]:
                if id_ == equation.total and all(part in chosen for part in equation.parts):
                    forced = sum(chosen[part] for part in equation.parts)
                    return [forced] if forced >= self.least else []
            true = values[id_]
            return sorted(range(self.least, true + 5), key=lambda value: abs(value - true))

        def fill(place: int) -> Iterator[bool]:
            if place == len(order):
                if chosen[cell] != values[cell]:
                    yield True
                return
            id_ = order[place]
            for value in choices(id_):
                if id_ == cell and value == values[cell]:
                    continue
                chosen[id_] = value
                if all(fits(equation) for equation in naming[id_]):
                    yield from fill(place + 1)
                del chosen[id_]

        yield from fill(0)

    def _corners(self) -> Iterator[dict[CellId, Fraction]]:
        """Give every corner: as many cells as there is freedom stand at their smallest value."""
        values = self._values()
        order = sorted(self.unknown)
        rows: list[list[Fraction]] = []
        for equation in self.release.equations:
            signs = {equation.total: 1} | dict.fromkeys(equation.parts, -1)
            row = [Fraction(signs.get(cell, 0)) for cell in order]
            if any(row):
                rest = sum(
                    sign * values[id_] for id_, sign in signs.items() if id_ not in self.unknown
                )
                shift = sum(row) * self.least
                rows.append([*row, -Fraction(rest) - shift])
        reduced = _reduce(rows)
        for basis in itertools.combinations(range(len(order)), len(reduced)):
            solved = _solve([[row[place] for place in (*basis, -1)] for row in reduced])
            if solved is not None and min(solved, default=Fraction(0)) >= 0:
                at = dict.fromkeys(order, Fraction(self.least))
                for place, value in zip(basis, solved, strict=True):
                    at[order[place]] += value
                yield at


def _reduce(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Give as many independent equations as there are, in echelon form."""
    rows = [list(row) for row in rows]
    done: list[list[Fraction]] = []
    for place in range(len(rows[0]) - 1 if rows else 0):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [entry / pivot[place] for entry in pivot]
        rows = [[a - row[place] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        done = [[a - row[place] * b for a, b in zip(row, pivot, strict=True)] for row in done]
        done.append(pivot)
    return done


def _solve(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """Solve a square system; None where it has no single solution."""
    reduced = _reduce(rows)
    if len(reduced) < len(rows):
        return None
    solved = sorted(reduced, key=lambda row: next(i for i, entry in enumerate(row) if entry))
    return [row[-1] for row in solved]
