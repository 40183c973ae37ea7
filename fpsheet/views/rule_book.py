"""The rule catalogue as a workbook: a sheet of rules, and a sheet of what changed when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook

from fpsheet.files import write_whole
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet_templates.form import Form
from fpsheet_templates.rule_history import load_rule_history
from fpsheet_validation.catalogue import CatalogueLine, catalogue_lines

_RULES = (
    ("code", 10),
    ("severity", 11),
    ("place", 38),
    ("message", 62),
    ("remedy", 58),
    ("country", 8),
    ("since", 8),
    ("source", 44),
)
_CHANGES = (("version", 9), ("code", 10), ("change", 16), ("severity", 12))
"""Column and its width in characters."""

_TIMELESS = datetime(1980, 1, 1, tzinfo=UTC)
"""The time the file says it was made, so that the same catalogue is the same bytes."""

_LANDSCAPE_A4 = 9
_LINE_POINTS = 13.5
_CHARACTERS_PER_LETTER = 1.15
"""A column is as many digits wide; letters and the breaks between words take a little more."""


def rule_book(form: Form, language: str) -> bytes:
    """Return the catalogue as the bytes of an .xlsx file; the same form gives the same bytes.

    Args:
        form: The form.
        language: Language of the sentences.
    """
    stream = BytesIO()
    choices = {
        "in_memory": True,
        "strings_to_formulas": False,
        "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }
    workbook = xlsxwriter.Workbook(stream, choices)
    created = _TIMELESS.replace(tzinfo=None)
    title = form.texts.get("catalogue.title", language)
    workbook.set_properties({"title": title, "created": created})
    everywhere = form.texts.get("catalogue.everywhere", language)
    rules = [_cells(line, everywhere) for line in catalogue_lines(form, language)]
    changes = [
        (
            event.version,
            event.code,
            form.texts.get(f"catalogue.change.{event.change}", language),
            event.severity.value,
        )
        for event in load_rule_history()
    ]
    _add_sheet(workbook, form, language, ("rules", _RULES, rules))
    _add_sheet(workbook, form, language, ("changes", _CHANGES, changes))
    workbook.close()
    return pack(unpack(stream.getvalue()), issued_at=_TIMELESS)


def _cells(line: CatalogueLine, everywhere: str) -> tuple[str | int, ...]:
    place = line.sheet or everywhere
    return (
        line.code,
        line.severity,
        f"{place}: {', '.join(line.fields)}" if line.fields else place,
        line.message,
        line.remedy,
        " ".join(line.jurisdictions),
        line.since,
        line.source,
    )


def _add_sheet(
    workbook: Workbook,
    form: Form,
    language: str,
    content: tuple[str, Sequence[tuple[str, int]], Sequence[tuple[str | int, ...]]],
) -> None:
    """Add a sheet with one table from the first row on: (text of its tab, columns, rows)."""
    name, columns, rows = content
    sheet = workbook.add_worksheet(form.texts.get(f"catalogue.{name}", language))
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.set_landscape()
    sheet.set_paper(_LANDSCAPE_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    for at, (_, width) in enumerate(columns):
        sheet.set_column(at, at, width, wrapped)
    for row, cells in enumerate(rows, start=1):
        lines = (
            -(-int(len(str(cell)) * _CHARACTERS_PER_LETTER) // width)
            for cell, (_, width) in zip(cells, columns, strict=True)
        )
        sheet.set_row(row, _LINE_POINTS * max(*lines, 1))
    headings = [
        {
            "header": form.texts.get(f"catalogue.column.{column}", language),
            "header_format": head,
            "format": wrapped,
        }
        for column, _ in columns
    ]
    sheet.add_table(
        0,
        0,
        len(rows),
        len(columns) - 1,
        {"name": f"t_{name}", "columns": headings, "data": list(rows), "style": None},
    )


def write_rule_book(form: Form, language: str, out: Path) -> None:
    """Write the catalogue of rules as a workbook: the rules, and what changed when.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    write_whole(out, rule_book(form, language), language=language)
