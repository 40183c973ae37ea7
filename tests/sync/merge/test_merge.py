"""What sync does with ordinary files: new, changed, withdrawn, the same again, rows missing.

Invariants of the design that are shown here on one small case each (the property tests show
them in general): I3 same bytes, I4 same content, I6 subset, I9 blocked case.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.merge.commit import Status
from tests.support.submissions import Sending, codes, rows, send, submit, sync
from tests.support.waiting import quarantined

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

FIRST = """
# borger
| id | cpr        | sagsbehandler |
| 1  | 6101801234 | AB            |
| 2  | 6202801235 | CD            |

# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            | 12.5         |
| 2  | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 |              |
"""


def test_a_first_file_is_new(store: Store) -> None:
    """Every row of a first file becomes a record under its own id."""
    receipt = send(store, FIRST, Sending())
    assert receipt.status is Status.MERGED
    assert receipt.number == "956-2026-000001"
    assert (receipt.sheets["borger"].new, receipt.sheets["forloeb"].new) == (2, 2)
    assert rows(store)["raekke_id"].to_list() == ["K7Q2M9XA-F-0001", "K7Q2M9XA-F-0002"]
    assert rows(store)["timer_pr_uge"].to_list() == [12.5, None]
    assert rows(store)["slut_dato"].to_list() == [None, date(2026, 2, 1)]


def test_the_same_bytes_change_nothing(store: Store) -> None:
    """The same file again is not merged again and gets the same receipt (I3)."""
    file = submit(FIRST)
    first = sync(store, file)[0]
    before = state_hash(store)
    again = sync(store, file)[0]
    assert (first.is_new, again.is_new) == (True, False)
    assert again.receipt == first.receipt
    assert state_hash(store) == before


def test_the_same_content_changes_nothing(store: Store) -> None:
    """Another program's bytes with the same content are a commit that changes nothing (I4)."""
    send(store, FIRST, Sending())
    before = rows(store)
    receipt = send(store, FIRST, Sending(minute=5, salt="saved by another program"))
    assert receipt.sheets["forloeb"].unchanged == 2
    assert rows(store).equals(before)


def test_sorted_rows_change_nothing(store: Store) -> None:
    """A sorted sheet says the same; rows keep their record by their id."""
    send(store, FIRST, Sending())
    before = rows(store)
    turned = """
    # forloeb
    | id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge |
    | 2  | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 |              |
    | 1  | 6101801234 | revurdering  | 2026-01-05 |            | 12.5         |
    # borger
    | id | cpr        | sagsbehandler |
    | 2  | 6202801235 | CD            |
    | 1  | 6101801234 | AB            |
    """
    receipt = send(store, turned, Sending(minute=5))
    assert receipt.sheets["forloeb"].changed == 0
    assert rows(store).equals(before)


def test_an_edit_changes_its_group_alone(store: Store) -> None:
    """An edited end date changes the period; the rest keeps the file and row it came from."""
    send(store, FIRST, Sending())
    ended = FIRST.replace("2026-01-05 |            |", "2026-01-05 | 2026-02-20 |")
    receipt = send(store, ended, Sending(minute=5))
    assert (receipt.sheets["forloeb"].changed, receipt.sheets["forloeb"].unchanged) == (1, 1)
    row = rows(store).row(0, named=True)
    assert row["slut_dato"] == date(2026, 2, 20)
    assert (row["kilde"], row["raekke"], row["kilder"]) == (1, 4, '{"periode":[2,4]}')


def test_annulling_withdraws(store: Store) -> None:
    """Annullér is the withdrawal of a row: a version of its own that statistics leave out."""
    send(store, FIRST, Sending())
    annulled = """
    # borger
    | id | cpr        | sagsbehandler |
    | 1  | 6101801234 | AB            |
    | 2  | 6202801235 | CD            |
    # forloeb
    | id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge | annuller |
    | 1  | 6101801234 | revurdering  | 2026-01-05 |            | 12.5         | dublet   |
    | 2  | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 |              |          |
    """
    receipt = send(store, annulled, Sending(minute=5))
    assert (receipt.sheets["forloeb"].withdrawn, receipt.sheets["forloeb"].changed) == (1, 0)
    assert rows(store)["annuller"].to_list() == ["dublet", None]


def test_a_blocked_case_waits_and_the_rest_merges(store: Store) -> None:
    """A FEJL blocks its case; the last accepted version stays in force, others merge (I9)."""
    send(store, FIRST, Sending())
    faulty = """
    # borger
    | id | cpr        | sagsbehandler | blocked |
    | 1  | 6101801234 | XX            | x       |
    | 2  | 6202801235 | YY            |         |
    # forloeb
    | id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge | blocked |
    | 1  | 6101801234 | revurdering  | 2026-01-05 | 2025-01-01 | 12.5         | x       |
    | 2  | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 | 5            |         |
    """
    found = {"code": "FOR-001", "severity": "FEJL", "sheet": "forloeb", "cell": "E4"}
    receipt = send(store, faulty, Sending(minute=5, findings=(found,)))
    assert receipt.status is Status.QUARANTINE
    assert [(w.sheet, w.row, w.codes) for w in receipt.waiting] == [
        ("borger", 4, ()),
        ("forloeb", 4, ("FOR-001",)),
    ]
    assert rows(store)["slut_dato"].to_list() == [None, date(2026, 2, 1)]
    assert rows(store, "borger")["sagsbehandler"].to_list() == ["AB", "YY"]
    waiting = {w.row_id: w.values for w in quarantined(store, "956")}
    assert waiting["K7Q2M9XA-F-0001"]["slut_dato"] == "2025-01-01"


