"""Raw sheets: what a workbook holds, as Excel holds it, before anything is judged.

Intake (floor 4) makes them; parsing (floor 2) turns them into typed rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import polars as pl


class CellKind(StrEnum):
    """What a cell is beside its text, where that matters for its field."""

    FORMULA = "formula"
    ERROR = "error"
    NUMBER = "number"
    """A number in a column of text (a CPR number that lost its leading zero)."""
    TEXT = "text"
    """A text in a column of dates or numbers (a date typed as text)."""
    BOOLEAN = "boolean"
    MERGED = "merged"
    """Covered by a merged range, not its upper left cell."""
    PERCENT = "percent"
    """A number shown as a percentage: 1 is what `100%` becomes."""
    CURRENCY = "currency"
    """A number shown as money."""
    DAY = "day"
    """A number shown as a date or a time, in a column that has none (`1-2` becomes 1 February)."""
    ZEROS = "zeros"
    """A number shown with zeros before it that it has not got."""
    REPAIRED = "repaired"
    """Had non-breaking or zero-width characters, or decomposed letters; the text is repaired."""


@dataclass(frozen=True, slots=True)
class SheetTotals:
    """Control totals of one sheet: `xml == read + blank + quarantined`, always.

    Attributes:
        xml: Rows present in the file below the header.
        read: Rows with at least one entry.
        blank: Rows without an entry (pre-made, formatted, formulas only).
        quarantined: Rows that hold something but could not be read as a row.
    """

    xml: int
    read: int
    blank: int
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One entry sheet as text.

    Attributes:
        sheet: Sheet identifier of the form (`forloeb`).
        title: The name on the tab in this file.
        frame: One row per row with an entry, in sheet order. Column `raekke` (Int32) is the
            Excel row; every other column is a field identifier (String, null when empty), one
            for each field found, `raekke_id` and `annuller` included, `status` not. Dates are
            `yyyy-mm-dd hh:mm:ss` as the reader prints them, numbers are plain decimals.
        columns: Field identifier → column letter in this file.
        missing: Field identifiers of the form that the sheet lacks.
        kinds: (Excel row, field) → kinds that matter. Only entries that need saying.
        totals: Control totals.
    """

    sheet: str
    title: str
    frame: pl.DataFrame
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()
    kinds: Mapping[tuple[int, str], frozenset[CellKind]] = field(default_factory=dict)
    totals: SheetTotals = SheetTotals(0, 0, 0)


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """A workbook as read.

    Attributes:
        sha256: Hash of the file's bytes, hexadecimal.
        name: File name without folder.
        meta: The hidden sheet: `form_version`, `workbook_id`, `kommune_kode`, `aar`, `sprog`,
            `parent`, `issued_at`, `signature`.
        cover: Field of the Forside → (text or None, cell address).
        sheets: Sheet identifier → raw sheet, for those found.
        missing: Entry sheets of the form that the workbook lacks.
        date1904: A number read as a date counts from 1904 (once the habit of Excel for Mac).
        saved_at: When the program that saved it says that it did, UTC; None where it does not say.
    """

    sha256: str
    name: str
    meta: Mapping[str, str]
    cover: Mapping[str, tuple[str | None, str]]
    sheets: Mapping[str, RawSheet]
    missing: tuple[str, ...] = ()
    date1904: bool = False
    saved_at: datetime | None = None
