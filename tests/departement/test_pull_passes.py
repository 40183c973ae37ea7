"""Every workbook that is pulled passes the check, whatever the database holds of the kommune.

Records come from several workbooks, in steps that do not fit together, with numbers replaced
halfway. What is pulled is read and checked as any file that comes, sent back, and changes nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpsheet.cli.program import run
from fpsheet.demo.country import DEMO_DAY
from fpsheet.departement.pulled_workbook import prefill_workbook
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import Worker, make_worker
from fpsheet.transport.inbox import Arrival
from fpsheet.workbook.issue import Issue
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import read_keys, write_keys
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from tests.support.kept import expect_nobody_gone
from tests.support.submissions import RowSpec, Sending, build, in_force, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from tests.support.stores import Stores


FORM = load_form()
CPRS = ("6101801234", "6202801235", "6303801236", "6404801237")
BOSS = Actor("departementet", datetime(2026, 6, 1, 9, tzinfo=UTC))
MOST = settings.default.max_examples if settings.default else 100


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Who reads and checks files as sync does."""
    key_file = tmp_path_factory.mktemp("keys") / "central.noegle"
    write_keys(key_file, bytes(32), fictional=True)
    with make_worker(Desk(FORM, DEMO_DAY, datetime(2026, 1, 5, tzinfo=UTC), key_file)) as made:
        yield made


def case(chance: Random) -> list[tuple[str, dict[str, object]]]:
    """Return the rows of a citizen as somebody may have typed them, good or not."""
    cpr = chance.choice(CPRS)
    former = chance.choice((None, None, *CPRS))
    yes = chance.choice(("nej", "nej", "ja"))
    start = date(2026, 1, 5) + timedelta(days=chance.choice((0, 0, 7)))
    end = chance.choice((None, None, start + timedelta(days=9), start - timedelta(days=1)))
    rows: list[tuple[str, dict[str, object]]] = [
        (
            "borger",
            {
                "cpr": cpr,
                "pensionist_foer_reform": yes,
                "sagsbehandler": chance.choice(("AB", "CD")),
                "tidligere_cpr": None if former == cpr else former,
            },
        )
    ]
    if chance.random() < 0.7:
        kind = chance.choice(("revurdering", "afklaringsforloeb"))
        spell = {"cpr": chance.choice((cpr, former or cpr)), "forloeb_type": kind}
        rows.append(("forloeb", {**spell, "start_dato": start, "slut_dato": end}))
    if chance.random() < 0.5:
        percent = chance.choice((20, 20, 60, 900))
        rows.append(
            ("vurdering", {"cpr": cpr, "vurdering_dato": start, "arbejdsevne_pct": percent})
        )
    return rows


def issues() -> list[Issue]:
    """Return workbooks of kommuner near and far, one that is no more, for years far back and ahead.

    `pull` makes one for each year at whose end the kommune was there, and no other
    (`test_pull_makes_no_workbook_that_cannot_be_sent`).
    """
    return [
        Issue(FORM, FORM.kommuner[code], aar, "da", "PPPPPPPP", BOSS.time)
        for code in ("956", "958", "959", "101")
        for aar in (1984, 2007, 2016, 2017, 2018, 2025, 2026, 2027, 2099)
        if FORM.kommuner[code].is_in_force(date(aar, 12, 31))
    ]


def fill(store: Store, chance: Random, kommune: str) -> None:
    """Send files of two workbooks, each with a few cases, some rows changed from file to file."""
    rows: dict[str, dict[str, list[RowSpec]]] = {}
    for minute in range(chance.choice((1, 2, 3, 4))):
        workbook = chance.choice(("AAAAAAAA", "BBBBBBBB"))
        own = rows.setdefault(workbook, {})
        for _ in range(chance.choice((1, 2, 3))):
            for sheet, values in case(chance):
                letter, known = FORM.sheet(sheet).letter, own.setdefault(sheet, [])
                if known and chance.random() < 0.4:
                    place = chance.randrange(len(known))
                    old = known[place]
                    known[place] = RowSpec(old.row, old.row_id, {**old.values, **values})
                else:
                    number = len(known) + 1
                    row_id = f"{workbook}-{letter}-{number:04d}"
                    known.append(RowSpec(number + 3, row_id, values))
        copied = {sheet: list(specs) for sheet, specs in own.items()}
        sync(store, build(copied, Sending(kommune, workbook, minute=minute * 10, salt=str(minute))))


