"""The Overblik: one citizen's whole history from every sheet, by day, level and ability beside it.

The citizen's rows stand out of sight (`candidates`) and are shown in order. Functions of Excel 2010
only.
"""

from math import ceil

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.cell_reading import CPR_DIGITS
from fpsheet.workbook.deadline import DEADLINE, kind_column
from fpsheet.workbook.entry_help import CITIZENS_TO_CHOOSE
from fpsheet.workbook.formula import TODAY_NAME, quote_text
from fpsheet.workbook.formula_parts import (
    EMPTY,
    and_,
    blank,
    if_,
    if_error,
    is_number,
    or_,
)
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.candidates import (
    CANDIDATES,
    CHOSEN,
    CITIZEN,
    FIRST_EVENT,
    FOUND,
    KEY,
    NAMED,
    POSITION,
    SHEET,
    SPAN_END,
    SPAN_START,
    add_candidates,
    all_candidates,
    plain_address,
)
from fpsheet.workbook.overview.event import EVENTS, NESTED_SHEET, Event, Teller
from fpsheet.workbook.overview.history_chart import (
    StepLine,
    add_chart,
    add_points,
    level_labels,
)
from fpsheet.workbook.overview.level_now import LevelNow, level_after
from fpsheet.workbook.overview.shown_lines import (
    ABILITY,
    CANDIDATE,
    INDENT,
    IS_HEAD,
    LAST_COLUMN,
    LEVEL,
    LINE_LENGTH,
    SHOWN_POSITION,
    SHOWN_ROWS,
    SHOWN_SHEET,
    add_helpers,
    all_lines,
    begins,
    has_more,
    is_last_line,
    line_of,
)
from fpsheet.workbook.row_fault import BIRTH_NUMBER
from fpsheet.workbook.sheet_layout import FIRST_ROW, column_name
from fpsheet.workbook.style import (
    DATE_FORMAT,
    NAVY,
    PAPER,
    TEXT_FORMAT,
    add_sheet,
    bold_style,
    copy_style,
    fill,
    line_style,
    place_cursor,
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
    offer_choice,
    put_formula,
    write_headings,
    write_row,
)

CHOSEN_CELL = "C4"
_HEADING_ROW = FIRST_EVENT - 1

_FIRST_HIDDEN = 13
_PRINTED_PERCENT, _PAGE_LINES = 71, 30
"""Per cent that it is printed in, with letters that can be read and most cases on one page; lines
of the table on a page then. The page is filled, and none is printed that is blank for all."""

_PART_OF_NAME = f'"*"&{CHOSEN_CELL}&"*"'

_LEFT, _RIGHT = ("B", "C", "D"), ("E", "F", "G")
"""Columns of a fact: its label, and two for its value."""

_SHEET_NUMBER = {event.sheet: place for place, event in enumerate(EVENTS, start=1)}

_NEST = f"{INDENT * 6}└ "
_HEADS = {NESTED_SHEET, "afgoerelse"}


