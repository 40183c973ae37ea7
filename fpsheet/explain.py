"""Explaining a printed figure: from the cell of a workbook to the records behind it."""

from dataclasses import dataclass

from fpsheet.intake.address import parse_address
from fpsheet.publish import Order, delivered_countries, internal_edition
from fpsheet.statistics.layout import Publisher, lay_out_book
from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.stat_table import Cell, Column, StatTable
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
    tables = {table.id.casefold(): table for table in release.tables}
    table = tables.get(printed.table.casefold())
    if table is None:
        raise _refuse(form, order, "table", printed)
    book = lay_out_book(release, form, publisher=Publisher())
    page = next(page for page in book.pages if page.name == table.id)
    row, place = _find(form, order, printed, table, first=len(page.lines) + 3)
    column = table.columns[place]
    spec = next(each for each in load_tables() if each.id == table.id)
    if not is_explained(spec, find_column(spec, column)[0]):
        raise _refuse(form, order, "no_records", printed)
    request = ReleaseRequest(order.period, area, order.language, order.counted_on, as_of)
    cell = Wanted(table, table.keys[row], column, area)
    with store.write() as connection:
        (found,) = explain(connection, form, request, [cell])
        details = {"tabel": table.id, "celle": printed.cell.upper(), "antal": len(found.behind)}
        kommune = "" if area in COUNTRIES else area
        log_access(connection, actor, Deed(DEED, kommune_kode=kommune, details=details))
    return Explained(
        title=table.title,
        row=tuple(str(label) for label in table.rows[row][: len(table.dimensions)]),
        column=column.label,
        printed=table.rows[row][place],
        numbers={_label(table, column, part): n for part, n in found.parts.items()},
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


def _find(
    form: Form, order: Order, printed: Printed, table: StatTable, *, first: int
) -> tuple[int, int]:
    """Give row and column of a figure; `first` is the sheet's first row of figures."""
    address = parse_address(printed.cell)
    if address is None:
        raise _refuse(form, order, "cell", printed)
    row, column = address[0] - first, address[1] - 1
    if not (0 <= row < len(table.rows) and len(table.dimensions) <= column < len(table.columns)):
        raise _refuse(form, order, "cell", printed)
    return row, column


def _label(table: StatTable, column: Column, part: str) -> str:
    labels = {each.id: each.label for each in table.columns}
    return labels.get(part, column.label)


def _refuse(form: Form, order: Order, key: str, printed: Printed) -> UsageError:
    place = {"table": printed.table, "cell": printed.cell}
    sentence = form.texts.fill(f"command.report.explain_{key}", order.language, place)
    remedy = form.texts.get("command.report.explain_remedy", order.language)
    return UsageError(sentence, remedy=remedy)
