"""What goes back to a kommune shows nothing of another, also where both have the same citizen."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from fpsheet_sync.database.keys import write_keys
from fpsheet_templates.load import load_form
from tests.departement.test_sync_files import Office
from tests.support.desk import Row, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FORM = load_form()
OLD, NEW = "6101801234", "6202801235"


def book(kommune: str, cpr: str, start: date, **more: str) -> bytes:
    """Return a workbook with one citizen at work."""
    rows: dict[str, list[Row]] = {
        "borger": [
            {"cpr": cpr, "sagsbehandler": "ABC", "pensionist_foer_reform": "nej", **more},
        ],
        "forloeb": [{"cpr": cpr, "forloeb_type": "afklaringsforloeb", "start_dato": start}],
    }
    return make_workbook(FORM, rows, kommune=kommune)


def texts(folder: Path) -> dict[str, str]:
    """Return everything that the files of a folder hold, opened where they are packed."""
    found: dict[str, str] = {}
    for file in folder.iterdir():
        data = file.read_bytes()
        found[file.name] = data.decode("utf-8", "replace")
        if zipfile.is_zipfile(BytesIO(data)):
            with zipfile.ZipFile(BytesIO(data)) as parts:
                found |= {f"{file.name}/{n}": parts.read(n).decode() for n in parts.namelist()}
    return found


def test_nothing_of_the_other_kommune_goes_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Receipt, its workbook and the returned one: no date, initials, number or row of the other.

    The other kommune has the citizen under the former CPR number.
    """
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    office = Office(tmp_path, capsys)
    theirs = book("955", OLD, date(2019, 7, 23), sagsbehandler="QXZ")
    office.drop("955.xlsx", theirs)
    assert office.sync()[1]["955.xlsx"]["state"] != "refused"
    office.drop("956.xlsx", book("956", NEW, date(2026, 1, 5), tidligere_cpr=OLD))
    office.sync()
    (receipt,) = [json.loads(answer) for answer in office.answers(".json")]
    assert {"MEL-001", "MEL-006", "MEL-009"} <= {found["code"] for found in receipt["findings"]}
    sent = texts(tmp_path / "kvitteringer" / "956")
    assert any("-retur.xlsx/" in name for name in sent)
    # 43669 is 23 July 2019 as Excel counts days.
    for secret in ("QXZ", "2019-07-23", "23-07-2019", "43669"):
        assert not [name for name, text in sent.items() if secret in text]
    codes = {name: text for name, text in sent.items() if name.endswith(".json")}
    assert codes
    assert not [name for name, text in codes.items() if '"955"' in text]
