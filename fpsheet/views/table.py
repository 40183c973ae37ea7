"""A statistics table as machines and terminals need it."""

from typing import TypedDict

from fpsheet_sync.statistics.stat_table import StatTable


class TableValue(TypedDict):
    """One table: headings and rows, `[c]` and its like as text."""

    id: str
    title: str
    columns: list[str]
    rows: list[list[str | int | float | None]]


def table_value(table: StatTable) -> TableValue:
    """Return a table."""
    return {
        "id": table.id,
        "title": table.title,
        "columns": [column.label for column in table.columns],
        "rows": [list(row) for row in table.rows],
    }


def filled_rows(table: StatTable) -> list[tuple[str | int | float | None, ...]]:
    """Return the rows that count anything: in a preview the others only hide them."""
    numbers = len(table.dimensions)
    return [
        row
        for row in table.rows
        if any(isinstance(cell, int | float) and cell for cell in row[numbers:])
    ]


def plain_headings(table: StatTable) -> list[str]:
    """Return the headings without their notes, which stand in the workbook."""
    return [column.heading for column in table.columns]
