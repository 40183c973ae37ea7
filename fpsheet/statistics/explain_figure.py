"""Explaining a printed figure: from the cell of a workbook to the records behind it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from fpsheet.ooxml.address import parse_address
from fpsheet.statistics.edition_order import Order
from fpsheet.statistics.page_layout import Publisher, lay_out_book
from fpsheet.statistics.publishing import internal_edition
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.store import Store, Transaction
from fpsheet_sync.statistics.publication.cited_records import Behind, citizens_of
from fpsheet_sync.statistics.publication.explain import (
    BEFORE,
    EVIDENCE,
    NOW,
    Wanted,
    explain,
    explain_revision,
    find_column,
    is_explained,
)
from fpsheet_sync.statistics.publication.publication import read_previous
from fpsheet_sync.statistics.publication.revision import MARK, REVISIONS, find_revised
from fpsheet_sync.statistics.stat_table import Cell, Column, Release, StatTable
from fpsheet_sync.statistics.tables.release import ReleaseRequest, delivered_countries
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import COUNTRIES
from fpsheet_templates.spoken import SpokenForm
from fpsheet_templates.table import load_tables

DEED = "forklaring"


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A cell of an internal edition.

    Attributes:
        table: Identifier of the table (`T11`).
        cell: Its address on the table's sheet (`D9`).
        area: Kommunekode or country of the edition; "" where only one country has delivered.
    """

    table: str
    cell: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure that was found: its table, and its row and column there, counted from 0."""

    table: StatTable
    row: int
    place: int


@dataclass(frozen=True, slots=True)
class ExplainedFigure:
    """A printed figure and what is behind it.

    Attributes:
        title: Title of the table.
        row: Labels of the row.
        column: Heading of the column.
        printed: What stands in the cell.
        numbers: Heading of each column that was counted → its number.
        behind: The records.
        labels: Part of the figure, as the records name it → its heading.
    """

    title: str
    row: tuple[str, ...]
    column: str
    printed: Cell
    numbers: dict[str, int]
    behind: tuple[Behind, ...]
    labels: Mapping[str, str]


def explain_cell(store: Store, order: Order, printed: PrintedCell, actor: Actor) -> ExplainedFigure:
    """Return the records behind a cell of an internal edition; the log says who asked.

    Args:
        store: The database.
        order: The edition: period, language, day or number.
        printed: The cell.
        actor: Who asks.

    Raises:
        UsageError: There is no such edition, table or figure, or it has no records behind it.
    """
    form = store.form
    area = _find_area(store, order, printed)
    release, as_of = internal_edition(store, order, area)
    figure = find_figure(form, release, printed)
    request = ReleaseRequest(order.period, area, order.language, order.counted_on, as_of)
    table, cell = figure.table.id, printed.cell.upper()
    with store.write() as connection:
        if table in REVISIONS.values():
            found = _explain_line(connection, form, request, (release, figure), order.edition)
        else:
            found = explain_figure(connection, form, request, figure)
        details = {"tabel": table, "celle": cell, "antal": len(found.behind)}
        kommune = "" if area in COUNTRIES else area
        shown = {"tabel": table, "celle": cell}
        citizens = citizens_of(connection, found.behind)
        deeds = [Deed(DEED, kommune, borger=borger, details=shown) for borger in citizens]
        log_access(connection, actor, *deeds, Deed(DEED, kommune, details=details))
    return found


def find_figure(form: Form, release: Release, printed: PrintedCell) -> FoundFigure:
    """Find a figure by its table and the address it has on the table's sheet.

    Raises:
        UsageError: There is no such table or figure, or it has no records behind it.
    """
    spoken = SpokenForm(form, release.language)
    tables = {table.id.casefold(): table for table in release.tables}
    table = tables.get(printed.table.casefold())
    if table is None:
        raise _refuse(spoken, "table", printed)
    book = lay_out_book(release, form, publisher=Publisher())
    page = next(page for page in book.pages if page.name == table.id)
    address = parse_address(printed.cell)
    # Below the title stand the lines, below them the headings, and then the figures.
    row, place = (address[0] - len(page.sheet_lines) - 3, address[1] - 1) if address else (-1, -1)
    if not (0 <= row < len(table.rows) and len(table.dimensions) <= place < len(table.columns)):
        raise _refuse(spoken, "cell", printed)
    if not _has_records(form, table, table.columns[place]):
        raise _refuse(spoken, "no_records", printed)
    return FoundFigure(table, row, place)


def _has_records(form: Form, table: StatTable, column: Column) -> bool:
    """Return whether records are behind the figures of a column; words have none."""
    if table.id in REVISIONS.values():
        return column.id in {BEFORE, NOW}
    spec = next(each for each in load_tables(form.folder) if each.id == table.id)
    return column.id != MARK and is_explained(form, spec, find_column(spec, column)[0])


def _explain_line(
    connection: Transaction,
    form: Form,
    request: ReleaseRequest,
    found: tuple[Release, FoundFigure],
    edition: int,
) -> ExplainedFigure:
    """Return the records behind a line of T22: those that count in one of the two editions only."""
    release, figure = found
    country = form.kommuner[request.area].jurisdiction if request.area in form.kommuner else ""
    number = edition or sys.maxsize
    area, as_of = country or request.area, request.as_of
    last = read_previous(connection, area, request.period, number, as_of)
    wanted = find_revised(release, figure.table, figure.row)
    behind = explain_revision(connection, form, request, wanted, last.as_of if last else 0)
    words = {
        part: form.texts.get(f"command.report.explain_only_{part}", release.language)
        for part in (BEFORE, NOW)
    }
    return ExplainedFigure(
        title=figure.table.title,
        row=tuple(
            str(cell) for cell in figure.table.rows[figure.row][: len(figure.table.dimensions)]
        ),
        column=figure.table.columns[figure.place].label,
        printed=figure.table.rows[figure.row][figure.place],
        numbers={words[part]: number for part, number in behind.parts.items()},
        behind=behind.behind,
        labels=words,
    )


def explain_figure(
    connection: Transaction, form: Form, request: ReleaseRequest, figure: FoundFigure
) -> ExplainedFigure:
    """Return the records behind a figure of what a request counts."""
    table, row = figure.table, figure.row
    column = table.columns[figure.place]
    wanted = Wanted(table, table.keys[row], column, request.area)
    (found,) = explain(connection, form, request, [wanted])
    known = {each.id: each.label for each in table.columns}
    labels = {part: known.get(part, column.label) for part in found.parts}
    numbers = {labels[part]: number for part, number in found.parts.items()}
    if any(each.part == EVIDENCE for each in found.behind):
        labels[EVIDENCE] = form.texts.get("command.report.explain_evidence", request.language)
    return ExplainedFigure(
        title=table.title,
        row=tuple(str(label) for label in table.rows[row][: len(table.dimensions)]),
        column=column.label,
        printed=table.rows[row][figure.place],
        numbers=numbers,
        behind=found.behind,
        labels=labels,
    )


def _find_area(store: Store, order: Order, printed: PrintedCell) -> str:
    """Return the area of the edition; the only country that has delivered where none is named."""
    form = store.form
    if printed.area in {*COUNTRIES, *form.kommuner}:
        return printed.area
    with store.read() as connection:
        countries = delivered_countries(connection, form)
    if printed.area or len(countries) != 1:
        raise UsageError(form.texts.get("command.report.explain_area", order.language))
    return countries[0]


def _refuse(spoken: SpokenForm, key: str, printed: PrintedCell) -> UsageError:
    place = {"table": printed.table, "cell": printed.cell}
    sentence = spoken.fill(f"command.report.explain_{key}", place)
    remedy = spoken.text("command.report.explain_remedy")
    return UsageError(sentence, remedy=remedy)
