"""What a test does where the program it needs is not installed."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def skip_or_fail(reason: str) -> NoReturn:
    """Skip with the reason; fail instead where `FPSHEET_ALL_TESTS` is set, as in CI.

    CI installs everything, so that there a missing program is a fault and not a circumstance.
    """
    if os.environ.get("FPSHEET_ALL_TESTS"):
        pytest.fail(reason)
    pytest.skip(reason)
