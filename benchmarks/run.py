"""The benchmark: fpsheet beside what the machine can do at best and what one would else script.

    python benchmarks/run.py                     98 kommuner with 10,000 rows each
    python benchmarks/run.py --kommuner 10       smaller
    python benchmarks/run.py --only monthly      the monthly round alone

Makes its input once (kept in `--cache`), then measures each step in a process of its own: the
floor (fastexcel in two processes and one plain bulk insert), the usual script (pandas with
openpyxl, pandera, to_sql; on a few files, extrapolated by rows), fpsheet's sync of the same files
without and with the receipts and returned workbooks that it writes, a second sync of the same and
of one changed file, a month in which one row of a hundred changed, the same on PostgreSQL, the
cost per row of fewer and more kommuner, check, template and help. Prints seconds, processor
seconds of all cores, rows/s and peak memory of each, and the ratios with their targets. Where
others use the machine, the ratio of processor seconds is the one to trust.

PostgreSQL is a server of its own that is thrown away, or the one that `FPSHEET_PG_URL` names.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
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
SLOPE = (10, 50)
MONTHLY = 20
REPEATS = 5


@dataclass(frozen=True)
class Line:
    """One line of the answer; `target` is what the design promises, empty for none."""

    step: str
    seconds: float
    cpu: float = 0.0
    rows: int = 0
    peak_mb: float = 0.0
    target: str = ""

    def __str__(self) -> str:
        """Return the line in columns."""
        cpu = f"{self.cpu:>9.2f}" if self.cpu else " " * 9
        rate = f"{self.rows / self.seconds:>12,.0f}" if self.rows else " " * 12
        memory = f"{self.peak_mb:>8.0f}" if self.peak_mb else " " * 8
        return f"{self.step:<46}{self.seconds:>9.2f}{cpu}{rate}{memory}  {self.target}"


@dataclass(frozen=True)
class Bench:
    """What is measured, and where its files go."""

    cache: Path
    given: Input
    rows: int

    @property
    def work(self) -> Path:
        """The folder of everything that is made anew each time."""
        return self.cache / "work"


def measured(step: str, run: Measure, rows: int = 0, target: str = "") -> Line:
    """Return the line of one command."""
    return Line(step, run.seconds, run.cpu, rows, run.peak_mb, target)


def ratio(run: Measure, floor: Measure, target: str) -> Line:
    """Return the line that compares two commands."""
    return Line(
        "  as a ratio to that", run.seconds / floor.seconds, run.cpu / floor.cpu, 0, 0, target
    )


def fpsheet(*arguments: str | Path) -> list[str]:
    """Return the command that runs fpsheet in this environment."""
    return [sys.executable, "-m", "fpsheet", *map(str, arguments)]


def fill_inbox(folder: Path, files: list[Path], *, since: int = 1_770_000_000) -> Path:
    """Return an inbox with copies of files that look as if they came some time ago."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        copy = folder / file.name
        shutil.copyfile(file, copy)
        moment = since + number
        os.utime(copy, (moment, moment))
    return folder


def sync(bench: Bench, name: str, files: list[Path]) -> Measure:
    """Sync files into a new SQLite database."""
    new_inbox(bench, name, files)
    make_database(f"sqlite:///{bench.work / f'{name}.db'}")
    return sync_again(bench, name)


def make_database(url: str) -> None:
    """Make the tables of a new database, which sync alone does not."""
    subprocess.run(fpsheet("db", "init", "--db", url), check=True, capture_output=True)


def new_inbox(bench: Bench, name: str, files: list[Path]) -> Path:
    """Return an inbox of files, and no database of that name."""
    for old in bench.work.glob(f"{name}.*"):
        old.unlink()
    shutil.rmtree(bench.work / f"{name}-receipts", ignore_errors=True)
    return fill_inbox(bench.work / f"{name}-inbox", files)


def merge_only(bench: Bench, url: str = "") -> Measure:
    """Sync every file, and write neither receipts nor returned workbooks."""
    inbox = new_inbox(bench, "merge", bench.given.files)
    database = url or f"sqlite:///{bench.work / 'merge.db'}"
    make_database(database)
    return measure([sys.executable, str(HERE / "merge_only.py"), str(inbox), database, TODAY])


def sync_again(bench: Bench, name: str, url: str = "") -> Measure:
    """Sync an inbox into the database of that name, or of that URL."""
    inbox, receipts = bench.work / f"{name}-inbox", bench.work / f"{name}-receipts"
    database = url or f"sqlite:///{bench.work / f'{name}.db'}"
    return measure(
        fpsheet("sync", inbox, "--db", database, "--today", TODAY, "--receipts", receipts)
    )


