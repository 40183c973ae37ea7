"""Where things stand in the workbook: rows, column letters and the names formulas use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from openpyxl.utils import column_index_from_string as column_index
from openpyxl.utils import get_column_letter, quote_sheetname
from xlsxwriter.utility import cell_autofit_width

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.style import column_pixels
from fpsheet_templates.expression import Always
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet

TITLE_ROW = 1
IDENTITY_ROW = 2
"""Hidden; holds fully qualified field identifiers, by which columns are found again."""
HEADER_ROW = 3
FIRST_ROW = 4
"""First row of data on an entry sheet."""

SPARE_ROWS = 500
"""Rows below the pre-made ones that counts and lists still see."""

REQUIRED_MARK = " *"

_MARGIN = 3
_INDENT, _BUTTON = 8, 19
"""Pixels at the left of a heading, and of the button of its filter at the right."""

_NARROWER = 0.965
"""LibreOffice's columns beside Excel's."""

_PADDING, _BOLDER = 7, 1.04
"""What xlsxwriter adds to a text, and bold Arial of ten points beside the Calibri it measures."""

_WIDEST_LABEL, _WIDEST_REQUIRED = 45, 38
"""Widths for labels at the most; what must be filled in stays on the screen."""

_ONE_LINE = 16
"""A heading up to this length is not broken."""

_MOST_LINES = 2
"""Lines of a heading; the row has room for no more."""

_STATUS_WIDTH = 18
"""A tenth of a screen: sign and field; the first fault is told whole above the headings."""

CALCULATED_MARK = "#"
"""Begins the identity of a calculated helper column; a reader passes it over."""

_NO_TEXTS = {FieldType.DATE, FieldType.INTEGER, FieldType.DECIMAL}


@dataclass(frozen=True, slots=True)
class Calculated:
    """A calculated column: what a formula makes of its own row; hidden but where it has a width.

    Attributes:
        id: Identifier, unique on the sheet and no field's (`n_cpr`).
        name: Defined name of its cell in the formula's own row.
        header: Text of the header cell.
        formula: The formula, without `=`.
        looks_below: Other formulas look in this column below their own row.
        named: Parts of the formula that stand once, as (name, formula).
        shown_width: Width in characters of a column that people see; 0 for a hidden one.
    """

    id: str
    name: str
    header: str
    formula: str
    looks_below: bool = False
    named: tuple[tuple[str, str], ...] = ()
    shown_width: int = 0


@dataclass(frozen=True, slots=True)
class EntryColumn:
    """One column of an entry sheet.

    Attributes:
        id: Field identifier, or the identifier of a calculated helper column.
        letter: Column letter.
        header: Text of the header cell, unique on the sheet.
        name: Defined name of its cell in the formula's own row.
        field: The form's field; None for a calculated helper column.
        formula: Formula of its cells, without `=`; empty where people type.
        width: Width in characters.
        is_hidden: Not shown to the person.
        looks_below: Other formulas look in this column below their own row.
        named: Parts of the formula that stand once, as (name, formula).
    """

    id: str
    letter: str
    header: str
    name: str
    field: Field | None
    formula: str
    width: int
    is_hidden: bool
    looks_below: bool = False
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the parts of an entry sheet stand.

    Attributes:
        sheet: The form's sheet.
        title: Name on the tab.
        columns: Every column of the table, left to right.
        last_row: Last pre-made row.
    """

    sheet: Sheet
    title: str
    columns: tuple[EntryColumn, ...]
    last_row: int

    def __getitem__(self, column_id: str) -> EntryColumn:
        """Return one column by its identifier; KeyError when the sheet lacks it."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    @property
    def table_ref(self) -> str:
        """Return the range of the Excel table, header included."""
        return f"A{HEADER_ROW}:{self.columns[-1].letter}{self.last_row}"

    def identity(self, column: EntryColumn) -> str:
        """Return the text of a column's cell in the hidden identity row."""
        return f"{self.sheet.id}.{column.id}" if column.field else column.id

    def data_ref(self, column_id: str) -> str:
        """Return the cells of a column below the header, spare rows included (`C4:C1603`)."""
        letter = self[column_id].letter
        return f"{letter}{FIRST_ROW}:{letter}{self.last_row + SPARE_ROWS}"

    @property
    def text_ref(self) -> str:
        """Return the cells where people type texts, spare rows included (`C4:C1603 D4:D1603`)."""
        texts = (f.id for f in self.sheet.entry_fields() if f.type not in _NO_TEXTS)
        return " ".join(map(self.data_ref, texts))

    def names(self) -> Iterator[tuple[str, str, bool]]:
        """Yield every defined name of the sheet, what it refers to, and whether people see it."""
        title = quote_sheetname(self.title)
        last = self.last_row + SPARE_ROWS
        for column in self.columns:
            letter = column.letter
            if column.field:
                yield (
                    heading_name(self.sheet.id, column.id),
                    f"{title}!${letter}${HEADER_ROW}",
                    True,
                )
            whole = f"{title}!${letter}${FIRST_ROW}:${letter}${last}"
            yield column_name(self.sheet.id, column.id), whole, False
            if column.looks_below:
                below = f"{title}!${letter}2:${letter}${last}"
                yield below_name(self.sheet.id, column.id), below, False
        for name, reference in self._own_row_names():
            yield name, f"{title}!{reference}", False
        for column in self.columns:
            for name, formula in column.named:
                yield name, formula, False

    def _own_row_names(self) -> Iterator[tuple[str, str]]:
        """Yield the names of the cells in a formula's own row, and what they refer to.

        The row is relative: a defined name is written as seen from row 1. Unlike a plain
        reference such a name does not follow a cell that is cut and pasted elsewhere, and unlike
        `[#This Row]` it does not become an external link when rows are copied to another file.
        """
        for column in self.columns:
            yield column.name, f"${column.letter}1"
        # Not in the form's order where a person moved columns.
        entries = sorted((self[f.id].letter for f in self.sheet.entry_fields()), key=column_index)
        yield raw_row_name(self.sheet.id), f"${entries[0]}1:${entries[-1]}1"
        read = [column.letter for column in self.columns if column.field is None]
        if read:
            yield read_row_name(self.sheet.id), f"${read[0]}1:${read[len(entries) - 1]}1"


