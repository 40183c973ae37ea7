"""Formulas of ours cut off the end of each row, before anybody looks at the row.

An entry sheet has a block of calculated columns to the right of what people type; they make up
most of the file and nothing of them is read. Cutting them is cheaper than reading them.
"""

from fpsheet.intake.address import column_letters
from fpsheet.intake.scan import ColumnKinds

FEWEST = 3
"""So many columns are worth the cutting."""

_ROW, _ROW_END, _CELL = b"<row ", b"</row>", b"<c "


def trim_rows(content: bytes, columns: ColumnKinds, *, start: int, end: int) -> bytes:
    """Give the rows of a sheet without the block of calculated columns at the right.

    A row is cut only where the block stands there complete and last: its first column, its last
    column at the end, and as many cells as it has columns. Any other row stays as it is.

    Args:
        content: The sheet's part as UTF-8.
        columns: What the columns hold.
        start: Where the rows begin.
        end: Where they end, exclusive.
    """
    block = sorted(c for c in columns.calculated if c > max(columns.read, default=0))
    if len(block) < FEWEST:
        return content[start:end]
    first = f'<c r="{column_letters(block[0])}'.encode()
    last = f'<c r="{column_letters(block[-1])}'.encode()
    kept: list[bytes] = []
    # Nothing but what stays is copied: a sheet may be as large as memory allows.
    while start < end:
        after = content.find(_ROW, start + len(_ROW), end)
        after = end if after < 0 else after
        cut = content.find(first, start, after)
        if (
            cut >= 0
            and content.count(_CELL, cut, after) == len(block)
            and content.startswith(last, content.rfind(_CELL, cut, after))
        ):
            kept += content[start:cut], _ROW_END
        else:
            kept.append(content[start:after])
        start = after
    return b"".join(kept)
