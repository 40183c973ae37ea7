"""Measuring: a command in a process of its own, its seconds and the peak memory of its tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import tomllib
import venv
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_EVERY = 0.05
_MEGA = 1024 * 1024


@dataclass(frozen=True)
class Measure:
    """One command measured.

    Attributes:
        seconds: From start to end of the process, or of the part the command timed itself.
        cpu: Processor seconds of the process and all it started, of every core. A process that
            nobody waits for (a reading process ends with its worker) is counted as it was last
            seen, at most 50 ms before its end.
        peak_mb: Largest memory of the process and all it started, together.
        code: Exit code.
        output: Standard output.
    """

    seconds: float
    cpu: float
    peak_mb: float
    code: int
    output: str

    def answer(self) -> dict[str, float]:
        """Read the last line of output as JSON."""
        answer: dict[str, float] = json.loads(self.output.strip().splitlines()[-1])
        return answer


def measure(command: list[str], *, cwd: Path | None = None) -> Measure:
    """Run a command and measure it."""
    begun, used = time.perf_counter(), os.times()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, encoding="utf-8"
    ) as process:
        done = threading.Event()
        seen = _Seen()
        watcher = threading.Thread(target=_watch, args=(process.pid, done, seen))
        watcher.start()
        output, errors = process.communicate()
        seconds = time.perf_counter() - begun
        done.set()
        watcher.join()
    now = os.times()
    waited = now.children_user + now.children_system - used.children_user - used.children_system
    cpu = max(waited, sum(seen.cpu.values()))
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)}: {errors}")
    return Measure(seconds, cpu, seen.peak, process.returncode, output)


@dataclass
class _Seen:
    """What was seen of a process and all it started.

    Attributes:
        peak: Largest memory of all together, MB.
        cpu: Processor seconds of each, by its number.
    """

    peak: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)


def _watch(pid: int, done: threading.Event, seen: _Seen) -> None:
    """Note memory and processor time of a process and its children again and again."""
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    while not done.wait(_EVERY):
        total = 0
        try:
            family = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for member in family:
            try:
                total += member.memory_info().rss
                spent = member.cpu_times()
                seen.cpu[member.pid] = spent.user + spent.system
            except psutil.NoSuchProcess:
                continue
        seen.peak = max(seen.peak, total / _MEGA)


def middle_of(count: int, command: list[str], *, cwd: Path | None = None) -> Measure:
    """Measure a short command several times and return the middle one."""
    runs = sorted((measure(command, cwd=cwd) for _ in range(count)), key=lambda run: run.seconds)
    return runs[len(runs) // 2]


def usual_python(cache: Path) -> Path:
    """Return a Python with pandas, in an environment of its own made when it is missing.

    pandas stays out of fpsheet's environment, where it would double the start of pandera.
    """
    folder = cache / "usual-environment"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.is_file():
        project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        wanted = [*project["dependency-groups"]["benchmark"], "openpyxl", "sqlalchemy"]
        venv.create(folder, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python
