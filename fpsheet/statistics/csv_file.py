"""The tables of a release as CSV files: one per table, codes beside labels.

UTF-8 with a byte order mark, semicolons and decimal commas: Danish Excel opens such a file rightly
with a double click, and turns "12.5" into a date where a point is used. Programs read it with the
separator and the decimal sign named.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from fpsheet_sync.statistics.stat_table import Cell, Release, StatTable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


_ABOUT = ("omraade", "fra", "til", "opgjort_pr", "daekning", "kilde")
"""The last columns of every table, the same in each row: a file is read without the others."""


def write_csv(table: StatTable, release: Release | None = None) -> bytes:
    """Return one table of a release: a header of identifiers, then its rows.

    Each dimension has two columns: its code (`kommune_kode`; empty for the total) and its label.
    Of a table of a release the last columns say of what area and days it is, when it was counted,
    who has reported, and from what source.
    """
    width = len(table.dimensions)
    header = [name for dimension in table.dimensions for name in (f"{dimension}_kode", dimension)]
    header += [column.id for column in table.columns[width:]]
    rows: list[list[str]] = [header, *_rows(table)]
    if release is not None:
        about = [
            release.area_label,
            str(table.period.fra),
            str(table.period.til),
            str(release.counted_on),
            release.coverage,
            table.source,
        ]
        rows = [[*header, *_ABOUT], *([*row, *about] for row in rows[1:])]
    return _encode(rows)


def write_csv_contents(release: Release) -> bytes:
    """Return the list of a release's tables: what each is, and what to know when reading it."""
    header = ["tabel", "titel", "fra", "til", "opgjort_pr", "foreloebig", "fortroligt", "kilde"]
    header.append("daekning")
    base = [str(release.base)] if release.base else []
    header += ["afrundet_til"] if release.base else []
    rows = [
        [
            table.id,
            table.title,
            str(table.period.fra),
            str(table.period.til),
            str(release.counted_on),
            "ja" if table.provisional else "nej",
            "ja" if release.internal else "nej",
            table.source,
            release.coverage,
            *base,
        ]
        for table in release.tables
    ]
    return _encode([header, *rows])


def _rows(table: StatTable) -> Iterator[list[str]]:
    width = len(table.dimensions)
    for key, row in zip(table.keys, table.rows, strict=True):
        labels = [_text(str(label)) for label in row[:width]]
        pairs = [text for pair in zip(key, labels, strict=True) for text in pair]
        yield [*pairs, *(_number(cell) for cell in row[width:])]


def _number(cell: Cell) -> str:
    if isinstance(cell, float):
        return repr(cell).replace(".", ",")
    return "" if cell is None else _text(str(cell))


def _text(text: str) -> str:
    """Keep a program from taking a text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _encode(rows: Sequence[Sequence[str]]) -> bytes:
    stream = StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode("utf-8-sig")
