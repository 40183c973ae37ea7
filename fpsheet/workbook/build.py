"""The workbook of a kommune, built from the form."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from fpsheet.ooxml.parts import parse, serialise
from fpsheet.ooxml.print_area import fit_print_areas
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.workbook.calculation.stored_results import StoredParts, calculate_parts
from fpsheet.workbook.cell_reading import CPR_DIGITS
from fpsheet.workbook.deadline import REMINDERS, deadline_columns
from fpsheet.workbook.entry_sheet import Row, make_entry_sheet, row_contents
from fpsheet.workbook.formula_parts import EMPTY, and_, filled, if_, if_error
from fpsheet.workbook.forside import JOURNAL_ADDRESS, NUMBER_MARK, is_address, make_cover
from fpsheet.workbook.huskeliste import last_shown, make_reminders
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.koder import make_code_sheet
from fpsheet.workbook.lookup import add_lookups, make_meta_sheet
from fpsheet.workbook.overview.line_count import most_lines
from fpsheet.workbook.overview.overblik import make_overview
from fpsheet.workbook.row_stamp import stamp_rows
from fpsheet.workbook.sheet_layout import (
    CALCULATED_MARK,
    FIRST_ROW,
    HEADER_ROW,
    Calculated,
    SheetLayout,
    cell_name,
    column_name,
    plan_sheet,
    value_name,
)
from fpsheet.workbook.status import StatusSentence, common_lines, make_status
from fpsheet.workbook.style import date_serial
from fpsheet.workbook.vejledning import make_guide
from fpsheet_templates.errors import UsageError
from fpsheet_templates.failure import make_failure
from fpsheet_templates.form import Form, Sheet, SheetKind
from fpsheet_templates.kommune import Kommune

_OTHERS: Mapping[str, Callable[[Workbook, Issue], object]] = {
    "huskeliste": make_reminders,
    "vejledning": make_guide,
    "koder": make_code_sheet,
}
"""Sheets that are calculated or read only, by identifier."""
_OVERVIEW = "overblik"

_BOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_FROM_ROOT = re.compile(rb'Target="/xl/(tables|drawings|charts)/')
_TABLES_OF = ".xml.rels"
_DRAWING = re.compile(r"xl/drawings/drawing\d+\.xml")
_PLAIN_TAG = re.compile(rb"<(/?)(?=\w+[\s/>])")
_FONT = re.compile(rb"(?<=<font>)(.*?)(?=</font>)", re.DOTALL)
_FONT_PART = re.compile(rb"<(\w+)[^>]*/>")
_FONT_ORDER = tuple(
    b"b i strike condense extend outline shadow u vertAlign sz color name family charset"
    b" scheme".split()
)
"""The order of a font's parts (ECMA-376 part 1, 18.8.22); openpyxl writes them in another."""


def build_workbook(  # noqa: PLR0913 - what a workbook is issued with, each by name
    form: Form,
    *,
    kommune_kode: str,
    aar: int,
    language: str,
    workbook_id: str,
    issued_at: datetime,
    rows: Mapping[str, Sequence[Row]] | None = None,
    premade: int | None = None,
) -> bytes:
    """Return the bytes of a kommune's workbook. The same arguments give the same bytes.

    Args:
        form: The form.
        kommune_kode: Three digits ("956").
        aar: Reporting year.
        language: "da" or "en".
        workbook_id: Eight characters, see `mint_workbook_id`.
        issued_at: Moment of issue, with time zone.
        rows: Entry sheet to typed rows to fill in (field to value: codes as identifiers, days as
            dates, CPR as ten digits; `raekke_id` is kept where a row has one).
        premade: Blank rows with ids after the filled ones, per sheet; as many as the form says
            for this kommune when left out.

    Raises:
        UsageError: The kommune or the language does not exist.
    """
    if kommune_kode not in form.kommuner:
        raise make_failure(UsageError, "error.usage.kommune", {"kode": kommune_kode})
    if language not in form.texts.languages():
        raise make_failure(
            UsageError,
            "error.usage.language",
            {"sprog": language, "kendte": ", ".join(form.texts.languages())},
        )
    kommune = form.kommuner[kommune_kode]
    own = form.in_country(kommune.jurisdiction, kept=filled_fields(rows or {}))
    issue = Issue(own, kommune, aar, language, workbook_id, issued_at)
    return build_issue(issue, rows=rows, premade=premade)


