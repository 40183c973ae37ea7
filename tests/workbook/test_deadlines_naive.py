"""BRG-018 and BRG-019 against the Huskeliste: the check and the list remind of the same deadlines.

The list is worked out by the second implementation that the formulas are held against as well.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet_templates.load import load_form
from fpsheet_validation.check import check_workbook
from tests.support.desk import make_workbook, reading_process
from tests.support.naive_views import reminders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CODES: Final = {"revurdering": "BRG-018", "fleksjob": "BRG-019"}
CITIZENS: Final = 160
FLEKSJOB: Final = {"job_type": "fleksjob", "timer_pr_uge": 20, "branche": "Q"}
ENDS: Final = ("andet", "frakendt", "doedsfald", "fraflytning", "alderspension")
UDSAETTELSE_FROM: Final = date(2021, 1, 1)
AUTOMATIC_FROM: Final = date(2020, 1, 1)
DAYS: Final = (date(2021, 7, 1), date(2021, 7, 2), date(2024, 2, 29), date(2026, 3, 2))


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    """Lives without any other sense than that every deadline begins, moves and ends in some."""
    random = Random(7)
    days = [date(2016, 1, 1) + timedelta(days=number) for number in range(0, 3700, 7)]
    # Days on which five or three years end on a day the check is made.
    days += [day.replace(year=day.year - years, day=1) for day in DAYS for years in (3, 5)] * 20
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("borger", "forloeb", "vurdering", "job", "afgoerelse", "overdragelse")
    }
    for number in range(CITIZENS):
        cpr = f"{61 + number % 28:02}{1 + number % 12:02}{60 + number % 37:02}{1234 + number:04}"
        found["borger"].append(
            {
                "cpr": cpr,
                "sagsbehandler": "AB",
                "pensionist_foer_reform": random.choice(("ja", "nej")),
            }
        )
        for sheet, row in _life(random, days):
            found[sheet].append({"cpr": cpr, **row})
    return found


def _life(random: Random, days: Sequence[date]) -> list[tuple[str, dict[str, Any]]]:
    """Return some rows of one citizen: (sheet, row)."""
    kinds = ("tilkendelse", "uaendret", "udsaettelse", "udsaettelse", "bortfald", "afslag")
    some = [
        ("afgoerelse", _decision(random.choice(kinds), random, random.choice(days)))
        for _ in range(random.randrange(3))
    ]
    if random.random() < 0.5:
        some.append(("vurdering", {"vurdering_dato": random.choice(days), "arbejdsevne_pct": 20}))
    if random.random() < 0.5:
        course = {"forloeb_type": "revurdering", "start_dato": random.choice(days)}
        some.append(("forloeb", course))
    if random.random() < 0.5:
        some.append(("job", FLEKSJOB | {"start_dato": random.choice(days)}))
    if random.random() < 0.2:
        moved = {"til_kommune": "957", "dato": random.choice(days)}
        some.append(("overdragelse", moved))
    for _, row in some:
        if random.random() < 0.08:
            row["annuller"] = "dublet"
    return some


def _decision(kind: str, random: Random, day: date) -> dict[str, Any]:
    """Return a decision without a fault in it, which would put all of the citizen's in doubt."""
    effect = random.choice((0, 40, 40, 400))
    automatic = kind == "tilkendelse" and day >= AUTOMATIC_FROM and random.random() < 0.4
    pays = kind in {"tilkendelse", "uaendret"} or (kind == "udsaettelse" and random.random() < 0.5)
    return {
        "afgoerelse": kind,
        "afgoerelse_dato": max(day, UDSAETTELSE_FROM) if kind == "udsaettelse" else day,
        "niveau": ("hoejeste" if automatic else "laveste") if pays else None,
        "automatisk_hoejeste": "ja" if automatic else None,
        "virkning_dato": day + timedelta(days=effect) if pays or kind == "bortfald" else None,
        "bortfald_aarsag": random.choice(ENDS) if kind == "bortfald" else None,
        "foreliggende_grundlag": "ja" if kind == "udsaettelse" else None,
        "instans": "kommunalbestyrelse",
    }


@pytest.mark.parametrize("today", DAYS)
def test_the_check_reminds_of_what_the_list_has_as_overdue(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], today: date
) -> None:
    """Row by row on several days, with days on the very limit among them."""
    form = load_form()
    content = make_workbook(form, rows)
    reading = read_file(NamedBytes("956.xlsx", content), form=form, process=reading_process())
    assert reading.raw is not None
    check = check_workbook(reading.raw, form, today=today)
    found = {(one.code, one.row) for one in check.findings if one.code in CODES.values()}
    due = reminders(rows, today=today, jurisdiction="GL")
    overdue = {(CODES[one.kind], one.row) for one in due if one.kind in CODES and one.day < today}
    assert found == overdue
    assert {code for code, _ in overdue} >= ({"BRG-018"} if today > DAYS[0] else set())
