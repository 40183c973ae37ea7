"""A workbook of tables as one page of HTML: for those who read in a browser, or have it read.

Each table has its caption and its headings marked as such; no script, no address outside the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape as escape_markup

from fpsheet.file_name import without_controls
from fpsheet.files import PAGE_MARK
from fpsheet.table_book.book import Book, NativeChart, Page, PageCell, PageKind
from fpsheet_sync.statistics.stat_table import ColumnKind

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 Arial, sans-serif; color: #22303c; margin: 2rem auto; max-width: 72rem;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .4rem; } h2 { font-size: 1.25rem; margin: 2.4rem 0 .3rem;
  border-bottom: 2px solid #1f3a5f; padding-bottom: .2rem; } h3 { font-size: 1.05rem; margin: 1.4rem
  0 .3rem; } p { margin: .3rem 0; max-width: 60rem; } .mark { color: #8e1b1b; font-weight: bold; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .6rem 0 1rem; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .45rem; border-bottom: 1px solid
  #aeb9c4; } thead th { background: #eef1f4; vertical-align: bottom; } tbody th { font-weight:
  normal; min-width: 4.5em; } .n { text-align: right; } .n, .n + .n { font-variant-numeric:
  tabular-nums; }
svg text { font: 13px Arial, sans-serif; fill: #22303c; }
@media print { @page { size: A4 landscape; margin: 12mm; } body { font-size: 11px; margin: 0;
  max-width: none; padding: 0; } h2, caption { break-after: avoid; } .wide { overflow: visible; }
  tr, svg { break-inside: avoid; } }
"""
_NUMBERS = frozenset({ColumnKind.COUNT, ColumnKind.WHOLE, ColumnKind.DECIMAL})
_COLOURS = ("#1f3a5f", "#c77700", "#5b6770", "#2e7d6b")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 880, 300, 20, 26, 40


@dataclass(frozen=True, slots=True)
class _Cells:
    """Writes cells as a reader of a language does."""

    language: str

    def cell(self, cell: PageCell, *, decimals: int) -> str:
        if cell is None:
            return ""
        if isinstance(cell, date):
            return f"{cell:%d-%m-%Y}"
        if isinstance(cell, str):
            return escape(cell)
        written = f"{cell:,.{decimals}f}"
        return written if self.language == _ENGLISH else written.translate(_COMMA)


_ENGLISH = "en"
_COMMA = str.maketrans(",.", ".,")
"""Elsewhere a comma begins the decimals, and a point stands between thousands."""


def write_html(book: Book) -> bytes:
    """Return the page: the cover first, then each sheet's text, figure and table under a heading.

    The same book gives the same bytes.
    """
    first, *rest = book.pages
    write = _Cells(book.language)
    sections = (part for page in rest for part in _section(page, write, book.mark))
    body = "".join((*_cover(first, book.mark), *sections))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(book.language)}"><head><meta charset="utf-8">'
        f"{PAGE_MARK.decode()}"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(book.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    ).encode()


def _cover(page: Page, mark: str) -> Iterator[str]:
    yield f"<h1>{escape(page.title)}</h1>"
    if mark:
        yield f'<p class="mark">{escape(mark)}</p>'
    for line in page.lines:
        yield f"<h2>{escape(line.text)}</h2>" if line.heading else f"<p>{escape(line.text)}</p>"


def _section(page: Page, write: _Cells, mark: str) -> Iterator[str]:
    """Yield a sheet without the mark, which every sheet of a workbook has and the page once."""
    if page.kind is PageKind.CONTENTS:
        return
    heading = page.name if page.figure is None else page.title
    yield f'<section aria-label="{escape(page.name)}"><h2>{escape(heading)}</h2>'
    yield from (f"<p>{escape(line.text)}</p>" for line in page.lines if line.text != mark)
    if page.figure is not None:
        yield _drawing(page.figure, write)
    elif page.columns:
        yield from _table(page, write)
    yield "</section>"


def _table(page: Page, write: _Cells) -> Iterator[str]:
    kinds = [" class=n" if column.kind in _NUMBERS else "" for column in page.columns]
    yield f"<div class=wide tabindex=0><table><caption>{escape(page.title)}</caption><thead><tr>"
    for column, kind in zip(page.columns, kinds, strict=True):
        yield f"<th scope=col{kind}>{escape(column.label)}</th>"
    yield "</tr></thead><tbody>"
    for row in page.rows:
        head, *cells = (
            write.cell(cell, decimals=int(column.kind is ColumnKind.DECIMAL))
            for cell, column in zip(row, page.columns, strict=True)
        )
        yield f"<tr><th scope=row{kinds[0]}>{head}</th>"
        yield from (f"<td{kind}>{cell}</td>" for cell, kind in zip(cells, kinds[1:], strict=True))
        yield "</tr>"
    yield "</tbody></table></div>"


def _drawing(figure: NativeChart, write: _Cells) -> str:
    """Return a figure of bars side by side; its numbers stand in a table of the page."""
    largest = max((value for each in figure.series for value in each.values), default=0) or 1
    step = (_WIDTH - 2 * _LEFT) / max(len(figure.categories), 1)
    bar = step * 0.8 / max(len(figure.series), 1)
    floor = _HEIGHT - _BOTTOM
    parts = [
        f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%">',
        f"<title>{escape(figure.title)}</title><desc>{escape(figure.description)}</desc>",
        f'<line x1="{_LEFT}" y1="{floor}" x2="{_WIDTH - _LEFT}" y2="{floor}" stroke="#22303c"/>',
    ]
    for place, series in enumerate(figure.series):
        colour = _COLOURS[place % len(_COLOURS)]
        x = _LEFT + place * (_WIDTH - 2 * _LEFT) / len(figure.series)
        parts.append(f'<rect x="{x:.0f}" y="4" width="12" height="12" fill="{colour}"/>')
        name = f"{series.name} ({figure.unit})"
        parts.append(f'<text x="{x + 18:.0f}" y="15">{escape(name)}</text>')
        for category, value in enumerate(series.values):
            height = (floor - _TOP) * value / largest
            left, top = _LEFT + step * (category + 0.1) + place * bar, floor - height
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{bar * 0.92:.1f}"'
                f' height="{height:.1f}" fill="{colour}"/>'
                f'<text x="{left + bar * 0.46:.1f}" y="{top - 4:.1f}" text-anchor="middle">'
                f"{write.cell(value, decimals=int(not series.is_whole))}</text>"
            )
    for category, label in enumerate(figure.categories):
        x = _LEFT + step * (category + 0.5)
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>'
        )
    return "".join((*parts, "</svg>"))


def escape(text: str) -> str:
    """Return a text as it may stand in the page: no markup, and nothing that turns its order."""
    return escape_markup(without_controls(text))
