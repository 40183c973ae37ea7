"""The list of findings as a worksheet part: every text a string, every cell a link."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from fpsheet.returned.fault_row import FaultRow, may_be_explained
from fpsheet.returned.parts import MAIN
from fpsheet.returned.style import ANSWER, BODY, HEADER, LINE, LINK, TITLE
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity

COLUMNS = (
    ("noegle", 10.0, True),
    ("aftryk", 10.0, True),
    ("alvor", 13.0, False),
    ("ark", 14.0, False),
    ("celle", 8.0, False),
    ("felt", 20.0, False),
    ("fejl", 58.0, False),
    ("raad", 52.0, False),
    ("sagsbehandler", 15.0, False),
    ("forklaring", 44.0, False),
    ("kode", 10.0, False),
)
"""Identifier, width in characters, hidden. The identifiers stand in row 2, hidden."""

IDENTITY_ROW = 2
FIRST_ROW = 4
_MOST_LINKS = 60_000
"""Excel stops at 65,530 links on a sheet."""
_CELL_LIMIT = 32_767
_HIDDEN = ' hidden="1"'


def fault_sheet(rows: Sequence[FaultRow], form: Form, *, language: str, first_style: int) -> bytes:
    """Give the worksheet part of the list.

    Args:
        rows: Findings in the order to be shown.
        form: The form.
        language: Language of the workbook.
        first_style: Index of our first cell style.
    """
    texts = form.texts
    title = texts.get("returned.title", language)
    lines = [
        _row(1, [("C", title, TITLE)], first_style, height=26),
        _row(IDENTITY_ROW, _identity(), first_style, hidden=True),
        _row(
            3,
            [
                (_letter(n), texts.get(f"returned.column.{name}", language), HEADER)
                for n, (name, _, hidden) in enumerate(COLUMNS)
                if not hidden
            ],
            first_style,
            height=30,
        ),
    ]
    for number, row in enumerate(rows, start=FIRST_ROW):
        lines.append(_row(number, _cells(row, form, language), first_style))
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    return _worksheet("".join(lines), last, _links(rows)).encode()


def severity_words(severity: Severity, form: Form, language: str) -> str:
    """Give the severity as symbol and word; never colour alone."""
    return form.texts.get(f"returned.severity.{severity}", language)


def _cells(row: FaultRow, form: Form, language: str) -> list[tuple[str, str, int]]:
    finding = row.finding
    label = form.field_label(finding.sheet, finding.field, language) if finding.field else ""
    values = (
        row.key,
        row.fingerprint,
        severity_words(finding.severity, form, language),
        finding.tab(form, language),
        finding.cell,
        label,
        finding.message(form, language),
        finding.remedy(form, language),
        row.caseworker,
        row.explanation,
        finding.code,
    )
    cells = []
    for number, ((name, _, _), value) in enumerate(zip(COLUMNS, values, strict=True)):
        style = {"celle": LINK, "noegle": LINE, "aftryk": LINE}.get(name, BODY)
        if name == "forklaring" and may_be_explained(finding):
            style = ANSWER
        cells.append((_letter(number), value, style))
    return cells


def _identity() -> list[tuple[str, str, int]]:
    return [(_letter(n), f"fejlliste.{name}", LINE) for n, (name, _, _) in enumerate(COLUMNS)]


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _row(
    number: int,
    cells: Sequence[tuple[str, str, int]],
    first_style: int,
    *,
    height: int = 0,
    hidden: bool = False,
) -> str:
    inside = "".join(
        f'<c r="{letter}{number}" s="{first_style + style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_text(value)}</t></is></c>'
        for letter, value, style in cells
        if value or style == ANSWER
    )
    size = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{number}"{size}{_HIDDEN if hidden else ""}>{inside}</row>'


def _text(value: str) -> str:
    printable = "".join(letter for letter in value if letter in "\t\n" or letter >= " ")
    return escape(printable[:_CELL_LIMIT])


def _links(rows: Sequence[FaultRow]) -> str:
    links = []
    letter = _letter([name for name, _, _ in COLUMNS].index("celle"))
    for number, row in enumerate(rows[:_MOST_LINKS], start=FIRST_ROW):
        if row.finding.cell and row.finding.row and row.finding.title:
            quoted = row.finding.title.replace("'", "''")
            cell = row.finding.cell if row.finding.column else f"A{row.finding.row}"
            location = quoteattr(f"'{quoted}'!{cell}")
            links.append(f'<hyperlink ref="{letter}{number}" location={location}/>')
    return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""


def _worksheet(rows: str, last: int, links: str) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"{_HIDDEN if hidden else ""}/>'
        for n, (_, width, hidden) in enumerate(COLUMNS, start=1)
    )
    area = f"A3:{_letter(len(COLUMNS) - 1)}{last}"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="FF8E1B1B"/>'
        '<pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        '<pane ySplit="3" topLeftCell="A4" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="J4" sqref="J4"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{rows}</sheetData>"
        f'<autoFilter ref="{area}"/>{links}'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
