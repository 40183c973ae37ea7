"""A returned workbook without what we put in it, to be held against the file it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fpsheet.ooxml.parts import Parts
from fpsheet.returned.mark_workbook import drop_conflicts, in_words, replace_marks
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet_templates.form import Form
    from fpsheet_validation.typed import Check

NOT_ASKED = cast("Check", None)
"""The checked rows, which only marks are placed by."""


def clean_workbook(content: bytes, form: Form) -> bytes:
    """Return the file without our marks, comments and lists; everything else as it was.

    Raises:
        WorkbookFileError: The package is not whole enough to be changed.
    """
    with in_words("da"):
        parts = Parts(content)
        drop_conflicts(parts, form)
        replace_marks(parts, (), NOT_ASKED, SpokenForm(form, "da"))
        return parts.to_bytes()
