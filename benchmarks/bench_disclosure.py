"""How long rounding with its audit takes on releases shaped like real ones, and how well it does.

Run `python benchmarks/bench_disclosure.py` for 5 kommuner (target 10 s of the processor), with
`--kommuner 98` for the country (target 180 s).
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass

from fpsheet_sync.disclosure.cells import (
    TOTAL,
    Cell,
    CellId,
    DisclosedRelease,
    Equation,
    cross_equations,
)
from fpsheet_sync.disclosure.rounding import Rounded, RoundingProgress, round_release
from fpsheet_sync.disclosure.settings import BASES, DEFAULT_BASE, Rounding

SECRET = b"of the benchmark alone"
LARGE = 20

SEX = ("K", "M")
AGE = ("18-29", "30-39", "40-49", "50-59", "60-64", "65+")
LEVEL = ("hoejeste", "mellemste", "laveste")
QUARTER = ("1", "2", "3", "4")


@dataclass(frozen=True)
class Shape:
    """One table: its dimensions, and how many citizens it holds per 1,000 of a kommune's stock.

    `populace` names the population counted: tables of one population share their margins.
    """

    name: str
    populace: str
    per_1000: float
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]


def _codes(letter: str, number: int) -> tuple[str, ...]:
    return tuple(f"{letter}{place}" for place in range(number))


_SEX, _AGE, _LEVEL, _QUARTER = ("sex", SEX), ("age", AGE), ("level", LEVEL), ("quarter", QUARTER)
SHAPES = (
    Shape("T01a", "begun", 260, (("type", _codes("t", 8)), _QUARTER)),
    Shape("T01b", "running", 300, (("type", _codes("t", 8)), _QUARTER)),
    Shape("T01c", "ended", 250, (("type", _codes("t", 8)), _QUARTER)),
    Shape("T02", "ended", 250, (("type", _codes("t", 8)), _SEX)),
    Shape("T03", "revurdering", 150, (("cycle", ("in", "out")), _QUARTER)),
    Shape("T04", "revurdering", 150, (("forloeb", _codes("f", 4)), _SEX)),
    Shape("T05", "revalidering", 60, (("tiltag", _codes("v", 7)), ("resultat", _codes("r", 5)))),
    Shape("T06", "stock", 1000, (("band", _codes("b", 5)), _LEVEL)),
    Shape("T07", "stock", 1000, (("hours", _codes("h", 5)), _LEVEL)),
    Shape("T08", "job", 180, (("jobtype", _codes("j", 4)), _SEX, _AGE)),
    Shape("T09", "stock", 1000, (("ordinary", ("ja", "nej")), _SEX)),
    Shape("T10", "job", 180, (("branche", _codes("n", 11)), ("jobtype", _codes("j", 4)))),
    Shape("T11", "afgoerelse", 120, (("afgoerelse", _codes("a", 5)), _QUARTER)),
    Shape("T12", "afgoerelse", 120, (("afgoerelse", _codes("a", 5)), _SEX)),
    Shape("T13", "tilbagevist", 25, (("aarsag", _codes("s", 8)), ("outcome", _codes("o", 3)))),
    Shape("T14", "stock", 1000, (_LEVEL, _SEX, _AGE)),
    Shape("T15", "tilgang", 90, (_LEVEL, _QUARTER)),
    Shape("T16", "transition", 140, (("from", LEVEL), ("to", (*LEVEL, "ophoert")))),
    Shape("T17", "ended", 250, (("motivation", _codes("m", 3)), ("resultat", _codes("r", 5)))),
    Shape("T18", "income", 200, (("kilde", _codes("k", 6)), _SEX)),
    Shape("T19", "afgoerelse", 120, (("wait", _codes("w", 5)), ("afgoerelse", _codes("a", 5)))),
    Shape("T20", "udsat", 30, (("due", ("in", "over")), _QUARTER)),
)


def make_release(kommuner: int, *, seed: int, stock: float | None = None) -> DisclosedRelease:
    """Invent a release: citizens with every characteristic, counted by every table.

    Args:
        kommuner: How many kommuner.
        seed: Seed of everything random.
        stock: Citizens with førtidspension in a kommune of middle size; None takes 450 for few
            kommuner (Greenland) and 1,600 for many (Denmark).
    """
    chance = random.Random(seed)
    middle = stock or (450 if kommuner < 20 else 1600)
    codes = [str(101 + number) for number in range(kommuner)]
    sizes = {code: middle * chance.lognormvariate(0, 0.6) for code in codes}
    values: dict[CellId, int] = {}
    equations: list[Equation] = []
    populaces: dict[str, dict[str, list[dict[str, str]]]] = {}
    odds: dict[str, dict[str, list[float]]] = {}
    for shape in SHAPES:
        people = populaces.setdefault(
            shape.populace,
            {
                code: [{} for _ in range(round(size * shape.per_1000 / 1000))]
                for code, size in sizes.items()
            },
        )
        for name, categories in shape.dimensions:
            weights = odds.setdefault(shape.populace, {}).setdefault(
                name, [chance.lognormvariate(0, 0.9) for _ in categories]
            )
            for person in itertools.chain.from_iterable(people.values()):
                if name not in person:
                    person[name] = chance.choices(categories, weights)[0]
        equations.extend(_tabulate(shape, people, values))
    cells = tuple(Cell(id_, value, owner=_owner(id_)) for id_, value in values.items())
    return DisclosedRelease(cells, tuple(equations))


def _tabulate(
    shape: Shape, people: dict[str, list[dict[str, str]]], values: dict[CellId, int]
) -> tuple[Equation, ...]:
    names = [name for name, _ in shape.dimensions]
    keys = itertools.product(
        (TOTAL, *people), *((TOTAL, *categories) for _, categories in shape.dimensions)
    )
    cells = {key: _cell_id(shape.populace, key[0], names, key[1:]) for key in keys}
    counted = dict.fromkeys(cells, 0)
    for code, persons in people.items():
        for person in persons:
            held = [(TOTAL, person[name]) for name in names]
            for key in itertools.product((TOTAL, code), *held):
                counted[key] += 1
    values.update({cells[key]: number for key, number in counted.items()})
    return cross_equations(shape.name, cells, ["kommune", *names])


def _cell_id(populace: str, kommune: str, names: list[str], codes: tuple[str, ...]) -> CellId:
    told = sorted(f"{name}={code}" for name, code in zip(names, codes, strict=True) if code)
    return CellId("|".join((populace, kommune, *told)))


def _owner(id_: CellId) -> str | None:
    return id_.split("|")[1] or None


def _show(progress: RoundingProgress) -> None:
    print(f"\r{progress.done} of {progress.total} cells", end="", flush=True)


def _changes(release: DisclosedRelease, rounded: Rounded) -> tuple[float, float]:
    """Return how far prints are from counts on average: all that are not 0, and per cent of 20+."""
    counts = {cell.id: cell.value for cell in release.cells if cell.value}
    changes = {id_: abs(rounded.prints[id_].value - counts[id_]) for id_ in counts}
    large = [100 * changes[id_] / counts[id_] for id_ in counts if counts[id_] >= LARGE]
    return sum(changes.values()) / len(changes), sum(large) / max(len(large), 1)


def main() -> None:
    """Round a release, and print how long it took and what became of it."""
    parser = argparse.ArgumentParser(description="Measure rounding with its audit.")
    parser.add_argument("--kommuner", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--base", type=int, default=DEFAULT_BASE, choices=BASES)
    chosen = parser.parse_args()
    release = make_release(chosen.kommuner, seed=chosen.seed)
    start, used = time.perf_counter(), sum(os.times()[:4])
    rounded = round_release(
        release,
        Rounding(base=chosen.base),
        secret=SECRET,
        progress=_show if sys.stdout.isatty() else None,
    )
    # With the processes of the parts, save on Windows, which does not tell of them.
    seconds, cpu = time.perf_counter() - start, sum(os.times()[:4]) - used
    public, steps = rounded.audit.readers[0], Counter(each.step for each in rounded.outcomes)
    mean, large = _changes(release, rounded)
    print(f"\n{chosen.kommuner} kommuner, {len(release.cells)} cells, {public.small} small")
    print(f"{len(rounded.prints)} printed, {len(rounded.left_out)} left out; {dict(steps)}")
    print(f"mean change {mean:.2f} of numbers above 0, {large:.1f} % of those from {LARGE}")
    fewest = min(line.fewest for line in rounded.audit.readers if line.fewest is not None)
    print(f"every reader holds {fewest} or more values of each small number possible")
    print(f"{seconds:.1f} s, {cpu:.1f} s of the processor")


if __name__ == "__main__":
    main()
