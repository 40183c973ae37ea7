"""Explained figures of an edition: shares, what was sent (T21), and what was revised (T22).

The small country of `tests.support.editions`: 955 corrects one højeste to mellemste and withdraws
one laveste; 956 reports one højeste late and hands one mellemste over to 955.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from openpyxl.utils import get_column_letter

from fpsheet.statistics.explain_figure import ExplainedFigure, PrintedCell, explain_cell
from fpsheet.statistics.page_layout import Publisher, lay_out_book
from fpsheet.statistics.publishing import internal_edition
from fpsheet_sync.database.access_log import read_log
from fpsheet_sync.statistics.publication.explain import Wanted, explain
from fpsheet_sync.statistics.stat_table import ColumnKind
from fpsheet_sync.statistics.tables.release import ReleaseRequest
from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_form
from tests.support.editions import (
    ACTOR,
    DAY,
    YEAR,
    first_reports,
    issue,
    order,
    revised_reports,
    table_of,
)
from tests.support.stores import KINDS, shared_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import Cell, Release


FORM = load_form()


@pytest.fixture(scope="module", params=KINDS)
def revised(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
) -> Iterator[Store]:
    """Return a store with an edition and what came after it."""
    folder = tmp_path_factory.mktemp("explained")
    with shared_store(request, folder, sqlite_template) as store:
        first_reports(store)
        issue(store, folder)
        revised_reports(store)
        yield store


@pytest.fixture(scope="module")
def internal(revised: Store) -> Release:
    """Return Greenland's internal edition."""
    release, _ = internal_edition(revised, order(), "GL")
    return release


def printed(release: Release, table_id: str, key: tuple[str, ...], column: str) -> PrintedCell:
    """Return the address of a cell as it stands in the workbook."""
    table = table_of(release, table_id)
    page = next(
        page
        for page in lay_out_book(release, FORM, publisher=Publisher()).pages
        if page.name == table_id
    )
    # The title, the lines, the headings, and then the rows.
    row = 1 + len(page.sheet_lines) + 1 + table.keys.index(key) + 1
    place = [each.id for each in table.columns].index(column) + 1
    return PrintedCell(table_id, f"{get_column_letter(place)}{row}", release.area)


def told(store: Store, asked: PrintedCell) -> ExplainedFigure:
    """Explain a cell."""
    return explain_cell(store, order(), asked, ACTOR)


def test_every_figure_of_t21_has_what_was_sent_behind_it(revised: Store, internal: Release) -> None:
    """Files with what each says, and rows that wait: as many as the cell says."""
    table = table_of(internal, "T21")
    cells = [
        (Wanted(table, key, column, "GL"), cell)
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in zip(table.columns, row, strict=True)
        if isinstance(cell, int)
    ]
    request = ReleaseRequest(YEAR, "GL", "da", DAY)
    with revised.read() as connection:
        explained = explain(connection, FORM, request, [wanted for wanted, _ in cells])
    files = {}
    for (wanted, cell), found in zip(cells, explained, strict=True):
        place = wanted.key[0], wanted.column.id
        own = [each.value for each in found.behind if each.value is not None]
        counted = sum(own) if own else len(found.behind)
        assert (place, found.parts, counted) == (place, {wanted.column.id: cell}, cell)
        assert all(place[0] in {"", each.kommune_kode} for each in found.behind)
        files[place] = found.behind
    sent = files["", "indberetninger"]
    assert Counter(each.kommune_kode for each in sent) == {"955": 2, "956": 2}
    assert len({each.sha256 for each in sent}) == 4
    assert all(each.row_id.startswith(f"{each.kommune_kode}-") for each in sent)
    (row_count,) = files["956", "raekker"]
    assert (row_count.sha256, row_count.value) == (sent[-1].sha256, 32)