def heading_name(sheet_id: str, field_id: str) -> str:
    """Return the name of a field's heading, which identifies the column: `c_forloeb_cpr`."""
    return f"c_{sheet_id}_{field_id}"


def column_name(sheet_id: str, column_id: str) -> str:
    """Return the name of a column's cells below the heading: `k_forloeb_cpr`, `k_forloeb_n_cpr`."""
    return f"k_{sheet_id}_{column_id.replace(CALCULATED_MARK, 'n_')}"


def below_name(sheet_id: str, column_id: str) -> str:
    """Return the name of a column's cells below the formula's own row: `under_vurdering_n_cpr`."""
    return f"under_{sheet_id}_{column_id.replace(CALCULATED_MARK, 'n_')}"


def raw_row_name(sheet_id: str) -> str:
    """Return the name of all cells a person fills in the formula's own row: `raa_forloeb`."""
    return f"raa_{sheet_id}"


def read_row_name(sheet_id: str) -> str:
    """Return the name of all read values in the formula's own row: `laest_forloeb`."""
    return f"laest_{sheet_id}"


def cell_name(sheet_id: str, field_id: str) -> str:
    """Return the name of a field's cell in the formula's own row: `r_forloeb_cpr`."""
    return f"r_{sheet_id}_{field_id}"


def value_name(sheet_id: str, field_id: str) -> str:
    """Return the name of a field's read value in the formula's own row: `n_forloeb_cpr`."""
    return f"n_{sheet_id}_{field_id}"


def visible_name(sheet_id: str, field_id: str) -> str:
    """Return the name of the formula that makes a cell's text plain: `synlig_forloeb_cpr`."""
    return f"synlig_{sheet_id}_{field_id}"


def written_name(sheet_id: str, field_id: str) -> str:
    """Return the name of the formula that reads a written date: `skrevet_forloeb_start_dato`."""
    return f"skrevet_{sheet_id}_{field_id}"


def holds_cpr_name(sheet_id: str, field_id: str) -> str:
    """Return the name of the formula that finds a CPR number: `cpr_i_borger_journal_nr`."""
    return f"cpr_i_{sheet_id}_{field_id}"


