"""The mark of unreadable cells on a frame, as the row expressions need it."""

import polars as pl

from fpsheet_templates.form import Sheet
from fpsheet_validation.rules.evaluate import UNREADABLE, unreadable_bit
from fpsheet_validation.typed import ROW, TypedSheet


def with_unreadable(typed: TypedSheet, sheet: Sheet) -> pl.DataFrame:
    """Give the rows with a bit per cell that holds something unreadable (see `evaluate`)."""
    bits = [0] * typed.frame.height
    if typed.unreadable.height:
        places = {row: place for place, row in enumerate(typed.frame[ROW].to_list())}
        for row, field_id in typed.unreadable.iter_rows():
            bits[places[row]] |= unreadable_bit(sheet, field_id)
    return typed.frame.hstack([pl.Series(UNREADABLE, bits, dtype=pl.UInt64)])