def make_overview(book: Workbook, issue: Issue, *, lines: int = 0) -> Worksheet:
    """Add the sheet; it stands on the value columns of the entry sheets.

    Args:
        book: The workbook.
        issue: For whom it is.
        lines: The most lines that one citizen takes of those that will be filled in.
    """
    sheet = add_sheet(book, issue.title("overblik"), colour=NAVY)
    sheet.column_dimensions["A"].width = 3
    write_title(sheet, "B1", issue.title("overblik"))
    write_note(sheet, "B2", issue.text("sheet.overblik.intro"))
    sheet.row_dimensions[1].height = 30
    _add_choice(book, sheet, issue)
    printed = min(SHOWN_ROWS, _PAGE_LINES * max(1, ceil(lines / _PAGE_LINES)))
    last_move = CANDIDATES["overdragelse"][1]
    level = LevelNow(issue, POSITION, *CANDIDATES["afgoerelse"], last_move)
    _add_facts(sheet, issue, level.formula())
    _add_summary(sheet, issue, printed)
    add_candidates(sheet, issue, level)
    _add_chart(sheet, issue)
    columns = _columns(issue)
    write_headings(sheet, columns, row=_HEADING_ROW, colour=NAVY)
    for row in range(FIRST_EVENT, FIRST_EVENT + SHOWN_ROWS):
        _add_line(sheet, issue, row)
        write_row(sheet, columns, _formulas(issue, row), row=row)
    hide_columns(sheet, _FIRST_HIDDEN, LAST_COLUMN)
    if not Teller(issue, "afgoerelse", "").has("niveau"):
        sheet.column_dimensions["I"].hidden = True
    _add_marks(sheet)
    protect(sheet)
    sheet.freeze_panes = f"A{FIRST_EVENT}"
    place_cursor(sheet, CHOSEN_CELL)
    sheet.print_area = f"B1:K{_HEADING_ROW + printed}"
    titles = f"1:{_HEADING_ROW}"
    set_page(sheet, title_rows=titles, footer=issue.footer, scale=_PRINTED_PERCENT)
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
    # A number may be typed without its hyphen.
    title, prompt = issue.label("borger", "cpr"), issue.text("workbook.overblik.vaelg")
    offer_choice(sheet, CHOSEN_CELL, CITIZENS_TO_CHOOSE, title=title, prompt=prompt)
    digits = f'SUBSTITUTE(SUBSTITUTE({CHOSEN_CELL},"-","")," ","")'
    citizens = column_name("borger", "#cpr")
    number = f"INDEX({citizens},MATCH({_PART_OF_NAME},{column_name('borger', 'navn')},0))"
    # A number that cannot be read is a code, and the same code stands for every such citizen.
    named = if_error(if_(f"LEN({number})={CPR_DIGITS}", number, EMPTY), EMPTY)
    has_number = or_(blank(CHOSEN_CELL), is_number(f"--{digits}"))
    put_formula(sheet[plain_address(NAMED)], if_(has_number, EMPTY, named))
    typed = f'{if_(blank(NAMED), digits, NAMED)}&""'
    put_formula(sheet[plain_address(CHOSEN)], if_(blank(CHOSEN_CELL), EMPTY, typed))
    found = if_(blank(CHOSEN), 0, if_error(f"MATCH({CHOSEN},{citizens},0)", 0))
    put_formula(sheet[plain_address(CITIZEN)], found)


