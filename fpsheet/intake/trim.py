"""Formulas of ours cut off the end of each row, before anybody looks at the row.

An entry sheet has a block of calculated columns to the right of what people type; they make up
most of the file and nothing of them is read. Cutting them is cheaper than reading them.
"""

from fpsheet.intake.address import column_letters
from fpsheet.intake.scan import ColumnKinds

FEWEST = 3
"""So many columns are worth the cutting."""

_ROW, _ROW_END, _CELL = b"<row ", b"</row>", b"<c "


def trim_rows(rows: bytes, columns: ColumnKinds) -> bytes:
    """Leave out the block of calculated columns at the right.

    A row is cut only where the block stands there complete and last: its first column, its last
    column at the end, and as many cells as it has columns. Any other row stays as it is.

    Args:
        rows: What stands between the sheetData tags.
        columns: What the columns hold.
    """
    block = sorted(c for c in columns.calculated if c > max(columns.read, default=0))
    if len(block) < FEWEST:
        return rows
    first = f'<c r="{column_letters(block[0])}'.encode()
    last = f'<c r="{column_letters(block[-1])}'.encode()
    before, *pieces = rows.split(_ROW)
    kept = [before]
    for row in pieces:
        start = row.find(first)
        is_whole = (
            start >= 0
            and row.count(_CELL, start) == len(block)
            and row.startswith(last, row.rfind(_CELL))
        )
        kept.append(row[:start] + _ROW_END if is_whole else row)
    return _ROW.join(kept)
