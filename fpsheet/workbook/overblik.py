"""The Overblik: one citizen's whole history from every sheet, by day, level and ability beside it.

The citizen's rows are found sheet by sheet (each look-up starts below the last row found) and
put under each other out of sight; a sort key per row then brings them in order. Functions of
Excel 2010 only.
"""

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.cell_reading import CPR_DIGITS
from fpsheet.workbook.deadline import DEADLINE, kind_column
from fpsheet.workbook.entry_help import CITIZENS_TO_CHOOSE
from fpsheet.workbook.event import EVENTS, NESTED_SHEET, PARENT_TYPE, Event, Teller
from fpsheet.workbook.formula import LAST_DAY, TODAY_NAME, quote_text
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    and_,
    blank,
    if_,
    if_error,
    is_number,
    is_text,
    or_,
)
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.level_now import LAST_COLUMN, LevelNow, level_after
from fpsheet.workbook.row_fault import BIRTH_NUMBER
from fpsheet.workbook.sheet_layout import FIRST_ROW, column_name
from fpsheet.workbook.style import (
    DATE_FORMAT,
    NAVY,
    PAPER,
    TEXT_FORMAT,
    add_sheet,
    copy_style,
    fill,
    line_style,
    place_cursor,
    print_down,
    protect,
    set_page,
    style_entry,
    style_shaded,
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
from fpsheet_templates.codes import APPLICATION

SHOWN_ROWS = 150
CHOSEN_CELL = "C4"
_HEADING_ROW = 10
_FIRST = _HEADING_ROW + 1

# Out of sight. Candidates: sort key, number of the sheet, position on it, span of a revurdering.
_KEY, _SHEET, _POSITION, _SPAN_START, _SPAN_END = "N", "O", "P", "Q", "R"
# Of a shown row: number of its candidate, number of the sheet, position.
_CANDIDATE, _SHOWN_SHEET, _SHOWN_POSITION = "S", "T", "U"
_FIRST_HIDDEN = 13
_CHOSEN, _CITIZEN, _FOUND, _NAMED = "$N$4", "$N$5", "$N$6", "$N$7"
"""Ten digits of the chosen citizen, position on the sheet of citizens, number of events; digits of
the first whose name holds what is typed, empty where a number is typed."""

_PART_OF_NAME = f'"*"&{CHOSEN_CELL}&"*"'

_LEFT, _RIGHT = ("B", "C", "D"), ("E", "F", "G")
"""Columns of a fact: its label, and two for its value."""

_WORDY = ("D", "E", "F")
"""Columns of labels, some of which are longer than a column of the paper may be."""

_NEST = "      └ "
_CANDIDATES = sum(event.limit for event in EVENTS)
_HEADS = {NESTED_SHEET, "afgoerelse"}
_LATE = 200_000
"""Sort key of an event whose day cannot be read: after all others."""


def make_overview(book: Workbook, issue: Issue, *, events: int = 0) -> Worksheet:
    """Add the sheet; it stands on the value columns of the entry sheets.

    Args:
        book: The workbook.
        issue: For whom it is.
        events: The most rows of one citizen that will be filled in.
    """
    sheet = add_sheet(book, issue.title("overblik"), colour=NAVY)
    sheet.column_dimensions["A"].width = 3
    write_title(sheet, "B1", issue.title("overblik"))
    write_note(sheet, "B2", issue.text("sheet.overblik.intro"))
    sheet.row_dimensions[1].height = 30
    _add_choice(book, sheet, issue)
    level = _level_now(issue)
    _add_facts(sheet, issue, level.formula())
    last = _add_candidates(sheet, issue, level)
    columns = _columns(issue)
    write_headings(sheet, columns, row=_HEADING_ROW, colour=NAVY)
    for row in range(_FIRST, _FIRST + SHOWN_ROWS):
        _add_helpers(sheet, row, last=last)
        write_row(sheet, columns, _formulas(issue, row), row=row)
    hide_columns(sheet, _FIRST_HIDDEN, LAST_COLUMN)
    if not Teller(issue, "afgoerelse", "").has("niveau"):
        sheet.column_dimensions["I"].hidden = True
    _add_marks(sheet)
    protect(sheet)
    sheet.freeze_panes = f"A{_FIRST}"
    place_cursor(sheet, CHOSEN_CELL)
    print_down(sheet, "K", heading_row=_HEADING_ROW, filled=min(events, SHOWN_ROWS))
    set_page(sheet, title_rows=f"1:{_HEADING_ROW}", footer=issue.footer)
    return sheet


def _add_choice(book: Workbook, sheet: Worksheet, issue: Issue) -> None:
    cell = _add_fact(sheet, _LEFT, 4, issue.label("borger", "cpr"))
    style_entry(cell)
    cell.fill = fill(PAPER)
    copy_style(cell, sheet["D4"])
    cell.number_format = TEXT_FORMAT
    numbers = column_name("borger", "cpr")
    used = f"INDEX({numbers},1):INDEX({numbers},MAX(1,COUNTA({numbers})))"
    book.defined_names[CITIZENS_TO_CHOOSE] = DefinedName(
        CITIZENS_TO_CHOOSE, attr_text=used, hidden=True
    )
    # No refusal: a number may be typed without its hyphen.
    validation = DataValidation(type="list", formula1=CITIZENS_TO_CHOOSE, allow_blank=True)
    validation.showErrorMessage = False
    validation.promptTitle = issue.label("borger", "cpr")
    validation.prompt = issue.text("workbook.overblik.vaelg")
    validation.showInputMessage = True
    validation.add(CHOSEN_CELL)
    sheet.add_data_validation(validation)
    digits = f'SUBSTITUTE(SUBSTITUTE({CHOSEN_CELL},"-","")," ","")'
    citizens = column_name("borger", "#cpr")
    number = f"INDEX({citizens},MATCH({_PART_OF_NAME},{column_name('borger', 'navn')},0))"
    # A number that cannot be read is a code, and the same code stands for every such citizen.
    named = if_error(if_(f"LEN({number})={CPR_DIGITS}", number, EMPTY), EMPTY)
    has_number = or_(blank(CHOSEN_CELL), is_number(f"--{digits}"))
    put_formula(sheet[_plain(_NAMED)], if_(has_number, EMPTY, named))
    typed = f'{if_(blank(_NAMED), digits, _NAMED)}&""'
    put_formula(sheet[_plain(_CHOSEN)], if_(blank(CHOSEN_CELL), EMPTY, typed))
    found = if_(blank(_CHOSEN), 0, if_error(f"MATCH({_CHOSEN},{citizens},0)", 0))
    put_formula(sheet[_plain(_CITIZEN)], found)


def _plain(address: str) -> str:
    return address.replace("$", "")


def _level_now(issue: Issue) -> LevelNow:
    """Return the formulas of the level today, which stand beside the decisions and the moves."""
    starts, row = {}, _FIRST
    for event in EVENTS:
        starts[event.sheet] = row
        row += event.limit
    decisions = next(event for event in EVENTS if event.sheet == "afgoerelse")
    first = starts["afgoerelse"]
    return LevelNow(issue, _POSITION, (first, first + decisions.limit - 1, row - 1))


def _add_facts(sheet: Worksheet, issue: Issue, level: str) -> None:
    """Show who the citizen is and how things stand now."""
    citizen = Teller(issue, "borger", _CITIZEN)

    def own(field_id: str) -> str:
        return f'INDEX({column_name("borger", field_id)},{_CITIZEN})&""'

    today = f"(YEAR({TODAY_NAME})*10000+MONTH({TODAY_NAME})*100+DAY({TODAY_NAME}))"
    age = f"INT(({today}-{citizen.value(BIRTH_NUMBER)})/10000)"
    last = f"MAX(1,{_FOUND})"

    def latest(letter: str) -> str:
        return f"INDEX(${letter}${_FIRST}:${letter}${_FIRST + SHOWN_ROWS - 1},{last})"

    left = (
        (5, issue.label("borger", "navn"), own("navn"), "General"),
        (6, issue.label("borger", "lokalitet"), own("lokalitet"), "General"),
        (7, issue.label("borger", "sagsbehandler"), own("sagsbehandler"), "General"),
    )
    right = [
        (4, issue.text("workbook.overblik.alder"), age, "General"),
        (5, issue.text("workbook.overblik.arbejdsevne_nu"), latest("H"), "General"),
    ]
    if issue.jurisdiction == "GL":
        due = f"INT({citizen.value(kind_column(DEADLINE, 'revurdering'))})"
        right += [
            (6, issue.text("workbook.overblik.niveau_nu"), level, "General"),
            (7, issue.text("workbook.overblik.revurdering"), due, DATE_FORMAT),
        ]
    for letters, facts in ((_LEFT, left), (_RIGHT, right)):
        for row, label, formula, number_format in facts:
            cell = _add_fact(sheet, letters, row, label)
            put_formula(cell, if_(f"{_CITIZEN}=0", EMPTY, if_error(formula, EMPTY)))
            cell.number_format = number_format
    write_note(sheet, "B8", "")
    choose = quote_text(issue.text("workbook.overblik.vaelg"))
    unknown = quote_text(issue.text("workbook.overblik.ukendt"))
    count = count_text(
        _FOUND, issue.text("workbook.overblik.antal"), issue.text("workbook.overblik.antal_en")
    )
    more = quote_text(issue.text("workbook.overblik.flere"))
    rest = if_(f"{_FOUND}>{SHOWN_ROWS}", f'" "&{more}', EMPTY)
    told = if_(blank(_CHOSEN), choose, if_(f"{_FOUND}=0", unknown, f"{count}&{rest}"))
    # Found by name: who it is, and whether the words fit others too.
    who = f'LEFT({_NAMED},6)&"-"&RIGHT({_NAMED},4)&": "'
    others = quote_text(f" {issue.text('workbook.overblik.flere_navne')}")
    fitting = f"COUNTIF({column_name('borger', 'navn')},{_PART_OF_NAME})"
    too = if_(blank(_NAMED), EMPTY, if_(f"{fitting}>1", others, EMPTY))
    put_formula(sheet["B8"], f"{if_(blank(_NAMED), EMPTY, who)}&{told}&{too}")


def _add_fact(sheet: Worksheet, letters: tuple[str, str, str], row: int, label: str) -> Cell:
    """Add a label and, over two columns, the cell for its value."""
    first, second, third = letters
    style_shaded(write_text(sheet[f"{first}{row}"], label), bold=True)
    cell: Cell = sheet[f"{second}{row}"]
    style_shaded(cell)
    copy_style(cell, sheet[f"{third}{row}"])
    sheet.merge_cells(f"{second}{row}:{third}{row}")
    return cell


def _add_candidates(sheet: Worksheet, issue: Issue, level: LevelNow) -> int:
    """Find the citizen's rows of every sheet; return the last row of the list."""
    row = _FIRST
    for number, event in enumerate(EVENTS, start=1):
        for place in range(event.limit):
            sheet[f"{_SHEET}{row}"] = number
            _find_row(sheet, event, row, is_first=place == 0)
            told = Teller(issue, event.sheet, f"{_POSITION}{row}")
            _add_order(sheet, event, told, row, level)
            if event.sheet == "borger":
                _add_application(sheet, f"{_KEY}{row}", level)
            if event.sheet == "afgoerelse":
                level.add_decision(sheet, row)
            if event.sheet == "overdragelse":
                level.add_move(sheet, row)
            row += 1
    keys = f"${_KEY}${_FIRST}:${_KEY}${row - 1}"
    put_formula(sheet[_plain(_FOUND)], f"COUNT({keys})")
    return row - 1


def _find_row(sheet: Worksheet, event: Event, row: int, *, is_first: bool) -> None:
    """Find the citizen's next row below the one found before."""
    citizens, before = column_name(event.sheet, "#cpr"), f"{_POSITION}{row - 1}"
    if is_first:
        found = if_(blank(_CHOSEN), EMPTY, f"MATCH({_CHOSEN},{citizens},0)")
    else:
        rest = f"INDEX({citizens},{before}+1):INDEX({citizens},ROWS({citizens}))"
        found = if_(blank(before), EMPTY, f"{before}+MATCH({_CHOSEN},{rest},0)")
    put_formula(sheet[f"{_POSITION}{row}"], if_error(found, EMPTY))


def _add_order(sheet: Worksheet, event: Event, told: Teller, row: int, level: LevelNow) -> None:
    """Add the sort key of a row, and of a revurdering or an application its span.

    Others may lie in it: an application holds what begins until something is decided.
    """
    start, key = told.value(event.start), f"{_KEY}{row}"
    # An application is an event where its day is known; every other row is shown.
    is_event = is_number(start) if event.sheet == "borger" else "TRUE"
    visible = if_(blank(told.value("annuller")), is_event, FALSE)
    place = f"{row - _FIRST}/1000"
    earlier = ""
    if event.sheet == NESTED_SHEET:
        kind = told.value("forloeb_type")
        applied = is_text(kind, APPLICATION)
        parent = or_(is_text(kind, PARENT_TYPE), applied)
        # It stands before what begins on its first day.
        earlier = f"-{if_(parent, '0.5', 0)}"
        ended = if_(is_number(told.value(event.end)), told.value(event.end), LAST_DAY)
        end = if_(applied, level.first_decision(start), ended)
        spans = if_(blank(key), FALSE, and_(parent, is_number(start)))
        put_formula(sheet[f"{_SPAN_START}{row}"], if_(spans, start, LAST_DAY))
        put_formula(sheet[f"{_SPAN_END}{row}"], if_(spans, end, 0))
    order = f"{if_(is_number(start), f'{start}{earlier}', _LATE)}+{place}"
    put_formula(sheet[key], if_(blank(told.position), EMPTY, if_(visible, order, EMPTY)))


def _add_application(sheet: Worksheet, key: str, level: LevelNow) -> None:
    """Add the span of the first application, as `_add_order` gives it to those on Forløb."""
    row, day = key.removeprefix(_KEY), f"INT({key})"
    put_formula(sheet[f"{_SPAN_START}{row}"], if_(blank(key), LAST_DAY, day))
    put_formula(sheet[f"{_SPAN_END}{row}"], if_(blank(key), 0, level.first_decision(day)))


def _add_helpers(sheet: Worksheet, row: int, *, last: int) -> None:
    """Find which candidate stands in a shown row."""

    def column(letter: str) -> str:
        return f"${letter}${_FIRST}:${letter}${last}"

    candidate = f"{_CANDIDATE}{row}"
    nearest = f"SMALL({column(_KEY)},{row - _FIRST + 1})"
    put_formula(sheet[candidate], if_error(f"MATCH({nearest},{column(_KEY)},0)", EMPTY))
    for letter, source in ((_SHOWN_SHEET, _SHEET), (_SHOWN_POSITION, _POSITION)):
        found = f"INDEX({column(source)},{candidate})"
        put_formula(sheet[f"{letter}{row}"], if_(blank(candidate), EMPTY, found))


def _columns(issue: Issue) -> tuple[ViewColumn, ...]:
    def column(letter: str, name: str, width: float, number_format: str = "General") -> ViewColumn:
        heading = issue.text(f"workbook.overblik.{name}")
        shrinks = letter in _WORDY
        return ViewColumn(letter, heading, width, number_format, horizontal="left", shrinks=shrinks)

    return (
        column("B", "fra", 16, DATE_FORMAT),
        column("C", "til", 18, DATE_FORMAT),
        column("D", "hvad", 38),
        column("E", "detaljer", 38),
        column("F", "resultat", 30),
        column("G", "timer", 10, "0.0"),
        column("H", "arbejdsevne", 14),
        column("I", "niveau", 14),
        column("J", "ark", 15),
        column("K", "linje", 8),
    )


def _formulas(issue: Issue, row: int) -> dict[str, str]:
    number, position = f"${_SHOWN_SHEET}{row}", f"${_SHOWN_POSITION}{row}"
    tellers = [(event, Teller(issue, event.sheet, position)) for event in EVENTS]

    def choose(texts: list[str]) -> str:
        return f"CHOOSE({number},{','.join(texts)})"

    def shown(field: str, told: Teller) -> str:
        return told.shown(field) if field else '""'

    what = [event.what(told) for event, told in tellers]
    sheets = [quote_text(issue.title(event.sheet)) for event in EVENTS]
    line = f"{position}+{FIRST_ROW - 1}"
    numbers = {event.sheet: place for place, event in enumerate(EVENTS, start=1)}
    ability = Teller(issue, "vurdering", position).shown("arbejdsevne_pct")
    level = level_after(Teller(issue, "afgoerelse", position), _before("I", row))
    formulas = {
        "B": choose([shown(event.start, told) for event, told in tellers]),
        "C": choose([shown(event.end, told) for event, told in tellers]),
        "D": f"{_nesting(row, numbers[NESTED_SHEET])}&{choose(what)}",
        "E": choose([event.details(told) for event, told in tellers]),
        "F": choose([event.result(told) for event, told in tellers]),
        "G": choose([shown(event.hours, told) for event, told in tellers]),
        "H": if_(f"{number}={numbers['vurdering']}", ability, _before("H", row)),
        "I": if_(f"{number}={numbers['afgoerelse']}", level, _before("I", row)),
        "J": choose(sheets),
        "K": f'HYPERLINK("#\'"&$J{row}&"\'!B"&({line}),{line})',
    }
    return {letter: if_(blank(number), EMPTY, formula) for letter, formula in formulas.items()}


def _nesting(row: int, number: int) -> str:
    """Return the indent of a forløb that begins inside a revurdering or an application."""
    starts = f"${_SPAN_START}${_FIRST}:${_SPAN_START}${_FIRST + _CANDIDATES - 1}"
    ends = starts.replace(_SPAN_START, _SPAN_END)
    own = f"INDEX(${_KEY}${_FIRST}:${_KEY}${_FIRST + _CANDIDATES - 1},${_CANDIDATE}{row})"
    # The key of a revurdering lies half a day early, so it is not inside itself, and it is in no
    # application.
    sheets = starts.replace(_SPAN_START, _SHEET)
    fits = f"(({sheets}={number})+(MOD({own},1)<0.5)>0)"
    inside = f"SUMPRODUCT(({starts}<={own})*({ends}+1>{own})*{fits})>0"
    return if_(f"${_SHOWN_SHEET}{row}={number}", if_(inside, f'"{_NEST}"', EMPTY), EMPTY)


def _before(letter: str, row: int) -> str:
    """Return what the row above holds; nothing above the first."""
    return EMPTY if row == _FIRST else f"{letter}{row - 1}"


def _add_marks(sheet: Worksheet) -> None:
    """Set revurderinger and afgørelser off from what lies between them."""
    parents = [
        f"$T{_FIRST}={place}" for place, event in enumerate(EVENTS, 1) if event.sheet in _HEADS
    ]
    head = and_(or_(*parents), f'LEFT($D{_FIRST})<>" "', f"COLUMN()<COLUMN($J{_FIRST})")
    marks = ((head, line_style(bold=True)), (f'$J{_FIRST}<>""', line_style()))
    add_marks(sheet, f"B{_FIRST}:K{_FIRST + SHOWN_ROWS - 1}", marks)