def test_a_corrected_case_leaves_the_quarantine(store: Store) -> None:
    """The next file has the case right: it merges whole, also what changed while it waited."""
    send(store, FIRST, Sending())
    faulty = FIRST.replace("| timer_pr_uge |", "| timer_pr_uge | blocked |")
    faulty = faulty.replace("12.5         |", "20           | x       |")
    faulty = faulty.replace("2026-02-01 |              |", "2026-02-01 |              |         |")
    assert send(store, faulty, Sending(minute=5)).sheets["forloeb"].quarantined == 1
    receipt = send(store, FIRST.replace("12.5", "20"), Sending(minute=9))
    assert receipt.status is Status.MERGED
    assert rows(store)["timer_pr_uge"].to_list() == [20, None]
    assert quarantined(store, "956") == []


def test_a_row_without_cpr_waits(store: Store) -> None:
    """A row whose CPR number could not be read belongs to no case and waits alone."""
    text = """
    # forloeb
    | id | cpr        | forloeb_type | start_dato |
    | 1  |            | revurdering  | 2026-01-05 |
    | 2  | 6202801235 | revalidering | 2026-01-12 |
    """
    receipt = send(store, text, Sending())
    assert (receipt.sheets["forloeb"].new, receipt.sheets["forloeb"].quarantined) == (1, 1)


def test_a_missing_row_is_no_deletion(store: Store) -> None:
    """A row that is gone stays in force; the receipt names it (HIS-001)."""
    many = FIRST + "\n".join(
        f"| {n} | 6101801234 | afklaringsforloeb | 2025-01-{n:02d} | 2025-02-{n:02d} | |"
        for n in range(3, 20)
    )
    send(store, many, Sending())
    lines = many.splitlines()
    fewer = "\n".join(line for line in lines if not line.startswith("| 7 "))
    receipt = send(store, fewer, Sending(minute=5))
    assert receipt.missing == (("forloeb", "K7Q2M9XA-F-0007"),)
    assert codes(receipt) == [("HIS-001", "")]
    assert rows(store).height == 19


def test_a_file_that_lost_a_tenth_is_held(store: Store) -> None:
    """More than a tenth of the rows gone: the file is held and nothing changes (HIS-002)."""
    send(store, FIRST, Sending())
    before = state_hash(store)
    half = """
    # borger
    | id | cpr        | sagsbehandler |
    | 1  | 6101801234 | NEW           |
    """
    receipt = send(store, half, Sending(minute=5))
    assert receipt.status is Status.HELD
    assert receipt.held == (3, 4)
    assert codes(receipt)[0] == ("HIS-002", "")
    assert rows(store, "borger")["sagsbehandler"].to_list() == ["AB", "CD"]
    assert state_hash(store) != before  # the hold itself is part of the state
    later = send(store, FIRST.replace("CD", "EF"), Sending(minute=9))
    assert later.status is Status.MERGED
    assert rows(store, "borger")["sagsbehandler"].to_list() == ["AB", "EF"]


MANY = """
# borger
| id | cpr        | sagsbehandler |
| 1  | 6101801234 | AB            |
| 2  | 6201801234 | CD            |
| 3  | 6301801234 | EF            |

# forloeb
| id | cpr        | forloeb_type      | start_dato |
| 1  | 6101801234 | afklaringsforloeb | 2025-01-05 |
| 2  | 6201801234 | revurdering       | 2025-02-05 |
| 3  | 6301801234 | arbejdsproevning  | 2025-03-05 |
"""


def with_citizens(text: str, *, sheet: str, cprs: tuple[str, ...]) -> str:
    """Return the text with other CPR numbers in one sheet, from the first row down."""
    head, _, rest = text.partition(f"# {sheet}\n")
    own, gap, others = rest.partition("\n\n#")
    for number, cpr in enumerate(cprs, start=1):
        own = re.sub(rf"\| {number}  \| \d+", f"| {number}  | {cpr}", own)
    return f"{head}# {sheet}\n{own}{gap}{others}"


TURNED = ("6301801234", "6101801234", "6201801234")
"""The citizens of `MANY`, in another order."""


def expect_held_for(receipt: Receipt, sheet: str, field: str) -> None:
    """The file is held for a column of three rows that was sorted alone, which it names."""
    assert (receipt.status, receipt.held) == (Status.HELD, (3, 6))
    assert codes(receipt)[0] == ("HIS-024", "")
    assert (receipt.findings[0]["sheet"], receipt.findings[0]["field"]) == (sheet, field)


