"""A release laid out as the pages of a workbook: Forside, Indhold, Noter, tables and figures.

The layout is that of the Government Analysis Function's "Releasing statistics in spreadsheets":
cover, contents, notes, then one table per sheet from A1 down, nothing merged, no blank rows,
totals first, notes and shorthand in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fpsheet.statistics.figure import plot_chart
from fpsheet.table_book.book import Book, Line, Page, PageColumn, PageKind
from fpsheet_sync.disclosure.prints import widest
from fpsheet_sync.statistics.protection.measured import LEAST_CITIZENS
from fpsheet_sync.statistics.protection.printed_release import SIZES
from fpsheet_sync.statistics.publication.revision import MARK
from fpsheet_sync.statistics.stat_table import (
    REVISED,
    Chart,
    Column,
    ColumnKind,
    Release,
    Shorthand,
    StatTable,
)
from fpsheet_sync.statistics.tables.number_name import COUNTRIES
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import Form

_NARROW, _NARROWEST = 14.0, 10.0
_MANY_COLUMNS = 8
"""A table of more has narrower columns, so that it prints on one page in readable letters."""

_LONGEST_TEXT = 46.0
AIR = 2.5
"""Characters beside a text: its indent, and room for letters wider than digits."""

_NOTE_WIDTHS = (12.0, 120.0)
_METHOD_WIDTHS = (32.0, 110.0)
_CONTENT_WIDTHS = (12.0, 110.0)
_METHOD = ("rounded", "sums", "zeros", "figures", "measured", "editions", "safe", "not_safe")
"""The parts of the page about the method, in order."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes; what is left empty is not printed.

    Attributes:
        navn: The organisation, never a person.
        kontakt: How it is reached.
        naeste: When the next edition comes, in words.
    """

    navn: str = ""
    kontakt: str = ""
    naeste: str = ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every page needs: the release, its words, who publishes it."""

    release: Release
    words: Wording
    publisher: Publisher

    def title(self, title: str) -> str:
        """Return a title, marked when the edition is not to be passed on."""
        if is_open(self.release):
            title = f"{self.words.text('book.open_title')} {title}"
        if not self.release.internal:
            return title
        return f"{self.words.text('book.internal_title')} {title}"

    def first_lines(self, key: str) -> Iterator[Line]:
        """Yield the lines every sheet begins with."""
        if self.release.internal:
            yield Line(self.words.text("book.internal_line"))
        yield Line(self.words.text(f"book.{key}"))


def lay_out_book(release: Release, form: Form, *, publisher: Publisher) -> Book:
    """Return the workbook of a release."""
    desk = _Desk(release, Wording(form, release.language), publisher)
    tables = [_table_page(desk, table) for table in release.tables]
    figures = [
        page
        for table in release.tables
        for chart in table.charts
        for page in _figure_pages(desk, table, chart)
    ]
    method = [_method_page(desk)] if release.base else []
    shown = (_notes_page(desk), *method, *tables, *figures)
    return Book(
        title=desk.title(release.title),
        stem=file_stem(release, desk.words),
        publisher=publisher.navn or desk.words.text("book.publisher"),
        subject=desk.words.text("book.subject"),
        keywords=desk.words.text("book.keywords"),
        language=release.language,
        made_on=release.counted_on,
        pages=(_cover(desk, len(tables), len(figures)), _contents(desk, shown), *shown),
    )


def file_stem(release: Release, words: Wording) -> str:
    """Return the name of the release's files: lower case, dashes, no spaces.

    An internal edition says so in its name; so does a draft, and one of a period that is not over;
    an edition gives its number.
    """
    area = (
        words.text(f"book.file_area.{release.area or 'all'}") if _is_wide(release) else release.area
    )
    parts = [words.text("book.file"), area]
    if release.period is not None:
        parts.append(words.period_code(release.period))
    if is_open(release):
        parts.append(words.text("book.file_open"))
    if release.internal:
        parts.append(words.text("book.file_internal"))
    elif release.number:
        parts.append(words.fill("book.file_edition", {"number": release.number}))
    elif release.edition:
        parts.append(words.text("book.file_draft"))
    return "-".join(parts)


def _marks(release: Release) -> frozenset[Shorthand]:
    """Return the shorthand that a cover explains; in a rounded edition what its tables use."""
    if not release.base:
        return frozenset(Shorthand) - {Shorthand.UNRELIABLE}
    cells = (cell for table in release.tables for row in table.rows for cell in row)
    return frozenset(cell for cell in cells if isinstance(cell, Shorthand))


