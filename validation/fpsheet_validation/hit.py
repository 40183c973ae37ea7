"""Hits: where a rule struck, as rows of a frame, before they are worded as findings.

A frame carries a hundred thousand of them where objects could not, and lets consequences of one
cause be folded by joins. No column holds a cell's value.
"""

import polars as pl

SHEET = "ark"
FIELD = "felt"
CODE = "kode"
OTHER = "anden"
"""Address of another cell the sentence points to, or null."""

HIT_SCHEMA: dict[str, pl.DataType] = {
    SHEET: pl.String(),
    "raekke": pl.Int32(),
    FIELD: pl.String(),
    CODE: pl.String(),
    OTHER: pl.String(),
}


def no_hits() -> pl.DataFrame:
    """Give the frame of hits without a row."""
    return pl.DataFrame(schema=HIT_SCHEMA)


def gather(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Put frames of hits under each other."""
    return pl.concat([no_hits(), *frames])


def make_hits(rows: pl.Series, *, sheet: str, field: str, code: str) -> pl.DataFrame:
    """Give one hit per Excel row."""
    return pl.DataFrame({"raekke": rows}).select(
        pl.lit(sheet).alias(SHEET),
        pl.col("raekke").cast(pl.Int32),
        pl.lit(field).alias(FIELD),
        pl.lit(code).alias(CODE),
        pl.lit(None, dtype=pl.String()).alias(OTHER),
    )
