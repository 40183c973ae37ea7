"""The console: text a person reads and JSON a program reads, on any terminal."""

import codecs
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
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


def lay_out(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a table; long headings are folded. A table without columns has none.

    >>> lay_out(["Ark", "Nye"], [["Job", 12]])
    ['Ark  Nye', '---  ---', 'Job   12']
    """
    if not header:
        return []
    heads = [wrap(title, _HEADING) or [""] for title in header]
    height = max(map(len, heads))
    heads = [[""] * (height - len(lines)) + lines for lines in heads]
    above = list(map(list, zip(*heads, strict=True)))
    shown = [[_show(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*above, *shown, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(row[at], int | float | None) for row in rows)
        for at in range(len(header))
    ]
    lines = []
    for cells in (*above, ["-" * width for width in widths], *shown):
        parts = [
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(cells, widths, numeric, strict=True)
        ]
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def _show(cell: object) -> str:
    """Show a cell: points between thousands and a decimal comma, as Danish has it."""
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return f"{cell:,}".translate(_DANISH)
    return str(cell)
