"""Addresses of many cells: each call to Excel costs as much for a hundred cells as for one."""

import re
from collections.abc import Iterable, Iterator

_ADDRESS_LIMIT = 250
"""Excel takes 255 letters as the address of several cells."""

_CELL = re.compile(r"([A-Z]+)([0-9]+)")


def join_cells(cells: Iterable[str]) -> Iterator[str]:
    """Yield cells as addresses, each as long as Excel takes; cells below each other are one area.

    >>> list(join_cells(["F4", "F6", "F5", "B2"]))
    ['B2,F4:F6']
    """
    address = ""
    for area in _areas(cells):
        if address and len(address) + len(area) >= _ADDRESS_LIMIT:
            yield address
            address = ""
        address = f"{address},{area}" if address else area
    if address:
        yield address


def _areas(cells: Iterable[str]) -> Iterator[str]:
    """Yield the cells as runs down their columns, by column and row."""
    places = (_CELL.fullmatch(cell) for cell in set(cells))
    rows: dict[str, list[int]] = {}
    for place in places:
        if place is not None:
            rows.setdefault(place[1], []).append(int(place[2]))
    for letters in sorted(rows, key=lambda name: (len(name), name)):
        for first, last in _runs(sorted(rows[letters])):
            yield f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of numbers that follow one another."""
    starts = [at for at, number in enumerate(numbers) if not at or number != numbers[at - 1] + 1]
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        yield numbers[start], numbers[end - 1]
