"""The workbook as the rules across rows see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from fpsheet_validation.hit import Cell, Hit
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ANNUL, ROW, TypedSheet, empty_frame

CPR = "cpr"


@dataclass(frozen=True, slots=True)
class CheckedBook:
    """Everything a rule across rows may look at.

    Attributes:
        raw: The workbook as read.
        setting: Whose it is, when, in which language.
        sheets: The typed sheets that the file has.
        known: Sheet → rows accepted earlier and not in this workbook.
        hits: What the rules of cells and rows found.
        faulty: Cells at fault by themselves.
        repeated: Sheet → Excel rows that say exactly what an earlier row says. Their own rule
            speaks of them; no other rule counts them twice.
    """

    raw: RawWorkbook
    setting: Setting
    sheets: Mapping[str, TypedSheet]
    known: Mapping[str, pl.DataFrame]
    hits: Sequence[Hit]
    faulty: frozenset[Cell]
    repeated: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def frame(self, sheet_id: str) -> pl.DataFrame:
        """Return the typed rows of a sheet, annulled ones too; none where the file lacks it."""
        sheet = self.sheets.get(sheet_id)
        return empty_frame(self.setting.form, sheet_id) if sheet is None else sheet.frame

    def rows(self, sheet_id: str) -> pl.LazyFrame:
        """Return the rows that count: not annulled, not repeated and of a readable citizen.

        A cell at fault by itself is null, also where it has a value (a percentage of 176), so
        that nothing follows from it. Rows accepted earlier come after the file's own; their
        `raekke` is null.
        """
        frame = self.frame(sheet_id)
        earlier = self.known.get(sheet_id)
        if earlier is not None and earlier.height:
            unknown = pl.lit(None, dtype=pl.Int32()).alias(ROW)
            frame = pl.concat([frame, earlier.with_columns(unknown).select(frame.columns)])
        counts = pl.col(ANNUL).is_null() & pl.col(CPR).is_not_null()
        if self.repeated.get(sheet_id):
            again = pl.col(ROW).is_in(sorted(self.repeated[sheet_id])).fill_null(value=False)
            counts = counts & ~again
        return frame.lazy().filter(counts).with_columns(self._without_faulty(sheet_id))

    def _without_faulty(self, sheet_id: str) -> list[pl.Expr]:
        """Return the columns of a sheet that have cells at fault, with nulls in their place."""
        rows: dict[str, list[int]] = {}
        for sheet, row, field_id in self.faulty:
            if sheet == sheet_id and field_id != CPR:
                rows.setdefault(field_id, []).append(row)
        is_faulty = {
            field_id: pl.col(ROW).is_in(sorted(own)).fill_null(value=False)
            for field_id, own in rows.items()
        }
        return [
            pl.when(~is_faulty[field_id]).then(pl.col(field_id)).alias(field_id)
            for field_id in sorted(rows)
        ]

    def address(self, sheet_id: str, field_id: str, row: int, *, beside: str) -> str:
        """Return the address of a cell as a person would look it up from the sheet `beside`."""
        sheet = self.sheets[sheet_id]
        cell = f"{sheet.columns.get(field_id, '')}{row}"
        return cell if sheet_id == beside else f"{sheet.title}!{cell}"
