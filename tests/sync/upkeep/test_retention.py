"""Retention: what is over for long enough is erased, and nothing else changes."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

import fpsheet_sync.database.store
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, read_log
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.ledger.original_files import latest_originals
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.facts.workspace import FACT_SOURCES, fact_tables
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.upkeep.rebuild import rebuild
from fpsheet_sync.upkeep.retention import erase_overdue, find_overdue
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.logs import find_break
from tests.support.schema import SCHEMA
from tests.support.submissions import KEYS, RowSpec, Sending, build, send, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.upkeep.retention import Overdue
    from tests.support.stores import Stores

FORM = load_form()
REFUSED, ENDED, PENSION, OPEN, WAITING = (
    "6101801234",
    "6202801235",
    "6303801236",
    "6404801237",
    "6505801238",
)
FORMER = "6606801239"
TEXT = f"""# borger
| id | cpr | sagsbehandler | tidligere_cpr |
| 1 | {REFUSED} | AB | {FORMER} |
| 2 | {ENDED} | AB | |
| 3 | {PENSION} | AB | |
| 4 | {OPEN} | AB | |

# forloeb
| id | cpr | forloeb_type | start_dato | slut_dato | blocked |
| 1 | {REFUSED} | revurdering | 2015-01-05 | 2015-03-01 | |
| 2 | {OPEN} | revurdering | 2015-01-05 | | |
| 3 | {WAITING} | revurdering | 2015-01-05 | 2015-03-01 | x |

