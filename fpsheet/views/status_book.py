"""Who has delivered what, as a workbook for the departement's own desk."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from fpsheet.files import write_whole
from fpsheet.table_book.book import PROGRAM, Book, Line, Page, PageColumn, PageKind
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.ledger.delivery_status import Delivery, StatusLine
from fpsheet_sync.statistics.stat_table import Cell, ColumnKind
from fpsheet_templates.kommune import Kommune
from fpsheet_templates.spoken import SpokenForm

_WIDTHS = {"kommune": 32.0, "state": 30.0, "first": 14.0, "received": 14.0}
_COUNT_WIDTH = 13.0
_COUNTS = ("files", "waiting", "conflicts", "unexplained", "overwritten")
_SHOWN = 3
"""So many places are named before the rest is counted."""
_PERSONS = {"godkendt_af": 28.0, "godkendt_dato": 14.0, "kontaktperson": 28.0, "e_mail": 32.0}
"""What the Forside of the newest file says of persons → width."""


def status_book(lines: Sequence[StatusLine], spoken: SpokenForm, *, day: date) -> Book:
    """Lay out how each kommune stands: one sheet, what needs a person first.

    Args:
        lines: How each kommune stands in a period.
        spoken: The form in the language of what is made.
        day: The day it is made, where it is made.
    """

    def say(key: str, **values: object) -> str:
        return spoken.fill(f"command.status.{key}", values)

    ordered = sorted(lines, key=_urgency)
    years = ", ".join(sorted({str(line.aar) for line in lines}))
    title = say("title", aar=years)
    counted = {
        state: sum(line.delivery is state for line in lines)
        for state in Delivery
        if any(line.delivery is state for line in lines)
    }
    summary = "; ".join(
        f"{spoken.text(f'program.delivery.{state}')}: {count}" for state, count in counted.items()
    )
    columns = [
        PageColumn(say(name), ColumnKind.DIMENSION, width) for name, width in _WIDTHS.items()
    ]
    columns += [PageColumn(say(name), ColumnKind.COUNT, _COUNT_WIDTH) for name in _COUNTS]
    columns += [
        PageColumn(spoken.label("forside", name), ColumnKind.DIMENSION, width)
        for name, width in _PERSONS.items()
    ]
    page = Page(
        name=say("sheet"),
        kind=PageKind.TABLE,
        title=title,
        lines=(
            Line(say("made", day=f"{day:%d-%m-%Y}")),
            Line(summary),
            *(Line(note) for line in ordered for note in status_notes(line, spoken)),
        ),
        columns=tuple(columns),
        rows=tuple(_row(line, spoken) for line in ordered),
    )
    return Book(title, "status", PROGRAM, title, "", spoken.language, day, (page,))


def _urgency(line: StatusLine) -> tuple[int, str, int]:
    order = (
        Delivery.HELD,
        Delivery.QUARANTINE,
        Delivery.WAITING,
        Delivery.MISSING,
        Delivery.IN_ORDER,
    )
    return order.index(line.delivery), line.kommune_kode, line.aar


def _row(line: StatusLine, spoken: SpokenForm) -> tuple[Cell, ...]:
    kommune = spoken.form.kommuner[line.kommune_kode]
    return (
        f"{kommune.code} {kommune.name}",
        state_words(line, spoken),
        _day(line.first, kommune),
        _day(line.last, kommune),
        line.files,
        line.waiting,
        line.conflicts,
        line.unexplained,
        len(line.overwritten),
        *(_told(line.said_on_cover.get(name, "")) for name in _PERSONS),
    )


def _told(text: str) -> Cell:
    """Return a text as it is, and a day as it is written."""
    try:
        return f"{date.fromisoformat(text):%d-%m-%Y}"
    except ValueError:
        return text or None


def status_notes(line: StatusLine, spoken: SpokenForm) -> Iterator[str]:
    """Yield what else is to be told of a kommune, each in a sentence.

    A deadline that it asks for or was granted, and where its newest file replaced what an earlier
    one says, without the values: they are in the receipt.
    """
    kommune = spoken.form.kommuner[line.kommune_kode]
    name = {"kommune": f"{kommune.code} {kommune.name}", "kode": kommune.code, "aar": line.aar}

    def say(key: str, **values: object) -> str:
        return spoken.fill(f"command.status.{key}", {**name, **values})

    if asked := line.asked_until:
        yield say("asked", day=f"{asked:%d-%m-%Y}")
    if granted := line.extension:
        days = {"day": granted.until, "given": kommune.local(granted.granted_at)}
        told = {key: f"{day:%d-%m-%Y}" for key, day in days.items()}
        yield say("granted", by=granted.by, **told)
    if line.overwritten:
        places = "; ".join(
            say(
                "place",
                ark=spoken.sheet_title(one.sheet),
                raekke=one.row,
                felt=spoken.label(one.sheet, one.field),
            )
            for one in line.overwritten[:_SHOWN]
        )
        more = len(line.overwritten) - _SHOWN
        places += f" {say('more', count=more)}" if more > 0 else ""
        yield say("replaced", places=places, receipt=line.receipt)


def state_words(line: StatusLine, spoken: SpokenForm) -> str:
    """Return how a kommune stands in words."""
    state = spoken.text(f"program.delivery.{line.delivery.value}")
    if line.no_cases:
        return f"{state} ({spoken.text('command.status.no_cases')})"
    return state


def _day(moment: datetime | None, kommune: Kommune) -> Cell:
    return f"{kommune.local(moment):%d-%m-%Y}" if moment else None


def write_status(lines: Sequence[StatusLine], spoken: SpokenForm, day: date, out: Path) -> None:
    """Write how each kommune stands as a workbook.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    book = status_book(lines, spoken, day=day)
    write_whole(out, write_xlsx(book), language=spoken.language)
