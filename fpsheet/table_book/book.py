"""A workbook of tables as data: its pages, before any file format is chosen.

Statistics, receipts, the status, the rule catalogue, the audit and lists are laid out so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from fpsheet.wrapping import break_text
from fpsheet_sync.statistics.stat_table import Cell, ColumnKind
from fpsheet_templates.form import FieldType

PROGRAM = "fpsheet"
"""Who made a workbook that nobody publishes."""

PageCell = Cell | date


class PageKind(StrEnum):
    """What a sheet is for."""

    COVER = "cover"
    CONTENTS = "contents"
    NOTES = "notes"
    TABLE = "table"
    FIGURE = "figure"
    LIST = "list"
    """A table to look things up in, or to fill in: no title, its headings fixed, with filters."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text above a table, or of the cover; `heading` sets it apart."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class PageColumn:
    """One column of a sheet's table.

    Attributes:
        label: Heading, unique in the table.
        kind: What it holds: of a table of statistics, or as a field of a form.
        width: Width in characters.
        words: Code → the word shown for it.
        help: Message at the cells of a list to fill in, where `words` are offered to choose from;
            empty where nothing is to be filled in.
    """

    label: str
    kind: ColumnKind | FieldType
    width: float
    words: Mapping[str, str] = field(default_factory=dict)
    help: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a figure: its name and a number per category."""

    name: str
    values: tuple[float, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether every number is a whole one, as counts are."""
        return all(float(value).is_integer() for value in self.values)


@dataclass(frozen=True, slots=True)
class NativeChart:
    """A native chart.

    Attributes:
        kind: `column`, `bar`, `line`, `stacked_column` or `stacked_bar`.
        title: Short title inside the chart.
        description: What a reader who cannot see it is told.
        categories: Labels along the axis.
        series: One or more.
        axis: What is on the axis of the categories.
        unit: Unit of the numbers.
    """

    kind: str
    title: str
    description: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    axis: str
    unit: str


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet.

    Attributes:
        name: Name on the tab.
        kind: What the sheet is for.
        title: Text of A1; empty on a list.
        lines: Lines below it, no blank line between.
        columns: Columns of the table right after them; none on a cover.
        rows: Rows of the table.
        blank_rows: Empty rows below them, for somebody to fill in.
        table: Name of the Excel table; empty for one made of its number.
        totals: Places of the rows that are totals of everything.
        links: Row → the sheet that its first cell leads to.
        figure: The chart beside the table.
    """

    name: str
    kind: PageKind
    title: str
    lines: tuple[Line, ...]
    columns: tuple[PageColumn, ...] = ()
    rows: tuple[tuple[PageCell, ...], ...] = ()
    blank_rows: int = 0
    table: str = ""
    totals: frozenset[int] = frozenset()
    links: Mapping[int, str] = field(default_factory=dict)
    figure: NativeChart | None = None

    @property
    def sheet_lines(self) -> tuple[Line, ...]:
        """Return the lines as they stand on a sheet: one wider than the printed page is several.

        On a cover the cell wraps them.
        """
        if self.kind is PageKind.COVER:
            return self.lines
        return tuple(
            replace(each, text=text) for each in self.lines for text in break_text(each.text)
        )


@dataclass(frozen=True, slots=True)
class Book:
    """A whole workbook.

    Attributes:
        title: Title of the publication.
        stem: File name without folder and suffix.
        publisher: The organisation that publishes it, also its author.
        subject: Subject of the document properties.
        keywords: Keywords of the document properties.
        language: Language tag.
        made_on: The day printed as "opgjort pr.", also the file's own date.
        pages: Sheets, left to right.
        mark: That it is not to be passed on, in words: it stands on top of every list and printed
            page; empty where it may be.
    """

    title: str
    stem: str
    publisher: str
    subject: str
    keywords: str
    language: str
    made_on: date
    pages: tuple[Page, ...]
    mark: str = ""


def without_figures(book: Book) -> Book:
    """Return the same workbook without its figures, for formats that have none."""
    kept = tuple(page for page in book.pages if page.kind is not PageKind.FIGURE)
    names = {page.name for page in kept}
    return replace(book, pages=tuple(_listing(page, names) for page in kept))


def _listing(page: Page, names: set[str]) -> Page:
    """Return a contents page that lists only the sheets there are; others as they are."""
    if page.kind is not PageKind.CONTENTS:
        return page
    rows = tuple(row for row in page.rows if row[0] in names)
    return replace(page, rows=rows, links={place: str(row[0]) for place, row in enumerate(rows)})
