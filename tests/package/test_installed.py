"""The installed wheel works where there is nothing but the wheel and what it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OLD_WORKBOOK = "tests/upgrade/data/form-1.xlsx"

_IMPORT_ALL = """
import importlib, pkgutil, sys
for floor in ("fpsheet", "fpsheet_sync", "fpsheet_validation", "fpsheet_templates"):
    package = importlib.import_module(floor)
    assert "site-packages" in package.__file__, package.__file__
    for module in pkgutil.walk_packages(package.__path__, floor + "."):
        if module.name.rsplit(".", 1)[1] not in {"__main__", "env"}:
            importlib.import_module(module.name)
sys.exit("pandas" in sys.modules or "pytest" in sys.modules)
"""


def run(
    python: str, *arguments: str, folder: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the clean Python away from the checkout, with settings added to the environment."""
    return subprocess.run(
        [python, "-I", "-X", "utf8", *arguments],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_what_is_installed_fits_together(clean_python: str, tmp_path: Path) -> None:
    """No package lacks another that it needs."""
    result = run(clean_python, "-m", "pip", "check", folder=tmp_path)
    assert result.returncode == 0, result.stdout


def test_every_module_can_be_imported(clean_python: str, tmp_path: Path) -> None:
    """Nothing leans on a development package, and nothing brings pandas in."""
    result = run(clean_python, "-c", _IMPORT_ALL, folder=tmp_path)
    assert result.returncode == 0, result.stderr


def test_help_is_shown(clean_python: str, tmp_path: Path) -> None:
    """`fpsheet --help` names the commands."""
    result = run(clean_python, "-m", "fpsheet", "--help", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert {"template", "check", "sync", "report"} <= set(result.stdout.split())


def test_a_blank_workbook_is_written(clean_python: str, tmp_path: Path) -> None:
    """`fpsheet template` finds its data files inside the wheel."""
    arguments = ("template", "--kommune", "956", "--year", "2026", "--out", "bog.xlsx")
    result = run(clean_python, "-m", "fpsheet", *arguments, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "bog.xlsx") as workbook:
        assert "xl/workbook.xml" in workbook.namelist()


def test_the_five_commands_run(clean_python: str, tmp_path: Path) -> None:
    """Blank workbook, check, package, sync and statistics need nothing from the checkout."""
    settings = {
        "FPSHEET_CONFIG": str(tmp_path / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(tmp_path / "noegler"),
    }
    period = ("--from", "01-01-2026", "--to", "31-12-2026")
    for arguments in (
        ("template", "--kommune", "956", "--year", "2026", "--out", "bog.xlsx"),
        ("check", "bog.xlsx", "--return", "retur.xlsx"),
        ("submit", "bog.xlsx", "--to", "indbakke"),
        ("db", "init"),
        ("sync", "indbakke"),
        ("report", *period, "--out", "statistik"),
    ):
        result = run(clean_python, "-m", "fpsheet", *arguments, folder=tmp_path, **settings)
        assert result.returncode == 0, (arguments, result.stderr)
    assert list((tmp_path / "statistik").glob("*.xlsx"))


def test_the_kommunes_other_commands_run(clean_python: str, root: Path, tmp_path: Path) -> None:
    """Receipt into the own file, a filled workbook, a lifted one, and the help of Excel's part."""
    settings = {
        "FPSHEET_CONFIG": str(tmp_path / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(tmp_path / "noegler"),
    }

    def fpsheet(*arguments: str) -> str:
        result = run(clean_python, "-m", "fpsheet", *arguments, folder=tmp_path, **settings)
        assert result.returncode == 0, (arguments, result.stderr)
        return result.stdout

    fpsheet("template", "--kommune", "956", "--year", "2026", "--out", "bog.xlsx")
    fpsheet("submit", "bog.xlsx", "--to", "indbakke")
    fpsheet("db", "init")
    fpsheet("sync", "indbakke", "--receipts", "kvitteringer")
    (receipt,) = (tmp_path / "kvitteringer" / "956").glob("*.json")
    fpsheet("receive", str(receipt), "bog.xlsx", "--out", "retur.xlsx")
    fpsheet("pull", "--kommune", "956", "--year", "2026", "--out", "udfyldt.xlsx")
    shutil.copyfile(root / OLD_WORKBOOK, tmp_path / "gammel.xlsx")
    fpsheet("upgrade", "gammel.xlsx", "--out", "ny.xlsx")
    for name in ("retur.xlsx", "udfyldt.xlsx", "ny.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as workbook:
            assert "xl/workbook.xml" in workbook.namelist()
    shown = fpsheet("excel", "--help")
    assert all(word in shown for word in ("next", "preview", "submit", "install"))