def test_the_last_file_has_its_day_behind_it(revised: Store, internal: Release) -> None:
    """The day in T21 is that of the last file, by the address in the workbook."""
    found = told(revised, printed(internal, "T21", ("956",), "seneste"))
    (last,) = found.behind
    assert (last.kommune_kode, last.sheet, found.printed) == ("956", "", "3. marts 2026")


@pytest.mark.parametrize(
    ("key", "gone", "come", "causes"),
    [
        # 955's laveste: award 30 was withdrawn.
        (("T11", "955", "niveau_laveste"), 1, 0, ["annulleret"]),
        # The country's mellemste: award 1 of 955 was corrected to it.
        (("T11", "", "niveau_mellemste"), 0, 1, ["rettelse"]),
        # 956's awards: number 31 came late.
        (("T11", "956", "tilkendelse"), 0, 1, ["sen"]),
        # 955's mellemste at the end of the year: one corrected, one handed over by 956.
        (("T14", "955", "niveau_mellemste"), 0, 2, ["flyttet", "rettelse"]),
        (("T14", "956", "niveau_mellemste"), 1, 0, ["flyttet"]),
    ],
)
def test_a_line_of_t22_names_the_records_that_made_it(
    revised: Store,
    internal: Release,
    key: tuple[str, str, str],
    gone: int,
    come: int,
    causes: list[str],
) -> None:
    """Those that counted in one of the two editions only, each with its cause and its place."""
    found = told(revised, printed(internal, "T22", key, "nu" if come else "foer"))
    assert list(found.numbers.values()) == [gone, come]
    assert sorted(each.cause for each in found.behind) == causes
    assert all(each.sheet == "afgoerelse" and each.sha256 for each in found.behind)
    table = table_of(internal, "T22")
    line = table.rows[table.keys.index(key)]
    assert found.row == line[:3]
    before, now = line[3:5]
    assert isinstance(before, int)
    assert isinstance(now, int)
    assert now - before == come - gone


@pytest.mark.slow
def test_some_line_about_each_table_is_explained(revised: Store, internal: Release) -> None:
    """The records that came less those that went are the difference of the two editions."""
    lines = {key[0]: (key, row) for key, row in lines_of(internal, "T22")}
    assert {"T11", "T12", "T14", "T19"} <= lines.keys()
    for key, row in lines.values():
        gone, come = told(revised, printed(internal, "T22", key, "nu")).numbers.values()
        before, now = row[3:5]
        assert isinstance(before, int)
        assert isinstance(now, int)
        assert (key, now - before) == (key, come - gone)


def lines_of(release: Release, table_id: str) -> list[tuple[tuple[str, ...], tuple[Cell, ...]]]:
    """Return the lines of a table: codes, and what is printed."""
    table = table_of(release, table_id)
    return list(zip(table.keys, table.rows, strict=True))


def test_the_log_says_who_asked(revised: Store, internal: Release) -> None:
    """Table and cell of T22, and how many records were shown."""
    asked = printed(internal, "T22", ("T11", "955", "niveau_laveste"), "nu")
    told(revised, asked)
    *before, deed = (entry.deed for entry in read_log(revised))
    assert deed.action == "forklaring"
    assert before[-1].action == "forklaring"
    assert read_log(revised, citizens=[before[-1].borger])[-1].deed == before[-1]
    assert deed.details == {"tabel": "T22", "celle": asked.cell, "antal": 1}


def test_words_are_no_figure(revised: Store, internal: Release) -> None:
    """The cause of a revision, and the marks beside a row, have nothing behind them."""
    key = ("T11", "955", "niveau_laveste")
    with pytest.raises(UsageError, match="regnet ud og har ingen linjer"):
        told(revised, printed(internal, "T22", key, "aarsag"))
    assert table_of(internal, "T11").columns[-1].kind is ColumnKind.NOTE
    with pytest.raises(UsageError, match="regnet ud og har ingen linjer"):
        told(revised, printed(internal, "T11", ("955",), "revideret"))
