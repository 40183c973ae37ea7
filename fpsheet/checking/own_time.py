"""A file's own time: when it was last saved, told by the file itself as far as it can be believed.

What a folder says of a file changes with every copy, mail and share. The program that saved the
workbook wrote the time into it, and a package is sealed and signed with its time.
"""

from datetime import UTC, datetime, timedelta

from fpsheet.intake.core_part import to_moment
from fpsheet_validation.raw import RawWorkbook

CLOCKS_DIFFER = timedelta(days=1)
"""So much may a file seem younger than what it came in: clocks and zones, LibreOffice's own."""

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""No workbook of ours is older."""


def own_time(workbook: RawWorkbook, sealed_at: str, lay_at: datetime | None) -> datetime | None:
    """Give the moment by which a file is ordered among those of its kommune.

    It is a function of the file alone where the file tells it, so that the order of arrival does
    not matter. A time before the workbook was issued is not that of a save; one after the package
    was sealed, or the file was put into the folder, cannot be. Then the next best counts.

    Args:
        workbook: The workbook; `saved_at` is what its program wrote.
        sealed_at: When its package was sealed, ISO; empty where it came in none.
        lay_at: What the folder says, UTC; None where it says nothing.
    """
    outside = _not_after(to_moment(sealed_at), lay_at) or lay_at
    saved = _not_after(workbook.saved_at, outside)
    issued = to_moment(workbook.meta.get("issued_at", "")) or _FIRST
    return saved if saved is not None and saved > issued else outside


def _not_after(moment: datetime | None, limit: datetime | None) -> datetime | None:
    """Give a moment; None where it lies after what must have come later."""
    if moment is None or (limit is not None and moment - limit > CLOCKS_DIFFER):
        return None
    return moment
