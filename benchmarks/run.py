"""The benchmark: fpsheet beside what the machine can do at best and what one would else script.

    python benchmarks/run.py                     98 kommuner with 10,000 rows each
    python benchmarks/run.py --kommuner 10       smaller

Makes its input once (kept in `--cache`), then measures each step in a process of its own: the
floor (fastexcel in two processes and one plain bulk insert), the usual script (pandas with
openpyxl, pandera, to_sql; on a few files, extrapolated by rows), fpsheet's sync of the same files,
a second sync of the same and of one changed file, check, template and help. Prints seconds,
rows/s, peak memory of each, and the ratios with their targets.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Measure, measure, middle_of, usual_python
from national import Input, make_input, make_single
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
TODAY = "2026-03-02"
SLOPE = (10, 50, 98)
REPEATS = 5


@dataclass(frozen=True)
class Line:
    """One line of the answer; `target` is what the design promises, empty for none."""

    step: str
    seconds: float
    rows: int = 0
    peak_mb: float = 0.0
    target: str = ""

    def __str__(self) -> str:
        """Give the line in columns."""
        rate = f"{self.rows / self.seconds:>12,.0f}" if self.rows else " " * 12
        memory = f"{self.peak_mb:>8.0f}" if self.peak_mb else " " * 8
        return f"{self.step:<46}{self.seconds:>9.2f}{rate}{memory}  {self.target}"


def fpsheet(*arguments: str | Path) -> list[str]:
    """Give the command that runs fpsheet in this environment."""
    return [sys.executable, "-m", "fpsheet", *map(str, arguments)]


def fill_inbox(folder: Path, files: list[Path]) -> Path:
    """Give an inbox with copies of files that look as if they came some time ago."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        copy = folder / file.name
        shutil.copyfile(file, copy)
        moment = 1_770_000_000 + number
        os.utime(copy, (moment, moment))
    return folder


def sync(work: Path, files: list[Path], name: str) -> Measure:
    """Sync files into a new database."""
    inbox = fill_inbox(work / f"{name}-inbox", files)
    for old in work.glob(f"{name}.*"):
        old.unlink()
    return sync_again(work, inbox, name)


def sync_again(work: Path, inbox: Path, name: str) -> Measure:
    """Sync an inbox into the database of that name."""
    url = f"sqlite:///{work / f'{name}.db'}"
    receipts = work / f"{name}-receipts"
    return measure(
        fpsheet("sync", inbox, "--db", url, "--today", TODAY, "--receipts", receipts, "--json")
    )


def run_floor(work: Path, given: Input) -> Measure:
    """Measure the floor."""
    database = work / "floor.db"
    for old in work.glob("floor.db*"):
        old.unlink()
    return measure([sys.executable, str(HERE / "floor.py"), str(database), *map(str, given.files)])


def run_usual(work: Path, cache: Path, given: Input, files: int) -> tuple[Measure, int]:
    """Measure the usual script on some files; gives the rows as well."""
    spec, database = work / "spec.json", work / "usual.db"
    database.unlink(missing_ok=True)
    answer = subprocess.run(fpsheet("spec", "--json"), check=True, capture_output=True)
    spec.write_bytes(answer.stdout)
    chosen = given.files[:files]
    python = usual_python(cache)
    script = [str(python), str(HERE / "usual.py"), str(spec), str(database)]
    run = measure([*script, *map(str, chosen)])
    return run, sum(given.rows[file.name] for file in chosen)


