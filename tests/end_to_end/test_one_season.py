"""One season of one kommune at the command line, the receipt received after each file.

A decision is corrected, a citizen gets a new number in two steps, a held file is released.
"""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias

import pytest
from openpyxl import load_workbook

from fpsheet.workbook.sheet_layout import FIRST_ROW
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_workbook
from tests.support.exchange import TODAY, Exchange
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

pytestmark = [pytest.mark.lo, pytest.mark.slow]

Said: TypeAlias = "dict[str, list[tuple[object, ...]]]"
"""Sheet → rows, each with the fields of `FIELDS`, in order of CPR number."""
Place: TypeAlias = "tuple[str, str]"
"""Sheet and cell."""

A, B, C, D = "6101801234", "6202801235", "6303801236", "6404801237"
NEW_B = "6202802001"
PAGES = {"borger": "Borgere", "forloeb": "Forløb"}
FIELDS = {
    "borger": ("cpr", "sagsbehandler", "tidligere_cpr"),
    "forloeb": ("cpr", "start_dato"),
}
ROWS: dict[str, list[Row]] = {
    "borger": [
        {"cpr": cpr, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}
        for cpr in (A, B, C, D)
    ],
    "forloeb": [
        {"cpr": cpr, "forloeb_type": "revurdering", "start_dato": date(2026, 1, 5)}
        for cpr in (A, B, C, D)
    ],
}
FIFTH, SIXTH, SEVENTH = (date(2026, 1, day) for day in (5, 6, 7))
AT_THE_END: Said = {
    "borger": [(A, "DEF", None), (NEW_B, "ABC", B), (C, "ABC", None), (D, "ABC", None)],
    "forloeb": [(A, SIXTH), (NEW_B, FIFTH), (C, FIFTH), (D, FIFTH)],
}
"""What the season leaves, worked by hand."""


def place(sheet: str, field: str, row: int) -> Place:
    """Return where a field of the so-manieth row stands, from 0."""
    return PAGES[sheet], f"{column_of(sheet, field, 'GL')}{FIRST_ROW + row}"


START_OF_A = place("forloeb", "start_dato", 0)
GONE = [
    place(sheet, field, row)
    for sheet, fields in {
        "borger": ("cpr", "pensionist_foer_reform", "sagsbehandler"),
        "forloeb": ("cpr", "forloeb_type", "start_dato"),
    }.items()
    for field in fields
    for row in (2, 3)
]
"""The cells of C and D."""


def type_in(file: Path, cells: Mapping[Place, str | date | None]) -> None:
    """Type into a workbook with openpyxl, and save it under its own name."""
    book = load_workbook(file)
    for (page, address), value in cells.items():
        book[page][address] = value
    book.save(file)


def said_in(file: Path) -> Said:
    """Return what the first rows of a workbook say."""
    book = load_workbook(file)
    said: Said = {}
    for sheet, fields in FIELDS.items():
        places = [[place(sheet, field, row)[1] for field in fields] for row in range(6)]
        rows = [tuple(plain(book[PAGES[sheet]][one].value) for one in row) for row in places]
        said[sheet] = sorted((row for row in rows if row[0]), key=str)
    return said


def plain(value: object) -> object:
    """Return a day or a number without its hyphen; None for an empty cell."""
    if isinstance(value, datetime):
        return value.date()
    return str(value).replace("-", "") if value else None


def start_of_a(said: Said) -> object:
    """Return the day that A's forløb begins."""
    return next(day for cpr, day in said["forloeb"] if cpr == A)


