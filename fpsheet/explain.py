"""Explaining a printed figure: from the cell of a workbook to the records behind it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from fpsheet.intake.address import parse_address
from fpsheet.publish import Order, delivered_countries, internal_edition
from fpsheet.statistics.layout import Publisher, lay_out_book
from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.stat_table import Cell, Release, StatTable
from fpsheet_sync.statistics.explain import Behind, Wanted, explain, find_column, is_explained
from fpsheet_sync.statistics.release import COUNTRIES, ReleaseRequest
from fpsheet_sync.store import Store
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.table import load_tables

DEED = "forklaring"


@dataclass(frozen=True, slots=True)
class Printed:
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
class Figure:
    """A figure that was found: its table, and its row and column there, counted from 0."""

    table: StatTable
    row: int
    place: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A printed figure and what is behind it.

    Attributes:
        title: Title of the table.
        row: Labels of the row.
        column: Heading of the column.
        printed: What stands in the cell.
        numbers: Heading of each column that was counted → its number.
        behind: The records.
    """

    title: str
    row: tuple[str, ...]
    column: str
    printed: Cell
    numbers: dict[str, int]
    behind: tuple[Behind, ...]


def explain_cell(
    store: Store, form: Form, order: Order, printed: Printed, actor: Actor
) -> Explained:
    """Give the records behind a cell of an internal edition; the log says who asked.

    Args:
        store: The database.
        form: The form.
        order: The edition: period, language, day or number.
        printed: The cell.
        actor: Who asks.

    Raises:
        UsageError: There is no such edition, table or figure, or it has no records behind it.
    """
    area = _find_area(store, form, order, printed)
    release, as_of = internal_edition(store, form, order, area)
    figure = find_figure(form, release, printed)
    request = ReleaseRequest(order.period, area, order.language, order.counted_on, as_of)
    with store.write() as connection:
        found = explain_figure(connection, form, request, figure)
        table, cell = figure.table.id, printed.cell.upper()
        details = {"tabel": table, "celle": cell, "antal": len(found.behind)}
        kommune = "" if area in COUNTRIES else area
        log_access(connection, actor, Deed(DEED, kommune_kode=kommune, details=details))
    return found


def find_figure(form: Form, release: Release, printed: Printed) -> Figure:
    """Find a figure by its table and the address it has on the table's sheet.

    Raises:
        UsageError: There is no such table or figure, or it has no records behind it.
    """
    language = release.language
    tables = {table.id.casefold(): table for table in release.tables}
    table = tables.get(printed.table.casefold())
    if table is None:
        raise _refuse(form, language, "table", printed)
    book = lay_out_book(release, form, publisher=Publisher())
    page = next(page for page in book.pages if page.name == table.id)
    address = parse_address(printed.cell)
    # Below the title stand the lines, below them the headings, and then the figures.
    row, place = (address[0] - len(page.lines) - 3, address[1] - 1) if address else (-1, -1)
    if not (0 <= row < len(table.rows) and len(table.dimensions) <= place < len(table.columns)):
        raise _refuse(form, language, "cell", printed)
    spec = next(each for each in load_tables() if each.id == table.id)
    if not is_explained(spec, find_column(spec, table.columns[place])[0]):
        raise _refuse(form, language, "no_records", printed)
    return Figure(table, row, place)


def explain_figure(
    connection: Connection, form: Form, request: ReleaseRequest, figure: Figure
) -> Explained:
    """Give the records behind a figure of what a request counts."""
    table, row = figure.table, figure.row
    column = table.columns[figure.place]
    wanted = Wanted(table, table.keys[row], column, request.area)
    (found,) = explain(connection, form, request, [wanted])
    labels = {each.id: each.label for each in table.columns}
    return Explained(
        title=table.title,
        row=tuple(str(label) for label in table.rows[row][: len(table.dimensions)]),
        column=column.label,
        printed=table.rows[row][figure.place],
        numbers={labels.get(part, column.label): n for part, n in found.parts.items()},
        behind=found.behind,
    )


def _find_area(store: Store, form: Form, order: Order, printed: Printed) -> str:
    """Give the area of the edition; the only country that has delivered where none is named."""
    if printed.area in {*COUNTRIES, *form.kommuner}:
        return printed.area
    with store.read() as connection:
        countries = delivered_countries(connection, form, None)
    if printed.area or len(countries) != 1:
        raise UsageError(form.texts.get("command.report.explain_area", order.language))
    return countries[0]


def _refuse(form: Form, language: str, key: str, printed: Printed) -> UsageError:
    place = {"table": printed.table, "cell": printed.cell}
    sentence = form.texts.fill(f"command.report.explain_{key}", language, place)
    remedy = form.texts.get("command.report.explain_remedy", language)
    return UsageError(sentence, remedy=remedy)
