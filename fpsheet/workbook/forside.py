"""The Forside: who sends, what to do next, and how far the work is, counted live."""

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.deadline import DEADLINE, own_kinds
from fpsheet.workbook.entry_help import make_validation
from fpsheet.workbook.formula import TODAY_NAME, quote_text
from fpsheet.workbook.formula_parts import EMPTY, and_, blank, if_, if_error, is_number, or_
from fpsheet.workbook.huskeliste import count_deadlines
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.overblik import CHOSEN_CELL
from fpsheet.workbook.sheet_layout import FIRST_ROW, column_name
from fpsheet.workbook.status import FAULT_SIGN, FINE_SIGN, WARNING_SIGN
from fpsheet.workbook.style import (
    BOX,
    MUTED,
    NAVY,
    add_sheet,
    align,
    copy_style,
    fault_style,
    fine_style,
    font,
    number_format,
    place_cursor,
    protect,
    set_page,
    style_entry,
    style_heading,
    style_shaded,
    warning_style,
    write_note,
    write_text,
    write_title,
)
from fpsheet.workbook.view import add_marks, count_text, put_formula, row_link
from fpsheet_templates.form import SheetKind

_WIDTHS = {"A": 3, "B": 28, "C": 76, "D": 10, "E": 10, "F": 12, "G": 14}
_ROW_POINTS, _BLANK_POINTS = 16, 8
"""Heights of rows: all of them on one printed page, in letters of seven points or more."""

_CONTACT_ROW = 8
_NEXT_ROW = 13
_TABLE_ROW = 17
_ENTRY_LETTER = "C"
JOURNAL_ADDRESS = "journal_adresse"
"""Field with the pattern of an address, and name of its cell: where the kommune's journal shows a
case, with the journal number as `[nr]`."""

APPROVAL = ("godkendt_af", "godkendt_dato")
"""Fields that say who vouches for the workbook, and when."""
NUMBER_MARK = "[nr]"
"""Stands for the journal number in the pattern."""

_BELOW = {"godkendelse": (*APPROVAL, "frist_oensket"), "egen": (JOURNAL_ADDRESS,)}
"""Heading of a section below the table → its fields."""
_GO_SIGN = "→"


def make_cover(book: Workbook, issue: Issue) -> Worksheet:
    """Add the first sheet. Its entry cells stand in column C, their identifiers in hidden A."""
    sheet = add_sheet(book, issue.title("forside"), colour=NAVY)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["A"].hidden = True
    write_title(sheet, "B1", issue.text("workbook.cover.title"))
    sheet["B1"].font = font(size=20, bold=True, colour=NAVY)
    sheet.row_dimensions[1].height = 36
    write_note(sheet, "B2", issue.text("sheet.forside.intro"))
    for row, key, value in ((4, "kommune", issue.kommune_name), (5, "aar", str(issue.aar))):
        label = write_text(sheet[f"B{row}"], issue.text(f"workbook.cover.{key}"))
        style_shaded(label, bold=True)
        style_shaded(write_text(sheet[f"C{row}"], value))
    _add_entries(sheet, issue)
    _add_journal(book, sheet, issue)
    _add_progress(sheet, issue)
    _add_next_step(sheet, issue)
    last = _add_others(sheet, issue)
    issued = f"{issue.kommune.local(issue.issued_at):%d-%m-%Y}"
    values = {"version": issue.form.version, "dato": issued, "id": issue.workbook_id}
    text = issue.form.texts.fill("workbook.cover.udgave", issue.language, values)
    write_note(sheet, f"B{last + 2}", text)
    for row in range(3, last + 2):
        is_blank = sheet[f"B{row}"].value is None
        usual = _BLANK_POINTS if is_blank else _ROW_POINTS
        sheet.row_dimensions[row].height = sheet.row_dimensions[row].height or usual
    protect(sheet)
    place_cursor(sheet, f"{_ENTRY_LETTER}{_CONTACT_ROW}")
    set_page(sheet, footer=issue.footer)
    sheet.page_setup.fitToHeight = 1
    return sheet


def _add_section(sheet: Worksheet, row: int, text: str, *, height: float = 24) -> None:
    cell = write_text(sheet[f"B{row}"], text)
    cell.font = font(size=12, bold=True, colour=NAVY)
    cell.alignment = Alignment(vertical="bottom")
    sheet.row_dimensions[row].height = height


def _entry_rows(issue: Issue) -> dict[str, int]:
    """Return field → row: the contact above the table, the other sections below it."""
    names = [field.id for field in issue.form.sheet("forside").fields]
    others = {name for section in _BELOW.values() for name in section}
    above = [name for name in names if name not in others]
    rows = {name: _CONTACT_ROW + place for place, name in enumerate(above)}
    row = _end_of_table(issue)
    for section in _BELOW.values():
        own = [name for name in section if name in names]
        rows |= {name: row + 3 + place for place, name in enumerate(own)}
        row += 2 + len(own)
    return rows