def write_spec(bench: Bench) -> Path:
    """Write what `fpsheet spec` prints, for the scripts that know nothing else of the form."""
    answer = subprocess.run(fpsheet("spec", "--json"), check=True, capture_output=True)
    spec = bench.work / "spec.json"
    spec.write_bytes(answer.stdout)
    return spec


def run_floor(bench: Bench, url: str = "") -> Measure:
    """Measure the floor on SQLite, or on an empty database of that URL."""
    for old in bench.work.glob("floor.db*"):
        old.unlink()
    target = url or str(bench.work / "floor.db")
    script = [sys.executable, str(HERE / "floor.py"), str(write_spec(bench)), target]
    return measure([*script, *map(str, bench.given.files)])


def usual_lines(bench: Bench, files: int, first: Measure) -> Iterator[Line]:
    """Measure the usual script on some files, and extrapolate by rows."""
    database = bench.work / "usual.db"
    database.unlink(missing_ok=True)
    chosen = bench.given.files[:files]
    python = usual_python(bench.cache)
    script = [str(python), str(HERE / "usual.py"), str(write_spec(bench)), str(database)]
    run = measure([*script, *map(str, chosen)])
    scale = bench.given.total / sum(bench.given.rows[file.name] for file in chosen)
    name = f"usual script ({files} files, extrapolated)"
    seconds, cpu = run.seconds * scale, run.cpu * scale
    yield Line(name, seconds, cpu, bench.given.total, run.peak_mb)
    slower = (seconds / first.seconds, cpu / first.cpu)
    yield Line("  as a ratio to fpsheet sync, first", *slower, target=">= 12")


def sync_lines(bench: Bench, usual_files: int) -> Iterator[Line]:
    """Measure floor, usual script and sync on the same files, and what the second sync costs."""
    given = bench.given
    floor = run_floor(bench)
    yield measured("floor: fastexcel x 2 + bulk insert", floor, given.total)
    merge = merge_only(bench)
    yield measured("first sync, receipts and workbooks left out", merge, given.total)
    yield ratio(merge, floor, "<= 1.5")
    first = sync(bench, "national", given.files)
    yield measured("fpsheet sync, first", first, given.total, "peak <= 1536 MB")
    yield ratio(first, floor, "")
    yield measured("fpsheet sync, nothing changed", sync_again(bench, "national"), 0, "<= 1 s")
    change_one(bench.work / "national-inbox")
    one = sync(bench, "one", given.files[:1])
    yield measured("fpsheet sync of one workbook alone", one)
    changed = sync_again(bench, "national")
    yield measured("fpsheet sync, one workbook changed", changed, 0, "as one alone")
    if usual_files:
        yield from usual_lines(bench, usual_files, first)
    for kommuner in SLOPE:
        if kommuner < len(given.files):
            files = given.files[:kommuner]
            rows = sum(given.rows[file.name] for file in files)
            yield per_row(kommuner, sync(bench, f"slope{kommuner}", files), rows)
    yield per_row(len(given.files), first, given.total)
    url = f"sqlite:///{bench.work / 'national.db'}"
    period = ("--from", "2025-01-01", "--to", "2025-12-31", "--internal")
    place = ("--out", bench.work / "statistics", "--db", url)
    report = measure(fpsheet("report", *period, *place, "--kommune", given.files[0].name[:3]))
    yield measured("report, one kommune and its country", report, given.total)


def monthly_lines(bench: Bench) -> Iterator[Line]:
    """Measure the first sync of some kommuner, and the next month, one row of a hundred changed."""
    kommuner = min(MONTHLY, len(bench.given.files))
    before, after = (
        make_input(bench.cache, kommuner=kommuner, rows=bench.rows, is_next_month=later)
        for later in (False, True)
    )
    first = sync(bench, "monthly", before.files)
    name = f"first sync of {len(before.files)} kommuner"
    yield measured(name, first, before.total)
    fill_inbox(bench.work / "monthly-inbox", after.files, since=1_775_000_000)
    second = sync_again(bench, "monthly")
    yield measured("the next month, 1 % of their rows changed", second, after.total)
    yield ratio(second, first, "<= 1")


def per_row(kommuner: int, run: Measure, rows: int) -> Line:
    """Return the line with the cost per row of a first sync: flat where the cost is linear."""
    wall, cpu = run.seconds / rows * 1e6, run.cpu / rows * 1e6
    return Line(f"first sync of {kommuner} kommuner, microseconds a row", wall, cpu)


