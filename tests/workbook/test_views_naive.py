"""Huskeliste and Overblik, recalculated by LibreOffice, against a second implementation.

The workbooks hold the demo's citizens with their lives disturbed: rows annulled, ends and results
missing, decisions put off, citizens moved and come back, the same citizen twice.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from fpsheet.demo.country import invent_country
from fpsheet.demo.scale import Scale
from fpsheet.workbook.build import build_workbook
from fpsheet.workbook.style import date_serial
from fpsheet_templates.load import load_form
from tests.support.naive_views import Happening, Reminder, history, reminders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fpsheet_templates.form import Form
    from tests.support.libreoffice import CellValue, Document, LibreOffice
    from tests.support.naive_views import Rows

ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
LISTED: Final = 300
"""Lines of the Huskeliste."""

CITIZENS: Final = 15
"""Histories compared in each workbook."""

SPARE: Final = 40
SHOWN: Final = 150
"""Lines of the Overblik."""

ROOM: Final = (35, 38, 27)
"""Characters of a line of what happened, of its particulars and of its result."""

NOTE: Final = (
    "Mødet blev holdt og der er\ntalt om " + "arbejdsmarkedskonsulentbistandsordninger " * 5
)


@pytest.mark.lo
@pytest.mark.parametrize(
    ("kommune", "language", "days"),
    [
        ("956", "da", (date(2021, 7, 1), date(2024, 2, 29), date(2026, 3, 2), date(2031, 12, 31))),
        ("707", "en", (date(2026, 1, 5), date(2027, 3, 1))),
    ],
)
def test_the_calculated_sheets_say_what_the_law_says(
    libreoffice: LibreOffice,
    tmp_path: Path,
    kommune: str,
    language: str,
    days: Sequence[date],
) -> None:
    """Every line of the Huskeliste on several days, and every line of many citizens' histories."""
    form = load_form()
    rows = disturbed_rows(form, kommune)
    path = tmp_path / f"{kommune}.xlsx"
    path.write_bytes(
        build_workbook(
            form,
            kommune_kode=kommune,
            aar=2026,
            language=language,
            workbook_id="K7Q2M9XA",
            issued_at=ISSUED,
            rows=rows,
            premade=SPARE,
        )
    )
    jurisdiction = form.kommuner[kommune].jurisdiction
    kinds: Counter[str] = Counter()
    with libreoffice.open(path) as document:
        views = Views(document, form, language)
        for today in days:
            due = reminders(rows, today=today, jurisdiction=jurisdiction)
            kinds.update(one.kind for one in due)
            for ahead in (0, 180, 1500):
                shown = views.reminders(today, ahead)
                last = today + timedelta(days=ahead)
                assert shown == views.as_lines([one for one in due if one.day <= last])
            for worker in sorted({one.sagsbehandler for one in due} - {""})[:2]:
                theirs = [one for one in due if one.sagsbehandler == worker and one.day <= today]
                assert views.reminders(today, 0, worker) == views.as_lines(theirs)
        for cpr in told_citizens(rows):
            happened = history(rows, form, cpr, language=language, kommune=kommune)
            assert views.history(cpr) == views.as_history(happened)
    greenland = {"revurdering", "udsaettelse", "fleksjob"}
    denmark = {"tilbagevist", "indstilling", "ansoegning", "ny_ansoegning", "moede"}
    own = greenland if jurisdiction == "GL" else denmark
    assert set(kinds) == own | {"uden_slut"}, "the rows must reach every kind of deadline"


