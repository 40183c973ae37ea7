"""What is made once from the form and used for every workbook after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from fpsheet_templates.form import Form
    from fpsheet_validation.setting import Setting

Made = TypeVar("Made")

_LIMIT = 512
"""Entries kept; a run has seven sheets, two jurisdictions and a language or two."""


def compiled(build: Callable[[Setting, str], Made]) -> Callable[[Setting, str], Made]:
    """Keep what a function makes of a setting and a sheet.

    Settings that differ only in kommune, year or epoch share what is made, so the function must
    not look at those.
    """
    kept: dict[tuple[int, str, str, str, date], tuple[Form, Made]] = {}

    def find(setting: Setting, sheet_id: str) -> Made:
        key = (id(setting.form), sheet_id, setting.jurisdiction, setting.language, setting.today)
        if key not in kept:
            if len(kept) >= _LIMIT:
                kept.clear()
            # The form is kept beside it, so its identity cannot pass to another.
            kept[key] = (setting.form, build(setting, sheet_id))
        return kept[key][1]

    return find
