"""Two forms in one process: førtidspension, and what a library has lent, which is data alone.

The library's form (`tests/support/loans`) has a sheet of citizens and one of loans, a code list and
a rule of its own. What it cannot have, because code names sheets and fields of førtidspension,
stands in ADR 0020.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from fpsheet.checking.submission import Reception, make_submission
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_sync.merge.commit import Status
from fpsheet_sync.statistics.publication.explain import Wanted, explain
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.load import load_form
from tests.support.desk import check_bytes, make_workbook
from tests.support.submissions import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import StatTable
    from fpsheet_templates.form import Form
    from tests.support.desk import Checked, Row

PENSIONS = load_form()
LOANS = load_form(data=Path(__file__).parents[1] / "support" / "loans")
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
REQUEST = ReleaseRequest(Period(date(2026, 1, 1), date(2026, 12, 31)), "956", "da", NOW.date())
BORROWER = "6101801234"
LENT: dict[str, list[Row]] = {
    "borger": [{"cpr": BORROWER, "afdeling": "boern"}],
    "udlaan": [
        {
            "cpr": BORROWER,
            "titel": "Den lange rejse",
            "udlaant_dato": date(2026, 2, 1),
            "afleveret_dato": date(2026, 3, 1),
        }
    ],
}
APPLIED: dict[str, list[Row]] = {
    "borger": [{"cpr": BORROWER, "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"}]
}


def check(form: Form, rows: dict[str, list[Row]]) -> Checked:
    """Return a workbook of a form, and what the check finds in it."""
    return check_bytes(make_workbook(form, rows), form)


def merge(store: Store, checked: Checked) -> Status:
    """Merge a checked workbook; return what became of it."""
    form, reception = store.form, Reception(NOW, NOW)
    submission = make_submission(checked.check, checked.findings, form, reception)
    (synced,) = sync_submissions(store, [submission], Actor("test", NOW))
    return synced.receipt.status


@pytest.mark.parametrize("form", [PENSIONS, LOANS], ids=["pensions", "loans"])
def test_a_workbook_has_the_sheets_of_its_form(form: Form, tmp_path: Path) -> None:
    """Tabs and headings are those of the form, in its order."""
    path = tmp_path / "blank.xlsx"
    path.write_bytes(make_workbook(form, {}))
    book = load_workbook(path)
    assert book.sheetnames == [form.sheet_title(sheet.id, "da") for sheet in form.sheets]
    titles = {"loans": "Udlån", "pensions": "Afgørelser"}
    assert (titles["loans"] in book.sheetnames) == (form is LOANS)
    assert (titles["pensions"] in book.sheetnames) == (form is PENSIONS)


def test_a_rule_of_the_form_strikes_at_its_cell() -> None:
    """The library's own rule, and no rule of førtidspension; all that can run has run."""
    late: Row = {**LENT["udlaan"][0], "afleveret_dato": date(2026, 1, 31)}
    found = check(LOANS, {**LENT, "udlaan": [late]})
    assert ("UDL-001", "udlaan", "F4") in found.cells()
    assert not found.check.accepted
    assert found.check.not_run == ()
    clean = check(LOANS, LENT)
    assert clean.check.accepted
    assert {code for code, _, _ in clean.cells()} <= {"CPR-005"}  # a replacement number


