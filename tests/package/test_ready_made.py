"""The blank workbooks in `templates/` can be used as they are, with the form of today.

Whether they are today's to the byte is asked for a release only (`.ci/run`, `FPSHEET_RELEASE`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from fpsheet.documents import ready_made
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

ROOT = Path(__file__).parents[2]
FORM = load_form()
KOMMUNER = ready_made_kommuner(FORM)
REMEDY = "make them anew with python -m fpsheet.documents.ready_made"


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
def test_each_is_a_sound_blank_workbook() -> None:
    """Read without a fault beyond the names that a person has yet to write, whoever opens it."""
    for kommune in KOMMUNER:
        path = ROOT / FOLDER / ready_made_name(kommune)
        data = path.read_bytes()
        assert lint_package(data) == ()
        checked = check_bytes(data, FORM)
        assert checked.check.raw.meta["kommune_kode"] == kommune.code
        assert checked.check.raw.meta["aar"] == str(YEAR)
        assert all(sheet.totals.read == 0 for sheet in checked.check.sheets.values())
        assert int(checked.check.raw.meta["form_version"]) in FORM.versions, REMEDY
        faults = [found for found in checked.findings if found.sheet not in {"", "forside"}]
        told = [f"{found.code} {found.sheet}.{found.field}" for found in faults]
        assert not told, f"{path.name}: {' and '.join(told)}; {REMEDY}"


def test_a_release_asks_for_those_of_the_very_day(root: Path) -> None:
    """Only where a release is made does the build server compare every part of them."""
    steps = (root / ".ci" / "run").read_text(encoding="utf-8")
    before, asked, after = steps.partition("-m fpsheet.documents.ready_made --check\n")
    assert asked
    assert before.rpartition("\nif ")[2].startswith('[ -n "${FPSHEET_RELEASE:-}" ]; then\n')
    assert after.startswith("fi\n")


@pytest.mark.slow
def test_a_stale_one_is_told_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--check` writes nothing and exits 1; without it every workbook is written.

    Each workbook is made once for both: the same form gives the same bytes.
    """
    made = cache(lambda code: make_ready_made(FORM, FORM.kommuner[code]))
    monkeypatch.setattr(ready_made, "make_ready_made", lambda _, kommune: made(kommune.code))
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 * len(KOMMUNER)
    written = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert written == {ready_made_name(kommune) for kommune in KOMMUNER}
    broken = tmp_path / FOLDER / ready_made_name(KOMMUNER[0])
    broken.write_bytes(b"")
    assert not is_current(broken, made(KOMMUNER[0].code))
