"""One entry sheet lifted to the newest form: its cells, what stands around them, its table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpyxl.utils import column_index_from_string, range_boundaries

from fpsheet.ooxml.parts import MAIN, Element, Parts, parse, relations_of, serialise
from fpsheet.ooxml.shared_strings import SharedStrings
from fpsheet.ooxml.sheet_part import SheetPart
from fpsheet.upgrade.grid import (
    cells_of,
    fill_headings,
    is_filled,
    read_patterns,
    renew_cells,
    text_of,
)
from fpsheet.upgrade.placement import OldPlaces, Placement, place_columns
from fpsheet.upgrade.surroundings import renew_surroundings, renew_table
from fpsheet.workbook.build import plan_entry_sheet
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import CALCULATED_MARK, HEADER_ROW, IDENTITY_ROW
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.form import Sheet
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.raw import RawSheet

_ROW = f"{{{MAIN}}}row"
Cells = Mapping[int, Mapping[int, Element]]
"""Row → column → cell."""


@dataclass(frozen=True, slots=True)
class FreshColumn:
    """A column that the workbook lacked: where it stands now, and whether it must be filled."""

    sheet: str
    field: str
    letter: str


@dataclass(frozen=True, slots=True)
class ForeignColumn:
    """A column of the other country, which was out of sight.

    Attributes:
        sheet: Sheet identifier.
        letter: Where it stands, in sight now.
        field: The field that holds something; empty where the column was blank and is free now.
    """

    sheet: str
    letter: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A heading that reads otherwise now."""

    sheet: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Table:
    """The Excel table of a sheet: its part, its element, its last column and row."""

    part: str
    root: Element
    last_column: int = 1
    last_row: int = HEADER_ROW + 1


@dataclass(frozen=True, slots=True)
class EntryRenewal:
    """The renewal of one entry sheet.

    Attributes:
        parts: The package; changed in place.
        part: The sheet's part.
        issue: The issue, of the newest form and with the names that the tabs have.
        sheet: The form's sheet.
        raw: What the intake read in it.
        shared: The workbook's shared texts.
    """

    parts: Parts
    part: str
    issue: Issue
    sheet: Sheet
    raw: RawSheet
    shared: SharedStrings = field(repr=False)

    def run(self, ours: Element) -> tuple[Placement, tuple[Renaming, ...]]:
        """Renew the sheet and its table; return where the columns stand and which headings changed.

        Args:
            ours: The same sheet of a blank workbook, its styles shifted already.

        Raises:
            WorkbookFileError: Its headings are not where they can be renewed.
        """
        root = parse(self.parts[self.part])
        rows = {int(row.get("r", "0")): cells_of(row) for row in root.iter(_ROW)}
        table = self._table()
        standing = self._standing(rows, table)
        calculated = {*standing.helpers, standing.fields.get("status", 0)}
        last = max(
            table.last_row if table else HEADER_ROW + 1,
            *(number for number, cells in rows.items() if calculated & cells.keys()),
        )
        layout, _ = plan_entry_sheet(self.issue, self.sheet, row_count=last - HEADER_ROW)
        placement = place_columns(layout, standing)
        before = self._texts(rows[HEADER_ROW])
        patterns = {placement.letters[k]: v for k, v in read_patterns(ours).items()}
        renew_cells(root, placement, patterns)
        renew_surroundings(SheetPart(self.part, root, b""), ours, placement)
        if table:
            head = next(row for row in root.iter(_ROW) if row.get("r") == str(HEADER_ROW))
            fill_headings(head, range(1, placement.table_end + 1))
            renew_table(table.root, placement, self._texts(cells_of(head)))
            self.parts.write(table.part, serialise(table.root))
        self.parts.write(self.part, serialise(root))
        return placement, tuple(self._renamed(placement, before))

    def _texts(self, cells: Mapping[int, Element]) -> dict[int, str]:
        return {column: text_of(cell, self.shared) for column, cell in cells.items()}

    def _standing(self, rows: Cells, table: _Table | None) -> OldPlaces:
        identities = self._texts(rows.get(IDENTITY_ROW, {}))
        own = f"{self.sheet.id}."
        if HEADER_ROW not in rows or not any(t.startswith(own) for t in identities.values()):
            title = self.raw.title
            raise refuse(self.issue.spoken, "moved_heading", ark=title)
        fields = {name: column_index_from_string(c) for name, c in self.raw.columns.items()}
        status = next((c for c, text in identities.items() if text == f"{own}status"), 0)
        vacant = {at for name, at in fields.items() if name not in self._ids()}
        foreign = {fields[name] for name in self.foreign()}
        fields |= {"status": status} if status else {}
        helpers = frozenset(c for c, t in identities.items() if t.startswith(CALCULATED_MARK))
        filled = {c for cells in rows.values() for c, cell in cells.items() if is_filled(cell)}
        return OldPlaces(
            fields=fields,
            helpers=helpers,
            last=max(filled, default=1),
            table_end=table.last_column if table else 1,
            own=frozenset(filled - helpers - set(fields.values())),
            vacant=frozenset(vacant),
            hidden=frozenset(foreign),
        )

    def _ids(self) -> set[str]:
        return {each.id for each in self.sheet.fields}

    def foreign(self) -> tuple[str, ...]:
        """Return the fields that only the other country uses and that hold something."""
        form, land = self.issue.form, self.issue.jurisdiction
        return tuple(each.id for each in self.sheet.fields if not form.is_used(each, land))

    def _table(self) -> _Table | None:
        for relation in relations_of(self.parts, self.part):
            if relation.kind == "table" and relation.target in self.parts:
                table = _Table(relation.target, parse(self.parts[relation.target]))
                if table.root.get("name") == self.sheet.table:
                    _, _, column, row = range_boundaries(table.root.get("ref", "A3:A4"))
                    return replace(table, last_column=column or 1, last_row=row or HEADER_ROW + 1)
        return None

    def _renamed(self, placement: Placement, before: Mapping[int, str]) -> Iterator[Renaming]:
        for column in placement.layout.columns:
            if column.field and column.id not in placement.fresh:
                was = before.get(column_index_from_string(column.letter), "")
                if was != column.header:
                    yield Renaming(self.sheet.id, column.id, was, column.header)


def refuse(spoken: SpokenForm, key: str, **values: object) -> WorkbookFileError:
    """Return the exception that says a text under `command.upgrade`."""
    sentence = spoken.fill(f"command.upgrade.{key}", values)
    return WorkbookFileError(sentence, remedy=spoken.text(f"command.upgrade.{key}_remedy"))
