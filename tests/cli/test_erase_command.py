"""`fpsheet db erase`: nothing without the setting, a dry run that only tells, and the erasure."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from tests.departement.test_sync_files import Office
from tests.support.desk import Row, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"}],
    "forloeb": [
        {
            "cpr": CPR,
            "forloeb_type": "afklaringsforloeb",
            "start_dato": date(2016, 1, 5),
            "slut_dato": date(2016, 2, 1),
            "resultat": "afgoerelse_truffet",
        }
    ],
}


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    """An office that got a file in 2018 about a case that ended in 2016."""
    office = Office(tmp_path, capsys)
    office.drop("956.xlsx", make_workbook(load_form(), ROWS))
    office.sync()
    with sqlite3.connect(tmp_path / "central.db") as connection:
        connection.execute("UPDATE indberetning SET received_at = '2018-05-01 08:00:00.000000'")
    connection.close()
    return office


def setting(office: Office, line: str) -> None:
    """Write the settings file."""
    (office.root / "none").write_text(line, "utf-8")


def test_without_the_setting_everything_is_kept(office: Office) -> None:
    """It says so, and nothing happens."""
    assert office.call("db", "erase") == (
        0,
        "Alt bliver gemt: indstillingen »keep_years« er ikke sat.\n",
    )
    assert office.call("history", CPR)[0] == 0


def test_a_dry_run_then_the_erasure(office: Office) -> None:
    """The numbers are the same; afterwards history, rebuild and the log say what happened."""
    setting(office, "keep_years = 5")
    code, said = office.call("db", "erase", "--dry-run")
    assert (code, "CPR-numre: 1, filer: 1. Intet er slettet." in said) == (0, True)
    assert office.call("history", CPR)[0] == 0
    code, said = office.call("db", "erase", "--json")
    found = json.loads(said)
    assert (code, found["citizens"], found["originals"], found["erased"]) == (0, 1, 1, True)
    code, said = office.call("history", CPR)
    assert code != 0
    assert "er slettet den" in said
    assert CPR not in said
    code, said = office.call("rebuild", "--verify")
    assert code != 0
    assert "slettet efter reglen om opbevaring" in said
    assert "slettede det, der var for gammelt" in office.call("db", "log")[1]
    assert "CPR-numre: 0, filer: 0" in office.call("db", "erase")[1]


def test_a_day_to_come_makes_nothing_old(office: Office) -> None:
    """`--today` in the future is taken as the present day."""
    setting(office, "keep_years = 50")
    assert "CPR-numre: 0" in office.call("db", "erase", "--today", "01-01-2199")[1]
