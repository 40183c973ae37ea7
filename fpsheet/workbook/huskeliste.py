"""The Huskeliste: every deadline of the law that has passed or is near, the oldest first."""

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.cell_reading import CPR_DIGITS
from fpsheet.workbook.deadline import DEADLINE, KINDS, ROW_FRACTION, SOURCE_FRACTION, DeadlineKind
from fpsheet.workbook.formula import TODAY_NAME, quote_text
from fpsheet.workbook.formula_parts import EMPTY, and_, blank, if_, if_error
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import FIRST_ROW, column_name
from fpsheet.workbook.status import FAULT_SIGN, FINE_SIGN, WARNING_SIGN
from fpsheet.workbook.style import (
    DATE_FORMAT,
    NAVY,
    add_sheet,
    copy_style,
    fault_style,
    line_style,
    place_cursor,
    print_down,
    protect,
    set_page,
    style_entry,
    style_shaded,
    warning_style,
    write_note,
    write_text,
    write_title,
)
from fpsheet.workbook.view import (
    ViewColumn,
    add_marks,
    count_text,
    hide_columns,
    put_formula,
    write_headings,
    write_row,
)

SHOWN_ROWS = 300
"""Deadlines that are listed, of one kind or several; the counts know of all."""

_DAYS_AHEAD = 180
DAYS_CELL = "$D$4"
"""How many days ahead the list looks; absolute, as the formulas take it."""
_HEADING_ROW = 7
_FIRST = _HEADING_ROW + 1

# Out of sight: the deadlines of a row of the list, its kind, its line, its citizen; all candidates.
_KEY, _KIND, _LINE, _CPR, _CANDIDATES = "J", "K", "L", "M", "N"
_FIRST_HIDDEN, _LAST_HIDDEN = 10, 14


_SHOWN = re.compile(rb'<c r="%s(\d+)"(?: s="\d+")?><f>[^<]*</f><v>' % _KEY.encode())
"""A key that is a number: a row with a deadline."""


def make_reminders(book: Workbook, issue: Issue) -> Worksheet:
    """Add the sheet; it stands on the deadline columns of the entry sheets."""
    kinds = own_kinds(issue)
    sheet = add_sheet(book, issue.title("huskeliste"), colour=NAVY)
    sheet.column_dimensions["A"].width = 3
    write_title(sheet, "B1", issue.title("huskeliste"))
    write_note(sheet, "B2", issue.text("sheet.huskeliste.intro"))
    sheet.row_dimensions[1].height = 30
    _add_setting(sheet, issue)
    _add_summary(sheet, issue, kinds)
    _add_candidates(sheet, kinds)
    columns = _columns(issue)
    write_headings(sheet, columns, row=_HEADING_ROW, colour=NAVY)
    for row in range(_FIRST, _FIRST + SHOWN_ROWS):
        _add_helpers(sheet, row)
        write_row(sheet, columns, _formulas(issue, row), row=row)
    hide_columns(sheet, _FIRST_HIDDEN, _LAST_HIDDEN)
    _add_marks(sheet)
    protect(sheet)
    sheet.freeze_panes = f"A{_FIRST}"
    place_cursor(sheet, DAYS_CELL.replace("$", ""))
    print_down(sheet, "H", heading_row=_HEADING_ROW)
    set_page(sheet, title_rows=f"1:{_HEADING_ROW}", footer=issue.footer)
    return sheet


def last_shown(sheet: bytes) -> int:
    """Return the last row with a deadline, of the sheet as it was calculated; 0 for none."""
    return max((int(row) for row in _SHOWN.findall(sheet)), default=0)


def own_kinds(issue: Issue) -> tuple[DeadlineKind, ...]:
    """Return the kinds of deadline that are law where the kommune lies."""
    return tuple(kind for kind in KINDS if issue.jurisdiction in kind.jurisdictions)


def count_before(kinds: Sequence[DeadlineKind], day: str) -> str:
    """Return a formula for the number of deadlines before a day."""
    columns = (column_name(kind.sheet, f"#{DEADLINE}") for kind in kinds)
    return "+".join(f'COUNTIF({column},"<"&{day})' for column in columns)


def _add_setting(sheet: Worksheet, issue: Issue) -> None:
    style_shaded(write_text(sheet["B4"], issue.text("workbook.huskeliste.dage")), bold=True)
    copy_style(sheet["B4"], sheet["C4"])
    sheet.merge_cells("B4:C4")
    cell = sheet[DAYS_CELL.replace("$", "")]
    cell.value = _DAYS_AHEAD
    style_entry(cell, horizontal="left")
    validation = DataValidation(type="whole", operator="between", formula1="0", formula2="2000")
    validation.prompt = issue.text("workbook.huskeliste.dage_hjaelp")
    validation.showInputMessage = validation.showErrorMessage = True
    validation.add(cell.coordinate)
    sheet.add_data_validation(validation)


def _add_summary(sheet: Worksheet, issue: Issue, kinds: Sequence[DeadlineKind]) -> None:
    overdue = count_before(kinds, TODAY_NAME)
    near = f"({count_before(kinds, f'({TODAY_NAME}+{DAYS_CELL}+1)')})-({overdue})"
    write_note(sheet, "B5", "")
    texts = [
        count_text(number, issue.text(f"workbook.huskeliste.{key}"))
        for number, key in ((overdue, "antal_overskredet"), (near, "antal_kommer"))
    ]
    nothing = quote_text(f"{FINE_SIGN} {issue.text('workbook.huskeliste.ingen')}")
    more = quote_text(f" {issue.text('workbook.overblik.flere')}")
    rest = if_(f"COUNT({_keys()})<({overdue})+({near})", more, EMPTY)
    told = '&" "&'.join(texts) + f"&{rest}"
    put_formula(sheet["B5"], if_(f"({overdue})+({near})=0", nothing, told))


