"""The hidden sheet: by what the program knows a workbook again, and what its formulas look up."""

from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.formula import LAST_DAY, TODAY_NAME
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.koder import all_lists
from fpsheet.workbook.sheet_layout import codes_name, entries_name, validity_names
from fpsheet.workbook.status import STATUS_HEADINGS, STATUS_KEYS, STATUS_TEXTS, StatusSentence
from fpsheet.workbook.style import TEXT_FORMAT, add_sheet, date_serial, write_text
from fpsheet_templates.codes import Code
from fpsheet_templates.form import META_KEYS, Form

_ALWAYS = (0, LAST_DAY + 1)
TODAY_CELL = "D1"
_STATUS_COLUMN = 6
_LISTS_COLUMN = 10
_LIST_WIDTH = 5


def make_meta_sheet(book: Workbook, issue: Issue) -> Worksheet:
    """Add the hidden sheet: keys in column A, values as text in column B."""
    sheet = add_sheet(book, issue.title("meta"))
    values = _meta_values(issue)
    sheet.sheet_state = "hidden"
    for number, key in enumerate(META_KEYS, start=1):
        write_text(sheet[f"A{number}"], key)
        write_text(sheet[f"B{number}"], values.get(key, "")).number_format = TEXT_FORMAT
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 30
    return sheet


def _meta_values(issue: Issue) -> dict[str, str]:
    return {
        "form_version": str(issue.form.version),
        "workbook_id": issue.workbook_id,
        "kommune_kode": issue.kommune.code,
        "aar": str(issue.aar),
        "sprog": issue.language,
        "parent": issue.parent,
        "issued_at": issue.issued_at.isoformat(timespec="seconds"),
        "signature": "",
    }


def add_lookups(
    book: Workbook, sheet: Worksheet, issue: Issue, *, lines: Sequence[StatusSentence]
) -> None:
    """Add the day, the sentences of the status and the words of each code list."""
    sheet[TODAY_CELL] = "=TODAY()"
    _name(book, sheet, TODAY_NAME, "$D$1")
    columns = {
        STATUS_KEYS: [line.key for line in lines],
        STATUS_HEADINGS: [line.heading for line in lines],
        STATUS_TEXTS: [line.text for line in lines],
    }
    for number, (name, texts) in enumerate(columns.items(), start=_STATUS_COLUMN):
        _write_column(book, sheet, texts, name=name, column=number)
    for number, list_id in enumerate(all_lists(issue.form)):
        words, codes = _entries(issue.form, list_id, issue.language)
        column = _LISTS_COLUMN + _LIST_WIDTH * number
        _write_column(book, sheet, words, name=entries_name(list_id), column=column)
        _write_column(book, sheet, codes, name=codes_name(list_id), column=column + 1)
        limited = [_validity(code) for code in issue.form.code_lists[list_id].codes]
        if any(days != _ALWAYS for days in limited):
            for place, name in enumerate(validity_names(list_id)):
                days = [pair[place] for pair in limited]
                _write_column(book, sheet, days, name=name, column=column + 2 + place)


def _entries(form: Form, list_id: str, language: str) -> tuple[list[str], list[str]]:
    """Return what may be entered in a field of the list, and the code each stands for.

    Labels come first, as `CodeList.by_entry` lets a label win over a code of the same spelling.
    The codes of both countries are there, so that one pasted from the other is told of as such.
    """
    codes = form.code_lists[list_id].codes
    labels, ids = [code.label(language) for code in codes], [code.id for code in codes]
    others = [(label, code.id) for code in codes for label in code.other_labels(language)]
    words = [*labels, *ids, *(label for label, _ in others)]
    return words, [*ids, *ids, *(code for _, code in others)]


def _validity(code: Code) -> tuple[int, int]:
    """Return the days a code holds as day numbers: first day, first day no more."""
    start, end = _ALWAYS
    return (
        date_serial(date.fromisoformat(code.valid_from)) if code.valid_from else start,
        date_serial(date.fromisoformat(code.valid_to)) if code.valid_to else end,
    )


def _write_column(
    book: Workbook, sheet: Worksheet, values: Sequence[str | int], *, name: str, column: int
) -> None:
    letter = get_column_letter(column)
    for row, value in enumerate(values, start=1):
        cell = sheet[f"{letter}{row}"]
        if isinstance(value, str):
            write_text(cell, value)
        else:
            cell.value = value
    _name(book, sheet, name, f"${letter}$1:${letter}${len(values)}")


def _name(book: Workbook, sheet: Worksheet, name: str, reference: str) -> None:
    text = f"{quote_sheetname(sheet.title)}!{reference}"
    book.defined_names[name] = DefinedName(name, attr_text=text, hidden=True)
