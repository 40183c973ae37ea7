"""What is built from the checkout, and a clean environment it was installed into."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.missing import skip_or_fail

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with one wheel and one sdist of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def clean_python() -> str:
    """Python of an environment with the wheel and what it needs, nothing more.

    CI makes one and names it in `FPSHEET_CLEAN_PYTHON`.
    """
    path = os.environ.get("FPSHEET_CLEAN_PYTHON")
    if not path:
        skip_or_fail("no clean environment with the wheel (FPSHEET_CLEAN_PYTHON is not set)")
    return path
