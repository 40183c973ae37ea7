"""Small releases for the confidentiality tests."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from fpsheet_sync.disclosure.cells import TOTAL, Cell, CellId, DisclosedRelease, cross_equations

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def table_release(
    rows: Mapping[str, Sequence[int]],
    columns: Sequence[str],
    *,
    sensitive: Collection[str] | None = None,
    owned: bool = False,
) -> DisclosedRelease:
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
) -> DisclosedRelease:
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
    return DisclosedRelease(cells, cross_equations(table, names, dimensions))


def ids(*names: str) -> frozenset[CellId]:
    """Return names as cell names."""
    return frozenset(CellId(name) for name in names)
