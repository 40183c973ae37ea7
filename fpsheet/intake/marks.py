"""Whether a file that is refused unread is one of ours: told by the words that only ours has.

A file may be refused before its sheets are read: it has macros, or is in another format. Whether
it is ours says then whether it is worth cleaning. The hidden rows, the defined names and the
tables of our workbooks have names that other files do not have, and every format keeps them as
plain text in some part, with one byte or two for a letter.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE
from fpsheet.intake.plan import ReadingPlan
from fpsheet.ooxml.archive import Archive, DamagedPackageError

NOT_OURS = "STR-040"
_REACH = 16 * MEBIBYTE
"""So far into a part is looked: the hidden rows come first in every sheet of ours."""

_KEY = "cpr"
"""Field that every entry sheet has."""

_WHOLE = frozenset(f"STR-0{number:02d}" for number in (7, 8, 9, 10, 11, 26, 27, 29, 31, 32, 34))
_ODD = frozenset({"STR-021", "STR-022", "STR-024", "STR-025", "STR-033"})
"""Codes of refusals after which the words of the file can still be looked at: in a package that
reads, and in one whose parts are odd. What is cut off, damaged or encrypted may be ours."""
_MOST_ODD = 128 * MEBIBYTE
"""So much of an odd package is unpacked; beyond it nothing is certain."""


class _UncertainError(Exception):
    """What is in a package cannot all be looked at."""


def tell_foreign(
    opened: bytes | Archive, faults: tuple[IntakeFinding, ...], plan: ReadingPlan
) -> tuple[IntakeFinding, ...]:
    """Add to why a file is refused that it is none of ours, where that is certain.

    Args:
        opened: The package; the bytes of a file that is none, or that has odd parts.
        faults: Why it is refused.
        plan: What was looked for.

    Findings: STR-040.
    """
    found = {fault.code for fault in faults}
    if plan.is_list or not faults or found - _WHOLE - _ODD:
        return faults
    words = _own_words(plan)
    if isinstance(opened, Archive):
        contents = _contents(opened)
    else:
        contents = _odd_contents(opened) if found & _ODD else iter((opened[:_REACH],))
    try:
        is_ours = any(word in content for content in contents for word in words)
    except _UncertainError:
        return faults
    return faults if is_ours else (IntakeFinding(NOT_OURS), *faults)


def _odd_contents(data: bytes) -> Iterator[bytes]:
    """List the beginnings of the parts of a package that is read by no strict reader.

    Raises:
        _UncertainError: One of them cannot be unpacked, or they are too much.
    """
    left = _MOST_ODD
    try:
        with ZipFile(BytesIO(data)) as package:
            for entry in package.infolist():
                with package.open(entry) as part:
                    content = part.read(min(_REACH, left + 1))
                left -= len(content)
                if left < 0:
                    raise _UncertainError
                yield content
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise _UncertainError from error


def _contents(archive: Archive) -> Iterator[bytes]:
    """List the beginnings of the parts of a package; one that is damaged holds no words."""
    for name in archive.entries:
        try:
            yield archive.inflate(name)[:_REACH]
        except DamagedPackageError:
            continue


def _own_words(plan: ReadingPlan) -> list[bytes]:
    """List words that only our workbooks have, in one byte a letter and in two."""
    words = [f'"{sheet.table}"' for sheet in plan.sheets.values()]
    for sheet in plan.sheets:
        words += [f"{sheet}.{_KEY}", f"c_{sheet}_{_KEY}"]
    return [word.encode(codec) for word in words for codec in ("ascii", "utf-16-le")]
