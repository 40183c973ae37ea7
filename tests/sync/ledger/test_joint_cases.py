"""A case that two copies make up together passes the rules, though neither sender typed it.

HIS-025: the case of the later file waits, and what was in force stays.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.ledger.state_hash import state_hash
from tests.support.submissions import Sending, codes, rows, send, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from tests.support.stores import Stores

CITIZENS = """
# borger
| id | cpr        | pensionist_foer_reform | sagsbehandler |
| 1  | 6101801234 | nej                    | AB            |
| 2  | 6202801235 | nej                    | {who}         |
"""
SPELL = """
# forloeb
| id | cpr        | forloeb_type     | start_dato | slut_dato | resultat |
| 1  | 6101801234 | arbejdsproevning | 2026-01-05 | {end}     | {result} |
"""
DECISIONS = """
# vurdering
| id | cpr        | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge | annuller |
| 1  | 6101801234 | 2026-01-20     | 20              | 5                 | {annul}  |
# afgoerelse
| id | cpr        | afgoerelse_dato | afgoerelse   | niveau | instans            |
"""
GRANTED = "| 1 | 6101801234 | 2026-02-02 | tilkendelse | hoejeste | kommunalbestyrelse |\n"
REFUSED = "| 9 | 6101801234 | 2026-02-02 | afslag | | kommunalbestyrelse |\n"


def spell(end: str = "", result: str = "", who: str = "AB") -> str:
    """Return a file with one spell."""
    return CITIZENS.format(who=who) + SPELL.format(end=end, result=result)


def decided(*decisions: str, annul: str = "", who: str = "AB") -> str:
    """Return a file with an assessment and decisions."""
    return CITIZENS.format(who=who) + DECISIONS.format(annul=annul) + "".join(decisions)


CASES = {
    # FOR-003: one copy ended the spell with a result, another takes its end away again.
    "a row": (
        (
            spell("2026-02-01"),
            spell("2026-02-01", "afgoerelse_truffet", who="CD"),
            spell(""),
        ),
        "forloeb",
        "FOR-003",
    ),
    # BRG-015: each copy has a decision of the same day, and not the same.
    "a case": (
        (decided(), decided(GRANTED, who="CD"), decided(REFUSED)),
        "afgoerelse",
        "BRG-015",
    ),
    # BRG-006: one copy grants a pension, another annuls the only assessment.
    "two sheets": (
        (decided(), decided(GRANTED, who="CD"), decided(annul="dublet")),
        "vurdering",
        "BRG-006",
    ),
}


@pytest.mark.parametrize(("texts", "sheet", "code"), CASES.values(), ids=CASES)
def test_what_two_copies_make_up_together_passes_the_rules(
    stores: Stores, texts: tuple[str, str, str], sheet: str, code: str
) -> None:
    """Each file passes alone; together they break a rule: the later case waits and is told why.

    The other citizen's rows of the same file are merged, and any order of arrival says the same.
    """
    store = stores.first()
    first = send(store, texts[0])
    one = submit(texts[1], Sending(minute=5, parent=first.sha256))
    changed = texts[2].replace(
        "| 2  | 6202801235 | nej                    | AB",
        "| 2  | 6202801235 | nej                    | ZZ",
    )
    other = submit(changed, Sending(minute=9, parent=first.sha256))
    sync(store, one)
    before = rows(store, sheet)
    receipt = sync(store, other)[0].receipt
    assert rows(store, sheet).equals(before)
    assert receipt.status.value == "karantaene"
    (found,) = [one for one in receipt.findings if one["code"] == "HIS-025"]
    assert found["details"]["regler"] == code
    said = {tuple(row.codes) for row in receipt.waiting if row.codes}
    assert said == {("HIS-025",)}
    said_by = dict(rows(store, "borger").select("raekke_id", "sagsbehandler").iter_rows())
    assert said_by["K7Q2M9XA-B-0001"] == "AB"
    in_force = state_hash(store)
    for order in permutations((submit(texts[0]), one, other)):
        again = stores.again(1)
        sync(again, *order)
        assert state_hash(again) == in_force
        again.close()


def test_the_case_is_merged_once_the_two_go_together(store: Store) -> None:
    """The copy that was refused says something that fits: its case is merged and waits no more."""
    first = send(store, decided())
    send(store, decided(GRANTED, who="CD"), Sending(minute=5, parent=first.sha256))
    refused = send(store, decided(REFUSED), Sending(minute=9, parent=first.sha256))
    mended = decided(REFUSED.replace("2026-02-02", "2026-02-01"))
    receipt = send(store, mended, Sending(minute=15, parent=refused.sha256))
    assert (receipt.status.value, receipt.waiting) == ("flettet", ())
    assert rows(store, "afgoerelse")["afgoerelse"].sort().to_list() == ["afslag", "tilkendelse"]


def test_a_fault_that_was_there_before_hinders_nobody(store: Store) -> None:
    """What is wrong in force already, or in the file as it stands, is no fault of the two."""
    wrong = spell("2026-02-01").replace("2026-01-05", "2026-03-05")
    first = send(store, wrong)
    one = Sending(minute=5, parent=first.sha256)
    send(store, wrong.replace("arbejdsproevning", "revurdering").replace("AB", "CD", 1), one)
    receipt = send(
        store, wrong.replace("| AB ", "| EF ", 1), Sending(minute=9, parent=first.sha256)
    )
    assert "HIS-025" not in [code for code, _ in codes(receipt)]
