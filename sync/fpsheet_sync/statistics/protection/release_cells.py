"""What a release gives away: its numbers, and all that binds them.

All editions of a release are described together (national and every kommune's), because a reader
has them all. A number has one name wherever it is printed. The name holds what is counted, the
period, the area and the codes, so the first quarter inside a year's release is the same number as
in a release of that quarter alone, and a stock the same in every release that ends on that day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation, cross_equations
from fpsheet_sync.disclosure.cells import DisclosedRelease as Disclosed
from fpsheet_sync.statistics.protection.crossed_cells import cross_sums
from fpsheet_sync.statistics.protection.kept_rounding import Before
from fpsheet_sync.statistics.protection.relation import Relation, tell
from fpsheet_sync.statistics.protection.relations_over_time import (
    split_periods,
    time_relations,
)
from fpsheet_sync.statistics.protection.relations_within import inside_relations
from fpsheet_sync.statistics.stat_table import ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.number_name import (
    COUNTRIES,
    LAND,
    Codes,
    Number,
    dated,
    number_of,
)
from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import Form
from fpsheet_templates.table import UOPLYST, Dimension, load_dimensions

_NOT_CROSSED: Mapping[Number, int] = {}
_NO_EARLIER = Before()


@dataclass(slots=True)
class Collected:
    """What editions print.

    Attributes:
        numbers: The numbers.
        adds_up: Those of which the country is the sum of its kommuner.
        equations: The sums, by total and parts.
    """

    numbers: dict[Number, int] = field(default_factory=dict)
    adds_up: set[Number] = field(default_factory=set)
    equations: dict[tuple[CellId, frozenset[CellId]], Equation] = field(default_factory=dict)

    def add_number(self, number: Number, value: int) -> None:
        """Keep a number; SpecError where it has another value elsewhere."""
        if self.numbers.setdefault(number, value) != value:
            message = f"The number {number.id} differs between tables."
            raise SpecError(message)

    def add_equation(self, equation: Equation) -> None:
        """Keep a sum once, however many tables print it.

        A period within one quarter is the same number as its only part, which is no sum.
        """
        if equation.parts == (equation.total,):
            return
        self.equations.setdefault((equation.total, frozenset(equation.parts)), equation)


def release_cells(
    releases: Sequence[Release],
    form: Form,
    *,
    before: Before = _NO_EARLIER,
    past: Sequence[Release] = (),
    crossed: Mapping[Number, int] = _NOT_CROSSED,
) -> Disclosed:
    """Describe all editions that are published together.

    Args:
        releases: The editions in full, of one language.
        form: The form, for how fine codes divide coarse ones, and what it requires.
        before: What earlier editions told.
        past: The editions of other periods in full, for the sums that they print.
        crossed: Counts of cells that no table prints (`crossed_cells.crossed_numbers`).

    Raises:
        SpecError: The same number has two values, which would be a fault of the counting.
    """
    found = collect(releases, form)
    earlier = {Number.read(id_): count for id_, count in {**before.exact, **before.counts}.items()}
    relations, values = find_relations(found, form, earlier)
    told, cross = tell(relations, values), cross_sums(found.numbers, crossed, form)
    numbers = [Cell(number.id, value, owner=number.owner) for number, value in values.items()]
    printed = {id_ for release in releases for id_ in printed_numbers(release)}
    counts = {cell.id: cell.value for cell in numbers}
    beside = (*told.cells, *cross.cells)
    sums = {**_standing_sums(collect(past, form), counts), **found.equations}
    return Disclosed(
        cells=(*numbers, *beside),
        equations=(*sums.values(), *told.equations, *cross.equations),
        known={id_: value for id_, value in before.exact.items() if id_ in counts},
        unprinted=frozenset((*(cell.id for cell in beside), *(counts.keys() - printed))),
        behind=told.behind,
    )


def _standing_sums(
    past: Collected, counts: Mapping[CellId, int]
) -> Mapping[tuple[CellId, frozenset[CellId]], Equation]:
    """Return the sums printed before that hold in the counts then, of numbers that still matter."""
    return {
        key: each
        for key, each in past.equations.items()
        if {each.total, *each.parts} <= counts.keys()
        and counts[each.total] == sum(counts[part] for part in each.parts)
    }


def collect(releases: Iterable[Release], form: Form) -> Collected:
    """Collect the numbers and sums that editions print.

    Raises:
        SpecError: The same number has two values.
    """
    found = Collected()
    for release in releases:
        for table in release.tables:
            _collect(found, release, table)
    for equation in (*_area_sums(found, form), *_refined_sums(found.numbers, form)):
        found.add_equation(equation)
    return found


def find_relations(
    found: Collected, form: Form, earlier: Mapping[Number, int]
) -> tuple[tuple[Relation, ...], Mapping[Number, int]]:
    """Derive what readers know of the numbers beyond the sums, with those of earlier editions.

    Whether each of them holds in the numbers is for `tell` to look at.

    Returns:
        The relations, and every number they name: those of the editions, those of earlier ones,
        and what is left of a period that an earlier one divides.
    """
    values = dict(found.numbers)
    splits = tuple(split_periods(values, earlier))
    ours, everything = set(values), {**earlier, **values}
    summed = {(each.total, part) for each in found.equations.values() for part in each.parts}
    relations = (
        *splits,
        *inside_relations(values, summed, form),
        *time_relations(ours, everything),
    )
    named = {each for relation in relations for each in (*relation.some, *relation.others)}
    return relations, {
        number: value for number, value in everything.items() if number in values or number in named
    }


def printed_numbers(release: Release) -> Mapping[CellId, int]:
    """Return the counts that an edition prints, by name: what its readers know from then on."""
    printed = {}
    for table in release.tables:
        for key, row in zip(table.keys, table.rows, strict=True):
            for column, cell in zip(table.columns, row, strict=True):
                if column.of and column.kind is ColumnKind.COUNT and isinstance(cell, int):
                    printed[number_of(release, table, column, key).id] = cell
    return printed


def _collect(found: Collected, release: Release, table: StatTable) -> None:
    """Collect the numbers and sums of one table."""
    places = {column.id: place for place, column in enumerate(table.columns)}
    by_column: dict[str, dict[tuple[str, ...], CellId]] = defaultdict(dict)
    for key, row in zip(table.keys, table.rows, strict=True):
        for column in table.columns:
            cell = row[places[column.id]]
            if column.of and column.kind is ColumnKind.COUNT and isinstance(cell, int):
                number = number_of(release, table, column, key)
                found.add_number(number, cell)
                if KOMMUNE in column.adds:
                    found.adds_up.add(number)
                by_column[column.id][key] = number.id
        _collect_row(found, table, key, {c: ids[key] for c, ids in by_column.items()})
    for column in table.columns:
        if column.of and column.kind is ColumnKind.COUNT:
            along = [name if name in column.adds else "" for name in table.dimensions]
            for equation in cross_equations(table.id, by_column[column.id], along):
                found.add_equation(equation)


def _collect_row(
    found: Collected, table: StatTable, key: tuple[str, ...], ids: Mapping[str, CellId]
) -> None:
    """Collect the sums between the columns of a row."""
    row = "/".join(key)
    for total, parts in table.sums:
        name = f"{table.id} {row} {total}"
        found.add_equation(Equation(name, ids[total], tuple(ids[part] for part in parts)))


def _area_sums(found: Collected, form: Form) -> Iterator[Equation]:
    """Bind each country's number to its kommuner's, where editions print them apart.

    Kommuner without an edition of their own are one number together, which nobody prints but
    everybody can work out; it is added.
    """
    by_area: dict[Number, dict[str, Number]] = defaultdict(dict)
    for number in found.numbers:
        if number in found.adds_up:
            by_area[replace(number, area="")][number.area] = number
    for areas in by_area.values():
        for country in sorted(COUNTRIES & areas.keys()):
            parts = [
                areas[area]
                for area in sorted(areas.keys() - COUNTRIES)
                if country in {"", form.kommuner[area].jurisdiction}
            ]
            if parts:
                yield _country_sum(found, areas[country], parts)


def _country_sum(found: Collected, total: Number, parts: list[Number]) -> Equation:
    rest = found.numbers[total] - sum(found.numbers[part] for part in parts)
    if rest:
        others = replace(total, area=f"{total.area}-andre")
        found.numbers[others] = rest
        parts = [*parts, others]
    name = f"{total.id} = {LAND}"
    return Equation(name, total.id, tuple(part.id for part in parts))


def _refined_sums(numbers: Mapping[Number, int], form: Form) -> Iterator[Equation]:
    """Bind coarse codes to the fine ones that divide them: branche groups, those under 60."""
    for dimension in load_dimensions().values():
        if not dimension.refines:
            continue
        groups = _groups(dimension, form)
        parts: dict[Number, list[CellId]] = defaultdict(list)
        for number in numbers:
            fine = dict(number.codes).get(dimension.id, "")
            if fine in groups:
                coarse = {(dimension.refines, groups[fine])}
                codes = (number.codes - {(dimension.id, fine)}) | coarse
                parts[_recoded(number, codes, dimension)].append(number.id)
        for total, ids in parts.items():
            if total in numbers:
                name = f"{total.id} = {dimension.id}"
                yield Equation(name, total.id, tuple(ids))


def _recoded(number: Number, codes: Codes, fine: Dimension) -> Number:
    """Return the number that has other codes in place of those of a fine dimension."""
    if not fine.whole_period:
        return replace(number, codes=codes)
    of, days = dated(number.of, number.days, dict(codes))
    return replace(number, of=of, period=(str(days.fra), str(days.til)), codes=codes)


def _groups(dimension: Dimension, form: Form) -> Mapping[str, str]:
    """Return the coarse code of each fine one."""
    if not dimension.groups_from:
        return dimension.groups
    codes = form.code_lists[dimension.codes].codes
    return {code.id: code.extra[dimension.groups_from] for code in codes} | {UOPLYST: UOPLYST}
