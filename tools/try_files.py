"""Check every file of a folder and print a table of the verdicts.

For files that somebody else made, such as the test files of public spreadsheet libraries: which
of them are refused, by which code, whether any brings the program down, and which take longest.
Nothing is written, and nothing of what stands in a file is printed. The last result stands in
`try_files.md`.

    python -m tools.try_files FOLDER --suffix .xlsx --seconds 20
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fpsheet.checking import check_file
from fpsheet.checking.check_file import Question
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import CHECKING_LIMITS
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity

READ = "read"
"""Verdict of a file that is one of ours."""

FAILED = "FAILED"
"""Verdict of a file that the program failed over."""

_TODAY = date(2026, 11, 1)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one file.

    Attributes:
        path: The file.
        verdict: Codes that refuse it, with a space between; READ or FAILED.
        seconds: How long it took.
    """

    path: Path
    verdict: str
    seconds: float


def try_files(paths: Iterable[Path], *, seconds: float) -> Iterator[Trial]:
    """Check files in one process, which is started again when a file takes too long."""
    question = Question(load_form(), _TODAY)
    with ReadingProcess(check_file.__name__, kept=question) as process:
        for path in paths:
            start = time.perf_counter()
            verdict = _try(process, path, seconds)
            yield Trial(path, verdict, time.perf_counter() - start)


def find_files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """List the files below a folder that end in one of the suffixes; all where there is none."""
    wanted = tuple(suffix.lower() for suffix in suffixes)
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if not wanted or path.suffix.lower() in wanted)


def table_lines(trials: Sequence[Trial], *, root: Path) -> Iterator[str]:
    """Write the table: files per verdict with examples, failures, and the slowest files."""
    counts = Counter(trial.verdict for trial in trials)
    yield f"{len(trials)} files"
    for verdict, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        named = [str(t.path.relative_to(root)) for t in trials if t.verdict == verdict]
        yield f"{count:6} {verdict:24} {', '.join(named[:_EXAMPLES])}"
    yield f"failures: {counts[FAILED]}"
    for trial in sorted(trials, key=lambda one: -one.seconds)[:_EXAMPLES]:
        yield f"slowest: {trial.seconds:.1f} s {trial.path.relative_to(root)}"


def _try(process: ReadingProcess, path: Path, seconds: float) -> str:
    limits = replace(CHECKING_LIMITS, seconds=seconds)
    try:
        verdict = process.run(Task(f"{check_file.__name__}:check_here", {"path": path}, limits))
    except Exception:  # noqa: BLE001 - whatever the program fails with is counted
        return FAILED
    if isinstance(verdict, IntakeFinding):
        return verdict.code
    if verdict.check is not None:
        return READ
    codes = {one.code for one in verdict.findings if one.severity is Severity.KRITISK}
    return " ".join(sorted(codes)) or READ


def main(arguments: Sequence[str]) -> int:
    """Print the table of a folder; 1 where the program failed over a file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--suffix", action="append", default=[], help="only files that end so")
    parser.add_argument("--seconds", type=float, default=20.0, help="time limit of one file")
    chosen = parser.parse_args(arguments)
    files = find_files(chosen.folder, chosen.suffix)
    trials = list(try_files(files, seconds=chosen.seconds))
    for line in table_lines(trials, root=chosen.folder):
        print(line.encode("ascii", "replace").decode())
    return int(any(trial.verdict == FAILED for trial in trials))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
