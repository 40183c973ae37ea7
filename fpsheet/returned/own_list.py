"""Finding a list of ours in a workbook, by its hidden row of identifiers, under any name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.cell_reader import NumberedRow, read_rows
from fpsheet.ooxml.own_style import ACCENT
from fpsheet.ooxml.parts import MAIN, Parts
from fpsheet.ooxml.row_writer import HIDDEN
from fpsheet.ooxml.shared_strings import shared_strings
from fpsheet.ooxml.workbook_part import SheetEntry, list_sheets
from fpsheet.returned.finding_list_text import FIRST_ROW, HEADING_ROW, FindingColumn
from fpsheet_templates.form import Form

_MOST_ROWS = 100_000
MOST_HEAD_ROWS = 20
"""So many rows are searched for the identifiers: the caseworker may have put rows above them."""


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list of ours as found.

    Attributes:
        part: The worksheet part it is now.
        title: The name on its tab.
        rows: Every row below the identifiers: identifier → text, spaces around it gone; empty
            for a blank cell.
    """

    part: str
    title: str
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnLists:
    """What was found among the tabs of a workbook that are none of the form.

    Attributes:
        found: The first list with the identifiers of each wanted; None where none can be read.
        heads: Part of each tab that was looked at → its first rows.
    """

    found: tuple[OwnList | None, ...]
    heads: Mapping[str, Sequence[NumberedRow]]


def find_own_lists(parts: Parts, form: Form, wanted: Sequence[Sequence[str]]) -> OwnLists:
    """Find our lists in a workbook; each tab is read once.

    Args:
        parts: A workbook that the intake has found safe.
        form: Its form; a workbook with no other tabs has no list.
        wanted: The identifiers that each list must have.
    """
    found, heads = dict[int, OwnList](), dict[str, list[NumberedRow]]()
    try:
        titles, shared = _form_titles(form), shared_strings(parts)
        for entry in list_sheets(parts):
            if entry.title in titles:
                continue
            head = heads[entry.part] = list[NumberedRow]()
            own = _find(entry, read_rows(parts[entry.part], shared), wanted, head)
            if own is not None:
                found.setdefault(*own)
    except DamagedPackageError:
        pass  # what was found before the damage holds
    return OwnLists(tuple(found.get(number) for number in range(len(wanted))), heads)


def _find(
    entry: SheetEntry,
    rows: Iterator[NumberedRow],
    wanted: Sequence[Sequence[str]],
    head: list[NumberedRow],
) -> tuple[int, OwnList] | None:
    """Return which list a tab is, and its rows; None where it is none. Fills its first rows."""
    for row in islice(rows, MOST_HEAD_ROWS):
        head.append(row)
        letters = {text: letter for letter, text in row[1].items()}
        for number, names in enumerate(wanted):
            if all(name in letters for name in names):
                return number, OwnList(entry.part, entry.title, tuple(_read(rows, letters)))
    return None


def _read(rows: Iterable[NumberedRow], letters: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for _, row in islice(rows, _MOST_ROWS):
        yield {name: row.get(letter, "").strip() for name, letter in letters.items()}


def _form_titles(form: Form) -> frozenset[str]:
    """Return the tabs of the form in every language."""
    languages = form.texts.languages()
    return frozenset(
        form.sheet_title(sheet.id, word) for sheet in form.sheets for word in languages
    )


def list_part(columns: Sequence[FindingColumn], rows: str, after: str, *, chosen: str) -> str:
    """Return the worksheet of a list.

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
