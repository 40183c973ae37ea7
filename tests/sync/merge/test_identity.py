"""Which record a row is: pre-minted ids, blank ids, copies, reused rows, ids of others.

HIS-003, HIS-004, HIS-005, HIS-006, HIS-007, HIS-010.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.merge.commit import Status
from fpsheet_sync.merge.record_identity import derive_id, is_derived
from tests.support.submissions import Sending, codes, rows, send, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store

ONE = """
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            |
"""

# Rows that stay as they are, so that it is plain which file was edited from which.
OTHERS = "# vurdering\n| id | cpr | vurdering_dato | arbejdsevne_pct |\n" + "\n".join(
    f"| {n} | 6404801237 | 2025-01-{n:02d} | 50 |" for n in range(1, 15)
)


def ids(store: Store) -> list[str]:
    """Return the row ids in force of the sheet of forløb, without the workbook."""
    return [row_id.removeprefix("K7Q2M9XA-") for row_id in rows(store)["raekke_id"]]


def test_a_blank_id_is_made_from_the_natural_key(store: Store) -> None:
    """A row typed below the table gets the same id in every file, wherever it stands."""
    below = ONE + "|    | 6202801235 | revalidering | 2026-01-12 |            |"
    receipt = send(store, below)
    made = [row_id for row_id in rows(store)["raekke_id"] if is_derived(row_id)]
    assert receipt.assigned == (("forloeb", 5, made[0]),)
    moved = """
    # forloeb
    | row | id | cpr        | forloeb_type | start_dato | slut_dato  |
    | 90  |    | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 |
    | 4   | 1  | 6101801234 | revurdering  | 2026-01-05 |            |
    """
    changed = send(store, moved, Sending(minute=5))
    assert (changed.sheets["forloeb"].changed, changed.sheets["forloeb"].new) == (1, 0)
    assert changed.assigned == (("forloeb", 90, made[0]),)


def test_a_blank_id_survives_an_edited_key(store: Store) -> None:
    """A row without an id whose start date was corrected is found again as the same record."""
    below = ONE + "|    | 6202801235 | revalidering | 2026-01-12 |            |"
    send(store, below)
    before = ids(store)
    receipt = send(store, below.replace("2026-01-12", "2026-01-13"), Sending(minute=5))
    assert (receipt.sheets["forloeb"].changed, receipt.sheets["forloeb"].new) == (1, 0)
    assert ids(store) == before


def test_a_row_whose_id_was_lost_is_found_by_its_key(store: Store) -> None:
    """Cut and pasted elsewhere without its hidden id, a row is still the same record."""
    send(store, ONE)
    receipt = send(store, ONE.replace("| 1  |", "|    |"), Sending(minute=5))
    assert receipt.sheets["forloeb"].unchanged == 1
    assert receipt.missing == ()
    assert ids(store) == ["F-0001"]


def test_a_row_cut_into_another_pre_made_row_is_the_same_record(store: Store) -> None:
    """Cut without its hidden id and pasted where another id waits: the same record, not a twin."""
    send(store, OTHERS + ONE)
    cut = OTHERS + ONE.replace("| 1  |", "| 9  |")
    receipt = send(store, cut, Sending(minute=5))
    assert (receipt.sheets["forloeb"].unchanged, receipt.sheets["forloeb"].new) == (1, 0)
    assert receipt.missing == ()
    assert codes(receipt) == []
    assert ids(store) == ["F-0001"]
    ended = cut.replace("2026-01-05 |            |", "2026-01-05 | 2026-04-01 |")
    assert send(store, ended, Sending(minute=9)).sheets["forloeb"].changed == 1
    assert ids(store) == ["F-0001"]


@pytest.mark.parametrize(
    "typed", ["6101801234 | revurdering  | 2026-03-01", "6202801235 | revurdering  | 2026-03-01"]
)
def test_the_row_left_empty_by_a_cut_can_be_used_again(store: Store, typed: str) -> None:
    """What is typed where the row was is a new record; the one that was cut stays as it is."""
    send(store, OTHERS + ONE)
    cut = OTHERS + ONE.replace("| 1  |", "| 9  |")
    send(store, cut, Sending(minute=5))
    receipt = send(store, cut + f"| 1  | {typed} |            |", Sending(minute=9))
    assert (receipt.sheets["forloeb"].new, receipt.sheets["forloeb"].unchanged) == (1, 1)
    assert rows(store).height == 2
    assert rows(store)["start_dato"].to_list().count(date(2026, 1, 5)) == 1


@pytest.mark.parametrize("order", ["old first", "new first"])
def test_a_row_cut_and_copied_back_is_two_rows_of_two_records(store: Store, order: str) -> None:
    """Both places filled after a cut: the row that was sent keeps the record, the other is new."""
    send(store, OTHERS + ONE)
    line = ONE.splitlines()[-1]
    there, back = line.replace("| 1  |", "| 9  |"), line
    head = OTHERS + ONE.replace(line, "")
    send(store, head.rstrip() + "\n" + there, Sending(minute=5))
    both = [back, there] if order == "old first" else [there, back]
    receipt = send(store, head.rstrip() + "\n" + "\n".join(both), Sending(minute=9))
    assert (receipt.sheets["forloeb"].unchanged, receipt.sheets["forloeb"].new) == (1, 1)
    assert {code for code, _ in codes(receipt)} == {"HIS-007", "HIS-008"}
    returned = head.rstrip() + "\n" + back
    assert send(store, returned, Sending(minute=12)).sheets["forloeb"].new == 0


def test_a_copy_into_a_pre_made_row_is_a_record_of_its_own(store: Store) -> None:
    """Where the first row is still there, the second one with its key is new and pointed at."""
    send(store, OTHERS + ONE)
    twice = OTHERS + ONE + "| 9  | 6101801234 | revurdering  | 2026-01-05 | 2026-02-01 |"
    receipt = send(store, twice, Sending(minute=5))
    assert codes(receipt) == [("HIS-008", "B5")]
    assert ids(store) == ["F-0001", "F-0009"]


def test_rows_of_one_key_without_ids_stay_two(store: Store) -> None:
    """Two rows of the same natural key and without ids are two records, twice the same two."""
    twice = """
    # job
    | id | cpr        | job_type | start_dato | branche | timer_pr_uge |
    |    | 6101801234 | fleksjob | 2026-01-05 | 561010  | 10           |
    |    | 6101801234 | fleksjob | 2026-01-05 | 561010  | 5            |
    """
    assert send(store, twice).sheets["job"].new == 2
    assert send(store, twice, Sending(minute=5)).sheets["job"].unchanged == 2


def test_a_copied_row_becomes_a_new_record(store: Store) -> None:
    """A row copied with its hidden id and then changed: the original keeps the id (HIS-004)."""
    send(store, ONE)
    copied = ONE + "| 1  | 6101801234 | revalidering | 2026-03-01 |            |"
    receipt = send(store, copied, Sending(minute=5))
    assert codes(receipt) == [("HIS-004", "B5")]
    assert (receipt.sheets["forloeb"].new, receipt.sheets["forloeb"].unchanged) == (1, 1)
    again = send(store, copied, Sending(minute=9, salt="again"))
    assert again.sheets["forloeb"].unchanged == 2


def test_an_exact_copy_says_nothing_of_its_own(store: Store) -> None:
    """A row copied to the letter is the same record, once."""
    receipt = send(store, ONE + "| 1  | 6101801234 | revurdering  | 2026-01-05 |            |")
    assert receipt.sheets["forloeb"].new == 1
    assert ids(store) == ["F-0001"]


def test_copies_that_cannot_be_told_apart_wait(store: Store) -> None:
    """Two versions of one row in one file: the whole case waits, both rows named (HIS-005)."""
    send(store, ONE)
    both = ONE + "| 1  | 6101801234 | revurdering  | 2026-01-05 | 2026-02-01 |"
    receipt = send(store, both, Sending(minute=5))
    assert receipt.status is Status.QUARANTINE
    assert codes(receipt) == [("HIS-005", "B4"), ("HIS-005", "B5")]
    (details, _) = (found["details"] for found in receipt.findings)
    assert details == {"raekker": "4, 5"}
    assert receipt.waiting[0].codes == ("HIS-005",)
    assert rows(store)["slut_dato"].to_list() == [None]


def test_an_id_of_another_workbook_is_refused(store: Store) -> None:
    """A row copied from a workbook the kommune never sent waits with its case (HIS-006)."""
    foreign = ONE + "| ZZZZZZZZ-F-0001 | 6202801235 | revalidering | 2026-01-12 |            |"
    receipt = send(store, foreign)
    assert codes(receipt) == [("HIS-006", "B5")]
    assert (receipt.sheets["forloeb"].new, receipt.sheets["forloeb"].quarantined) == (1, 1)


@pytest.mark.parametrize("first", ["own", "other"])
def test_a_row_from_the_kommunes_other_workbook_is_taken(store: Store, first: str) -> None:
    """A row moved between two workbooks of one kommune keeps its record, in either order."""
    moved = submit(
        "# forloeb\n| id | cpr | forloeb_type | start_dato |\n"
        "| K7Q2M9XA-F-0001 | 6101801234 | revurdering | 2026-01-05 |",
        Sending(workbook="ZZZZZZZZ", minute=5),
    )
    files = [submit(ONE), moved]
    sync(store, *(files if first == "own" else reversed(files)))
    assert ids(store) == ["F-0001"]


def test_kommuner_do_not_touch_each_other(store: Store) -> None:
    """The same row ids in another kommune are other records (I8)."""
    send(store, ONE)
    send(store, ONE.replace("2026-01-05", "2026-05-05"), Sending(kommune="957", minute=5))
    assert rows(store)["start_dato"].to_list() != rows(store, kommune="957")["start_dato"].to_list()


def test_a_corrected_cpr_number_is_the_same_record(store: Store) -> None:
    """A corrected CPR number changes the record and is pointed at (HIS-010)."""
    send(store, OTHERS + ONE)
    receipt = send(store, OTHERS + ONE.replace("6101801234", "6101801235"), Sending(minute=5))
    assert codes(receipt) == [("HIS-010", "B4")]
    assert receipt.sheets["forloeb"].changed == 1


def test_a_reused_row_is_another_record(store: Store) -> None:
    """A row overwritten with another citizen's forløb does not erase the first (HIS-003)."""
    send(store, OTHERS + ONE)
    reused = OTHERS + ONE.replace(
        "6101801234 | revurdering  | 2026-01-05", "6202801235 | revalidering | 2026-03-01"
    )
    receipt = send(store, reused, Sending(minute=5))
    assert codes(receipt) == [("HIS-001", ""), ("HIS-003", "B4")]
    assert receipt.sheets["forloeb"].new == 1
    assert rows(store).height == 2
    ended = send(
        store,
        reused.replace("2026-03-01 |            |", "2026-03-01 | 2026-04-01 |"),
        Sending(minute=9),
    )
    assert (ended.sheets["forloeb"].changed, ended.sheets["forloeb"].new) == (1, 0)


