"""Input of the benchmark: workbooks of the demo country, made once and kept in a folder.

They are as Excel saves them, and in every hundredth row something is wrong, so that a case waits.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from saved import as_saved_by_excel

from fpsheet.demo.country import invent_country
from fpsheet.demo.fault_kinds import FAULTS
from fpsheet.demo.scale import Scale, national
from fpsheet.workbook.build import build_workbook
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fpsheet.demo.life import Row
    from fpsheet_templates.form import Form

SEED = 1
ISSUED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
FAULT_EVERY = 100
"""One row of so many has a fault."""

CHANGED_EVERY = 100
"""One row of so many is another one a month later."""

_LATER = {
    "borger": "sagsbehandler",
    "forloeb": "timer_pr_uge",
    "vurdering": "vurdering_dato",
    "job": "timer_pr_uge",
    "afgoerelse": "afgoerelse_dato",
    "indkomst": "fra_dato",
    "overdragelse": "dato",
}
"""Sheet → the field that changes."""

_LIST = "rows.json"
_EDITION = 2


@dataclass(frozen=True)
class Input:
    """Workbooks on disk.

    Attributes:
        folder: Where they lie.
        rows: File name to number of rows, in order of kommunekode.
    """

    folder: Path
    rows: Mapping[str, int]

    @property
    def files(self) -> list[Path]:
        """Every workbook, in order of kommunekode."""
        return [self.folder / name for name in self.rows]

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())


def make_input(cache: Path, *, kommuner: int, rows: int, is_next_month: bool = False) -> Input:
    """Return workbooks of some kommuner with some rows each; those made before are taken again.

    Args:
        cache: Where they are kept.
        kommuner: How many.
        rows: Rows of each.
        is_next_month: The same workbooks a month later, with one row of a hundred changed.
    """
    form = load_form()
    later = "-later" if is_next_month else ""
    folder = cache / f"national-{kommuner}-{rows}{later}-v{form.version}.{_EDITION}"
    scale = national(form, kommuner=kommuner, rows=rows)
    return _make(form, scale, folder, _changed if is_next_month else _unchanged)


def make_single(cache: Path, *, rows: int) -> Input:
    """Return one workbook of about so many rows, for `check`."""
    form = load_form()
    return _make(
        form, Scale(rows={"956": rows}), cache / f"single-{rows}-v{form.version}.{_EDITION}"
    )


def _unchanged(_: str, rows: Iterable[Row]) -> Iterable[Row]:
    return rows


def _changed(sheet: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Change one row of a hundred, none of those with a fault, as a month of work does.

    The last job is gone, so that the merge finds something in every workbook.
    """
    name, rows = _LATER[sheet], tuple(rows)
    for number, row in enumerate(rows[:-1] if sheet == "job" else rows):
        is_changed = number % CHANGED_EVERY == CHANGED_EVERY // 2
        yield {**row, name: _later(row.get(name))} if is_changed else row


def _later(value: object) -> object:
    """Return another value of the same kind: one hour or day more, or other initials."""
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int | float):
        return value + 1
    return value and "NY"


def _make(
    form: Form,
    scale: Scale,
    folder: Path,
    change: Callable[[str, Iterable[Row]], Iterable[Row]] = _unchanged,
) -> Input:
    listed = folder / _LIST
    if listed.is_file():
        return Input(folder, json.loads(listed.read_text(encoding="utf-8")))
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    start = time.perf_counter()
    for book in invent_country(form, scale=scale, seed=SEED):
        name = f"{book.kommune_kode}-{book.aar}.xlsx"
        data = build_workbook(
            form,
            kommune_kode=book.kommune_kode,
            aar=book.aar,
            language="da",
            workbook_id=book.workbook_id,
            issued_at=ISSUED_AT,
            rows={
                sheet: list(change(sheet, _spoil(sheet, rows))) for sheet, rows in book.rows.items()
            },
            premade=0,
        )
        (folder / name).write_bytes(as_saved_by_excel(data, issued_at=ISSUED_AT))
        counts[name] = book.row_count
    listed.write_text(json.dumps(counts), encoding="utf-8")
    print(f"made {len(counts)} workbooks in {time.perf_counter() - start:.0f} s: {folder}")
    return Input(folder, counts)


def _spoil(sheet: str, rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows of a sheet with a fault in every hundredth, the kinds in turn."""
    kinds = [
        fault
        for fault in FAULTS
        if fault.sheet == sheet
        and fault.jurisdiction in {"", "DK"}
        and not fault.is_extra
        and fault.raw is None
    ]
    for number, row in enumerate(rows):
        turn = number // FAULT_EVERY
        fault = kinds[turn % len(kinds)] if kinds and number % FAULT_EVERY == 0 else None
        yield {**row, **fault.change(row)} if fault and fault.fits(row) else row
