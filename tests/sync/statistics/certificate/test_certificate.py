"""The certificate by worlds, on a country worked out by hand: told no relation, it finds one."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.certificate import certify as certifying
from fpsheet_sync.statistics.certificate.case import PUBLIC, Case, Found, Witness
from fpsheet_sync.statistics.certificate.certify import Certificate, Make, certify
from fpsheet_sync.statistics.certificate.citizen import CitizenRow, CountedCitizen
from fpsheet_sync.statistics.certificate.citizen_column import CitizenColumn, Slot
from fpsheet_sync.statistics.certificate.neighbours import Neighbours
from fpsheet_sync.statistics.certificate.paper import (
    CertifiedCell,
    CertifiedPaper,
    PaperLine,
    read_paper,
)
from fpsheet_sync.statistics.certificate.people import People
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.load import load_form
from tests.support.country import Country, Record, editions, stored
from tests.support.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fpsheet_sync.statistics.certificate.citizen_column import Place

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
DAYS = ("2025-01-01", "2025-12-31")
TODAY = date(2026, 3, 2)
ANY = 1 << 40
HOME, OTHER = "955", "956"


def slot(**codes: str) -> Slot:
    """Return a number of citizens with the pension."""
    named = frozenset(codes.items())
    return Slot("bestand", frozenset({"bestand"}), is_distinct=False, days=DAYS, codes=named)


NO_ABILITY, NO_HOURS = (HOME, slot(arbejdsevne="uoplyst")), (HOME, slot(timer="uoplyst"))


def is_early(id_: str) -> bool:
    """Return whether a citizen has the pension from before it took an assessment."""
    return int(id_[-1]) < 3


def country() -> Country:
    """Return a country: in each of two kommuner three lack an assessment and three have one."""
    people = {f"{kommune}n{n}": kommune for kommune in (HOME, OTHER) for n in range(6)}
    late = {"afgoerelse_dato": date(2024, 5, 1), "virkning_dato": date(2024, 6, 1)}
    early = {"afgoerelse_dato": date(2016, 5, 1), "virkning_dato": date(2016, 6, 1)}
    granted = {"afgoerelse": "tilkendelse", "niveau": "hoejeste", "instans": "kommunalbestyrelse"}
    found = {"vurdering_dato": date(2024, 4, 1), "arbejdsevne_pct": 20, "maks_timer_pr_uge": 8.0}
    who = [({"kommune_kode": home, "borger": id_}, id_) for id_, home in people.items()]
    return Country(
        {id_: ("K", date(1980, 5, 4)) for id_ in people},
        {
            "borger": [
                {**one, "pensionist_foer_reform": "nej", "sagsbehandler": "AB"} for one, _ in who
            ],
            "afgoerelse": [
                {**one, **(early if is_early(id_) else late), **granted} for one, id_ in who
            ],
            "vurdering": [{**one, **found} for one, id_ in who if not is_early(id_)],
        },
    )


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    """Read and count the citizens."""
    with stored(country()) as connection:
        yield People(connection, [Scope(SCHEMA, YEAR, (HOME, OTHER))], "GL", TODAY)


def certificate(people: People, told: Mapping[Place, tuple[int, int]]) -> tuple[Case, Certificate]:
    """Certify the country where nothing is known but how far some numbers may be."""
    releases = [public_tables(release) for release in editions(country(), YEAR)]

    def free(cell: CertifiedCell) -> PaperLine:
        return PaperLine("", 0, cell.count, ANY)

    lines = read_paper(releases, free)
    lines = {
        place: PaperLine("", *(low, line.count, high))
        for place, line in lines.items()
        for low, high in [told.get(place, (line.low, line.high))]
    }
    case = Case(
        CertifiedPaper(lines, 4), people.columns, (HOME, OTHER), threshold=5, values=3, own_values=3
    )
    return case, certify(case, people.make, time.monotonic() + 600)


@pytest.fixture(scope="module")
def wide(people: People) -> tuple[Case, Certificate]:
    """Certify it where hours unknown may be 7: so may be the others."""
    return certificate(people, {NO_ABILITY: (3, 7), NO_HOURS: (0, 7)})


@pytest.mark.slow
def test_a_number_that_no_list_binds_is_found_to_be_exact(people: People) -> None:
    """Work ability unknown is 3 to 7 by its print, and hours unknown at most 3 by theirs.

    Who lacks the ability lacks the hours, says the form: so both are 3. Nobody told that.
    """
    case, found = certificate(people, {NO_ABILITY: (3, 7), NO_HOURS: (0, 3)})
    assert case.paper.lines[NO_ABILITY].count == case.paper.lines[NO_HOURS].count == 3
    public = {place for place, readers in found.narrow.items() if PUBLIC in readers}
    assert public == {NO_ABILITY, NO_HOURS}
    # The other kommune knows its own part of the country's numbers, and so what is left of them.
    assert set(found.narrow[NO_ABILITY]) == {PUBLIC, OTHER}
    assert {tuple(found.narrow[place]) for place in set(found.narrow) - public} == {(OTHER,)}
    assert {area for area, _ in set(found.narrow) - public} == {""}
    assert not found.is_wide
    assert found.neighbours > 0


def test_with_wider_prints_every_number_is_proved_wide(
    people: People, wide: tuple[Case, Certificate]
) -> None:
    """Each world is counted as the tables are."""
    case, found = wide
    assert found.is_wide
    assert NO_ABILITY in case.targets
    assert [people.recount(case, witness) for witness in found.witnesses] == [
        [] for _ in found.witnesses
    ]
    values = {w.counts[NO_ABILITY] for w in found.witnesses if NO_ABILITY in w.counts} | {3}
    assert len(values) >= 3
    assert all(3 <= value <= 7 for value in values)


def test_a_world_that_is_not_as_it_says_is_told(
    people: People, wide: tuple[Case, Certificate]
) -> None:
    """One more citizen comes than the witness says: the count of the tables tells."""
    case, found = wide
    witness = next(each for each in found.witnesses if NO_ABILITY in each.counts)
    like = people.columns[0]
    false = Witness(
        witness.areas,
        (*witness.come, (like.citizen, (witness.areas[0],))),
        witness.gone,
        witness.counts,
    )
    assert people.recount(case, false)


def test_a_search_without_time_certifies_nothing(people: People) -> None:
    """Every number that could not be looked at is named."""
    case, _ = certificate(people, {})
    none = certify(case, people.make, time.monotonic() - 1)
    assert not none.is_wide
    assert set(none.unseen) == set(case.targets)


def test_a_borrowed_row_may_be_the_last_that_happened() -> None:
    """A job of January borrowed by one with a grant from June 2025 is a week after that too.

    So is a lapse: who got the pension in a year may have lost it in the same.
    """
    granted = CitizenRow("afgoerelse", HOME, {"virkning_dato": date(2025, 6, 1)})
    worked = CitizenRow("job", OTHER, {"start_dato": date(2025, 1, 5)})
    one = CountedCitizen("a", "K", None, (granted,))
    other = CountedCitizen("b", "K", None, (worked,))
    days = {
        (row.kommune, row.values["start_dato"])
        for each in Neighbours(load_form(), "GL", (one, other), 1).of(one)
        for row in each.rows
        if row.sheet == "job"
    }
    assert days == {(HOME, date(2025, 1, 5)), (HOME, date(2018, 12, 28)), (HOME, date(2025, 6, 8))}


def test_a_kommune_sees_through_worlds_of_its_own_citizens() -> None:
    """The country's number is small; only citizens of one kommune could be others."""
    number = ("", slot(timer="uoplyst"))
    columns = tuple(
        CitizenColumn(f"c{n}", (HOME,), {number: 1, (HOME, number[1]): 1}) for n in range(2)
    )
    paper = CertifiedPaper({number: PaperLine("", 0, 2, 4)}, 4)
    case = Case(paper, columns, (HOME, OTHER), threshold=5, values=3, own_values=3)
    assert case.targets == {number: {PUBLIC, OTHER}}
    found = Found(case)
    for count in (1, 3):
        found.add(Witness((HOME,), (), (), {number: count}))
    assert found.left(number) == []
    elsewhere = Found(case)
    for count in (1, 3):
        elsewhere.add(Witness((OTHER,), (), (), {number: count}))
    assert elsewhere.left(number) == [OTHER]


