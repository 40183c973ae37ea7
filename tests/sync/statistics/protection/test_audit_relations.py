"""The audit says in words what every reader is told of numbers beside each other."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import openpyxl

from fpsheet.statistics.audit_book import write_audit
from fpsheet.statistics.edition_order import Order
from fpsheet.statistics.publishing import _Made, _unseen
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.disclosure.rounding import round_release
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_sync.statistics.protection.kept_rounding import Kept
from fpsheet_sync.statistics.protection.proof import Proof
from fpsheet_sync.statistics.protection.protect import count_told
from fpsheet_sync.statistics.protection.release_cells import release_cells
from fpsheet_sync.statistics.publication.publication import Draft, Publication
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form
from tests.support.country import editions
from tests.sync.statistics.protection.test_statistics_relations import YEAR, small_country

if TYPE_CHECKING:
    from fpsheet_sync.disclosure.cells import DisclosedRelease


def described() -> DisclosedRelease:
    """Describe the editions of a small country."""
    return release_cells(editions(small_country(), YEAR), load_form())


def test_relations_are_counted_by_why_they_hold() -> None:
    """Who lacks the ability lacks the hours: three areas, and four levels of 955 and the country.

    956 has everybody assessed, so its own edition has no Uoplyst.
    """
    told = {(reason, is_certain): count for reason, is_certain, count in count_told(described())}
    assert told["read_together", True] == 3 + 2 * 4
    assert ("one_home", False) in told


def test_the_audit_lists_each_reason_with_its_words() -> None:
    """One line per reason, in Danish, with a remark where it is only probable."""
    release = described()
    publication = Publication(
        id=0,
        area="GL",
        period=YEAR,
        number=1,
        fingerprint="",
        as_of=1,
        state="",
        counted_on=date(2026, 3, 2),
    )
    draft = Draft(
        publication,
        (),
        Kept(),
        0,
        audit=round_release(release, Rounding(), secret=b"a secret of the test"),
        told=count_told(release),
    )
    words = Wording(load_form(), "da")
    made = _Made((), draft=replace(draft, proof=Proof(pairs=9, wide=6, seconds=120)))
    (said,) = _unseen(made, load_form(), Order(YEAR, date(2026, 3, 2), "da"))
    assert "Grønland nåede ikke 3 af 9 par af lille tal og læser på 120 sekunder" in said
    whole = replace(made, draft=replace(draft, proof=Proof(pairs=9, wide=9, seconds=120)))
    assert not list(_unseen(whole, load_form(), Order(YEAR, date(2026, 3, 2), "da")))
    book = openpyxl.load_workbook(io.BytesIO(write_audit(draft, words, {}, LogEnd(7, "ab" * 32))))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    lines = {row[1]: row for row in rows if row[0] == "Det ved læserne"}
    assert len(lines) == len({reason for reason, _, _ in draft.told})
    assert any("7:" + "ab" * 32 in str(row[0]) for row in rows)
    together = lines[words.text("relation.read_together")]
    assert together[2] == 11
    probable = lines[words.text("relation.one_home")]
    assert "Gælder, når borgere ikke er flyttet" in str(probable[-1])
