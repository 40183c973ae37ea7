"""`preview` compares with the country only where figures of the country are given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet.checking.check_file import Question
from fpsheet.cli.program import run
from fpsheet.kommune.steps import preview_file
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.statistics.stat_table import Cell, StatTable

FORM = load_form()
QUESTION = Question(FORM, date(2027, 1, 15))
CITIZENS = [f"{day}01801234" for day in range(61, 65)]
PUBLISHED = (
    Benchmark("DK", 2026, "tilkendelser", 90.0, "jobindsats.dk"),
    Benchmark("DK", 2026, "afslag", 10.0, "jobindsats.dk"),
)


def decision(cpr: str, afgoerelse: str) -> Row:
    """Return a decision of the kommune's pensionsnævn."""
    effect: Row = {"virkning_dato": date(2026, 6, 1)} if afgoerelse == "tilkendelse" else {}
    return {
        "cpr": cpr,
        "afgoerelse_dato": date(2026, 5, 4),
        "afgoerelse": afgoerelse,
        "instans": "pensionsnaevn",
        **effect,
    }


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Norddjurs: three awards and one refusal."""
    kinds = ["tilkendelse", "tilkendelse", "tilkendelse", "afslag"]
    rows: dict[str, list[Row]] = {
        "borger": [
            {"cpr": cpr, "sagsbehandler": "AB", "ansoegning_dato": date(2026, 1, 2)}
            for cpr in CITIZENS
        ],
        "afgoerelse": [decision(cpr, kind) for cpr, kind in zip(CITIZENS, kinds, strict=True)],
    }
    path = tmp_path_factory.mktemp("preview") / "707-2026.xlsx"
    path.write_bytes(make_workbook(FORM, rows, kommune="707"))
    return path


def figures(table: StatTable) -> dict[str, Cell]:
    """Return the figures of the only row, by the identifier of the column."""
    (row,) = table.rows
    return {column.id: cell for column, cell in zip(table.columns, row, strict=True)}


def test_a_kommune_is_not_compared_with_itself(book: Path) -> None:
    """Without figures of the country there is no expected number and no index of 100."""
    _, found = preview_file(book, QUESTION, "da")
    assert found is not None
    tables = {table.id: table for table in found.release.tables}
    shown = figures(tables["T12"])
    assert (shown["tilkendelse"], shown["afslag"]) == (3, 1)
    assert not {"forventet", "indeks"} & shown.keys()
    assert "T12b" not in tables
    said = " ".join((tables["T12"].title, *tables["T12"].lines, tables["T12"].source))
    assert "andel" not in tables["T12"].title
    assert "--benchmark" in said
    assert "Landets andel" not in said
    assert all(chart.columns for table in tables.values() for chart in table.charts)


def test_side_900_of_the_own_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kommune lists its pensioner with level and latest assessment; no database is made."""
    cpr = CITIZENS[0]
    rows: dict[str, list[Row]] = {
        "borger": [
            {
                "cpr": cpr,
                "sagsbehandler": "AB",
                "pensionist_foer_reform": "nej",
                "ansoegning_dato": date(2026, 1, 2),
            }
        ],
        "vurdering": [
            {
                "cpr": cpr,
                "vurdering_dato": date(2026, 2, 11),
                "arbejdsevne_pct": 20,
                "maks_timer_pr_uge": 5,
            }
        ],
        "afgoerelse": [
            {
                "cpr": cpr,
                "afgoerelse_dato": date(2026, 3, 1),
                "afgoerelse": "tilkendelse",
                "niveau": "hoejeste",
                "virkning_dato": date(2026, 4, 1),
                "instans": "kommunalbestyrelse",
            }
        ],
    }
    path, out = tmp_path / "956-2026.xlsx", tmp_path / "side900.xlsx"
    path.write_bytes(make_workbook(FORM, rows))
    environment = {"FPSHEET_CONFIG": "none", "FPSHEET_DB": f"sqlite:///{tmp_path}/no.db"}
    arguments = ["export", "side900", "--workbook", str(path), "--out", str(out)]
    assert run([*arguments, "--day", "31-12-2026"], environment=environment) == 0
    assert "adgangsloggen" not in capsys.readouterr().out
    cells = [[cell.value for cell in row] for row in load_workbook(out).worksheets[0].iter_rows()]
    (line,) = (row for row in cells if "610180-1234" in row)
    assert {"Højeste", 20, 5} <= set(line)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["956-2026.xlsx", "side900.xlsx"]
    other = [*arguments[:-1], str(tmp_path / "anden.xlsx"), "--kommune", "957"]
    assert run(other, environment=environment) == 1
    assert not (tmp_path / "anden.xlsx").exists()


def test_with_published_figures_the_country_is_the_country(book: Path) -> None:
    """10 of 100 were refused in the country: of 4 decisions 0.4 are expected, and 1 is 250 %."""
    _, found = preview_file(book, QUESTION, "da", figures=PUBLISHED)
    assert found is not None
    table = next(table for table in found.release.tables if table.id == "T12")
    shown = figures(table)
    assert shown["forventet"] == pytest.approx(0.4)
    assert shown["indeks"] == pytest.approx(250)
    assert "jobindsats.dk" in table.source