@pytest.mark.slow
@settings(
    max_examples=max(6, MOST // 10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chance=st.randoms(use_true_random=False))
def test_what_is_pulled_passes_the_check(stores: Stores, worker: Worker, chance: Random) -> None:
    """No error, nothing waits when it comes back as it was, and nothing changes.

    But where a citizen had several rows (nothing here was checked before it was merged), those
    that the workbook does not show may be gone when it has come back; somebody's row never is.
    """
    stores.close()
    store = stores.new(read_keys(worker.desk.key_file))
    issue = chance.choice(
        (Issue(FORM, FORM.kommuner["956"], 2026, "da", "PPPPPPPP", BOSS.time), *issues())
    )
    kommune = issue.kommune.code
    fill(store, chance, kommune)
    before = in_force(store, kommune)
    pulled = prefill_workbook(store, issue, BOSS, premade=2)
    moment = BOSS.time + timedelta(days=1)
    arrival = Arrival("956.xlsx", "956.xlsx", moment, len(pulled.data))
    verdict, submission = worker.read(pulled.data, arrival)
    grave = {Severity.FEJL, Severity.KRITISK}
    assert [found.code for found in verdict.findings if found.severity in grave] == []
    shown = sum(pulled.counts.values())
    valid = sum(row[-1] is None for rows in before.values() for row in rows)
    assert shown + pulled.hidden == valid
    assert submission is not None
    receipt = sync(store, submission)[0].receipt
    assert receipt.waiting == ()
    expect_nobody_gone(before, in_force(store, kommune))
    stores.close()


def test_most_of_what_is_in_force_is_shown(stores: Stores, worker: Worker) -> None:
    """What fits is all there: a citizen whose number was replaced in two steps, under the new."""
    store = stores.new(read_keys(worker.desk.key_file))
    old, new = CPRS[:2]
    spell = {"forloeb_type": "revurdering", "start_dato": date(2026, 1, 5)}
    citizen = {"pensionist_foer_reform": "nej", "sagsbehandler": "AB"}

    def send(minute: int, number: str, former: str | None, *, waits: bool) -> None:
        person = {"cpr": number, **citizen, "tidligere_cpr": former}
        rows = {
            "borger": [RowSpec(4, "AAAAAAAA-B-0001", person)],
            "forloeb": [RowSpec(4, "AAAAAAAA-F-0001", {"cpr": old, **spell}, waits)],
        }
        sync(store, build(rows, Sending("956", "AAAAAAAA", minute=minute)))

    send(0, old, None, waits=False)
    send(10, new, old, waits=True)
    issue = Issue(FORM, FORM.kommuner["956"], 2026, "da", "PPPPPPPP", BOSS.time)
    pulled = prefill_workbook(store, issue, BOSS, premade=2)
    assert (pulled.counts["borger"], pulled.counts["forloeb"], pulled.hidden) == (1, 1, 0)
    arrival = Arrival("956.xlsx", "956.xlsx", BOSS.time, len(pulled.data))
    verdict, _ = worker.read(pulled.data, arrival)
    assert verdict.check is not None
    assert verdict.check.sheets["forloeb"].frame["cpr"].to_list() == [new]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kommune", "year", "code"), [("958", "2018", 2), ("958", "2017", 0), ("101", "2007", 0)]
)
def test_pull_makes_no_workbook_that_cannot_be_sent(
    stores: Stores,
    worker: Worker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kommune: str,
    year: str,
    code: int,
) -> None:
    """958 was no more at the end of 2018: its heirs are named, and no workbook is made."""
    store = stores.new(read_keys(worker.desk.key_file))
    fill(store, Random(1), kommune)
    book = tmp_path / "ny.xlsx"
    environment = {
        "FPSHEET_CONFIG": str(tmp_path / "none"),
        "FPSHEET_DB": store.engine.url.render_as_string(hide_password=False),
        "FPSHEET_KEYS": str(worker.desk.key_file),
    }
    command = ["pull", "--kommune", kommune, "--year", year, "--out", str(book)]
    capsys.readouterr()
    assert (run(command, environment=environment), book.exists()) == (code, code == 0)
    if code:
        assert "959 / 960" in capsys.readouterr().err
    else:
        assert run(["check", str(book)], environment=environment) == 0
