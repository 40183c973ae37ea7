"""A conflict goes the whole way: two copies, both values shown, a choice, and who made it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet.ooxml.zip_file import unpack
from fpsheet.workbook.sheet_layout import FIRST_ROW
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_workbook
from tests.support.exchange import TODAY, Exchange
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

pytestmark = [pytest.mark.lo, pytest.mark.slow]

CPR = "6101801234"
SETTLED = ("conflicts", "--settled", "--kommune", "956")
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [
        {"cpr": CPR, "forloeb_type": "afklaringsforloeb", "start_dato": date(2026, 1, 5)},
        {"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)},
    ],
}


START = f"{column_of('forloeb', 'start_dato', 'GL')}{FIRST_ROW}"
SECOND = f"{column_of('forloeb', 'start_dato', 'GL')}{FIRST_ROW + 1}"


def edit(office: LibreOffice, file: Path, cells: dict[tuple[str, str], str]) -> None:
    """Type into a workbook with LibreOffice, and save it under its own name."""
    with office.open(file) as document:
        for (sheet, address), text in cells.items():
            document.set_text(sheet, address, text)
        saved = document.save_as(file.with_name(f"gemt-{file.name}"))
    saved.replace(file)


@pytest.fixture
def diverged(
    tmp_path: Path, libreoffice: LibreOffice, capsys: pytest.CaptureFixture[str]
) -> tuple[Exchange, Path, Path]:
    """Return two copies of one sent workbook in which two people typed different days."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    one, other = tmp_path / "956.xlsx", tmp_path / "956 - kopi.xlsx"
    one.write_bytes(make_workbook(load_form(), ROWS))
    exchange.submit(one, minutes_ago=30)
    exchange.sync()
    shutil.copyfile(one, other)
    edit(libreoffice, one, {("Forløb", START): "06-01-2026", ("Forløb", SECOND): "03-02-2026"})
    edit(libreoffice, other, {("Forløb", START): "07-01-2026"})
    exchange.submit(one, minutes_ago=20)
    exchange.sync()
    exchange.submit(other, minutes_ago=10)
    (*_, last) = exchange.sync()
    assert last["state"] == "flettet"
    return exchange, one, other


def in_force(exchange: Exchange) -> list[tuple[str, str]]:
    """Return field and value of the first forløb, as `history` tells it, with its origin."""
    _, said = exchange.call("departement", "history", CPR, "--db", exchange.database, "--json")
    (known,) = [
        record
        for record in json.loads(said)
        if record["sheet"] == "forloeb" and record["row_id"].endswith("-F-0001")
    ]
    return [(name, value) for name, value in known["values"].items() if name == "start_dato"]


def test_the_kommune_chooses_in_the_returned_workbook(
    diverged: tuple[Exchange, Path, Path], libreoffice: LibreOffice
) -> None:
    """Both values stand in the list; a letter, a name and a reason settle it; the trace stays."""
    exchange, _, other = diverged
    assert in_force(exchange) == [("start_dato", "2026-01-05")]
    (*_, sealed) = exchange.receipts(".kvittering")
    before = unpack(other.read_bytes())
    code, said = exchange.call("kommune", "receive", str(sealed), str(other), *TODAY)
    assert code == 1, said
    assert "Konflikter" in said
    untouched = {"xl/sharedStrings.xml", "xl/theme/theme1.xml"} & before.keys()
    after = unpack(other.read_bytes())
    assert untouched
    assert all(after[name] == before[name] for name in untouched)
    with libreoffice.open(other) as document:
        cells = document.values("Konflikter", "E4:N5")
        shown = dict(zip(("celle", "felt", "gaelder", "a", "b"), cells[0][1:6], strict=True))
        document.set_text("Konflikter", "K4", "A")
        document.set_text("Konflikter", "M4", "Afdelingsleder")
        document.set_text("Konflikter", "N4", "Indkaldelsen er af den 6.")
        document.save_as(other.with_name("valgt.xlsx"))
    assert shown["celle"] == START
    assert shown["gaelder"] == "05-01-2026"
    assert str(shown["a"]).startswith("06-01-2026\n(fil ")
    assert shown["b"] == f"07-01-2026\n(denne fil, række {FIRST_ROW})"
    chosen = other.with_name("valgt.xlsx")
    exchange.submit(chosen, minutes_ago=5)
    exchange.sync()
    assert in_force(exchange) == [("start_dato", "2026-01-06")]
    code, said = exchange.call("departement", "conflicts", "--db", exchange.database)
    assert code == 0, said
    code, said = exchange.call("departement", *SETTLED, "--db", exchange.database)
    assert code == 0, said
    assert "af Afdelingsleder: Startdato: 06-01-2026; Slutdato: -. Begrundelse: Ind" in said
    assert said.index("række 4: Startdato: 06-01") < said.index("række 4: Startdato: 07-01")
    (*_, sealed) = exchange.receipts(".kvittering")
    code, said = exchange.call("kommune", "receive", str(sealed), str(chosen), *TODAY)
    with libreoffice.open(chosen) as document:
        assert "Konflikter" not in document.sheet_names
        assert document.shown("Forløb", START) == "06-01-2026"
    _, said = exchange.call("departement", "rebuild", "--verify", "--db", exchange.database)
    assert "er den samme" in said
