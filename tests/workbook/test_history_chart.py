"""The case that the minutes tell of, on the Overblik: what lies under what, and the chart's points.

A first application with two afklaringsforløb, a revurdering, and a new application with one more;
worked out by hand, by the results that the workbook itself carries.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from openpyxl import load_workbook

from fpsheet.checking.check_file import Question
from fpsheet.kommune.steps import check_files
from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.cell_writer import write_cells
from fpsheet.ooxml.parts import Parts
from fpsheet.progress import Silent
from fpsheet.workbook.calculation.kept_results import renew_results
from fpsheet.workbook.style import date_serial
from fpsheet_templates.load import load_form
from tests.support.issued import issue, typed_rows
from tests.support.measured import INDENT, LETTERS, PAPER, READABLE, column_pixels, wide_in_bold

if TYPE_CHECKING:
    from pathlib import Path

TODAY: Final = date(2026, 3, 2)
CASE: Final = """
# borger
| cpr        | navn   | ansoegning_dato | pensionist_foer_reform | sagsbehandler |
| 6503781234 | Fiktiv | 2016-09-01      | nej                    | ab            |

# forloeb
| cpr        | forloeb_type      | start_dato | slut_dato  | resultat             |
| 6503781234 | afklaringsforloeb | 2016-12-01 | 2017-02-01 | nyt_forloeb          |
| 6503781234 | afklaringsforloeb | 2017-03-01 | 2017-06-01 | arbejdsevne_afklaret |
| 6503781234 | revurdering       | 2017-12-01 | 2018-05-01 | afgoerelse_truffet   |
| 6503781234 | afklaringsforloeb | 2018-01-05 | 2018-04-01 | arbejdsevne_afklaret |
| 6503781234 | ansoegning        | 2022-05-02 |            |                      |
| 6503781234 | afklaringsforloeb | 2022-06-05 | 2022-08-01 | afbrudt_helbred      |

# vurdering
| cpr        | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 6503781234 | 2022-08-15     | 20              | 5                 |
| 6503781234 | 2017-06-15     | 60              | 22.5              |
| 6503781234 | 2018-04-15     | 40              | 15                |

# afgoerelse
| cpr        | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | instans            |
| 6503781234 | 2017-07-03      | tilkendelse | laveste   | 2017-08-01    | kommunalbestyrelse |
| 6503781234 | 2018-05-01      | aendring    | mellemste | 2018-06-01    | kommunalbestyrelse |
| 6503781234 | 2022-09-01      | aendring    | hoejeste  | 2022-10-01    | kommunalbestyrelse |
"""
NESTED: Final = 6 * "\u00a0" + "└ "
LONG: Final = " ".join(
    [
        *("Borgeren", "mødte", "til", "samtalen,", "og", "lægens", "udtalelse\nblev", "læst."),
        *("Socialmedicinskudredningsenhedsvurderingssamtaler",) * 2,
        *("Mødet", "blev", "holdt", "i", "Nuuk", "med", "en", "fagkonsulent", "fra", "KAN.") * 3,
        *("Borgeren", "vil", "gerne", "arbejde", "på", "fiskefabrikken", "om", "sommeren.") * 3,
    ]
)
"""A note with words longer than a line and a line break."""

STEPS: Final = {
    # Before the first assessment there is nothing to draw, and the last one holds until today.
    ("AC", "AD"): [
        *((date(2017, 6, 15), 60), (date(2017, 6, 15), 60)),
        *((date(2018, 4, 15), 60), (date(2018, 4, 15), 40)),
        *((date(2022, 8, 15), 40), (date(2022, 8, 15), 20)),
    ],
    # Laveste is 1, mellemste 2, højeste 3.
    ("AF", "AG"): [
        *((date(2017, 7, 3), 1), (date(2017, 7, 3), 1)),
        *((date(2018, 5, 1), 1), (date(2018, 5, 1), 2)),
        *((date(2022, 9, 1), 2), (date(2022, 9, 1), 3)),
    ],
}
POINTS: Final = 61


@pytest.fixture(scope="module")
def overblik() -> Any:  # noqa: ANN401 - a worksheet of openpyxl
    """The Overblik with the citizen chosen, calculated as of the tests' day."""
    rows = typed_rows(CASE)
    *others, last = rows["forloeb"]
    note = {"motivation": "godt", "journal_nr": "22/1", "tekst": LONG}
    spells = [*others, {**last, **note}]
    parts = Parts(open_archive(issue({**rows, "forloeb": spells}, premade=2)))
    number = 1 + load_workbook(BytesIO(parts.to_bytes())).sheetnames.index("Overblik")
    write_cells(parts, f"xl/worksheets/sheet{number}.xml", {"C4": 6503781234})
    renew_results(parts, day=date_serial(TODAY))
    return load_workbook(BytesIO(parts.to_bytes()), data_only=True)["Overblik"]


