"""The departement's answer in the kommune's own file, and what is read back from it.

Findings: HIS-021, HIS-022, HIS-023.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from fpsheet.cli.program import run
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import Worker, make_worker
from fpsheet.ooxml.zip_file import unpack
from fpsheet.receipts.receipt_book import receipt_book
from fpsheet.receipts.receipt_file import write_receipt
from fpsheet.returned.answered_workbook import answer_workbook
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.returned.stamp import stamp_workbook
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.transport.payload import Payload, read_payload, write_payload
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger.conflict_decision import conflicts, resolve_conflict
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import TODAY, Row, check_bytes, edit, make_workbook, opened
from tests.support.stores import receive
from tests.support.submissions import new_store, rows
from tests.support.unmarked import clean_workbook
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

FORM = load_form()
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "vurdering": [
        {"cpr": CPR, "vurdering_dato": date(2026, 2, 2), "arbejdsevne_pct": 20},
        {"cpr": CPR, "vurdering_dato": date(2026, 5, 4), "arbejdsevne_pct": 10},
    ],
}
FIRST = f"{column_of('vurdering', 'arbejdsevne_pct', 'GL')}4"
SECOND = f"{column_of('vurdering', 'arbejdsevne_pct', 'GL')}5"
HOURS = f"{column_of('vurdering', 'maks_timer_pr_uge', 'GL')}4"


@dataclass
class Office:
    """A departement in one process: what is sent is merged at once."""

    store: Store
    worker: Worker
    minute: int = 0

    def send(self, content: bytes) -> Receipt:
        """Merge a workbook that is read a minute after the one before."""
        self.minute += 1
        moment = datetime(2026, 3, 2, 8, self.minute, tzinfo=UTC)
        return receive(self.store, self.worker, content, moment)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Return the worker of every office."""
    key_file = tmp_path_factory.mktemp("keys") / "central.noegle"
    write_keys(key_file, b"\x07" * 32)
    with make_worker(Desk(FORM, TODAY, datetime(2026, 11, 22, tzinfo=UTC), key_file)) as worker:
        yield worker


@pytest.fixture
def office(diverged: Diverged, worker: Worker, tmp_path: Path) -> Iterator[Office]:
    """Return an office that has received both copies."""
    place = tmp_path / "central.db"
    shutil.copyfile(diverged.database, place)
    with closing(new_store(f"sqlite:///{place.as_posix()}")) as store:
        yield Office(store, worker, minute=3)


def put(**cells: float) -> Callable[[Workbook], None]:
    """Return an edit that puts values into cells of the sheet of vurderinger."""

    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book["Vurderinger"][address] = value

    return change


def answer(content: bytes, receipt: Receipt) -> bytes:
    """Put a receipt into a workbook."""
    checked = check_bytes(content, FORM)
    found = (checked.findings, checked.check)
    return answer_workbook(opened(content), found, receipt, SpokenForm(FORM, "da"))


def with_parent(content: bytes, parent: str) -> bytes:
    """Return a workbook that descends from a submission."""
    found = opened(content)
    return stamp_workbook(found.archive, found.stamp, parent)


@dataclass(frozen=True)
class Diverged:
    """Two copies that went apart, the receipt of the second, and the database that knows both."""

    one: bytes
    other: bytes
    receipt: Receipt
    returned: bytes
    database: Path


