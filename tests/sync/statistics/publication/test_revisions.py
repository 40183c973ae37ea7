"""T22 of internal editions worked by hand: a small country is revised once in each way.

Two kommuner with ten awards of each level. 955 then corrects one højeste to mellemste and
withdraws one laveste; 956 reports one højeste late and hands one mellemste over to 955.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet.statistics.publishing import internal_edition
from tests.support.editions import edition, first_reports, issue, order, revised_reports, table_of
from tests.support.stores import KINDS, shared_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import Cell, Release


LATE, CORRECTED, WITHDRAWN = "Sen indberetning", "Rettelse", "Annulleret"
MOVED = "Borger flyttet til anden kommune"


@pytest.fixture(scope="module", params=KINDS)
def revised(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
) -> Iterator[Store]:
    """Return a store with two editions, which the tests only read."""
    folder = tmp_path_factory.mktemp("revised")
    with shared_store(request, folder, sqlite_template) as store:
        first_reports(store)
        issue(store, folder)
        revised_reports(store)
        issue(store, folder)
        yield store


def internal(store: Store, area: str = "GL") -> Release:
    """Return the second edition as it was counted."""
    return internal_edition(store, order(edition=2), area)[0]


def listed(release: Release, table_id: str, of: str) -> dict[tuple[str, str], tuple[Cell, ...]]:
    """Return the lines about one table: (row, column) → old, new, cause."""
    found = table_of(release, table_id)
    return {
        (key[1], key[2]): row[3:]
        for key, row in zip(found.keys, found.rows, strict=True)
        if key[0] == of
    }


def test_t22_lists_each_revised_count_with_its_cause(revised: Store) -> None:
    """Every count of T11 and T14 that changed, and none that did not."""
    second = internal(revised)
    # The country's højeste stayed 20 (one late, one corrected away), and so did its total of 60.
    assert listed(second, "T22", "T11") == {
        ("", "niveau_mellemste"): (20, 21, CORRECTED),
        ("", "niveau_laveste"): (20, 19, WITHDRAWN),
        ("955", "afgoerelser"): (30, 29, WITHDRAWN),
        ("955", "tilkendelse"): (30, 29, WITHDRAWN),
        ("955", "niveau_hoejeste"): (10, 9, CORRECTED),
        ("955", "niveau_mellemste"): (10, 11, CORRECTED),
        ("955", "niveau_laveste"): (10, 9, WITHDRAWN),
        ("956", "afgoerelser"): (30, 31, LATE),
        ("956", "tilkendelse"): (30, 31, LATE),
        ("956", "niveau_hoejeste"): (10, 11, LATE),
    }
    # 955 lost one (withdrawn) and got one (moved); 956 got one (late) and lost one (moved).
    assert listed(second, "T22", "T14") == {
        ("", "niveau_mellemste"): (20, 21, CORRECTED),
        ("", "niveau_laveste"): (20, 19, WITHDRAWN),
        ("955", "niveau_hoejeste"): (10, 9, CORRECTED),
        ("955", "niveau_mellemste"): (10, 12, f"{CORRECTED}; {MOVED}"),
        ("955", "niveau_laveste"): (10, 9, WITHDRAWN),
        ("956", "niveau_hoejeste"): (10, 11, LATE),
        ("956", "niveau_mellemste"): (10, 9, MOVED),
    }


def test_revised_numbers_are_marked_in_words_beside_the_row(revised: Store) -> None:
    """A last column names them, and the columns of numbers hold numbers alone."""
    found = table_of(internal(revised), "T11")
    assert found.columns[-1].label == "Revideret"
    marks = {key: row[-1] for key, row in zip(found.keys, found.rows, strict=True)}
    assert marks["956",] == "[r] Tilkendelser og afslag, Tilkendelser i alt, Tilkendelser: Højeste"
    assert marks["",] == "[r] Tilkendelser: Mellemste, Tilkendelser: Laveste"
    assert "[r] i kolonnen Revideret betyder" in found.lines[-1]
    assert not any("[r]" in str(cell) for row in found.rows for cell in row[:-1])


@pytest.mark.slow
def test_a_kommunes_edition_lists_its_own_revisions(revised: Store) -> None:
    """956's own T22 says what the national one says of 956."""
    own, national = internal(revised, "956"), internal(revised)
    ours = {key: row for key, row in listed(national, "T22", "T11").items() if key[0] == "956"}
    assert listed(own, "T22", "T11") == ours


def test_the_first_edition_revises_nothing(revised: Store) -> None:
    """No T22, no marks, and the cover says which edition it is."""
    first = edition(revised, 1)
    assert first.edition == "Udgave 1."
    assert not {"T22", "T22b"} & {table.id for table in first.tables}
    assert not any(column.id == "revideret" for table in first.tables for column in table.columns)


def test_an_edition_for_everybody_tells_of_none_of_them(revised: Store) -> None:
    """Five numbers changed by one or two: every print stands, and neither T22 nor a mark."""
    for area in ("GL", "955", "956"):
        first, second = edition(revised, 1, area), edition(revised, 2, area)
        assert [each.rows for each in first.tables if each.id != "T21"] == [
            each.rows for each in second.tables if each.id != "T21"
        ]
        assert second.edition == (
            "Udgave 2. Afløser udgave 1, opgjort pr. 2. marts 2026. Ingen tal er flyttet."
        )
