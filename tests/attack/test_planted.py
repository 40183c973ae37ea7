"""The outside attacker finds what was planted for it, and claims nothing that is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.figures import recomputed
from tests.attack.handwritten import books_of
from tests.attack.knowledge import knowledge
from tests.attack.meaning import LAND, Key
from tests.attack.outside import unread
from tests.attack.printed import days_in
from tests.attack.program import ranges
from tests.attack.verdict import PUBLIC, Country, attack, false_facts

COVER = """
=== Forside
{mark}Førtidspension, {area}, 2025
{said}
Periode: 1. januar 2025 til 31. december 2025, begge dage med.
"""

LEVELS = """
=== T14
T14. Førtidspensionister efter niveau, {area}, 2025
Kommune|Førtidspensionister (antal)|{a}|{b}|{c}
"""

HIGH, MIDDLE, LOW = (f"Niveau: {name} (antal)" for name in ("Højeste", "Mellemste", "Laveste"))

EXACT = "Udgave 1.\n[c] betyder fortroligt."
INSIDE = "FORTROLIGT: Må ikke videregives."
NEAREST = "Udgave 1.\nTallene er afrundet til nærmeste 5 og er højst 2 fra det talte."
CONTROLLED = "Udgave 1.\nTallene er afrundet til tal, der kan deles med 5, højst 4 fra det talte."


def _book(rows: str, said: str = EXACT, area: str = "hele landet (Grønland)") -> str:
    mark = "FORTROLIGT. " if said == INSIDE else ""
    return (
        COVER.format(area=area, said=said, mark=mark)
        + LEVELS.format(area=area, a=HIGH, b=MIDDLE, c=LOW).lstrip()
        + rows.strip()
    )


def _people(area: str, level: str | None = None) -> Key:
    day = days_in("31. december 2025")[0]
    key = Key("pensioners", area, day, day)
    return key if level is None else key.with_(level=level)


def _country(folder: Path, public: list[str], internal: list[str]) -> Country:
    books = books_of([*public, *internal], folder)
    return Country(books[: len(public)], books[len(public) :])


FISCHETTI_SALAZAR = """
Hele landet|190|45|101|44
A Kommune|80|20|50|10
B Kommune|49|[c]|19|[c]
C Kommune|61|[c]|32|[c]
"""
"""Fischetti and Salazar 2001, table 1, hidden as they hide it: 8, 22, 17 and 12."""


def test_the_ends_of_a_hidden_number_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """With x hidden in row B, the others are 25 - x, 30 - x and 4 + x, all at least one."""
    known = knowledge(books_of([_book(FISCHETTI_SALAZAR)], tmp_path)).known
    targets = [_people("B Kommune", "Højeste"), _people("B Kommune", "Laveste")]
    found = ranges(known, targets, enough=1000, seconds=5)
    ends = [(found[key].low, found[key].high, found[key].proved) for key in targets]
    assert ends == [(1, 24, True), (6, 29, True)]


HOLE = """
Hele landet|51|20|16|15
A Kommune|17|[c]|[c]|[c]
B Kommune|14|[c]|6|[c]
C Kommune|20|9|[c]|[c]
"""
HOLE_TRUE = """
Hele landet|51|20|16|15
A Kommune|17|8|3|6
B Kommune|14|3|6|5
C Kommune|20|9|7|4
"""


def test_two_hidden_in_each_line_are_enough_or_not_as_the_program_says(tmp_path: Path) -> None:
    """Every line has two hidden numbers; here that is enough, and nothing is claimed."""
    country = _country(tmp_path, [_book(HOLE)], [_book(HOLE_TRUE, INSIDE)])
    found = attack(country, PUBLIC, trusting=True)
    assert {item.truth for item in found} == {3, 4}
    assert not [item for item in found if item.narrow]
    assert not [item for item in found if item.open]


BLOCK = """
Hele landet|39|16|12|11
A Kommune|7|[c]|[c]|5
B Kommune|22|7|[c]|[c]
C Kommune|10|[c]|0|[c]
"""
BLOCK_TRUE = """
Hele landet|39|16|12|11
A Kommune|7|1|1|5
B Kommune|22|7|11|4
C Kommune|10|8|0|2
"""


def test_a_small_number_with_no_room_is_found_with_its_derivation(tmp_path: Path) -> None:
    """A's two hidden numbers are 2 together and at least one each."""
    country = _country(tmp_path, [_book(BLOCK)], [_book(BLOCK_TRUE, INSIDE)])
    found = attack(country, PUBLIC, trusting=False)
    exact = {item.key: item for item in found if item.exact}
    assert {(key.area, dict(key.attributes)["level"]) for key in exact} == {
        ("A Kommune", "Højeste"),
        ("A Kommune", "Mellemste"),
        ("B Kommune", "Laveste"),
        ("C Kommune", "Laveste"),
    }
    assert all(item.truth == item.range.low for item in exact.values())
    why = exact[_people("A Kommune", "Højeste")].why
    assert why.startswith(
        "at least 1: its own print | at most 1: adds up by level: pensioners[A Kommune; 2025-12-31]"
    )


