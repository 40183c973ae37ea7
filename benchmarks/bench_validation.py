"""How long checking takes beside reading: seconds per million rows, and what a broken cell costs.

Run `python benchmarks/bench_validation.py`, with `--rows 1000 10000 50000` for other sizes.
POLARS_MAX_THREADS=1 in the environment shows one core, as a worker of the sync has it. "broken"
is the share of cells spoilt.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypeVar

import polars as pl
from national import make_single

from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import read_file
from fpsheet_templates.load import load_form
from fpsheet_validation.check import check_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from fpsheet_templates.form import Form
    from fpsheet_validation.raw import RawSheet, RawWorkbook

Made = TypeVar("Made")

TODAY = date(2026, 3, 2)
SPOILT = ("i går", "#", "12,55", "2026-13-01 00:00:00", "99999")
ROUNDS = 5
MILLION = 1_000_000


def main() -> None:
    """Print one line per size and share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 10_000, 50_000])
    parser.add_argument("--cache", type=Path, default=Path(".benchmark"))
    options = parser.parse_args()
    form = load_form()
    print(
        f"{'rows':>8} {'broken':>7} {'read s':>8} {'check s':>8} {'s/1M':>7} {'ratio':>6}  findings"
    )
    for rows in options.rows:
        path = make_single(options.cache, rows=rows).files[0]
        raw, read_seconds = _read(path, form)
        total = sum(sheet.frame.height for sheet in raw.sheets.values())
        for share in (0.0, 0.01, 0.2):
            spoilt = _spoil(raw, share)
            findings, seconds = _check(spoilt, form)
            print(
                f"{total:8} {share:7.0%} {read_seconds:8.3f} {seconds:8.3f}"
                f" {seconds / total * MILLION:7.1f} {seconds / read_seconds:6.2f}  {findings}"
            )


def _read(path: Path, form: Form) -> tuple[RawWorkbook, float]:
    with ReadingProcess() as process:
        reading, seconds = _timed(lambda: read_file(path, form=form, process=process))
    if reading.raw is None:
        raise SystemExit("the benchmark's own workbook could not be read")
    return reading.raw, seconds


def _check(raw: RawWorkbook, form: Form) -> tuple[int, float]:
    check, seconds = _timed(lambda: check_workbook(raw, form, today=TODAY))
    return len(check.findings), seconds


def _timed(run: Callable[[], Made]) -> tuple[Made, float]:
    """Return the result and the median of some rounds after a first one that does not count."""
    result = run()
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - begun)
    return result, median(seconds)


def _spoil(raw: RawWorkbook, share: float) -> RawWorkbook:
    chance = random.Random(1)
    return replace(raw, sheets={k: _spoil_sheet(s, share, chance) for k, s in raw.sheets.items()})


def _spoil_sheet(sheet: RawSheet, share: float, chance: random.Random) -> RawSheet:
    frame = sheet.frame
    for name in frame.columns:
        if name in {"raekke", "raekke_id", "annuller"} or not share:
            continue
        cells = frame[name].to_list()
        for place in range(len(cells)):
            if cells[place] is not None and chance.random() < share:
                cells[place] = chance.choice(SPOILT)
        frame = frame.with_columns(pl.Series(name, cells, dtype=pl.String))
    return replace(sheet, frame=frame)


if __name__ == "__main__":
    main()
