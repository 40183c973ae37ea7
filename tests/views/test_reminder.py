"""Reminders: one text per kommune that lacks something, with its own deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.config import read_settings
from fpsheet.views.reminder import deadline_of, letter, reminders
from fpsheet_sync.ledger.delivery_status import Delivery, StatusLine
from fpsheet_sync.ledger.extension import Extension
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from pathlib import Path

FORM = load_form()
DEADLINES = {"alle": ("31-01-2026", "31-01-2027"), "960": ("28-02-2027",)}
TODAY = date(2027, 2, 10)


@pytest.mark.parametrize(
    ("kommune", "year", "expected"),
    [
        ("956", 2026, (date(2027, 1, 31), False)),
        ("960", 2026, (date(2027, 2, 28), True)),
        ("960", 2025, (date(2026, 1, 31), False)),
        ("956", 2030, (None, False)),
    ],
)
def test_a_kommune_has_its_own_deadline_or_that_of_all(
    kommune: str, year: int, expected: tuple[date | None, bool]
) -> None:
    """The day in the year after the reporting year; a later one of its own is an extension."""
    assert deadline_of(kommune, year, DEADLINES) == expected


def test_a_day_that_is_none_is_no_deadline() -> None:
    """30 February and words tell nothing; the common day holds."""
    wrong = {"alle": ("31-01-2027",), "956": ("30-02-2027", "snart")}
    assert deadline_of("956", 2026, wrong) == (date(2027, 1, 31), False)


def test_each_kommune_is_told_what_it_lacks() -> None:
    """Ten days late, an extension that has not run out, and one that has nothing to do."""
    lines = [
        StatusLine("960", 2026, Delivery.QUARANTINE, waiting=7, unexplained=2),
        StatusLine("956", 2026, Delivery.MISSING),
        StatusLine("957", 2026, Delivery.IN_ORDER),
    ]
    first, second = reminders(lines, SpokenForm(FORM, "da"), today=TODAY, deadlines=DEADLINES)
    assert "956" in first.splitlines()[0]
    assert "ikke modtaget" in first
    assert "31-01-2027" in first
    assert "Send indberetningen" in first
    assert "(dage: 10)" in first
    assert "(antal: 7)" in second
    assert "Advarsler uden forklaring: 2." in second
    assert "givet jer frist til 28-02-2027" in second
    assert "dage:" not in second


def test_deadlines_are_read_from_the_settings(tmp_path: Path) -> None:
    """As the guide writes them."""
    file = tmp_path / "fpsheet.toml"
    file.write_text('[frister]\nalle = ["31-01-2027"]\n960 = "28-02-2027"\n', "utf-8")
    frister = read_settings({"FPSHEET_CONFIG": str(file)}).frister
    assert frister == {"alle": ("31-01-2027",), "960": ("28-02-2027",)}


def test_a_reminder_names_the_contact_that_agreed_to_it() -> None:
    """So that whoever writes it knows to whom; without an agreement there is no such line."""
    cover = {"kontaktperson": "Fiktiv Kontakt", "e_mail": "fiktiv@kommune.example"}
    lines = [
        StatusLine("956", 2026, Delivery.QUARANTINE, waiting=1, said_on_cover=cover),
        StatusLine("957", 2026, Delivery.QUARANTINE, waiting=1),
    ]
    named, bare = reminders(lines, SpokenForm(FORM, "da"), today=TODAY, deadlines={})
    assert named.splitlines()[1] == "Kontakt: Fiktiv Kontakt, fiktiv@kommune.example"
    assert "Kontakt" not in bare


def test_what_was_granted_goes_before_the_settings() -> None:
    """A wish without an answer is told too."""
    answer = Extension(date(2027, 2, 5), None, datetime(2027, 1, 20, tzinfo=UTC), "Fiktiv")
    asks = {"frist_oensket": "2027-03-01"}
    lines = [
        StatusLine("956", 2026, Delivery.MISSING),
        StatusLine("960", 2026, Delivery.QUARANTINE, waiting=1, said_on_cover=asks),
    ]
    lines = [replace(line, extension=answer) for line in lines]
    first, second = reminders(lines, SpokenForm(FORM, "da"), today=TODAY, deadlines=DEADLINES)
    assert "givet jer frist til 05-02-2027" in first
    assert "(dage: 5)" in first
    assert "01-03-2027" not in first
    assert "bedt om frist til 01-03-2027" in second


NOTHING = StatusLine("956", 2026, Delivery.MISSING)
SENT = StatusLine("956", 2026, Delivery.IN_ORDER, files=1)
ANSWER = Extension(
    date(2027, 2, 28), date(2027, 3, 15), datetime(2027, 1, 20, tzinfo=UTC), "Fiktiv"
)


@pytest.mark.parametrize(
    ("line", "is_told", "says", "does_not_say"),
    [
        (NOTHING, True, ["ikke modtaget", "er 31-01-2027", "(dage: 10)"], ["bedt om frist"]),
        (replace(NOTHING, kommune_kode="960"), False, ["frist til 28-02-2027"], ["dage:"]),
        (
            replace(NOTHING, extension=ANSWER),
            True,
            ["ikke modtaget", "frist til 28-02-2027", "I havde bedt om 15-03-2027"],
            ["dage:", "31-01-2027"],
        ),
        (replace(SENT, extension=ANSWER), True, ["har modtaget", "28-02-2027"], ["dage:"]),
        (SENT, False, ["har modtaget"], ["dage:"]),
    ],
    ids=["late", "not late yet", "granted another day", "granted and sent", "sent"],
)
def test_a_letter_tells_of_a_deadline_and_whether_it_must(
    line: StatusLine, is_told: bool, says: list[str], does_not_say: list[str]
) -> None:
    """Who is late with nothing sent, and who has an answer; others only where a letter lies."""
    text, told = letter(line, SpokenForm(FORM, "da"), today=TODAY, deadlines=DEADLINES)
    assert told is is_told
    assert text.startswith(f"Til {line.kommune_kode} ")
    assert [word for word in says if word not in text] == []
    assert [word for word in does_not_say if word in text] == []
    assert "(antal" not in text


def test_no_deadline_no_letter() -> None:
    """Where neither the settings nor the departement name a day, nobody is late."""
    assert not letter(NOTHING, SpokenForm(FORM, "en"), today=TODAY, deadlines={})[1]
