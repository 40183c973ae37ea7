"""The rule catalogue as a workbook: a sheet of rules, and a sheet of what changed when."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from fpsheet.files import write_whole
from fpsheet.table_book.book import PROGRAM, Book, Page, PageColumn, PageKind
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.statistics.stat_table import Cell, ColumnKind
from fpsheet_templates.rule_history import load_rule_history
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.catalogue import CatalogueLine, catalogue_lines

_RULES = {
    "code": 9,
    "severity": 11,
    "place": 24,
    "message": 50,
    "remedy": 46,
    "country": 7,
    "since": 7,
    "source": 30,
}
_CHANGES = {"version": 9, "code": 10, "change": 16, "severity": 12}
"""Column → its width in characters."""

_TIMELESS = date(1980, 1, 1)
"""The day the file says it was made, so that the same catalogue is the same bytes."""


def rule_book(spoken: SpokenForm) -> Book:
    """Lay out the catalogue; the same form gives the same book.

    Args:
        spoken: The form in the language of what is made.
    """
    title = spoken.text("catalogue.title")
    everywhere = spoken.text("catalogue.everywhere")
    rules = (_cells(line, everywhere) for line in catalogue_lines(spoken))
    changes = (
        (
            event.version,
            event.code,
            spoken.text(f"catalogue.change.{event.change}"),
            event.severity.value,
        )
        for event in load_rule_history()
    )
    pages = (
        _page(spoken, "rules", _RULES, rules),
        _page(spoken, "changes", _CHANGES, changes),
    )
    return Book(title, "regler", PROGRAM, title, "", spoken.language, _TIMELESS, pages)


def _cells(line: CatalogueLine, everywhere: str) -> tuple[Cell, ...]:
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


def _page(
    spoken: SpokenForm, name: str, columns: Mapping[str, int], rows: Iterable[tuple[Cell, ...]]
) -> Page:
    headings = (
        PageColumn(spoken.text(f"catalogue.column.{column}"), ColumnKind.DIMENSION, width)
        for column, width in columns.items()
    )
    return Page(
        name=spoken.text(f"catalogue.{name}"),
        kind=PageKind.LIST,
        title="",
        lines=(),
        columns=tuple(headings),
        rows=tuple(rows),
    )


def write_rule_book(spoken: SpokenForm, out: Path) -> None:
    """Write the catalogue of rules as a workbook: the rules, and what changed when.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    write_whole(out, write_xlsx(rule_book(spoken)), language=spoken.language)