def test_a_citizens_own_row_is_reused_only_if_the_citizen_is_elsewhere(store: Store) -> None:
    """On Borgere a new CPR number is a correction, unless the old one still has rows."""
    text = """
    # borger
    | id | cpr        | sagsbehandler |
    | 1  | 6101801234 | AB            |
    """
    text = OTHERS + text
    with_case = text + ONE
    send(store, with_case)
    elsewhere = text.replace("6101801234", "6505801238")
    send(store, elsewhere, Sending(kommune="957"))
    reused = send(
        store, with_case.replace("| 6101801234 | AB", "| 6202801235 | AB"), Sending(minute=5)
    )
    corrected = send(
        store, elsewhere.replace("6505801238", "6606801239"), Sending(kommune="957", minute=5)
    )
    assert codes(reused) == [("HIS-001", ""), ("HIS-003", "B4")]
    assert codes(corrected) == [("HIS-010", "B4")]


def test_two_copies_of_a_blank_workbook_do_not_collide(store: Store) -> None:
    """Two caseworkers filled the same pre-made row of two copies: both are kept (HIS-007)."""
    send(store, ONE)
    other = ONE.replace(
        "6101801234 | revurdering  | 2026-01-05", "6202801235 | revalidering | 2026-03-01"
    )
    receipt = send(store, other, Sending(minute=5))
    assert receipt.sheets["forloeb"].new == 1
    assert rows(store).height == 2


def test_derived_ids_look_like_ids() -> None:
    """A derived id has the workbook, the letter and thirteen digits, and depends on the key."""
    one, other = derive_id("K7Q2M9XA", "F", ("a", 1)), derive_id("K7Q2M9XA", "F", ("a", 2))
    assert one.startswith("K7Q2M9XA-F-")
    assert one != other
    assert is_derived(one)
    assert not is_derived("K7Q2M9XA-F-0001")
