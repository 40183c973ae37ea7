"""The Huskeliste: deadlines that have passed or are near, and cases that wait for a decision.

The oldest stands first; a caseworker chosen above the list sees their own alone.
"""

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.cell_reading import CPR_DIGITS
from fpsheet.workbook.deadline import (
    CHOSEN_CASEWORKER,
    FIRST_OF_CASEWORKER,
    ROW_FRACTION,
    SHOWN,
    SOURCE_FRACTION,
    DeadlineKind,
    kind_column,
    own_kinds,
)
from fpsheet.workbook.formula import TODAY_NAME, quote_text
from fpsheet.workbook.formula_parts import EMPTY, FALSE, and_, blank, if_, if_error, or_
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import FIRST_ROW, column_name
from fpsheet.workbook.status import FAULT_SIGN, FINE_SIGN, WARNING_SIGN
from fpsheet.workbook.style import (
    DATE_FORMAT,
    NAVY,
    TEXT_FORMAT,
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
    offer_choice,
    put_formula,
    write_headings,
    write_row,
)

SHOWN_ROWS = 300
"""Deadlines that are listed, of one kind or several; the counts know of all."""

_DAYS_AHEAD = 180
DAYS_CELL, CASEWORKER_CELL = "$D$4", "$G$4"
"""How many days ahead the list looks, and whose it is; absolute, as the formulas take them."""
_HEADING_ROW = 7
_FIRST = _HEADING_ROW + 1

# Out of sight: the deadlines of a row of the list, its kind, its line, its citizen; all candidates;
# the caseworkers there are, each once.
_KEY, _KIND, _LINE, _CPR, _CANDIDATES, _CASEWORKERS = "K", "L", "M", "N", "O", "P"
_FIRST_HIDDEN, _LAST_HIDDEN = 11, 16
_MOST_CASEWORKERS = 60
_CASEWORKERS_TO_CHOOSE = "sagsbehandlere"


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
    _add_caseworker(book, sheet, issue)
    _add_summary(sheet, issue, kinds)
    _add_candidates(sheet, kinds)
    columns = _columns(issue)
    write_headings(sheet, columns, row=_HEADING_ROW, colour=NAVY)
    for row in range(_FIRST, _FIRST + SHOWN_ROWS):
        _add_helpers(sheet, row, kinds)
        write_row(sheet, columns, _formulas(issue, row), row=row)
    hide_columns(sheet, _FIRST_HIDDEN, _LAST_HIDDEN)
    _add_marks(sheet)
    protect(sheet)
    sheet.freeze_panes = f"A{_FIRST}"
    place_cursor(sheet, DAYS_CELL.replace("$", ""))
    print_down(sheet, "I", heading_row=_HEADING_ROW)
    set_page(sheet, title_rows=f"1:{_HEADING_ROW}", footer=issue.footer)
    return sheet


def last_shown(sheet: bytes) -> int:
    """Return the last row with a deadline, of the sheet as it was calculated; 0 for none."""
    return max((int(row) for row in _SHOWN.findall(sheet)), default=0)


def count_deadlines(
    kinds: Sequence[DeadlineKind], column_id: str, *, before: str, waits: bool = False
) -> str:
    """Return a formula for the number of deadlines before a day.

    Args:
        kinds: The kinds of the country.
        column_id: Which columns are counted: all deadlines, or those of the caseworker chosen.
        before: Formula text of the day.
        waits: Count what waits for a decision instead.
    """
    columns = (_column(kind, column_id) for kind in kinds if kind.waits == waits)
    return "+".join(f'COUNTIF({column},"<"&{before})' for column in columns) or "0"


def _column(kind: DeadlineKind, column_id: str) -> str:
    return column_name(kind.sheet, f"#{kind_column(column_id, kind.id)}")


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


