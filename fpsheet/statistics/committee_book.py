"""The report for a kommune's committee: a page to read and a workbook, for inside the kommune."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpsheet.files import clear_way, need_folder, write_whole
from fpsheet.statistics.edition_order import Order
from fpsheet.statistics.folders import inside_folder
from fpsheet.statistics.page_layout import AIR, explain_shorthand, longest_word
from fpsheet.statistics.publishing import log_internal
from fpsheet.table_book.book import (
    Book,
    Line,
    NativeChart,
    Page,
    PageCell,
    PageColumn,
    PageKind,
    Series,
)
from fpsheet.table_book.html import write_html
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.database.store import Store
from fpsheet_sync.statistics.stat_table import (
    Cell,
    Column,
    ColumnKind,
    Shorthand,
    StatTable,
    short_label,
)
from fpsheet_sync.statistics.tables.benchmark import load_benchmarks
from fpsheet_sync.statistics.tables.column_layout import round_tenth
from fpsheet_sync.statistics.tables.committee import (
    LEADERS,
    LED,
    MEETINGS,
    MOST_LED,
    PARTICIPANTS,
    CommitteeFigures,
    CommitteeYear,
    ReturnedCase,
    count_committee,
)
from fpsheet_sync.statistics.tables.release import ReleaseRequest
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import Form

_NARROW, _YEAR_WIDTH, _NUMBER_WIDTH, _TEXT_WIDTH, _NOTE_WIDTH = 10.0, 18.0, 13.5, 42.0, 110.0
_LAST = ("afgjort_igen", "nedre_kvartil", "median", "oevre_kvartil")
_NOTES = (
    *("afslag", "forventet", "graenser", "tilbagevisning", "flere_aarsager", "udfald", "maal"),
    *("ny_afgoerelse", "kvartil", "indstilling", "flow_kommune"),
)
"""Notes of the statistics that the committee needs, in order."""

_FEWEST_YEARS = 2
"""A figure of fewer shows no course."""

_REASONS = "tilbagevisningsaarsag"


def write_committee(store: Store, order: Order, folder: Path) -> tuple[Path, Path]:
    """Write the report for a kommune's committee, and return its page and its workbook.

    They lie beside the folder (`folders.inside_folder`), since every number is exact.

    Args:
        store: The database.
        order: Its period, language and day; its only kommune; who asks, for the log.
        folder: What public files are written into.

    Raises:
        UsageError: The period ends before it begins.
        StoreError: The database could not be used.
        WorkbookFileError: The folder cannot be written.
    """
    words = Wording(store.form, order.language)
    (kommune,) = order.kommuner
    log_internal(store, replace(order, internal=True))
    with store.read() as connection:
        request = ReleaseRequest(
            period=order.period,
            area=kommune,
            language=order.language,
            counted_on=order.counted_on,
            benchmarks=load_benchmarks(connection),
        )
        figures = count_committee(connection, store.form, request)
    book = committee_book(figures, store.form, publisher=order.publisher.navn)
    inside = inside_folder(folder, words)
    need_folder(inside, language=order.language)
    page, workbook = (inside / f"{book.stem}.{ending}" for ending in ("html", "xlsx"))
    clear_way((page, workbook), language=order.language)
    write_whole(page, write_html(book), language=order.language)
    write_whole(workbook, write_xlsx(book), language=order.language)
    return page, workbook


def committee_book(figures: CommitteeFigures, form: Form, *, publisher: str = "") -> Book:
    """Lay out what a committee is shown: the main points, refusals, returned cases, each case.

    Args:
        figures: What was counted.
        form: The form, for words.
        publisher: Who made it; the statistics' own publisher when empty.
    """
    desk = _Desk(figures, Wording(form, figures.request.language))
    request, words = figures.request, desk.words
    names = (words.text("book.file"), request.area, words.period_code(request.period))
    stem = "-".join((*names, desk.say("file"), words.text("book.file_internal")))
    values = {"area": words.area(request.area), "period": words.period(request.period)}
    title = words.fill("committee.title", values)
    mark = Line(desk.say("mark"))
    pages = (*desk.refusals(), *desk.returned(), desk.notes())
    return Book(
        title=title,
        stem=stem,
        publisher=publisher or words.text("book.publisher"),
        subject=words.text("book.subject"),
        keywords=words.text("book.keywords"),
        language=request.language,
        made_on=request.counted_on,
        pages=(
            desk.cover(title),
            *(replace(each, lines=(mark, *each.lines)) for each in pages),
        ),
        mark=mark.text,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every page needs: the figures and their words."""

    figures: CommitteeFigures
    words: Wording

    def say(self, key: str, **values: object) -> str:
        return self.words.fill(f"committee.{key}", values)

    def year(self, year: CommitteeYear) -> str:
        quarter = year.quarter
        if quarter is not None:
            return self.words.quarter(quarter.id, whole=quarter.whole, provisional=False)
        return self.words.period(year.period)

    def series(self) -> tuple[CommitteeYear, ...]:
        """Return the years, and after them the quarters of the last one."""
        return *self.figures.years, *self.figures.quarters

    def cover(self, title: str) -> Page:
        day = self.words.day(self.figures.request.counted_on)
        lines = [
            Line(self.words.fill("line.counted_final", {"day": day})),
            Line(self.figures.years[-1].coverage),
            Line(self.say("main_points"), heading=True),
            *(Line(text) for text in self._main_points()),
        ]
        return Page(self.words.text("book.cover"), PageKind.COVER, title, tuple(lines))

    def _main_points(self) -> Iterator[str]:
        for each in self.figures.years:
            year = self.year(each)
            refused = _row_of(each, "T12")
            if refused.get("afgoerelser"):
                key = "refused" if each.share is None else "refused_compared"
                yield self.say(key, year=year, **self._spoken(refused), national=self._share(each))
            returned = _row_of(each, "T13")
            if returned.get("tilbagevist"):
                key = "returned_target" if _is_number(returned["maal"]) else "returned"
                yield self.say(key, year=year, **self._spoken(returned))

    def _spoken(self, row: dict[str, Cell]) -> dict[str, str]:
        return {name: self._number(cell) for name, cell in row.items()}

    def _number(self, cell: Cell) -> str:
        text = f"{cell:g}" if isinstance(cell, int | float) else str(cell or "")
        return text.replace(".", self.say("decimal_sign"))

    def _share(self, year: CommitteeYear) -> str:
        return "" if year.share is None else self._number(round_tenth(100 * year.share))

    def refusals(self) -> Iterator[Page]:
        """Yield the refusals beside the country's share, as a table and a figure of the years."""
        tables = [each.tables["T12"] for each in self.figures.years]
        columns = _columns(tables[-1], ("tilkendelse", "afslag", "afgoerelser", "andel_afslag"))
        limits = _columns(tables[-1], ("nedre", "oevre"))
        heads = (
            self._head("year", _YEAR_WIDTH),
            *map(_number_column, columns),
            self._head("national", _NUMBER_WIDTH, ColumnKind.DECIMAL),
            self._head("expected", _NUMBER_WIDTH, ColumnKind.DECIMAL),
            *map(_number_column, limits),
            self._head("index", _NUMBER_WIDTH, ColumnKind.DECIMAL),
            self._head("source", _TEXT_WIDTH),
        )
        rows = []
        for each in self.series():
            row = _row_of(each, "T12")
            share, expected, index = self._compared(each)
            counted = (row[column.id] for column in columns)
            within = (row[column.id] for column in limits)
            source = self._source(each)
            rows.append((self.year(each), *counted, share, expected, *within, index, source))
        name = self.say("refusals")
        title = self.say("refusals_title")
        yield Page(name, PageKind.TABLE, title, self._marks(rows), heads, tuple(rows))
        drawn = [row[:6] for row in rows[: len(self.figures.years)]]
        yield from self._figure("refusals_figure", columns[-1].unit, heads[4:6], drawn)

    @staticmethod
    def _compared(year: CommitteeYear) -> tuple[Cell, Cell, Cell]:
        """Return the country's share, and the kommune's expected refusals and index by it."""
        if year.share is None:
            return Shorthand.NOT_AVAILABLE, Shorthand.NOT_AVAILABLE, Shorthand.NOT_AVAILABLE
        row = _row_of(year, "T12")
        return round_tenth(100 * year.share), row["forventet"], row["indeks"]

    def _marks(self, rows: Sequence[Sequence[PageCell]]) -> tuple[Line, ...]:
        return tuple(Line(text) for text in explain_shorthand(self.words, rows))

    def _source(self, year: CommitteeYear) -> str:
        if year.sources:
            return "; ".join(year.sources)
        return self.say("source_none" if year.share is None else "source_counted")

    def returned(self) -> Iterator[Page]:
        """Yield the years' returned cases, their reasons, and each case of the last year."""
        years = [each for each in self.figures.years if "T13" in each.tables]
        if not years:
            return
        columns = _columns(years[-1].tables["T13"])
        days = _columns(years[-1].tables["T13c"], _LAST)
        heads = (self._head("year", _YEAR_WIDTH), *map(_number_column, (*columns, *days)))
        rows = []
        for each in (*years, *self.figures.quarters):
            row = _row_of(each, "T13") | _row_of(each, "T13c")
            rows.append((self.year(each), *(row.get(one.id) for one in (*columns, *days))))
        name = self.say("returned_cases")
        title = self.say("returned_title")
        yield Page(name, PageKind.TABLE, title, self._marks(rows), heads, tuple(rows))
        yield from self._figure(
            "returned_figure", columns[0].unit, heads[1:3], [row[:3] for row in rows[: len(years)]]
        )
        yield self._meetings()
        yield self._by_value(years, "T24", "recommendations")
        yield self._by_value(years, "T13b", "reasons")
        yield self._cases(years[-1])

    def _meetings(self) -> Page:
        """Return who led the meetings of the rehabilitation team, and who took part."""
        form, language = self.words.form, self.words.language
        kinds = (form.field_label("forloeb", field, language) for field in PARTICIPANTS)
        counted = ("meetings_held", "meetings_led", "meetings_leaders", "meetings_most")
        heads = (
            self._head("year", _YEAR_WIDTH),
            *(self._head(each, _NUMBER_WIDTH, ColumnKind.COUNT) for each in counted),
            *(_column(label, ColumnKind.COUNT, _NUMBER_WIDTH) for label in kinds),
        )
        names = (MEETINGS, LED, LEADERS, MOST_LED, *PARTICIPANTS)
        rows = tuple((self.year(each), *map(each.meetings.get, names)) for each in self.series())
        name, title = self.say("meetings"), self.say("meetings_title")
        return Page(name, PageKind.TABLE, title, (Line(self.say("meetings_line")),), heads, rows)

    def _by_value(self, years: Sequence[CommitteeYear], name: str, key: str) -> Page:
        """Return a table of one dimension, year by year, under the words of a key."""
        table = years[-1].tables[name]
        columns = _columns(table)
        heads = (
            self._head("year", _YEAR_WIDTH),
            PageColumn(table.columns[0].heading, ColumnKind.DIMENSION, _TEXT_WIDTH),
            *map(_number_column, columns),
        )
        rows = tuple((self.year(each), *row) for each in years for row in each.tables[name].rows)
        return Page(self.say(key), PageKind.TABLE, self.say(f"{key}_title"), (), heads, rows)

    def _cases(self, year: CommitteeYear) -> Page:
        named = {"year": self.year(year)}
        lines = [Line(self.say("cases_line"))]
        if not self.figures.cases:
            lines.append(Line(self.say("no_cases", **named)))
        heads = (
            self._head("number", _NARROW, ColumnKind.COUNT),
            self._head("month", 20.0),
            self._head("case_reasons", _TEXT_WIDTH),
            self._head("outcome", 26.0),
            self._head("days", _NUMBER_WIDTH, ColumnKind.COUNT),
        )
        rows = tuple(self._case(number, case) for number, case in enumerate(self.figures.cases, 1))
        title = self.say("cases_title", **named)
        shown = heads if rows else ()
        return Page(self.say("cases"), PageKind.TABLE, title, tuple(lines), shown, rows)

    def _case(self, number: int, case: ReturnedCase) -> tuple[PageCell, ...]:
        form, language = self.words.form, self.words.language
        codes = {code.id: code.label(language) for code in form.code_lists[_REASONS].codes}
        reasons = "; ".join(codes[each] for each in case.reasons)
        month = self.words.text(f"month.{case.day.month}")
        return (
            number,
            f"{month} {case.day.year}",
            reasons or self.say("no_reason"),
            self.words.dimension("udfald", case.outcome),
            case.days,
        )

    def notes(self) -> Page:
        """Return the notes of the tables, each once."""
        tables = self.figures.years[-1].tables.values()
        used = {note for table in tables for note in table.notes}
        notes = (note for note in _NOTES if note in used)
        heads = (self._head("subject", _NARROW), self._head("note", _NOTE_WIDTH))
        area = self.figures.request.area
        told = [self.words.note(note, area) for note in notes]
        rows = tuple((str(number), text) for number, text in enumerate(told, 1))
        title = self.words.text("book.notes_title")
        return Page(self.words.text("book.notes"), PageKind.NOTES, title, (), heads, rows)

    def _figure(
        self,
        key: str,
        unit: str,
        columns: Sequence[PageColumn],
        rows: Sequence[Sequence[PageCell]],
    ) -> Iterator[Page]:
        """Yield a figure of two columns over the years; none where fewer than two have both."""
        whole = [(str(row[0]), row[-2], row[-1]) for row in rows]
        drawn = [
            (year, float(one), float(other))
            for year, one, other in whole
            if isinstance(one, int | float) and isinstance(other, int | float)
        ]
        if len(drawn) < _FEWEST_YEARS:
            return
        first, second = (short_label(column.label, unit) for column in columns)
        chart = NativeChart(
            kind="column",
            title=self.say(key),
            description=self.say(f"{key}_said"),
            categories=tuple(year for year, _, _ in drawn),
            series=(
                Series(first, tuple(one for _, one, _ in drawn)),
                Series(second, tuple(other for _, _, other in drawn)),
            ),
            axis=self.say("year"),
            unit=unit,
        )
        head = PageColumn(chart.axis, ColumnKind.DIMENSION, _YEAR_WIDTH)
        name = self.say(f"{key}_sheet")
        yield Page(
            name, PageKind.FIGURE, chart.title, (), (head, *columns), tuple(drawn), figure=chart
        )

    def _head(self, key: str, width: float, kind: ColumnKind = ColumnKind.DIMENSION) -> PageColumn:
        return _column(self.say(key), kind, width)


def _row_of(year: CommitteeYear, table: str) -> dict[str, Cell]:
    """Return the kommune's row of a table, by column; empty where its country has no such table."""
    found = year.tables.get(table)
    if found is None or not found.rows:
        return {}
    return {column.id: cell for column, cell in zip(found.columns, found.rows[0], strict=True)}


def _columns(table: StatTable, wanted: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns of numbers of a table: all, or those of some names."""
    numbers = table.columns[len(table.dimensions) :]
    return tuple(column for column in numbers if not wanted or column.id in wanted)


def _number_column(column: Column) -> PageColumn:
    return _column(column.heading, column.kind, _NUMBER_WIDTH)


def _column(label: str, kind: ColumnKind, width: float) -> PageColumn:
    """Return a column of a width in which no word of its heading is broken."""
    return PageColumn(label, kind, max(width, longest_word(label) + AIR))


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float)
