"""Golden workbooks: small filled ones, one of each country and language, part by part.

After a change that is meant, `pytest tests/workbook/test_template_golden.py --golden-update`
writes them anew and prints what changed; look at it before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.golden import compare, normalise, write_golden
from tests.support.issued import issue, typed_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.issued import Row

GOLDEN: Final = Path(__file__).parent / "golden"

GREENLAND: Final = typed_rows("""
# borger
| cpr        | navn   | pensionist_foer_reform | sagsbehandler |
| 6503781234 | Fiktiv | nej                    | ab            |

# forloeb
| cpr        | forloeb_type | start_dato | timer_pr_uge |
| 6503781234 | andet        | 2024-02-29 | 12.5         |
""")


DENMARK: Final = typed_rows("""
# borger
| cpr        | navn   | sagsbehandler |
| 6503781234 | Fiktiv | ab            |

# afgoerelse
| cpr        | afgoerelse_dato | afgoerelse  | instans      | tilbagevisningsaarsag_1 |
| 6503781234 | 2024-02-29      | tilbagevist | pensionsnaevn | dokumentation          |
""")


@pytest.mark.parametrize(
    ("kommune", "language", "rows"), [("956", "da", GREENLAND), ("707", "en", DENMARK)]
)
def test_a_workbook_is_as_it_was_looked_at(
    request: pytest.FixtureRequest,
    kommune: str,
    language: str,
    rows: Mapping[str, Sequence[Row]],
) -> None:
    """Every part but the writer's theme, as indented XML; of each sheet the first rows."""
    folder = GOLDEN / f"{kommune}-{language}"
    parts = normalise(issue(rows, kommune=kommune, language=language, premade=1))
    difference = compare(parts, folder)
    if request.config.getoption("--golden-update"):
        write_golden(parts, folder)
        print(difference)
        return
    assert not difference, f"run this file with --golden-update if it is meant:\n{difference}"
