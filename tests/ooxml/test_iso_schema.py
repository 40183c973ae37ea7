"""Our workbooks and those that go back are valid by the schemas of ISO/IEC 29500.

The schemas cannot be handed on; without them (`tests/support/iso_schema.py`) these tests are left
out, and `tools/validate_schema.md` has the last result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fpsheet_templates.load import load_form
from tests.returned.test_foreign_returned import WRITERS, marked, rezip, unzip
from tests.support.desk import FAULTY_ROWS, make_workbook
from tests.support.iso_schema import FOLDER, has_schemas, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.returned.test_foreign_returned import Package

pytestmark = pytest.mark.skipif(not has_schemas(), reason=f"{FOLDER} names no schemas")
FORM: Final = load_form()


@pytest.fixture(scope="module")
def issued() -> bytes:
    """The workbook as issued and filled, with faults and warnings on three sheets."""
    return make_workbook(FORM, FAULTY_ROWS)


def test_a_workbook_of_ours_is_valid(issued: bytes) -> None:
    """Blank and filled."""
    assert validate(make_workbook(FORM, {})) == ()
    assert validate(issued) == ()


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_a_returned_workbook_is_valid(write: Callable[[Package], Package], issued: bytes) -> None:
    """As valid as the file was that another program wrote."""
    content = rezip(write(unzip(issued)))
    assert validate(content) == ()
    assert validate(marked(content)) == ()


def test_what_is_not_valid_is_seen(issued: bytes) -> None:
    """An element in the wrong place, and a style that is no number."""
    parts = unzip(issued)
    sheet = "xl/worksheets/sheet3.xml"
    later = parts[sheet].replace(b"<sheetData", b"<pageMargins/><sheetData", 1)
    assert validate(rezip({**parts, sheet: later}))
    odd = parts[sheet].replace(b' s="', b' s="x', 1)
    assert validate(rezip({**parts, sheet: odd}))
