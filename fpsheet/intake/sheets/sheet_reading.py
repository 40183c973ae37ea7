"""One sheet, from the bulk reader's frame to a raw sheet with true rows and control totals."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from fpsheet.intake.column_identity import SheetMap
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import LONGEST_TEXT
from fpsheet.intake.plan import FieldPlan, SheetPlan
from fpsheet.intake.repair import SUSPECT, repair_text
from fpsheet.intake.sheets.scan import SheetScan
from fpsheet.ooxml.address import column_letters, parse_range
from fpsheet_validation.raw import CellKind, RawSheet, SheetTotals

ROW = "raekke"
_PLACE = "_place"
_REPAIRED = frozenset({CellKind.REPAIRED})
_MERGED = frozenset({CellKind.MERGED})
_FORMULA = frozenset({CellKind.FORMULA})

Kinds = dict[tuple[int, str], frozenset[CellKind]]


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """An entry sheet on its way to a raw sheet.

    Attributes:
        plan: What the form says of it.
        map: Where its columns and headings are.
        scan: What the pass over its XML found.
    """

    plan: SheetPlan
    map: SheetMap
    scan: SheetScan

    @property
    def fields(self) -> tuple[FieldPlan, ...]:
        """Fields the sheet has, in the order of the form."""
        return tuple(field for field in self.plan.fields if field.id in self.map.columns)

    def fault(
        self, code: str, *, row: int = 0, field: str = "", **details: object
    ) -> IntakeFinding:
        """Return a fault of this sheet, with the column where the field stands."""
        number = self.map.columns.get(field, 0)
        return IntakeFinding(
            code=code,
            sheet=self.plan.id,
            title=self.map.part.title,
            row=row,
            column=column_letters(number),
            field=field,
            details=tuple((key, str(value)) for key, value in details.items()),
        )


def read_sheet(
    found: FoundSheet, frame: pl.DataFrame
) -> tuple[RawSheet, tuple[IntakeFinding, ...]] | None:
    """Return a raw sheet; None where it lacks a row or cell of the file.

    Args:
        found: What is known of the sheet.
        frame: The bulk reader's frame: columns `1`, `2`, … as text, one row per sheet row.

    Findings: STR-056 to STR-060, STR-064.
    """
    if _count_read(found, frame) != found.scan.filled:
        return None
    rows = _name_columns(found, frame.slice(found.map.header_row))
    repaired: Kinds = {}
    for field in _suspect_fields(found, rows):
        rows, places = _repair_column(rows, field)
        repaired |= dict.fromkeys(((row, field) for row in places), _REPAIRED)
    rows = _pick_rows(found, rows)
    if not set(rows[ROW].to_list()) <= set(found.scan.numbers):
        return None
    faults = (*_row_faults(found, rows), *_long_texts(found, rows))
    quarantined = len(found.scan.quarantined)
    totals = SheetTotals(
        xml=len(found.scan.numbers),
        read=rows.height,
        blank=len(found.scan.numbers) - rows.height - quarantined,
        quarantined=quarantined,
    )
    raw = RawSheet(
        sheet=found.plan.id,
        title=found.map.part.title,
        frame=rows,
        columns={f.id: column_letters(found.map.columns[f.id]) for f in found.fields},
        missing=tuple(f.id for f in found.plan.fields if f.id not in found.map.columns),
        kinds=_place_kinds(found, rows, repaired),
        totals=totals,
    )
    return raw, faults


def _count_read(found: FoundSheet, frame: pl.DataFrame) -> int:
    """Count the cells below row 1 that the bulk reader gave something for."""
    names = {str(number) for number in found.map.columns.values()}.intersection(frame.columns)
    below = frame.slice(1)
    return sum(below.height - below[name].null_count() for name in names)


def _name_columns(found: FoundSheet, below: pl.DataFrame) -> pl.DataFrame:
    """Return every row below the header, numbered as in Excel; blank texts become null."""
    columns = []
    for field in found.fields:
        name = str(found.map.columns[field.id])
        text = pl.col(name) if name in below.columns else pl.lit(None, dtype=pl.String)
        columns.append(pl.when(text != "").then(text).alias(field.id))
    if found.scan.is_renumbered:
        numbers = pl.Series(found.scan.numbers[: below.height], dtype=pl.Int32)
    else:
        first = found.map.header_row + 1
        numbers = pl.int_range(first, first + below.height, dtype=pl.Int32, eager=True)
    return below.select(numbers.alias(ROW), *columns).with_row_index(_PLACE)


def _pick_rows(found: FoundSheet, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows with an entry, or with an error value where an entry should be."""
    with_error = {row for (row, _), own in found.scan.kinds.items() if CellKind.ERROR in own}
    entries = [pl.col(field.id).is_not_null() for field in found.fields if field.is_entry]
    kept = rows.lazy().filter(
        pl.any_horizontal(*entries, pl.col(ROW).is_in(sorted(with_error))),
        ~pl.col(_PLACE).is_in(sorted(found.scan.quarantined)),
    )
    kept = kept.sort(ROW) if found.scan.is_renumbered else kept
    return kept.drop(_PLACE).collect()


