"""The one spelling of rows that the quick pass follows, letter by letter.

The quick pass and the bulk reader look at a sheet as text: they know a cell by how it is written.
XML lets the same cell be written in many ways. So what is to be followed stands here as a grammar
(a regular expression without memory, which polars' engine matches at some 500 MB a second), and
a sheet that is spelled otherwise in any place goes to the real parser (`normalise`). Nothing is
listed as odd: whatever the grammar does not name is odd.

An entry sheet has a block of calculated columns to the right of what people type; they make up
most of the file and nothing of them is read. It is cut off each row before anything looks at it.
"""

from fpsheet.intake.sheets.scan import ColumnKinds
from fpsheet.ooxml.address import column_letters

FEWEST = 3
"""So many columns are worth the cutting."""

NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
"""A number as every program writes it; `+5`, `.5`, `007` and `5E3` are for the real parser."""

STYLE = '(?: s="[0-9]{1,6}")?'
META = '(?: cm="[0-9]+")?(?: vm="[0-9]+")?'
_ROW_NUMBER = "[1-9][0-9]{0,6}"
_ATTRIBUTES = r'(?: [A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9]+)?="[^"<>&]*")*'
_SIGN = r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_TEXT = rf"(?:[^<&\r]|{_SIGN})*"
_FORMULA = rf"<f{_ATTRIBUTES}(?:/>|>{_TEXT}</f>)"
_SEEN = rf"(?:[^<&\s]|{_SIGN})"
_INLINE = rf'<is><t(?:/| xml:space="preserve">{_TEXT}</t|>{_SEEN}(?:{_TEXT}{_SEEN})?</t)></is>'
_SHOWN = rf'<v/>|<v(?: xml:space="preserve")?>{_TEXT}</v>'
_END = "</c>"
_ANY_CELL, _ROW_END = b"<c", b"</row"
_BLANK = rf'(?: t="[a-zA-Z]{{1,9}}")?{META}(?:/>|></c>)'
# What may follow the style, to the end of the cell.
_CELLS = (
    _BLANK,
    rf'(?: t="n")?{META}>(?:{_FORMULA})?<v>{NUMBER}</v>{_END}',
    rf'(?: t="n")?{META}>{_FORMULA}(?:<v/>|<v></v>)?{_END}',
    rf' t="s"{META}><v>[0-9]{{1,9}}</v>{_END}',
    rf' t="inlineStr"{META}>{_INLINE}{_END}',
    rf' t="b"{META}>(?:{_FORMULA})?<v>[01]</v>{_END}',
    rf' t="(?:str|e)"{META}>(?:{_FORMULA})?(?:{_SHOWN})?{_END}',
)
_NEAR = "A?[A-Z]"
"""Columns to `FAR_COLUMN`; what is filled beyond it is counted by the real parser."""

_FAR_BLANK = rf'<c r="[A-Z]{{2,3}}{_ROW_NUMBER}"{STYLE}{_BLANK}'


_CELL = rf'<c r="{_NEAR}{_ROW_NUMBER}"{STYLE}(?:{"|".join(_CELLS)})'
_ROW = rf'<row r="{_ROW_NUMBER}"{_ATTRIBUTES}(?:/>|>(?:{_CELL})*(?:{_FAR_BLANK})*</row>)\s*'

PLAIN_ROWS = rf"\A\s*(?:{_ROW})*\z"
"""Whole rows, and nothing else."""


def cut_block(content: bytes, columns: ColumnKinds, *, start: int, end: int) -> bytes:
    """Return the rows of a sheet without the block of calculated columns at the right.

    A row is cut only where the block stands there complete and last: its first column, its last
    column at the end, as many cells as it has columns, and then the row ends. Any other row stays
    as it is.

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
    while (cut := content.find(first, start, end)) >= 0:
        after = content.find(_ROW_END, cut, end)
        after = end if after < 0 else after
        is_whole = content.count(_ANY_CELL, cut, after) == len(block) and content.startswith(
            last, content.rfind(_ANY_CELL, cut, after)
        )
        kept.append(content[start : cut if is_whole else after])
        start = after
    kept.append(content[start:end])
    return b"".join(kept)
