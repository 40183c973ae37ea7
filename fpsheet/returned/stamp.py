"""The stamp: which submission a workbook descends from, written into its hidden sheet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fpsheet.ooxml.archive import Archive, DamagedPackageError
from fpsheet.ooxml.cell_reader import NumberedRow, read_rows
from fpsheet.ooxml.cell_writer import write_cells
from fpsheet.ooxml.parts import Parts
from fpsheet.ooxml.shared_strings import shared_strings
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet.returned.own_list import MOST_HEAD_ROWS
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.failure import make_failure

_KEY, _SURE = "parent", {"workbook_id", "kommune_kode", "parent"}


@dataclass(frozen=True, slots=True)
class StampPlace:
    """Where the stamp of a workbook stands: part of the hidden sheet, and row."""

    part: str
    row: int


def find_stamp(parts: Parts, heads: Mapping[str, Sequence[NumberedRow]]) -> StampPlace | None:
    """Find the stamp of a workbook; None where the hidden sheet is gone or odd.

    Args:
        parts: The workbook.
        heads: Part of a tab → its first rows, where they were read already.
    """
    for entry in reversed(list_sheets(parts)):
        try:
            rows = heads.get(entry.part) or _read_head(parts, entry.part)
        except DamagedPackageError:
            continue  # its owner's; ours may be whole
        keys = {cells.get("A", "").strip(): number for number, cells in rows}
        if keys.keys() >= _SURE:
            is_sure = Counter(number for number, _ in rows)[keys[_KEY]] == 1
            return StampPlace(entry.part, keys[_KEY]) if is_sure else None
    return None


def _read_head(parts: Parts, part: str) -> Sequence[NumberedRow]:
    return list(islice(read_rows(parts[part], shared_strings(parts)), MOST_HEAD_ROWS))


def stamp_workbook(archive: Archive, place: StampPlace | None, parent: str) -> bytes:
    """Return a workbook with another parent; everything else byte for byte as it was.

    Args:
        archive: The workbook, found safe by the intake.
        place: Where its stamp stands.
        parent: Hash of the submission that the next one descends from.

    Raises:
        WorkbookFileError: The hidden sheet is gone.
    """
    parts = Parts(archive)
    stamp(parts, place, parent)
    return parts.to_bytes()


def stamp(parts: Parts, place: StampPlace | None, parent: str) -> None:
    """Write the parent into a package.

    Raises:
        WorkbookFileError: The hidden sheet is gone.
    """
    if place is None or place.part not in parts:
        raise make_failure(WorkbookFileError, "error.workbook.hidden_sheet", {})
    write_cells(parts, place.part, {f"B{place.row}": parent})