OWN = "Hele landet|12|12|0|0\nA Kommune|[c]|[c]|0|0\nB Kommune|[c]|[c]|0|0\n"
OWN_TRUE = "Hele landet|12|12|0|0\nA Kommune|9|9|0|0\nB Kommune|3|3|0|0\n"


def test_a_kommune_takes_its_own_off(tmp_path: Path) -> None:
    """The public knows 1 to 11; kommune A, with 9 of the 12, knows B's three."""
    inside = [
        _book(OWN_TRUE, INSIDE),
        _book("A Kommune|9|9|0|0\n", INSIDE, "A Kommune"),
        _book("B Kommune|3|3|0|0\n", INSIDE, "B Kommune"),
    ]
    country = _country(tmp_path, [_book(OWN)], inside)
    assert country.areas() == ["A Kommune", "B Kommune"]
    assert not [item for item in attack(country, PUBLIC, trusting=True) if item.narrow]
    found = [item for item in attack(country, "A Kommune", trusting=False) if item.exact]
    assert {(item.key.area, item.truth, item.range.low) for item in found} == {
        ("B Kommune", 3, 3),
        (LAND, 3, 3),
    }
    assert not [item for item in attack(country, "B Kommune", trusting=True) if item.narrow]


@pytest.mark.parametrize(("said", "narrow"), [(NEAREST, True), (CONTROLLED, False)])
def test_rounding_to_the_nearest_is_undone_where_many_go_the_same_way(
    tmp_path: Path, said: str, narrow: bool
) -> None:
    """Four kommuner of three each are printed 5, and their twelve 10: no more than twelve."""
    kommuner = "".join(f"{name} Kommune|5|5|0|0\n" for name in "ABCD")
    true = kommuner.replace("5", "3")
    public = _book(f"Hele landet|10|10|0|0\n{kommuner}", said)
    country = _country(tmp_path, [public], [_book(f"Hele landet|12|12|0|0\n{true}", INSIDE)])
    found = attack(country, PUBLIC, trusting=False)
    assert len(found) == 8
    assert [item.exact for item in found] == [narrow] * 8
    assert false_facts(country) == []


FIXTURES = Path(__file__).parent / "suppressed"


def _suppressed(folder: Path, name: str) -> Country:
    texts = [
        (FIXTURES / f"{name}{kind}.txt").read_text(encoding="utf-8") for kind in ("", "-fortroligt")
    ]
    return _country(folder, texts[:1], texts[1:])


@pytest.mark.parametrize(
    ("name", "trusting", "exact"),
    [("groenland-2025", True, 8), ("groenland-2024", False, 5)],
)
def test_editions_that_hid_numbers_by_suppression_are_seen_through(
    tmp_path: Path, name: str, trusting: bool, exact: int
) -> None:
    """Two editions of November 2026: other programs found 8 exact in one and 5 in the other.

    Hours that are not known are those of citizens without an assessment, at least.
    """
    country = _suppressed(tmp_path, name)
    found = attack(country, PUBLIC, trusting=trusting)
    assert sum(item.exact for item in found) == exact
    assert all(item.range.low == item.truth for item in found if item.exact)
    assert false_facts(country) == []


def test_citizens_with_a_job_add_up_where_nobody_moved(tmp_path: Path) -> None:
    """An edition of November 2026: Syddjurs' one citizen with a fleksjob, as others found too."""
    found = attack(_suppressed(tmp_path, "danmark-2025"), PUBLIC, trusting=True)
    exact = {(item.key.measure, item.key.area, item.truth) for item in found if item.exact}
    assert ("job_citizens", "Syddjurs Kommune", 1) in exact
    assert all(item.range.low == item.truth for item in found if item.exact)


