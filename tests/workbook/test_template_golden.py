"""A golden workbook: a small filled one, part by part.

After a change that is meant, `pytest tests/workbook/test_template_golden.py --golden-update`
writes it anew and prints what changed; look at it before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.golden import compare, normalise, write_golden
from tests.support.issued import issue, typed_rows

if TYPE_CHECKING:
    import pytest

FOLDER: Final = Path(__file__).parent / "golden" / "956-da"

ROWS: Final = typed_rows("""
# borger
| cpr        | navn   | pensionist_foer_reform | sagsbehandler |
| 6503781234 | Fiktiv | nej                    | ab            |

# forloeb
| cpr        | forloeb_type | start_dato | timer_pr_uge |
| 6503781234 | andet        | 2024-02-29 | 12.5         |
""")


def test_a_workbook_is_as_it_was_looked_at(request: pytest.FixtureRequest) -> None:
    """Every part but the writer's theme, as indented XML; of each sheet the first rows."""
    parts = normalise(issue(ROWS, premade=1))
    difference = compare(parts, FOLDER)
    if request.config.getoption("--golden-update"):
        write_golden(parts, FOLDER)
        print(difference)
        return
    assert not difference
