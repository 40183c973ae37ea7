"""A relation that nobody's list knows is found by worlds of citizens, before it is printed.

In each kommune two citizens lack an assessment: they are Uoplyst by work ability (T06) and by hours
(T07). Who lacks the one lacks the other, says the form. Here nobody tells the audit, and a secret
is looked for by which the first is printed 3 (1 to 5) and the second 0 (0 to 2): both are 1 or 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet_sync.database.store import settled
from fpsheet_sync.disclosure.disclosure_error import DisclosureError
from fpsheet_sync.statistics.protection import proof, protect, relations_within
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.publication.draft import describe, make_draft
from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_templates.load import load_form
from tests.attack.printed import read_book
from tests.attack.verdict import PUBLIC, Country, attack
from tests.support.editions import DAY, WORKBOOKS, YEAR, cpr, inside, issue, write
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from tests.attack.verdict import Found

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("careless", "untold"),
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
LACKING = tuple(
    f"bestand.bestand|2025-12-31|2025-12-31|land=955|{name}=uoplyst"
    for name in ("arbejdsevne", "timer")
)
HOURS = (0,) * 6 + (2,) * 2 + (12,) * 2 + (22,) * 2
"""Of those assessed: of fourteen, printed 15, any three of four pairs are printed 3."""
ABILITY, MOST_HOURS = "arbejdsevne_pct", "maks_timer_pr_uge"
SECONDS = 300


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep from the audit all that binds work ability and hours."""
    monkeypatch.setattr(relations_within, "_read_together", lambda *_, **__: iter(()))
    monkeypatch.setattr(protect, "crossed_numbers", lambda *_: {})
    # Each takes as long as an edition, and `tools/certify_editions.py` counts all again.
    monkeypatch.setattr(proof, "RECOUNTED", 1)


@pytest.fixture
def secret(store: Store) -> bytes:
    """Report from both kommuner, and return a secret by which the two prints give each other away.

    One in six does.
    """
    for kommune, workbook in WORKBOOKS.items():
        given = ["# afgoerelse", "| id | cpr | afgoerelse_dato | afgoerelse | niveau |"]
        found = [
            "# vurdering",
            "| id | cpr | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |",
        ]
        for n in range(1, 3 + len(HOURS)):
            who, month = cpr(kommune, n), 1 + n % 12
            given.append(f"| {n} | {who} | 2025-{month:02}-05 | tilkendelse | hoejeste |")
            assessed = f"| {n} | {who} | 2025-{month:02}-04 | 20"
            found += [f"{assessed} | {hours} |" for hours in HOURS[n - 1 : n]]
        send(store, "\n".join([*given, "", *found]), Sending(kommune, workbook))
    tried = (f"the secret of try number {n}".encode() for n in range(4, 40))
    return next(each for each in tried if _prints(store, each) == [3, 0])


def _prints(store: Store, secret: bytes) -> list[int]:
    """Return how those without work ability and hours would be printed."""
    form, as_of = load_form(), settled(store)
    plan = EditionPlan(form, "GL", YEAR, DAY, as_of, ("da",), 3, {}, base=3, secret=secret)
    kept = make_draft(store, plan, describe(store, plan), publishes=False).kept
    return [kept.prints[name].value for name in LACKING]  # type: ignore[index]


def _attack(store: Store, folder: Path, exact: Path) -> list[Found]:
    """Return the numbers that the public is left with too few values of."""
    write(store, exact, internal=True)
    public, internal = (
        [read_book(path) for path in sorted(each.glob("*.xlsx"))]
        for each in (folder, inside(exact))
    )
    found = attack(Country(public, internal), PUBLIC, trusting=False)
    return [each for each in found if each.narrow]


@pytest.mark.slow
def test_a_leak_that_nobody_knows_is_refused(
    store: Store, secret: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outsider finds the numbers where no worlds are sought; with them nothing is published.

    Here nothing else may be done about it, such as another base.
    """
    write(store, tmp_path / "leak", base=3, secret=secret)
    assert _attack(store, tmp_path / "leak", tmp_path / "exact")
    monkeypatch.setattr(protect, "_PASSED_OVER", ())
    with pytest.raises(DisclosureError, match="Tænkte borgere viser") as refused:
        issue(store, tmp_path / "none", base=3, secret=secret, certify_seconds=SECONDS)
    assert "afrunding = 10" in str(refused.value.remedy)
    assert not (tmp_path / "none").exists()
    assert not inside(tmp_path / "none").exists()
    with store.read() as connection:
        assert read_publications(connection, "GL") == ()


@pytest.mark.slow
def test_a_leak_that_nobody_knows_is_rounded_anew(
    store: Store, secret: bytes, tmp_path: Path
) -> None:
    """The part is protected by another means, and named in the audit; the outsider fails."""
    issue(store, tmp_path / "one", base=3, secret=secret, certify_seconds=SECONDS)
    assert _attack(store, tmp_path / "one", tmp_path / "exact") == []
    (path,) = inside(tmp_path / "one").glob("*kontrol*.xlsx")
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    said = [row for row in rows if row[0] == "For snævert først"]
    assert any("Uoplyst" in str(row[1]) for row in said)
    assert not [row for row in rows if row[0] == "Ikke bevist"]
