"""What a person decides passes the rules of its row and its citizen, whoever decides it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.conflict_decision import conflicts, resolve_conflict
from fpsheet_sync.merge.submission import Choice
from fpsheet_templates.errors import StoreError
from tests.support.submissions import Sending, codes, rows, send

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt, ShownConflict
    from fpsheet_sync.merge.state import Plain

BOSS = Actor("kontorchefen", datetime(2026, 3, 9, tzinfo=UTC))
CASE = """
# borger
| id | cpr        | pensionist_foer_reform | sagsbehandler |
| 1  | 6101801234 | nej                    | AB            |
# vurdering
| id | cpr        | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 1  | 6101801234 | 2026-02-02     | {pct}           | 10                |
# forloeb
| id | cpr        | forloeb_type      | start_dato | slut_dato |
| 1  | 6101801234 | afklaringsforloeb | 2026-01-05 | {end}     |
| 2  | 6202801235 | afklaringsforloeb | 2026-01-12 | {other}   |
"""


def case(pct: str = "20", end: str = "", other: str = "") -> str:
    """Return a file."""
    return CASE.format(pct=pct, end=end, other=other)


def conflict(store: Store, **sides: tuple[str, str]) -> tuple[Receipt, ShownConflict]:
    """Let two copies say different things of one field."""
    ((field, (one, other)),) = sides.items()
    send(store, case())
    send(store, case(**{field: one}, other="2026-02-01"), Sending(minute=5))
    receipt = send(store, case(**{field: other}), Sending(minute=9))
    (shown,) = receipt.conflicts
    return receipt, shown


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"arbejdsevne_pct": -5, "maks_timer_pr_uge": 10.0}, "FLT-013"),
        ({"arbejdsevne_pct": 20, "maks_timer_pr_uge": 900.0}, "FLT-013"),
        ({"arbejdsevne_pct": None, "maks_timer_pr_uge": 10.0}, "FLT-001"),
        ({"arbejdsevne_pct": 20, "maks_timer_pr_uge": 10.55}, "FLT-012"),
    ],
    ids=["negative", "too many hours", "required", "decimals"],
)
def test_the_departement_cannot_decide_what_nobody_could_type(
    store: Store, values: dict[str, Plain], rules: str
) -> None:
    """The decision is refused with the rule, nothing changes, and a fit one is taken."""
    _, shown = conflict(store, pct=("30", "40"))
    with pytest.raises(StoreError, match=rules):
        resolve_conflict(store, shown.id, values, actor=BOSS, reason="ringet op")
    assert rows(store, "vurdering")["arbejdsevne_pct"].to_list() == [20]
    assert len(conflicts(store)) == 1
    fit: dict[str, Plain] = {"arbejdsevne_pct": 35, "maks_timer_pr_uge": 10.0}
    resolve_conflict(store, shown.id, fit, actor=BOSS, reason="ringet op")
    assert rows(store, "vurdering")["arbejdsevne_pct"].to_list() == [35]


def test_an_end_before_a_start_is_not_decided(store: Store) -> None:
    """FOR-001: by the departement it is refused, by a choice it does not count and is told."""
    receipt, shown = conflict(store, end=("2026-03-01", "2026-04-01"))
    assert shown.group != "slut_dato"
    values: dict[str, Plain] = {"start_dato": "2026-05-05", "slut_dato": "2026-04-01"}
    with pytest.raises(StoreError, match="FOR-001"):
        resolve_conflict(store, shown.id, values, actor=BOSS, reason="ringet op")
    choice = Choice(shown.id, values, seen=shown.seen, by="AB", reason="set efter")
    sending = Sending(minute=20, parent=receipt.sha256, choices=(choice,))
    told = send(store, case(end="2026-04-01"), sending)
    assert codes(told).count(("HIS-021", "")) == 1
    assert [one.id for one in told.conflicts] == [shown.id]
    assert rows(store)["slut_dato"].to_list()[0] is None


def test_what_was_wrong_before_does_not_hinder_a_decision(store: Store) -> None:
    """A fault elsewhere in the case is no fault of the decision."""
    wrong = "2025-01-01"
    send(store, case(end=wrong))
    send(store, case(pct="30", end=wrong, other="2026-02-01"), Sending(minute=5))
    receipt = send(store, case(pct="40", end=wrong), Sending(minute=9))
    (shown,) = receipt.conflicts
    values: dict[str, Plain] = {"arbejdsevne_pct": 30, "maks_timer_pr_uge": 10.0}
    resolve_conflict(store, shown.id, values, actor=BOSS, reason="ringet op")
    assert rows(store, "vurdering")["arbejdsevne_pct"].to_list() == [30]
