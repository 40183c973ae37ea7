"""Ways in which the merge went before, made again for a moment: what holds each point falls.

A test that passes says little of what it would catch. Here one step of the merge is what it was,
and the test that tells of it must fail; docs/merge.md has the rule of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from fpsheet_sync.merge.conflict import choose
from fpsheet_sync.merge.lineage import continue_sheet
from tests.sync.ledger import (
    test_corrections,
    test_decided_values,
    test_joint_cases,
    test_release,
    test_settled,
)
from tests.sync.merge import test_merge, test_one_row_each
from tests.sync.statistics.tables import test_statistics_ceased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

    from fpsheet_sync.database.record_layout import Layout
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.citizen_history import Known
    from fpsheet_sync.merge.soundness import CaseRules
    from fpsheet_sync.merge.state import State
    from fpsheet_sync.merge.told_decision import Decision
    from tests.support.stores import Stores

MERGE = "fpsheet_sync.merge"


def first_given(*given: object, **_: object) -> object:
    """Return what was given first: nothing is done."""
    return given[0]


def nothing_found(*_: object, **__: object) -> tuple[()]:
    """Return that nothing was found."""
    return ()


def no_day(*_: object, **__: object) -> None:
    """Return no day on which a kommune ceased."""


def nothing_told(*_: object) -> dict[str, object]:
    """Return that no receipt told anything: the base is what the parent's cells said."""
    return {}


def as_stored(_: object, records: Iterable[Known], __: object) -> tuple[Known, ...]:
    """Return records as they stand in the database."""
    return tuple(records)


def missed_again(
    base: pl.DataFrame, placed: pl.DataFrame, layout: Layout, *, source: int, let_go: object
) -> pl.DataFrame:
    """Go on with a line of descent as if nobody had let its rows go."""
    del let_go
    return continue_sheet(base, placed, layout, source=source)


def as_before(
    state: State, decision: Decision, source: int, *, rules: CaseRules, seen: object
) -> State:
    """Let a decision count only where the sides are those that were shown."""
    del seen
    return choose(state, [decision.choice], source, rules=rules).state


def late_value(store: Store) -> None:
    """Run the test of a file that comes late, with a value that nobody knew."""
    case = "another value from a third copy"
    test_corrections.test_a_file_saved_before_the_decision_comes_after_it(store, case)


def of(holds: Callable[[Store], None]) -> Callable[[Stores], None]:
    """Return a test of one store as a test of several."""
    return lambda stores: holds(stores.first())


def joint_case(stores: Stores) -> None:
    """Run the test of cases that two files make up together, on its first case."""
    texts, sheet, code = next(iter(test_joint_cases.CASES.values()))
    test_joint_cases.test_what_two_copies_make_up_together_passes_the_rules(
        stores, texts, sheet, code
    )


OLD: dict[str, tuple[str, Callable[..., object], Callable[[Stores], None]]] = {
    "A1 a decision cannot be corrected": (
        f"{MERGE}.replay.find_told",
        nothing_told,
        of(test_corrections.test_who_was_told_corrects_with_a_slow_clock),
    ),
    "A2 a decided value passes no rule": (
        f"{MERGE}.soundness.CaseRules.find_broken",
        nothing_found,
        of(test_decided_values.test_an_end_before_a_start_is_not_decided),
    ),
    "A2 a case of two files passes no rule": (
        f"{MERGE}.soundness.CaseRules.find_unfit",
        nothing_found,
        joint_case,
    ),
    "A3 rows that were let go are missed again": (
        f"{MERGE}.file_merge.continue_sheet",
        missed_again,
        of(test_release.test_later_files_are_not_held_for_the_same_rows),
    ),
    "A4 a citizen keeps two rows": (
        f"{MERGE}.file_merge.unite_citizens",
        first_given,
        of(test_one_row_each.test_a_link_told_late_leaves_one_row_and_both_values),
    ),
    "A5 what a kommune left open counts for ever": (
        "fpsheet_sync.statistics.facts.scope._ceased",
        no_day,
        lambda _: test_statistics_ceased.test_from_the_day_it_is_gone_its_open_rows_count_no_more(),
    ),
    "A6 a former number is shown as a pseudonym": (
        "fpsheet_sync.ledger.citizen_history._with_numbers",
        as_stored,
        of(test_settled.test_a_former_number_is_shown_as_a_number),
    ),
    "A7 a file saved before a decision undoes it": (
        f"{MERGE}.replay.decide",
        as_before,
        of(late_value),
    ),
    "nothing waits": (
        f"{MERGE}.file_merge.quarantine_rows",
        first_given,
        of(test_merge.test_a_blocked_case_waits_and_the_rest_merges),
    ),
}


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", OLD)
def test_the_old_way_is_caught(stores: Stores, way: str) -> None:
    """The test of the point fails while one step is as it was."""
    place, step, holds = OLD[way]
    with patch(place, step), pytest.raises((AssertionError, pytest.fail.Exception)):
        holds(stores)
