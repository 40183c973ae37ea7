"""The whole way through the real command line, on the folder that `fpsheet demo` leaves."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from openpyxl import load_workbook

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.demo.country import invent_country
from fpsheet.demo.scale import SMALL
from fpsheet_templates.load import load_form
from tests.support.package_lint import lint_package

KOMMUNER = ("706", "707", "730", "825", "955", "956", "957", "959", "960")
TODAY = ("--today", "02-03-2026")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without the settings and keys of this machine."""
    folder = tmp_path_factory.mktemp("settings")
    return {
        "FPSHEET_CONFIG": str(folder / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(folder / "noegler"),
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """The folder of one demo run."""
    return Path(shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo") / "D"))


def database(demo: Path) -> tuple[str, str]:
    """Return the option that names the demo's database."""
    return "--db", f"sqlite:///{demo / 'central.db'}"


def answer(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    *,
    code: int = ExitCode.DONE,
) -> list[object]:
    """Run a command with `--json` and return what it says, line by line."""
    capsys.readouterr()
    assert run([*arguments, "--json"], environment=environment) == code
    caught = capsys.readouterr()
    assert caught.err == ""
    return [json.loads(line) for line in caught.out.splitlines()]


def test_demo_leaves_what_it_says(demo: Path) -> None:
    """Workbooks, packages and receipts of each kommune, a database, and both editions."""
    assert sorted(path.name for path in (demo / "projektmapper").iterdir()) == [
        f"{kode}-2026.xlsx" for kode in KOMMUNER
    ]
    noted = ["database.txt", *(f"afsendt-{kode}.txt" for kode in KOMMUNER)]
    for folder, own in (("indbakke", []), ("kvitteringer", noted)):
        there = sorted(path.name for path in (demo / folder).iterdir())
        assert [name[:3] for name in there if name not in own] == list(KOMMUNER)
        assert set(own) <= set(there)
    public = [path.name for path in (demo / "statistik").glob("*.xlsx")]
    written = [path.name for path in (demo / "statistik-fortroligt").glob("*.xlsx")]
    internal = [name for name in written if "kontrol" not in name]
    assert len(public) == len(internal) == len(KOMMUNER) + 2
    with sqlite3.connect(demo / "central.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM forloeb").fetchone()
    connection.close()
    assert count > 2000


def test_demo_refuses_a_folder_of_somebody_else(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that holds something else is left alone."""
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    assert run(["demo", "--out", str(tmp_path)], environment=environment) == ExitCode.USAGE
    assert "er ikke tom" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_check(demo: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """`check --json` has the shape that is promised, and its control totals hold."""
    path = str(demo / "projektmapper" / "955-2026.xlsx")
    (found,) = answer(["check", path, *TODAY], capsys, environment, code=ExitCode.FINDINGS)
    assert isinstance(found, dict)
    assert list(found) == ["file", "accepted", "counts", "rows", "findings"]
    assert list(found["counts"]) == ["KRITISK", "FEJL", "ADVARSEL", "INFO"]
    rows = found["rows"]
    assert rows["xml"] == rows["read"] + rows["blank"] + rows["quarantined"]
    parts = ["code", "severity", "sheet", "cell", "field", "message", "remedy"]
    assert all(list(finding) == parts for finding in found["findings"])
    assert sum(found["counts"].values()) == len(found["findings"])


def test_same_files_again_change_nothing(
    demo: Path,
    tmp_path: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A second sync knows every file, gives the same receipts and leaves the database alone."""
    copy = tmp_path / "D"
    shutil.copytree(demo, copy)
    before = hashlib.sha256((copy / "central.db").read_bytes()).hexdigest()
    arguments = ["sync", str(copy / "indbakke"), *database(copy), "--receipts", str(tmp_path / "k")]
    lines = answer([*arguments, *TODAY], capsys, environment)
    assert [line["state"] for line in lines if isinstance(line, dict)] == ["known"] * len(KOMMUNER)
    assert hashlib.sha256((copy / "central.db").read_bytes()).hexdigest() == before
    receipts = list((demo / "kvitteringer").glob("*/*"))
    assert len(receipts) == 2 * len(KOMMUNER)
    for receipt in receipts:
        again = tmp_path / "k" / receipt.relative_to(demo / "kvitteringer")
        assert again.read_bytes() == receipt.read_bytes()


def test_questions_to_the_database(
    demo: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, conflicts, history and info answer as JSON."""
    (lines,) = answer(["status", "--year", "2026", *database(demo)], capsys, environment)
    assert isinstance(lines, list)
    states = {line["kommune_kode"]: line["state"] for line in lines}
    assert states["955"] == "karantaene"
    assert states["101"] == "ikke_modtaget"
    assert answer(["conflicts", *database(demo)], capsys, environment) == [[]]
    (info,) = answer(["db", "info", *database(demo)], capsys, environment)
    assert isinstance(info, dict)
    assert info["submissions"] == len(KOMMUNER)
    book = next(
        book
        for book in invent_country(load_form(), scale=SMALL, seed=1)
        if book.kommune_kode == "959"
    )
    cpr = str(book.rows["vurdering"][0]["cpr"])
    typed = [row for rows in book.rows.values() for row in rows if row["cpr"] == cpr]
    (known,) = answer(["history", cpr, *database(demo)], capsys, environment)
    assert isinstance(known, list)
    assert len(known) == len(typed)


def test_every_line_of_the_log_is_sealed_after_a_demo(
    demo: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Merges, editions and whatever else a demo does: no line waits for a seal."""
    (log,) = answer(["db", "log", *database(demo)], capsys, environment)
    assert isinstance(log, dict)
    assert log["faults"] == []
    assert log["sealed"] == log["lines"] > len(KOMMUNER)
    assert {entry["action"] for entry in log["entries"]} >= {"sync", "udgivelse", "intern"}


@pytest.mark.slow
def test_rebuild_gives_the_same(
    demo: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The stored originals give the same database again."""
    assert run(["rebuild", "--verify", *database(demo)], environment=environment) == ExitCode.DONE
    assert "er den samme" in capsys.readouterr().out
    (told,) = answer(["rebuild", "--verify", *database(demo)], capsys, environment)
    assert told == {"same": True, "submissions": len(KOMMUNER)}


def test_report_again_gives_the_same_bytes(
    demo: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """The statistics of a kommune written again are the same to the byte."""
    period = ("--from", "01-01-2025", "--to", "31-12-2025", "--internal", "--kommune", "959")
    arguments = ["report", *period, "--out", str(tmp_path / "ud"), *database(demo), *TODAY]
    assert run(arguments, environment=environment) == ExitCode.DONE
    (written,) = (tmp_path / "ud-fortroligt").glob("*.xlsx")
    assert written.read_bytes() == (demo / "statistik-fortroligt" / written.name).read_bytes()


@pytest.mark.slow
def test_every_kind_of_workbook_is_sound(
    demo: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """None of them makes Excel offer a repair: filled, returned, pulled, statistics, lists."""
    central, filled = database(demo), str(demo / "projektmapper" / "959-2026.xlsx")
    commands = (
        ["check", filled, "--return", str(tmp_path / "returned.xlsx"), *TODAY],
        ["pull", "--kommune", "955", "--out", str(tmp_path / "pulled.xlsx"), *central],
        ["--lang", "en", "pull", "--kommune", "707", "--out", str(tmp_path / "en.xlsx"), *central],
        ["status", "--out", str(tmp_path / "status.xlsx"), *central],
        ["rules", "--out", str(tmp_path / "rules.xlsx")],
    )
    for command in commands:
        assert run(command, environment=environment) in {ExitCode.DONE, ExitCode.FINDINGS}
    editions = [path for path in (demo / "statistik").glob("*.xlsx") if "-2025" in path.name]
    paths = [
        *tmp_path.glob("*.xlsx"),
        *(demo / "projektmapper").glob("[79]07-2026.xlsx"),
        *(demo / "kvitteringer").rglob("*.xlsx"),
        *editions,
    ]
    assert len(paths) > len(commands) + 2 * len(KOMMUNER)
    assert {path.name: lint_package(path.read_bytes()) for path in paths} == {
        path.name: () for path in paths
    }


def test_the_audit_says_how_near_anybody_comes(demo: Path) -> None:
    """It is marked, in a folder of its own, and leaves every reader three values or more."""
    files = sorted((demo / "statistik-fortroligt").glob("*-kontrol-fortroligt.xlsx"))
    assert len(files) == 2
    for file in files:
        rows = list(load_workbook(file).worksheets[0].iter_rows(values_only=True))
        assert str(rows[0][0]).startswith("FORTROLIGT")
        heads = next(row for row in rows if row[0] == "Hvad")
        values = heads.index("Mulige tal, mindst")
        readers = {str(row[1]): row for row in rows if row[0] == "Læser"}
        assert "Offentligheden" in readers
        assert len(readers) >= 5
        assert {row[values] for row in readers.values()} <= {2, 3, None}
        assert readers["Offentligheden"][values] == 3
        assert int(str(readers["Offentligheden"][heads.index("Små")])) > 100


def test_exports(
    demo: Path,
    tmp_path: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The list for side 900 has those with a pension in Greenland, the other everybody's CPR."""
    rows = {}
    for kind in ("side900", "skat"):
        path = tmp_path / f"{kind}.xlsx"
        arguments = ["export", kind, "--out", str(path), "--day", "02-03-2026", *database(demo)]
        (told,) = answer(arguments, capsys, environment)
        assert isinstance(told, dict)
        assert lint_package(path.read_bytes()) == ()
        listed = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
        assert str(listed[0][0]).startswith("FORTROLIGT")
        rows[kind] = listed[2:]
        assert (told["file"], told["rows"]) == (str(path), len(rows[kind]) - 1)
        assert told["compared_with"] is None
    assert rows["skat"][0] == ("CPR-nummer", "Indkomstkilde", "Fra dato", "Til dato")
    assert rows["side900"][0][:3] == ("CPR-nummer", "Kommune", "Niveau")
    everybody = {row[0] for row in rows["skat"][1:]}
    greenland = {row[0] for row in rows["side900"][1:]}
    assert greenland < everybody
    assert all(isinstance(cpr, str) and len(cpr) == len("010101-0001") for cpr in everybody)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["report", "--from", "2025-12-31", "--to", "2025-01-01", "--out", "x"], "før"),
        (["report", "--from", "1-1-25", "--to", "2025-01-01", "--out", "x"], "er ikke en dag"),
        (["status"], "Der er ingen database"),
        (["history", "12345"], "ti cifre"),
        (["sync", "no-such-folder"], "findes ikke"),
        (["rebuild"], "--verify"),
    ],
)
def test_wrong_questions(
    arguments: list[str],
    sentence: str,
    demo: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What cannot be answered gets a clear sentence, code 2, and no half-written file."""
    place = database(demo) if arguments[0] == "report" else ("--db", "sqlite:///no-such.db")
    assert run([*arguments, *place], environment=environment) == ExitCode.USAGE
    caught = capsys.readouterr()
    assert sentence in caught.err
    assert "Traceback" not in caught.err
    assert "12345" not in caught.err


def test_pull_writes_what_is_in_force(
    demo: Path, tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A workbook of the database's own rows; a second kommune has nothing to pull."""
    for name in ("central.db", "central.noegle"):
        shutil.copy(demo / name, tmp_path / name)
    db, out = f"sqlite:///{tmp_path / 'central.db'}", tmp_path / "hentet.xlsx"
    arguments = ["pull", "--kommune", "957", "--year", "2026", "--out", str(out), "--db", db]
    (said,) = answer(arguments, capsys, environment)
    assert isinstance(said, dict)
    with sqlite3.connect(tmp_path / "central.db") as connection:
        condition = "kommune_kode='957' AND til_indberetning IS NULL AND annuller IS NULL"
        for sheet, count in said["rows"].items():
            query = f"SELECT count(*) FROM {sheet} WHERE {condition}"
            assert connection.execute(query).fetchone() == (count,)
        query = (
            "SELECT count(*) FROM karantaene WHERE kommune_kode='957' AND til_indberetning IS NULL"
        )
        assert connection.execute(query).fetchone() == (said["waiting"],)
    connection.close()
    (checked,) = answer(["check", str(out), *TODAY], capsys, environment)
    assert isinstance(checked, dict)
    assert checked["rows"]["read"] == sum(said["rows"].values()) > 0
    arguments[2], arguments[6] = "851", str(tmp_path / "851.xlsx")
    assert run(arguments, environment=environment) == ExitCode.USAGE
    assert "intet fra 851" in capsys.readouterr().err
