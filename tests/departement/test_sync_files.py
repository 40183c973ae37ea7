"""What `sync` writes and says: returned workbooks, numbers by fate, exit codes, and where to."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from fsspec import AbstractFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from openpyxl import load_workbook

from fpsheet.cli.program import run
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet.ooxml.zip_file import unpack
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.stored_state import read_commits
from fpsheet_templates.load import load_form
from tests.support.desk import Row, check_bytes, edit, make_database, make_workbook, saved
from tests.support.exchange import TODAY
from tests.support.unmarked import clean_workbook
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

FORM = load_form()
ROWS: dict[str, list[Row]] = {
    "borger": [
        {"cpr": f"610180123{n}", "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"}
        for n in range(3)
    ],
    "forloeb": [
        {
            "cpr": f"610180123{n}",
            "forloeb_type": "afklaringsforloeb",
            "start_dato": date(2026, 1, 5),
            "slut_dato": date(2026, 2, 1),
            "resultat": "afgoerelse_truffet",
        }
        for n in range(3)
    ],
}
END = column_of("forloeb", "slut_dato", "GL")
START = column_of("forloeb", "start_dato", "GL")
SAVED = datetime(2026, 3, 1, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()


@dataclass
class Office:
    """A departement with an inbox into which kommuner drop their workbooks, and a database."""

    root: Path
    capsys: pytest.CaptureFixture[str]
    minute: int = 0

    def __post_init__(self) -> None:
        """Make the database, as a departement does once."""
        self.root.mkdir(parents=True, exist_ok=True)
        make_database(self.root / "central.db")

    @property
    def inbox(self) -> Path:
        """The inbox."""
        return self.root / "indbakke"

    def drop(self, name: str, content: bytes) -> Path:
        """Drop a file that was saved a minute after the one before."""
        self.minute += 1
        file = self.inbox / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        moment = MORNING + 60 * self.minute
        os.utime(file, (moment, moment))
        return file

    def call(self, *words: str) -> tuple[int, str]:
        """Run a command; return its exit code and what it said."""
        environment = {
            "FPSHEET_CONFIG": str(self.root / "none"),
            "FPSHEET_KEY_FOLDER": str(self.root),
            "FPSHEET_DB": f"sqlite:///{(self.root / 'central.db').as_posix()}",
        }
        self.capsys.readouterr()
        code = run(list(words), environment=environment)
        said = self.capsys.readouterr()
        return code, said.out + said.err

    def sync(self) -> tuple[int, dict[str, Any]]:
        """Merge the inbox; return the exit code, and what became of each file."""
        code, said = self.call("sync", str(self.inbox), *TODAY, "--json")
        lines = [json.loads(line) for line in said.splitlines()]
        return code, {line["file"]: line for line in lines}

    def answers(self, suffix: str) -> list[bytes]:
        """Return what went back to the kommune 956, oldest first."""
        files = sorted((self.root / "kvitteringer" / "956").glob(f"*{suffix}"))
        return [file.read_bytes() for file in files]


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    """An office with an empty inbox."""
    return Office(tmp_path, capsys)


def put(**cells: object) -> Callable[[Workbook], None]:
    """Return an edit that puts values into cells of the sheet of forløb."""

    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book["Forløb"][address] = value  # type: ignore[assignment]

    return change


def empty(book: Workbook) -> None:
    """Delete every row."""
    for name in ("Borgere", "Forløb"):
        book[name].delete_rows(4, 9)


def stamp(content: bytes) -> str:
    """Return the stamp that a workbook carries."""
    return check_bytes(content, FORM).check.raw.meta.get("parent", "")


@pytest.mark.slow
def test_a_dropped_workbook_comes_back_to_go_on_with(office: Office) -> None:
    """Its own file, stamped and with the fault marked; sent on, it descends from what was sent."""
    faulty = edit(make_workbook(FORM, ROWS), put(**{f"{END}4": datetime(2026, 1, 1)}))  # noqa: DTZ001 - a cell
    office.drop("956.xlsx", faulty)
    code, found = office.sync()
    assert (code, found["956.xlsx"]["state"]) == (1, "karantaene")
    (back,) = office.answers("-retur.xlsx")
    assert stamp(back) == json.loads(office.answers(".json")[0])["sha256"]
    book = load_workbook(BytesIO(back))
    listed = [[cell.value for cell in row] for row in book["Fejlliste"].iter_rows(min_row=4)]
    assert any("FOR-001" in row for row in listed)
    assert book["Forløb"][f"{END}4"].comment is not None
    before, after = unpack(faulty), unpack(clean_workbook(back, FORM))
    theirs = {name for name in before if name.startswith("xl/worksheets/sheet")}
    cells = re.compile(rb"<sheetData.*</sheetData>", re.DOTALL)
    changed = [n for n in theirs if cells.findall(before[n]) != cells.findall(after[n])]
    assert len(changed) == 1  # the hidden one, for the stamp
    office.drop("956 rettet.xlsx", edit(back, put(**{f"{END}4": datetime(2026, 2, 3)})))  # noqa: DTZ001 - a cell
    code, found = office.sync()
    assert found["956 rettet.xlsx"]["state"] == "flettet"
    store = open_store(f"sqlite:///{(office.root / 'central.db').as_posix()}", FORM)
    with closing(store), store.read() as connection:
        first, second = read_commits(connection, "956")
    assert (second.parent, second.ancestor) == (first.sha256, first.id)


@pytest.mark.slow
def test_a_conflict_stands_in_the_workbook_that_comes_back(office: Office) -> None:
    """What the merge alone knows is there too: the list of conflicts with both values."""
    office.drop("956.xlsx", make_workbook(FORM, ROWS))
    office.sync()
    (back,) = office.answers("-retur.xlsx")
    # The first copy has one edit more, so that the two can be told apart.
    days = {f"{START}4": datetime(2026, 1, 6), f"{START}5": datetime(2026, 1, 9)}  # noqa: DTZ001 - cells
    office.drop("en.xlsx", edit(back, put(**days)))
    office.sync()
    office.drop("to.xlsx", edit(back, put(**{f"{START}4": datetime(2026, 1, 7)})))  # noqa: DTZ001 - a cell
    code, found = office.sync()
    assert (code, found["to.xlsx"]["state"]) == (1, "flettet")
    assert found["to.xlsx"]["sheets"]["forloeb"]["conflicting"] == 1
    *_, last = office.answers("-retur.xlsx")
    cells = [str(cell.value) for row in load_workbook(BytesIO(last))["Konflikter"] for cell in row]
    assert [cell[:10] for cell in cells if cell[:10] in {"06-01-2026", "07-01-2026"}] == [
        "06-01-2026",
        "07-01-2026",
    ]
    code, _ = office.call("conflicts")
    assert code == 1


@pytest.mark.slow
def test_each_file_is_read_once_whatever_the_merge_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are fetched once, read and checked once, and the workbook that goes back is made
    once, also where the merge found a conflict; it is the one that `receive` makes of the file.
    """
    office.drop("956.xlsx", make_workbook(FORM, ROWS))
    office.sync()
    (back,) = office.answers("-retur.xlsx")
    days = {f"{START}4": datetime(2026, 1, 6), f"{START}5": datetime(2026, 1, 9)}  # noqa: DTZ001 - cells
    other = edit(back, put(**{f"{START}4": datetime(2026, 1, 7)}))  # noqa: DTZ001 - a cell
    office.drop("en.xlsx", saved(edit(back, put(**days)), SAVED))
    file = office.drop("to.xlsx", saved(other, SAVED + timedelta(hours=1)))
    fetched, tasks = Counter[str](), Counter[str]()
    fetch, do = AbstractFileSystem.cat_file, ReadingProcess.run

    def count_fetched(system: AbstractFileSystem, path: str, **rest: object) -> bytes:
        fetched[path.rpartition("/")[2]] += 1
        data: bytes = fetch(system, path, **rest)
        return data

    def count_tasks(process: ReadingProcess, task: Task) -> object:
        tasks[task.run] += 1
        return do(process, task)

    monkeypatch.setattr(AbstractFileSystem, "cat_file", count_fetched)
    monkeypatch.setattr(ReadingProcess, "run", count_tasks)
    _, found = office.sync()
    monkeypatch.undo()
    assert found["to.xlsx"]["sheets"]["forloeb"]["conflicting"] == 1
    assert fetched == {"en.xlsx": 1, "to.xlsx": 1}
    assert sorted(tasks.values()) == [2, 2]
    file.replace(office.root / "to.xlsx")
    receipt = max((office.root / "kvitteringer" / "956").glob("*.json"))
    code, said = office.call("receive", str(receipt), str(office.root / "to.xlsx"), *TODAY)
    assert code == 1, said
    assert (office.root / "to.xlsx").read_bytes() == office.answers("-retur.xlsx")[-1]