def told(sheet: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Return what happened and its particulars, an event's lines put together again."""
    events: list[list[str]] = []
    for row in range(11, 161):
        what, details = (str(sheet[f"{letter}{row}"].value or "") for letter in "DE")
        if sheet[f"B{row}"].value:
            events.append([what, details])
        else:
            both = zip(events[-1], (what, details), strict=True)
            events[-1] = [f"{old} {more}".strip(" ") for old, more in both]
    return [(what, details) for what, details in events]


def test_no_line_is_cut_off_or_too_small_to_read(overblik: Any) -> None:  # noqa: ANN401
    """On paper, with letters that shrink to their column: seven points or more; no word is lost."""
    seen = [overblik.column_dimensions[letter].width for letter in "BCDEFGHIJK"]
    margins = overblik.page_margins
    paper = PAPER - (margins.left + margins.right) * 96
    size = LETTERS * min(1, paper / sum(map(column_pixels, seen)))
    for letter in "DEF":
        room = column_pixels(overblik.column_dimensions[letter].width) - 1.5 * INDENT
        for row in range(11, 161):
            wide = wide_in_bold(str(overblik[f"{letter}{row}"].value or ""))
            assert size * min(1, room / max(wide, 1)) >= READABLE, overblik[f"{letter}{row}"].value
    ((_, details),) = (each for each in told(overblik) if "Tekst" in each[1])
    whole = f"Motivation: Godt; Journalnr.: 22/1; Tekst: {LONG}"
    assert details.replace(" ", "") == "".join(whole.split())


def test_what_lies_under_an_application_and_under_a_revurdering(overblik: Any) -> None:  # noqa: ANN401
    """Each application holds what begins until its decision, as a revurdering does."""
    assert [what for what, _ in told(overblik)] == [
        "Ansøgning",
        f"{NESTED}Afklaringsforløb",
        f"{NESTED}Afklaringsforløb",
        "Arbejdsevnevurdering",
        "Afgørelse: Tilkendelse",
        "Revurdering",
        f"{NESTED}Afklaringsforløb",
        "Arbejdsevnevurdering",
        "Afgørelse: Ændret niveau ved revurdering",
        "Ansøgning",
        f"{NESTED}Afklaringsforløb",
        "Arbejdsevnevurdering",
        "Afgørelse: Ændret niveau ved revurdering",
    ]


@pytest.mark.parametrize("letters", STEPS, ids=lambda letters: letters[0])
def test_the_chart_steps_on_the_days(overblik: Any, letters: tuple[str, str]) -> None:  # noqa: ANN401
    """Two points a change, and the last value until today in all that is left."""
    day, height = letters
    rows = range(11, 11 + POINTS)
    drawn = [(overblik[f"{day}{row}"].value, overblik[f"{height}{row}"].value) for row in rows]
    steps = [(date_serial(when), value) for when, value in STEPS[letters]]
    rest = [steps[-1]] * (POINTS - 1 - len(steps))
    assert drawn == [*steps, *rest, (date_serial(TODAY), steps[-1][1])]


def test_a_citizen_without_assessments_has_nothing_drawn() -> None:
    """Below the axis, on the day of today: no point is at 0 per cent."""
    sheet = load_workbook(BytesIO(issue(premade=2)), data_only=True)["Overblik"]
    for row in range(11, 11 + POINTS):
        assert (sheet[f"AD{row}"].value, sheet[f"AG{row}"].value) == (-1, -1)


def test_the_case_gives_no_warning(tmp_path: Path) -> None:
    """Several afklaringsforløb before the first decision are as they should be."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue(typed_rows(CASE), premade=2))
    (verdict,) = check_files([path], Question(load_form(), TODAY), Silent())
    found = {(each.code, each.sheet, each.row) for each in verdict.findings}
    assert {
        one for one in found if one[1] in {"forloeb", "borger"} and one[0] != "CPR-005"
    } == set()
    assert not {one for one in found if one[1] in {"vurdering", "afgoerelse"}}
