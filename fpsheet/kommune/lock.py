"""Whether a workbook is open in a spreadsheet program."""

from pathlib import Path

_LOCKS = ("~${name}", ".~lock.{name}#")
"""What Excel and LibreOffice put beside a file that is open."""


def is_open(path: Path) -> bool:
    """Tell whether Excel or LibreOffice has a file open, and would write over ours later."""
    return any(path.with_name(lock.format(name=path.name)).exists() for lock in _LOCKS)
