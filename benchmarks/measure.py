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
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY = 0.05
_MEGA = 1024 * 1024


@dataclass(frozen=True)
class Measure:
    """One command measured.

    Attributes:
        seconds: From start to end of the process, or of the part the command timed itself.
        cpu: Processor seconds of the process and all it started, of every core; 0 on Windows.
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
    peak = 0.0
    begun, used = time.perf_counter(), os.times()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, encoding="utf-8"
    ) as process:
        done = threading.Event()
        peaks: list[float] = []
        watcher = threading.Thread(target=_watch, args=(process.pid, done, peaks))
        watcher.start()
        output, errors = process.communicate()
        seconds = time.perf_counter() - begun
        done.set()
        watcher.join()
        peak = max(peaks, default=0.0)
    now = os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)}: {errors}")
    return Measure(seconds, cpu, peak, process.returncode, output)


def _watch(pid: int, done: threading.Event, peaks: list[float]) -> None:
    """Note the memory of a process and its children again and again."""
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
            except psutil.NoSuchProcess:
                continue
        peaks.append(total / _MEGA)


def middle_of(count: int, command: list[str], *, cwd: Path | None = None) -> Measure:
    """Measure a short command several times and give the middle one."""
    runs = sorted((measure(command, cwd=cwd) for _ in range(count)), key=lambda run: run.seconds)
    return runs[len(runs) // 2]


def usual_python(cache: Path) -> Path:
    """Give a Python with pandas, in an environment of its own made when it is missing.

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
