r"""Tables written in markdown inside a test, as rows.

    | cpr        | start_dato | timer_pr_uge |
    | ---------- | ---------- | ------------ |
    | 7107760001 | 2026-01-05 | 12,5         |
    |            | 2026-02-01 |              |

The line of dashes may be left out. A blank cell is None; everything else is text, spaces at
both ends removed. Inside a cell `\|` is a bar, `\n` a line break, and quotes keep what is
between them as it is: `"  x "`, `""` (empty text, not blank).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BAR = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r":?-{3,}:?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns.

    Attributes:
        title: Text of the heading (`# Forløb`) above it, empty where there is none.
        columns: Header, left to right.
        rows: One tuple per row, as long as the header.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def records(self) -> tuple[dict[str, str | None], ...]:
        """Return each row as column name to text."""
        return tuple(dict(zip(self.columns, row, strict=True)) for row in self.rows)


def read_table(text: str) -> Table:
    r"""Read the only table of a text.

    Raises:
        ValueError: There is not exactly one.

    >>> read_table("| a | b |\n| 1 |   |").records()
    ({'a': '1', 'b': None},)
    """
    tables = read_tables(text)
    if len(tables) != 1:
        raise ValueError(f"expected one table, found {len(tables)}")
    return tables[0]


def read_tables(text: str) -> tuple[Table, ...]:
    r"""Read all tables of a text, in order.

    A table ends at the first line that does not begin with a bar. The last heading line before
    it gives its title.

    Raises:
        ValueError: A row has more or fewer cells than its header.

    >>> [table.title for table in read_tables("# A\n| x |\n| 1 |\n\n# B\n| y |")]
    ['A', 'B']
    """
    return tuple(_make_table(title, lines) for title, lines in _split(text))


def _split(text: str) -> Iterator[tuple[str, list[str]]]:
    """Return title and lines of each table."""
    title, lines = "", list[str]()
    for line in [*map(str.strip, text.splitlines()), ""]:
        if line.startswith("|"):
            lines.append(line)
            continue
        if lines:
            yield title, lines
            title, lines = "", []
        if line.startswith("#"):
            title = line.lstrip("#").strip()


def _make_table(title: str, lines: list[str]) -> Table:
    header, *body = (_cells(line) for line in lines)
    rows = [row for row in body if not all(_RULER.fullmatch(cell or "") for cell in row)]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, its header {len(header)}: {row}")
    return Table(title=title, columns=tuple(cell or "" for cell in header), rows=tuple(rows))


def _cells(line: str) -> tuple[str | None, ...]:
    if not line.endswith("|") or line.endswith("\\|"):
        raise ValueError(f"a row must end with a bar: {line}")
    return tuple(_cell(part) for part in _BAR.split(line)[1:-1])


def _cell(part: str) -> str | None:
    text = part.strip().replace("\\|", "|").replace("\\n", "\n")
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    return text or None
