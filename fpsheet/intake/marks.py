"""Whether a file that is refused unread is one of ours: told by the words that only ours has.

A file may be refused before its sheets are read: it has macros, or is in another format. Whether
it is ours says then whether it is worth cleaning. The hidden rows, the defined names and the
tables of our workbooks have names that other files do not have, and every format keeps them as
plain text in some part, with one byte or two for a letter.
"""

from collections.abc import Iterator

from fpsheet.intake.archive import open_archive
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE
from fpsheet.intake.magic import ZIP_START
from fpsheet.intake.plan import ReadingPlan

NOT_OURS = "STR-040"
_REACH = 16 * MEBIBYTE
"""So far into a part is looked: the hidden rows come first in every sheet of ours."""

_KEY = "cpr"
"""Field that every entry sheet has."""

_TELLABLE = frozenset(f"STR-0{number:02d}" for number in (7, 8, 9, 10, 11, 26, 27, 29, 31, 32, 34))
"""Codes of refusals after which the words of the file can still be looked at."""


def tell_foreign(
    data: bytes, faults: tuple[IntakeFinding, ...], plan: ReadingPlan
) -> tuple[IntakeFinding, ...]:
    """Add to why a file is refused that it is none of ours, where that is certain.

    Findings: STR-040.
    """
    if plan.is_list or not faults or {fault.code for fault in faults} - _TELLABLE:
        return faults
    words = _own_words(plan)
    if any(word in content for content in _contents(data, plan) for word in words):
        return faults
    return (IntakeFinding(NOT_OURS), *faults)


def _contents(data: bytes, plan: ReadingPlan) -> Iterator[bytes]:
    """List what may hold words: the parts of a zip, or the file where it is none."""
    archive = open_archive(data, limits=plan.limits) if data.startswith(ZIP_START) else None
    if archive is None or isinstance(archive, IntakeFinding):
        yield data[:_REACH]
        return
    for name in archive.entries:
        content = archive.inflate(name)
        if not isinstance(content, IntakeFinding):
            yield content[:_REACH]


def _own_words(plan: ReadingPlan) -> list[bytes]:
    """List words that only our workbooks have, in one byte a letter and in two."""
    words = [f'"{sheet.table}"' for sheet in plan.sheets.values()]
    for sheet in plan.sheets:
        words += [f"{sheet}.{_KEY}", f"c_{sheet}_{_KEY}"]
    return [word.encode(codec) for word in words for codec in ("ascii", "utf-16-le")]