def _keys() -> str:
    """Return the cells with the deadlines of the lines that are shown."""
    return f"${_KEY}${_FIRST}:${_KEY}${_FIRST + SHOWN_ROWS - 1}"


def _add_candidates(sheet: Worksheet, kinds: Sequence[DeadlineKind]) -> None:
    """Put the nearest deadlines of each kind under each other."""
    row = _FIRST
    for kind in kinds:
        column = column_name(kind.sheet, f"#{DEADLINE}")
        for place in range(1, SHOWN_ROWS + 1):
            put_formula(sheet[f"{_CANDIDATES}{row}"], if_error(f"SMALL({column},{place})", EMPTY))
            row += 1


def _add_helpers(sheet: Worksheet, row: int) -> None:
    """Take a deadline apart again: day, kind, line, citizen."""
    last = _FIRST + SHOWN_ROWS * len(KINDS) - 1
    candidates = f"${_CANDIDATES}${_FIRST}:${_CANDIDATES}${last}"
    nearest = f"SMALL({candidates},{row - _FIRST + 1})"
    key, kind, line = f"{_KEY}{row}", f"{_KIND}{row}", f"{_LINE}{row}"
    limit = f"{TODAY_NAME}+{DAYS_CELL}+1"
    put_formula(sheet[key], if_error(if_(f"{nearest}<{limit}", nearest, EMPTY), EMPTY))
    fraction = f"MOD({key},1)*{SOURCE_FRACTION}"
    put_formula(sheet[kind], if_(blank(key), EMPTY, f"INT({fraction})"))
    lines = f"ROUND(({fraction}-{kind})*{ROW_FRACTION // SOURCE_FRACTION},0)"
    put_formula(sheet[line], if_(blank(key), EMPTY, lines))
    place = f"{line}-{FIRST_ROW - 1}"
    citizens = [f"INDEX({column_name(k.sheet, '#cpr')},{place})" for k in KINDS]
    chosen = f"CHOOSE({kind},{','.join(citizens)})"
    put_formula(sheet[f"{_CPR}{row}"], if_(blank(key), EMPTY, chosen))


def _columns(issue: Issue) -> tuple[ViewColumn, ...]:
    widths = {
        "frist": 13,
        "hvornaar": 30,
        "hvad": 44,
        "cpr": 15,
        "navn": 28,
        "ark": 16,
        "linje": 10,
    }
    return tuple(
        ViewColumn(
            letter=letter,
            heading=issue.text(f"workbook.huskeliste.{name}"),
            width=width,
            number_format=DATE_FORMAT if name == "frist" else "General",
            horizontal="left",
        )
        for letter, (name, width) in zip("BCDEFGH", widths.items(), strict=True)
    )


def _formulas(issue: Issue, row: int) -> dict[str, str]:
    key, kind, line, cpr = (f"${letter}{row}" for letter in (_KEY, _KIND, _LINE, _CPR))

    def text(name: str) -> str:
        return issue.text(f"workbook.huskeliste.{name}")

    late, soon = f"{TODAY_NAME}-$B{row}", f"$B{row}-{TODAY_NAME}"
    overdue = count_text(late, text("overskredet"), text("overskredet_en"))
    coming = count_text(soon, text("om"), text("om_en"))
    when = if_(
        f"$B{row}<{TODAY_NAME}",
        f'"{FAULT_SIGN} "&{overdue}',
        f'"{WARNING_SIGN} "&{if_(f"{soon}=0", quote_text(text("i_dag")), coming)}',
    )
    what = ",".join(quote_text(issue.text(f"workbook.frist.{k.id}")) for k in KINDS)
    sheets = ",".join(quote_text(issue.title(k.sheet)) for k in KINDS)
    name = f"INDEX({column_name('borger', 'navn')},MATCH({cpr},{column_name('borger', '#cpr')},0))"
    # A number that cannot be read is a code, and the same code stands for every such citizen.
    is_known = f"LEN({cpr})={CPR_DIGITS}"
    link = f'HYPERLINK("#\'"&$G{row}&"\'!B"&{line},{line})'
    formulas = {
        "B": f"INT({key})",
        "C": when,
        "D": f"CHOOSE({kind},{what})",
        "E": if_(is_known, f'LEFT({cpr},6)&"-"&RIGHT({cpr},4)', EMPTY),
        "F": if_(is_known, if_error(f"{name}&{EMPTY}", EMPTY), EMPTY),
        "G": f"CHOOSE({kind},{sheets})",
        "H": link,
    }
    return {letter: if_(blank(key), EMPTY, formula) for letter, formula in formulas.items()}


def _add_marks(sheet: Worksheet) -> None:
    sign = and_(f"COLUMN()=COLUMN($C{_FIRST})", f'LEFT($C{_FIRST})="{{}}"')
    marks = (
        (sign.format(FAULT_SIGN), fault_style()),
        (sign.format(WARNING_SIGN), warning_style()),
        (f'$B{_FIRST}<>""', line_style()),
    )
    add_marks(sheet, f"B{_FIRST}:H{_FIRST + SHOWN_ROWS - 1}", marks)
