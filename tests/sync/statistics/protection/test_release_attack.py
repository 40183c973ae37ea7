"""Whatever is published of a country, no reader can work out a small number from all of it.

Two editions one after the other, the second with corrected and late records; national and of every
kommune; read by the public and by each kommune (`tests/support/release_attack.py`).
`pytest --long` tries more.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_sync.disclosure.cells import DisclosedRelease as Disclosed
from fpsheet_sync.disclosure.rounding import Rounded, round_release
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_sync.statistics.protection.kommune_knowledge import tell_parts
from fpsheet_sync.statistics.protection.release_cells import printed_numbers, release_cells
from fpsheet_sync.statistics.stat_table import Period, Release
from fpsheet_sync.statistics.tables.number_name import Number
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.load import load_form
from tests.support.country import Country, editions
from tests.support.release_attack import Attack, Said, bounds, sums
from tests.sync.statistics.tables.test_statistics_naive import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.disclosure.prints import Print
    from tests.support.country import Record

KOMMUNER = ("955", "956", "957")
REPORTING = "955"
PERIOD = Period(date(2025, 1, 1), date(2025, 6, 30))
LEVELS = ("hoejeste", "hoejeste", "mellemste", "laveste")
ROUNDING = 1e-6
THRESHOLD = 5
SECRET = b"only for the tests"


def random_country(seed: int, size: int) -> Country:
    """Return a country of three kommuner in which some numbers are small and some are not."""
    chance = random.Random(seed)
    people = [f"p{number}" for number in range(size)]
    homes = {person: chance.choice(("955", "955", "956", "957")) for person in people}
    records: dict[str, list[Record]] = defaultdict(list)

    def add(sheet: str, person: str, **fields: object) -> None:
        records[sheet].append({"kommune_kode": homes[person], "borger": person, **fields})

    def day(first: int = 0, last: int = 180) -> date:
        return PERIOD.fra + timedelta(days=chance.randint(first, last))

    for person in people:
        refused = chance.random() < 0.15
        applied = None if chance.random() < 0.1 else day(-200, 0)
        add("borger", person, ansoegning_dato=applied)
        kind = {"afgoerelse": "afslag"} if refused else {"afgoerelse": "tilkendelse"}
        level = {} if refused else {"niveau": chance.choice(LEVELS)}
        add("afgoerelse", person, afgoerelse_dato=day(-60), **kind, **level)
        share = chance.choice((20, 30, 60))
        add("vurdering", person, vurdering_dato=day(-90), arbejdsevne_pct=share)
        for _ in range(chance.choice((0, 1, 1, 2))):
            add("forloeb", person, **_spell(chance, day))
        if chance.random() < 0.4:
            kind = {"job_type": chance.choice(("fleksjob", "skaanejob", "ordinaer", "ordinaer"))}
            hours = {"timer_pr_uge": chance.choice((4.0, 12.0, 25.0)), "branche": "A"}
            add("job", person, start_dato=day(-300, 60), slut_dato=None, **kind, **hours)
        if chance.random() < 0.2:
            add("indkomst", person, indkomst_kilde="loen", fra_dato=day(-90), til_dato=None)
        if chance.random() < 0.05:
            add("overdragelse", person, til_kommune=chance.choice(KOMMUNER), dato=day())
    born = {person: date(1960, 1, 1) + timedelta(days=chance.randrange(14000)) for person in people}
    return Country(
        {person: (chance.choice("KM"), born[person]) for person in people}, dict(records)
    )


def _spell(chance: random.Random, day: object) -> Record:
    kind = chance.choice(("revurdering", "revurdering", "afklaringsforloeb", "revalidering"))
    start = PERIOD.fra + timedelta(days=chance.randint(-120, 150))
    end = start + timedelta(days=chance.randint(5, 90)) if chance.random() < 0.7 else None
    del day
    return {
        "forloeb_type": kind,
        "revalideringstiltag": "uddannelse" if kind == "revalidering" else None,
        "resultat": None if end is None else chance.choice(("afgoerelse_truffet", "udsat")),
        "motivation": chance.choice(("godt", "mellemgodt")),
        "uden_for_cyklus": chance.choice(("nej", "nej", "ja")),
        "start_dato": start,
        "slut_dato": end,
    }


def changed(country: Country, seed: int) -> Country:
    """Return a country as one kommune reports it again: some records new, some gone."""
    chance = random.Random(seed)
    records = {sheet: list(rows) for sheet, rows in country.records.items()}
    for sheet in ("afgoerelse", "forloeb"):
        ours = [row for row in records[sheet] if row["kommune_kode"] == REPORTING]
        for row in chance.sample(ours, min(3, len(ours))):
            records[sheet].remove(row)
        records[sheet].extend(dict(row) for row in chance.sample(ours, min(4, len(ours))))
    return replace(country, records=records)


@dataclass(frozen=True)
class Published:
    """An edition of a country as it is printed.

    Attributes:
        full: Every edition in full, which is not printed.
        public: The editions that are printed, before rounding.
        described: What the readers have.
        rounded: What stands on paper.
        before: What stood on paper before, by number.
    """

    full: tuple[Release, ...]
    public: tuple[Release, ...]
    described: Disclosed
    rounded: Rounded
    before: Mapping[CellId, tuple[Print, ...]]

    def prints(self) -> dict[CellId, tuple[Print, ...]]:
        """Return all that stood on paper of each number, with this edition."""
        return {
            **self.before,
            **{id_: (*self.before.get(id_, ()), one) for id_, one in self.rounded.prints.items()},
        }


def publish(country: Country, before: Published | None = None) -> Published:
    """Publish a country as the departement does, in memory."""
    full = editions(country, PERIOD)
    public = tuple(public_tables(release) for release in full)
    described = tell_parts(release_cells(public, load_form()), full)
    earlier = before.prints() if before else {}
    rounded = round_release(described, Rounding(), secret=SECRET, earlier=earlier)
    return Published(full, public, described, rounded, earlier)


def attack(edition: Published, reader: str) -> Attack:
    """Put together what a reader has: "" is the public, else a kommune."""
    found = Attack()
    own = next((release for release in edition.full if release.area == reader), None)
    for name, one in edition.rounded.prints.items():
        found.least[name] = float(max(one.value - one.window, 0))
        found.said.append(Said({name: 1.0}, -math.inf, float(one.value + one.window)))
    for name, value in printed_numbers(own).items() if own else ():
        found.least.setdefault(name, 0.0)
        found.know(name, value)
    printed = Disclosed(
        (),
        tuple(
            each
            for each in edition.described.equations
            if {each.total, *each.parts} <= edition.rounded.prints.keys()
        ),
    )
    found.said.extend(sums(printed))
    found.said.extend(bounds(found.least))
    return found


def kept_from(edition: Published, reader: str) -> list[CellId]:
    """Return the small numbers that a reader is not to know: not those of itself alone."""
    own = next((release for release in edition.full if release.area == reader), None)
    mine = printed_numbers(own) if own else {}
    too_late = set(edition.rounded.audit.already_known)
    return [
        cell.id
        for cell in edition.described.cells
        if cell.id in edition.rounded.prints
        and 1 <= cell.value < THRESHOLD
        and (cell.id, reader) not in too_late
        # Of the country all are its own citizens where it counts as many itself.
        and mine.get(replace(Number.read(cell.id), area=reader).id) != cell.value
    ]


def leaks(edition: Published, found: Attack, reader: str) -> Iterator[str]:
    """Return the small numbers of which a reader is left fewer whole values than promised."""
    wanted = [name for name in kept_from(edition, reader) if name not in found.values]
    fewest = min(outcome.own_values or 3 for outcome in edition.rounded.outcomes) if reader else 3
    for number, low, high in found.extremes(wanted):
        if math.floor(high + ROUNDING) - math.ceil(low - ROUNDING) + 1 < fewest:
            yield f"{reader or 'the public'} knows {number} to lie in [{low:g}, {high:g}]"


def joined(first: Published, second: Published, reader: str) -> Attack:
    """Put together what a reader has of two editions.

    T21 says who has reported since: the numbers of the other kommuner are the same.
    """
    later, earlier = attack(second, reader), attack(first, reader)
    old = {cell.id: cell.value for cell in first.described.cells}
    new = {cell.id: cell.value for cell in second.described.cells}
    same = {
        name
        for name, value in old.items()
        if new.get(name) == value and f"land={REPORTING}" not in name and "land=GL" not in name
    }

    def own(name: str) -> str:
        return name if name in same else f"{name} before"

    for name, least in earlier.least.items():
        later.least[own(name)] = max(least, later.least.get(own(name), 0.0))
    for name, value in earlier.values.items():
        later.know(own(name), value)
    later.said.extend(
        Said({own(name): sign for name, sign in said.terms.items()}, said.low, said.high)
        for said in earlier.said
    )
    return later


@pytest.mark.slow
@settings(max_examples=max(2, settings().max_examples // 50), phases=PHASES)
@given(seed=st.integers(0, 10**6), size=st.integers(20, 70))
def test_nobody_works_out_a_small_number(seed: int, size: int) -> None:
    """Neither the public nor a kommune, from the first edition or from both together."""
    country = random_country(seed, size)
    first = publish(country)
    second = publish(changed(country, seed), first)
    assert kept_from(first, "")
    for reader in ("", KOMMUNER[seed % 3]):
        assert not list(leaks(first, attack(first, reader), reader))
        assert not list(leaks(second, joined(first, second, reader), reader))


@pytest.mark.parametrize(("seed", "size"), [(1, 30), (7, 60), (7, 51)])
def test_few_corrections_move_no_print(seed: int, size: int) -> None:
    """Three decisions and courses withdrawn and four reported twice: no number changed by five.

    What a correction makes small keeps its print: a print that moved would tell of it.
    """
    country = random_country(seed, size)
    first = publish(country)
    second = publish(changed(country, seed), first)
    counts = {cell.id: cell.value for cell in first.described.cells}
    revised = [c for c in second.described.cells if counts.get(c.id, c.value) != c.value]
    assert revised
    assert all(abs(counts[cell.id] - cell.value) < 5 for cell in revised if cell.is_count)
    assert not second.rounded.moved
    assert second.rounded.audit.has_passed