@pytest.mark.parametrize("sheet", ["borger", "forloeb"])
def test_a_column_of_citizens_sorted_alone_is_held(store: Store, sheet: str) -> None:
    """Every row would be another citizen's: the file is held, named for it, and can be released."""
    send(store, MANY, Sending())
    before = rows(store)
    receipt = send(store, with_citizens(MANY, sheet=sheet, cprs=TURNED), Sending(minute=5))
    expect_held_for(receipt, sheet, "cpr")
    assert rows(store).equals(before)
    later = send(store, MANY.replace("CD", "XY"), Sending(minute=9))
    assert later.status is Status.MERGED


@pytest.mark.parametrize("sheet", ["borger", "forloeb"])
def test_a_sorted_copy_with_an_earlier_time_is_held(store: Store, sheet: str) -> None:
    """By its time it would be taken first and have nothing to be compared with; what came stands.

    Other files, of a time between the two and after both, are taken as ever.
    """
    send(store, MANY, Sending(minute=9))
    before = rows(store)
    receipt = send(store, with_citizens(MANY, sheet=sheet, cprs=TURNED), Sending(minute=5))
    expect_held_for(receipt, sheet, "cpr")
    assert rows(store).equals(before)
    between = send(store, MANY.replace("AB", "XY"), Sending(minute=7))
    later = send(store, MANY.replace("CD", "XY"), Sending(minute=12))
    assert {between.status, later.status} == {Status.MERGED}
    assert rows(store)["borger"].equals(before["borger"])


@pytest.mark.parametrize("minutes", [(5, 9), (9, 5)])
def test_a_good_file_beside_a_sorted_one_is_held_too(
    store: Store, minutes: tuple[int, int]
) -> None:
    """Which of two is the sorted one nobody can tell: the second is held, whatever the times."""
    first, second = minutes
    turned = with_citizens(MANY, sheet="forloeb", cprs=TURNED)
    send(store, turned, Sending(minute=first))
    before = rows(store)
    receipt = send(store, MANY, Sending(minute=second))
    assert (receipt.status, codes(receipt)[0]) == (Status.HELD, ("HIS-024", ""))
    assert rows(store).equals(before)


def test_a_good_file_of_an_earlier_time_than_a_held_one_is_taken(store: Store) -> None:
    """Beside what is in force it is no sorted column, though it is beside the held file."""
    send(store, MANY, Sending(minute=1))
    turned = with_citizens(MANY, sheet="forloeb", cprs=TURNED)
    assert send(store, turned, Sending(minute=9)).status is Status.HELD
    edited = send(store, MANY.replace("CD", "XY"), Sending(minute=5))
    assert edited.status is Status.MERGED
    assert edited.sheets["borger"].changed == 1


def test_a_column_of_dates_sorted_alone_is_held(store: Store) -> None:
    """Every forløb would have begun when another did: the file is held and names the column."""
    send(store, MANY, Sending())
    dates = iter(("2025-03-05", "2025-01-05", "2025-02-05"))
    turned = re.sub(r"2025-0\d-05", lambda _: next(dates), MANY)
    receipt = send(store, turned, Sending(minute=5))
    expect_held_for(receipt, "forloeb", "start_dato")


@pytest.mark.parametrize(
    ("sheet", "cprs"),
    [
        ("forloeb", ("6201801234",)),
        ("forloeb", ("6801801234", "6801811234", "6801821234")),
    ],
)
def test_corrected_citizens_are_not_held(store: Store, sheet: str, cprs: tuple[str, ...]) -> None:
    """One number typed for another citizen, and new numbers for all, are corrections."""
    send(store, MANY, Sending())
    receipt = send(store, with_citizens(MANY, sheet=sheet, cprs=cprs), Sending(minute=5))
    assert receipt.status is Status.MERGED
    assert "HIS-024" not in {code for code, _ in codes(receipt)}


def test_rows_sorted_without_their_ids_are_not_held_for_it(store: Store) -> None:
    """Where everything of the rows moved along, no citizen got another's dates."""
    send(store, MANY, Sending())
    lines = MANY.splitlines()
    first = lines.index("# forloeb") + 2
    moved = [lines[first + 1], lines[first + 2], lines[first]]
    lines[first : first + 3] = [
        f"| {number}  |" + line.split("|", 2)[2] for number, line in enumerate(moved, start=1)
    ]
    receipt = send(store, "\n".join(lines), Sending(minute=5))
    assert "HIS-024" not in {code for code, _ in codes(receipt)}


def test_an_empty_copy_changes_nothing(store: Store) -> None:
    """An empty file of the same workbook is held; nothing in force changes (I6)."""
    send(store, FIRST, Sending())
    before = rows(store)
    receipt = send(store, "# forloeb\n| id | cpr |", Sending(minute=5))
    assert receipt.status is Status.HELD
    assert rows(store).equals(before)


def test_a_nil_return_is_received(store: Store) -> None:
    """A kommune without cases says so; the file is merged and changes no row."""
    receipt = send(store, "# forloeb\n| id | cpr |", Sending(no_cases=True))
    assert (receipt.status, receipt.no_cases) == (Status.MERGED, True)
