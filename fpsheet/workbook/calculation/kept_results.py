"""The results in a workbook that somebody has saved, after a part of it was changed."""

import re

from fpsheet.ooxml.parts import Parts, relations_of
from fpsheet.ooxml.shared_strings import shared_strings
from fpsheet.ooxml.workbook_part import counts_from_1904, list_sheets, workbook_name
from fpsheet.workbook.calculation.stored_results import StoredParts, calculate_parts, forget_results

_OURS = re.compile(rb"<f[^>]*>[^<]*\b[knr]_[a-z_]+")
"""A formula that reads cells by the names of ours; a sheet without one stays as it is."""
_DAY = re.compile(rb"<f[^>]*>TODAY\(\)</f><v>(\d+)</v>")


def stored_day(parts: Parts) -> int | None:
    """Return the day of which the results of a workbook tell; None where it is not stored."""
    found = (_DAY.search(parts[entry.part]) for entry in list_sheets(parts))
    return next((int(each[1]) for each in found if each), None)


def renew_results(parts: Parts, *, day: int | None) -> None:
    """Work out the results of a workbook's formulas as of a day.

    Where that cannot be done (the day is not known, or a sheet is written in another way than
    Excel and fpsheet write it), the formulas lose their results: a wrong one is worse than none.
    """
    name = workbook_name(parts)
    sheets = {entry.part: (entry.title, parts[entry.part]) for entry in list_sheets(parts)}
    targets = {entry.kind: entry.target for entry in relations_of(parts, name)}
    renewed: dict[str, bytes] = {}
    if day is not None and not counts_from_1904(parts):
        styles, strings = parts[targets["styles"]], shared_strings(parts).every
        package = StoredParts(sheets, parts[name], styles, strings)
        renewed = calculate_parts(package, today=day)
    ours = {part: content for part, (_, content) in sheets.items() if _OURS.search(content)}
    for part, content in ours.items():
        after = renewed.get(part) or forget_results(content)
        if after != content:
            parts.write(part, after)
