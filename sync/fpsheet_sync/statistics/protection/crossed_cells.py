"""Cells that no table prints and that the margins of several tables bind together all the same.

One table shows the kommuner by work ability, another by hours, two more both of them by level. Who
puts them together knows that each kommune's citizens of a level, ability and number of hours are
counted once in all four; and since hours are never written without the ability, that some of these
cells are empty. Together that made a small number exact which each relation alone left open.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation
from fpsheet_sync.statistics.protection.relation import Reason, Told
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.crossed_counts import find_crosses, implied
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Figure
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, Number, dated
from fpsheet_templates.form import Form
from fpsheet_templates.table import UOPLYST, TableSpec


def crossed_numbers(counting: Counting, specs: Collection[TableSpec]) -> Mapping[Number, int]:
    """Return what was counted of the cells, those that are not empty, for every kommune.

    Args:
        counting: What was counted, the crosses too.
        specs: The tables of the release.
    """
    found: dict[Number, int] = {}
    wanted = {
        (each.facts, each.measure): {KOMMUNE, *each.dimensions}
        for each in find_crosses(specs, counting.scope.form)
    }
    for figure, value in counting.cube.items():
        codes = dict(figure.codes)
        if value and codes.keys() == wanted.get((figure.facts, figure.measure)):
            found[_number(counting, figure, codes)] = int(value)
    return found


def _number(counting: Counting, figure: Figure, codes: dict[str, str]) -> Number:
    of, period = dated(f"{figure.facts}.{figure.measure}", counting.scope.period, codes)
    area = codes.pop(KOMMUNE)
    return Number(of, (str(period.fra), str(period.til)), area, frozenset(codes.items()))


def cross_sums(numbers: Mapping[Number, int], crossed: Mapping[Number, int], form: Form) -> Told:
    """Bind printed margins to the cells that nobody prints.

    Args:
        numbers: The printed numbers.
        crossed: The cells that are not empty.
        form: The form, for which cells are always empty.
    """
    cells: dict[CellId, Cell] = {}
    equations: list[Equation] = []
    rows = implied(form, {form.kommuner[each.area].jurisdiction for each in crossed})
    for (of, period, dimensions), own in _by_cross(crossed).items():
        margins = [
            number
            for number in numbers
            if (number.of, number.period) == (of, period)
            and {name for name, _ in number.codes} < set(dimensions)
        ]
        if _is_settled(margins, dimensions, rows):
            continue
        possible = _possible(margins, dimensions, rows)
        areas = sorted({number.area for number in margins} - COUNTRIES)
        every = [Number(of, period, area, codes) for area in areas for codes in possible]
        if set(own) <= set(every):
            cells |= {
                each.id: Cell(each.id, crossed.get(each, 0), is_count=False, owner=each.area)
                for each in every
            }
            equations.extend(_sums(_finest(margins), numbers, every, crossed))
    return Told(tuple(cells.values()), tuple(equations))


def _is_settled(
    margins: Iterable[Number], dimensions: Collection[str], rows: Mapping[str, str]
) -> bool:
    """Return whether both bound dimensions are printed beside all the rest, kommune by kommune.

    Then the cross tells no more than that who lacks the one value lacks the other.
    """
    shapes = {frozenset(dict(each.codes)) for each in margins if each.area not in COUNTRIES}
    return all(
        frozenset(dimensions) - {name} in shapes
        for pair in rows.items()
        if set(pair) <= set(dimensions)
        for name in pair
    )


def _by_cross(
    crossed: Iterable[Number],
) -> Mapping[tuple[str, tuple[str, str], tuple[str, ...]], list[Number]]:
    found = defaultdict(list)
    for number in crossed:
        dimensions = tuple(sorted(name for name, _ in number.codes))
        found[number.of, number.period, dimensions].append(number)
    return found


def _possible(
    margins: Iterable[Number], dimensions: Iterable[str], rows: Mapping[str, str]
) -> list[frozenset[tuple[str, str]]]:
    """Return the codes of every cell that may hold somebody."""
    codes: dict[str, set[str]] = {name: {UOPLYST} for name in dimensions}
    for number in margins:
        for name, code in number.codes:
            codes[name].add(code)
    named = [[(name, code) for code in sorted(codes[name])] for name in codes]
    return [
        frozenset(cell)
        for cell in product(*named)
        if not any(
            (name, UOPLYST) not in cell and (other, UOPLYST) in cell for name, other in rows.items()
        )
    ]


def _finest(margins: Collection[Number]) -> list[Number]:
    """Return the margins that no others add up to."""
    shapes = {(number.area in COUNTRIES, frozenset(dict(number.codes))) for number in margins}
    return [
        number
        for number in margins
        if not any(
            is_country <= (number.area in COUNTRIES)
            and names >= frozenset(dict(number.codes))
            and (is_country, names) != (number.area in COUNTRIES, frozenset(dict(number.codes)))
            for is_country, names in shapes
        )
    ]


def _sums(
    margins: Iterable[Number],
    numbers: Mapping[Number, int],
    cells: Collection[Number],
    crossed: Mapping[Number, int],
) -> Iterator[Equation]:
    for margin in margins:
        parts = [
            cell
            for cell in cells
            if margin.codes <= cell.codes and margin.area in {cell.area, *COUNTRIES}
        ]
        if sum(crossed.get(cell, 0) for cell in parts) == numbers[margin]:
            name = f"{margin.id} = {Reason.CROSSED}"
            yield Equation(name, margin.id, tuple(cell.id for cell in parts), reason=Reason.CROSSED)
