"""What people do to a workbook in a spreadsheet program, on a workbook edited through LibreOffice.

The frozen workbook of form version 1 is edited twice: once in every way that must mean nothing
(sorted, filtered, moved, inserted, hidden, a row typed below), once in every way that goes wrong.
Each wrong one has its own sentence and remedy at its own cell, and no other value is lost.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import pytest

from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import Worker, make_worker
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database.keys import read_keys, write_keys
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.stored_state import read_state
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.stores import receive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet.checking.verdict import Verdict
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt
    from fpsheet_validation.raw import RawSheet
    from tests.support.libreoffice import Document, LibreOffice

pytestmark = pytest.mark.lo

FORM: Final = load_form()
FROZEN: Final = Path(__file__).parents[1] / "upgrade" / "data" / "form-1.xlsx"
ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY: Final = date(2026, 3, 2)


def sort_down(document: Document, sheet: str, area: str, *, column: int) -> None:
    """Sort rows by a column, the largest first."""
    office = document.office
    field = office.uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = column, False
    fields = office.uno.Any("[]com.sun.star.table.TableSortField", (field,))
    options = office.options(SortFields=fields, ContainsHeader=False)
    office.uno.invoke(document.sheet(sheet).getCellRangeByName(area), "sort", (options,))


def filter_equal(document: Document, sheet: str, area: str, *, column: int, text: str) -> None:
    """Show only the rows with a text."""
    uno, place = document.office.uno, document.sheet(sheet).getCellRangeByName(area)
    descriptor = place.createFilterDescriptor(True)
    field = uno.createUnoStruct("com.sun.star.sheet.TableFilterField")
    field.Field, field.IsNumeric, field.StringValue = column, False, text
    field.Operator = uno.Enum("com.sun.star.sheet.FilterOperator", "EQUAL")
    fields = uno.Any("[]com.sun.star.sheet.TableFilterField", (field,))
    uno.invoke(descriptor, "setFilterFields", (fields,))
    descriptor.ContainsHeader = True
    place.filter(descriptor)


def move(document: Document, sheet: str, source: str, target: str, *, how: str = "Cut") -> None:
    """Cut or copy cells and paste them elsewhere."""
    document.dispatch(f".uno:{how}", sheet=sheet, address=source)
    document.dispatch(".uno:Paste", sheet=sheet, address=target)


def rearrange(document: Document) -> None:
    """Everything that must mean nothing, and one row typed below the pre-made ones."""
    sort_down(document, "Borgere", "A4:T6", column=2)
    filter_equal(document, "Forløb", "A3:O13", column=3, text="Revurdering")
    move(document, "Vurderinger", "A4:H4", "A12:H12")
    document.dispatch(".uno:InsertRowsBefore", sheet="Afgørelser", address="A5:T5")
    document.sheet("Afgørelser").Columns.getByName("H").IsVisible = False
    document.cell("Afgørelser", "D3").setString("Dato for beslutning")
    document.sheet("Job").Name = "Job i kommunen"
    document.type_row(
        "Indkomst", "C9", ["811159-2234", "Anden pension", "01-01-2026", "", "Kommunen"]
    )


def spoil(document: Document) -> None:
    """Everything that goes wrong."""
    move(document, "Forløb", "A4:O4", "A14:O14", how="Copy")
    # A paste takes the dropdown away, and what it brings is in no list.
    dropdown = document.sheet("Forløb").getCellRangeByName("D4:D20")
    dropdown.setPropertyValue("Validation", document.cell("Forløb", "Z30").Validation)
    document.set_text("Forløb", "D6", "Sovs")
    document.cell("Borgere", "E5").setString("L" * 61)
    document.cell("Borgere", "C6").setValue(101602234.0)
    document.set_text("Vurderinger", "E4", "=10+9")
    document.cell("Vurderinger", "D5").setString("17. februar 2025")
    document.sheet("Vurderinger").getCellRangeByName("F5:F6").merge(True)
    document.sheet("Afgørelser").Columns.removeByIndex(5, 1)


WRONG: Final = {
    ("ARB-001", "forloeb", "C14"): "en række kopieret",
    ("FLT-015", "forloeb", "D6"): "rullelisten slettet, og et ord, der ikke findes",
    ("FLT-014", "borger", "E5"): "for lang tekst",
    ("CPR-002", "borger", "C6"): "CPR-nummer som tal",
    ("FLT-003", "vurdering", "E4"): "formel",
    ("FLT-006", "vurdering", "D5"): "dato som tekst",
    ("FLT-005", "vurdering", "F6"): "flettede celler",
    ("STR-053", "afgoerelse", ""): "kolonne slettet",
}
"""What must be said of the spoiled workbook, and why."""

SPOILED_CELLS: Final = {
    "borger": {(5, "lokalitet"), (6, "cpr")},
    "forloeb": {(6, "forloeb_type")},
    "vurdering": {(4, "arbejdsevne_pct"), (5, "vurdering_dato")},
}


@pytest.fixture(scope="module")
def files(libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The frozen workbook, and the same after each of the two ways of editing."""
    folder = tmp_path_factory.mktemp("rettet")
    made = {"as issued": FROZEN.read_bytes()}
    for name, change in (("rearranged", rearrange), ("spoiled", spoil)):
        # A copy of its own: LibreOffice locks what it has open, and tests run side by side.
        own = folder / f"{name}-issued.xlsx"
        own.write_bytes(made["as issued"])
        with libreoffice.open(own) as document:
            change(document)
            made[name] = document.save_as(folder / f"{name}.xlsx").read_bytes()
    return made


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Who reads and checks files as sync does."""
    key_file = tmp_path_factory.mktemp("noegle") / "central.noegle"
    write_keys(key_file, bytes(32), fictional=True)
    with make_worker(Desk(FORM, TODAY, ISSUED, key_file)) as made:
        yield made


@pytest.fixture
def store(worker: Worker, tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    keys = read_keys(worker.desk.key_file)
    made = open_store(f"sqlite:///{tmp_path / 'central.db'}", FORM, keys=keys, create=True)
    yield made
    made.close()


def judge(worker: Worker, data: bytes) -> Verdict:
    """Read and check a workbook."""
    return worker.read(data, Arrival("957.xlsx", "957.xlsx", None, len(data)))[0]


def sheets(verdict: Verdict) -> dict[str, RawSheet]:
    """Return what was read on each sheet."""
    assert verdict.check is not None
    return dict(verdict.check.raw.sheets)


def send(store: Store, worker: Worker, data: bytes, *, minute: int) -> Receipt:
    """Merge a workbook."""
    return receive(store, worker, data, ISSUED + timedelta(minutes=minute))


def in_force(store: Store) -> dict[str, pl.DataFrame]:
    """Return the rows in force, without where they were read last."""
    with store.read() as connection:
        rows = read_state(connection, "957").rows
    return {name: frame.drop("kilde", "raekke", "kilder") for name, frame in rows.items()}


def test_rearranged_rows_read_the_same(worker: Worker, files: dict[str, bytes]) -> None:
    """Sorted, filtered, moved, inserted, hidden, renamed: every row with its id and its values."""
    before, after = (sheets(judge(worker, files[name])) for name in ("as issued", "rearranged"))
    for sheet_id, sheet in before.items():
        if sheet_id != "indkomst":
            one, other = (
                s.frame.drop("raekke").sort("raekke_id") for s in (sheet, after[sheet_id])
            )
            assert one.equals(other), sheet_id
    assert after["vurdering"].frame["raekke"].to_list() == [5, 6, 12]
    assert after["afgoerelse"].frame["raekke"].to_list() == [4, 6, 7, 8, 9, 10]
    assert after["indkomst"].frame.select("raekke", "indkomst_kilde").rows() == [
        (9, "Anden pension")
    ]


def test_rearranging_is_no_fault(worker: Worker, files: dict[str, bytes]) -> None:
    """Hidden rows and the new name of a tab are mentioned; nothing else is new.

    A heading of hers is told of the newest form alone: an older one had headings of its own.
    """
    before, after = (judge(worker, files[name]) for name in ("as issued", "rearranged"))
    assert after.accepted
    assert {f.code for f in after.findings} - {f.code for f in before.findings} == {
        "STR-051",
        "STR-064",
    }


def test_rearranging_changes_nothing_in_the_database(
    store: Store, worker: Worker, files: dict[str, bytes]
) -> None:
    """Only the row typed below is new; it gets an id of its own."""
    send(store, worker, files["as issued"], minute=1)
    before = in_force(store)
    receipt = send(store, worker, files["rearranged"], minute=2)
    assert receipt.missing == ()
    after = in_force(store)
    assert after.pop("indkomst").height == 1
    assert before.pop("indkomst").height == 0
    assert all(after[name].equals(frame) for name, frame in before.items())


def test_each_wrong_edit_is_named(worker: Worker, files: dict[str, bytes]) -> None:
    """At its cell, with a sentence and a remedy unlike any other."""
    verdict = judge(worker, files["spoiled"])
    found = {(f.code, f.sheet, f.cell): f for f in verdict.findings}
    assert WRONG.keys() <= found.keys()
    for language in FORM.texts.languages():
        for part in ("message", "remedy"):
            said = [getattr(found[key], part)(SpokenForm(FORM, language)) for key in WRONG]
            assert all(said)
            assert len(set(said)) == len(said)


def test_no_other_value_is_lost(worker: Worker, files: dict[str, bytes]) -> None:
    """Everything that was not edited reads as before, on every sheet."""
    before, after = (sheets(judge(worker, files[name])) for name in ("as issued", "spoiled"))
    for sheet_id, sheet in before.items():
        kept = [name for name in sheet.frame.columns if name in after[sheet_id].frame.columns]
        one = sheet.frame.select(kept)
        other = (
            after[sheet_id]
            .frame.select(kept)
            .filter(pl.col("raekke").is_in(one["raekke"].to_list()))
        )
        changed = {
            (row["raekke"], name)
            for row, same in zip(one.to_dicts(), other.to_dicts(), strict=True)
            for name in kept
            if row[name] != same[name]
        }
        assert changed == SPOILED_CELLS.get(sheet_id, set()), sheet_id
    # Neither has what later versions of the form added.
    lost = set(after["afgoerelse"].missing) - set(before["afgoerelse"].missing)
    assert lost == {"niveau"}


def test_what_is_wrong_still_shows_its_text(worker: Worker, files: dict[str, bytes]) -> None:
    """The wrong values themselves are read, not made blank: the caseworker corrects them."""
    after = sheets(judge(worker, files["spoiled"]))
    borger = {row["raekke"]: row for row in after["borger"].frame.to_dicts()}
    assert borger[5]["lokalitet"] == "L" * 61
    assert borger[6]["cpr"] == "101602234"
    forloeb = {row["raekke"]: row for row in after["forloeb"].frame.to_dicts()}
    assert forloeb[6]["forloeb_type"] == "Sovs"
    assert forloeb[14]["raekke_id"] == forloeb[4]["raekke_id"]
    vurdering = {row["raekke"]: row for row in after["vurdering"].frame.to_dicts()}
    assert vurdering[5]["vurdering_dato"] == "17. februar 2025"


def test_a_spoiled_workbook_changes_nothing(
    store: Store, worker: Worker, files: dict[str, bytes]
) -> None:
    """A column is gone, so the file is no submission; what was accepted stays in force."""
    send(store, worker, files["as issued"], minute=1)
    before = in_force(store)
    data = files["spoiled"]
    verdict, submission = worker.read(data, Arrival("957.xlsx", "957.xlsx", None, len(data)))
    assert not verdict.accepted
    assert submission is None
    assert all(in_force(store)[name].equals(frame) for name, frame in before.items())