def build_issue(
    issue: Issue,
    *,
    rows: Mapping[str, Sequence[Row]] | None = None,
    premade: int | None = None,
) -> bytes:
    """Return the bytes of a workbook, as `build_workbook` does, for an issue that is made already.

    Args:
        issue: The issue; its form has the fields that the workbook shall have.
        rows: Entry sheet to typed rows to fill in.
        premade: Blank rows after them.
    """
    form, kommune, issued_at = issue.form, issue.kommune, issue.issued_at
    given = {sheet.id: tuple((rows or {}).get(sheet.id, ())) for sheet in form.entry_sheets()}
    layouts, lines = {}, list[StatusSentence]()
    for sheet in form.entry_sheets():
        blank = premade_rows(sheet, kommune) if premade is None else premade
        count = max(len(given[sheet.id]) + blank, 1)
        layouts[sheet.id], own = plan_entry_sheet(issue, sheet, row_count=count)
        lines += own
    book = _lay_out(issue, layouts, (*common_lines(issue), *lines), given)
    target = BytesIO()
    book.save(target)
    parts = unpack(target.getvalue())
    parts[_STYLES] = _FONT.sub(_order_font, parts[_STYLES])
    titles = {f"xl/worksheets/sheet{n}.xml": t for n, t in enumerate(book.sheetnames, start=1)}
    for layout in layouts.values():
        name = next(name for name, title in titles.items() if title == layout.title)
        parts[name] = _fill(parts[name], layout, issue, given[layout.sheet.id])
    sheets = {name: (title, parts[name]) for name, title in titles.items()}
    package = StoredParts(sheets, parts[_BOOK], parts[_STYLES])
    parts |= calculate_parts(package, today=date_serial(issued_at.date()))
    filled = {layout.title: len(given[sheet]) for sheet, layout in layouts.items()}
    last = {title: HEADER_ROW + count for title, count in filled.items() if count}
    if form.has_sheet(REMINDERS):
        reminders = issue.title(REMINDERS)
        part = next(part for part, title in titles.items() if title == reminders)
        last[reminders] = last_shown(parts[part])
    _fit_print_areas(parts, titles, {title: row for title, row in last.items() if row})
    told = {name: _near(content) for name, content in parts.items() if name.endswith(_TABLES_OF)}
    drawn = {name: _spell(content) for name, content in parts.items() if _DRAWING.fullmatch(name)}
    return pack(parts | told | drawn, issued_at=issued_at)


def filled_fields(rows: Mapping[str, Sequence[Row]]) -> dict[str, frozenset[str]]:
    """Return the fields of each sheet that some row has a value in."""
    return {
        sheet: frozenset(name for row in each for name, value in row.items() if value is not None)
        for sheet, each in rows.items()
    }


def plan_entry_sheet(
    issue: Issue, sheet: Sheet, *, row_count: int
) -> tuple[SheetLayout, tuple[StatusSentence, ...]]:
    """Lay out an entry sheet with its status, and return the sentences the status can say."""
    status = make_status(issue, sheet)
    layout = plan_sheet(
        issue,
        sheet,
        row_count=row_count,
        status=status.formula,
        calculated=(
            *status.columns,
            *deadline_columns(issue, sheet),
            *_citizen_columns(issue, sheet),
            *_journal_columns(issue, sheet),
        ),
    )
    return layout, status.lines


_BESIDE = {"navn": 26, "sagsbehandler": 18}
"""Fields of the citizen that an event sheet repeats beside its rows → width in characters."""


def _citizen_columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    """Yield the columns that tell whose a row is, to read and to filter by; none on Borgere."""
    if sheet.id == _CITIZENS:
        return
    cpr, citizens = value_name(sheet.id, "cpr"), column_name(_CITIZENS, f"{CALCULATED_MARK}cpr")
    for field_id, width in _BESIDE.items():
        found = f"INDEX({column_name(_CITIZENS, field_id)},MATCH({cpr},{citizens},0))"
        # A number that cannot be read is a code, and the same code stands for every such citizen.
        formula = if_(f"LEN({cpr})={CPR_DIGITS}", if_error(f"{found}&{EMPTY}", EMPTY), EMPTY)
        yield Calculated(
            f"{CALCULATED_MARK}{field_id}",
            value_name(sheet.id, f"borger_{field_id}"),
            issue.label(_CITIZENS, field_id),
            formula,
            shown_width=width,
        )


