"""The status as a workbook: one line per kommune, what needs a person first."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from openpyxl import load_workbook

from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.views.status_book import status_book, status_notes
from fpsheet_sync.ledger.delivery_status import Delivery, Overwritten, StatusLine
from fpsheet_sync.ledger.extension import Extension
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm

FIRST = datetime(2026, 2, 1, 12, tzinfo=UTC)
LAST = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
"""Still the evening of 4 March in Greenland."""
LINES = [
    StatusLine("955", 2026, Delivery.IN_ORDER, FIRST, LAST, files=2, no_cases=True),
    StatusLine("956", 2026, Delivery.MISSING),
    StatusLine("957", 2026, Delivery.QUARANTINE, FIRST, FIRST, files=1, waiting=7),
    StatusLine("959", 2026, Delivery.HELD, FIRST, LAST, files=3),
    StatusLine(
        *("960", 2026, Delivery.WAITING, FIRST, LAST),
        files=1,
        conflicts=2,
        unexplained=4,
        said_on_cover={
            "godkendt_af": "Fiktiv Leder",
            "godkendt_dato": "2026-02-28",
            "kontaktperson": "Fiktiv Kontakt",
            "frist_oensket": "2026-03-31",
        },
        receipt="960-2026-000007",
        overwritten=tuple(Overwritten("job", row, "timer_pr_uge") for row in (4, 5, 6, 7)),
    ),
]


def test_every_state_has_its_line_dates_and_numbers() -> None:
    """Held, quarantine, waiting, not received, in order; the same lines give the same bytes."""
    day = date(2026, 3, 5)
    data = write_xlsx(status_book(LINES, SpokenForm(load_form(), "da"), day=day))
    assert data == write_xlsx(status_book(LINES[::-1], SpokenForm(load_form(), "da"), day=day))
    (sheet,) = load_workbook(BytesIO(data)).worksheets
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1]][1:]
    assert [(str(row[0])[:3], row[1]) for row in rows] == [
        ("959", "tilbageholdt"),
        ("957", "sager i karantæne"),
        ("960", "venter på svar"),
        ("956", "ikke modtaget"),
        ("955", "i orden (ingen sager)"),
    ]
    assert rows[1][2:9] == ("01-02-2026", "01-02-2026", 1, 7, 0, 0, 0)
    assert rows[2][2:9] == ("01-02-2026", "04-03-2026", 1, 0, 2, 4, 4)
    assert rows[3][2:9] == (None, None, 0, 0, 0, 0, 0)
    assert rows[2][9:] == ("Fiktiv Leder", "28-02-2026", "Fiktiv Kontakt", None)
    assert rows[3][9:] == (None, None, None, None)


def test_what_was_asked_for_granted_and_replaced_is_told() -> None:
    """An answer stands beside what it answers; another wish after it is asked anew."""
    spoken = SpokenForm(load_form(), "da")
    asked, replaced = status_notes(LINES[-1], spoken)
    assert "beder om frist til 31-03-2026" in asked
    assert "fpsheet deadline 960 31-03-2026 --year 2026" in asked
    assert "Job række 4, Timer pr. uge" in replaced
    assert " og 1 til" in replaced
    assert "960-2026-000007" in replaced
    answer = Extension(date(2026, 3, 15), date(2026, 3, 31), LAST, "Fiktiv")
    granted, _ = status_notes(replace(LINES[-1], extension=answer), spoken)
    assert "har fået frist til 15-03-2026" in granted
    assert "givet den 04-03-2026 af Fiktiv" in granted
    later = replace(LINES[-1], extension=replace(answer, asked=date(2026, 3, 20)))
    assert [len(list(status_notes(line, spoken))) for line in (later, LINES[0])] == [3, 0]