@pytest.fixture(scope="module")
def diverged(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Diverged:
    """Return two copies in which percent and hours were changed differently."""
    place = tmp_path_factory.mktemp("store") / "central.db"
    first = make_workbook(FORM, ROWS)
    with closing(new_store(f"sqlite:///{place.as_posix()}")) as store:
        office = Office(store, worker)
        stamped = with_parent(first, office.send(first).sha256)
        one = edit(stamped, put(**{FIRST: 30, HOURS: 10, SECOND: 15}))
        other = edit(stamped, put(**{FIRST: 40}))
        office.send(one)
        receipt = office.send(other)
    return Diverged(one, other, receipt, answer(other, receipt), place)


def choose(content: bytes, **cells: str) -> bytes:
    """Write into the list of conflicts as a person does: by its headings."""

    def change(book: Workbook) -> None:
        sheet = book["Konflikter"]
        names = [str(cell.value) for cell in sheet[2]]
        for name, text in cells.items():
            sheet.cell(4, names.index(f"konflikter.{name}") + 1).value = text

    return edit(content, change)


def in_force(office: Office) -> tuple[int, float | None]:
    """Return percent and hours of the first vurdering."""
    found = rows(office.store, "vurdering").sort("raekke_id").row(0, named=True)
    return found["arbejdsevne_pct"], found["maks_timer_pr_uge"]


def test_the_answer_changes_nothing_but_what_is_ours(diverged: Diverged) -> None:
    """Every cell of every sheet is as sent, byte for byte; of the hidden one all but the stamp."""
    before, after = unpack(diverged.other), unpack(diverged.returned)
    sheets = [name for name in before if name.startswith("xl/worksheets/sheet")]
    cells = re.compile(rb"<sheetData.*</sheetData>", re.DOTALL)
    changed = [name for name in sheets if cells.findall(before[name]) != cells.findall(after[name])]
    (meta,) = changed
    stamp = re.compile(rb'<c r="B6".*?</c>')
    assert diverged.receipt.sha256.encode() in stamp.findall(after[meta])[0]
    assert stamp.sub(b"", after[meta]) == stamp.sub(b"", before[meta])
    lists = {"[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"}
    others = {name for name in set(before) - set(sheets) - lists if "/_rels/" not in name}
    assert others
    assert all(after[name] == before[name] for name in others)


def test_both_sides_stand_in_the_list(diverged: Diverged) -> None:
    """One line per field of the group, with the value in force and what each copy says."""
    sheet = load_workbook(BytesIO(diverged.returned))["Konflikter"]
    names = [str(cell.value).partition(".")[2] for cell in sheet[2]]
    lines = [
        dict(zip(names, [cell.value for cell in row], strict=True)) for row in sheet.iter_rows(4)
    ]
    told = {
        line["celle"]: [str(line[f"udgave_{side}"]).split("\n")[0] for side in "ab"]
        for line in lines
    }
    assert told == {FIRST: ["30", "40"], HOURS: ["10", "-"]}
    assert [line["gaelder"] for line in lines] == ["20", "-"]


@pytest.mark.parametrize(
    ("cells", "agreed"),
    [
        ({"valg": "A", "navn": "BC", "grund": "Lægens tal"}, (30, 10)),
        ({"valg": "b", "navn": "BC", "grund": "Lægens tal"}, (40, None)),
        ({"valg": "A", "skriv": "35", "navn": "BC", "grund": "Midt imellem"}, (35, 10)),
    ],
    ids=["letter", "small letter", "typed over a letter"],
)
def test_a_choice_counts(
    office: Office, diverged: Diverged, cells: dict[str, str], agreed: tuple[int, float | None]
) -> None:
    """A letter takes a side whole, a typed value its own field; name and reason are kept."""
    receipt = office.send(choose(diverged.returned, **cells))
    assert in_force(office) == agreed
    assert conflicts(office.store) == []
    assert [choice.values for choice in receipt.settled] == [
        {"arbejdsevne_pct": agreed[0], "maks_timer_pr_uge": agreed[1]}
    ]
    again = answer(choose(diverged.returned, **cells), receipt)
    book = load_workbook(BytesIO(again))
    assert "Konflikter" not in book.sheetnames
    assert (book["Vurderinger"][FIRST].value, book["Vurderinger"][HOURS].value) == agreed


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"valg": "C", "navn": "BC", "grund": "x"}, "HIS-021"),
        ({"skriv": "mange", "navn": "BC", "grund": "x"}, "HIS-021"),
        ({"skriv": "35", "navn": "BC", "grund": "x"}, "HIS-021"),
        ({"valg": "A", "sider": "{", "navn": "BC", "grund": "x"}, "HIS-021"),
        ({"valg": "A", "felt_id": "borger.findes_ikke", "skriv": "1"}, "HIS-021"),
        ({"valg": "A", "grund": "x"}, "HIS-022"),
        ({"valg": "A", "navn": "BC"}, "HIS-022"),
        ({"valg": "A", "navn": "BC", "grund": f"se {CPR}"}, "HIS-023"),
        ({"valg": "A", "navn": "610180-1234", "grund": "x"}, "HIS-023"),
    ],
    ids=["letter", "text", "half", "broken", "field", "name", "reason", "number", "initials"],
)
def test_a_choice_that_cannot_be_used_is_a_finding(
    office: Office, diverged: Diverged, cells: dict[str, str], code: str
) -> None:
    """Nothing is settled, the conflict stays, and the check says where and what to do."""
    content = choose(diverged.returned, **cells)
    chosen = opened(content).chosen
    assert [finding.code for finding in chosen.findings] == [code]
    assert "»Konflikter«" in chosen.findings[0].message(SpokenForm(FORM, "da"))
    receipt = office.send(content)
    assert in_force(office) == (20, None)
    assert len(receipt.conflicts) == 1