def _journal_columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    """Yield the column that links to the kommune's own journal; none without journal numbers."""
    on_cover = {field.id for field in issue.form.sheet("forside").fields}
    if JOURNAL_ADDRESS not in on_cover or "journal_nr" not in {f.id for f in sheet.fields}:
        return
    number = f"{cell_name(sheet.id, 'journal_nr')}&{EMPTY}"
    address = f'SUBSTITUTE({JOURNAL_ADDRESS},"{NUMBER_MARK}",{number})'
    linked = and_(filled(number), is_address(JOURNAL_ADDRESS))
    yield Calculated(
        f"{CALCULATED_MARK}journal",
        value_name(sheet.id, "journal"),
        issue.text("workbook.status.journal"),
        if_(linked, f"HYPERLINK({address},{number})", EMPTY),
        shown_width=14,
    )


_CITIZENS = "borger"


def _fill(xml: bytes, layout: SheetLayout, issue: Issue, given: Sequence[Row]) -> bytes:
    """Return an entry sheet with its rows."""
    count = layout.last_row - HEADER_ROW
    contents = row_contents(layout.sheet, given, issue=issue, count=count)
    xml = ignore_numbers_as_text(xml, layout.text_ref)
    return stamp_rows(xml, contents, first_row=FIRST_ROW, last_row=layout.last_row)


def _near(relations: bytes) -> bytes:
    """Tell tables and drawings from the folder of what has them; ExcelJS finds them only so."""
    return _FROM_ROOT.sub(rb'Target="../\1/', relations)


def _spell(drawing: bytes) -> bytes:
    """Write the usual prefix before the names of a drawing; ExcelJS stops at one without."""
    return _PLAIN_TAG.sub(rb"<\1xdr:", drawing.replace(b' xmlns="', b' xmlns:xdr="', 1))


def _order_font(font: re.Match[bytes]) -> bytes:
    parts = _FONT_PART.finditer(font[1])
    return b"".join(part[0] for part in sorted(parts, key=lambda p: _FONT_ORDER.index(p[1])))


def premade_rows(sheet: Sheet, kommune: Kommune) -> int:
    """Return how many blank rows a sheet of a kommune's workbook has."""
    return math.ceil(sheet.premade_rows * kommune.premade_factor)


def _fit_print_areas(
    parts: dict[str, bytes], titles: Mapping[str, str], filled: Mapping[str, int]
) -> None:
    """Fit the print areas to their last filled rows, now that the sheets are written."""
    sheets = {title: parts[part] for part, title in titles.items() if title in filled}
    book = parse(parts[_BOOK])
    if fit_print_areas(book, sheets, filled=filled):
        parts[_BOOK] = serialise(book)


def _lay_out(
    issue: Issue,
    layouts: Mapping[str, SheetLayout],
    lines: Sequence[StatusSentence],
    given: Mapping[str, Sequence[Row]],
) -> Workbook:
    """Build every sheet, entry sheets with a single pattern row."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in issue.form.sheets:
        if sheet.kind is SheetKind.COVER:
            make_cover(book, issue)
        elif sheet.kind is SheetKind.ENTRY:
            make_entry_sheet(book, layouts[sheet.id], issue, filled=len(given[sheet.id]))
        elif sheet.kind is SheetKind.META:
            add_lookups(book, make_meta_sheet(book, issue), issue, lines=lines)
        elif sheet.id == _OVERVIEW:
            make_overview(book, issue, lines=most_lines(issue, given))
        else:
            _OTHERS[sheet.id](book, issue)
    book.active = 0
    book.security = WorkbookProtection(lockStructure=True)
    book.properties.title = f"{issue.text('workbook.cover.title')} {issue.footer}"
    book.properties.creator = "fpsheet"
    book.properties.language = issue.language
    book.calculation.fullCalcOnLoad = True
    return book


_BEFORE = b"<tableParts"
"""The next of the elements of a sheet that ours have."""


def ignore_numbers_as_text(xml: bytes, area: str) -> bytes:
    """Return a sheet in which Excel does not point at digits stored as text.

    Args:
        xml: The sheet, with a table.
        area: The cells where that is meant (`C4:C1703 I4:I1703`).
    """
    error = f'<ignoredError sqref="{area}" numberStoredAsText="1"/>'
    element = f"<ignoredErrors>{error}</ignoredErrors>".encode()
    return xml.replace(_BEFORE, element + _BEFORE, 1)
