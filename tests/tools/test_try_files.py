"""The table of verdicts over a folder of files that others made (`tools/try_files.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.xlsx_parts import make_package, make_workbook, sheet_xml, text_row
from tools.try_files import FAILED, READ, Trial, find_files, main, table_lines, try_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FOREIGN = make_package({"Ark1": sheet_xml(text_row(1, ["Navn", "Beløb"]))})


def lay_out(folder: Path) -> None:
    """Put one file of each kind into a folder and a folder in it."""
    (folder / "ind").mkdir()
    (folder / "a.xlsx").write_bytes(make_workbook().data())
    (folder / "b.XLSX").write_bytes(FOREIGN.data())
    (folder / "ind" / "c.xlsx").write_bytes(FOREIGN.with_part("xl/vbaProject.bin", b"x").data())
    (folder / "d.xls").write_bytes(b"")


def test_each_file_gets_its_verdict(tmp_path: Path) -> None:
    """One of ours is read; others are refused by code, all codes of one file together."""
    lay_out(tmp_path)
    files = find_files(tmp_path, [".xlsx"])
    verdicts = {trial.path.name: trial.verdict for trial in try_files(files, seconds=30)}
    assert verdicts == {"a.xlsx": READ, "b.XLSX": "STR-040", "c.xlsx": "STR-027 STR-040"}


def test_the_table_counts_names_and_times(tmp_path: Path) -> None:
    """Counts by verdict, most first; failures and the slowest file by name."""
    trials = [
        Trial(tmp_path / "x.xlsx", "STR-040", 0.5),
        Trial(tmp_path / "y.xlsx", "STR-040", 2.0),
        Trial(tmp_path / "z.xlsx", FAILED, 0.1),
    ]
    lines = list(table_lines(trials, root=tmp_path))
    assert lines[0] == "3 files"
    assert lines[1].split() == ["2", "STR-040", "x.xlsx,", "y.xlsx"]
    assert lines[2].split() == ["1", FAILED, "z.xlsx"]
    assert lines[3] == "failures: 1"
    assert lines[4] == "slowest: 2.0 s y.xlsx"


def test_the_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All files without a choice of endings; nothing failed, so the code is 0."""
    lay_out(tmp_path)
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("4 files\n")
    assert "STR-004" in said
    assert "failures: 0" in said