@pytest.mark.parametrize("missing", ["navn", "grund"])
def test_a_choice_without_a_name_or_reason_is_told_and_stays(
    office: Office, diverged: Diverged, missing: str
) -> None:
    """The receipt tells it (HIS-022), and the new list still has all that was written."""
    written = {"valg": "A", "navn": "BC", "grund": "Lægens tal"}
    del written[missing]
    content = choose(diverged.returned, **written)
    receipt = office.send(content)
    told = [found for found in receipt.findings if found["code"] == "HIS-022"]
    assert [dict(one["details"]) for one in told] == [
        {"liste": "Konflikter", "sted": f"Vurderinger {FIRST}"}
    ]
    again = answer(content, receipt)
    assert listed(again) == {"skriv": "", missing: "", **written}
    receipt = office.send(choose(again, **{missing: "nu"}))
    assert in_force(office) == (30, 10)
    assert receipt.conflicts == ()


def listed(content: bytes) -> dict[str, object]:
    """Return what stands in the answers of the first line of the list."""
    sheet = load_workbook(BytesIO(content))["Konflikter"]
    names = [str(cell.value).partition(".")[2] for cell in sheet[2]]
    line = dict(zip(names, (cell.value for cell in sheet[4]), strict=True))
    return {name: line[name] or "" for name in ("valg", "skriv", "navn", "grund")}


def test_a_letter_does_not_stay_where_the_sides_changed(office: Office, diverged: Diverged) -> None:
    """A third value came since: the letter may stand for another side, the name stays."""
    content = choose(diverged.returned, valg="A", navn="BC", grund="x")
    own = hashlib.sha256(diverged.one).hexdigest()
    office.send(edit(with_parent(diverged.one, own), put(**{FIRST: 50})))
    receipt = office.send(content)
    assert len(receipt.conflicts) == 1
    assert listed(answer(content, receipt)) == {
        "valg": "",
        "skriv": "",
        "navn": "BC",
        "grund": "x",
    }


def test_a_choice_that_breaks_a_rule_is_told(office: Office, diverged: Diverged) -> None:
    """More hours than a week may have: no conflict is settled, and the receipt says so."""

    def write(book: Workbook) -> None:
        sheet = book["Konflikter"]
        names = [str(cell.value) for cell in sheet[2]]
        for row, text in ((4, "30"), (5, "900")):
            sheet.cell(row, names.index("konflikter.skriv") + 1).value = text

    content = edit(choose(diverged.returned, navn="BC", grund="x"), write)
    receipt = office.send(content)
    assert "HIS-021" in [found["code"] for found in receipt.findings]
    assert len(receipt.conflicts) == 1
    assert in_force(office) == (20, None)


def test_nobody_chose(diverged: Diverged) -> None:
    """An untouched list, and a workbook without one, say nothing."""
    assert opened(diverged.returned).chosen.choices == ()
    assert opened(diverged.returned).chosen.findings == ()
    assert opened(diverged.other).chosen.findings == ()


