"""The blank workbooks in `templates/` are those of today's form, and can be used as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet.documents.ready_made import (
    FOLDER,
    YEAR,
    is_current,
    main,
    make_ready_made,
    ready_made_kommuner,
    ready_made_name,
)
from fpsheet_templates.load import load_form
from tests.support.desk import check_bytes
from tests.support.package_lint import lint_package

if TYPE_CHECKING:
    from fpsheet_templates.kommune import Kommune

ROOT = Path(__file__).parents[2]
FORM = load_form()
KOMMUNER = ready_made_kommuner(FORM)


def test_there_is_one_for_each_greenlandic_kommune() -> None:
    """Those of today, not those that were; the README names each file."""
    greenlandic = [k.code for k in KOMMUNER if k.jurisdiction == "GL"]
    assert greenlandic == ["955", "956", "957", "959", "960"]
    names = {ready_made_name(kommune) for kommune in KOMMUNER}
    assert {path.name for path in (ROOT / FOLDER).glob("*.xlsx")} == names
    text = (ROOT / FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| {ready_made_name(k)} | {k.name} |" in text for k in KOMMUNER)
    assert sum((ROOT / FOLDER / name).stat().st_size for name in names) < 3_000_000


@pytest.mark.slow
@pytest.mark.parametrize("kommune", KOMMUNER, ids=lambda kommune: kommune.code)
def test_they_are_current(kommune: Kommune) -> None:
    """As `python -m fpsheet.documents.ready_made` makes them from today's form."""
    path = ROOT / FOLDER / ready_made_name(kommune)
    assert is_current(path, make_ready_made(FORM, kommune))


def test_each_is_a_sound_blank_workbook() -> None:
    """Read without a fault beyond the names that a person has yet to write, whoever opens it."""
    for kommune in KOMMUNER:
        data = (ROOT / FOLDER / ready_made_name(kommune)).read_bytes()
        assert lint_package(data) == ()
        checked = check_bytes(data, FORM)
        assert checked.check.raw.meta["kommune_kode"] == kommune.code
        assert checked.check.raw.meta["aar"] == str(YEAR)
        assert all(sheet.totals.read == 0 for sheet in checked.check.sheets.values())
        assert not [found for found in checked.findings if found.sheet not in {"", "forside"}]


@pytest.mark.slow
def test_a_stale_one_is_told_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` writes nothing and exits 1; without it every workbook is written."""
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 * len(KOMMUNER)
    written = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert written == {ready_made_name(kommune) for kommune in KOMMUNER}
    broken = tmp_path / FOLDER / ready_made_name(KOMMUNER[0])
    broken.write_bytes(b"")
    assert not is_current(broken, make_ready_made(FORM, KOMMUNER[0]))