def list_name(list_id: str) -> str:
    """Return the name of the labels a person may pick from a code list: `liste_forloeb_type`."""
    return f"liste_{list_id}"


def entries_name(list_id: str) -> str:
    """Return the name of what a code field takes, labels then codes: `ord_forloeb_type`."""
    return f"ord_{list_id}"


def codes_name(list_id: str) -> str:
    """Return the name of the codes beside those words: `kode_forloeb_type`."""
    return f"kode_{list_id}"


def validity_names(list_id: str) -> tuple[str, str]:
    """Return the names of the codes' first day, and first day no longer in force, as numbers."""
    return f"fra_{list_id}", f"til_{list_id}"


def header_text(issue: Issue, sheet_id: str, field: Field) -> str:
    """Return the heading of a column; a field that must always be filled carries a star."""
    label = issue.label(sheet_id, field.id)
    return label + REQUIRED_MARK if is_always_required(field) else label


def is_always_required(field: Field) -> bool:
    """Return whether a field must be filled in every row."""
    return isinstance(field.required, Always)


def _width(issue: Issue, field: Field, header: str) -> int:
    """Return a width in which the heading is whole and most labels are."""
    if field.role is ColumnRole.STATUS:
        return _STATUS_WIDTH
    labels = [0]
    if field.codes:
        codes = issue.form.code_lists[field.codes].for_jurisdiction(issue.jurisdiction)
        labels = [len(code.label(issue.language)) for code in codes]
    widest = _WIDEST_REQUIRED if is_always_required(field) else _WIDEST_LABEL
    longest = min(max(labels, default=0) + _MARGIN, widest)
    least = max(field.width, longest)
    return next(width for width in count(least) if _is_whole(header, width))


def _is_whole(header: str, width: int) -> bool:
    """Return whether a heading is whole beside its filter's button in a column of a width."""
    room = column_pixels(width) * _NARROWER - _INDENT
    if room - _BUTTON < _pixels(header) <= room:
        return False  # It is not broken where it fits into a line, and would end below the button.
    beside = room - _BUTTON
    widths = [_pixels(f"{word} ") for word in header.split()]
    lines, left = 1, beside
    for wide in widths:
        lines, left = (lines, left - wide) if wide <= left else (lines + 1, beside - wide)
    return max(widths) <= beside and lines <= (1 if len(header) <= _ONE_LINE else _MOST_LINES)


def _pixels(text: str) -> float:
    """Return how many pixels a text takes in bold letters of ten points, rather too many."""
    return float(cell_autofit_width(text) - _PADDING) * _BOLDER


def plan_sheet(
    issue: Issue,
    sheet: Sheet,
    *,
    row_count: int,
    status: str = "",
    calculated: Sequence[Calculated] = (),
) -> SheetLayout:
    """Lay out an entry sheet: the form's columns, then the calculated ones, most of them hidden.

    Args:
        issue: The issue.
        sheet: An entry sheet of its form.
        row_count: Pre-made rows, at least one.
        status: Formula of the Status column, without `=`.
        calculated: Helper columns.
    """
    columns = []
    for number, field in enumerate(sheet.fields, start=1):
        header = header_text(issue, sheet.id, field)
        column = EntryColumn(
            id=field.id,
            letter=get_column_letter(number),
            header=header,
            name=cell_name(sheet.id, field.id),
            field=field,
            formula=status if field.role is ColumnRole.STATUS else "",
            width=_width(issue, field, header),
            is_hidden=field.role is ColumnRole.ROW_ID,
        )
        columns.append(column)
    for number, helper in enumerate(calculated, start=len(columns) + 1):
        column = EntryColumn(
            id=helper.id,
            letter=get_column_letter(number),
            header=helper.header,
            name=helper.name,
            field=None,
            formula=helper.formula,
            width=helper.shown_width or 10,
            is_hidden=not helper.shown_width,
            looks_below=helper.looks_below,
            named=helper.named,
        )
        columns.append(column)
    return SheetLayout(sheet, issue.title(sheet.id), tuple(columns), HEADER_ROW + row_count)
