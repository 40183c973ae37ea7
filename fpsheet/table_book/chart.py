"""Native charts: one look for all, told apart by more than colour."""

from collections.abc import Iterator, Mapping

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fpsheet.table_book.book import NativeChart, Page, Series

COLOURS = (
    *("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"),
    *("#2073BC", "#6F777B", "#BFC1C3"),
)
"""Told apart also by the colour-blind (Government Analysis Function's palette, with three more)."""

_HATCHES: Mapping[int, str] = {
    2: "wide_upward_diagonal",
    3: "wide_downward_diagonal",
    4: "dark_vertical",
    5: "large_grid",
    6: "dark_horizontal",
    7: "large_check",
}
"""Place of a series → hatching. In grey it is as dark as the first or the second."""

_FONT = {"name": "Arial", "size": 10, "color": "#222222"}
_TITLE_FONT = {"name": "Arial", "size": 12, "bold": True, "color": "#222222"}
_AXIS_TITLE_FONT = {**_FONT, "bold": False}
_GRID = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}}
_NO_LINE = {"none": True}
_MARKERS = ("circle", "square", "diamond", "triangle", "x", "star", "plus", "short_dash")
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "solid", "dash", "round_dot")
_WIDTH, _HEIGHT = 900, 460
_BAR_HEIGHT, _BAR_MARGIN = 26, 190
_FEW = 10
"""Up to so many an axis of counts has a line for each."""

_SHORT = 12
"""Below a table of so many rows its chart is still in sight; beside a longer one."""

_KINDS: Mapping[str, Mapping[str, str]] = {
    "column": {"type": "column"},
    "stacked_column": {"type": "column", "subtype": "stacked"},
    "bar": {"type": "bar"},
    "stacked_bar": {"type": "bar", "subtype": "stacked"},
    "line": {"type": "line"},
}


def insert_figure(workbook: Workbook, sheet: Worksheet, page: Page, *, first_row: int) -> None:
    """Put a page's chart below its table, or beside a long one, drawn from that table's cells.

    Args:
        workbook: The workbook.
        sheet: The sheet, whose table has been written.
        page: The page with its figure.
        first_row: Row of the table's header, from 0.
    """
    figure = page.figure
    if figure is None:
        return
    chart = workbook.add_chart(dict(_KINDS[figure.kind]))
    last = first_row + len(figure.categories)
    for place, series in _drawn(figure):
        column = place + 1
        chart.add_series(
            {
                "name": series.name,
                "categories": [page.name, first_row + 1, 0, last, 0],
                "values": [page.name, first_row + 1, column, last, column],
                **_series_look(figure, place),
            }
        )
    _dress(chart, figure)
    chart.set_size({"width": _WIDTH, "height": _height(figure)})
    is_short = len(figure.categories) <= _SHORT
    corner = (last + 2, 0) if is_short else (first_row, len(page.columns) + 1)
    sheet.insert_chart(*corner, chart, {"description": figure.description})


def _series_look(figure: NativeChart, place: int) -> dict[str, object]:
    colour = COLOURS[place % len(COLOURS)]
    if figure.kind == "line":
        marker = {
            "type": _MARKERS[place % len(_MARKERS)],
            "size": 8,
            "fill": {"color": colour},
            "border": {"color": colour},
        }
        line = {"color": colour, "width": 2.25, "dash_type": _DASHES[place % len(_DASHES)]}
        return {"line": line, "marker": marker}
    look: dict[str, object] = {
        **_filling(place, colour),
        # A white edge divides the parts of a stack without leaning on colour.
        "border": {"color": "#FFFFFF", "width": 0.75},
        "gap": 60,
    }
    if figure.kind.startswith("stacked"):
        look["overlap"] = 100
    elif len(figure.series) == 1:
        decimals = "#,##0" if figure.series[place].is_whole else "#,##0.0"
        look["data_labels"] = {"value": True, "font": _FONT, "num_format": decimals}
    return look


def _filling(place: int, colour: str) -> dict[str, object]:
    """Return what a bar is filled with: its colour, hatched where others are as dark."""
    hatch = _HATCHES.get(place % len(COLOURS))
    if hatch is None:
        return {"fill": {"color": colour}}
    return {"pattern": {"pattern": hatch, "fg_color": colour, "bg_color": "#FFFFFF"}}


def _dress(chart: Chart, figure: NativeChart) -> None:
    is_bar = figure.kind.endswith("bar")
    categories = {
        "name": figure.axis,
        "name_font": _AXIS_TITLE_FONT,
        "num_font": _FONT,
        "line": {"color": "#6F777B"},
        # A bar chart counts from the bottom; readers start at the top.
        "reverse": is_bar,
        "major_gridlines": {"visible": False},
    }
    numbers = {
        "name": _capital(figure.unit),
        "name_font": _AXIS_TITLE_FONT,
        "num_font": _FONT,
        **_steps(figure),
        "min": 0,
        "line": _NO_LINE,
        "major_gridlines": _GRID,
        # With the categories from the top, the numbers would go there too.
        **({"label_position": "high"} if is_bar else {}),
    }
    chart.set_title({"name": figure.title, "name_font": _TITLE_FONT, "overlay": False})
    # XlsxWriter's x axis is the horizontal one, which in a bar chart has the numbers.
    chart.set_x_axis(numbers if is_bar else categories)
    chart.set_y_axis(categories if is_bar else numbers)
    several = len(figure.series) > 1
    chart.set_legend({"position": "bottom", "font": _FONT} if several else {"none": True})
    chart.set_chartarea({"border": _NO_LINE})


def _steps(figure: NativeChart) -> dict[str, object]:
    """Return how the axis of the numbers is divided: in tenths only where all are below 10.

    Programs divide a short axis of counts into halves and print them as whole numbers, twice each.
    """
    highest = max(_highest(figure), 0.0)
    is_whole = all(each.is_whole for each in figure.series)
    if highest > _FEW:
        return {"num_format": "#,##0"}
    return {"num_format": "#,##0", "major_unit": 1} if is_whole else {"num_format": "#,##0.0"}


def _highest(figure: NativeChart) -> float:
    """Return how far the axis of the numbers must reach: in a stack, its parts together."""
    by_category = list(zip(*(each.values for each in figure.series), strict=True))
    together = sum if figure.kind.startswith("stacked") else max
    return max((together(values) for values in by_category), default=0)


def _drawn(figure: NativeChart) -> Iterator[tuple[int, Series]]:
    """Yield the series with their places; in a stack none that is 0 throughout.

    Its entry alone cannot be taken out of the legend: programs count the entries of a stack from
    different ends.
    """
    for place, series in enumerate(figure.series):
        if any(series.values) or not figure.kind.startswith("stacked"):
            yield place, series


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _height(figure: NativeChart) -> int:
    """Return a height at which every bar of a bar chart has room."""
    if not figure.kind.endswith("bar"):
        return _HEIGHT
    side_by_side = 1 if figure.kind.startswith("stacked") else len(figure.series)
    bars = len(figure.categories) * max(1.0, side_by_side * 0.7)
    return max(_HEIGHT, round(_BAR_MARGIN + bars * _BAR_HEIGHT))
