"""Reading JSON that somebody else wrote: what is not of its type is refused, and nothing is told.

The files themselves (payload, manifest, keyring, key files, receipts) are damaged in the tests of
the transport and the receipts; here are the types they are made of.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from fpsheet_sync.outside_json import MOST_ROWS, Count, Text, Value, read_json


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with every type that our files use."""

    text: Text
    count: Count
    value: Value
    at: datetime
    known: bool = False


WHOLE = '{"text": "æ", "count": 3, "value": 1.5, "at": "2026-03-02T08:00:00+00:00"}'
READ = Entry("æ", 3, 1.5, datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_an_editor_saved_is_read(encoding: str) -> None:
    """A key file opened and saved in an editor of Windows is the same key file."""
    assert read_json(WHOLE.encode(encoding), Entry) == READ


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"æ"', "7"),
        ('"æ"', "null"),
        ('"æ"', r'"a\u0000"'),
        ('"æ"', r'"\ud800"'),
        ('"æ"', f'"{"a" * 32769}"'),
        ("3", '"3"'),
        ("3", "3.0"),
        ("3", "true"),
        ("3", "-1"),
        ("3", str(MOST_ROWS + 1)),
        ("1.5", "true"),
        ("1.5", "NaN"),
        ("1.5", "Infinity"),
        ("1.5", "[1.5]"),
        ("1.5", str(-MOST_ROWS - 1)),
        ('"2026-03-02T08:00:00+00:00"', "1772438400"),
        ('"2026-03-02T08:00:00+00:00"', '"i går"'),
        ('"count": 3,', ""),
        ('"count": 3,', '"count": 3, "extra": 1,'),
        ("{", "[" * 100_000),
        ("}", ""),
        ("}", "}}"),
    ],
)
def test_what_is_not_of_its_type_is_refused(old: str, new: str) -> None:
    """Nothing is converted; the refusal holds nothing of what was read, not as a cause either."""
    damaged = WHOLE.replace(old, new, 1)
    assert damaged != WHOLE
    with pytest.raises(ValueError, match=r"^not of its type$") as refused:
        read_json(damaged.encode(), Entry)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_names_of_a_later_version_are_passed_over_where_that_is_asked() -> None:
    """A payload of a version that knows more is read as far as this one knows it."""
    later = WHOLE.replace("{", '{"new": [1], ', 1).encode()
    assert read_json(later, Entry, extra="ignore") == READ
