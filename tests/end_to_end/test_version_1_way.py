"""Version 1 workbooks of the cases from the field: upgraded, checked, sent, merged and counted.

The workbook is built by form version 1, so it has none of version 2's columns. It is sent as it is,
lifted, and sent again: nothing is lost, nothing is in conflict, and the tables count it.
"""

from __future__ import annotations

import gzip
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from fpsheet.checking.check_file import Question
from fpsheet.cli.program import run
from fpsheet.kommune.steps import check_files, upgrade_file
from fpsheet.progress import Silent
from fpsheet.workbook.build import build_workbook
from fpsheet_sync.database.keys import write_keys
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from tests.validation.test_field_cases import TODAY, Row, books

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from fpsheet_templates.form import Field
    from tests.support.libreoffice import LibreOffice

OLD, NEW = load_form(1), load_form()
DATA = Path(__file__).parents[1] / "upgrade" / "data"
FROZEN, DATABASE = DATA / "form-1.xlsx", DATA / "form-1.db.gz"
SECRET = b"\x07" * 32
"""The key of `form-1.db.gz`, for invented citizens."""
QUESTION = Question(NEW, TODAY)
LONG_AGO = datetime(2026, 2, 2, tzinfo=UTC).timestamp()
"""A file that changed a moment ago is still arriving."""
DAY = ("--today", "28-11-2026")


def typed(field: Field, text: str | None) -> object:
    """Return what a person types for a cell of the table."""
    if text in {None, "-"}:
        return None
    assert text is not None
    if field.type is FieldType.DATE:
        return date.fromisoformat(text)
    if field.type is FieldType.CODE:
        return OLD.code_lists[field.codes].by_entry("da").get(text.casefold(), text)
    if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        return float(text)
    return text.replace("-", "") if field.type is FieldType.CPR else text


CASES = {"956": ("gl", "stat"), "707": ("dk",)}
"""Kommune → the books of cases that are its own: every kind of case of the field is in one."""


def rows_of(kommune: str) -> dict[str, list[Row]]:
    """Return the rows of a kommune's cases by sheet."""
    return {
        sheet.id: [row for book in CASES[kommune] for row in books()[book].get(sheet.id, [])]
        for sheet in OLD.entry_sheets()
    }