@pytest.mark.parametrize(
    ("has", "counts", "readers"),
    [
        pytest.param("a word", {}, (), id="nothing it has is another"),
        pytest.param("another", {}, (OTHER,), id="its own row is another"),
        pytest.param(
            "a word", {(OTHER, slot(koen="K")): 1}, (OTHER,), id="its own count is another"
        ),
    ],
)
def test_a_kommune_is_misled_by_a_citizen_of_two_only_where_what_it_has_is_the_same(
    has: str, counts: Mapping[Place, int], readers: tuple[str, ...]
) -> None:
    """One citizen of both counts in HOME, where 0 to 2 may be; OTHER counts nothing of it.

    One more may come, a second citizen of HOME's kind; none is left only if the citizen of both is
    another. What OTHER counts besides is printed nowhere, and OTHER knows it.
    """
    number, own = ("", slot(timer="uoplyst")), (HOME, slot(timer="uoplyst"))
    both = CitizenColumn("c0", (HOME, OTHER), {number: 1, own: 1}, {HOME: "x", OTHER: "a word"})
    more = CitizenColumn("c1", (HOME,), {("", slot(koen="M")): 1, (HOME, slot(koen="M")): 1})
    like = CitizenColumn("c0~0", (HOME, OTHER), counts, {HOME: "y", OTHER: has})
    come = CitizenColumn("c0~1", (HOME,), {number: 1, own: 1})
    paper = CertifiedPaper({each: PaperLine("", 0, 1, 2) for each in (number, own)}, 4)
    case = Case(paper, (both, more), (HOME, OTHER), threshold=5, values=3, own_values=3)
    assert case.targets == {number: {PUBLIC, OTHER}, own: {PUBLIC, OTHER}}
    found = certify(case, lambda _: (like, come), time.monotonic() + 600)
    assert found.narrow == (dict.fromkeys((number, own), readers) if readers else {})
    misled = [each for each in found.witnesses if each.areas == (HOME,) and "c0" in each.gone]
    assert bool(misled) == (not readers)


