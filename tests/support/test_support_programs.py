"""The programs that other tests lean on: LibreOffice and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy

from tests.support.libreoffice import render_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice


@pytest.mark.lo
def test_libreoffice_reads_typed_text_as_a_danish_user_means_it(libreoffice: LibreOffice) -> None:
    """Dates are day-month-year, decimals have a comma, formulas recalculate, errors show."""
    with libreoffice.new() as document:
        sheet = document.sheet_names[0]
        document.type_row(sheet, "A1", ["02-05-2024", "12,5", "", "=B1*2", "=1/0", "'0123"])
        assert document.values(sheet, "A1:F1") == ((45414.0, 12.5, "", 25.0, None, "0123"),)
        assert document.formula(sheet, "D1") == "=B1*2"
        assert document.shown(sheet, "E1") == "#DIV/0!"
        assert document.error_cells(sheet) == ("E1",)
        document.set_text(sheet, "B1", "4")
        assert document.value(sheet, "D1") == 8.0


@pytest.mark.lo
def test_libreoffice_saves_and_draws_a_workbook(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """A saved workbook holds the same values, and its pages become pictures."""
    with libreoffice.new() as document:
        sheet = document.sheet_names[0]
        document.fill(sheet, "B2", [["a", 1.5], ["0101", ""]])
        saved = document.save_as(tmp_path / "bog.xlsx")
        pdf = document.save_as(tmp_path / "bog.pdf")
    with libreoffice.open(saved) as document:
        assert document.values(sheet, "B2:C3") == (("a", 1.5), ("0101", ""))
    (page,) = render_pdf(pdf, folder=tmp_path / "sider")
    assert page.read_bytes().startswith(b"\x89PNG")


@pytest.mark.pg
def test_each_postgresql_test_has_an_empty_database(pg_url: str, pg_database: str) -> None:
    """A fresh database stands beside the server's own and sorts text by bytes."""
    assert sqlalchemy.make_url(pg_database).database != sqlalchemy.make_url(pg_url).database
    engine = sqlalchemy.create_engine(pg_database, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
        sorted_by_bytes = connection.scalar(sqlalchemy.text("SELECT 'Z' < 'a'"))
    assert tables == []
    assert sorted_by_bytes is True


RUN = """
import os, signal, subprocess, sys
from pathlib import Path
from tests.support.run_watch import ended_with_this_run
program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with ended_with_this_run(program.pid, by=signal.SIGKILL, folder=Path(sys.argv[1])):
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
program.kill()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX systems do")
@pytest.mark.parametrize("how", ["killed", "ended"])
def test_what_a_run_started_ends_with_it(tmp_path: Path, how: str) -> None:
    """Of a killed run the program and its folder are gone soon; one that ends keeps its folder."""
    folder = tmp_path / "profile"
    folder.mkdir()
    # The program holds the output of the run, which is read to its end: as long as it lives.
    run = [sys.executable, "-c", RUN, str(folder), how]
    done = subprocess.run(run, check=False, capture_output=True, timeout=30)
    assert (done.returncode == 0, folder.exists()) == (how == "ended", how == "ended")