@pytest.mark.slow
def test_numbers_of_rows_by_fate(office: Office) -> None:
    """New, changed, withdrawn, unchanged, waiting, missing: counted by hand, sheet by sheet."""
    office.drop("956.xlsx", make_workbook(FORM, ROWS))
    _, found = office.sync()
    first = found["956.xlsx"]
    assert first["check"]["rows"]["read"] == 6
    assert first["check"]["rows"]["xml"] == sum(
        first["check"]["rows"][part] for part in ("read", "blank", "quarantined")
    )
    assert {n: s["new"] for n, s in first["sheets"].items() if s["new"]} == {
        "borger": 3,
        "forloeb": 3,
    }
    annul = column_of("forloeb", "annuller", "GL")
    (back,) = office.answers("-retur.xlsx")
    label = FORM.code_lists["annuller"]["dublet"].label("da")
    cells = {f"{START}4": datetime(2026, 1, 6), f"{annul}5": label}  # noqa: DTZ001 - a cell
    office.drop("956 ny.xlsx", edit(back, put(**cells)))
    _, found = office.sync()
    assert found["956.xlsx"]["state"] == "known"
    numbers = found["956 ny.xlsx"]["sheets"]["forloeb"]
    assert numbers == {
        "new": 0,
        "changed": 1,
        "withdrawn": 1,
        "unchanged": 1,
        "conflicting": 0,
        "quarantined": 0,
        "missing": 0,
    }