def _long_texts(found: FoundSheet, rows: pl.DataFrame) -> Iterator[IntakeFinding]:
    names = [field.id for field in found.fields]
    longest = rows.select(pl.col(names).str.len_bytes().max()).row(0) if names else ()
    for field, length in zip(names, longest, strict=True):
        if (length or 0) > LONGEST_TEXT:
            for row in rows.filter(pl.col(field).str.len_chars() > LONGEST_TEXT)[ROW]:
                yield found.fault("STR-060", row=row, field=field, graense=LONGEST_TEXT)


def _row_faults(found: FoundSheet, rows: pl.DataFrame) -> Iterator[IntakeFinding]:
    """Say what is odd about rows and columns as such."""
    scan = found.scan
    for row in sorted({scan.numbers[place] for place in scan.quarantined}):
        yield found.fault("STR-058", row=row)
    if any(later < earlier for earlier, later in pairwise(scan.numbers)):
        yield found.fault("STR-059")
    hidden = len(scan.hidden.intersection(rows[ROW]))
    if hidden:
        yield found.fault("STR-064", antal=hidden)
    # Where names of columns are gone, nobody can tell added columns from ours.
    if scan.own_columns and not found.map.named:
        letters = ", ".join(map(column_letters, sorted(scan.own_columns)))
        yield found.fault("STR-056", kolonner=letters)
    if scan.far_cells:
        yield found.fault("STR-057", antal=scan.far_cells)


def _place_kinds(found: FoundSheet, rows: pl.DataFrame, repairs: Kinds) -> Kinds:
    """Return the kinds of cells by field, for the rows that are read."""
    if not (found.scan.kinds or found.scan.merged or found.scan.arrays or repairs):
        return {}
    fields = {column_letters(found.map.columns[f.id]): f.id for f in found.fields}
    numbers = rows[ROW].to_list()
    read = set(numbers)
    by_letters = found.scan.kinds.items()
    kinds: Kinds = {}
    for (row, field), own in (
        *repairs.items(),
        *(((row, fields.get(letters, "")), own) for (row, letters), own in by_letters),
        *((cell, _MERGED) for cell in _cells_in(found, numbers, found.scan.merged)),
        *((cell, _FORMULA) for cell in _filled_by_formula(found, rows)),
    ):
        if row in read and field:
            kinds[row, field] = kinds.get((row, field), frozenset()) | own
    return kinds


def _filled_by_formula(found: FoundSheet, rows: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Yield the cells with a value that a formula of another cell put there."""
    numbers = rows[ROW].to_list()
    places = {number: place for place, number in enumerate(numbers)}
    for row, field in _cells_in(found, numbers, found.scan.arrays):
        if rows[field][places[row]] is not None:
            yield row, field


def _cells_in(
    found: FoundSheet, numbers: list[int], ranges: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the cells that ranges cover, the first one of each left out."""
    for reference in ranges:
        place = parse_range(reference)
        if place is None:
            continue
        first_row, first_column, last_row, last_column = place
        covered = numbers[bisect_left(numbers, first_row) : bisect_right(numbers, last_row)]
        for field in found.fields:
            column = found.map.columns[field.id]
            if first_column <= column <= last_column:
                yield from (
                    (row, field.id) for row in covered if (row, column) != (first_row, first_column)
                )


def _suspect_fields(found: FoundSheet, rows: pl.DataFrame) -> list[str]:
    names = [field.id for field in found.fields]
    suspect = rows.select(pl.col(names).str.contains(SUSPECT).any()).row(0) if names else ()
    return [name for name, is_suspect in zip(names, suspect, strict=True) if is_suspect]


def _repair_column(rows: pl.DataFrame, field: str) -> tuple[pl.DataFrame, list[int]]:
    """Repair the texts of a column; also return the rows whose text changed."""
    suspect = rows.filter(pl.col(field).str.contains(SUSPECT)).select(_PLACE, ROW, field)
    repaired = [
        (place, row, fixed if fixed.strip() else None)
        for place, row, text in suspect.iter_rows()
        if (fixed := repair_text(text)) != text or not fixed.strip()
    ]
    if not repaired:
        return rows, []
    places, numbers, texts = zip(*repaired, strict=True)
    column = rows[field].clone().scatter(places, texts)  # scatter changes the series it is given
    return rows.with_columns(column), list(numbers)