def _add_caseworker(book: Workbook, sheet: Worksheet, issue: Issue) -> None:
    """Add the choice of a caseworker, and the list of those who stand on Borgere."""
    style_shaded(write_text(sheet["F4"], issue.label("borger", "sagsbehandler")), bold=True)
    cell = sheet[CASEWORKER_CELL.replace("$", "")]
    style_entry(cell)
    cell.number_format = TEXT_FORMAT
    named, places = (
        column_name("borger", name) for name in ("sagsbehandler", f"#{FIRST_OF_CASEWORKER}")
    )
    for place in range(1, _MOST_CASEWORKERS + 1):
        formula = if_error(f"INDEX({named},SMALL({places},{place}))&{EMPTY}", EMPTY)
        put_formula(sheet[f"{_CASEWORKERS}{_FIRST + place - 1}"], formula)
    title = quote_sheetname(sheet.title)
    first, last = f"${_CASEWORKERS}${_FIRST}", f"${_CASEWORKERS}${_FIRST + _MOST_CASEWORKERS - 1}"
    listed = f"{title}!{first}:{last}"
    used = f"INDEX({listed},1):INDEX({listed},MIN({_MOST_CASEWORKERS},MAX(1,COUNT({places}))))"
    for name, target in (
        (_CASEWORKERS_TO_CHOOSE, used),
        (CHOSEN_CASEWORKER, f"{title}!{CASEWORKER_CELL}"),
    ):
        book.defined_names[name] = DefinedName(name, attr_text=target, hidden=True)
    label = issue.label("borger", "sagsbehandler")
    prompt = issue.text("workbook.huskeliste.sagsbehandler_hjaelp")
    offer_choice(sheet, cell.coordinate, _CASEWORKERS_TO_CHOOSE, title=label, prompt=prompt)


def _add_summary(sheet: Worksheet, issue: Issue, kinds: Sequence[DeadlineKind]) -> None:
    limit = f"({TODAY_NAME}+{DAYS_CELL}+1)"
    overdue = count_deadlines(kinds, SHOWN, before=TODAY_NAME)
    near = f"({count_deadlines(kinds, SHOWN, before=limit)})-({overdue})"
    waiting = count_deadlines(kinds, SHOWN, before=limit, waits=True)
    counts = [(overdue, "antal_overskredet"), (near, "antal_kommer")]
    nothing = "ingen"
    if any(kind.waits for kind in kinds):
        counts, nothing = [(waiting, "antal_venter"), *counts], "ingen_venter"
    write_note(sheet, "B5", "")

    def say(key: str, sign: str) -> str:
        return quote_text(f"{sign} {issue.text(f'workbook.huskeliste.{key}')}".lstrip())

    texts = [count_text(number, issue.text(f"workbook.huskeliste.{key}")) for number, key in counts]
    total = "+".join(f"({number})" for number, _ in counts)
    more = quote_text(f" {issue.text('workbook.overblik.flere')}")
    rest = if_(f"COUNT({_keys()})<{total}", more, EMPTY)
    told = '&" "&'.join(texts) + f"&{rest}"
    told = if_(f"{total}=0", say(nothing, FINE_SIGN), told)
    # The one chosen must stand on Borgere: an empty list would say that all is well.
    chosen, named = CHOSEN_CASEWORKER, column_name("borger", "sagsbehandler")
    is_unknown = if_(blank(chosen), FALSE, f"COUNTIF({named},{chosen})=0")
    unknown = say("ukendt_sagsbehandler", WARNING_SIGN)
    put_formula(sheet["B5"], if_(is_unknown, unknown, told))


def _keys() -> str:
    """Return the cells with the deadlines of the lines that are shown."""
    return f"${_KEY}${_FIRST}:${_KEY}${_FIRST + SHOWN_ROWS - 1}"


def _add_candidates(sheet: Worksheet, kinds: Sequence[DeadlineKind]) -> None:
    """Write the nearest deadlines of each kind under each other."""
    row = _FIRST
    for kind in kinds:
        column = _column(kind, SHOWN)
        for place in range(1, SHOWN_ROWS + 1):
            put_formula(sheet[f"{_CANDIDATES}{row}"], if_error(f"SMALL({column},{place})", EMPTY))
            row += 1


