"""The console: text a person reads and JSON a program reads, on any terminal."""

import codecs
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import zip_longest
from textwrap import wrap

import click

from fpsheet.file_name import with_controls_named, without_controls

_STAND_INS = dict(
    zip("✓✔✗✖⚠ℹ━╸╺└", "++xx!i----", strict=True), **{"→": "->", "…": "...", "≤": "<="}
)
"""What is shown where a console lacks the symbol (a Danish Windows console knows cp1252)."""

_HANDLER = "fpsheet"
_GAP = 2
_HEADING = 20
_LONGEST_WORD, _LEAST = 14, 6
"""Letters of a word that is not broken where a table is folded, and of a column at the least."""

_DANISH = str.maketrans(",.", ".,")
_NARROWEST, _WIDTH = 40, 100
_COLOURS = {"KRITISK": "red", "FEJL": "red", "ADVARSEL": "yellow", "INFO": "blue"}


def prepare_streams() -> None:
    """Let standard output and error replace what they cannot show, instead of failing."""
    codecs.register_error(_HANDLER, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def wants_plain(environment: Mapping[str, str]) -> bool:
    """Return whether the person asked for no colours (no-color.org), or the terminal knows none."""
    return bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_STAND_INS.get(symbol, "?") for symbol in wrong), error.end


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command writes.

    Attributes:
        as_json: Nothing but JSON goes to standard output.
        is_plain: No colours, on a terminal either.
    """

    as_json: bool = False
    is_plain: bool = False

    @property
    def width(self) -> int:
        """Return the columns to fill: those of the terminal, within what reads well."""
        return min(max(shutil.get_terminal_size((_WIDTH, 0)).columns, _NARROWEST), _WIDTH)

    def paint(self, severity: str, text: str) -> str:
        """Return a text in the colour of a severity; click leaves colours out of a file or pipe."""
        if self.is_plain:
            return text
        return click.style(text, fg=_COLOURS.get(severity), bold=True)

    def say(self, text: str = "") -> None:
        """Write a line for a person; silent where a program listens."""
        if not self.as_json:
            click.echo(without_controls(text))

    def warn(self, text: str) -> None:
        """Write a line to standard error."""
        click.echo(without_controls(text), err=True)

    def give(self, value: object) -> None:
        """Write one line of JSON."""
        is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        said = json.dumps(value, ensure_ascii=not is_unicode)
        click.echo(with_controls_named(said))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a table in columns: numbers to the right, the rest to the left."""
        for line in lay_out(header, rows):
            self.say(line)

    def fitted_table(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a table as wide as the terminal at the most; whole in a file or a pipe."""
        for line in lay_out(header, rows, width=shutil.get_terminal_size((0, 0)).columns):
            self.say(line)


def lay_out(
    header: Sequence[str], rows: Sequence[Sequence[object]], *, width: int = 0
) -> list[str]:
    """Return the lines of a table; long headings are folded. A table without columns has none.

    Args:
        header: The headings.
        rows: The cells of each row.
        width: Columns of the terminal. A wider table leaves out the columns of numbers that are
            all zero, and folds its cells. 0 for any width.

    >>> lay_out(["Ark", "Nye"], [["Job", 12]])
    ['Ark  Nye', '---  ---', 'Job   12']
    """
    if not header:
        return []
    widths = _natural_widths(header, rows)
    if not width or _across(widths, _GAP) <= width:
        return _lines(header, rows, widths, _GAP)
    told = [at for at in range(len(header)) if not _is_nothing(at, rows)]
    header, rows = [header[at] for at in told], [[row[at] for at in told] for row in rows]
    widths = _natural_widths(header, rows)
    gap = _GAP
    words = [_longest_words(column) for column in zip(header, *_shown(rows), strict=True)]
    numbers = [
        word if _is_numeric(at, rows) else wide
        for at, (word, wide) in enumerate(zip(words, widths, strict=True))
    ]
    least = [_LEAST] * len(header)
    for floors, between in ((numbers, _GAP), (words, _GAP), (words, 1), (least, 1)):
        gap = between
        while _across(widths, gap) > width:
            spare = [wide - floor for wide, floor in zip(widths, floors, strict=True)]
            if max(spare) <= 0:
                break
            widest = max((wide, at) for at, wide in enumerate(widths) if spare[at] > 0)[1]
            widths[widest] -= 1
        else:
            break
    return _lines(header, rows, widths, gap)


def _lines(
    header: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[int], gap: int
) -> list[str]:
    """Return the lines of a table whose columns have given widths."""
    numeric = [_is_numeric(at, rows) for at in range(len(header))]
    folded = [
        [
            wrap(cell, wide, break_on_hyphens=False) or [""]
            for cell, wide in zip(cells, widths, strict=True)
        ]
        for cells in (header, *_shown(rows))
    ]
    heads, *bodies = folded
    height = max(map(len, heads))
    heads = [[""] * (height - len(lines)) + lines for lines in heads]
    ruled = [["-" * wide] for wide in widths]
    lines = []
    for block in (heads, ruled, *bodies):
        for cells in zip_longest(*block, fillvalue=""):
            parts = [
                cell.rjust(wide) if is_number else cell.ljust(wide)
                for cell, wide, is_number in zip(cells, widths, numeric, strict=True)
            ]
            lines.append((" " * gap).join(parts).rstrip())
    return lines


def _natural_widths(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    """Return how wide the columns are with whole cells, and headings folded where long."""
    heads = [max(wrap(title, _HEADING) or [""], key=len) for title in header]
    return [max(map(len, column)) for column in zip(heads, *_shown(rows), strict=True)]


def _across(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _longest_words(column: Sequence[str]) -> int:
    """Return the letters of a column's longest word; a longer one than a name's is broken."""
    return min(max(len(word) for text in column for word in [*text.split(), ""]), _LONGEST_WORD)


def _is_numeric(at: int, rows: Sequence[Sequence[object]]) -> bool:
    return bool(rows) and all(isinstance(row[at], int | float | None) for row in rows)


def _is_nothing(at: int, rows: Sequence[Sequence[object]]) -> bool:
    """Return whether a column is of numbers, none of which is another than zero."""
    return _is_numeric(at, rows) and not any(row[at] for row in rows)


def _shown(rows: Sequence[Sequence[object]]) -> list[list[str]]:
    return [[_show(cell) for cell in row] for row in rows]


def _show(cell: object) -> str:
    """Show a cell: points between thousands and a decimal comma, as Danish has it."""
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return f"{cell:,}".translate(_DANISH)
    return str(cell)
