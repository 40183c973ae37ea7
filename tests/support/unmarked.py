"""A returned workbook without what we put in it, to be held against the file it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fpsheet.ooxml.parts import Parts
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet.returned.list_tab import drop_list
from fpsheet.returned.mark_workbook import in_words, remove_marks
from tests.support.desk import opened

if TYPE_CHECKING:
    from fpsheet_templates.form import Form


def clean_workbook(content: bytes, form: Form) -> bytes:
    """Return the file without our marks, comments and lists; everything else as it was.

    Raises:
        WorkbookFileError: The package is not whole enough to be changed.
    """
    with in_words("da"):
        found = opened(content, form)
        parts = Parts(found.archive)
        for entry in list_sheets(parts):
            if found.conflicts is not None and entry.part == found.conflicts.part:
                drop_list(parts, entry)
        remove_marks(parts, found.faults)
        return parts.to_bytes()
