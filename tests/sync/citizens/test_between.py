"""Rules between kommuner: both are told, and neither sees what the other wrote.

MEL-001 to MEL-010, MEL-012; also CPR numbers that were replaced.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.citizens.between import find_between
from fpsheet_sync.database.in_force import citizens
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_sync.merge.content import prepare
from tests.support.schema import SCHEMA
from tests.support.submissions import ACTOR, Sending, codes, send, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from tests.support.stores import Stores

FORLOEB = "# forloeb\n| id | cpr | forloeb_type | start_dato | slut_dato |\n"
JOB = "# job\n| id | cpr | job_type | start_dato | slut_dato | branche | timer_pr_uge |\n"
DECISION = "# afgoerelse\n| id | cpr | afgoerelse_dato | afgoerelse |\n"
MOVE = "# overdragelse\n| id | cpr | til_kommune | dato |\n"
CITIZEN = "# borger\n| id | cpr | sagsbehandler | tidligere_cpr |\n"

# code, what 955 sent, what fails in 956, what passes in 956
EXAMPLES = [
    (
        "MEL-001",
        FORLOEB + "| 1 | 6101801234 | revurdering | 2026-01-05 | |",
        FORLOEB + "| 1 | 6101801234 | revalidering | 2026-02-01 | |",
        FORLOEB + "| 1 | 6101801234 | revalidering | 2025-02-01 | 2026-01-05 |",
    ),
    (
        "MEL-002",
        JOB + "| 1 | 6101801234 | fleksjob | 2026-01-05 | | 561010 | 10 |",
        JOB + "| 1 | 6101801234 | skaanejob | 2026-02-01 | | 561010 | 10 |",
        JOB + "| 1 | 6202801235 | skaanejob | 2026-02-01 | | 561010 | 10 |",
    ),
    (
        "MEL-003",
        DECISION + "| 1 | 6101801234 | 2026-01-05 | tilkendelse |",
        DECISION + "| 1 | 6101801234 | 2026-01-05 | afslag |",
        DECISION + "| 1 | 6101801234 | 2026-01-06 | afslag |",
    ),
    (
        "MEL-004",
        CITIZEN + "| 1 | 6101801234 | AB | |",
        MOVE
        + "| 1 | 6101801234 | 955 | 2026-01-31 |\n"
        + FORLOEB
        + "| 1 | 6101801234 | revurdering | 2026-01-05 | |",
        MOVE
        + "| 1 | 6101801234 | 955 | 2026-01-31 |\n"
        + FORLOEB
        + "| 1 | 6101801234 | revurdering | 2026-01-05 | 2026-01-31 |",
    ),
    (
        "MEL-005",
        CITIZEN + "| 1 | 6101801234 | AB | |",
        MOVE + "| 1 | 6101801234 | 957 | 2026-01-31 |",
        # 955 has reported the one, and of the other no country reports anything.
        MOVE + "| 1 | 6101801234 | 955 | 2026-01-31 |\n| 2 | 6202801235 | danmark | 2026-01-31 |",
    ),
    (
        "MEL-006",
        CITIZEN + "| 1 | 6101801234 | AB | |",
        CITIZEN + "| 1 | 6101801234 | CD | |",
        CITIZEN + "| 1 | 6101801234 | CD | |\n" + MOVE + "| 1 | 6101801234 | 955 | 2026-01-31 |",
    ),
    (
        "MEL-007",
        CITIZEN + "| 1 | 6202801235 | AB | |",
        MOVE + "| 1 | 6101801234 | 958 | 2018-01-01 |",
        MOVE + "| 1 | 6101801234 | 958 | 2017-12-31 |",
    ),
    (
        "MEL-008",
        CITIZEN + "| 1 | 6202801235 | AB | |",
        MOVE + "| 1 | 6101801234 | 956 | 2026-01-31 |",
        MOVE + "| 1 | 6101801234 | 955 | 2026-01-31 |",
    ),
    (
        "MEL-009",
        CITIZEN + "| 1 | 6202801235 | AB | |",
        CITIZEN + "| 1 | 6101801234 | CD | 6202801235 |",
        CITIZEN + "| 1 | 6101801234 | CD | 6303801236 |",
    ),
    (
        "MEL-010",
        MOVE + "| 1 | 6101801234 | 956 | 2026-01-31 |",
        CITIZEN + "| 1 | 6202801235 | CD | |",
        CITIZEN + "| 1 | 6101801234 | CD | |",
    ),
    (
        "MEL-012",
        MOVE + "| 1 | 6101801234 | 956 | 2026-01-31 |",
        CITIZEN
        + "| 1 | 6101801234 | CD | |\n"
        + FORLOEB
        + "| 1 | 6101801234 | revurdering | 2026-01-31 | |",
        CITIZEN
        + "| 1 | 6101801234 | CD | |\n"
        + FORLOEB
        + "| 1 | 6101801234 | revurdering | 2026-01-30 | |",
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
def test_rule(stores: Stores, example: tuple[str, str, str, str]) -> None:
    """The rule fires on the failing file and is silent about the passing one."""
    code, theirs, fails, passes = example
    for own, count in ((fails, 1), (passes, 0)):
        store = stores.new()
        send(store, theirs, Sending(kommune="955", workbook="AAAAAAAA"))
        found = [finding for finding, _ in codes(send(store, own))]
        assert found.count(code) == count
        stores.close()


def test_both_sides_are_told(store: Store) -> None:
    """Whoever sends last gets it in the receipt; the other is named to be told, and is."""
    first, second = (text for _, text, other, _ in EXAMPLES[:1] for text in (text, other))
    send(store, first, Sending(kommune="955", workbook="AAAAAAAA"))
    synced = sync(store, submit(second))[0]
    assert synced.concerned == {"955"}
    with store.read() as connection:
        told = find_between(connection, "955")
    assert [(f.code, f.row) for f in told.findings] == [("MEL-001", 4)]
    assert told.records == ("AAAAAAAA-F-0001",)


def test_a_full_time_job_in_two_kommuner_is_told_until_one_ends_it(store: Store) -> None:
    """The advice done literally: the kommune the citizen left ends the job and hands over."""
    job = JOB + "| 1 | 6101801234 | ordinaer | {} | {} | DB25-O | 40 |"
    first = Sending(kommune="955", workbook="AAAAAAAA")
    send(store, job.format("2025-05-05", ""), first)
    here = send(store, job.format("2026-02-01", ""))
    assert "MEL-002" in [finding for finding, _ in codes(here)]
    ended = job.format("2025-05-05", "2026-01-31")
    moved = ended + "\n" + MOVE + "| 1 | 6101801234 | 956 | 2026-02-01 |"
    send(store, moved, replace(first, minute=5))
    with store.read() as connection:
        told = [find_between(connection, kommune).findings for kommune in ("955", "956")]
    assert not [f.code for findings in told for f in findings if f.code == "MEL-002"]


def test_a_receipt_shows_nothing_of_the_other(store: Store) -> None:
    """No code, date, name or number of the other kommune is in the receipt."""
    secret = FORLOEB + "| 1 | 6101801234 | revurdering | 2019-07-23 | |"
    send(store, secret, Sending(kommune="955", workbook="AAAAAAAA"))
    receipt = send(store, FORLOEB + "| 1 | 6101801234 | revalidering | 2026-02-01 | |")
    said = str(receipt.to_dict())
    assert "MEL-001" in said
    assert not [word for word in ("955", "2019-07-23", "AAAAAAAA", "6101801234") if word in said]


def test_replacement_numbers_belong_to_one_kommune(stores: Stores) -> None:
    """With real data two kommuner's equal replacement numbers are two citizens."""
    keys = derive_keys(b"\x08" * 32)
    store = stores.new(keys)
    text = FORLOEB + "| 1 | 6101801234 | revurdering | 2026-01-05 | |"
    files = [submit(text, Sending(kommune=k, workbook=f"AAAAA{k}")) for k in ("955", "956")]
    done = list(
        sync_submissions(store, [prepare(file, keys, SCHEMA.layouts) for file in files], ACTOR)
    )
    assert [synced.concerned for synced in done] == [frozenset(), frozenset()]


def test_a_replaced_cpr_number_counts_once(store: Store) -> None:
    """Two pseudonyms linked by tidligere_cpr are one person, until the link is withdrawn."""
    send(store, CITIZEN + "| 1 | 6202801235 | AB | |", Sending(kommune="955", workbook="AAAAAAAA"))
    linked = send(store, CITIZEN + "| 1 | 6101801234 | CD | 6202801235 |")
    assert persons(store) == 1
    send(store, CITIZEN + "| 1 | 6101801234 | CD | |", Sending(minute=5))
    assert persons(store) == 2
    assert persons(store, linked.commit) == 1


def persons(store: Store, as_of: int | None = None) -> int:
    """Count the persons that the pseudonyms stand for."""
    view = citizens(as_of)
    with store.read() as connection:
        return len({row.samlet for row in connection.execute(view.select())})