COURSES = """
=== Forside
Førtidspension, hele landet (Danmark), {year}
Udgave 1.
Periode: 1. januar {year} til 31. december {year}, begge dage med.
=== T01
T01. Forløb efter type, hele landet (Danmark), {year}
Kommune|Forløbstype|Påbegyndte forløb (antal)|Afsluttede forløb (antal)|Igangværende forløb (antal)
"""


def test_what_stood_and_what_happened_give_what_stands(tmp_path: Path) -> None:
    """Nine were in progress, twelve began and eighteen ended: three are left."""
    before = "Hele landet|I alt|8|7|9\nA Kommune|I alt|8|7|9\n"
    after = "Hele landet|I alt|12|18|{0}\nA Kommune|I alt|12|18|{0}\n"
    texts = [
        COURSES.format(year=2024) + before,
        COURSES.format(year=2025) + after.format("[c]"),
        COURSES.format(year=2025).replace("Udgave 1.", INSIDE) + after.format(3),
    ]
    country = _country(tmp_path, texts[:2], texts[2:])
    found = attack(country, PUBLIC, trusting=False)
    assert {(item.truth, item.range.low, item.range.high) for item in found} == {(3, 3, 3)}
    alone = Country(country.public[1:], country.internal)
    assert not [item for item in attack(alone, PUBLIC, trusting=False) if item.narrow]


JOBS = """
=== T08
T08. Fleksjob, skånejob og nyttejob, hele landet (Danmark), 2025
Kommune|Jobtype|Borgere med job i perioden (antal) [note 5][note 6]|Job i perioden (antal)
Hele landet|I alt|24|40
A Kommune|I alt|15|20
B Kommune|I alt|10|{0}
C Kommune|I alt|{1}|{2}
"""


ONGOING = """
=== Forside
{mark}Førtidspension, hele landet (Danmark), 2025
{said}
Periode: 1. januar 2025 til 31. december 2025, begge dage med.
=== T01
T01. Forløb efter type, hele landet (Danmark), 2025
Kommune|Igangværende forløb (antal)|Borgere med igangværende forløb (antal)
"""


def test_where_there_is_a_case_there_is_a_citizen(tmp_path: Path) -> None:
    """At base 3 two courses printed 3 are 1 to 5: so 1 or 2 citizens are printed 0, not none.

    Randers' one course, printed 0, may be none, and so may its citizen.
    """
    said = "Udgave 1.\nTallene er afrundet til tal, der kan deles med 3, højst 2 fra det talte."
    public = ONGOING.format(mark="", said=said) + "Hele landet|3|0\nNorddjurs|3|0\nRanders|0|0"
    internal = ONGOING.format(mark="FORTROLIGT. ", said=INSIDE)
    country = _country(
        tmp_path, [public], [internal + "Hele landet|3|2\nNorddjurs|2|1\nRanders|1|1"]
    )
    found = attack(country, PUBLIC, trusting=False, full=True)
    left = {
        (item.key.measure, item.key.area): (item.range.low, item.range.high)
        for item in found
        if item.key.area != LAND
    }
    assert left["ongoing_citizens", "Norddjurs"] == (1, 2)
    assert left["ongoing_citizens", "Randers"][0] == left["ongoing", "Randers"][0] == 0
    assert not false_facts(country)


def test_a_belief_that_contradicts_what_is_printed_is_dropped(tmp_path: Path) -> None:
    """Three kommuner count 26 citizens with a job, the country 24: somebody moved."""
    cover = COURSES.split("=== T01", maxsplit=1)[0].format(year=2025)
    inside = cover.replace("Udgave 1.", INSIDE) + JOBS.format(16, 1, 4)
    country = _country(tmp_path, [cover + JOBS.format("[c]", "[c]", "[c]")], [inside])
    home = "each citizen has one home"
    before = country.printed.known.facts
    after = country.known(PUBLIC, trusting=True).facts
    assert [fact for fact in before if fact.why.startswith(home)]
    assert not [fact for fact in after if fact.why.startswith(home)]
    found = attack(country, PUBLIC, trusting=True)
    assert len(found) == 2
    assert not [item for item in found if item.narrow]


PER_CENT = "Andel afslag (pct.)"