def change_one(inbox: Path) -> None:
    """Change one cell of one workbook and save it, as a caseworker would."""
    path = min(inbox.iterdir())
    book = load_workbook(path)
    book["Borgere"]["E4"] = "Ny by"
    book.save(path)
    os.utime(path, (1_780_000_000, 1_780_000_000))


@contextmanager
def postgresql() -> Iterator[tuple[str, str, str]]:
    """Return three empty databases on a server; none where there is no server."""
    sys.path.insert(0, str(HERE.parent))
    from tests.support.postgresql import PostgresqlMissingError, new_database, start_postgresql

    given = os.environ.get("FPSHEET_PG_URL")
    try:
        with ExitStack() as stack:
            url = given or stack.enter_context(start_postgresql())
            one, two, three = (stack.enter_context(new_database(url)) for _ in range(3))
            yield one, two, three
    except PostgresqlMissingError as error:
        print(f"no PostgreSQL: {error}")


def postgresql_lines(bench: Bench, floor_url: str, merge_url: str, url: str) -> Iterator[Line]:
    """Measure the floor and sync on PostgreSQL."""
    floor = run_floor(bench, floor_url)
    total = bench.given.total
    yield measured("floor on PostgreSQL: fastexcel x 2 + COPY", floor, total)
    new_inbox(bench, "server", bench.given.files)
    os.environ["FPSHEET_KEYS"] = str(bench.work / "server.noegle")
    merge = merge_only(bench, merge_url)
    yield measured("first sync, receipts and workbooks left out", merge, total)
    yield ratio(merge, floor, "<= 1.5")
    make_database(url)
    first = sync_again(bench, "server", url)
    yield measured("fpsheet sync, first, PostgreSQL", first, total, "without the server's CPU")
    yield ratio(first, floor, "")
    second = sync_again(bench, "server", url)
    yield measured("fpsheet sync, nothing changed, PostgreSQL", second, 0, "<= 1 s")


def desk_lines(cache: Path) -> Iterator[Line]:
    """Measure what a person waits for, from the start of the process."""
    yield measured("--help", middle_of(REPEATS, fpsheet("--help")), target="<= 0.3 s")
    for rows, count, target in ((500, 3, "<= 1.5 s"), (50_000, 1, "<= 6 s")):
        given = make_single(cache, rows=rows)
        run = middle_of(count, fpsheet("check", *given.files, "--today", TODAY, "--json"))
        yield measured(f"check of {rows:,} rows", run, given.total, target)
    made = cache / "template.xlsx"
    blank = ("template", "--kommune", "956", "--year", "2026", "--out", made, "--overwrite")
    run = middle_of(3, fpsheet(*blank))
    yield measured("template (956)", run, 0, "<= 2 s")


def lines(bench: Bench, usual_files: int) -> Iterator[Line]:
    """Measure everything."""
    yield from sync_lines(bench, usual_files)
    yield from monthly_lines(bench)
    with postgresql() as urls:
        yield from postgresql_lines(bench, *urls)
    yield from desk_lines(bench.cache)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure fpsheet beside floor and usual script.")
    parser.add_argument("--kommuner", type=int, default=98)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each kommune")
    parser.add_argument("--only", choices=["monthly"], help="nothing but the monthly round")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmark"))
    parser.add_argument("--usual-files", type=int, default=3, help="0 leaves the usual script out")
    chosen = parser.parse_args()
    kommuner = min(chosen.kommuner, MONTHLY) if chosen.only else chosen.kommuner
    given = make_input(chosen.cache, kommuner=kommuner, rows=chosen.rows)
    bench = Bench(chosen.cache, given, chosen.rows)
    bench.work.mkdir(parents=True, exist_ok=True)
    megabytes = sum(file.stat().st_size for file in given.files) / 1e6
    print(f"{len(given.files)} workbooks, {given.total:,} rows, {megabytes:.0f} MB")
    print(f"{'step':<46}{'seconds':>9}{'CPU s':>9}{'rows/s':>12}{'MB':>8}  target")
    chosen_lines = monthly_lines(bench) if chosen.only else lines(bench, chosen.usual_files)
    for line in chosen_lines:
        print(line, flush=True)


if __name__ == "__main__":
    # What runs in other folders must find the settings of nobody.
    os.environ["FPSHEET_CONFIG"] = str(HERE / "no-settings.toml")
    main()