@contextmanager
def side_by_side(folder: Path) -> Iterator[dict[str, Store]]:
    """Return a new database of each form, by name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                closing(open_store(f"sqlite:///{folder / name}", form, keys=KEYS, create=True))
            )
            for name, form in (("loans", LOANS), ("pensions", PENSIONS))
        }


def test_two_databases_live_side_by_side(tmp_path: Path) -> None:
    """Each store has the tables of its form, also while the other is written."""
    with side_by_side(tmp_path) as stores:
        assert merge(stores["loans"], check(LOANS, LENT)) is Status.MERGED
        assert merge(stores["pensions"], check(PENSIONS, APPLIED)) is Status.MERGED
        assert merge(stores["loans"], check(LOANS, LENT)) is Status.MERGED  # the same again
        loans, pensions = stores["loans"].schema, stores["pensions"].schema
        assert set(loans.records) == {"borger", "udlaan"}
        assert "ansoegning_dato" in pensions.records["borger"].c
        assert "ansoegning_dato" not in loans.records["borger"].c
        with stores["loans"].read() as connection:
            table = loans.records["udlaan"]
            wanted = select(table.c.titel, table.c.udlaant_dato, table.c.afleveret_dato)
            assert connection.execute(wanted).all() == [
                ("Den lange rejse", date(2026, 2, 1), date(2026, 3, 1))
            ]
        with stores["pensions"].read() as connection:
            table = pensions.records["borger"]
            assert connection.execute(select(table.c.sagsbehandler)).scalars().all() == ["ABC"]
        assert "T01" in {table.id for table in count(stores["pensions"])}


def test_each_form_has_its_own_table(tmp_path: Path) -> None:
    """The library's declared tables are counted beside førtidspension's, worked by hand.

    Two borrowers, one of each department. The child has borrowed in February (back in March) and
    in May, the adult in November; another loan of the adult was returned the year before.
    """
    adult = "6202701234"
    rows: dict[str, list[Row]] = {
        "borger": [
            {"cpr": BORROWER, "afdeling": "boern"},
            {"cpr": adult, "afdeling": "voksen"},
        ],
        "udlaan": [
            lent(BORROWER, date(2026, 2, 1), date(2026, 3, 1)),
            lent(BORROWER, date(2026, 5, 4)),
            lent(adult, date(2026, 11, 2)),
            lent(adult, date(2025, 3, 3), date(2025, 4, 1)),
        ],
    }
    with side_by_side(tmp_path) as stores:
        assert merge(stores["loans"], check(LOANS, rows)) is Status.MERGED
        assert merge(stores["pensions"], check(PENSIONS, APPLIED)) is Status.MERGED
        by_department, by_quarter = count(stores["loans"])
        behind = [lent_cells(stores["loans"], by_department, key) for key in by_department.keys]
        assert "T01" in {table.id for table in count(stores["pensions"])}
    assert by_department.title == "L01. Udlån efter afdeling, Kommuneqarfik Sermersooq, 2026"
    assert [row[1:] for row in by_department.rows if row[0] == by_department.rows[0][0]] == [
        ("I alt", 3, 2, 2),
        ("Voksen", 1, 1, 1),
        ("Børn", 2, 1, 1),
    ]
    assert [row[1] for row in by_quarter.rows] == [3, 1, 1, 0, 1]
    assert behind == [["D4", "D5", "D6"], ["D6"], ["D4", "D5"]]


def lent_cells(store: Store, table: StatTable, key: tuple[str, ...]) -> list[str]:
    """Return the cells behind the loans that a row of a table counts."""
    (column,) = (each for each in table.columns if each.id == "udlaant")
    with store.read() as connection:
        wanted = Wanted(table, key, column, "956")
        (found,) = explain(connection, store.form, REQUEST, [wanted])
    return [each.cell for each in found.behind]


def lent(cpr: str, day: date, back: date | None = None) -> Row:
    """Return a loan."""
    row: Row = {"cpr": cpr, "titel": f"Bog {day}", "udlaant_dato": day}
    return row if back is None else {**row, "afleveret_dato": back}


def count(store: Store) -> tuple[StatTable, ...]:
    """Count the tables of a store's form for 2026."""
    with store.read() as connection:
        return compute_release(connection, store.form, REQUEST).tables


def test_a_database_keeps_its_form_when_it_is_opened_again(tmp_path: Path) -> None:
    """What was merged is there, and the tables are made once."""
    url = f"sqlite:///{tmp_path / 'loans'}"
    with closing(open_store(url, LOANS, keys=KEYS, create=True)) as store:
        assert merge(store, check(LOANS, LENT)) is Status.MERGED
    with (
        closing(open_store(url, LOANS, keys=KEYS, create=True)) as store,
        store.read() as connection,
    ):
        titles = connection.execute(select(store.schema.records["udlaan"].c.titel)).scalars().all()
    assert titles == ["Den lange rejse"]
