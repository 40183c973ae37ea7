"""The demo country: invented citizens who obey the law, the same for the same seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from fpsheet.demo.country import DEMO_DAY, DemoWorkbook, invent_country
from fpsheet.demo.fault_kinds import FAULTS
from fpsheet.demo.fill import fill_workbook
from fpsheet.demo.scale import SMALL, Scale, national
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet.demo.life import Row

FORM = load_form()
ISSUED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def country() -> tuple[DemoWorkbook, ...]:
    """The small country without planted faults."""
    scale = Scale(citizens=SMALL.citizens, movers=SMALL.movers)
    return tuple(invent_country(FORM, scale=scale, seed=7))


def rows_of(country: tuple[DemoWorkbook, ...], sheet: str) -> Iterator[Row]:
    """Return the rows of a sheet over all kommuner."""
    return chain.from_iterable(book.rows[sheet] for book in country)


@pytest.mark.slow
def test_same_seed_same_bytes() -> None:
    """The same seed gives the same workbooks to the byte; another seed gives others."""
    scale = Scale(citizens={"955": 12, "956": 15}, movers=1, planted=("955",))

    def hashes(seed: int) -> list[str]:
        return [
            hashlib.sha256(fill_workbook(FORM, book, issued_at=ISSUED_AT)).hexdigest()
            for book in invent_country(FORM, scale=scale, seed=seed)
        ]

    first = hashes(1)
    assert first == hashes(1)
    assert not set(first) & set(hashes(2))


def test_numbers_belong_to_nobody(country: tuple[DemoWorkbook, ...]) -> None:
    """Every CPR number has day 61 to 91, ten digits, and names say that they are invented."""
    for row in rows_of(country, "borger"):
        cpr = str(row["cpr"])
        assert len(cpr) == 10
        assert cpr.isdecimal()
        assert 61 <= int(cpr[:2]) <= 91
        assert str(row["navn"]).startswith("Fiktiv Borger ")


def test_citizens_are_distinct(country: tuple[DemoWorkbook, ...]) -> None:
    """No two citizens share a number; one who moved stands in two kommuner."""
    places: dict[object, set[str]] = {}
    for book in country:
        own = [row["cpr"] for row in book.rows["borger"]]
        assert len(own) == len(set(own))
        for cpr in own:
            places.setdefault(cpr, set()).add(book.kommune_kode)
    moved = {row["cpr"] for row in rows_of(country, "overdragelse")}
    assert {cpr for cpr, kommuner in places.items() if len(kommuner) > 1} == moved
    assert len(moved) == 3 * 8


def test_nothing_happens_after_today(country: tuple[DemoWorkbook, ...]) -> None:
    """A workbook holds what has happened; only the effect of an afgørelse may lie ahead."""
    for sheet in FORM.entry_sheets():
        for row in rows_of(country, sheet.id):
            days = [value for name, value in row.items() if name != "virkning_dato"]
            assert all(day <= DEMO_DAY for day in days if isinstance(day, date)), row


def test_levels_follow_the_assessed_percentage(country: tuple[DemoWorkbook, ...]) -> None:
    """0-25 pct. is højeste, 26-50 mellemste, 51-75 laveste, above none (sullissivik.gl)."""
    compared = 0
    for book in country:
        assessed: dict[object, list[tuple[date, int]]] = {}
        for row in book.rows["vurdering"]:
            day, pct = row["vurdering_dato"], row["arbejdsevne_pct"]
            assert isinstance(day, date)
            assert isinstance(pct, int)
            assessed.setdefault(row["cpr"], []).append((day, pct))
        for row in book.rows["afgoerelse"]:
            day, niveau = row["afgoerelse_dato"], row.get("niveau")
            assert isinstance(day, date)
            own = assessed.get(row["cpr"], [])
            near = [pct for known, pct in own if day - timedelta(days=60) <= known <= day]
            if near and niveau is not None:
                assert niveau == ["hoejeste", "mellemste", "laveste"][max(near[-1] - 1, 0) // 25]
                compared += 1
    assert compared > 500


def test_the_country_has_what_the_request_names(country: tuple[DemoWorkbook, ...]) -> None:
    """Ten years of revurderinger, seasonal jobs, tilbagevisninger, udsættelser, nil return."""
    forloeb = Counter(
        row["cpr"] for row in rows_of(country, "forloeb") if row["forloeb_type"] == "revurdering"
    )
    assert max(forloeb.values()) >= 2
    factory = [row for row in rows_of(country, "job") if row["branche"] == "DB25-C1020"]
    assert any(row["timer_pr_uge"] == 15.0 for row in factory)
    kinds = Counter(row["afgoerelse"] for row in rows_of(country, "afgoerelse"))
    assert set(kinds) == set(FORM.code_lists["afgoerelse"].ids())
    reasons = Counter(row.get("tilbagevisningsaarsag_1") for row in rows_of(country, "afgoerelse"))
    assert set(reasons) - {None} == set(FORM.code_lists["tilbagevisningsaarsag"].ids())
    nil = {book.kommune_kode: book for book in country}["825"]
    assert nil.row_count == 0
    assert nil.cover["ingen_sager"] == "ja"


def test_some_apply_again_and_are_answered_again(country: tuple[DemoWorkbook, ...]) -> None:
    """A new application comes after a refusal, and a decision of its own after most of them."""
    applied = {
        row["cpr"]: row["start_dato"]
        for row in rows_of(country, "forloeb")
        if row["forloeb_type"] == "ansoegning"
    }
    refused: dict[object, list[date]] = {cpr: [] for cpr in applied}
    for row in rows_of(country, "afgoerelse"):
        day = row["afgoerelse_dato"]
        if row["cpr"] in applied and row["afgoerelse"] == "afslag" and isinstance(day, date):
            refused[row["cpr"]].append(day)
    assert len(applied) > 5
    for cpr, day in applied.items():
        assert isinstance(day, date)
        assert min(refused[cpr]) < day
    assert sum(len(days) > 1 for days in refused.values()) > len(applied) / 2


def test_a_true_nej_is_of_citizens_without_ordinary_work(country: tuple[DemoWorkbook, ...]) -> None:
    """Some answer nej to ordinary work, nobody of them works today, and some do not answer."""
    for book in country:
        if not book.rows["borger"]:
            continue
        said = Counter(row["ordinaert_arbejde"] for row in book.rows["borger"])
        assert set(said) == {"nej", None}
        no = {row["cpr"] for row in book.rows["borger"] if row["ordinaert_arbejde"] == "nej"}
        jobs = (row for row in book.rows["job"] if row["job_type"] == "ordinaer")
        assert not no & {row["cpr"] for row in jobs if row["slut_dato"] is None}


def test_national_scale_has_the_rows_asked_for() -> None:
    """98 kommuner, each within one citizen of the rows asked for."""
    scale = national(FORM, rows=200)
    assert len(scale.kommuner()) == 98
    books = list(invent_country(FORM, scale=scale, seed=1))
    assert all(170 <= book.row_count <= 200 for book in books)


def test_every_kind_of_fault_is_planted() -> None:
    """Each kind of fault that fits a country is somewhere in it, at a cell of its own."""
    planted = [
        (book.kommune_kode, fault)
        for book in invent_country(FORM, scale=SMALL, seed=1)
        for fault in book.planted
    ]
    cells = {(kode, fault.sheet, fault.index, fault.field) for kode, fault in planted}
    assert len(cells) == len(planted)
    wanted = {(fault.code, fault.sheet, fault.field) for fault in FAULTS}
    assert {(fault.code, fault.sheet, fault.field) for _, fault in planted} == wanted