def national_lines(work: Path, cache: Path, given: Input, usual_files: int) -> Iterator[Line]:
    """Measure floor, usual script and sync on the same files, and what the second sync costs."""
    total = given.total
    floor = run_floor(work, given)
    yield Line("floor: fastexcel x 2 + bulk insert", floor.seconds, total, floor.peak_mb)
    first = sync(work, given.files, "national")
    yield Line("fpsheet sync, first", first.seconds, total, first.peak_mb, "peak <= 1536 MB")
    ratio = first.seconds / floor.seconds
    yield Line("  as a ratio to the floor", ratio, target="<= 1.5")
    second = sync_again(work, work / "national-inbox", "national")
    yield Line("fpsheet sync, nothing changed", second.seconds, 0, second.peak_mb, "<= 1 s")
    change_one(work / "national-inbox")
    third = sync_again(work, work / "national-inbox", "national")
    yield Line("fpsheet sync, one workbook changed", third.seconds, 0, third.peak_mb)
    if usual_files:
        usual, rows = run_usual(work, cache, given, usual_files)
        scaled = usual.seconds * total / rows
        name = f"usual script ({usual_files} files, extrapolated)"
        yield Line(name, scaled, total, usual.peak_mb)
        yield Line("  as a ratio to fpsheet", scaled / first.seconds, target=">= 12")
    url = f"sqlite:///{work / 'national.db'}"
    period = ("--from", "2025-01-01", "--to", "2025-12-31", "--internal")
    place = ("--out", work / "statistics", "--db", url, "--kommune", given.files[0].name[:3])
    report = measure(fpsheet("report", *period, *place))
    yield Line("report, one kommune and its country", report.seconds, total, report.peak_mb)


def change_one(inbox: Path) -> None:
    """Change one cell of one workbook and save it, as a caseworker would."""
    path = min(inbox.iterdir())
    book = load_workbook(path)
    book["Borgere"]["E4"] = "Ny by"
    book.save(path)
    os.utime(path, (1_780_000_000, 1_780_000_000))


def desk_lines(cache: Path) -> Iterator[Line]:
    """Measure what a person waits for, from the start of the process."""
    shown = middle_of(REPEATS, fpsheet("--help"))
    yield Line("--help", shown.seconds, target="<= 0.3 s")
    for rows, count, target in ((500, 3, "<= 1.5 s"), (50_000, 1, "<= 6 s")):
        given = make_single(cache, rows=rows)
        run = middle_of(count, fpsheet("check", *given.files, "--today", TODAY, "--json"))
        yield Line(f"check of {rows:,} rows", run.seconds, given.total, run.peak_mb, target)
    made = cache / "template.xlsx"
    run = middle_of(3, fpsheet("template", "--kommune", "956", "--year", "2026", "--out", made))
    yield Line("template (956)", run.seconds, 0, run.peak_mb, "<= 2 s")


def slope_lines(work: Path, given: Input) -> Iterator[Line]:
    """Measure the first sync of more and more kommuner: the cost per row should be flat."""
    for kommuner in SLOPE:
        files = given.files[:kommuner]
        if len(files) == kommuner:
            rows = sum(given.rows[file.name] for file in files)
            run = sync(work, files, f"slope{kommuner}")
            per_row = run.seconds / rows * 1e6
            yield Line(f"sync of {kommuner} kommuner: {per_row:.1f} us/row", run.seconds, rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure fpsheet beside floor and usual script.")
    parser.add_argument("--kommuner", type=int, default=98)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each kommune")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmark"))
    parser.add_argument("--usual-files", type=int, default=3, help="0 leaves the usual script out")
    parser.add_argument("--slope", action="store_true", help="also sync 10, 50 and 98 kommuner")
    chosen = parser.parse_args()
    work = chosen.cache / "work"
    work.mkdir(parents=True, exist_ok=True)
    given = make_input(chosen.cache, kommuner=chosen.kommuner, rows=chosen.rows)
    megabytes = sum(file.stat().st_size for file in given.files) / 1e6
    print(f"{len(given.files)} workbooks, {given.total:,} rows, {megabytes:.0f} MB")
    print(f"{'step':<46}{'seconds':>9}{'rows/s':>12}{'MB':>8}  target")
    for line in national_lines(work, chosen.cache, given, chosen.usual_files):
        print(line, flush=True)
    if chosen.slope:
        for line in slope_lines(work, given):
            print(line, flush=True)
    for line in desk_lines(chosen.cache):
        print(line, flush=True)


if __name__ == "__main__":
    # What runs in other folders must find the settings of nobody.
    os.environ["FPSHEET_CONFIG"] = str(HERE / "no-settings.toml")
    main()
