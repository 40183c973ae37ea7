"""Which record a row is after LibreOffice was at it: each way a row can come by its id, or lose it.

Blank ids, copied rows, rows cut with and without their hidden id, edited natural keys, rows of
another kommune's workbook, rows typed below; HIS-004, HIS-006. Sorted, filtered, inserted and moved
rows that keep their id are in test_libreoffice_edits.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import Worker, make_worker
from fpsheet_sync.database.keys import write_keys
from fpsheet_templates.load import load_form
from tests.support.desk import TODAY, Row, make_workbook
from tests.support.stores import receive
from tests.support.submissions import new_store, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt
    from tests.support.libreoffice import Document, LibreOffice

pytestmark = pytest.mark.lo

FORM = load_form()
SENT = datetime(2026, 3, 2, 8, tzinfo=UTC)
CPRS = [f"610180{1200 + n}" for n in range(12)]
ROWS: dict[str, list[Row]] = {
    "borger": [
        {"cpr": cpr, "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"} for cpr in CPRS
    ],
    "forloeb": [
        {"cpr": cpr, "forloeb_type": "afklaringsforloeb", "start_dato": date(2026, 1, 5)}
        for cpr in CPRS
    ],
}
FIRST, FREE, BELOW = 4, 16, 40
"""Excel rows of the first forløb, of the first pre-made row below them all, and of an empty one."""

TABLE = "Forløb"


def paste(document: Document, source: str, target: str, *, how: str) -> None:
    """Cut or copy cells and paste them elsewhere."""
    document.dispatch(f".uno:{how}", sheet=TABLE, address=source)
    document.dispatch(".uno:Paste", sheet=TABLE, address=target)


def blank_id(document: Document) -> None:
    """The hidden id of the first row is cleared."""
    document.cell(TABLE, f"A{FIRST}").setString("")


def cut_whole(document: Document) -> None:
    """The first row is cut with its hidden id and pasted below the table."""
    paste(document, f"A{FIRST}:N{FIRST}", f"A{BELOW}:N{BELOW}", how="Cut")


def cut_visible(document: Document) -> None:
    """What shows of the first row is cut into a free row, which has an id of its own."""
    paste(document, f"C{FIRST}:N{FIRST}", f"C{FREE}:N{FREE}", how="Cut")


def edit_key(document: Document) -> None:
    """The start date of the first row, part of its natural key, is corrected."""
    document.set_text(TABLE, f"E{FIRST}", "12-01-2026")


def copy_and_change(document: Document) -> None:
    """The first row is copied with its hidden id, and the copy given another date."""
    paste(document, f"A{FIRST}:N{FIRST}", f"A{BELOW}:N{BELOW}", how="Copy")
    document.set_text(TABLE, f"E{BELOW}", "02-03-2026")


def type_below(document: Document) -> None:
    """A forløb is typed far below the pre-made rows, where there is no id."""
    document.set_text(TABLE, "C60", CPRS[0])
    document.set_text(TABLE, "D60", "Revurdering")
    document.set_text(TABLE, "E60", "02-03-2026")


def type_between(document: Document) -> None:
    """A row is inserted among the others, and a forløb typed into it."""
    document.dispatch(".uno:InsertRowsBefore", sheet=TABLE, address="A6:N6")
    document.set_text(TABLE, "C6", CPRS[0])
    document.set_text(TABLE, "D6", "Revurdering")
    document.set_text(TABLE, "E6", "02-03-2026")


def sort_and_filter(document: Document) -> None:
    """The rows are sorted by their start, the newest first, and some hidden."""
    office = document.office
    field = office.uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = 4, False
    fields = office.uno.Any("[]com.sun.star.table.TableSortField", (field,))
    options = office.options(SortFields=fields, ContainsHeader=False)
    place = document.sheet(TABLE).getCellRangeByName(f"A{FIRST}:O{FREE - 1}")
    office.uno.invoke(place, "sort", (options,))
    document.sheet(TABLE).Rows.getByIndex(FIRST).IsVisible = False
    document.sheet(TABLE).Columns.getByName("E").IsVisible = False


def bring_foreign(document: Document) -> None:
    """A row of another kommune's workbook is pasted with its hidden id."""
    document.cell(TABLE, f"A{FREE}").setString("ZZZZZZZZ-F-0001")
    document.set_text(TABLE, f"C{FREE}", CPRS[1])
    document.set_text(TABLE, f"D{FREE}", "Revurdering")
    document.set_text(TABLE, f"E{FREE}", "02-03-2026")


Numbers = tuple[int, int, int, int]
"""Rows that are new, changed, unchanged, and waiting."""

EDITS: list[tuple[Callable[[Document], None], Numbers, set[str]]] = [
    (blank_id, (0, 0, 12, 0), set()),
    (cut_whole, (0, 0, 12, 0), set()),
    (cut_visible, (0, 0, 12, 0), set()),
    (edit_key, (0, 1, 11, 0), set()),
    (copy_and_change, (1, 0, 12, 0), {"HIS-004"}),
    (type_below, (1, 0, 12, 0), set()),
    (type_between, (1, 0, 12, 0), set()),
    (sort_and_filter, (0, 0, 12, 0), set()),
    (bring_foreign, (0, 0, 11, 2), {"HIS-006"}),
]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Who reads and checks files as sync does."""
    key_file = tmp_path_factory.mktemp("noegle") / "central.noegle"
    write_keys(key_file, b"\x07" * 32, fictional=True)
    with make_worker(Desk(FORM, TODAY, SENT, key_file)) as made:
        yield made


def send(store: Store, worker: Worker, content: bytes, *, minute: int) -> Receipt:
    """Merge a workbook that is read at a minute."""
    return receive(store, worker, content, SENT + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("change", "numbers", "told"), EDITS, ids=[change.__name__ for change, _, _ in EDITS]
)
def test_a_row_is_the_record_it_was(
    change: Callable[[Document], None],
    numbers: Numbers,
    told: set[str],
    worker: Worker,
    libreoffice: LibreOffice,
    tmp_path: Path,
) -> None:
    """Nothing is lost, nothing is twice, and the file sent once more changes nothing."""
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS, premade=8))
    store = new_store(f"sqlite:///{(tmp_path / 'central.db').as_posix()}")
    send(store, worker, file.read_bytes(), minute=1)
    before = set(rows(store)["raekke_id"])
    with libreoffice.open(file) as document:
        change(document)
        edited = document.save_as(tmp_path / "rettet.xlsx").read_bytes()
    receipt = send(store, worker, edited, minute=5)
    sheet = receipt.sheets["forloeb"]
    assert (sheet.new, sheet.changed, sheet.unchanged, sheet.quarantined) == numbers
    # LibreOffice saves by today's clock, which is after the day of the test: no time of its own.
    assert {found["code"] for found in receipt.findings} == told | {"HIS-027"}
    assert receipt.missing == ()
    after = set(rows(store)["raekke_id"])
    assert before <= after
    assert len(after) == 12 + numbers[0]
    with libreoffice.open(tmp_path / "rettet.xlsx") as document:
        again = document.save_as(tmp_path / "igen.xlsx").read_bytes()
    repeated = send(store, worker, again, minute=9).sheets["forloeb"]
    assert (repeated.new, repeated.changed) == (0, 0)
    assert set(rows(store)["raekke_id"]) == after
    store.close()
