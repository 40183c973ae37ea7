"""What the Forside sends along: who vouches for the workbook, and a contact that agreed to that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.checking.submission import Reception, make_submission
from fpsheet.intake.forside_reading import sent_cover
from fpsheet.transport.payload import Payload, read_payload, without_local, write_payload
from fpsheet_sync.ledger.delivery_status import status
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import check_bytes, edit, make_workbook
from tests.support.submissions import Sending, submit, sync

if TYPE_CHECKING:
    from openpyxl import Workbook

    from fpsheet_sync.database.store import Store
    from fpsheet_validation.raw import RawWorkbook

FORM = load_form()
RECEPTION = Reception(datetime(2026, 3, 2, tzinfo=UTC))
PLACES = {
    "kontaktperson": "C8",
    "e_mail": "C9",
    "kontakt_sendes": "C11",
    "godkendt_af": "C28",
    "godkendt_dato": "C29",
    "frist_oensket": "C30",
    "journal_adresse": "C33",
}


def typed(**entries: str | datetime) -> bytes:
    """Return a blank workbook with entries on its Forside."""

    def type_in(book: Workbook) -> None:
        for name, value in entries.items():
            book["Forside"][PLACES[name]] = value

    return edit(make_workbook(FORM, {}, premade=1), type_in)


def said(content: bytes, *, sealed: bool) -> dict[str, str]:
    """Return what the departement is told, of a package or of the workbook as it is."""
    checked = check_bytes(content, FORM)
    assert checked.check is not None
    if sealed:
        check = checked.check
        package = write_payload(Payload(without_local(check.raw, FORM)))
        raw: RawWorkbook = read_payload(package, FORM).workbook
        assert {k: v for k, v in raw.cover.items() if k in PLACES} == {
            k: v
            for k, v in sent_cover(check.raw.cover, SpokenForm(FORM, "da")).items()
            if k in PLACES
        }
    submission = make_submission(checked.check, checked.findings, FORM, RECEPTION)
    return dict(submission.said_on_cover)


@pytest.mark.parametrize("sealed", [False, True])
def test_who_vouches_is_sent_and_the_contact_stays(sealed: bool) -> None:
    """Without an agreement, or with a No: name and address are not among what is told."""
    content = typed(
        kontaktperson="Fiktiv Kontakt",
        e_mail="fiktiv@kommune.example",
        kontakt_sendes="Nej",
        godkendt_af="Fiktiv Leder",
        godkendt_dato=datetime(2026, 2, 28),  # noqa: DTZ001 - a cell has no zone
    )
    assert said(content, sealed=sealed) == {
        "godkendt_af": "Fiktiv Leder",
        "godkendt_dato": "2026-02-28",
    }


def test_a_contact_that_agreed_is_named() -> None:
    """Yes, however it is typed; a day written as text is a day too."""
    content = typed(
        kontaktperson="Fiktiv Kontakt",
        e_mail="fiktiv@kommune.example",
        kontakt_sendes=" ja",
        godkendt_dato="28-02-2026",
        frist_oensket="31-03-2027",
        journal_adresse="https://journal.kommunen/sag/[nr]",
    )
    assert said(content, sealed=True) == {
        "kontaktperson": "Fiktiv Kontakt",
        "e_mail": "fiktiv@kommune.example",
        "godkendt_dato": "2026-02-28",
        "frist_oensket": "2027-03-31",
    }


def test_the_whole_forside_is_read() -> None:
    """Each field by its own cell, also the lowest, and with rows put above: a wrong one is told."""
    content = typed(journal_adresse="journalen i kælderen")
    checked = check_bytes(content, FORM)
    cover = {field.id for field in FORM.sheet("forside").fields}
    assert set(checked.check.raw.cover) == cover
    assert checked.check.raw.cover["journal_adresse"] == ("journalen i kælderen", "C33")
    assert ("ARB-018", "forside", "C33") in checked.cells()
    lower = edit(content, lambda book: book["Forside"].insert_rows(3, 9))
    assert set(check_bytes(lower, FORM).check.raw.cover) == cover


def test_nonsense_on_the_forside_is_not_told() -> None:
    """A CPR number where a name belongs, a day that is none, a text beyond all measure."""
    content = typed(godkendt_af="650378-1234", godkendt_dato="i går", kontakt_sendes="måske")
    assert said(content, sealed=False) == {}
    long = said(typed(godkendt_af="x" * 5000), sealed=False)
    assert long == {"godkendt_af": "x" * 80}


def test_the_status_tells_it_of_the_newest_file(store: Store) -> None:
    """The file before it said otherwise."""
    head = "| id | cpr | forloeb_type | start_dato |"
    table = f"# forloeb\n{head}\n| 1 | 6101801234 | andet | 2026-01-05 |"
    first, second = (submit(table, Sending(minute=minute)) for minute in (0, 1))
    before = replace(first, said_on_cover={"godkendt_af": "Fiktiv A"})
    sync(store, before, replace(second, said_on_cover={"godkendt_af": "Fiktiv B"}))
    (line,) = status(store, ["956"], [2026])
    assert line.said_on_cover == {"godkendt_af": "Fiktiv B"}