# afgoerelse
| id | cpr | afgoerelse_dato | afgoerelse | niveau | bortfald_aarsag |
| 1 | {REFUSED} | 2015-03-01 | afslag | | |
| 2 | {ENDED} | 2014-03-01 | tilkendelse | hoejeste | |
| 3 | {ENDED} | 2016-03-01 | bortfald | | doed |
| 4 | {PENSION} | 2014-03-01 | tilkendelse | hoejeste | |
"""
LATER = date(2032, 6, 1)
"""The file came in March 2026: five years before this day it lay there already."""

BOSS = Actor("kontorchefen", datetime(2032, 6, 1, 9, tzinfo=UTC))
OVER = {REFUSED, ENDED, FORMER}


def pseudonyms(*cprs: str) -> set[str]:
    """Return the pseudonyms of CPR numbers."""
    return set(KEYS.pseudonyms(list(cprs), kommune_kode="956"))


def in_vault(store: Store) -> set[str]:
    """Return whose CPR number the vault holds."""
    vault = schema.vault
    with store.read() as connection:
        return set(connection.execute(select(vault.c.borger)).scalars())


def erase(store: Store, years: int = 5) -> Overdue:
    """Erase what is old."""
    return erase_overdue(store, actor=BOSS, today=LATER, years=years)


def facts(store: Store) -> dict[str, list[str]]:
    """Return every fact that statistics count, of a period long ago and of the present."""
    found: dict[str, list[str]] = {}
    with store.write() as connection:
        for period in (Period(date(2014, 1, 1), date(2016, 12, 31)), Period(LATER, LATER)):
            scope = Scope(SCHEMA, period, tuple(FORM.kommuner))
            with fact_tables(connection, scope, FACT_SOURCES) as tables:
                for name, table in tables.items():
                    rows = connection.execute(select(table)).all()
                    found[f"{name} {period.til}"] = sorted(map(repr, rows))
    return found


def test_what_is_over_is_found_and_nothing_written(store: Store) -> None:
    """A refusal and an ended pension are; a running one, an open spell, a waiting row are not."""
    send(store, TEXT)
    found = find_overdue(store, today=LATER, years=5)
    assert set(found.citizens) == pseudonyms(*OVER)
    assert len(found.originals) == 1
    assert found.limit == date(2027, 6, 1)
    assert in_vault(store) == pseudonyms(*OVER, PENSION, OPEN, WAITING)


@pytest.mark.parametrize(("today", "over"), [(date(2031, 3, 3), False), (date(2031, 3, 4), True)])
def test_the_years_run_from_the_last_report(store: Store, today: date, over: bool) -> None:
    """The file came on 3 March 2026; what is old counts as young while it was just reported."""
    send(store, TEXT)
    found = find_overdue(store, today=today, years=5)
    assert bool(found.citizens) is over
    assert bool(found.originals) is over


def test_the_years_run_from_the_last_day_in_the_case(store: Store) -> None:
    """A decision that takes effect later keeps the case, former number and all."""
    send(store, TEXT.replace("| 1 | 6101801234 | 2015-03-01 |", "| 1 | 6101801234 | 2028-03-01 |"))
    found = find_overdue(store, today=LATER, years=5)
    assert set(found.citizens) == pseudonyms(ENDED)


def test_erasing_takes_numbers_and_files_and_no_figure(store: Store) -> None:
    """Vault and originals are empty of it; state and facts are the same; the log is whole."""
    send(store, TEXT)
    before = state_hash(store), facts(store)
    assert set(erase(store).citizens) == pseudonyms(*OVER)
    assert in_vault(store) == pseudonyms(PENSION, OPEN, WAITING)
    assert (state_hash(store), facts(store)) == before
    original = schema.original
    with store.read() as connection:
        assert connection.execute(select(func.max(func.length(original.c.data)))).scalar() == 0
    last = read_log(store)[-1]
    assert (last.actor, last.deed.action) == (BOSS, "sletning")
    assert last.deed.details == {"graense": "2027-06-01", "borgere": 3, "originaler": 1}
    assert find_break(store) is None
    again = erase(store)
    assert (again.citizens, again.originals) == ((), ())
    assert read_log(store)[-1] == last


def test_what_is_erased_gives_its_room_back(tmp_path: Path) -> None:
    """A large original is erased: the SQLite file is small again, and whole."""
    place = tmp_path / "central.db"
    store = open_store(f"sqlite:///{place}", FORM, keys=KEYS, create=True)
    with closing(store):
        send(store, TEXT)
        with store.write() as connection:
            table = schema.original
            connection.execute(table.update().values(data=random.Random(1).randbytes(4_000_000)))
        with store.read() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        before = place.stat().st_size
        erase(store)
    assert before > 4_000_000
    assert place.stat().st_size < before - 3_900_000
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_history_says_that_it_is_erased(store: Store) -> None:
    """Asked by either number; whoever is not erased is shown as before; the asking is logged."""
    send(store, TEXT)
    erase(store)
    for cpr in (REFUSED, FORMER, ENDED):
        with pytest.raises(StoreError, match="slettet den 01-06-2032"):
            history(store, cpr, actor=BOSS)
        assert read_log(store)[-1].deed.action == "opslag"
    assert history(store, PENSION, actor=BOSS).records


def test_a_rebuild_says_that_originals_are_erased(stores: Stores) -> None:
    """It does not give half a database; what reads the last files passes erased ones over."""
    store = stores.new()
    file = submit(TEXT)
    sync(store, file)
    assert len(list(latest_originals(store))) == 1
    erase(store)
    assert list(latest_originals(store)) == []
    with pytest.raises(StoreError, match="slettet efter reglen om opbevaring"):
        rebuild(store, stores.new(), {file.original: file}.__getitem__, BOSS)


def test_a_file_sent_again_brings_nobody_back(store: Store) -> None:
    """The same bytes are known; the same content from another program says nothing new."""
    file = submit(TEXT)
    sync(store, file)
    erase(store)
    assert [synced.is_new for synced in sync(store, file)] == [False]
    send(store, TEXT, Sending(minute=5, salt="x"))
    assert in_vault(store) == pseudonyms(PENSION, OPEN, WAITING)


def test_something_new_brings_a_citizen_back_and_is_logged(store: Store) -> None:
    """A new row: the number is kept again, for her alone, and the log says so."""
    send(store, TEXT)
    erase(store)
    new = TEXT.replace(
        "# afgoerelse", f"| 9 | {ENDED} | revurdering | 2032-05-01 | | |\n# afgoerelse"
    )
    send(store, new.replace("\n\n", "\n"), Sending(minute=5))
    assert in_vault(store) == pseudonyms(PENSION, OPEN, WAITING, ENDED)
    back = [entry.deed for entry in read_log(store) if entry.deed.action == "genoptaget"]
    assert {deed.borger for deed in back} == pseudonyms(ENDED)
    assert history(store, ENDED, actor=BOSS).records
    with pytest.raises(StoreError, match="slettet"):
        history(store, REFUSED, actor=BOSS)


def test_a_former_number_comes_back_with_the_person(store: Store) -> None:
    """New work under the new number brings back both, where the file tells both."""
    send(store, TEXT)
    erase(store)
    new = TEXT.replace(
        "| 2 | 6404801237", f"| 9 | {REFUSED} | revurdering | 2032-05-01 | | |\n| 2 | 6404801237"
    )
    send(store, new, Sending(minute=5))
    assert in_vault(store) == pseudonyms(PENSION, OPEN, WAITING, REFUSED, FORMER)
    for cpr in (REFUSED, FORMER):
        assert len(history(store, cpr, actor=BOSS).records) == 4


def test_a_link_to_an_erased_number_is_not_given_out_without_it(store: Store) -> None:
    """Another kommune brings the new number back; the row that links it to the old one stays in.

    So does what else there is of her: without her row on Borgere it would not pass the check.
    """
    send(store, TEXT)
    erase(store)
    head = "# forloeb\n| id | cpr | forloeb_type | start_dato |\n"
    other = f"{head}| 1 | {REFUSED} | revurdering | 2032-05-01 |"
    send(store, other, Sending(kommune="957", workbook="CCCCCCCC"))
    assert in_vault(store) == pseudonyms(PENSION, OPEN, WAITING, REFUSED)
    issue = issue_workbook(store, "956", "EEEEEEEE", aar=2032, actor=BOSS)
    assert issue is not None
    assert REFUSED not in set(issue.rows["borger"]["cpr"])
    assert REFUSED not in set(issue.rows["forloeb"]["cpr"])
    assert issue.hidden > 0
    rows = {
        name: [RowSpec(n, row.pop("raekke_id"), row) for n, row in enumerate(frame.to_dicts(), 4)]
        for name, frame in issue.rows.items()
    }
    receipt = sync(store, build(rows, Sending("956", "EEEEEEEE", issue.parent, 50)))[0].receipt
    assert receipt.missing == ()
    with store.read() as connection:
        borger = SCHEMA.records["borger"]
        linked = select(func.count()).where(
            borger.c.tidligere_cpr.is_not(None), borger.c.til_indberetning.is_(None)
        )
        assert connection.execute(linked).scalar() == 1


def test_a_workbook_given_out_leaves_them_out(store: Store) -> None:
    """Pull shows no row without a CPR number; sent back as it was, nothing is missed or changed."""
    send(store, TEXT.replace("| x |", "| |"))
    erase(store)
    before = state_hash(store)
    issue = issue_workbook(store, "956", "EEEEEEEE", aar=2032, actor=BOSS)
    assert issue is not None
    cprs = {cpr for frame in issue.rows.values() for cpr in frame["cpr"]}
    assert cprs == {PENSION, OPEN}
    rows = {
        name: [RowSpec(n, row.pop("raekke_id"), row) for n, row in enumerate(frame.to_dicts(), 4)]
        for name, frame in issue.rows.items()
    }
    receipt = sync(store, build(rows, Sending("956", "EEEEEEEE", issue.parent, 50)))[0].receipt
    assert receipt.missing == ()
    assert receipt.held is None
    assert state_hash(store) == before


def test_a_number_that_never_became_a_row(store: Store) -> None:
    """A mistyped number that was corrected goes with the file it stood in, and no sooner."""
    wrong = f"# borger\n| id | cpr | sagsbehandler | blocked |\n| 1 | {REFUSED} | AB | x |"
    send(store, wrong)
    send(store, wrong.replace(REFUSED, PENSION).replace("| x |", "| |"), Sending(minute=5))
    young = find_overdue(store, today=date(2031, 3, 3), years=5)
    assert pseudonyms(REFUSED).isdisjoint(young.citizens)
    old = find_overdue(store, today=date(2031, 3, 4), years=5)
    assert pseudonyms(REFUSED) <= set(old.citizens)


def test_nothing_is_left_in_the_file(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the bytes themselves are gone, also from free pages and the log of writes."""
    # Some builds of SQLite clear what is deleted anyway, others do not.
    pragmas = (*fpsheet_sync.database.store.PRAGMAS, "secure_delete = OFF")
    monkeypatch.setattr("fpsheet_sync.database.store.PRAGMAS", pragmas)
    store = stores.new()
    if store.is_postgresql:
        pytest.skip("a server clears its files by VACUUM, which is the administrator's")
    send(store, TEXT)
    vault, original = schema.vault, schema.original
    mine = pseudonyms(REFUSED).pop()
    with store.read() as connection:
        sealed = connection.execute(select(vault.c.data).where(vault.c.borger == mine)).scalar_one()
        file = connection.execute(select(original.c.data)).scalar_one()
    erase(store)
    place = Path(store.place)
    store.close()
    for part in place.parent.glob(f"{place.name}*"):
        data = part.read_bytes()
        assert bytes(sealed) not in data
        assert bytes(file)[:40] not in data
