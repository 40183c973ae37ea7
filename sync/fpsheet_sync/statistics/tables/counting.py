"""What was counted, ready to be laid out as the national edition or as any kommune's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from fpsheet_sync.statistics.facts.scope import Scope, quarters
from fpsheet_sync.statistics.tables.coverage import Coverage
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Codes, Cube, Figure
from fpsheet_templates.codes import Code
from fpsheet_templates.table import UOPLYST, ColumnSpec, Count, Dimension, load_dimensions

REPORTER = "indberetter"
"""The dimension of the kommuner that should report."""

_COUNTED = frozenset({Count.ROWS, Count.DISTINCT})


class CountKind(NamedTuple):
    """What is counted of which facts, and whether each unit counts once."""

    facts: str
    measures: frozenset[str]
    is_distinct: bool


Excess = Mapping[tuple[CountKind, Codes], int]
"""How many more than its citizens a number counts, of those that count more."""


@dataclass(frozen=True)
class Counting:
    """Every number of a scope.

    Attributes:
        scope: What was counted.
        cube: The numbers.
        jurisdictions: "GL", "DK" or both: which countries' codes the tables list.
        delivered: Kommuner that have sent something, by code.
        expected: Kommuner in force at the end of the period, by code.
        coverage: Which of those have reported for the period.
        has_published_figures: The country's share of refusals is an imported one, which everybody
            has, and not worked out from the reports.
        excess: How many more than its citizens a number counts; empty where nobody asked.
        measured: Citizens behind every mean and quartile; empty where nobody asked.
    """

    scope: Scope
    cube: Cube
    jurisdictions: frozenset[str]
    delivered: tuple[str, ...]
    expected: tuple[str, ...]
    coverage: Coverage
    has_published_figures: bool = False
    excess: Excess = field(default_factory=dict)
    measured: Mapping[Figure, int] = field(default_factory=dict)

    @cached_property
    def seen(self) -> Mapping[str, Mapping[tuple[str, str, str], frozenset[tuple[str, Codes]]]]:
        """Which codes occur, each with all that its facts have.

        Kommune ("" for the country) → (facts, measure, dimension) → (code, codes of the facts).
        """
        found: dict[str, dict[tuple[str, str, str], set[tuple[str, Codes]]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for figure, number in self.cube.items():
            if number and figure.kind in _COUNTED:
                codes = dict(figure.codes)
                kommune = codes.get(KOMMUNE, "")
                for dimension, code in codes.items():
                    area = "" if dimension == KOMMUNE else kommune
                    key = (figure.facts, figure.measure, dimension)
                    found[area][key].add((code, figure.codes))
        return {
            area: {key: frozenset(codes) for key, codes in by_key.items()}
            for area, by_key in found.items()
        }

    def shown_codes(
        self, dimension: str, area: str, columns: Iterable[ColumnSpec]
    ) -> tuple[str, ...]:
        """Return the codes of a dimension that a table shows, in order; none where it has no sense.

        Args:
            dimension: Identifier of the dimension.
            area: Kommunekode of the edition; "" for the country.
            columns: Those whose facts may make a rare code occur.
        """
        known = load_dimensions(self.scope.form.folder)[dimension]
        by_key = self.seen.get(area, {})
        occurring = frozenset(
            code
            for column in columns
            for code, codes in by_key.get((column.facts, column.measure, dimension), ())
            if column.where.items() <= codes
        )
        if dimension == KOMMUNE:
            return self._kommuner(area, occurring)
        if dimension == REPORTER:
            return (area,) if area else self.expected
        if dimension == "kvartal":
            return tuple(quarter.id for quarter in quarters(self.scope.period))
        listed = self._listed(known, occurring)
        if known.codes and not listed:
            return ()
        own = (*known.extra, *(band.id for band in known.bands), UOPLYST)
        rare = known.hidden_zero
        if known.free:
            listed = tuple(sorted(occurring.difference(own)))
        return (*listed, *(code for code in own if code not in rare or code in occurring))

    def _kommuner(self, area: str, occurring: frozenset[str]) -> tuple[str, ...]:
        if area:
            return (area,)
        wanted = {*self.delivered, *occurring}
        return tuple(code for code in self.scope.form.kommuner if code in wanted)

    def _listed(self, dimension: Dimension, occurring: frozenset[str]) -> tuple[str, ...]:
        """Return the codes of a list; none where the countries have no code of it at all."""
        if not dimension.codes:
            return ()
        codes = self.scope.form.code_lists[dimension.codes].codes
        if not any(self._is_ours(code) for code in codes):
            return ()
        return tuple(
            code.id
            for code in codes
            if code.id in occurring or (self._is_ours(code) and code.id not in dimension.without)
        )

    def _is_ours(self, code: Code) -> bool:
        return bool(code.jurisdictions & self.jurisdictions)
