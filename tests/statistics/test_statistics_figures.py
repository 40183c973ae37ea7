"""Charts as they are printed: without colour, and with no number beside those of their tables."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from fpsheet.statistics.figure import plot_chart
from fpsheet.statistics.render_files import render_book
from fpsheet_sync.statistics.stat_table import Chart, Column, ColumnKind, Period, StatTable
from fpsheet_templates.load import load_form
from tests.support.country import Country, public_editions
from tests.sync.statistics.publication.test_statistics_printing import YEAR, country
from tests.sync.statistics.tables.test_statistics_by_hand import GREENLAND, PERSONS, typed
from tests.sync.statistics.tables.test_statistics_country import release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def charts(data: bytes) -> list[ET.Element]:
    """Return the charts of a workbook as they stand in it."""
    with ZipFile(BytesIO(data)) as package:
        names = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        return [ET.fromstring(package.read(name)) for name in names]


def fillings(chart: ET.Element) -> Iterator[tuple[str, float]]:
    """Return the hatching ("" for none) of each bar, and its lightness in grey (0-255)."""
    for look in chart.iterfind(f".//{C}ser/{C}spPr"):
        for filling in (*look.iterfind(f"{A}solidFill"), *look.iterfind(f"{A}pattFill")):
            colour = str(next(filling.iter(f"{A}srgbClr")).get("val"))
            red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
            yield str(filling.get("prst", "")), 0.299 * red + 0.587 * green + 0.114 * blue


def test_bars_are_told_apart_in_grey() -> None:
    """Any two of a chart differ by 40 of 255 in grey, or by their hatching; T17 has most."""
    made = release("GL", country=Country(PERSONS, typed(GREENLAND)))
    most = 0
    for chart in charts(render_book(made, load_form())[1]):
        looks = list(fillings(chart))
        most = max(most, len(looks))
        for (hatch, light), (other, other_light) in combinations(looks, 2):
            assert hatch != other or abs(light - other_light) >= 40
    assert most >= 3


def printed(book: Workbook, address: str) -> list[object]:
    """Return the cells that a chart names, in order."""
    name, _, area = address.rpartition("!")
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    rows = book[name.strip("'")].iter_rows(top, bottom, left, right, values_only=True)
    return [cell for row in rows for cell in row]


def test_a_chart_keeps_no_number_but_those_of_its_table() -> None:
    """What a program keeps of a chart for drawing it is what the cells say, in every edition."""
    kept = 0
    for made in public_editions(country(), YEAR):
        data = render_book(made, load_form())[1]
        book = load_workbook(BytesIO(data))
        for chart in charts(data):
            for numbers in chart.iter(f"{C}numRef"):
                cells = printed(book, str(numbers.findtext(f"{C}f")))
                for point in numbers.iter(f"{C}pt"):
                    cell = cells[int(str(point.get("idx")))]
                    assert isinstance(cell, int | float)
                    assert float(str(point.findtext(f"{C}v"))) == cell
                    kept += 1
    assert kept > 30


def quarters(*awards: int | str) -> StatTable:
    """Return a table of awards per quarter with a line drawn of it."""
    line = Chart("F1", "F1. Awards", "line", "kvartal", ("antal",))
    names = [f"Quarter {number}" for number, _ in enumerate(awards, start=1)]
    return StatTable(
        id="T1",
        title="T1. Awards",
        lines=(),
        columns=(
            Column("kvartal", "Quarter", ColumnKind.DIMENSION),
            Column("antal", "Awards", ColumnKind.COUNT),
        ),
        rows=(("All", "[c]"), *zip(names, awards, strict=True)),
        keys=(("",), *((name,) for name in names)),
        notes=(),
        source="",
        period=Period(date(2025, 1, 1), date(2025, 12, 31)),
        dimensions=("kvartal",),
        charts=(line,),
    )


@pytest.mark.parametrize(
    ("awards", "kind", "categories"),
    [
        ((9, 7, 12, 8), "line", ("Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4")),
        ((9, 7, 12, "[c]"), "line", ("Quarter 1", "Quarter 2", "Quarter 3")),
        (("[c]", 7, 12, 8), "line", ("Quarter 2", "Quarter 3", "Quarter 4")),
        ((9, "[c]", 12, "[c]"), "column", ("Quarter 1", "Quarter 3")),
    ],
)
def test_no_line_runs_over_a_hidden_quarter(
    awards: tuple[int | str, ...], kind: str, categories: tuple[str, ...]
) -> None:
    """A line from the quarter before to the one after would say what the hidden one is about."""
    table = quarters(*awards)
    figure, _ = plot_chart(table, table.charts[0], area="", description="")
    assert figure is not None
    assert (figure.kind, figure.categories) == (kind, categories)
