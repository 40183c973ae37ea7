"""The vault stays closed: figures, status and conflicts need neither it nor its key."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fpsheet.cli.program import run
from fpsheet_sync.database.keys import write_clerk_secret, write_rounding_secret
from fpsheet_sync.database.store import open_store
from fpsheet_templates.load import load_form
from tests.support.editions import bytes_of, first_reports, inside
from tests.support.submissions import new_store

if TYPE_CHECKING:
    from pathlib import Path

YEAR = ("--from", "01-01-2025", "--to", "31-12-2025", "--today", "02-03-2026")


@pytest.fixture
def databases(tmp_path: Path) -> tuple[str, str]:
    """Return a database, and the same without vault, originals and key."""
    whole, closed = tmp_path / "whole.db", tmp_path / "closed.db"
    with closing(new_store(f"sqlite:///{whole.as_posix()}")) as store:
        first_reports(store)
    shutil.copyfile(whole, closed)
    with (
        closing(open_store(f"sqlite:///{closed.as_posix()}", load_form())) as store,
        store.write() as connection,
    ):
        for name in ("vault", "original"):
            connection.execute(text(f"DROP TABLE {name}"))
    for name in ("whole", "closed"):
        # Whoever publishes has the secret of the rounding and a key to the log of their own.
        write_rounding_secret(tmp_path / f"{name}.afrunding", bytes(range(32)))
        write_clerk_secret(tmp_path / f"{name}.lognoegle", bytes(range(32)))
    return f"sqlite:///{whole.as_posix()}", f"sqlite:///{closed.as_posix()}"


@pytest.mark.parametrize(
    "command",
    [
        ("report", *YEAR, "--out"),
        ("report", *YEAR, "--publish", "--out"),
        ("report", *YEAR, "--internal", "--out"),
        ("status", "--year", "2026", "--out"),
    ],
    ids=["draft", "publish", "internal", "status"],
)
def test_files_are_the_same_without_the_vault(
    command: tuple[str, ...],
    databases: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is written does not change by a byte where there is nothing to look a number up in."""
    environment = {"FPSHEET_CONFIG": str(tmp_path / "none"), "FPSHEET_KEY_FOLDER": str(tmp_path)}
    written = []
    for number, url in enumerate(databases):
        folder = tmp_path / f"out{number}"
        folder.mkdir()
        out = folder / "status.xlsx" if command[0] == "status" else folder
        code = run([*command, str(out), "--db", url], environment=environment)
        assert code == 0, capsys.readouterr()
        written.append(bytes_of(folder) | bytes_of(inside(folder)))
    assert written[0]
    assert written[0].keys() == written[1].keys()
    assert written[0] == written[1]


def test_questions_are_answered_without_the_vault(
    databases: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, conflicts and the counts say the same; who asks for a citizen is told what lacks."""
    environment = {"FPSHEET_CONFIG": str(tmp_path / "none"), "FPSHEET_KEY_FOLDER": str(tmp_path)}
    for command in (["status", "--json"], ["conflicts", "--json"], ["conflicts", "--settled"]):
        said = []
        for url in databases:
            assert run([*command, "--db", url], environment=environment) == 0
            said.append(capsys.readouterr().out)
        assert said[0] == said[1]
    code = run(["history", "6101801000", "--db", databases[1]], environment=environment)
    assert code == 2
    assert "nøgle" in capsys.readouterr().err.casefold()
