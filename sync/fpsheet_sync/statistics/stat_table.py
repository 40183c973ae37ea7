"""Statistics tables as data: what the database computed, before any workbook is written."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Shorthand(StrEnum):
    """What stands in a cell instead of a number; explained above every table that uses it."""

    CONFIDENTIAL = "[c]"
    UNRELIABLE = "[u]"
    """Too few are behind it for a share, an index or a median of rounded numbers."""
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"


REVISED = "[r]"
"""What stands in a column of its own before the names of the numbers of a row that are revised."""


_NOTES = " ["
"""Where the notes of a heading begin."""


class ColumnKind(StrEnum):
    """What a column of a table holds."""

    DIMENSION = "dimension"
    COUNT = "count"
    """Whole number of persons, cases, jobs …."""
    DECIMAL = "decimal"
    """Days, hours, percentages: one decimal."""
    WHOLE = "whole"
    """A figure that is no count and has no decimals: a target, or made of rounded numbers."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of whole days, both ends inclusive.

    >>> Period(date(2026, 1, 1), date(2026, 12, 31)).days
    365
    """

    fra: date
    til: date

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.til - self.fra).days + 1

    @property
    def ends_with_year(self) -> bool:
        """Return whether it ends on 31 December."""
        return (self.til.month, self.til.day) == (12, 31)

    @property
    def is_years(self) -> bool:
        """Return whether it is one or more whole calendar years."""
        return (self.fra.month, self.fra.day) == (1, 1) and self.ends_with_year


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        id: Text key suffix and CSV header.
        label: The heading shown, with its unit and notes.
        kind: What it holds.
        unit: The unit as words, also part of the heading.
        of: Name of what is counted ("afgoerelse.afslag"), the same in every table that prints it;
            empty for dimensions.
        codes: What its numbers are restricted to beyond the row's own codes: (dimension, code).
        adds: Dimensions along which its total is the sum of its parts.
        rests_on: For a figure that is no count: the count columns that it gives away.
        share_of: For a percentage: its numerator and denominator columns; else empty.
    """

    id: str
    label: str
    kind: ColumnKind
    unit: str = ""
    of: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    adds: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    share_of: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Return the heading without the notes it names."""
        return self.label.partition(_NOTES)[0]

    @property
    def name(self) -> str:
        """Return the heading without its unit and notes."""
        return short_label(self.label, self.unit)


def short_label(label: str, unit: str) -> str:
    """Return a heading as a legend has it: without its unit and notes, which stand elsewhere.

    >>> short_label("Tilkendelser: Højeste (antal) [note 3]", "antal")
    'Tilkendelser: Højeste'
    """
    return label.partition(_NOTES)[0].removesuffix(f" ({unit})")


Cell = str | int | float | None
"""A dimension's label, a number, a Shorthand, or None (no note)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure drawn from the rows of a table.

    Attributes:
        id: `F01` …
        title: Full title, as of a table.
        kind: `column`, `bar`, `line`, `stacked_column` or `stacked_bar`.
        category: Dimension along the axis.
        columns: Identifiers of the columns drawn, one series each.
        series: Dimension that gives the series instead, each from the only column; may be empty.
        unit: Unit of the axis, as words.
    """

    id: str
    title: str
    kind: str
    category: str
    columns: tuple[str, ...]
    series: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class StatTable:
    """One table of a release.

    Attributes:
        id: `T01` … `T22`.
        title: Full title with population, measure, period and area.
        lines: Lines of explanation above the table, one sentence each.
        columns: Columns left to right, dimensions first.
        rows: Rows top to bottom, totals first; dimension cells hold labels.
        keys: For every row its dimension codes in the order of the dimension columns ("" is the
            total), so that cells are found again whatever the language.
        notes: Identifiers of the notes the table uses, in order of first use.
        source: Where the figures come from.
        period: Period counted.
        provisional: The period is so recent that late reports are expected.
        dimensions: Identifiers of the dimensions, in the order of the columns and the keys.
        sums: Sums between columns that hold in every row: (total, parts), as column ids.
        charts: Figures drawn from the table.
    """

    id: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    source: str
    period: Period
    provisional: bool = False
    dimensions: tuple[str, ...] = ()
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """All tables published together.

    Attributes:
        title: Title of the publication.
        area: "" for every kommune there is, "GL" or "DK" for one country, else a kommunekode.
        language: Language of every label.
        counted_on: The day the figures were counted ("opgjort pr.").
        state: Hash of the state of the database they were counted from.
        internal: True for the edition that must not be passed on (unsuppressed).
        tables: The tables in order.
        period: Period counted.
        area_label: The area in words.
        coverage: Sentence that says which kommuner have reported.
        number: Number of the edition; 0 where it is not published.
        edition: Sentence that says which edition it is and what it revises; empty where internal.
        base: What its numbers are rounded to a multiple of; 0 where none is rounded.
    """

    title: str
    area: str
    language: str
    counted_on: date
    state: str
    internal: bool
    tables: tuple[StatTable, ...]
    period: Period | None = None
    area_label: str = ""
    coverage: str = ""
    number: int = 0
    edition: str = ""
    base: int = 0
