"""The same program over a live LibreOffice: what is mended recalculates, and the marks follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import excel_libreoffice
from tests.support.excel_api import engine_in_use
from tests.support.excel_case import Case, listed, load, opened, place
from tests.support.excel_engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

pytestmark = pytest.mark.lo

LIST = "Fejlliste"


def shown(case: Case) -> dict[str, tuple[int, dict[str, str]]]:
    """Return our marks and the notes of each sheet."""
    return {
        sheet.title: (
            sum("fpsheet" in (rule.formula or "") for rule in sheet.rules()),
            sheet.notes(),
        )
        for sheet in case.own.sheets()
    }


@pytest.mark.slow
def test_a_mended_cell_recalculates_and_loses_its_mark(
    libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Fault, jump, mend by typing, status recalculated, checked again: the mark is gone."""
    app = excel_libreoffice.start(libreoffice, place(tmp_path))
    with engine_in_use(Engine(app)):
        case = Case(app, tmp_path)
        document = case.own.document
        assert document.shown("Forløb", "B4").startswith("✖")
        assert case.run() == 1
        before = shown(case)
        assert "F4" in before["Forløb"][1]
        assert before["Forløb"][1]["F4"].startswith("fpsheet: ✖ Fejl. Slutdatoen")
        assert [sheet.title for sheet in case.own.sheets()][-1] == LIST
        while (case.own.active().title, case.own.active().selected().plain) != ("Forløb", "F4"):
            assert case.run("next") == 0
        document.set_text("Forløb", "F4", "01-04-2026")
        assert not document.shown("Forløb", "B4").startswith("✖")
        assert case.run() == 0
        after = shown(case)
        assert "F4" not in after["Forløb"][1]
        assert after["Forløb"][1]["I5"] == before["Forløb"][1]["I5"]
        assert document.error_cells(LIST) == ()
        lines = document.values(LIST, "A4:K20")
        assert "FOR-001" not in {line[10] for line in lines}
        document.close()


@pytest.mark.slow
def test_the_list_is_the_same_over_both_stand_ins(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """What LibreOffice holds after the check is cell by cell what openpyxl holds."""
    one = tmp_path / "en"
    one.mkdir()
    with opened(one) as case:
        case.run()
        expected = listed(case.sheets[LIST])
    app = excel_libreoffice.start(libreoffice, place(tmp_path))
    with engine_in_use(Engine(app)):
        case = Case(app, tmp_path)
        case.run()
        content = case.saved()
        case.own.document.close()
    # The fingerprint hashes what the copy held: LibreOffice writes days as it likes.
    rows = [row[:1] + row[2:] for row in listed(load(content)[LIST])]
    assert rows == [row[:1] + row[2:] for row in expected]
