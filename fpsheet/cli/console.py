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
_LONGEST_NAME = 14
"""Letters of a file's name that stand together where a table is folded; words are not broken."""

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
        # COLUMNS gives a width in a pipe too, where no window has it.
        width = shutil.get_terminal_size((0, 0)).columns if sys.stdout.isatty() else 0
        for line in lay_out(header, rows, width=width):
            self.say(line)


def lay_out(
    header: Sequence[str], rows: Sequence[Sequence[object]], *, width: int = 0
) -> list[str]:
    """Return the lines of a table; long headings are folded. A table without columns has none.

    Args:
        header: The headings.
        rows: The cells of each row.
        width: Columns of the terminal. A wider table leaves out the columns of numbers that are
            all zero, and folds its cells; where words would break, each row is a list of its
            cells, a heading before each. 0 for any width.

    >>> lay_out(["Ark", "Nye"], [["Job", 12]])
    ['Ark  Nye', '---  ---', 'Job   12']
    """
    if not header:
        return []
    cells = list(zip(*rows, strict=True)) or [()] * len(header)
    columns = [_read_column(*each) for each in zip(header, cells, strict=True)]
    widths, gap = [column.natural for column in columns], _GAP
    if 0 < width < sum(widths) + gap * (len(columns) - 1):
        columns = [column for column in columns if not column.is_nothing]
        widths, gap = _narrowed(columns, width)
        if sum(widths) + gap * (len(columns) - 1) > width:
            return _listed(columns, width)
    return _lines(columns, widths, gap)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table.

    Attributes:
        texts: Its heading, and its cells as they are shown.
        is_number: All its cells are numbers, or blank.
        is_nothing: None of its numbers is another than zero.
        natural: Its width with whole cells, and the heading folded where that is long.
        longest_word: Letters that its longest word needs.
    """

    texts: tuple[str, ...]
    is_number: bool
    is_nothing: bool
    natural: int
    longest_word: int


def _read_column(heading: str, cells: Sequence[object]) -> _Column:
    texts = (heading, *map(_show, cells))
    is_number = bool(cells) and all(isinstance(cell, int | float | None) for cell in cells)
    return _Column(
        texts,
        is_number,
        is_nothing=is_number and not any(cells),
        natural=max(map(len, (*(wrap(heading, _HEADING) or [""]), *texts[1:]))),
        longest_word=max(_unbroken(word) for text in texts for word in ["", *text.split()]),
    )


def _unbroken(word: str) -> int:
    """Return how many letters of a word stand together: all but those of a file's name."""
    is_name = any(letter.isdigit() for letter in word)
    return min(len(word), _LONGEST_NAME) if is_name else len(word)


def _narrowed(columns: Sequence[_Column], width: int) -> tuple[list[int], int]:
    """Return widths and the gap between them: headings are folded first, then cells.

    They take more than the width where no word may be broken.
    """
    widths = [column.natural for column in columns]
    words = [column.longest_word for column in columns]
    numbers = [each.longest_word if each.is_number else each.natural for each in columns]
    for floors, gap in ((numbers, _GAP), (words, _GAP), (words, 1)):
        if _shrink(widths, floors, width - gap * (len(columns) - 1)):
            break
    return widths, gap


def _shrink(widths: list[int], floors: Sequence[int], room: int) -> bool:
    """Make the widest column narrower until all have room, none below its floor; return whether."""
    while sum(widths) > room:
        spare = [at for at, floor in enumerate(floors) if widths[at] > floor]
        if not spare:
            return False
        widths[max(spare, key=lambda at: (widths[at], at))] -= 1
    return True


def _listed(columns: Sequence[_Column], width: int) -> list[str]:
    """Return the rows below each other: a line for each cell that says something."""
    headings, *rows = zip(*(column.texts for column in columns), strict=True)
    margin = min(max(map(len, headings)), width // 2) + _GAP
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for heading, text in zip(headings, row, strict=True):
            cell = wrap(text, width - margin, break_on_hyphens=False)
            folded = wrap(heading, margin - _GAP, break_on_hyphens=False) if cell else []
            parts = zip_longest(folded, cell, fillvalue="")
            lines += [f"{part:<{margin}}{of_cell}".rstrip() for part, of_cell in parts]
    return lines


def _lines(columns: Sequence[_Column], widths: Sequence[int], gap: int) -> list[str]:
    """Return the lines of a table: headings at the bottom of their block, cells at the top."""
    folded = [
        [wrap(text, wide, break_on_hyphens=False) or [""] for text in column.texts]
        for column, wide in zip(columns, widths, strict=True)
    ]
    heads, *bodies = zip(*folded, strict=True)
    height = max(map(len, heads))
    lowered = [[""] * (height - len(lines)) + lines for lines in heads]
    ruled = [["-" * wide] for wide in widths]
    lines = []
    for block in (lowered, ruled, *bodies):
        for cells in zip_longest(*block, fillvalue=""):
            parts = [
                cell.rjust(wide) if column.is_number else cell.ljust(wide)
                for cell, wide, column in zip(cells, widths, columns, strict=True)
            ]
            lines.append((" " * gap).join(parts).rstrip())
    return lines


def _show(cell: object) -> str:
    """Show a cell: points between thousands and a decimal comma, as Danish has it."""
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return f"{cell:,}".translate(_DANISH)
    return str(cell)
