"""What kommuner know of numbers that are printed for the country alone: their own part of each.

A kommune that counts nine of the ten knows that the number is nine or more, and what another one
beside it then must be. Its part is told to the audit as a number that nobody prints and it knows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation
from fpsheet_sync.disclosure.cells import DisclosedRelease as Disclosed
from fpsheet_sync.statistics.protection.relation import Reason
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, Number


def tell_parts(described: Disclosed, internal: Iterable[Release]) -> Disclosed:
    """Describe a release with what every kommune knows of the numbers printed for the country.

    Args:
        described: The editions that are published together.
        internal: The kommuner's own editions in full, of one language and of every period of which
            some were published.
    """
    return _tell(described, _parts(described, internal))


def _parts(described: Disclosed, internal: Iterable[Release]) -> Mapping[CellId, list[Cell]]:
    """Return the numbers printed for the country alone, with every kommune's part that is not 0."""
    printed = {cell.id for cell in described.cells}
    found: dict[CellId, list[Cell]] = defaultdict(list)
    for number, value in _own(described, internal).items():
        if value and number.id not in printed:
            for country in sorted(COUNTRIES):
                whole = replace(number, area=country).id
                if whole in printed:
                    part = Cell(number.id, value, is_count=False, owner=number.owner)
                    found[whole].append(part)
    return found


def _own(described: Disclosed, internal: Iterable[Release]) -> Mapping[Number, int]:
    """Return all that kommuner count themselves, also of the rest of a period printed in part."""
    found = {
        number: value
        for release in internal
        for id_, value in printed_numbers(release).items()
        for number in [Number.read(id_)]
        if number.owner is not None
    }
    areas = sorted({number.area for number in found})
    for equation in described.equations:
        if equation.reason == Reason.REST:
            whole, part, rest = map(Number.read, (equation.total, *equation.parts))
            for area in areas if whole.owner is None else ():
                of_area = (replace(each, area=area) for each in (whole, part))
                counts = [found[each] for each in of_area if each in found]
                if len(counts) > 1 and counts[0] >= counts[1]:
                    found.setdefault(replace(rest, area=area), counts[0] - counts[1])
    return found


def _tell(described: Disclosed, parts: Mapping[CellId, list[Cell]]) -> Disclosed:
    """Add kommuner's parts: together they are the whole, or each is at most as large."""
    values = {cell.id: cell.value for cell in described.cells}
    cells: dict[CellId, Cell] = {}
    equations: list[Equation] = []
    for whole, own in parts.items():
        cells |= {part.id: part for part in own}
        if sum(part.value for part in own) == values[whole]:
            name = f"{whole} = kommuner"
            equations.append(Equation(name, whole, tuple(part.id for part in own)))
            continue
        for part in own:
            name = f"{part.id} <= {whole}"
            left = values[whole] - part.value
            if left >= 0:
                rest = CellId(f"{name} (rest)")
                cells[rest] = Cell(rest, left, is_count=False)
                equations.append(Equation(name, whole, (part.id, rest)))
    return replace(
        described,
        cells=(*described.cells, *cells.values()),
        equations=(*described.equations, *equations),
        unprinted=described.unprinted | cells.keys(),
    )
