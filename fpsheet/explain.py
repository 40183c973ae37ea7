"""Explaining a printed figure: from the cell of a workbook to the records behind it."""

from dataclasses import dataclass, replace

from fpsheet.intake.address import parse_address
from fpsheet.publish import delivered_countries
from fpsheet.statistics.layout import Publisher, lay_out_book
from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.stat_table import Cell, Column, StatTable
from fpsheet_sync.statistics.benchmark import load_benchmarks
from fpsheet_sync.statistics.explain import Behind, Wanted, explain, find_column, is_explained
from fpsheet_sync.statistics.release import COUNTRIES, ReleaseRequest, compute_release
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
    store: Store, form: Form, request: ReleaseRequest, printed: Printed, actor: Actor
) -> Explained:
    """Give the records behind a cell of an internal edition; the log says who asked.

    Args:
        store: The database.
        form: The form.
        request: Period and language; `area` and `tables` come from the cell.
        printed: The cell.
        actor: Who asks.

    Raises:
        UsageError: There is no such table or figure, or it has no records behind it.
    """
    with store.write() as connection:
        countries = delivered_countries(connection, form, request.as_of)
        area = printed.area or (countries[0] if len(countries) == 1 else "")
        wanted = replace(
            request,
            area=_known_area(form, area, request.language),
            tables=(_table_id(printed.table),),
            benchmarks=load_benchmarks(connection),
        )
        release = compute_release(connection, form, wanted)
        if not release.tables:
            raise _refuse(form, request, "table", printed)
        table = release.tables[0]
        book = lay_out_book(release, form, publisher=Publisher())
        page = next(page for page in book.pages if page.name == table.id)
        row, place = _find(form, request, printed, table, first=len(page.lines) + 3)
        column = table.columns[place]
        spec = next(each for each in load_tables() if each.id == table.id)
        if not is_explained(spec, find_column(spec, column)[0]):
            raise _refuse(form, request, "no_records", printed)
        cell = Wanted(table, table.keys[row], column, release.area)
        (found,) = explain(connection, form, wanted, [cell])
        details = {"tabel": table.id, "celle": printed.cell.upper(), "antal": len(found.behind)}
        kommune = "" if release.area in COUNTRIES else release.area
        log_access(connection, actor, Deed(DEED, kommune_kode=kommune, details=details))
    return Explained(
        title=table.title,
        row=tuple(str(label) for label in table.rows[row][: len(table.dimensions)]),
        column=column.label,
        printed=table.rows[row][place],
        numbers={_label(table, column, part): n for part, n in found.parts.items()},
        behind=found.behind,
    )


def _known_area(form: Form, area: str, language: str) -> str:
    if area in {*COUNTRIES, *form.kommuner}:
        return area
    sentence = form.texts.get("command.report.explain_area", language)
    raise UsageError(sentence)


def _table_id(written: str) -> str:
    """Give the identifier of a table however it was written (`t11B`)."""
    known = {spec.id.casefold(): spec.id for spec in load_tables()}
    return known.get(written.casefold(), written)


def _find(
    form: Form, request: ReleaseRequest, printed: Printed, table: StatTable, *, first: int
) -> tuple[int, int]:
    """Give row and column of a figure; `first` is the sheet's first row of figures."""
    address = parse_address(printed.cell)
    if address is None:
        raise _refuse(form, request, "cell", printed)
    row, column = address[0] - first, address[1] - 1
    if not (0 <= row < len(table.rows) and len(table.dimensions) <= column < len(table.columns)):
        raise _refuse(form, request, "cell", printed)
    return row, column


def _label(table: StatTable, column: Column, part: str) -> str:
    labels = {each.id: each.label for each in table.columns}
    return labels.get(part, column.label)


def _refuse(form: Form, request: ReleaseRequest, key: str, printed: Printed) -> UsageError:
    place = {"table": printed.table, "cell": printed.cell}
    sentence = form.texts.fill(f"command.report.explain_{key}", request.language, place)
    remedy = form.texts.get("command.report.explain_remedy", request.language)
    return UsageError(sentence, remedy=remedy)
