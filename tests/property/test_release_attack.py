"""Whatever is published of a country, no reader can work out a small number from all of it.

Two editions one after the other, the second with corrected and late records; national and of every
kommune; read by the public and by each kommune (`tests/support/release_attack.py`).
`pytest --hypothesis-profile=thorough` tries more.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_sync.disclosure.settings import Settings, ZeroPolicy
from fpsheet_sync.disclosure.suppression import Status
from fpsheet_sync.stat_table import Period, Release
from fpsheet_sync.statistics.cells import printed_numbers, release_cells
from fpsheet_sync.statistics.number import Number
from fpsheet_sync.statistics.own import protect
from fpsheet_sync.statistics.suppression import apply_suppression, public_tables
from fpsheet_templates.load import load_form
from tests.property.test_statistics_naive import PHASES
from tests.support.country import Country, editions
from tests.support.release_attack import Attack, Said, bounds, figures, sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.disclosure.cells import Release as Disclosed
    from fpsheet_sync.disclosure.suppression import Suppression
    from tests.support.country import Record

KOMMUNER = ("955", "956", "957")
REPORTING = "955"
PERIOD = Period(date(2025, 1, 1), date(2025, 6, 30))
LEVELS = ("hoejeste", "hoejeste", "mellemste", "laveste")
ROUNDING = 1e-6


def random_country(seed: int, size: int) -> Country:
    """Give a country of three kommuner in which some numbers are small and some are not."""
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
    """Give a country as one kommune reports it again: some records new, some gone."""
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
    """An edition of a country, and what it hides."""

    full: tuple[Release, ...]
    shown: tuple[Release, ...]
    described: Disclosed
    chosen: Suppression

    @property
    def printed(self) -> dict[CellId, int]:
        """Give every number that it prints, wherever."""
        return {k: v for release in self.shown for k, v in printed_numbers(release).items()}


def publish(country: Country, choices: Settings, before: Published | None = None) -> Published:
    """Publish a country as the departement does, in memory."""
    form = load_form()
    full = editions(country, PERIOD)
    public = [public_tables(release) for release in full]
    hidden = {} if before is None else _hidden_by(before)
    known = {} if before is None else before.printed
    described = release_cells(public, form, known=known, hidden=hidden)
    protected = protect(described, choices, full)
    described, chosen = protected.described, protected.chosen
    shown = tuple(apply_suppression(release, chosen) for release in public)
    return Published(full, shown, described, chosen)


def _hidden_by(before: Published) -> dict[CellId, bool]:
    return {
        name: status is Status.PRIMARY
        for name, status in before.chosen.status.items()
        if status is not Status.PUBLISHED
    }


def attack(edition: Published, reader: str, choices: Settings) -> Attack:
    """Put together what a reader has: "" is the public, else a kommune."""
    found = Attack()
    unprinted = edition.described.unprinted
    own = next((release for release in edition.full if release.area == reader), None)
    printed_ones = {name for release in edition.full for name in printed_numbers(release)}
    for cell in edition.described.cells:
        if cell.id in unprinted:
            continue
        may_be_zero = cell.id in edition.described.hidden_before or cell.id not in printed_ones
        found.least[cell.id] = 0.0 if may_be_zero else float(choices.hidden_from)
        known_before = edition.described.known.get(cell.id) == cell.value
        if known_before or (reader and cell.owner == reader):
            found.know(cell.id, cell.value)
    for name, value in edition.printed.items():
        found.know(name, value)
    for name, value in printed_numbers(own).items() if own else ():
        found.least.setdefault(name, 0.0)
        found.know(name, value)
    found.said.extend(sums(edition.described))
    found.said.extend(bounds(found.least))
    for release in edition.shown:
        found.said.extend(figures(release, found.values))
    return found


def kept_from(edition: Published, reader: str) -> list[CellId]:
    """Give the small numbers that a reader is not to know: not those of itself alone."""
    own = next((release for release in edition.full if release.area == reader), None)
    mine = printed_numbers(own) if own else {}
    values = {cell.id: cell.value for cell in edition.described.cells}
    too_late = set(edition.chosen.already_known)
    return [
        name
        for name, status in edition.chosen.status.items()
        if status is Status.PRIMARY
        and (name, reader) not in too_late
        # Of the country all are its own citizens where it counts as many itself.
        and mine.get(replace(Number.read(name), area=reader).id) != values[name]
    ]


def leaks(edition: Published, found: Attack, reader: str) -> Iterator[str]:
    """Give the small numbers that a reader works out."""
    wanted = [name for name in kept_from(edition, reader) if name not in found.values]
    for name in kept_from(edition, reader):
        if name in found.values:
            yield f"{name} is printed"
    for number, low, high in found.extremes(wanted):
        if high - low < 1 - ROUNDING:
            yield f"{reader or 'the public'} knows {number} to lie in [{low:g}, {high:g}]"


def joined(first: Published, second: Published, reader: str, choices: Settings) -> Attack:
    """Put together what a reader has of two editions.

    T21 says who has reported since: the numbers of the other kommuner are the same.
    """
    later, earlier = attack(second, reader, choices), attack(first, reader, choices)
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
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(20, 70),
    zeros=st.sampled_from((ZeroPolicy.PUBLISHED, ZeroPolicy.HIDDEN)),
)
def test_nobody_works_out_a_small_number(seed: int, size: int, zeros: ZeroPolicy) -> None:
    """Neither the public nor a kommune, from one edition or from two."""
    choices = Settings(zeros=zeros)
    country = random_country(seed, size)
    first = publish(country, choices)
    second = publish(changed(country, seed), choices, first)
    for reader in ("", *KOMMUNER):
        assert not list(leaks(first, attack(first, reader, choices), reader))
        assert not list(leaks(second, attack(second, reader, choices), reader))
        assert not list(leaks(second, joined(first, second, reader, choices), reader))
