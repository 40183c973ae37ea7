"""The defined names of a workbook: the form's renewed, all others as they were."""

import re
from collections.abc import Mapping

from lxml import etree

from fpsheet.ooxml.parts import MAIN, Element
from fpsheet_templates.form import Form

_NAME = f"{{{MAIN}}}definedName"


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
