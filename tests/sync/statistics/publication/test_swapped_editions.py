"""What the database keeps of an edition was altered: a sentence, or prints that are right again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_sync.statistics.publication.frozen_files import freeze, freeze_releases
from fpsheet_sync.statistics.publication.publication import (
    freeze_kept,
    read_editions,
    read_kept,
    read_publications,
)
from fpsheet_sync.statistics.tables.number_name import number_of
from fpsheet_templates.errors import StoreError
from tests.support.editions import (
    YEAR,
    edition,
    first_reports,
    inside,
    issue,
    report,
    ten_of_each,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import Release, StatTable


sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
DECIDED = "afgoerelse.afslag+afgoerelse.tilkendelse|2025-01-01|2025-12-31|land="
COUNTRY = CellId(f"{DECIDED}GL")
KOMMUNER = (CellId(f"{DECIDED}955"), CellId(f"{DECIDED}956"))
PRINTED = 45
"""What is printed of 23 awards and 20."""


def alter(store: Store, **columns: bytes) -> None:
    """Put other bytes into columns of the first edition."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    with store.write() as connection:
        connection.execute(text(f"UPDATE publikation SET {sets} WHERE id = 1"), columns)


@sqlite
def test_files_that_cannot_be_read_are_told_and_nothing_is_written(
    store: Store, tmp_path: Path
) -> None:
    """An edition that is asked for again, of which the kept files are damaged."""
    first_reports(store)
    issue(store, tmp_path / "one")
    alter(store, filer=b"PK\x03\x04 no package")
    with pytest.raises(StoreError, match="passer ikke med det, udgaven viser") as refused:
        write(store, tmp_path / "again", edition=1)
    assert "sikkerhedskopi" in str(refused.value.remedy)
    assert not (tmp_path / "again").exists()


@sqlite
def test_a_rounded_edition_is_not_taken_for_one_with_exact_numbers(
    store: Store, tmp_path: Path
) -> None:
    """Its prints are gone from what is kept: readers would be thought to know every number."""
    first_reports(store)
    issue(store, tmp_path / "one")
    shown = dict(printed_numbers(edition(store, 1)))
    alter(store, celler=freeze({"printed": shown, "hidden": {}}))
    report(store, "956", ten_of_each() | {31: ("laveste", "")}, minute=10)
    with pytest.raises(StoreError, match="passer ikke med det, udgaven viser"):
        issue(store, tmp_path / "two")
    assert not (tmp_path / "two").exists()


@pytest.mark.slow
@sqlite
def test_prints_that_break_a_sum_move_back_and_are_named(store: Store, tmp_path: Path) -> None:
    """Everything kept says 5 less for the country than its kommuner add up to.

    The next edition prints the sum, lists it as moved, and the audit says that all editions were
    looked at together.
    """
    report(store, "955", {n: award for n, award in ten_of_each().items() if n % 4})
    report(store, "956", {n: award for n, award in ten_of_each().items() if n % 3})
    issue(store, tmp_path / "one")
    before = printed_numbers(edition(store, 1))
    assert before[COUNTRY] == sum(before[each] for each in KOMMUNER) == PRINTED
    _print_other(store, COUNTRY, PRINTED - 5)
    report(store, "956", {n: award for n, award in ten_of_each().items() if n % 4}, minute=10)
    assert issue(store, tmp_path / "two").new == {"GL"}
    after = printed_numbers(edition(store, 2))
    assert after[COUNTRY] == sum(after[each] for each in KOMMUNER) == PRINTED
    (path,) = inside(tmp_path / "two").glob("*kontrol*.xlsx")
    rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    said = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    assert "alle udgaver er kontrolleret sammen" in said
    assert "40 er blevet til 45" in said


def _print_other(store: Store, name: CellId, value: int) -> None:
    """Let everything that is kept of the first edition say another print of a number."""
    with store.read() as connection:
        (one,) = read_publications(connection, "GL", YEAR)
        editions, kept = read_editions(connection, one), read_kept(connection, one)
    prints = {**kept.prints, name: replace(kept.prints[name], value=value)}
    told = tuple(
        replace(each, tables=tuple(_told(each, table, name, value) for table in each.tables))
        for each in editions
    )
    kept = replace(kept, prints=prints)
    alter(store, celler=freeze_kept(kept), udgaver=freeze_releases(told))


def _told(release: Release, table: StatTable, name: CellId, value: int) -> StatTable:
    rows = tuple(
        tuple(
            value if column.of and number_of(release, table, column, key).id == name else cell
            for column, cell in zip(table.columns, row, strict=True)
        )
        for key, row in zip(table.keys, table.rows, strict=True)
    )
    return replace(table, rows=rows)
