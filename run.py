"""Set everything up and run; needs Python 3.11 or newer and nothing else.

    python run.py demo [options of fpsheet demo]    invent a country and run the whole way
    python run.py test [options of pytest]          run the tests
    python run.py lint                              style, types and import rules

The first run makes the folder .venv beside this file and installs the pinned versions there,
with pip's settings as they are on this machine. Later runs start at once.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "fpsheet.stamp"

USER_PINS = HERE / "requirements.lock.txt"
DEVELOPER_PINS = HERE / "requirements-dev.lock.txt"  # holds the user's too

# A file that has not the hash written in the lock file is not installed.
LOCKED = ("--require-hashes", "--requirement")

LINT = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("pyright",),
    ("lint-imports", "--no-logo"),
)


def main(arguments: list[str]) -> int:
    """Run one of the commands above and return its exit code: 2 for a wrong call."""
    command, rest = (arguments or [""])[0], arguments[1:]
    if sys.version_info < OLDEST:
        print(f"fpsheet needs Python {OLDEST[0]}.{OLDEST[1]} or newer.", file=sys.stderr)
        return 2
    if command not in {"demo", "test", "lint"}:
        print(__doc__)
        return 2
    failure = prepare(USER_PINS if command == "demo" else DEVELOPER_PINS)
    if failure:
        print(failure, file=sys.stderr)
        return 3
    if command == "demo":
        code = call("python", "-m", "fpsheet", "demo", *rest)
        print(f"The command fpsheet is {SCRIPTS / 'fpsheet'}", flush=True)
        return code
    os.chdir(HERE)
    if command == "test":
        # The whole suite is shared between the cores; a part of it starts faster alone.
        workers = () if rest else ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
        return call("python", "-m", "pytest", *workers, *rest)
    return max([call(*tool) for tool in LINT])


def call(program: str, *arguments: str) -> int:
    """Run a program of the environment and return its exit code."""
    path = SCRIPTS / (f"{program}.exe" if os.name == "nt" else program)
    # Tools such as pyright look for the Python on the path.
    environment = {**os.environ, "PATH": os.pathsep.join([str(SCRIPTS), os.environ["PATH"]])}
    return subprocess.call([str(path), *arguments], env=environment)


def prepare(pins: Path) -> str:
    """Make the environment hold the pinned versions and the checkout; a text says what failed."""
    enough = {fingerprint(pins), fingerprint(DEVELOPER_PINS)}
    if STAMP.is_file() and STAMP.read_text(encoding="ascii") in enough:
        return ""
    print(f"Setting up {VENV} (the first time only, a minute or two) ...", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        return "No environment could be made. On Debian and Ubuntu: apt install python3-venv"
    pip = ("python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    checkout = ("--no-deps", "--no-build-isolation", "--editable", str(HERE))
    for what in ((*LOCKED, str(pins)), checkout):
        if call(*pip, *what) != 0:
            return "The packages could not be installed; pip says why above."
    STAMP.write_text(fingerprint(pins), encoding="ascii")
    return ""


def fingerprint(pins: Path) -> str:
    """Return a text that changes when the environment must be made anew."""
    files = (pins, HERE / "pyproject.toml")
    here = f"{sys.version} {sys.executable} {HERE}".encode()
    return hashlib.sha256(b"\0".join([here, *(path.read_bytes() for path in files)])).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
