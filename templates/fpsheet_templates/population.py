"""Populations: what each printed count counts, declared once in `data/tables/populations.toml`.

From them and from the dimensions floor 3 derives what every reader knows of numbers beside each
other: which are the same, which lie inside others, what comes and goes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from fpsheet_templates.errors import SpecError


class Timing(StrEnum):
    """How a count uses the period."""

    WITHIN = "within"
    """What happened on a day of it: adds up over days."""
    ANY_DAY = "any_day"
    """What held some day of it."""
    LAST_DAY = "last_day"
    """What holds at the end of its last day; the day before the period does not matter."""
    DAY_BEFORE = "day_before"
    """What holds at the end of the day before it."""
    BETWEEN = "between"
    """What differs between these two days."""


class Place(StrEnum):
    """Where one of them counts."""

    REPORTER = "reporter"
    """In the kommune that reports it."""
    HOME = "home"
    """Where the citizen belongs on the day; a citizen has one home."""


@dataclass(frozen=True, slots=True)
class Population:
    """What a count counts.

    Attributes:
        id: Name of the count (`forloeb.afsluttet`).
        of: What one of them is; counts of the same things have the same word.
        timing: How it uses the period.
        place: Where one of them counts.
        begun: For a state: the count of those that began; empty where nothing counts them.
        ended: For a state: the count of those that ended.
        same_as: The count it is, of another day; empty for itself.
        inside: Counts that hold all of it; a dimension in braces stands for its code.
        apart: Counts of one such word have nothing in common and lie inside the same.
        anniversary_of: The count of what happened one year before.
        mirror: For a whole country: the count of the same citizens.
        without: The code, as `dimension=code`, of those in the first count of `inside` that are not
            in this one; all others are.
        closed: Codes, as `dimension=code`, that nobody enters: who has one had it before.
    """

    id: str
    of: str
    timing: Timing
    place: Place
    begun: str = ""
    ended: str = ""
    same_as: str = ""
    inside: tuple[str, ...] = ()
    apart: str = ""
    anniversary_of: str = ""
    mirror: str = ""
    without: str = ""
    closed: tuple[str, ...] = ()


_NEEDED = ("id", "of", "timing", "place")
_WORDS = ("begun", "ended", "same_as", "apart", "anniversary_of", "mirror", "without")
_LISTS = ("inside", "closed")


@cache
def load_populations(folder: Path | None = None) -> Mapping[str, Population]:
    """Load every population of a form (`Form.folder`) by the name of its count.

    Raises:
        SpecError: The declaration cannot be read.
    """
    data = folder or files("fpsheet_templates") / "data"
    source = data / "tables" / "populations.toml"
    return read_populations(source.read_text(encoding="utf-8"))


def read_populations(text: str) -> Mapping[str, Population]:
    """Read every population by the name of its count.

    What is not understood is refused: a relation that is passed over for a misspelt word would be
    kept from the audit.

    Args:
        text: The declaration, as TOML.

    Raises:
        SpecError: It is no TOML, or a population stands twice, lacks a word, has one that means
            nothing, or names a population that does not exist.
    """
    try:
        entries = tomllib.loads(text).get("population", [])
    except tomllib.TOMLDecodeError as error:
        message = f"The populations cannot be read: {error}."
        raise SpecError(message) from error
    found: dict[str, Population] = {}
    for entry in entries:
        population = _population(entry)
        if population.id in found:
            message = f"The population {population.id} is declared twice."
            raise SpecError(message)
        found[population.id] = population
    for population in found.values():
        for name in (each for each in _named(population) if "{" not in each):
            if name not in found:
                message = f"The population {population.id} names {name}, which does not exist."
                raise SpecError(message)
    return found


def _population(entry: Mapping[str, object]) -> Population:
    name = entry.get("id", "without an id")
    _check(entry, f"The population {name}")
    try:
        timing, place = Timing(str(entry["timing"])), Place(str(entry["place"]))
    except ValueError as error:
        message = f"The population {name}: {error}."
        raise SpecError(message) from error
    words = {key: str(entry.get(key, "")) for key in (*_NEEDED, *_WORDS)}
    return Population(
        id=words["id"],
        of=words["of"],
        timing=timing,
        place=place,
        begun=words["begun"],
        ended=words["ended"],
        same_as=words["same_as"],
        inside=read_words(entry.get("inside")),
        apart=words["apart"],
        anniversary_of=words["anniversary_of"],
        mirror=words["mirror"],
        without=words["without"],
        closed=read_words(entry.get("closed")),
    )


def _check(entry: Mapping[str, object], name: str) -> None:
    """Refuse an entry that lacks a word, or has one or a value that means nothing."""
    for key in _NEEDED:
        if key not in entry:
            message = f"{name} lacks {key}."
            raise SpecError(message)
    for key, value in entry.items():
        if key not in (*_NEEDED, *_WORDS, *_LISTS):
            message = f"{name} says {key}, which means nothing."
            raise SpecError(message)
        if not isinstance(value, list if key in _LISTS else str):
            message = f"{name}: {key} is no {'list' if key in _LISTS else 'text'}."
            raise SpecError(message)


def read_words(value: object) -> tuple[str, ...]:
    """Return a TOML array of words; empty where there is none."""
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _named(population: Population) -> tuple[str, ...]:
    """Return the other counts that a population names."""
    others = (population.begun, population.ended, population.same_as, population.mirror)
    return tuple(name for name in (*others, population.anniversary_of, *population.inside) if name)
