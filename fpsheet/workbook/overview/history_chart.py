"""The chart of the Overblik: the chosen citizen's work capacity and level over time, in steps.

A step is two points on one day: what held before, and what holds since. The points stand out of
sight in two columns a line, days and values; those beyond the last step repeat it, so that no cell
is blank, which programs draw in different ways. A line without any value lies below the axis.
Functions of Excel 2010 only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.formula import TODAY_NAME
from fpsheet.workbook.formula_parts import EMPTY, blank, if_, if_error, is_number
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.candidates import FIRST_EVENT, KEY, LATE
from fpsheet.workbook.view import put_formula

_UNSEEN = -1
"""A value below the axis."""

_EMPTY_DAYS = 1826
"""Days back from today that the axis shows where there is nothing to draw: five years."""

_PLACE = (7, 0), (11, 9)
"""Column and row, from 0, of the cell it begins in and of the one behind its end."""

_TEXT_SIZE = 800
"""In hundredths of a point."""


_Look = tuple[str, Literal["solid", "dash"]]
"""Colour, RRGGBB, and how a line is drawn."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the chart.

    Attributes:
        name: What it is called.
        letters: Columns out of sight: sort keys of the events, days and values of the points.
        events: First and last row of the candidates that may change the value.
    """

    name: str
    letters: tuple[str, str, str]
    events: tuple[int, int]

    @property
    def count(self) -> int:
        """Return how many events there may be."""
        return self.events[1] - self.events[0] + 1

    @property
    def last_point(self) -> int:
        """Return the row of the last point: after two an event, the day of today."""
        return FIRST_EVENT + 2 * self.count


def add_points(sheet: Worksheet, line: StepLine, value: Callable[[str], str]) -> None:
    """Fill the cells of a line's points.

    Args:
        sheet: The Overblik.
        line: The line.
        value: Gives the formula of the value after the event with a sort key.
    """
    key, day, height = line.letters
    every = f"${KEY}${line.events[0]}:${KEY}${line.events[1]}"
    for number in range(1, line.count + 1):
        found, own = f"SMALL({every},{number})", f"{key}{FIRST_EVENT + number - 1}"
        put_formula(sheet[own], if_error(if_(f"{found}<{LATE}", found, EMPTY), EMPTY))
        before = FIRST_EVENT + 2 * number - 3
        row, after = before + 1, before + 2
        is_first = number == 1
        there = f"{TODAY_NAME}-{_EMPTY_DAYS}" if is_first else f"{day}{before}"
        put_formula(sheet[f"{day}{row}"], if_(blank(own), there, f"INT({own})"))
        put_formula(sheet[f"{day}{after}"], f"{day}{row}")
        put_formula(sheet[f"{height}{row}"], f"{height}{after if is_first else before}")
        held = str(_UNSEEN) if is_first else f"{height}{row}"
        new = value(own)
        known = if_error(if_(is_number(new), new, held), held)
        put_formula(sheet[f"{height}{after}"], if_(blank(own), held, known))
    last = line.last_point
    put_formula(sheet[f"{day}{last}"], f"MAX({TODAY_NAME},{day}{last - 1})")
    put_formula(sheet[f"{height}{last}"], f"{height}{last - 1}")


def add_chart(
    sheet: Worksheet, ability: StepLine, level: StepLine | None, labels: Sequence[str]
) -> None:
    """Draw the lines beside the facts of the citizen; levels have an axis of their own.

    Args:
        sheet: The Overblik.
        ability: Work capacity in per cent.
        level: Level, 1 for the lowest; None where there are none.
        labels: The levels, as `level_labels` returns them.
    """
    chart = _drawn(sheet, ability, look=("12436D", "solid"))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 100
    chart.y_axis.majorUnit, chart.y_axis.number_format = 25, "0"
    if level is not None:
        other = _drawn(sheet, level, look=("801650", "dash"))
        other.y_axis.axId, other.y_axis.crosses = 200, "max"
        other.y_axis.scaling.min, other.y_axis.scaling.max = 1, 3
        other.y_axis.majorUnit, other.y_axis.majorGridlines = 1, None
        low, middle, high = labels
        other.y_axis.number_format = f'[=1]"{low}";[=2]"{middle}";"{high}"'
        chart += other
    chart.legend = Legend()
    chart.legend.position, chart.legend.txPr = "t", _small()
    chart.anchor = _place()  # type: ignore[assignment]  # openpyxl takes more than text
    # What is out of sight is drawn all the same.
    chart.visible_cells_only = False
    sheet.add_chart(chart)


def level_labels(issue: Issue) -> tuple[str, ...]:
    """Return the labels of the levels, the lowest first."""
    codes = issue.form.code_lists["niveau"].for_jurisdiction(issue.jurisdiction)
    return tuple(code.label(issue.language) for code in reversed(codes))


def _drawn(sheet: Worksheet, line: StepLine, *, look: _Look) -> ScatterChart:
    chart = ScatterChart()
    chart.style, chart.scatterStyle = None, "lineMarker"
    _, day, height = (column_index_from_string(letter) for letter in line.letters)
    days, values = (
        Reference(sheet, min_col=column, min_row=FIRST_EVENT, max_row=line.last_point)
        for column in (day, height)
    )
    series = Series(values, days)
    series.tx = SeriesLabel(v=line.name)
    series.marker.symbol = "none"
    series.smooth = False
    series.graphicalProperties.line = LineProperties(solidFill=look[0], prstDash=look[1], w=28_575)
    chart.series.append(series)
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete, axis.txPr, axis.title = False, _small(), None
    chart.x_axis.number_format, chart.x_axis.majorGridlines = "yyyy", None
    chart.x_axis.tickLblPos = "low"
    return chart


def _place() -> TwoCellAnchor:
    first, behind = (AnchorMarker(col=column, row=row) for column, row in _PLACE)
    return TwoCellAnchor(_from=first, to=behind)


def _small() -> RichText:
    text = ParagraphProperties(defRPr=CharacterProperties(sz=_TEXT_SIZE))
    return RichText(p=[Paragraph(pPr=text, endParaRPr=CharacterProperties(sz=_TEXT_SIZE))])