def _add_helpers(sheet: Worksheet, row: int, kinds: Sequence[DeadlineKind]) -> None:
    """Take a deadline apart again: day, kind, line, citizen."""
    last = _FIRST + SHOWN_ROWS * len(kinds) - 1
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
    citizens = [f"INDEX({column_name(k.sheet, '#cpr')},{place})" for k in kinds]
    chosen = f"CHOOSE({kind},{','.join(citizens)})"
    put_formula(sheet[f"{_CPR}{row}"], if_(blank(key), EMPTY, chosen))


def _columns(issue: Issue) -> tuple[ViewColumn, ...]:
    widths = {
        "frist": 13,
        "hvornaar": 28,
        "hvad": 44,
        "cpr": 15,
        "navn": 25,
        "sagsbehandler": 16,
        "ark": 16,
        "linje": 8,
    }
    headings = {"sagsbehandler": issue.label("borger", "sagsbehandler")}
    if any(kind.waits for kind in own_kinds(issue)):
        headings["frist"] = issue.text("workbook.huskeliste.dag")
    return tuple(
        ViewColumn(
            letter=letter,
            heading=headings.get(name) or issue.text(f"workbook.huskeliste.{name}"),
            width=width,
            number_format=DATE_FORMAT if name == "frist" else "General",
            horizontal="left",
        )
        for letter, (name, width) in zip("BCDEFGHI", widths.items(), strict=True)
    )


def _formulas(issue: Issue, row: int) -> dict[str, str]:
    key, kind, line, cpr = (f"${letter}{row}" for letter in (_KEY, _KIND, _LINE, _CPR))

    def text(name: str) -> str:
        return issue.text(f"workbook.huskeliste.{name}")

    late, soon = f"{TODAY_NAME}-$B{row}", f"$B{row}-{TODAY_NAME}"
    overdue = count_text(late, text("overskredet"), text("overskredet_en"))
    coming = count_text(soon, text("om"), text("om_en"))
    kinds = own_kinds(issue)
    waiting = [f"{kind}={number}" for number, each in enumerate(kinds, start=1) if each.waits]
    late_words = f'"{FAULT_SIGN} "&{overdue}'
    if waiting:
        waited = count_text(late, text("ventet"), text("ventet_en"))
        late_words = if_(or_(*waiting), f'"{WARNING_SIGN} "&{waited}', late_words)
    when = if_(
        f"$B{row}<{TODAY_NAME}",
        late_words,
        f'"{WARNING_SIGN} "&{if_(f"{soon}=0", quote_text(text("i_dag")), coming)}',
    )
    what = ",".join(quote_text(issue.text(f"workbook.frist.{k.id}")) for k in kinds)
    sheets = ",".join(quote_text(issue.title(k.sheet)) for k in kinds)

    def of_citizen(field: str) -> str:
        place = f"MATCH({cpr},{column_name('borger', '#cpr')},0)"
        found = if_error(f"INDEX({column_name('borger', field)},{place})&{EMPTY}", EMPTY)
        return if_(is_known, found, EMPTY)

    # A number that cannot be read is a code, and the same code stands for every such citizen.
    is_known = f"LEN({cpr})={CPR_DIGITS}"
    link = f'HYPERLINK("#\'"&$H{row}&"\'!B"&{line},{line})'
    formulas = {
        "B": f"INT({key})",
        "C": when,
        "D": f"CHOOSE({kind},{what})",
        "E": if_(is_known, f'LEFT({cpr},6)&"-"&RIGHT({cpr},4)', EMPTY),
        "F": of_citizen("navn"),
        "G": of_citizen("sagsbehandler"),
        "H": f"CHOOSE({kind},{sheets})",
        "I": link,
    }
    return {letter: if_(blank(key), EMPTY, formula) for letter, formula in formulas.items()}


def _add_marks(sheet: Worksheet) -> None:
    sign = and_(f"COLUMN()=COLUMN($C{_FIRST})", f'LEFT($C{_FIRST})="{{}}"')
    marks = (
        (sign.format(FAULT_SIGN), fault_style()),
        (sign.format(WARNING_SIGN), warning_style()),
        (f'$B{_FIRST}<>""', line_style()),
    )
    add_marks(sheet, f"B{_FIRST}:I{_FIRST + SHOWN_ROWS - 1}", marks)