def old_workbook(kommune: str) -> bytes:
    """Return the cases of a kommune as a workbook of form version 1."""
    rows = {
        sheet_id: [
            {
                field.id: typed(field, {**row, "sagsbehandler": "AB"}.get(field.id))
                for field in OLD.sheet(sheet_id).entry_fields()
            }
            for row in own
        ]
        for sheet_id, own in rows_of(kommune).items()
    }
    return build_workbook(
        OLD,
        kommune_kode=kommune,
        aar=2026,
        language="da",
        workbook_id="F1E2D3C4",
        issued_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        rows=rows,  # type: ignore[arg-type]
        premade=2,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workbook of version 1, and the same lifted."""
    folder = tmp_path_factory.mktemp("version-1")
    old, new = folder / "956-gammel.xlsx", folder / "956-ny.xlsx"
    old.write_bytes(old_workbook("956"))
    upgrade_file(old, QUESTION, new)
    return old, new


def found(path: Path) -> list[tuple[str, str, int]]:
    """Return code, sheet and row of what the check finds in the citizens' rows."""
    (verdict,) = check_files([path], QUESTION, Silent())
    return sorted((f.code, f.sheet, f.row) for f in verdict.findings if f.sheet != "forside")


def test_what_is_lifted_says_what_it_said(files: tuple[Path, Path]) -> None:
    """The same findings, none of them blocking, and every row has the new columns."""
    old, new = files
    assert found(old) == found(new)
    (verdict,) = check_files([new], QUESTION, Silent())
    blocking = [f.code for f in verdict.findings if f.severity is Severity.FEJL]
    assert [code for code in blocking if code not in {"ARB-006", "ARB-007"}] == []
    assert verdict.totals.read == sum(len(rows) for rows in rows_of("956").values())
    headings = [cell.value for cell in load_workbook(new)["Afgørelser"][3]]
    assert "Påklaget afgørelse af" in headings


def column(sheet: Worksheet, heading: str) -> int:
    """Return the column whose heading begins so."""
    texts = [str(cell.value or "") for cell in sheet[3]]
    return 1 + next(n for n, text in enumerate(texts) if text.startswith(heading))


def typed_into(path: Path, heading: str, row: int, value: date | str) -> bytes:
    """Return a workbook with one cell of Afgørelser typed."""
    book = load_workbook(path)
    sheet = book["Afgørelser"]
    sheet.cell(row, column(sheet, heading)).value = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


class Departement:
    """A database and the inbox that workbooks of 956 arrive in, one after the other."""

    def __init__(self, root: Path, *, began_at: bytes | None = None) -> None:
        """Make a database, or go on with one of an earlier version of the program."""
        self.database, self.inbox = root / "central.db", root / "indbakke"
        self.base = ["--db", f"sqlite:///{self.database.as_posix()}"]
        self.environment = {
            "FPSHEET_CONFIG": str(root / "fpsheet.toml"),
            "FPSHEET_KEY_FOLDER": str(root / "noegler"),
        }
        self.arrived = 0
        self.inbox.mkdir()
        if began_at is None:
            assert self.call("db", "init") == 0
            return
        self.database.write_bytes(began_at)
        write_keys(self.database.with_suffix(".noegle"), SECRET, fictional=True)

    def call(self, *words: str) -> int:
        """Run a command on the database; return its exit code."""
        return run([*words, *self.base], environment=self.environment)

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Return what the tables of the sheets hold, by name of column."""
        found: dict[str, list[dict[str, object]]] = {}
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            for sheet in OLD.entry_sheets():
                wanted = f"SELECT * FROM {sheet.id} ORDER BY raekke_id, fra_indberetning"
                found[sheet.id] = [dict(row) for row in connection.execute(wanted)]
        return found

    def arrive(self, content: bytes, kommune: str = "956") -> None:
        """Let a workbook arrive that was saved an hour after the one before."""
        file = self.inbox / f"{kommune}-{self.arrived}.xlsx"
        file.write_bytes(content)
        os.utime(file, (LONG_AGO + 3600 * self.arrived,) * 2)
        self.arrived += 1

    def merge(self, *contents: bytes, kommune: str = "956") -> int:
        """Merge what arrives; return the exit code."""
        for content in contents:
            self.arrive(content, kommune)
        return self.call("sync", str(self.inbox), *DAY)


@pytest.mark.slow
def test_an_old_file_after_a_new_one_takes_nothing_away(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Version 1 has no column for what version 2 said: it says nothing of it, and it stays."""
    old, new = files
    departement = Departement(tmp_path)
    assert departement.merge(typed_into(new, "Påklaget afgørelse af", 7, date(2017, 6, 30))) == 0
    assert departement.merge(typed_into(old, "Journalnr", 4, "26/17")) == 0
    with sqlite3.connect(departement.database) as connection:
        rows = connection.execute(
            "SELECT count(paaklaget_dato), count(journal_nr) FROM afgoerelse"
            " WHERE til_indberetning IS NULL"
        ).fetchall()
    assert rows == [(1, 1)], rows


@pytest.mark.slow
def test_after_the_upgrade_a_new_application_is_a_line_and_the_first_one_stays(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    """The dates of version 1 are the same in the database; the new application is one row more."""
    old, new = files
    departement = Departement(tmp_path)
    assert departement.merge(old.read_bytes()) in {0, 1}
    first = departement.rows()
    book = load_workbook(new)
    courses, citizen = book["Forløb"], book["Borgere"]
    cpr = citizen.cell(4, column(citizen, "CPR-nummer")).value
    row = 1 + max(cell.row for cell in courses["C"] if cell.value)
    for heading, value in (
        ("CPR-nummer", cpr),
        ("Forløbstype", "Ansøgning"),
        ("Startdato", date(2026, 2, 2)),
    ):
        courses.cell(row, column(courses, heading)).value = value
    target = BytesIO()
    book.save(target)
    assert departement.merge(target.getvalue()) in {0, 1}
    assert departement.call("conflicts") == 0

    def applied(rows: dict[str, list[dict[str, object]]]) -> dict[object, object]:
        return {each["raekke_id"]: each["ansoegning_dato"] for each in rows["borger"]}

    after = departement.rows()
    assert applied(after) == applied(first)
    assert len([day for day in applied(after).values() if day]) > 1
    days = [each["start_dato"] for each in after["forloeb"] if each["forloeb_type"] == "ansoegning"]
    assert days == ["2026-02-02"]
    assert len(after["forloeb"]) == 1 + len(first["forloeb"])


@pytest.mark.slow
def test_a_database_of_version_1_goes_on_with_files_of_both_versions(tmp_path: Path) -> None:
    """The guide's line lifts it with all it holds, and then it takes what either form says.

    The database was made by the program as it was before form version 2, from `form-1.xlsx`.
    """
    guide = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ {4}fpsheet (db upgrade)$", guide, flags=re.MULTILINE)
    departement = Departement(tmp_path, began_at=gzip.decompress(DATABASE.read_bytes()))
    before = departement.rows()
    assert [len(rows) for rows in before.values()] == [3, 8, 3, 1, 6, 0, 0]
    assert departement.call("conflicts") == 2
    assert departement.call(*line.split()) == 0
    after = departement.rows()
    for sheet, rows in before.items():
        old = [{name: row[name] for name in rows[0]} for row in after[sheet]] if rows else []
        assert old == rows
        added = {name for row in after[sheet] for name in row.keys() - rows[0].keys()}
        assert all(row[name] is None for row in after[sheet] for name in added)
    new = tmp_path / "957-ny.xlsx"
    upgrade_file(FROZEN, QUESTION, new)
    appealed = typed_into(new, "Påklaget afgørelse af", 5, date(2009, 3, 10))
    changed = typed_into(FROZEN, "Journalnr", 4, "26/17")
    assert departement.merge(appealed, changed, kommune="957") == 0
    decisions = [row for row in departement.rows()["afgoerelse"] if row["til_indberetning"] is None]
    assert [row["paaklaget_dato"] for row in decisions if row["paaklaget_dato"]] == ["2009-03-10"]
    assert "26/17" in [row["journal_nr"] for row in decisions]
    assert len(decisions) == len(before["afgoerelse"])
    assert departement.call("conflicts") == 0
    assert departement.call("rebuild", "--verify") == 0


@pytest.mark.slow
@pytest.mark.lo
def test_filled_in_libreoffice_upgraded_filled_further_sent_and_merged(
    tmp_path: Path, libreoffice: LibreOffice
) -> None:
    """A citizen typed before the upgrade and a field of version 2 typed after it both arrive.

    The workbook was sent before the upgrade too; nothing is in conflict, lost or doubled.
    """
    old, new, sent = (tmp_path / name for name in ("gammel.xlsx", "ny.xlsx", "sendt.xlsx"))
    citizens = load_workbook(FROZEN)["Borgere"]
    free = 1 + max(cell.row for cell in citizens["C"] if cell.value)
    with libreoffice.open(FROZEN) as document:
        for heading, text in (
            ("CPR-nummer", "6505801237"),
            ("Pensionist før 1.", "Nej"),
            ("Sagsbehandler", "XY"),
        ):
            letter = get_column_letter(column(citizens, heading))
            document.set_text("Borgere", f"{letter}{free}", text)
        document.save_as(old)
    upgrade_file(old, QUESTION, new)
    decisions = load_workbook(new)["Afgørelser"]
    appealed = get_column_letter(column(decisions, "Påklaget afgørelse af"))
    with libreoffice.open(new) as document:
        document.set_text("Afgørelser", f"{appealed}5", "10-03-2009")
        document.save_as(sent)
    departement = Departement(tmp_path)
    assert departement.merge(FROZEN.read_bytes(), kommune="957") in {0, 1}
    before = departement.rows()
    assert departement.merge(old.read_bytes(), sent.read_bytes(), kommune="957") in {0, 1}
    after = {
        sheet: [row for row in rows if row["til_indberetning"] is None]
        for sheet, rows in departement.rows().items()
    }
    assert [len(rows) - len(before[sheet]) for sheet, rows in after.items()] == [1, *[0] * 6]
    assert [row["sagsbehandler"] for row in after["borger"]].count("XY") == 1
    days = [row["paaklaget_dato"] for row in after["afgoerelse"] if row["paaklaget_dato"]]
    assert days == ["2009-03-10"]
    assert departement.call("conflicts") == 0


@pytest.mark.slow
def test_both_versions_are_merged_and_counted(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The old file, then the new one: one state, no conflict, and T23 has the nævn's decisions."""
    departement = Departement(tmp_path)
    for path in files:
        assert departement.merge(path.read_bytes()) in {0, 1}
    out = ["--internal", "--out", str(tmp_path / "statistik")]
    period = ["--from", "01-01-2017", "--to", "31-12-2026", *DAY]
    assert departement.call("conflicts") == 0
    assert departement.call("report", *period, *out) == 0
    inside = tmp_path / "statistik-fortroligt"
    (book,) = [path for path in inside.glob("*.xlsx") if "956" not in path.name]
    table = load_workbook(book)["T23"]
    text = [[cell.value for cell in row] for row in table.iter_rows()]
    (total,) = [row for row in text if row[0] in {"Hele landet", "1 af 5 kommuner"}]
    # G01, G02, both of G08, S1 and S7 changed it, G26 upheld it, G03 remitted it.
    assert total[1:6] == [8, 1, 6, 1, 0]


@pytest.mark.slow
def test_denmarks_cases_are_lifted_merged_and_counted(tmp_path: Path) -> None:
    """The same way for Norddjurs: what version 1 has no words for waits, the rest is counted.

    D06 lacks pensionsnævnet's reasons; D16 has hours and no percent, which is enough in Denmark.
    BRG-070 reads a column that version 1 has not: it asks of D04 and D14 when the workbook is
    lifted.
    """
    old, new = tmp_path / "707-gammel.xlsx", tmp_path / "707-ny.xlsx"
    old.write_bytes(old_workbook("707"))
    upgrade_file(old, QUESTION, new)
    asked = {("BRG-070", "afgoerelse", 8), ("BRG-070", "afgoerelse", 18)}
    assert set(found(new)) - set(found(old)) == asked
    assert set(found(old)) < set(found(new))
    (verdict,) = check_files([new], QUESTION, Silent())
    blocking = {f.code for f in verdict.findings if f.severity is Severity.FEJL}
    assert blocking - {"ARB-006", "ARB-007"} == {"FLT-001"}
    assert verdict.totals.read == sum(len(rows) for rows in books()["dk"].values())
    departement = Departement(tmp_path)
    for path in (old, new):
        assert departement.merge(path.read_bytes(), kommune="707") in {0, 1}
    assert departement.call("conflicts") == 0
    merged = {row["raekke_id"] for row in departement.rows()["borger"]}
    assert len(merged) == len(books()["dk"]["borger"]) - 1
    out = ["--internal", "--out", str(tmp_path / "statistik")]
    period = ["--from", "01-01-2017", "--to", "31-12-2026", *DAY]
    assert departement.call("report", *period, *out) == 0
    inside = tmp_path / "statistik-fortroligt"
    (path,) = [path for path in inside.glob("*.xlsx") if "707" not in path.name]
    book = load_workbook(path)
    totals = {
        name: next(
            row[1:4]
            for row in book[name].iter_rows(values_only=True)
            if row[0] in {"I alt", "Hele landet", "1 af 98 kommuner"}
        )
        for name in ("T11d", "T13")
    }
    # Ten awards (D03 has two) and the refusals of D05 and D18; D06's refusal waits with its case.
    assert totals["T11d"] == (12, 10, 2)
    # D13 was sent back by pensionsnævnet.
    assert totals["T13"][0] == 1