def _add_facts(sheet: Worksheet, issue: Issue, level: str) -> None:
    """Show who the citizen is and how things stand now."""
    citizen = Teller(issue, "borger", CITIZEN)

    def own(field_id: str) -> str:
        return f'INDEX({column_name("borger", field_id)},{CITIZEN})&""'

    today = f"(YEAR({TODAY_NAME})*10000+MONTH({TODAY_NAME})*100+DAY({TODAY_NAME}))"
    age = f"INT(({today}-{citizen.value(BIRTH_NUMBER)})/10000)"
    ability = f"INDEX({all_lines(ABILITY)},MAX(1,COUNT({all_lines(CANDIDATE)})))"
    left = (
        (5, issue.label("borger", "navn"), own("navn"), "General"),
        (6, issue.label("borger", "lokalitet"), own("lokalitet"), "General"),
        (7, issue.label("borger", "sagsbehandler"), own("sagsbehandler"), "General"),
    )
    right = [
        (4, issue.text("workbook.overblik.alder"), age, "General"),
        (5, issue.text("workbook.overblik.arbejdsevne_nu"), ability, "General"),
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
            put_formula(cell, if_(f"{CITIZEN}=0", EMPTY, if_error(formula, EMPTY)))
            cell.number_format = number_format


def _add_summary(sheet: Worksheet, issue: Issue, printed: int) -> None:
    """Say how many events there are, and how many lines of them are printed."""
    write_note(sheet, "B8", "")
    choose = quote_text(issue.text("workbook.overblik.vaelg"))
    unknown = quote_text(issue.text("workbook.overblik.ukendt"))
    count = count_text(
        FOUND, issue.text("workbook.overblik.antal"), issue.text("workbook.overblik.antal_en")
    )
    more = quote_text(issue.text("workbook.overblik.flere"))
    rest = if_(has_more(FOUND), f'" "&{more}', EMPTY)
    paper = quote_text(f" {issue.text('workbook.overblik.papir')}".replace("#", str(printed)))
    rest += "&" + if_(f"COUNT({all_lines(CANDIDATE)})>{printed}", paper, _pages(issue, printed))
    told = if_(blank(CHOSEN), choose, if_(f"{FOUND}=0", unknown, f"{count}&{rest}"))
    # Found by name: who it is, and whether the words fit others too.
    who = f'LEFT({NAMED},6)&"-"&RIGHT({NAMED},4)&": "'
    others = quote_text(f" {issue.text('workbook.overblik.flere_navne')}")
    fitting = f"COUNTIF({column_name('borger', 'navn')},{_PART_OF_NAME})"
    too = if_(blank(NAMED), EMPTY, if_(f"{fitting}>1", others, EMPTY))
    put_formula(sheet["B8"], f"{if_(blank(NAMED), EMPTY, who)}&{told}&{too}")


def _pages(issue: Issue, printed: int) -> str:
    """Say which pages to print, where a citizen has more to tell of than the one who is chosen."""
    if printed <= _PAGE_LINES:
        return EMPTY
    pages = f"INT((COUNT({all_lines(CANDIDATE)})+{_PAGE_LINES - 1})/{_PAGE_LINES})"
    text = quote_text(f" {issue.text('workbook.overblik.sider')}")
    one = quote_text(f" {issue.text('workbook.overblik.sider_en')}")
    told = if_(f"{pages}<=1", one, f'SUBSTITUTE({text},"#",{pages})')
    return if_(f"{pages}<{printed // _PAGE_LINES}", told, EMPTY)


def _add_fact(sheet: Worksheet, letters: tuple[str, str, str], row: int, label: str) -> Cell:
    """Add a label and, over two columns, the cell for its value."""
    first, second, third = letters
    style_shaded(write_text(sheet[f"{first}{row}"], label), bold=True)
    cell: Cell = sheet[f"{second}{row}"]
    style_shaded(cell)
    copy_style(cell, sheet[f"{third}{row}"])
    sheet.merge_cells(f"{second}{row}:{third}{row}")
    return cell


def _columns(issue: Issue) -> tuple[ViewColumn, ...]:
    def column(letter: str, name: str, width: float, number_format: str = "General") -> ViewColumn:
        heading = issue.text(f"workbook.overblik.{name}")
        # Letters that are wider than most: a little smaller rather than cut off.
        shrinks = letter in LINE_LENGTH
        return ViewColumn(letter, heading, width, number_format, horizontal="left", shrinks=shrinks)

    return (
        column("B", "fra", 15, DATE_FORMAT),
        column("C", "til", 12, DATE_FORMAT),
        column("D", "hvad", 34),
        column("E", "detaljer", 35),
        column("F", "resultat", 26),
        column("G", "timer", 10, "0.0"),
        column("H", "arbejdsevne", 14),
        column("I", "niveau", 11),
        column("J", "ark", 13),
        column("K", "linje", 7),
    )


def _tellers(issue: Issue, row: int) -> list[tuple[Event, Teller]]:
    position = f"${SHOWN_POSITION}{row}"
    return [(event, Teller(issue, event.sheet, position)) for event in EVENTS]


def _choose(row: int, texts: list[str]) -> str:
    """Return the part for the sheet that a line's event stands on, of those for every sheet."""
    return f"CHOOSE(${SHOWN_SHEET}{row},{','.join(texts)})"


def _add_line(sheet: Worksheet, issue: Issue, row: int) -> None:
    """Fill the cells of a line out of sight."""
    tellers = _tellers(issue, row)
    what = [event.what(told) for event, told in tellers]
    details = [event.details(told) for event, told in tellers]
    texts = {
        "D": f"{_nesting(row, _SHEET_NUMBER[NESTED_SHEET])}&{_choose(row, what)}",
        # A line break in a note would show half of two lines.
        "E": f'SUBSTITUTE({_choose(row, details)},CHAR(10)," ")',
        "F": _choose(row, [event.result(told) for event, told in tellers]),
    }
    add_helpers(sheet, row, texts)
    position = f"${SHOWN_POSITION}{row}"
    ability = Teller(issue, "vurdering", position).shown("arbejdsevne_pct")
    level = level_after(Teller(issue, "afgoerelse", position), _before(LEVEL, row))
    for letter, source, value in ((ABILITY, "vurdering", ability), (LEVEL, "afgoerelse", level)):
        is_of = f"${SHOWN_SHEET}{row}={_SHEET_NUMBER[source]}"
        held = if_(is_of, value, _before(letter, row))
        put_formula(sheet[f"{letter}{row}"], if_(blank(f"${CANDIDATE}{row}"), EMPTY, held))


def _formulas(issue: Issue, row: int) -> dict[str, str]:
    tellers = _tellers(issue, row)

    def shown(field: str, told: Teller) -> str:
        return told.shown(field) if field else '""'

    line = f"${SHOWN_POSITION}{row}+{FIRST_ROW - 1}"
    formulas = {
        "B": _choose(row, [shown(event.start, told) for event, told in tellers]),
        "C": _choose(row, [shown(event.end, told) for event, told in tellers]),
        "G": _choose(row, [shown(event.hours, told) for event, told in tellers]),
        "H": f"${ABILITY}{row}",
        "I": f"${LEVEL}{row}",
        "J": _choose(row, [quote_text(issue.title(event.sheet)) for event in EVENTS]),
        "K": f'HYPERLINK("#\'"&$J{row}&"\'!B"&({line}),{line})',
    }
    told_once = {letter: begins(row, formula) for letter, formula in formulas.items()}
    return told_once | {letter: line_of(letter, row) for letter in LINE_LENGTH}


def _nesting(row: int, number: int) -> str:
    """Return the indent of a forløb that begins inside a revurdering or an application."""
    starts, ends = all_candidates(SPAN_START), all_candidates(SPAN_END)
    own = f"INDEX({all_candidates(KEY)},${CANDIDATE}{row})"
    # The key of a revurdering lies half a day early, so it is not inside itself, and it is in no
    # application.
    fits = f"(({all_candidates(SHEET)}={number})+(MOD({own},1)<0.5)>0)"
    inside = f"SUMPRODUCT(({starts}<={own})*({ends}+1>{own})*{fits})>0"
    return if_(f"${SHOWN_SHEET}{row}={number}", if_(inside, f'"{_NEST}"', EMPTY), EMPTY)


def _before(letter: str, row: int) -> str:
    """Return what the row above holds; nothing above the first."""
    return EMPTY if row == FIRST_EVENT else f"${letter}{row - 1}"


def _add_chart(sheet: Worksheet, issue: Issue) -> None:
    """Draw work capacity and level over time, from the events that tell of them."""
    keys, labels = all_candidates(KEY), level_labels(issue)

    def assessed(key: str) -> str:
        position = f"INDEX({all_candidates(POSITION)},MATCH({key},{keys},0))"
        return Teller(issue, "vurdering", position).value("arbejdsevne_pct")

    def decided(key: str) -> str:
        row = f"MATCH(MATCH({key},{keys},0),{all_lines(CANDIDATE)},0)"
        label = f"INDEX({all_lines('I')},{row})"
        # A level that was taken away is none, and lies below the axis.
        return if_error(f"MATCH({label},{{{','.join(map(quote_text, labels))}}},0)", 0)

    def line(sheet_id: str, field_id: str, letters: tuple[str, str, str]) -> StepLine:
        return StepLine(issue.label(sheet_id, field_id), letters, CANDIDATES[sheet_id])

    ability = line("vurdering", "arbejdsevne_pct", ("AB", "AC", "AD"))
    add_points(sheet, ability, assessed)
    level = line("afgoerelse", "niveau", ("AE", "AF", "AG")) if labels else None
    if level is not None:
        add_points(sheet, level, decided)
    add_chart(sheet, ability, level, labels)


def _add_marks(sheet: Worksheet) -> None:
    """Set revurderinger and afgørelser off from what lies between them."""
    number = f"${SHOWN_SHEET}{FIRST_EVENT}"
    parents = or_(*(f"{number}={_SHEET_NUMBER[sheet]}" for sheet in sorted(_HEADS)))
    # Particulars are running text, which bold letters make hard to read.
    is_bold = f"COLUMN()<COLUMN($J{FIRST_EVENT})", f"COLUMN()<>COLUMN($E{FIRST_EVENT})"
    head = and_(parents, f"${IS_HEAD}{FIRST_EVENT}", *is_bold)
    ends = is_last_line()
    marks = (
        (and_(head, ends), line_style(bold=True)),
        (head, bold_style()),
        (ends, line_style()),
    )
    add_marks(sheet, f"B{FIRST_EVENT}:K{FIRST_EVENT + SHOWN_ROWS - 1}", marks)