def test_who_edits_the_row_after_the_choice_knew_it(office: Office, diverged: Diverged) -> None:
    """The row still says the old value; changing it further is no new conflict."""
    chosen = choose(diverged.returned, valg="A", navn="BC", grund="x")
    sent = office.send(chosen)
    receipt = office.send(edit(with_parent(chosen, sent.sha256), put(**{FIRST: 45})))
    assert receipt.conflicts == ()
    assert in_force(office) == (45, None)


def test_a_decision_of_the_departement_comes_home(office: Office, diverged: Diverged) -> None:
    """The next receipt tells who decided and why beside both values, and the cells follow."""
    (shown,) = conflicts(office.store)
    values = {"arbejdsevne_pct": 33, "maks_timer_pr_uge": 9.0}
    actor = Actor("kontorchefen", datetime(2026, 3, 3, tzinfo=UTC))
    resolve_conflict(office.store, shown.conflict.id, values, actor=actor, reason="ringet op")
    content = with_parent(diverged.other, diverged.receipt.sha256)
    receipt = office.send(content)
    (told,) = receipt.settled
    assert (told.by, told.reason, dict(told.values)) == ("kontorchefen", "ringet op", values)
    assert [claim.values["arbejdsevne_pct"] for claim in told.claims] == [30, 40]
    again = answer(content, receipt)
    book = load_workbook(BytesIO(again))
    assert (book["Vurderinger"][FIRST].value, book["Vurderinger"][HOURS].value) == (33, 9)
    shown_book = load_workbook(BytesIO(write_xlsx(receipt_book(receipt, SpokenForm(FORM, "da")))))
    line = [cell.value for cell in list(shown_book["Afgjort"].iter_rows())[-2]]
    assert line[2:6] == ["Arbejdsevne (pct.)", "33", "kontorchefen", "ringet op"]
    assert [str(cell).split(" ")[0] for cell in line[6:8]] == ["30", "40"]
    assert office.send(again).settled == ()
    assert in_force(office) == (33, 9)


def decided(office: Office, diverged: Diverged) -> tuple[bytes, Receipt]:
    """Let the departement decide 30 and 10; return the workbook that says 40, and its receipt."""
    (shown,) = conflicts(office.store)
    values = {"arbejdsevne_pct": 30, "maks_timer_pr_uge": 10.0}
    actor = Actor("kontorchefen", datetime(2026, 3, 2, 8, 3, 30, tzinfo=UTC))
    resolve_conflict(office.store, shown.conflict.id, values, actor=actor, reason="ringet op")
    content = with_parent(diverged.other, diverged.receipt.sha256)
    return content, office.send(content)


@pytest.mark.parametrize("percent", [20, 40, 35])
def test_who_took_the_receipt_corrects_the_decision(
    office: Office, diverged: Diverged, percent: int
) -> None:
    """Typed over what the receipt wrote: the last agreed value, the own earlier one, any other."""
    content, receipt = decided(office, diverged)
    corrected = edit(answer(content, receipt), put(**{FIRST: percent}))
    sent = office.send(corrected)
    assert (sent.conflicts, sent.settled) == ((), ())
    assert in_force(office) == (percent, 10)
    assert load_workbook(BytesIO(answer(corrected, sent)))["Vurderinger"][FIRST].value == percent


def test_a_receipt_taken_twice_leaves_the_correction(office: Office, diverged: Diverged) -> None:
    """Her own earlier value typed back before sending: the same receipt does not undo it."""
    content, receipt = decided(office, diverged)
    corrected = edit(answer(content, receipt), put(**{FIRST: 40}))

    # The hours of the group are blank in what she said.
    def clear(book: Workbook) -> None:
        book["Vurderinger"][HOURS].value = None

    corrected = edit(corrected, clear)
    again = answer(corrected, receipt)
    assert load_workbook(BytesIO(again))["Vurderinger"][FIRST].value == 40
    assert office.send(again).settled == ()
    assert in_force(office) == (40, None)


