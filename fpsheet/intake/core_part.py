"""The core properties of a workbook: when the program that saved it says that it did."""

import re
from datetime import UTC, datetime

from fpsheet.intake.received_package import Package

_PART = "docProps/core.xml"
_MODIFIED = re.compile(rb"<(?:[\w.-]+:)?modified(?:\s[^>]*)?>\s*([0-9T:.+Z-]{1,40})\s*</")


def read_saved_at(package: Package) -> datetime | None:
    """Return the moment of the last save, UTC; None where the file does not tell it.

    Excel writes UTC. LibreOffice writes the local time and calls it UTC; nobody can tell by how
    much that is wrong.
    """
    found = _MODIFIED.search(package.utf8(_PART) or b"")
    return to_moment(found.group(1).decode("ascii")) if found else None


def to_moment(text: str) -> datetime | None:
    """Return the moment of an ISO text, UTC where it names no zone; None where it is none.

    >>> to_moment("2026-03-02T08:00:00Z")
    datetime.datetime(2026, 3, 2, 8, 0, tzinfo=datetime.timezone.utc)
    >>> to_moment("2026-03-02"), to_moment("0001-01-01T00:00:00+14:00")
    (None, None)
    """
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
