"""Where the access log ends, noted outside the database: what is cut off or put back is seen.

The end is noted beside the key after every run that writes a line, in the audit of every edition
and in every receipt. A log that does not hold the line of a note was cut off, or is an older copy.
"""

import os
import re
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

_TEXT = re.compile(r"\s*([0-9]{1,9}):([0-9a-f]{64})\s*")
FIRST = "0" * 64
"""Link before the first line."""


class LogEnd(NamedTuple):
    """The end of a log: how many lines, and the link of the last.

    >>> LogEnd.from_text(str(LogEnd(3, "ab" * 32))).lines
    3
    """

    lines: int
    link: str

    def __str__(self) -> str:
        """Return the end as notes have it."""
        return f"{self.lines}:{self.link}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Return the end that a note says; None for what is no such note."""
        match = _TEXT.fullmatch(text)
        return cls(int(match[1]), match[2]) if match else None


SPOILT = LogEnd(0, "")
"""Stands for a note that cannot be read; no log fits it."""


class Note(NamedTuple):
    """An end that was noted outside the database, and where."""

    end: LogEnd
    place: str


@dataclass(frozen=True, slots=True)
class LogMark:
    """The file beside the key in which the end of the log is noted."""

    file: Path

    def read(self) -> LogEnd | None:
        """Return the end; None where none was noted yet, and `SPOILT` where it cannot be read."""
        try:
            text = self.file.read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return SPOILT
        return LogEnd.from_text(text) or SPOILT

    def keep(self, end: LogEnd) -> None:
        """Note an end, unless a later one is noted already.

        A folder that cannot be written stops nobody's work: `db log` says how far the note goes.
        """
        known = self.read()
        if known is not None and (known == SPOILT or known.lines >= end.lines):
            return
        beside = self.file.with_name(f"{self.file.name}.{uuid.uuid4().hex[:8]}")
        with suppress(OSError):
            try:
                handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
                    file.write(f"{end}\n")
                beside.replace(self.file)
            finally:
                beside.unlink(missing_ok=True)


def misfits(notes: Iterable[Note], links: Mapping[int, str]) -> tuple[Note, ...]:
    """Return the notes that a log does not fit.

    Args:
        notes: What was noted.
        links: Number of a line → its link; 0 → `FIRST`.
    """
    return tuple(note for note in notes if links.get(note.end.lines) != note.end.link)
