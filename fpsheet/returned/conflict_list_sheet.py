"""The list of conflicts as a worksheet part."""

from collections.abc import Sequence

from fpsheet.ooxml.address import column_letters
from fpsheet.ooxml.own_style import ANSWER, BODY, HEADER, LINE, LINK, TITLE
from fpsheet.ooxml.row_writer import StyledText, attribute_text, sheet_row
from fpsheet.returned.conflict_list_text import (
    ANSWERS,
    LETTERS,
    PREFIX,
    ConflictLine,
    conflict_columns,
    headings,
)
from fpsheet.returned.finding_list_text import (
    FIRST_ROW,
    HEADING_HEIGHT,
    HEADING_ROW,
    IDENTITY_ROW,
    TITLE_HEIGHT,
    FindingColumn,
)
from fpsheet.returned.own_list import list_part
from fpsheet_templates.spoken import SpokenForm

_TITLE_COLUMN = "E"
_LINE_HEIGHT = 30
"""A value, and below it which version says so."""


def conflict_sheet(lines: Sequence[ConflictLine], spoken: SpokenForm, *, first_style: int) -> bytes:
    """Return the worksheet part of the list.

    Args:
        lines: The lines in order.
        spoken: The form in the language of what is made.
        first_style: Index of our first cell style.
    """
    sides = max(sum(name.startswith("udgave_") for name in line.values) for line in lines)
    columns = conflict_columns(sides)
    heads = headings(columns, spoken)
    title = spoken.text("conflicts.title")
    names = [
        StyledText(column_letters(n), f"{PREFIX}.{column.id}", LINE)
        for n, column in enumerate(columns, start=1)
    ]
    shown = [
        StyledText(column_letters(n), heads[n - 1], HEADER)
        for n, column in enumerate(columns, start=1)
        if not column.hidden
    ]
    rows = [
        sheet_row(1, [StyledText(_TITLE_COLUMN, title, TITLE)], first_style, height=TITLE_HEIGHT),
        sheet_row(IDENTITY_ROW, names, first_style, hidden=True),
        sheet_row(HEADING_ROW, shown, first_style, height=HEADING_HEIGHT),
    ]
    for number, line in enumerate(lines, start=FIRST_ROW):
        rows.append(sheet_row(number, _cells(line, columns), first_style, height=_LINE_HEIGHT))
    return _worksheet("".join(rows), columns, lines, sides).encode()


def _cells(line: ConflictLine, columns: Sequence[FindingColumn]) -> list[StyledText]:
    cells = []
    for number, column in enumerate(columns, start=1):
        style = LINE if column.hidden else BODY
        if column.id == "celle" and line.link:
            style = LINK
        if column.id in ANSWERS and (line.is_first or column.id == "skriv"):
            style = ANSWER
        cells.append(StyledText(column_letters(number), line.values.get(column.id, ""), style))
    return cells


def _place(columns: Sequence[FindingColumn], name: str) -> str:
    return column_letters([column.id for column in columns].index(name) + 1)


def _worksheet(
    rows: str, columns: Sequence[FindingColumn], lines: Sequence[ConflictLine], sides: int
) -> str:
    letter = _place(columns, "celle")
    links = "".join(
        f'<hyperlink ref="{letter}{number}" location={attribute_text(line.link)}/>'
        for number, line in enumerate(lines, start=FIRST_ROW)
        if line.link
    )
    choice = _place(columns, "valg")
    cells = " ".join(f"{choice}{n}" for n, line in enumerate(lines, FIRST_ROW) if line.is_first)
    options = ",".join(LETTERS[:sides])
    after = (
        f'<dataValidations count="1"><dataValidation type="list" allowBlank="1" sqref="{cells}">'
        f'<formula1>"{options}"</formula1></dataValidation></dataValidations>'
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
    )
    return list_part(columns, rows, after, chosen=choice)