def is_open(release: Release) -> bool:
    """Return whether the period was not over on the day of counting."""
    return release.period is not None and release.period.til >= release.counted_on


def _is_revised(release: Release) -> bool:
    return any(column.id == MARK for table in release.tables for column in table.columns)


def _is_wide(release: Release) -> bool:
    return release.area in COUNTRIES


def _cover(desk: _Desk, tables: int, figures: int) -> Page:
    words, release, publisher = desk.words, desk.release, desk.publisher
    name = publisher.navn or words.text("book.publisher")
    lines = [Line(words.fill("book.published_by", {"publisher": name}))]
    if release.internal:
        lines.insert(0, Line(words.text("book.internal_line")))
    if publisher.kontakt:
        lines.append(Line(words.fill("book.contact", {"contact": publisher.kontakt})))
    lines += [Line(text) for text in _about(desk)]
    lines.append(Line(words.text("book.contents_heading"), heading=True))
    lines.append(Line(words.fill("book.contains", {"tables": tables, "figures": figures})))
    lines.append(Line(words.text("book.formats")))
    lines.append(Line(words.text("book.shorthand_heading"), heading=True))
    marks = (mark for mark in Shorthand if mark in _marks(release))
    lines += [Line(f"{mark} {words.text(f'book.shorthand.{mark.name}')}") for mark in marks]
    if _is_revised(release):
        lines.append(Line(f"{REVISED} {words.text('book.shorthand.REVISED')}"))
    lines.append(Line(words.text("book.confidential_heading"), heading=True))
    kind = "internal" if release.internal else "rounded" if release.base else "public"
    lines.append(Line(words.fill(f"book.confidential_{kind}", {"base": release.base})))
    return Page(words.text("book.cover"), PageKind.COVER, desk.title(release.title), tuple(lines))


def _about(desk: _Desk) -> Iterator[str]:
    """Yield period, area, coverage, day of counting, next edition and state."""
    words, release = desk.words, desk.release
    if release.edition:
        yield release.edition
    if release.period is not None:
        days = {"fra": words.day(release.period.fra), "til": words.day(release.period.til)}
        yield words.fill("book.period", days)
    yield words.fill("book.area", {"area": release.area_label})
    yield release.coverage
    is_late = any(table.provisional for table in release.tables)
    key = "line.counted_provisional" if is_late else "line.counted_final"
    yield words.fill(key, {"day": words.day(release.counted_on)})
    if desk.publisher.naeste:
        yield words.fill("book.next", {"next": desk.publisher.naeste})
    if release.state:
        yield words.fill("book.state", {"state": release.state})


def _contents(desk: _Desk, shown: Sequence[Page]) -> Page:
    """List every sheet but the cover and this one, with links."""
    words = desk.words
    heads = (words.text("book.sheet"), words.text("book.sheet_title"))
    return Page(
        name=words.text("book.contents"),
        kind=PageKind.CONTENTS,
        title=desk.title(words.text("book.contents_title")),
        lines=tuple(desk.first_lines("contents_line")),
        columns=_text_columns(heads, _CONTENT_WIDTHS),
        rows=tuple((page.name, page.title.removeprefix(desk.title(""))) for page in shown),
        links={place: page.name for place, page in enumerate(shown)},
    )


def _notes_page(desk: _Desk) -> Page:
    """List every note of the release in the order of their numbers."""
    words = desk.words
    order = dict.fromkeys(note for table in desk.release.tables for note in table.notes)
    mark = words.text("note_mark")
    heads = (words.text("book.note"), words.text("book.note_text"))
    return Page(
        name=words.text("book.notes"),
        kind=PageKind.NOTES,
        title=desk.title(words.text("book.notes_title")),
        lines=tuple(desk.first_lines("notes_line")),
        columns=_text_columns(heads, _NOTE_WIDTHS),
        rows=tuple(
            (f"[{mark} {number}]", words.note(note, desk.release.area))
            for number, note in enumerate(order, start=1)
        ),
    )


def _method_page(desk: _Desk) -> Page:
    """Say how the numbers were rounded, and what a reader may rely on, in a reader's words."""
    words, base = desk.words, desk.release.base
    sizes = SIZES[base]
    told = {
        "base": base,
        "near": base - 1,
        "far": widest(base),
        "share": sizes.share,
        "index": sizes.index,
        "citizens": LEAST_CITIZENS,
        "listed": f"{words.text('method.editions.listed')} " if _is_revised(desk.release) else "",
    }
    heads = (words.text("method.subject"), words.text("method.said"))
    return Page(
        name=words.text("method.sheet"),
        kind=PageKind.NOTES,
        title=words.text("method.title"),
        lines=tuple(desk.first_lines("method_line")),
        columns=_text_columns(heads, _METHOD_WIDTHS),
        rows=tuple(
            (words.text(f"method.{part}.heading"), words.fill(f"method.{part}.text", told))
            for part in _METHOD
        ),
    )