class Season:
    """The kommune's workbook and the departement's database, file after file."""

    def __init__(self, exchange: Exchange, file: Path) -> None:
        """Exchange keys."""
        self.exchange, self.file, self.minutes = exchange, file, 200
        exchange.exchange_keys()

    def send(self, file: Path | None = None) -> str:
        """Send a workbook and merge it; return what became of it."""
        self.minutes -= 10
        self.exchange.submit(file or self.file, minutes_ago=self.minutes)
        (state,) = {str(one["state"]) for one in self.exchange.sync()} - {"known"}
        return state

    def take(self, file: Path | None = None) -> str:
        """Receive the newest receipt; return what was said."""
        (*_, sealed) = self.exchange.receipts(".kvittering")
        receive = ("receive", str(sealed), str(file or self.file), *TODAY)
        return self.exchange.call("kommune", *receive)[1]

    def desk(self, *arguments: str) -> str:
        """Run a command of the departement; return what it said."""
        database = ("--db", self.exchange.database)
        return self.exchange.call("departement", *arguments, *database)[1]

    def in_force(self) -> Said:
        """Return what a workbook that is pulled now says; the kommune can send it."""
        file = self.exchange.root / "udtraek.xlsx"
        file.unlink(missing_ok=True)
        self.desk("pull", "--kommune", "956", "--year", "2026", "--out", str(file))
        _, said = self.exchange.call("kommune", "check", str(file), *TODAY, "--json")
        found = json.loads(said)["findings"]
        assert not [one for one in found if one["severity"] in {"FEJL", "KRITISK"}]
        return said_in(file)


@pytest.fixture
def season(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Season:
    """A kommune with four citizens, its first workbook sent and its receipt received."""
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(load_form(), ROWS))
    found = Season(Exchange(tmp_path, capsys), file)
    assert found.send() == "flettet"
    found.take()
    return found


def test_one_season(season: Season, libreoffice: LibreOffice) -> None:
    """After each step what is in force is what stands on paper, and the workbook says the same."""
    file, copy = season.file, season.file.with_name("kopi.xlsx")
    shutil.copyfile(file, copy)
    # Two people type another day for A.
    type_in(file, {START_OF_A: SIXTH})
    season.send()
    season.take()
    type_in(copy, {START_OF_A: SEVENTH})
    season.send(copy)
    assert "Konflikter" in season.take(copy)
    # The departement decides for the 7th.
    (conflict,) = json.loads(season.desk("conflicts", "--json"))
    values = ("Startdato=07-01-2026", "Slutdato=-", "--reason", "Brevet er af den 7.")
    season.desk("conflicts", "resolve", conflict["id"], *values)
    assert start_of_a(season.in_force()) == SEVENTH
    # B's new number, on Borgere alone. The receipt brings the decision into the workbook.
    new = {place("borger", "cpr", 1): NEW_B, place("borger", "tidligere_cpr", 1): B}
    type_in(file, new)
    season.send()
    season.take()
    assert start_of_a(said_in(file)) == SEVENTH
    # The number on Forløb too; and A began on the 6th after all, as this workbook said at first.
    with libreoffice.open(file) as document:
        document.set_text(*place("forloeb", "cpr", 1), NEW_B)
        document.set_text(*START_OF_A, "06-01-2026")
        saved = document.save_as(file.with_name("gemt.xlsx"))
    saved.replace(file)
    assert season.send() == "flettet"
    season.take()
    assert start_of_a(said_in(file)) == SIXTH
    before_the_end = {**AT_THE_END, "borger": [(A, "ABC", None), *AT_THE_END["borger"][1:]]}
    assert season.in_force() == said_in(file) == before_the_end
    # C and D are deleted by mistake: held, then let through; what is gone from the file stays.
    type_in(file, dict.fromkeys(GONE))
    assert season.send() == "tilbageholdt"
    season.take()
    held = json.loads(season.exchange.receipts(".json")[-1].read_bytes())
    season.desk("conflicts", "release", str(held["commit"]), "--reason", "aftalt")
    season.exchange.sync()
    said = season.take()
    assert "flettet" in said.lower(), said
    assert season.in_force() == before_the_end
    # The next month is not held for the same rows.
    type_in(file, {place("borger", "sagsbehandler", 0): "DEF"})
    assert season.send() == "flettet"
    season.take()
    assert season.in_force() == AT_THE_END
    assert "er den samme" in season.desk("rebuild", "--verify")
