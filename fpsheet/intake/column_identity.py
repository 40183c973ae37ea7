"""Which sheet and which column is which: told by identity, never by name or place.

Each entry sheet carries a hidden row with the identifiers of its columns (`forloeb.cpr`; columns
of formulas have a name with `#`), and the workbook a defined name per column (`c_forloeb_cpr`) that
moves along with the column. The row is believed first; where it is gone, the names stand in. Titles
of tabs and headings only settle what is left: which of two copies is the original, and where the
headings stand.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fpsheet.intake.listed_sheets import ListedSheet, NamedCells
from fpsheet.intake.plan import ReadingPlan, SheetPlan, fold_label
from fpsheet.ooxml.address import CellRange

IDENTITY_ROWS = 20
"""The identity row stands within the first so many rows."""

_IDENTITY = re.compile(r"([a-z0-9_]+)\.([a-z0-9_]+)")
_STATUS, _ROW_ID_FIELD = "status", "raekke_id"
_ROW_ID = re.compile(r"[0-9A-Z]{8}-[A-Z]-[0-9]{4,}")

Texts = Mapping[tuple[int, int], str]
"""(row, column) → text, of the top of a sheet."""


@dataclass(frozen=True, slots=True)
class SheetMap:
    """An entry sheet found in the workbook.

    Attributes:
        sheet: Sheet identifier.
        part: The worksheet.
        columns: Field identifier → column number.
        header_row: Row of the headings; entries stand below.
        duplicated: Fields that more than one column claims to be.
        named: Fields known by their defined name alone.
        calculated: Columns of ours that nobody types in: the status, and helpers of formulas.
        renamed: Fields that have another heading than the form gives them.
    """

    sheet: str
    part: ListedSheet
    columns: Mapping[str, int]
    header_row: int
    duplicated: tuple[str, ...]
    named: tuple[str, ...]
    calculated: frozenset[int]
    renamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetHead:
    """What the top of a worksheet offers for telling which sheet it is.

    Attributes:
        part: The worksheet.
        texts: Texts of its first rows.
        names: Defined names that point at this worksheet.
        tables: Name of each table of the sheet → the cells it covers.
    """

    part: ListedSheet
    texts: Texts
    names: Mapping[str, NamedCells]
    tables: Mapping[str, CellRange]

    def names_of(self, sheet: SheetPlan) -> dict[str, NamedCells]:
        """Return what this worksheet has of an entry sheet's named columns, helpers included."""
        prefix = f"c_{sheet.id}_"
        return {
            name.removeprefix(prefix): cells
            for name, cells in self.names.items()
            if name.startswith(prefix)
        }

    def named_columns(self, sheet: SheetPlan) -> dict[str, NamedCells]:
        """Return the fields among them."""
        fields = {_STATUS, *(field.id for field in sheet.fields)}
        return {name: cells for name, cells in self.names_of(sheet).items() if name in fields}


def map_sheet(head: SheetHead, plan: ReadingPlan) -> SheetMap | None:
    """Find out which entry sheet a worksheet is; None when it is none of ours."""
    row, places = _find_identity_row(head.texts, plan)
    if places:
        sheet = plan.sheets[max(places, key=lambda sheet_id: len(places[sheet_id]))]
    else:
        sheet = max(plan.sheets.values(), key=lambda own: len(head.named_columns(own)))
    named = head.named_columns(sheet)
    own = places.get(sheet.id, {})
    if not own and not named:
        return None
    columns = {field: _choose(claims, named.get(field)) for field, claims in own.items()}
    taken = set(columns.values())
    lost = {
        field: cell.column
        for field, cell in named.items()
        if field not in columns and cell.column not in taken
    }
    columns |= lost
    status = columns.pop(_STATUS, 0)
    helpers = {status, *(cells.column for cells in head.names_of(sheet).values())}
    helpers.update(
        column for (at, column), text in head.texts.items() if at == row and text.startswith("#")
    )
    header_row = _find_header_row(head, sheet, columns, after=row)
    return SheetMap(
        sheet=sheet.id,
        part=head.part,
        columns=columns,
        header_row=header_row,
        duplicated=tuple(field for field, claims in own.items() if len(claims) > 1),
        named=tuple(field for field in lost if field != _STATUS),
        calculated=frozenset(helpers - set(columns.values())),
        renamed=_find_renamed(head, sheet, columns, header_row) if header_row > row else (),
    )


def _find_renamed(
    head: SheetHead, sheet: SheetPlan, columns: Mapping[str, int], header_row: int
) -> tuple[str, ...]:
    """Return the entry fields whose heading was changed, in the order of the form."""
    headings = (
        (field, head.texts.get((header_row, columns.get(field.id, 0)), ""))
        for field in sheet.fields
        if field.is_entry
    )
    return tuple(
        field.id
        for field, text in headings
        if text and fold_label(text) not in {*field.labels, field.id}
    )


def _find_identity_row(
    texts: Texts, plan: ReadingPlan
) -> tuple[int, dict[str, dict[str, list[int]]]]:
    """Return the row with the most identifiers: its number, and sheet → field → columns."""
    rows: dict[int, dict[str, dict[str, list[int]]]] = {}
    for (row, column), text in sorted(texts.items()):
        match = _IDENTITY.fullmatch(text.lower())
        if match is None or row > IDENTITY_ROWS:
            continue
        sheet = plan.sheets.get(match[1])
        if sheet and (match[2] == _STATUS or sheet.field(match[2])):
            fields = rows.setdefault(row, {}).setdefault(match[1], {})
            fields.setdefault(match[2], []).append(column)
    if not rows:
        return 0, {}
    best = max(rows, key=lambda row: sum(map(len, rows[row].values())))
    return best, rows[best]


def _choose(claims: list[int], named: NamedCells | None) -> int:
    """Choose among columns that claim one field: the one the defined name moved along with."""
    if named and named.column in claims:
        return named.column
    return claims[0]


def _find_header_row(
    head: SheetHead, sheet: SheetPlan, columns: Mapping[str, int], *, after: int
) -> int:
    """Return the row of the headings: of the table, by the headings, by the names, or the next.

    Excel moves tables and names along when rows are inserted; headings may have been written
    anew. The table comes first, because a row inserted right below the headings joins the table
    but not the cells that are named. A program that moves cells and leaves tables where they were
    is told by a table that begins beside the headings.
    """
    fields = {column: sheet.field(field) for field, column in columns.items()}
    matches = Counter(
        row
        for (row, column), text in head.texts.items()
        if row > after and (field := fields.get(column)) and fold_label(text) in field.labels
    )
    likely = [row for row, count in matches.items() if 2 * count >= len(columns)]
    tables = [
        row
        for row, column, _, _ in head.tables.values()
        if row > after and column in columns.values() and (matches[row] or not likely)
    ]
    if tables:
        return min(tables)
    named = [
        cells.row if cells.is_single else cells.row - 1
        for cells in head.named_columns(sheet).values()
    ]
    below = [row for row in named if row > after]
    if likely or below:
        return min(likely or below)
    # With the headings deleted the first entry stands right below the identities.
    row_id = head.texts.get((after + 1, columns.get(_ROW_ID_FIELD, 0)), "")
    return after if _ROW_ID.fullmatch(row_id) else after + 1
