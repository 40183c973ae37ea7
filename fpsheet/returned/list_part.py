"""What the lists of ours have in common as worksheet parts: columns, view and paper."""

from collections.abc import Sequence

from fpsheet.ooxml.own_style import ACCENT
from fpsheet.ooxml.parts import MAIN
from fpsheet.ooxml.row_writer import HIDDEN
from fpsheet.returned.finding_list_text import FIRST_ROW, HEADING_ROW, Column


def list_part(columns: Sequence[Column], rows: str, after: str, *, chosen: str) -> str:
    """Give the worksheet of a list.

    Args:
        columns: Its columns.
        rows: Its rows as XML.
        after: What follows the rows as XML, in the order of the format.
        chosen: Letter of the column in which typing begins.
    """
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"'
        f"{HIDDEN if column.hidden else ''}/>"
        for n, column in enumerate(columns, start=1)
    )
    cell = f"{chosen}{FIRST_ROW}"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="FF{ACCENT}"/>'
        '<pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{HEADING_ROW}" topLeftCell="A{FIRST_ROW}" activePane="bottomLeft"'
        ' state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{cell}" sqref="{cell}"/></sheetView>'
        f"</sheetViews><cols>{widths}</cols><sheetData>{rows}</sheetData>{after}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
