"""What the tests of the open workbook share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.excel_case import Case, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """One workbook with a fault and warnings, open."""
    with opened(tmp_path) as opened_case:
        yield opened_case