@pytest.mark.slow
def test_exit_codes_of_sync(office: Office) -> None:
    """0 when all is merged or known; 1 while a file waits, is held or refused; 2 without inbox."""
    assert office.call("sync", str(office.inbox), *TODAY)[0] == 2
    office.inbox.mkdir()
    assert office.call("sync", str(office.inbox), *TODAY)[0] == 0
    good = office.drop("956.xlsx", make_workbook(FORM, ROWS))
    os.utime(good)
    code, said = office.call("sync", str(office.inbox), *TODAY)
    assert (code, "på vej" in said) == (1, True)
    os.utime(good, (MORNING, MORNING))
    assert office.sync()[0] == 0
    assert office.sync()[0] == 0
    junk = office.drop("junk.xlsx", b"PK\x03\x04")
    assert office.sync()[0] == 1
    junk.unlink()
    (back,) = office.answers("-retur.xlsx")
    office.drop("tom.xlsx", edit(back, empty))
    code, found = office.sync()
    assert (code, found["tom.xlsx"]["state"]) == (1, "tilbageholdt")


def test_receipts_never_lie_in_the_inbox(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside it they would be taken for submissions: refused by name, and «.» is no trap."""
    office.drop("956.xlsx", make_workbook(FORM, ROWS))
    inside = str(office.inbox / "kvitteringer")
    code, said = office.call("sync", str(office.inbox), "--receipts", inside, *TODAY)
    assert (code, "må ikke ligge i indbakken" in said) == (2, True)
    assert [file.name for file in office.inbox.iterdir()] == ["956.xlsx"]
    monkeypatch.chdir(office.inbox)
    assert office.call("sync", ".", *TODAY)[0] == 0
    assert [file.name for file in office.inbox.iterdir()] == ["956.xlsx"]
    assert len(office.answers("-retur.xlsx")) == 1


def test_a_workbook_is_sent_to_an_address(office: Office) -> None:
    """The outbox may be any fsspec address; the package appears there whole and is merged."""
    file = office.root / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS))
    system = MemoryFileSystem()
    try:
        code, said = office.call("submit", str(file), "--to", "memory://post/ind", *TODAY)
        assert code == 0, said
        (package,) = system.find("/post/ind")
        assert f"memory://{package.lstrip('/')}" in said.replace("memory:///", "memory://")
        code, said = office.call("sync", "memory://post/ind", *TODAY, "--json")
        assert json.loads(said)["state"] == "flettet"
    finally:
        system.rm("/post", recursive=True)


@pytest.mark.slow
def test_a_release_sends_a_receipt(office: Office) -> None:
    """A file that was held: after the release the next sync writes what was merged, and how."""
    first = make_workbook(FORM, ROWS)
    office.drop("956.xlsx", first)
    office.sync()
    office.drop("956.xlsx", edit(first, lambda book: book["Forløb"].delete_rows(5, 2)))
    assert office.sync()[1]["956.xlsx"]["state"] == "tilbageholdt"
    assert len(office.answers(".json")) == 2
    code, said = office.call("conflicts", "release", "2", "--reason", "aftalt")
    assert code == 0, said
    office.sync()
    later = json.loads(office.answers(".json")[-1])
    assert (later["number"], later["status"], later["held"]) == ("956-2026-000003", "flettet", None)
    returned = office.answers("-retur.xlsx")[-1]
    assert stamp(returned) == later["sha256"]
    office.sync()
    assert len(office.answers(".json")) == 3
    office.drop("956.xlsx", returned)
    assert office.sync()[1]["956.xlsx"]["state"] == "flettet"
