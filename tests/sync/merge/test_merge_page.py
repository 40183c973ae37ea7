"""The tables of docs/merge.md and the model of the merge name the same cases."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.ledger.state_hash import state_hash
from tests.support.merge_model import Played, Row, Sent, merge, play
from tests.support.submissions import Sending, codes, rows, submit, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.stores import Stores

CASES = "| told | said | held | what it means |"
COPIES = "| told | said by the earlier copy | said by the later copy |"
KINDS = ("from a file", "decided", "chosen in the sender's own line")
OWN, FILE, DECISION, NOW = 0, 1, 2, 3
"""Events: the sender's own before, another copy's file, a decision, and the file that comes."""


@dataclass(frozen=True)
class Seen:
    """Three values of a row, and what they are.

    Attributes:
        told: What the copy was told; None for nothing.
        is_decision: It was told that as a decision.
        said: What the file says.
        held: What is in force; None for nothing.
        kind: Where that came from.
    """

    told: float | None
    is_decision: bool
    said: float
    held: float | None
    kind: str


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the lines under a heading."""
    lines = page.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith(heading)) + 2
    found: list[list[str]] = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@pytest.fixture(scope="module")
def page() -> str:
    """The page."""
    return (Path(__file__).parents[3] / "docs" / "merge.md").read_text(encoding="utf-8")


def all_seen() -> Iterator[Seen]:
    """Return every way in which three values can be equal or not, wherever they come from.

    What a copy was told is in force still, or something else is: nothing only where nothing was
    told.
    """
    ways = product((None, 1.0), (False, True), (1.0, 2.0), (None, 1.0, 2.0, 3.0), KINDS)
    for told, is_decision, said, held, kind in ways:
        if told is None and (is_decision or said != 2.0 or held == 1.0):
            continue
        if held is None and (told is not None or kind != KINDS[0]):
            continue
        yield Seen(told, is_decision, said, held, kind)


def letters(line: list[str], seen: Seen) -> dict[str, float] | None:
    """Return letter → value where a line of the table is about three values; None where not."""
    found: dict[str, float] = {}
    notes = []
    for cell, value in zip(line[:3], (seen.told, seen.said, seen.held), strict=True):
        name, _, note = cell.removesuffix(", the row is new").partition(", ")
        notes.append(note)
        if (name == "nothing") != (value is None):
            return None
        if value is not None and found.setdefault(name, value) != value:
            return None
    if len(set(found.values())) < len(found):
        return None
    if notes[0] == "decided" and not seen.is_decision:
        return None
    return found if notes[2] in {"", seen.kind} else None


def modelled(seen: Seen) -> tuple[float, bool]:
    """Return what the model says is in force afterwards, and whether it is a conflict."""
    sources = dict(zip(KINDS, (FILE, DECISION, OWN), strict=True))
    played = Played(line={NOW: frozenset({OWN})})
    if seen.held is not None:
        is_decided = seen.kind != KINDS[0]
        played.rows["1"] = Row(seen.held, sources[seen.kind], is_decided)
    merge(played, NOW, "1", seen.told, seen.said)
    return played.rows["1"].value, bool(played.rows["1"].sides)


def test_every_case_of_the_model_stands_on_the_page(page: str) -> None:
    """Each way has a line, and whatever line is about it says what the model says."""
    lines = table(page, CASES)
    used: set[int] = set()
    for seen in all_seen():
        after, is_conflict = modelled(seen)
        about = [(at, letters(line, seen)) for at, line in enumerate(lines)]
        own = {at: values for at, values in about if values is not None}
        assert own, seen
        for at, values in own.items():
            first, _, rest = lines[at][4].partition(", ")
            either = {first, *([rest.removeprefix("or ")] if rest.startswith("or ") else [])}
            assert after in {values[name] for name in either}, (seen, lines[at])
            if len(either) == 1:
                assert is_conflict == ("**conflict**" in lines[at][3]), (seen, lines[at])
        used |= own.keys()
    assert used == set(range(len(lines)))


BORGERE = "# borger\n| id | cpr | pensionist_foer_reform | sagsbehandler | tidligere_cpr |\n"
NUMBER = "| 1 | 6101801234 | nej | AB | |\n"
NEW_NUMBER = "| 1 | 6202801235 | nej | AB | 6101801234 |\n"
VALUES = {"x": (1.0, "XX"), "y": (2.0, "YY"), "z": (3.0, "ZZ")}


def sheet(number: str, initials: list[str]) -> str:
    """Return Borgere with a citizen and some others, whose initials are what is typed."""
    others = (
        f"| {at} | 630380123{at} | nej | {each} | |\n" for at, each in enumerate(initials, start=2)
    )
    return BORGERE + number + "".join(others)


def test_two_copies_of_one_stamp_type_the_same_new_number(page: str, stores: Stores) -> None:
    """The page, the model and the database agree on each line, in whatever order files come.

    The last citizen is changed by the earlier copy alone, so that nothing tells which it was.
    """
    lines = table(page, COPIES)
    assert [tuple(line[:3]) for line in lines] == [
        tuple(way) for way in ("xyy", "xyx", "xyz", "xxz")
    ]
    told, earlier, later = ([line[at] for line in lines] for at in range(3))
    ends = [line[4] for line in lines]
    cells = [
        {str(at): VALUES[one][0] for at, one in enumerate(said, start=2)}
        for said in (told, earlier, later)
    ]
    played = play([Sent(None, {}, cells[0]), Sent(0, {}, cells[1]), Sent(1, {}, cells[2])])
    assert [(row.value, row.sides) for row in played.rows.values()] == [
        (VALUES[one][0], ()) for one in ends
    ]
    words = [[VALUES[one][1] for one in said] for said in (told, earlier, later)]
    first = submit(sheet(NUMBER, [*words[0], "AB"]))
    changed = sheet(NEW_NUMBER, [*words[1], "CD"])
    one = submit(changed, Sending(minute=10, parent=first.sha256))
    beside = sheet(NEW_NUMBER, [*words[2], "AB"])
    other = submit(beside, Sending(minute=20, parent=first.sha256))
    store = stores.first()
    receipt = sync(store, first, one, other)[-1].receipt
    assert rows(store, "borger")["sagsbehandler"].to_list()[1:5] == [VALUES[end][1] for end in ends]
    noticed = {cell for code, cell in codes(receipt) if code == "HIS-011"}
    assert noticed == {f"G{at}" for at, line in enumerate(lines, start=5) if line[5]} | {"G9"}
    again = stores.again(1)
    sync(again, other, first, one)
    assert state_hash(again) == state_hash(store)
    stores.close()
