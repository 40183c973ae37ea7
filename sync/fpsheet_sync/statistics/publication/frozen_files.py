"""Editions kept as bytes, so that they can be given out again exactly as they were.

The laid out tables are JSON, compressed: everything a file of an edition shows. The files that were
handed out are kept beside them as they were, so that an edition depends neither on how a later
version of the program counts or words, nor on how it writes files.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fpsheet_sync.statistics.stat_table import (
    Cell,
    Chart,
    Column,
    ColumnKind,
    Period,
    Release,
    Shorthand,
    StatTable,
)

_MARKS = {str(mark): mark for mark in Shorthand}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def freeze(value: object) -> bytes:
    """Return plain data as bytes; the same data gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return zlib.compress(text.encode(), level=6)


def thaw(data: bytes) -> Any:  # noqa: ANN401 - whatever was frozen
    """Return what was frozen."""
    return json.loads(zlib.decompress(data))


def freeze_releases(releases: Iterable[Release]) -> bytes:
    """Return editions as bytes."""
    return freeze([asdict(release) for release in releases])


def thaw_releases(data: bytes) -> tuple[Release, ...]:
    """Return the editions."""
    return tuple(_release(entry) for entry in thaw(data))


def freeze_files(files: Mapping[str, bytes]) -> bytes:
    """Return files as bytes: an archive of them, without the time."""
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in files.items():
            info = ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, data)
    return stream.getvalue()


def thaw_files(data: bytes) -> dict[str, bytes]:
    """Return the files by name."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _release(entry: Mapping[str, Any]) -> Release:
    own = {
        "counted_on": date.fromisoformat(entry["counted_on"]),
        "tables": tuple(_table(table) for table in entry["tables"]),
        "period": _period(entry["period"]) if entry["period"] else None,
    }
    return Release(**{**entry, **own})


def _table(entry: Mapping[str, Any]) -> StatTable:
    columns = tuple(_column(column) for column in entry["columns"])
    own = {
        "lines": tuple(entry["lines"]),
        "columns": columns,
        "rows": tuple(_row(columns, row) for row in entry["rows"]),
        "keys": tuple(tuple(key) for key in entry["keys"]),
        "notes": tuple(entry["notes"]),
        "period": _period(entry["period"]),
        "dimensions": tuple(entry["dimensions"]),
        "sums": tuple((total, tuple(parts)) for total, parts in entry["sums"]),
        "charts": tuple(_chart(chart) for chart in entry["charts"]),
    }
    return StatTable(**{**entry, **own})


def _row(columns: Iterable[Column], row: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return a row with its shorthand as `Shorthand`; a label that looks like one stays a label."""
    return tuple(
        cell if column.kind is ColumnKind.DIMENSION else _MARKS.get(str(cell), cell)
        for column, cell in zip(columns, row, strict=True)
    )


def _column(entry: Mapping[str, Any]) -> Column:
    own = {
        "kind": ColumnKind(entry["kind"]),
        "codes": tuple((name, code) for name, code in entry["codes"]),
        **{name: tuple(entry[name]) for name in ("adds", "rests_on", "share_of")},
    }
    names = (name for name in Column.__slots__ if name in entry)  # earlier versions kept more
    return Column(**{**{name: entry[name] for name in names}, **own})


def _chart(entry: Mapping[str, Any]) -> Chart:
    return Chart(**{**entry, "columns": tuple(entry["columns"])})


def _period(entry: Mapping[str, str]) -> Period:
    return Period(date.fromisoformat(entry["fra"]), date.fromisoformat(entry["til"]))
