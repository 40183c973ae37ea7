"""The stamp: which submission a workbook descends from, written into its hidden sheet."""

from itertools import islice

from fpsheet.ooxml.cell_reader import read_texts
from fpsheet.ooxml.cell_writer import write_cells
from fpsheet.ooxml.parts import Parts
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.failure import make_failure

_KEY, _SURE = "parent", {"workbook_id", "kommune_kode", "parent"}
_ROWS = 20


def stamp_workbook(content: bytes, parent: str) -> bytes:
    """Return a workbook with another parent; everything else byte for byte as it was.

    Args:
        content: The workbook, found safe by the intake.
        parent: Hash of the submission that the next one descends from.

    Raises:
        WorkbookFileError: The hidden sheet is gone.
    """
    parts = Parts(content)
    stamp(parts, parent)
    return parts.to_bytes()


def stamp(parts: Parts, parent: str) -> None:
    """Write the parent into a package.

    Raises:
        WorkbookFileError: The hidden sheet is gone.
    """
    part, row, _ = _find(parts)
    if part:
        write_cells(parts, part, {f"B{row}": parent})
    if _find(parts)[2] != parent:
        raise make_failure(WorkbookFileError, "error.workbook.hidden_sheet", {})


def _find(parts: Parts) -> tuple[str, int, str]:
    """Return the part of the hidden sheet, the row of the stamp and the stamp; else no part."""
    for entry in reversed(list_sheets(parts)):
        rows = list(islice(read_texts(parts, entry.part), _ROWS))
        keys = {row.get("A", "").strip(): at for at, row in enumerate(rows, start=1)}
        if keys.keys() >= _SURE:
            return entry.part, keys[_KEY], rows[keys[_KEY] - 1].get("B", "")
    return "", 0, ""
