"""The list of findings as a worksheet part: every text a string, every cell a link."""

from collections.abc import Sequence
from string import ascii_uppercase

from fpsheet.ooxml.own_style import ANSWER, BODY, HEADER, LINE, LINK, TITLE
from fpsheet.ooxml.row_writer import StyledText, attribute_text, sheet_row
from fpsheet.returned.finding_list_rows import FaultRow
from fpsheet.returned.finding_list_text import (
    COLUMNS,
    FIRST_ROW,
    HEADING_HEIGHT,
    HEADING_ROW,
    IDENTITY_ROW,
    TITLE_HEIGHT,
    FaultLine,
    column_letter,
    headings,
    identity,
    link_location,
    make_fault_line,
)
from fpsheet.returned.finding_words import FindingWording
from fpsheet.returned.own_list import list_part
from fpsheet.wrapping import count_lines

_LETTERS_PER_WIDTH = 1.08
"""Of running text, which has fewer wide letters than digits: some 1.2 where it is measured."""

_LETTERS = ascii_uppercase[: len(COLUMNS)]
_WIDTHS = [
    (place, int(column.width * _LETTERS_PER_WIDTH))
    for place, column in enumerate(COLUMNS)
    if not column.hidden
]
"""Place of each column that is seen, and the characters that go on a line of it."""
_MOST_LINKS = 60_000
"""Excel stops at 65,530 links on a sheet."""


def fault_sheet(rows: Sequence[FaultRow], wording: FindingWording, *, first_style: int) -> bytes:
    """Return the worksheet part of the list.

    Args:
        rows: Findings in the order to be shown.
        wording: Words them in the language of what is made.
        first_style: Index of our first cell style.
    """
    title = wording.spoken.text("returned.title")
    heads = headings(wording.spoken)
    shown = [n for n, column in enumerate(COLUMNS) if not column.hidden]
    lines = [make_fault_line(row, wording) for row in rows]
    written = [
        sheet_row(1, [StyledText("C", title, TITLE)], first_style, height=TITLE_HEIGHT),
        sheet_row(
            IDENTITY_ROW,
            [
                StyledText(letter, name, LINE)
                for letter, name in zip(_LETTERS, identity(), strict=True)
            ],
            first_style,
            hidden=True,
        ),
        sheet_row(
            HEADING_ROW,
            [StyledText(_LETTERS[n], heads[n], HEADER) for n in shown],
            first_style,
            height=HEADING_HEIGHT,
        ),
    ]
    for number, line in enumerate(lines, start=FIRST_ROW):
        written.append(sheet_row(number, _cells(line), first_style, lines=_lines(line)))
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    return _worksheet("".join(written), last, _links(lines)).encode()


def _cells(line: FaultLine) -> list[StyledText]:
    styles = {"celle": LINK, "noegle": LINE, "aftryk": LINE}
    if line.explainable:
        styles["forklaring"] = ANSWER
    return [
        StyledText(letter, value, styles.get(column.id, BODY))
        for letter, column, value in zip(_LETTERS, COLUMNS, line.values, strict=True)
    ]


def _lines(line: FaultLine) -> int:
    """Return the lines that the longest text of a row takes in its column."""
    return max([count_lines(line.values[place], width) for place, width in _WIDTHS])


def _links(lines: Sequence[FaultLine]) -> str:
    letter = column_letter("celle")
    links = [
        f'<hyperlink ref="{letter}{number}" location={attribute_text(link_location(line.place))}/>'
        for number, line in enumerate(lines[:_MOST_LINKS], start=FIRST_ROW)
        if line.place
    ]
    return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""


def _worksheet(rows: str, last: int, links: str) -> str:
    area = f"A{HEADING_ROW}:{_LETTERS[-1]}{last}"
    return list_part(COLUMNS, rows, f'<autoFilter ref="{area}"/>{links}', chosen="J")
