"""The status as a workbook: one line per kommune, what needs a person first."""

from datetime import UTC, datetime
from io import BytesIO

from openpyxl import load_workbook

from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.views.status_book import status_book
from fpsheet_sync.ledger.delivery_status import Delivery, StatusLine
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm

FIRST, LAST = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
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
        },
    ),
]


def test_every_state_has_its_line_dates_and_numbers() -> None:
    """Held, quarantine, waiting, not received, in order; the same lines give the same bytes."""
    now = datetime(2026, 3, 5, tzinfo=UTC)
    data = write_xlsx(status_book(LINES, SpokenForm(load_form(), "da"), now=now))
    assert data == write_xlsx(status_book(LINES[::-1], SpokenForm(load_form(), "da"), now=now))
    (sheet,) = load_workbook(BytesIO(data)).worksheets
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1]][1:]
    assert [(str(row[0])[:3], row[1]) for row in rows] == [
        ("959", "tilbageholdt"),
        ("957", "sager i karantæne"),
        ("960", "venter på svar"),
        ("956", "ikke modtaget"),
        ("955", "i orden (ingen sager)"),
    ]
    assert rows[1][2:8] == ("01-02-2026", "01-02-2026", 1, 7, 0, 0)
    assert rows[2][2:8] == ("01-02-2026", "04-03-2026", 1, 0, 2, 4)
    assert rows[3][2:8] == (None, None, 0, 0, 0, 0)
    assert rows[2][8:] == ("Fiktiv Leder", "28-02-2026", "Fiktiv Kontakt", None)
    assert rows[3][8:] == (None, None, None, None)