def _end_of_table(issue: Issue) -> int:
    """Return the row of the sums."""
    return _TABLE_ROW + len(issue.form.entry_sheets()) + 1


def _add_entries(sheet: Worksheet, issue: Issue) -> None:
    _add_section(sheet, _CONTACT_ROW - 1, issue.text("workbook.cover.kontakt"))
    rows = _entry_rows(issue)
    for heading, section in _BELOW.items():
        if section[0] in rows:
            _add_section(sheet, rows[section[0]] - 1, issue.text(f"workbook.cover.{heading}"))
    for field in issue.form.sheet("forside").fields:
        row = rows[field.id]
        write_text(sheet[f"A{row}"], f"forside.{field.id}")
        label = write_text(sheet[f"B{row}"], issue.label("forside", field.id))
        style_shaded(label, bold=True)
        entry = sheet[f"{_ENTRY_LETTER}{row}"]
        style_entry(entry)
        entry.number_format = number_format(field)
        validation = make_validation(issue, "forside", field)
        validation.add(entry.coordinate)
        sheet.add_data_validation(validation)


def _add_journal(book: Workbook, sheet: Worksheet, issue: Issue) -> None:
    """Name the cell with the journal's address; say beside it where it is none."""
    row = _entry_rows(issue).get(JOURNAL_ADDRESS)
    if row is None:
        return
    place = f"{quote_sheetname(sheet.title)}!{_entry_cell(issue, JOURNAL_ADDRESS)}"
    book.defined_names[JOURNAL_ADDRESS] = DefinedName(JOURNAL_ADDRESS, attr_text=place, hidden=True)
    wrong = quote_text(f"{WARNING_SIGN} {issue.text('workbook.cover.ingen_adresse')}")
    fine = or_(blank(JOURNAL_ADDRESS), is_address(JOURNAL_ADDRESS))
    put_formula(sheet[f"D{row}"], if_(fine, EMPTY, wrong))
    sheet[f"D{row}"].font = font(colour=MUTED)


def is_address(cell: str) -> str:
    """Return a condition that a cell holds an address with a place for the number."""
    return and_(
        or_(f'LEFT({cell},8)="https://"', f'LEFT({cell},7)="http://"'),
        is_number(f'FIND("{NUMBER_MARK}",{cell})'),
    )


def _entry_cell(issue: Issue, field_id: str) -> str:
    return f"${_ENTRY_LETTER}${_entry_rows(issue)[field_id]}"


def _add_progress(sheet: Worksheet, issue: Issue) -> None:
    """Count lines, faults and warnings of each sheet, and point at the first fault."""
    _add_section(sheet, _TABLE_ROW - 1, issue.text("workbook.cover.stand"))
    for letter, key in zip("BCDEFG", _HEADINGS, strict=True):
        heading = write_text(sheet[f"{letter}{_TABLE_ROW}"], issue.text(f"workbook.cover.{key}"))
        style_heading(heading, NAVY)
        heading.alignment = align("center" if letter in "DEF" else None)
    first = _TABLE_ROW + 1
    for row, entry in enumerate(issue.form.entry_sheets(), start=first):
        title, status = issue.title(entry.id), column_name(entry.id, "status")
        _write_link(sheet, f"B{row}", title, to=f"C{FIRST_ROW}")
        write_text(sheet[f"C{row}"], issue.intro(entry.id))
        put_formula(sheet[f"D{row}"], f'COUNTIF({status},"?*")')
        put_formula(sheet[f"E{row}"], f'COUNTIF({status},"{FAULT_SIGN}*")')
        put_formula(sheet[f"F{row}"], f'COUNTIF({status},"{WARNING_SIGN}*")')
        place = f'MATCH("{FAULT_SIGN}*",{status},0)+{FIRST_ROW - 1}'
        shown = f'{quote_text(issue.text("workbook.cover.linje"))}&" "&({place})'
        put_formula(sheet[f"G{row}"], if_error(row_link(title, f"({place})", shown), EMPTY))
        _style_line(sheet, row)
    total = _end_of_table(issue)
    last = total - 1
    write_text(sheet[f"B{total}"], issue.text("workbook.cover.i_alt"))
    for letter in "DEF":
        put_formula(sheet[f"{letter}{total}"], f"SUM({letter}{first}:{letter}{last})")
    _style_line(sheet, total, bold=True)
    add_marks(sheet, f"E{first}:E{total}", ((f"E{first}>0", fault_style()),))
    add_marks(sheet, f"F{first}:F{total}", ((f"F{first}>0", warning_style()),))


def _write_link(sheet: Worksheet, address: str, title: str, *, to: str) -> None:
    """Write the name of a sheet as a link to one of its cells."""
    name = write_text(sheet[address], title)
    name.hyperlink = Hyperlink(ref=address, location=f"'{title}'!{to}")


