"""Headings: a list of another office is known by the words above its columns.

So is an entry sheet of ours that lost its hidden row, names and columns, where its table is left.
"""

from collections.abc import Iterator
from dataclasses import replace

from fpsheet.intake.column_identity import SheetHead, SheetMap
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.plan import ReadingPlan, SheetPlan, fold_label
from fpsheet.ooxml.address import column_letters

HEADING_ROWS = 20
"""The headings stand within the first so many rows."""


def map_headings(head: SheetHead, sheet: SheetPlan) -> SheetMap | None:
    """Find the columns of a list by their headings; None where a worksheet has none of them.

    The headings stand in the row that has the most of them.
    """
    rows: dict[int, dict[str, list[int]]] = {}
    for (row, column), text in sorted(head.texts.items()):
        label = fold_label(text)
        field = next((field.id for field in sheet.fields if label in field.labels), "")
        if field and row <= HEADING_ROWS:
            rows.setdefault(row, {}).setdefault(field, []).append(column)
    if not rows:
        return None
    best = max(rows, key=lambda row: len(rows[row]))
    return SheetMap(
        sheet=sheet.id,
        part=head.part,
        columns={field: columns[0] for field, columns in rows[best].items()},
        header_row=best,
        duplicated=tuple(field for field, columns in rows[best].items() if len(columns) > 1),
        named=(),
        calculated=frozenset(),
    )


def map_table(head: SheetHead, plan: ReadingPlan) -> SheetMap | None:
    """Find an entry sheet that lost what it is known by; None where its table leaves any doubt.

    It is one of ours where the table of its name still has our headings: all that everybody sees,
    each once, and in the table's own first row.
    """
    for sheet in plan.sheets.values():
        table = head.tables.get(sheet.table)
        place = map_headings(head, sheet) if table else None
        if (
            table is None
            or place is None
            or place.duplicated
            or place.header_row != table.first_row
        ):
            continue
        if {field.id for field in sheet.fields if field.is_everywhere} <= place.columns.keys():
            own = frozenset(range(table.first_column, table.last_column + 1))
            return replace(place, calculated=own - set(place.columns.values()))
    return None


def judge_headings(head: SheetHead, place: SheetMap, plan: ReadingPlan) -> Iterator[IntakeFinding]:
    """Say which headings are missing, doubled or none of the list's.

    Findings: LST-002 to LST-004.
    """
    sheet, title, row = plan.sheets[place.sheet], place.part.title, place.header_row
    # A list that was handed out before a field came need not have it.
    for field in sheet.fields:
        if field.id not in place.columns and field.since == 1:
            yield IntakeFinding("LST-002", sheet=sheet.id, title=title, row=row, field=field.id)
    taken = {number: field for field, number in place.columns.items()}
    labels = {label: field.id for field in sheet.fields for label in field.labels}
    for (at, column), text in sorted(head.texts.items()):
        if at != row or column in taken:
            continue
        letters = column_letters(column)
        known = labels.get(fold_label(text))
        if known:
            other = (("anden", f"{column_letters(place.columns[known])}{row}"),)
            yield IntakeFinding("LST-004", sheet.id, title, row, letters, known, other)
        else:
            yield IntakeFinding("LST-003", sheet=sheet.id, title=title, row=row, column=letters)