def _text_columns(heads: Sequence[str], widths: Sequence[float]) -> tuple[PageColumn, ...]:
    return tuple(
        PageColumn(head, ColumnKind.NOTE, width) for head, width in zip(heads, widths, strict=True)
    )


def _table_page(desk: _Desk, table: StatTable) -> Page:
    lines = [*desk.first_lines("table_line"), *(Line(text) for text in table.lines)]
    lines += [Line(text) for text in explain_shorthand(desk.words, table.rows)]
    lines.append(Line(table.source))
    return Page(
        name=table.id,
        kind=PageKind.TABLE,
        title=desk.title(table.title),
        lines=tuple(lines),
        columns=tuple(_page_column(table, place) for place in range(len(table.columns))),
        rows=table.rows,
        totals=frozenset(
            place for place, key in enumerate(table.keys) if key and not any(key[-1:])
        ),
    )


def _page_column(table: StatTable, place: int) -> PageColumn:
    column: Column = table.columns[place]
    if column.kind in {ColumnKind.COUNT, ColumnKind.WHOLE, ColumnKind.DECIMAL}:
        return _number_column(column.label, column.kind, len(table.columns))
    return _text_column(column.label, [str(row[place] or "") for row in table.rows], column.kind)


def _text_column(
    label: str, texts: Sequence[str], kind: ColumnKind = ColumnKind.DIMENSION
) -> PageColumn:
    """Return a column of text: as wide as its longest, its heading on several lines."""
    longest = max(longest_word(label), *(len(text) for text in texts), 0)
    width = min(max(longest + AIR, _NARROWEST), _LONGEST_TEXT)
    return PageColumn(label, kind, width)


def _number_column(label: str, kind: ColumnKind, beside: int) -> PageColumn:
    """Return a column of numbers of a table of so many; no word of its heading is broken."""
    least = _NARROWEST if beside > _MANY_COLUMNS else _NARROW
    return PageColumn(label, kind, max(least, longest_word(label) + AIR))


def longest_word(label: str) -> int:
    """Return the letters of the longest word of a heading."""
    return max(len(word) for word in label.split())


def explain_shorthand(words: Wording, rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Explain the shorthand that stands in a table, and none that does not."""
    found = {cell for row in rows for cell in row if isinstance(cell, Shorthand)}
    for mark in Shorthand:
        if mark in found:
            meaning = words.text(f"book.shorthand.{mark.name}")
            yield words.fill("book.means", {"mark": str(mark), "meaning": meaning})


def _figure_pages(desk: _Desk, table: StatTable, chart: Chart) -> Iterator[Page]:
    """Yield the sheet of a figure; none when too little of it may be shown."""
    words = desk.words
    area = "" if _is_wide(desk.release) else desk.release.area
    description = words.fill("book.figure_from", {"table": table.id, "title": chart.title})
    figure, left_out = plot_chart(table, chart, area=area, description=description)
    if figure is None:
        return
    lines = [*desk.first_lines("figure_line")]
    lines.append(Line(words.fill("book.figure_table", {"table": table.id, "unit": figure.unit})))
    if desk.release.base:
        lines.append(Line(words.fill("line.rounded", {"base": desk.release.base})))
    if left_out:
        lines.append(Line(words.fill("book.figure_without", {"names": "; ".join(left_out)})))
    is_late = "provisional" if table.provisional else "final"
    counted_on = words.fill(f"line.counted_{is_late}", {"day": words.day(desk.release.counted_on)})
    lines.append(Line(f"{counted_on} {desk.release.coverage}"))
    lines.append(Line(table.source))
    heads = [_text_column(figure.axis, figure.categories)]
    for each in figure.series:
        kind = ColumnKind.COUNT if each.is_whole else ColumnKind.DECIMAL
        label = f"{each.name} ({figure.unit})"
        heads.append(_number_column(label, kind, len(figure.series)))
    yield Page(
        name=chart.id,
        kind=PageKind.FIGURE,
        title=desk.title(chart.title),
        lines=tuple(lines),
        columns=tuple(heads),
        rows=tuple(
            (label, *(each.values[place] for each in figure.series))
            for place, label in enumerate(figure.categories)
        ),
        figure=figure,
    )