def _add_others(sheet: Worksheet, issue: Issue) -> int:
    """Link to the sheets that are read, not filled; return the last row."""
    row = max(_end_of_table(issue), *_entry_rows(issue).values()) + 2
    _add_section(sheet, row, issue.text("workbook.cover.andre"))
    for other in issue.form.sheets:
        if other.kind in {SheetKind.VIEW, SheetKind.HELP}:
            row += 1
            to = CHOSEN_CELL if other.id == "overblik" else "B1"
            _write_link(sheet, f"B{row}", issue.title(other.id), to=to)
            write_text(sheet[f"C{row}"], issue.text(f"sheet.{other.id}.intro"))
            for letter, colour in (("B", NAVY), ("C", MUTED)):
                cell = sheet[f"{letter}{row}"]
                cell.border, cell.alignment = BOX, align()
                cell.font = font(colour=colour, under=letter == "B")
    return row


_HEADINGS = ("ark", "indhold", "linjer", "fejl", "advarsler", "foerste")


def _style_line(sheet: Worksheet, row: int, *, bold: bool = False) -> None:
    for letter in "BCDEFG":
        cell = sheet[f"{letter}{row}"]
        cell.border = BOX
        cell.alignment = align("center" if letter in "DEF" else None)
        cell.font = font(bold=bold, colour=MUTED if letter == "C" else NAVY)
        if letter in "BG" and not bold:
            cell.font = font(colour=NAVY, under=True)


def _add_next_step(sheet: Worksheet, issue: Issue) -> None:
    """Say the one thing to do next."""
    # No blank row lies above it: its own height sets it off from the contact.
    _add_section(sheet, _NEXT_ROW - 1, issue.text("workbook.cover.naeste"), height=40)
    put_formula(sheet[f"B{_NEXT_ROW}"], _next_step(issue))
    overdue = count_deadlines(own_kinds(issue), DEADLINE, before=TODAY_NAME)
    late = _count_step(issue, WARNING_SIGN, f"({overdue})", "frister")
    put_formula(sheet[f"B{_NEXT_ROW + 1}"], if_(f"({overdue})=0", EMPTY, late))
    styles = {FAULT_SIGN: fault_style(), WARNING_SIGN: warning_style(), FINE_SIGN: fine_style()}
    for row in (_NEXT_ROW, _NEXT_ROW + 1):
        cell = sheet[f"B{row}"]
        style_shaded(cell, bold=row == _NEXT_ROW)
        for letter in "CDEFG":
            copy_style(cell, sheet[f"{letter}{row}"])
        sheet.merge_cells(f"B{row}:G{row}")
        sheet.row_dimensions[row].height = 24
        marks = [(f'LEFT($B${row})="{sign}"', style) for sign, style in styles.items()]
        add_marks(sheet, f"B{row}:G{row}", marks)


def _next_step(issue: Issue) -> str:
    """Return the formula of the one thing to do next: the first of them that is not done."""
    total = _end_of_table(issue)
    lines, faults, warnings = (f"$D${total}", f"$E${total}", f"$F${total}")
    yes = quote_text(issue.form.code_lists["ja_nej"]["ja"].label(issue.language))
    no_cases = f"{_entry_cell(issue, 'ingen_sager')}={yes}"
    contact = [blank(_entry_cell(issue, name)) for name in ("kontaktperson", "e_mail")]
    unsigned = [blank(_entry_cell(issue, name)) for name in APPROVAL if name in _entry_rows(issue)]

    def say(sign: str, key: str) -> str:
        return quote_text(f"{sign} {issue.text(f'workbook.naeste.{key}')}")

    def done(key: str) -> str:
        fine = say(FINE_SIGN, key)
        return if_(or_(*unsigned), say(_GO_SIGN, "godkend"), fine) if unsigned else fine

    steps = (
        (f"{faults}>0", _count_step(issue, FAULT_SIGN, faults, "fejl")),
        (and_(f"{lines}>0", no_cases), say(FAULT_SIGN, "modsigelse")),
        (or_(*contact), say(_GO_SIGN, "kontakt")),
        (f"{lines}=0", if_(no_cases, done("ingen"), say(_GO_SIGN, "begynd"))),
        (f"{warnings}>0", _count_step(issue, WARNING_SIGN, warnings, "advarsler")),
    )
    formula = done("klar")
    for condition, step in reversed(steps):
        formula = if_(condition, step, formula)
    return formula


def _count_step(issue: Issue, sign: str, number: str, key: str) -> str:
    """Return the formula of a step that tells a number: one of it, or many."""
    many, one = (f"{sign} {issue.text(f'workbook.naeste.{k}')}" for k in (key, f"{key}_en"))
    return count_text(number, many, one)
