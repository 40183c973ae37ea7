"""Suppression applied: hidden counts and what rests on them, in every table and edition alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.suppression import Suppression, suppress
from fpsheet_sync.stat_table import ColumnKind, Release, Shorthand
from fpsheet_sync.statistics.cells import number_of, release_cells
from fpsheet_sync.statistics.suppression import apply_suppression, public_tables
from fpsheet_templates.load import load_form
from tests.support.country import Country, Record
from tests.unit.test_statistics_country import release

KOMMUNER = ("955", "956", "957", "959", "960")


def country() -> Country:
    """Give a country with 9 to 21 awards and 2 to 6 refusals in each kommune in 2025.

    955: 9 + 2, 956: 12 + 3, 957: 15 + 4, 959: 18 + 5, 960: 21 + 6.
    """
    levels = ("hoejeste", "mellemste", "laveste")
    decisions: list[Record] = []
    for place, kommune in enumerate(KOMMUNER):
        for number in range(9 + 3 * place):
            decision = {"afgoerelse": "tilkendelse", "niveau": levels[number % 3]}
            decisions.append({**decision, **_who(kommune, f"t{number}")})
        decisions += [
            {"afgoerelse": "afslag", **_who(kommune, f"a{number}")} for number in range(2 + place)
        ]
    persons = {
        str(row["borger"]): ("KM"[place % 2], date(1960 + place % 40, 1, 1))
        for place, row in enumerate(decisions)
    }
    return Country(persons, {"afgoerelse": decisions})


def _who(kommune: str, borger: str) -> Record:
    day = date(2025, 1 + int(borger[1:]) % 12, 5)
    return {"kommune_kode": kommune, "borger": f"{kommune}-{borger}", "afgoerelse_dato": day}


@pytest.fixture(scope="module")
def full() -> tuple[Release, ...]:
    """Give the editions made for publication, nothing hidden."""
    return tuple(public_tables(release(area, country=country())) for area in ("GL", *KOMMUNER))


@pytest.fixture(scope="module")
def chosen(full: tuple[Release, ...]) -> Suppression:
    """Give what must be hidden at the threshold 5."""
    return suppress(release_cells(full, load_form()), Settings(threshold=5))


def cell(made: Release, table_id: str, key: tuple[str, ...], column_id: str) -> object:
    """Give one cell of one table."""
    table = next(table for table in made.tables if table.id == table_id)
    place = next(i for i, column in enumerate(table.columns) if column.id == column_id)
    return table.rows[table.keys.index(key)][place]


def test_counted_as_meant(full: tuple[Release, ...]) -> None:
    """The country has 9 + 12 + 15 + 18 + 21 = 75 awards and 2 + 3 + 4 + 5 + 6 = 20 refusals."""
    assert cell(full[0], "T11", ("",), "tilkendelse") == 75
    assert cell(full[0], "T11", ("",), "afslag") == 20


def test_an_edition_is_internal_until_it_is_suppressed(
    full: tuple[Release, ...], chosen: Suppression
) -> None:
    """compute_release gives an internal edition; applying a suppression makes it public."""
    assert all(made.internal for made in full)
    assert not any(apply_suppression(made, chosen).internal for made in full)


def test_small_counts_are_hidden_in_every_table_and_edition(
    full: tuple[Release, ...], chosen: Suppression
) -> None:
    """No count from 1 to 4 is printed anywhere, and a number hidden once is hidden everywhere."""
    printed: dict[str, set[bool]] = {}
    for made in full:
        shown = apply_suppression(made, chosen)
        for table, original in zip(shown.tables, made.tables, strict=True):
            for key, row, old in zip(table.keys, table.rows, original.rows, strict=True):
                for column, after, before in zip(table.columns, row, old, strict=True):
                    if not column.of or column.kind is not ColumnKind.COUNT:
                        continue
                    name = number_of(made, original, column, key).id
                    printed.setdefault(name, set()).add(after == before)
                    assert after in {before, Shorthand.CONFIDENTIAL}
                    assert not (isinstance(after, int) and 0 < after < 5), name
    assert {len(outcomes) for outcomes in printed.values()} == {1}


def test_a_single_hidden_number_does_not_stand_alone_in_its_sum(
    full: tuple[Release, ...], chosen: Suppression
) -> None:
    """955's 2, 956's 3 and 957's 4 refusals are hidden; at least two hidden numbers per sum."""
    national = apply_suppression(full[0], chosen)
    hidden = [cell(national, "T11", (kommune,), "afslag") for kommune in KOMMUNER[:3]]
    assert hidden == [Shorthand.CONFIDENTIAL] * 3
    described = release_cells(full, load_form())
    for equation in described.equations:
        names = (equation.total, *equation.parts)
        if not described.unprinted.isdisjoint(names):
            continue  # What is left between a number and its limit is never printed.
        assert sum(chosen.is_hidden(name) for name in names) != 1, equation.name


def test_a_share_that_rests_on_a_hidden_count_is_hidden(
    full: tuple[Release, ...], chosen: Suppression
) -> None:
    """T12: andel afslag, expected number, limits and index of 955 would tell its 2 refusals."""
    national = apply_suppression(full[0], chosen)
    for column in ("andel_afslag", "nedre", "oevre", "indeks"):
        assert cell(national, "T12", ("955",), column) is Shorthand.CONFIDENTIAL
    own = apply_suppression(full[1], chosen)
    assert cell(own, "T12", ("955",), "andel_afslag") is Shorthand.CONFIDENTIAL


def test_a_kommunes_public_edition_has_no_table_the_national_one_does_not_divide(
    full: tuple[Release, ...],
) -> None:
    """Quarters, sex and age of one kommune are in its internal edition alone."""
    assert all("kommune" in table.dimensions for table in full[1].tables)
    assert {"T11b", "T11c", "T14b"} <= {table.id for table in full[0].tables}


def test_an_edition_that_was_not_described_is_refused(
    full: tuple[Release, ...], chosen: Suppression
) -> None:
    """A suppression says nothing of numbers it has not seen."""
    other = release("GL", country=replace(country(), delivered=("959",)))
    strange = replace(other, tables=tuple(replace(t, dimensions=("x",)) for t in other.tables[:1]))
    with pytest.raises((KeyError, ValueError)):
        apply_suppression(strange, chosen)
