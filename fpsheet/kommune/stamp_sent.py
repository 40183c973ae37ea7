"""Stamping the workbook that was sent, where it lies."""

import hashlib
from pathlib import Path

from fpsheet.files import not_written, write_whole
from fpsheet.kommune.lock import is_open
from fpsheet.returned.stamp import stamp_workbook


def stamp_file(path: Path, sha256: str, *, language: str) -> None:
    """Write into a file that its next submission descends from what it was when it was sent.

    Args:
        path: The file.
        sha256: Hash of the bytes that were sent.
        language: Language of a refusal.

    Raises:
        WorkbookFileError: It is open, was saved since, or cannot be written; it is unchanged.
    """
    content = path.read_bytes()
    if is_open(path) or hashlib.sha256(content).hexdigest() != sha256:
        raise not_written(str(path), language=language)
    write_whole(path, stamp_workbook(content, sha256), language=language)
