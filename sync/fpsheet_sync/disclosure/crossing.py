"""The sums of a cross-classified table, found from the keys of its cells."""

from collections.abc import Mapping, Sequence

from fpsheet_sync.disclosure.cells import CellId, Equation

TOTAL = ""
"""The code that stands for "all" in a key, as in `StatTable.keys`."""


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
            Equation(_name(table, dimension, key), total, tuple(parts[key]), table, dimension)
            for key, total in cells.items()
            if key in parts
        )
    return tuple(found)


def _name(table: str, dimension: str, key: tuple[str, ...]) -> str:
    where = ", ".join(code or "total" for code in key)
    return f"{table} by {dimension} ({where})"
