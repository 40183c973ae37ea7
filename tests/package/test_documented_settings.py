"""Every setting that a document names exists, and does what the document says."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fpsheet.cli.program import run
from fpsheet.cli.session import Session
from fpsheet.cli.words import load_words
from fpsheet.config import Settings, read_settings
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.statistics.publication.publication import read_publications
from tests.support.editions import first_reports
from tests.support.submissions import new_store

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
SNIPPET = re.compile(r"(?:^ {4}|`)([a-z_]+ = [^`\n]+?)(?:`|$)", re.MULTILINE)
NAMED = re.compile(r"[`»]([a-z]+_[a-z_]+|afrunding|threshold|outbox|publisher|contact)[`«]")

TRIED = {
    "database": "tests/package/test_documented_settings.py::test_the_database_and_its_key",
    "keys": "tests/package/test_documented_settings.py::test_the_database_and_its_key",
    "key_folder": "tests/package/test_documented_settings.py::test_the_folder_of_keys",
    "takes_unsigned": (
        "tests/departement/test_attack_folder.py::test_nothing_unsigned_is_taken_at_all"
    ),
    "unsigned_folders": (
        "tests/departement/test_attack_folder.py::test_a_folder_delivers_for_its_own_kommune_alone"
    ),
    "unsigned_despite_key": (
        "tests/departement/test_attack_folder.py::test_a_kommune_with_a_key_delivers_signed"
    ),
    "outbox": "tests/excel/test_excel_live.py",
    "afrunding": "tests/package/test_documented_settings.py::test_the_base_of_the_rounding",
    "threshold": "tests/cli/test_report.py",
    "frister": "tests/views/test_reminder.py",
    "keep_years": "tests/cli/test_erase_command.py",
}
"""Setting → the test that tries what it does, or the file of those that do."""


def named_settings() -> set[str]:
    """Return the settings that the documents name."""
    found = set[str]()
    known = {setting.name for setting in fields(Settings)}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found |= {snippet.partition(" ")[0] for snippet in SNIPPET.findall(text)}
        found |= {name for name in NAMED.findall(text) if name in known}
    return found


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_what_a_document_tells_to_write_is_read(page: Path, tmp_path: Path) -> None:
    """Each line of settings on a page, as it stands there, is taken by the program."""
    file = tmp_path / "fpsheet.toml"
    for snippet in SNIPPET.findall(page.read_text(encoding="utf-8")):
        file.write_text(snippet, encoding="utf-8")
        read_settings({"FPSHEET_CONFIG": str(file)})


def test_every_setting_that_is_named_is_tried() -> None:
    """There are such settings, and each has a test that is there."""
    named = named_settings()
    assert named >= {"takes_unsigned", "keep_years", "unsigned_folders", "afrunding"}
    assert named <= set(TRIED)
    for setting in named:
        path, _, function = TRIED[setting].partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        nodes = ast.parse(text).body
        names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        assert function in names if function else setting in text, setting


def session_of(folder: Path, settings: str) -> Session:
    """Return a session with a settings file."""
    file = folder / "fpsheet.toml"
    file.write_text(settings, encoding="utf-8")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Session(load_words("da"), {"FPSHEET_CONFIG": str(file)}, now)


def test_the_database_and_its_key(tmp_path: Path) -> None:
    """`db init` makes both where the settings say."""
    database, key = tmp_path / "base.db", tmp_path / "noegler" / "central.noegle"
    settings = f'database = "sqlite:///{database.as_posix()}"\nkeys = "{key.as_posix()}"\n'
    session = session_of(tmp_path, settings)
    assert run(["db", "init"], environment=dict(session.environment)) == 0
    assert database.is_file()
    assert key.is_file()


def test_the_folder_of_keys(tmp_path: Path) -> None:
    """`keys departement` makes the departement's keys in it."""
    folder = tmp_path / "nøgler hos os"
    session = session_of(tmp_path, f'key_folder = "{folder.as_posix()}"\n')
    environment = {**session.environment, "FPSHEET_KEY_PASSWORD": "tre ord til os"}
    assert run(["keys", "departement"], environment=environment) == 0
    assert (folder / "modtager.txt").is_file()


def test_the_base_of_the_rounding(tmp_path: Path) -> None:
    """What is published is rounded to the base that the settings name."""
    write_keys(tmp_path / "base.noegle", b"\x07" * 32, fictional=True)
    database = f"sqlite:///{(tmp_path / 'base.db').as_posix()}"
    store = new_store(database)
    first_reports(store)
    settings = f'database = "{database}"\nafrunding = 3\nthreshold = 3\n'
    environment = dict(session_of(tmp_path, settings).environment)
    period = ("--from", "2025-01-01", "--to", "2025-12-31")
    report = ["report", *period, "--publish", "--out", str(tmp_path / "ud")]
    assert run(report, environment=environment) == 0
    with store.read() as connection:
        (edition,) = read_publications(connection, "GL")
    store.close()
    assert edition.settings["afrunding"] == 3
