"""What texts measure on screen and paper, worked out from a saved workbook alone.

A character of Excel's column width is 7 pixels and a cell has 5 more; letters are measured with
the published widths of Helvetica Bold, which Arial and Liberation Sans share.
"""

from __future__ import annotations

from typing import Final

INDENT: Final = 8
"""Pixels that an indented text stands in from the border."""

_PIXELS_PER_EM: Final = 10 * 96 / 72
_BOLD: Final = {
    278: " \u00a0,./;:iIjl",
    333: "-()ft",
    389: "*r",
    500: "z",
    556: "0123456789aceksvxyJåé_",
    611: "bdghnopquFLTZø",
    667: "EPSVXY",
    722: "ABCDHKNRUÅ└",
    778: "GOQwØ",
    833: "M",
    889: "mæ%",
    944: "W",
    1000: "Æ",
}
_WIDTHS: Final = {sign: width for width, signs in _BOLD.items() for sign in signs}
"""Sign → width in thousandths of the letters' size."""

PAPER: Final = 297 / 25.4 * 96
LETTERS, READABLE = 10, 7
"""Points of the letters on a sheet, and the least that is read on paper."""


def wide_in_bold(text: str) -> float:
    """Return how many pixels a text takes in bold letters of ten points."""
    return sum(_WIDTHS[sign] for sign in text) / 1000 * _PIXELS_PER_EM


def column_pixels(width: float) -> int:
    """Return how many pixels a column of a width in characters takes."""
    return int(width * 7 + 5)
