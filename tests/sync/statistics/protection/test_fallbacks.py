"""Where a group of numbers cannot be rounded as the others, what is handed out says so.

A publication is made whole: counted, rounded, audited, written, kept, and built upon by the next.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet_sync.disclosure import part_rounding
from fpsheet_sync.disclosure.disclosure_error import DisclosureError
from fpsheet_sync.disclosure.means import Means, attempts
from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_templates.load import load_form
from tests.attack.figures import recomputed
from tests.attack.formats import read_csv, read_ods
from tests.attack.outside import foreign, otherwise, unrounded
from tests.attack.printed import Book, read_book
from tests.attack.verdict import PUBLIC, Country, attack, false_facts
from tests.support.editions import YEAR, inside, issue, report, ten_of_each, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.disclosure.means import Attempt, PartOrder


pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def audit_lines(folder: Path) -> list[str]:
    """Return all that the audit of an edition says, line by line."""
    (path,) = inside(folder).glob("*kontrol*.xlsx")
    rows = (row for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True))
    return [" | ".join(str(cell) for cell in row if cell is not None) for row in rows]


def exact_books(folder: Path) -> list[Book]:
    """Read every internal edition."""
    found = sorted(inside(folder).glob("*.xlsx"))
    return [read_book(path) for path in found if "kontrol" not in path.name]


def books(folder: Path) -> list[Book]:
    """Read every public edition in every format."""
    found = []
    for path in sorted(folder.glob("*.xlsx")):
        book = read_book(path)
        found += [book, read_ods(path.with_suffix(".ods"))]
        found.append(read_csv(path.with_name(f"{path.stem}-csv"), book))
    return found


def cells(found: Sequence[Book], code: str) -> set[object]:
    """Return what stands in the columns of counts of a table, in every book."""
    return {
        cell
        for book in found
        for table in book.tables
        if table.code == code
        for row in table.rows
        for heading, cell in zip(table.headings, row, strict=True)
        if heading.endswith("(antal)")
    }


FORCED = (Means.OTHER_BASE, Means.DEMAND_TWO, Means.COARSER, Means.LEFT_OUT)


@pytest.fixture
def forced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Means:
    """Let every other means fail for the groups of decisions, until the test says otherwise."""
    step: Means = request.param

    def only(order: PartOrder) -> Iterator[Attempt]:
        of_decisions = any(str(id_).startswith("afgoerelse.") for id_ in order.problem.ids)
        return (each for each in attempts(order) if not of_decisions or each.step is step)

    monkeypatch.setattr(part_rounding, "attempts", only)
    return step


@pytest.mark.slow
@pytest.mark.parametrize("forced", FORCED, indirect=True)
def test_what_is_protected_in_another_way_says_so(
    store: Store, tmp_path: Path, forced: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit names the group and the means; the books say what is left out or rounded further.

    An outsider who reads them in every format is told nothing false, and is left with enough; so is
    a kommune. The next edition is built upon it: what was left out is shown, and a base stays.
    """
    report(store, "955", {n: award for n, award in ten_of_each().items() if n % 4})
    report(store, "956", {n: award for n, award in ten_of_each().items() if n % 3})
    issue(store, tmp_path / "one", threshold=5)
    said = load_form().texts.get(f"statistics.audit.step.{forced}", "da")
    told = [line for line in audit_lines(tmp_path / "one") if said in line]
    assert any("T11b: " in line for line in told)
    write(store, tmp_path / "exact", internal=True)
    country = Country(books(tmp_path / "one"), exact_books(tmp_path / "exact"))
    truth = country.truth
    assert false_facts(country) == []
    assert [*otherwise(country.public)] == []
    for book in country.public:
        assert [*unrounded(book), *recomputed(book), *foreign(book)] == []
    known = country.printed.known
    assert all(known.low.get(key, 0) <= n <= known.high.get(key, n) for key, n in truth.items())
    for reader in (PUBLIC, *country.areas()):
        fewest = 2 if reader != PUBLIC and forced is Means.DEMAND_TWO else 3
        left = [found.range.width for found in attack(country, reader, trusting=True)]
        assert min(left, default=fewest) >= fewest
    shown = cells(country.public, "T11")
    assert ("[c]" in shown) == (forced in {Means.COARSER, Means.LEFT_OUT})
    assert (shown == {"[c]"}) == (forced is Means.LEFT_OUT)
    assert any(isinstance(each, int) and each % 10 for each in shown) == (
        forced not in {Means.OTHER_BASE, Means.LEFT_OUT}
    )
    monkeypatch.undo()
    report(store, "955", {n: award for n, award in ten_of_each().items() if n % 3}, minute=10)
    report(store, "956", {n: award for n, award in ten_of_each().items() if n % 4}, minute=10)
    issue(store, tmp_path / "two", threshold=5)
    again = cells(books(tmp_path / "two"), "T11")
    assert "[c]" not in again
    assert any(isinstance(each, int) and each % 10 for each in again) == (
        forced is not Means.OTHER_BASE
    )


def test_a_publication_without_time_publishes_nothing_and_names_the_choice(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over before the first group is rounded: no edition, no folder, a way out."""
    late = SimpleNamespace(time=lambda: float("inf"))
    monkeypatch.setattr(part_rounding, "time", late)
    report(store, "955", ten_of_each())
    report(store, "956", ten_of_each())
    with pytest.raises(DisclosureError, match="ikke færdig inden for tiden") as refused:
        issue(store, tmp_path / "none")
    assert "--minutes 120" in str(refused.value.remedy)
    with store.read() as connection:
        assert read_publications(connection, "GL", YEAR) == ()
    assert not list(tmp_path.glob("none*"))
    monkeypatch.undo()
    assert issue(store, tmp_path / "now").new == {"GL"}