def test_who_counts_in_a_number_beside_is_asked_for_neighbours_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each citizen has a level of her own, known exactly, so that none may come or go as she is.

    One citizen more in 40-49 is one who counts in 50-59: she is not behind 40-49 herself. Whenever
    time runs out on the way, that is told.
    """
    ages = {"c0": "40-49", **{f"c{n}": "50-59" for n in range(1, 10)}}

    def column(id_: str, age: str) -> CitizenColumn:
        own = (slot(aldersgruppe=age), slot(niveau=id_[:2]))
        return CitizenColumn(id_, (HOME,), {(area, each): 1 for area in ("", HOME) for each in own})

    told = {slot(niveau=id_): PaperLine("", 1, 1, 1) for id_ in ages}
    told[slot(aldersgruppe="40-49")] = PaperLine("", 0, 1, 2)
    told[slot(aldersgruppe="50-59")] = PaperLine("", 8, 9, 10)
    paper = CertifiedPaper({(area, each): told[each] for area in ("", HOME) for each in told}, 4)
    columns = tuple(column(id_, age) for id_, age in ages.items())
    case = Case(paper, columns, (HOME,), threshold=5, values=3, own_values=3)
    assert case.targets == {(area, slot(aldersgruppe="40-49")): {PUBLIC} for area in ("", HOME)}
    rounds: list[Sequence[str]] = []

    def make(ids: Sequence[str]) -> tuple[CitizenColumn, ...]:
        rounds.append(ids)
        return tuple(column(f"{id_}~0", "50-59" if id_ == "c0" else "40-49") for id_ in ids)

    assert certify(case, make, time.monotonic() + 600).is_wide
    assert [list(ids) for ids in rounds] == [["c0"], [f"c{n}" for n in range(1, 9)]]
    _let_time_run_out(case, make, monkeypatch)


def _let_time_run_out(case: Case, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certify with time for one, two, three looks at the clock, until it is enough.

    What is proved by then counts, more with more time; the rest is told as not looked at.
    """
    left: list[int] = []
    told: list[tuple[int, int]] = []
    is_enough = False
    while not is_enough:
        looks, clock = len(left), itertools.count()
        monkeypatch.setattr(time, "monotonic", lambda clock=clock: next(clock))
        told.clear()
        found = certify(case, make, looks, lambda *each: told.append(each))
        assert told == sorted(told)
        left.append(sum(map(len, found.unseen.values())))
        assert not found.narrow
        is_enough = next(clock) <= looks + 1
    monkeypatch.undo()
    assert len(left) > 10
    assert left == sorted(left, reverse=True)
    pairs = sum(map(len, case.targets.values()))
    assert (left[0], left[-1]) == (pairs, 0)
    assert told[-1] == (pairs, pairs)


