"""The Overblik on paper: how many lines a citizen takes, and which pages to print."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.line_count import most_lines
from fpsheet_templates.load import load_form
from tests.ooxml.test_print_area import areas
from tests.support.desk import ISSUED, Row, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

FORM: Final = load_form()
LONG, SHORT = "6201801234", "6101801234"
LINES: Final = 30
"""Lines of the table on a page: 10 rows stand above them."""


def job(cpr: str, year: int, branche: str) -> Row:
    """Return a job of a year."""
    days = {"start_dato": date(year, 1, 1), "slut_dato": date(year, 12, 31)}
    return {"cpr": cpr, "job_type": "nyttejob", **days, "timer_pr_uge": 5, "branche": branche}


# »Branche: Rengøring, rejsebureauer m.m. (DB25 O)« takes two lines of 38
# characters, »Branche: Handel (DB25 G)« one.
ROWS: Final[dict[str, list[Row]]] = {
    "borger": [{"cpr": LONG, "navn": "A"}, {"cpr": SHORT, "navn": "B"}],
    "job": [
        *(job(LONG, 2001 + n, "DB25-O") for n in range(17)),
        job(SHORT, 2024, "DB25-G"),
    ],
}


def test_lines_are_counted_with_the_words_that_are_shown() -> None:
    """17 jobs of two lines each are 34; a text of 80 characters behind its heading takes three."""
    own = FORM.in_country("GL")
    issue = Issue(own, FORM.kommuner["956"], 2026, "da", "K7Q2M9XA", ISSUED)
    assert most_lines(issue, ROWS) == 34
    assert most_lines(issue, {"job": [job(SHORT, 2024, "DB25-G")]}) == 1
    texts = [{"cpr": SHORT, "vurdering_dato": date(2024, 1, 1), "tekst": "ord " * 20}]
    assert most_lines(issue, {"vurdering": texts}) == 3
    assert most_lines(issue, {}) == 0


def test_a_short_case_is_told_to_print_one_page(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """The area has the pages of the longest case; who chooses a short one is told of it."""
    content = make_workbook(FORM, ROWS)
    assert areas(content)["Overblik"].endswith(f"${10 + 2 * LINES}")
    alone = {sheet: [row for row in rows if row["cpr"] == SHORT] for sheet, rows in ROWS.items()}
    assert areas(make_workbook(FORM, alone))["Overblik"].endswith(f"${10 + LINES}")
    path = tmp_path / "956.xlsx"
    path.write_bytes(content)
    with libreoffice.open(path) as document:
        told = {}
        for cpr in (LONG, SHORT):
            document.set_text("Overblik", "C4", f"{cpr[:6]}-{cpr[6:]}")
            document.recalculate()
            told[cpr] = document.value("Overblik", "B8")
    assert told == {LONG: "17 hændelser.", SHORT: "1 hændelse. Udskriv kun side 1."}
