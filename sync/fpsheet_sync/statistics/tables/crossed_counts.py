"""What is counted beside the printed tables: cells that their margins bind together.

No table prints them. They are counted so that the protection of an edition knows which of them are
empty (`protection.crossed_cells`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_templates.expression import Always
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import COUNTRIES
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_dimensions

_PREFIX = "kryds."


@dataclass(frozen=True, slots=True)
class Cross:
    """The full cross of the tables that show one count by either of two bound dimensions.

    Attributes:
        facts: The facts counted.
        measure: Which of them.
        dimensions: What the tables break them down by, kommune apart, in order.
    """

    facts: str
    measure: str
    dimensions: tuple[str, ...]


def cross_specs(specs: Collection[TableSpec], form: Form) -> tuple[TableSpec, ...]:
    """Return what must be counted beside the tables, as tables that nobody lays out.

    Two margins with nothing else in common say no more together than that who lacks the one value
    lacks the other (`inside`); a cross is told where they are broken down further.
    """
    return tuple(
        TableSpec(
            id=f"{_PREFIX}{cross.facts}.{cross.measure}",
            dimensions=(KOMMUNE, *cross.dimensions),
            columns=(ColumnSpec(cross.measure, Count.ROWS, cross.facts, cross.measure, "antal"),),
            period_rule="",
        )
        for cross in find_crosses(specs, form)
    )


def find_crosses(specs: Collection[TableSpec], form: Form) -> Iterator[Cross]:
    """Find the crosses that some tables bind together by what a row must hold."""
    pairs = {pair for country in COUNTRIES for pair in implied(form, {country}).items()}
    for pair in sorted(pairs):
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for spec in specs:
            for column in spec.columns:
                by = {*spec.dimensions, *filter(None, [column.by])}
                if column.count is Count.ROWS and by & set(pair):
                    found[column.facts, column.measure] |= by - {KOMMUNE}
        for (facts, measure), dimensions in sorted(found.items()):
            if dimensions > set(pair):
                yield Cross(facts, measure, tuple(sorted(dimensions)))


def implied(form: Form, countries: Collection[str]) -> Mapping[str, str]:
    """Return dimension → another that has a code wherever it has one, because one row holds both.

    So it is where the two are read from one row, and the form requires the other one always in all
    of the countries.
    """
    found: dict[str, str] = {}
    declared = load_dimensions(form.folder).values()
    read = {each.id: each.field.split(".") for each in declared if each.field}
    for name, (sheet, _) in read.items():
        for other, (same, field) in read.items():
            needed = form.sheet(same)[field].required_for
            if name != other and sheet == same and all(needed(c) == Always() for c in countries):
                found[name] = other
    return found
