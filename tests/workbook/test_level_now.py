"""The Overblik's level today: the cases worked by hand, recalculated by LibreOffice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet.workbook.style import date_serial
from fpsheet_templates.load import load_form
from tests.support.issued import issue
from tests.sync.statistics.facts.test_pension_cases import CASES, read_case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

LEVELS = load_form().code_lists["niveau"].codes
SHOWN = {level.id: level.label("da") for level in LEVELS}


def own_cases() -> dict[str, tuple[str, str, str]]:
    """Return a CPR number of nobody → lines, days and name of each case of one kommune's own."""
    found = {}
    for number, (name, (lines, days)) in enumerate(CASES.items(), start=1):
        if all(line.split()[0] == "956" for line in lines.splitlines()):
            found[f"610180{4000 + number}"] = (lines, days, name)
    return found


@pytest.mark.slow
@pytest.mark.lo
def test_the_level_today_is_that_of_the_cases(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """On every day of every case the Overblik shows the level that was worked out by hand."""
    cases = own_cases()
    rows: dict[str, list[Any]] = {"borger": [], "afgoerelse": [], "overdragelse": []}
    for cpr, (lines, _, _) in cases.items():
        records = read_case(lines)
        before = "ja" if records["borger"] else "nej"
        rows["borger"].append({"cpr": cpr, "pensionist_foer_reform": before, "sagsbehandler": "ab"})
        for sheet in ("afgoerelse", "overdragelse"):
            keys = {"kommune_kode", "borger"}
            own = [{k: v for k, v in row.items() if k not in keys} for row in records[sheet]]
            rows[sheet] += [{"cpr": cpr} | row for row in own]
    path = tmp_path / "niveau.xlsx"
    path.write_bytes(issue(rows))
    wrong = []
    with libreoffice.open(path) as document:
        for cpr, (_, days, name) in cases.items():
            document.cell("Overblik", "C4").setString(cpr)
            for each in days.split(" | "):
                day, wanted = each.split(" ", 1)
                document.cell("_fpsheet", "D1").setValue(date_serial(date.fromisoformat(day)))
                document.recalculate()
                level = wanted.split()[-1]
                told = {"-": {"", "–"}, "foer_reform": {""}}.get(level, {SHOWN.get(level, "")})
                shown = document.cell("Overblik", "F6").getString()
                if shown not in told:
                    wrong.append(f"{name}, {day}: {shown} for {wanted}")
    assert wrong == []
