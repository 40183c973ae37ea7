"""Stamping the workbook that was sent, where it lies."""

from pathlib import Path

from fpsheet.files import not_written, write_whole
from fpsheet.returned.opened_workbook import OpenedWorkbook
from fpsheet.returned.stamp import stamp_workbook

_LOCKS = ("~${name}", ".~lock.{name}#")
"""What Excel and LibreOffice put beside a file that is open."""


def stamp_file(path: Path, opened: OpenedWorkbook, sha256: str, *, language: str) -> None:
    """Write into a file that its next submission descends from what it was when it was sent.

    Args:
        path: The file.
        opened: What was sent of it.
        sha256: Hash of the bytes that were sent.
        language: Language of a refusal.

    Raises:
        WorkbookFileError: It is open, was saved since, or cannot be written; it is unchanged.
    """
    if is_open(path) or path.read_bytes() != opened.archive.data:
        raise not_written(str(path), language=language)
    stamped = stamp_workbook(opened.archive, opened.stamp, sha256)
    write_whole(path, stamped, language=language)


def is_open(path: Path) -> bool:
    """Return whether Excel or LibreOffice has a file open, and would write over ours later."""
    return any(path.with_name(lock.format(name=path.name)).exists() for lock in _LOCKS)