def disturbed_rows(form: Form, kommune: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a kommune's demo workbook with many of them changed."""
    others = [kode for kode in ("955", "956", "706", "707") if kode != kommune]
    scale = Scale(citizens={kommune: 130, **dict.fromkeys(others, 5)}, movers=4)
    country = invent_country(form, scale=scale, seed=11)
    book = next(book for book in country if book.kommune_kode == kommune)
    rows = {sheet: [dict(row) for row in own] for sheet, own in book.rows.items()}
    random = Random(kommune)
    disturb_rows(rows, random)
    citizens = [row["cpr"] for row in rows["borger"]]
    for cpr in random.sample(citizens, k=12):
        day = date(2017, 1, 1) + timedelta(days=random.randrange(3400))
        rows["overdragelse"].append({"cpr": cpr, "til_kommune": others[0], "dato": day})
    for cpr in random.sample(citizens, k=25):
        day = date(2017, 1, 1) + timedelta(days=random.randrange(3400))
        rows["forloeb"].append({"cpr": cpr, "forloeb_type": "ansoegning", "start_dato": day})
    rows["borger"] += [dict(row) for row in random.sample(rows["borger"], k=3)]
    rows["vurdering"] = [row for row in rows["vurdering"] if random.random() < 0.8]
    for own in rows.values():
        random.shuffle(own)
    for row in rows["forloeb"][::3]:
        row["tekst"] = NOTE.strip()
    return rows


def disturb_rows(rows: dict[str, list[dict[str, Any]]], random: Random) -> None:
    """Annul some rows, open what had ended, put decisions off; in place."""
    for sheet, own in rows.items():
        for row in own:
            if random.random() < 0.06:
                row["annuller"] = "dublet"
            if sheet == "forloeb" and random.random() < 0.1:
                row |= {"slut_dato": None, "resultat": None}
            if sheet == "job" and random.random() < 0.3:
                row |= {"slut_dato": None, "job_type": "fleksjob"}
            if sheet == "afgoerelse" and random.random() < 0.08:
                level = random.choice((None, "laveste", "hoejeste"))
                row |= {"afgoerelse": "udsaettelse", "niveau": level}
            elif sheet == "afgoerelse" and random.random() < 0.15:
                day = row["afgoerelse_dato"] + timedelta(days=random.choice((-30, 0, 90, 900)))
                ends = ("doedsfald", "fraflytning", "alderspension", "frakendt")
                row |= {"afgoerelse": "bortfald", "niveau": None, "virkning_dato": day}
                row["bortfald_aarsag"] = random.choice(ends)


def told_citizens(rows: Rows) -> list[str]:
    """Return the citizens of whom most is told, those who moved, and one who is not there."""
    most = Counter(row["cpr"] for own in rows.values() for row in own).most_common(CITIZENS)
    moved = [row["cpr"] for row in rows["overdragelse"]][:5]
    return [*(cpr for cpr, _ in most), *moved, "6101010001"]


class Views:
    """The two sheets as a person reads them in the open workbook."""

    def __init__(self, document: Document, form: Form, language: str) -> None:
        """Remember where to look."""
        self._document, self._form, self._language = document, form, language

    def _title(self, sheet: str) -> str:
        return self._form.sheet_title(sheet, self._language)

    def reminders(
        self, today: date, ahead: int, caseworker: str = ""
    ) -> list[tuple[CellValue, ...]]:
        """Return the lines of the Huskeliste on a day: day, what, number, name, whose, where."""
        self._document.cell(self._title("meta"), "D1").setValue(date_serial(today))
        self._document.cell(self._title("huskeliste"), "D4").setValue(ahead)
        self._document.cell(self._title("huskeliste"), "G4").setString(caseworker)
        self._document.recalculate()
        cells = self._document.values(self._title("huskeliste"), f"B8:I{7 + LISTED}")
        return [(line[0], *line[2:]) for line in cells if any(line)]

    def as_lines(self, due: Sequence[Reminder]) -> list[tuple[CellValue, ...]]:
        """Return reminders as `reminders` reads them."""
        return [
            (
                date_serial(one.day),
                self._form.texts.get(f"workbook.frist.{one.kind}", self._language),
                f"{one.cpr[:6]}-{one.cpr[6:]}",
                one.navn,
                one.sagsbehandler,
                self._title(one.sheet),
                one.row,
            )
            for one in due[:LISTED]
        ]

    def history(self, cpr: str) -> list[tuple[CellValue, ...]]:
        """Choose a citizen and return the lines of the Overblik."""
        self._document.cell(self._title("overblik"), "C4").setString(f"{cpr[:6]}-{cpr[6:]}")
        cells = self._document.values(self._title("overblik"), "B11:K160")
        return [line for line in cells if any(line)]

    def as_history(self, happened: Sequence[Happening]) -> list[tuple[CellValue, ...]]:
        """Return a history as `history` reads it."""
        lines: list[tuple[CellValue, ...]] = []
        for one in happened:
            told = (one.what, one.details, one.result)
            parts = [in_lines(text, room) for text, room in zip(told, ROOM, strict=True)]
            first, *more = zip_longest(*parts, fillvalue="")
            start = date_serial(one.start) if one.start else ""
            end = date_serial(one.end) if one.end else ""
            after = (one.hours, one.ability, one.level, self._title(one.sheet), one.row)
            lines.append((start, end, *first, *after))
            lines += [("", "", *rest, "", "", "", "", "") for rest in more]
        return lines[:SHOWN]


def in_lines(text: str, room: int) -> list[str]:
    """Return a text in lines of whole words; a word longer than a line is broken off."""
    lines = [""]
    for word in text.replace("\n", " ").split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if len(longer) > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
        while len(lines[-1]) > room:
            lines[-1:] = [lines[-1][:room], lines[-1][room:]]
    return lines
