"""One edition of a counting: its area, language, notes, and the words for its codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fpsheet_sync.statistics.facts.scope import quarters
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_sync.statistics.tables.counting import REPORTER, Counting
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.table import TOTAL, UOPLYST, ColumnSpec, TableSpec, load_dimensions

PROVISIONAL_DAYS = 365
"""A period is provisional until it ended this many days before the counting. Practice: in 2012 the
first national count of tilkendelser rose about 10 per cent by late reports (Ankestyrelsen)."""


def is_provisional(end: date, counted_on: date) -> bool:
    """Return whether a period that ended on a day may still change by late reports."""
    return (counted_on - end).days < PROVISIONAL_DAYS


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a counting.

    Attributes:
        counting: The numbers.
        wording: The language.
        area: Kommunekode of a kommune's own edition; "" for the national one.
        title_area: The area as titles name it.
        counted_on: The day printed as "opgjort pr.".
        notes: Note identifier → its number in the release.
        benchmarks: Imported figures that numbers are compared with.
    """

    counting: Counting
    wording: Wording
    area: str
    title_area: str
    counted_on: date
    notes: Mapping[str, int]
    benchmarks: tuple[Benchmark, ...] = ()

    def is_provisional(self, end: date) -> bool:
        """Return whether a period that ended on a day may still change by late reports."""
        return is_provisional(end, self.counted_on)

    def marks(self, notes: Iterable[str]) -> str:
        """Return notes as they stand in lines and headings: "[note 1][note 2]"."""
        word = self.wording.text("note_mark")
        return "".join(f"[{word} {self.notes[note]}]" for note in notes)

    @property
    def country(self) -> str:
        """Return the one country that is counted, whose words the codes have; "" for both."""
        counted_in = sorted(self.counting.jurisdictions)
        return counted_in[0] if len(counted_in) == 1 else ""

    def labels(self, dimension: str, codes: Iterable[str]) -> Mapping[str, str]:
        """Return the words for codes of a dimension, "" being its total."""
        wording, form = self.wording, self.wording.form
        declared = load_dimensions(form.folder)[dimension]
        listed, own = declared.codes, {TOTAL, UOPLYST, *declared.values()}
        known = {code.id: code for code in form.code_lists[listed].codes} if listed else {}
        labels = {}
        for code in codes:
            if dimension in {KOMMUNE, REPORTER}:
                labels[code] = self._kommune(code)
            elif dimension == "kvartal" and code != TOTAL:
                labels[code] = self._quarter(code)
            elif code in known:
                labels[code] = known[code].label(wording.language, self.country)
            elif declared.free and code not in own:
                labels[code] = code
            else:
                labels[code] = wording.dimension(dimension, code)
        return labels

    def _kommune(self, code: str) -> str:
        if code != TOTAL:
            return self.wording.area(code)
        coverage = self.counting.coverage
        if not coverage.is_countrywide:
            return self.wording.fill("dimension.kommune.partly", coverage.numbers)
        return self.wording.text(f"dimension.kommune.{'total' if self.country else 'both'}")

    def _quarter(self, code: str) -> str:
        found = {quarter.id: quarter for quarter in quarters(self.counting.scope.period)}[code]
        late = self.is_provisional(found.period.til)
        return self.wording.quarter(code, whole=found.whole, provisional=late)


def shown_specs(counting: Counting, area: str, spec: TableSpec) -> tuple[ColumnSpec, ...]:
    """Return the declared columns an edition shows: those of the country, split by codes it has."""
    return tuple(
        column
        for column in spec.columns
        if column.jurisdictions & counting.jurisdictions
        and (not column.by or counting.shown_codes(column.by, area, [column]))
    )


def table_notes(spec: TableSpec, shown: Iterable[ColumnSpec]) -> tuple[str, ...]:
    """Return the notes to a whole table: its own, and those of split columns."""
    split = (note for column in shown if column.by for note in column.notes)
    return tuple(dict.fromkeys((*spec.notes, *split)))


def used_notes(spec: TableSpec, shown: Iterable[ColumnSpec]) -> tuple[str, ...]:
    """Return the notes of a table in the order a reader meets them, each once."""
    shown = tuple(shown)
    of_columns = (note for column in shown for note in column.notes)
    return tuple(dict.fromkeys((*table_notes(spec, shown), *of_columns)))


def number_notes(counting: Counting, area: str, specs: Iterable[TableSpec]) -> Mapping[str, int]:
    """Number the notes of an edition in the order a reader meets them, from 1."""
    order: dict[str, int] = {}
    for spec in specs:
        for note in used_notes(spec, shown_specs(counting, area, spec)):
            order.setdefault(note, len(order) + 1)
    return order
