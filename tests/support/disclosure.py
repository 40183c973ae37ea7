"""Small releases for the confidentiality tests, and attackers that try everything by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from fpsheet_sync.disclosure.cells import Cell, CellId, Release
from fpsheet_sync.disclosure.crossing import TOTAL, cross_equations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


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

        Whatever differs must be made up for in every equation, so the search follows equations
        that do not add up yet. No cell is tried more than six from its true value, small
        differences first.
        """
        values = self._values()
        equations = [dict.fromkeys(e.parts, -1) | {e.total: 1} for e in self.release.equations]
        naming = {
            id_: [place for place, signs in enumerate(equations) if id_ in signs]
            for id_ in self.unknown
        }

        def can_add_up(differs: dict[CellId, int], touched: frozenset[int], most: int) -> bool:
            open_: list[tuple[int, CellId, range]] = []
            for place in sorted(touched):
                signs = equations[place]
                off = sum(sign * differs.get(id_, 0) for id_, sign in signs.items())
                if not off:
                    continue
                free = sorted(id_ for id_ in signs if id_ in naming and id_ not in differs)
                if not free:
                    return False
                id_ = free[0]
                forced = -off * signs[id_]
                tries = range(forced, forced + 1) if len(free) == 1 else range(-most, most + 1)
                open_.append((len(free), id_, tries))
            if not open_:
                return True
            _, id_, tries = min(open_, key=lambda one: one[:2])
            return any(
                can_add_up(differs | {id_: change}, touched | frozenset(naming[id_]), most)
                for change in sorted(tries, key=abs)
                if self.least - values[id_] <= change
            )

        return not any(
            change
            and self.least - values[cell] <= change
            and can_add_up({cell: change}, frozenset(naming[cell]), most)
            for most in (1, 2, 6)
            for change in range(-most, most + 1)
        )

    def extremes(self, cell: CellId) -> tuple[float, float]:
        """Give the smallest and largest value of a cell by visiting every corner of what fits.

        Right where what fits is bounded: a linear function has its extremes in corners.
        """
        found = [corner[cell] for corner in self._corners()]
        return float(min(found)), float(max(found))

    def _values(self) -> dict[CellId, int]:
        return {cell.id: cell.value for cell in self.release.cells}

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