T12 = """
=== T12
T12. Afslag sammenlignet med landets andel, hele landet (Grønland), 2025
Kommune|Tilkendelser (antal)|Afslag (antal)|Tilkendelser og afslag (antal)|{4}|{0}|{1}
Hele landet|5|5|10|50|2|8
A Kommune|10|0|10|{2}|0|{3}
"""


@pytest.mark.parametrize(
    ("share", "upper", "wrong"), [(0, 3, []), (10, 3, ["Andel"]), (0, 4, ["øvre"])]
)
def test_a_share_and_a_limit_that_the_prints_do_not_give_are_found(
    tmp_path: Path, share: int, upper: int, wrong: list[str]
) -> None:
    """Clopper and Pearson's table: 5 of 10 is 18.7 to 81.3 per cent, 0 of 10 at most 30.8."""
    lower_limit, upper_limit = "Afslag, nedre grænse (antal)", "Afslag, øvre grænse (antal)"
    cover = COVER.format(area="hele landet (Grønland)", said=CONTROLLED, mark="")
    (book,) = books_of(
        [cover + T12.format(lower_limit, upper_limit, share, upper, PER_CENT)], tmp_path
    )
    found = list(recomputed(book))
    assert len(found) == len(wrong)
    assert all(word in line for word, line in zip(wrong, found, strict=True))


WORK = """
=== T09
T09. Førtidspensionister i ordinær beskæftigelse, hele landet (Grønland), 2025
Kommune|{people}|{told}
Hele landet|100|[c]|[c]|[c]
A Kommune|100|[c]|[c]|[c]
=== T09b
T09b. Førtidspensionister efter ordinær beskæftigelse i perioden, hele landet (Grønland), 2025
Kommune|{people}|{worked}
Hele landet|100|{0}|1|{1}|2|87
A Kommune|100|{0}|1|{1}|2|87
=== T08b
T08b. Støttede job for førtidspensionister og andre, hele landet (Grønland), 2025
Jobtype|{divider}|Job i perioden (antal)|Job sidste dag (antal)
I alt|I alt|40|20
I alt|Ja|{2}|20
I alt|Nej|{3}|0
"""


def _work(*counts: object, divider: str = "Førtidspensionist") -> str:
    told = (
        *("Også sidste dag", "Kun tidligere, nu nej", "Kun tidligere, nu ikke oplyst"),
        *("Nej", "Ikke oplyst"),
    )
    worked = "|".join(f"Arbejde i perioden: {name} (antal)" for name in told)
    return WORK.format(
        *counts,
        people="Førtidspensionister (antal)",
        worked=worked,
        told="|".join(f"Ordinært job: {name} (antal)" for name in ("Ja", "Nej", "Ikke oplyst")),
        divider=divider,
    ).lstrip()


def test_work_on_the_last_day_is_a_job_on_it_and_jobs_of_pensioners_are_a_part(
    tmp_path: Path,
) -> None:
    """Of 100, seven worked on the last day, three did not: the hidden "Ja" is 7, and "Nej" 3.

    Of 40 jobs 37 are pensioners'.
    """
    cover = COVER.format(area="hele landet (Grønland)", said=EXACT, mark="")
    (book,) = books_of([cover + _work(7, 3, 37, "[c]")], tmp_path)
    first, day = days_in("1. januar 2025 31. december 2025")
    job = Key("pensioners", LAND, day, day, (("ordinary", "Ja"),))
    said_no = Key("pensioners", LAND, day, day, (("ordinary", "Nej"),))
    others = Key("jobs", LAND, first, day, (("pensionist", "Nej"),))
    found = ranges(knowledge([book]).known, [job, said_no, others], enough=1000, seconds=5)
    every = [(found[key].low, found[key].high) for key in (job, said_no, others)]
    assert every == [(7, 7), (3, 3), (3, 3)]
    assert list(unread(book)) == []


def test_a_heading_that_the_attacker_does_not_know_is_told(tmp_path: Path) -> None:
    """A column of labels that nothing is known of is no figure."""
    cover = COVER.format(area="hele landet (Grønland)", said=EXACT, mark="")
    (book,) = books_of([cover + _work(7, 3, 37, 3, divider="Har pension")], tmp_path)
    assert list(unread(book)) == ["hele landet (Grønland) T08b: Har pension"]