def test_who_counts_where_there_is_no_room_is_asked_for_neighbours_too() -> None:
    """Ten appeals are told exactly: one was upheld, nine were sent back. Each citizen has a level.

    One more upheld is one of those sent back, which is no number beside it.
    """
    upheld, sent_back, every = (
        Slot("klage", frozenset(measures), is_distinct=False, days=DAYS, codes=frozenset())
        for measures in (["stadfaestet"], ["hjemvist"], ["stadfaestet", "hjemvist"])
    )

    def column(id_: str, outcome: Slot) -> CitizenColumn:
        own = (outcome, every, slot(niveau=id_[:2]))
        return CitizenColumn(id_, (HOME,), {(area, each): 1 for area in ("", HOME) for each in own})

    columns = (column("c0", upheld), *(column(f"c{n}", sent_back) for n in range(1, 10)))
    told = {slot(niveau=each.citizen): PaperLine("", 1, 1, 1) for each in columns}
    told |= {upheld: PaperLine("", 1, 1, 2), sent_back: PaperLine("", 8, 9, 9)}
    told[every] = PaperLine("", 10, 10, 10)
    paper = CertifiedPaper({(area, each): told[each] for area in ("", HOME) for each in told}, 4)
    case = Case(paper, columns, (HOME,), threshold=5, values=2, own_values=2)
    assert case.targets == {(area, upheld): {PUBLIC} for area in ("", HOME)}
    rounds: list[Sequence[str]] = []

    def make(ids: Sequence[str]) -> tuple[CitizenColumn, ...]:
        rounds.append(ids)
        return tuple(column(f"{id_}~0", sent_back if id_ == "c0" else upheld) for id_ in ids)

    assert certify(case, make, time.monotonic() + 600).is_wide
    assert [list(ids) for ids in rounds] == [["c0"], [f"c{n}" for n in range(1, 9)]]


def test_neighbours_made_for_one_number_may_come_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only c0's neighbours are made: one of them is one more of the women, of whom c1 is one."""
    monkeypatch.setattr(certifying, "_AROUND", 1)
    young, old, women = slot(aldersgruppe="40-49"), slot(aldersgruppe="50-59"), slot(koen="K")

    def column(id_: str, *which: Slot) -> CitizenColumn:
        own = (*which, slot(niveau=id_.partition("~")[0]))
        return CitizenColumn(id_, (HOME,), {(area, each): 1 for area in ("", HOME) for each in own})

    columns = (
        column("c0", young),
        column("c1", women),
        *(column(f"c{n}", old) for n in range(2, 11)),
    )
    told = {slot(niveau=f"c{n}"): PaperLine("", 1, 1, 1) for n in range(11)}
    told |= {each: PaperLine("", 0, 1, 2) for each in (young, women)}
    told[old] = PaperLine("", 8, 9, 10)
    paper = CertifiedPaper({(area, each): told[each] for area in ("", HOME) for each in told}, 4)
    case = Case(paper, columns, (HOME,), threshold=5, values=2, own_values=2)
    assert set(case.targets) == {(area, each) for area in ("", HOME) for each in (young, women)}

    def make(ids: Sequence[str]) -> tuple[CitizenColumn, ...]:
        return (column("c0~0", old), column("c0~1", young, women)) if list(ids) == ["c0"] else ()

    assert certify(case, make, time.monotonic() + 600).is_wide


def test_who_adds_nothing_may_stand_for_one_whom_a_kommune_knows_as_well() -> None:
    """955 refused one who came from 956; without that nothing is left to count in 955.

    Of that neighbour 956 knows just what it knew, so that to 956 it may be the other.
    """
    one: Record = {"pensionist_foer_reform": "nej", "sagsbehandler": "AB"}
    moved: Record = {"kommune_kode": OTHER, "borger": "p", "til_kommune": HOME}
    refusal: Record = {"kommune_kode": HOME, "borger": "p", "afgoerelse": "afslag"}
    refusal |= {"afgoerelse_dato": date(2025, 5, 4), "instans": "kommunalbestyrelse"}
    own = Country(
        {"p": ("K", date(1980, 5, 4))},
        {
            "borger": [
                {**one, "kommune_kode": kommune, "borger": "p"} for kommune in (HOME, OTHER)
            ],
            "overdragelse": [{**moved, "dato": date(2019, 5, 4)}],
            "afgoerelse": [refusal],
        },
    )
    with stored(own) as connection:
        people = People(connection, [Scope(SCHEMA, YEAR, (HOME, OTHER))], "GL", TODAY)
        (real,) = people.columns
        made = people.make(["p"])
    silent = [each for each in made if not each.counts]
    assert real.counts
    assert any(each.known[OTHER] == real.known[OTHER] for each in silent)
    assert all(each.known[HOME] != real.known[HOME] for each in silent)


def test_a_world_with_another_row_of_a_kommune_that_should_see_none_is_told(
    people: People, wide: tuple[Case, Certificate]
) -> None:
    """The witness says that only HOME can tell; a citizen of OTHER is gone from it."""
    case, found = wide
    witness = next(each for each in found.witnesses if each.areas == (HOME,))
    of_other = next(each for each in people.columns if each.areas == (OTHER,))
    false = replace(witness, gone=(*witness.gone, of_other.citizen))
    assert OTHER in people.recount(case, false)