def test_what_she_typed_before_the_receipt_came_contradicts_it(
    office: Office, diverged: Diverged
) -> None:
    """The receipt cannot write over it, so she was not told: both stand, the decision counts."""
    content, receipt = decided(office, diverged)
    sent = office.send(answer(edit(content, put(**{FIRST: 35})), receipt))
    (shown,) = sent.conflicts
    assert [claim.values["arbejdsevne_pct"] for claim in shown.claims] == [30, 35]
    assert in_force(office) == (30, 10)
    book = load_workbook(BytesIO(answer(edit(content, put(**{FIRST: 35})), receipt)))
    assert book["Vurderinger"][FIRST].value == 35


def test_what_was_typed_since_is_not_written_over(office: Office, diverged: Diverged) -> None:
    """A cell changed after sending keeps its value when the receipt comes."""
    chosen = choose(diverged.returned, valg="A", navn="BC", grund="x")
    receipt = office.send(chosen)
    since = edit(with_parent(chosen, receipt.sha256), put(**{FIRST: 45}))
    book = load_workbook(BytesIO(answer(since, receipt)))
    assert book["Vurderinger"][FIRST].value == 45


def test_choices_travel_in_a_package(diverged: Diverged) -> None:
    """What was chosen goes with the payload; a payload without choices is of the first version."""
    content = choose(diverged.returned, valg="A", navn="BC", grund="Lægens tal")
    checked = check_bytes(content, FORM)
    choices = opened(content).chosen.choices
    payload = Payload(checked.check.raw, (), choices)
    assert read_payload(write_payload(payload), FORM).choices == choices
    assert len(choices) == 1


def test_marking_again_keeps_the_list(diverged: Diverged) -> None:
    """A check in between replaces its own marks and leaves the choices; no look is lost."""
    content = choose(diverged.returned, valg="A", navn="BC", grund="x")
    checked = check_bytes(content, FORM)
    for findings in (checked.findings, ()):
        again = return_workbook(opened(content), findings, checked.check, SpokenForm(FORM, "da"))
        assert len(opened(again).chosen.choices) == 1
        parts = unpack(again)
        looks = parts["xl/styles.xml"].partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
        used = [
            found for part in parts.values() for found in re.findall(rb'<c [^>]*s="(\d+)"', part)
        ]
        assert all(int(number) < looks.count(b"<xf ") for number in used)
    assert "Konflikter" not in load_workbook(BytesIO(clean_workbook(content, FORM))).sheetnames


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("other workbook", "hører til en anden projektmappe"),
        ("old", "en anden kopi af projektmappen"),
        ("copy", "en anden kopi af projektmappen"),
        ("open", "er åben i Excel"),
        ("broken", "kan ikke læses"),
        ("half", "ikke hel"),
        ("book", "ikke hel"),
    ],
)
def test_a_receipt_that_does_not_fit_changes_nothing(
    case: str,
    sentence: str,
    diverged: Diverged,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wrong, old, of a copy, half written, or the workbook is open: a sentence, and no change."""
    file, receipt = tmp_path / "956.xlsx", tmp_path / "kvittering.json"
    content = {
        "other workbook": make_workbook(FORM, ROWS, kommune="957"),
        "old": with_parent(diverged.other, "f" * 64),
        "copy": diverged.one,
        "broken": diverged.other[:2000],
    }.get(case, diverged.other)
    file.write_bytes(content)
    data = write_receipt(diverged.receipt)
    receipt.write_bytes({"half": data[:500], "book": content}.get(case, data))
    if case == "open":
        (tmp_path / ".~lock.956.xlsx#").touch()
    command = ["receive", str(receipt), str(file), "--today", "22-11-2026"]
    environment = {"FPSHEET_CONFIG": str(tmp_path / "x"), "FPSHEET_KEY_FOLDER": str(tmp_path)}
    assert run(command, environment=environment) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "ændret" in said
    assert file.read_bytes() == content
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []
