"""The defined names of a workbook: the form's renewed, hers as they were."""

import re
from collections.abc import Mapping

from lxml import etree

from fpsheet.ooxml.parts import MAIN, Element
from fpsheet_templates.form import Form

_NAME = f"{{{MAIN}}}definedName"
_PRINT_AREA = "_xlnm.Print_Area"
_AREA_END = re.compile(r"(:INDEX\([^$]*\$)[A-Z]+(\$1:\$)[A-Z]+(\$)")
"""Our print areas end in the last filled row of one column."""


def read_names(book: Element) -> dict[str, tuple[str, bool]]:
    """Return the names of a workbook that belong to no sheet: name → reference, hidden."""
    return {
        entry.get("name", ""): (entry.text or "", entry.get("hidden") in {"1", "true"})
        for entry in book.iter(_NAME)
        if entry.get("localSheetId") is None
    }


def renew_names(book: Element, names: Mapping[str, tuple[str, bool]], form: Form) -> None:
    """Replace the form's names in a workbook part, those of older forms included.

    Args:
        book: The workbook part; changed in place.
        names: Name → reference, hidden.
        form: The form, by which names of ours are known.
    """
    holder = book.find(f"{{{MAIN}}}definedNames")
    if holder is None:
        holder = etree.Element(f"{{{MAIN}}}definedNames")
        sheets = book.find(f"{{{MAIN}}}sheets")
        book.insert(len(book) if sheets is None else book.index(sheets) + 1, holder)
    ours = re.compile(_ours(form), re.IGNORECASE)
    known = {name.casefold() for name in names}
    for entry in list(holder):
        name = entry.get("name", "")
        if entry.get("localSheetId") is None and (name.casefold() in known or ours.fullmatch(name)):
            holder.remove(entry)
    for name, (reference, is_hidden) in names.items():
        entry = etree.SubElement(holder, _NAME, name=name)
        entry.text = reference
        if is_hidden:
            entry.set("hidden", "1")


def _ours(form: Form) -> str:
    sheets = "|".join(sheet.id for sheet in form.entry_sheets())
    lists = "|".join(form.code_lists)
    named = rf"(?:c|k|r|n|under|synlig|skrevet)_(?:{sheets})_\w+|(?:raa|laest)_(?:{sheets})"
    return rf"{named}|(?:liste|ord|kode|fra|til)_(?:{lists})"


def widen_print_area(book: Element, title: str, letter: str) -> None:
    """Let the pages of a sheet reach to a column, where their area is one of ours.

    Args:
        book: The workbook part; changed in place.
        title: Name on the sheet's tab.
        letter: Last column to print.
    """
    titles = [sheet.get("name") for sheet in book.iter(f"{{{MAIN}}}sheet")]
    for entry in book.iter(_NAME):
        local = entry.get("localSheetId", "")
        if entry.get("name") == _PRINT_AREA and local == str(titles.index(title)):
            entry.text = _AREA_END.sub(rf"\g<1>{letter}\g<2>{letter}\g<3>", entry.text or "")
