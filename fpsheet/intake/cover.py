"""Cover and meta: the two sheets with one value per row."""

import re
from collections.abc import Iterable, Mapping

from fpsheet.intake.address import column_letters
from fpsheet.intake.fault import Fault
from fpsheet.intake.identity import SheetHead
from fpsheet.intake.plan import ReadingPlan

_META_KEYS = {"form_version", "workbook_id"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[0-9]{1,4}")
_VALUE_OFFSET = 2
"""The value stands two columns right of its identity; the label stands between."""


def read_meta(heads: Iterable[SheetHead]) -> dict[str, str]:
    """Read the hidden sheet with keys in column A and values in B; empty where it is gone."""
    for head in heads:
        keys = {
            text: row
            for (row, column), text in head.texts.items()
            if column == 1 and _KEY.fullmatch(text)
        }
        if keys.keys() >= _META_KEYS:
            return {key: head.texts.get((row, 2), "") for key, row in keys.items()}
    return {}


def judge_meta(meta: Mapping[str, str], plan: ReadingPlan) -> tuple[Fault, ...]:
    """Tell whether the workbook is of a version we know and of the kommune that is wanted.

    Findings: STR-041 to STR-044.
    """
    if not meta:
        return (Fault("STR-041"),)
    faults = []
    if form_version(meta) not in plan.versions:
        faults.append(Fault("STR-042", details=(("nyeste", str(max(plan.versions))),)))
    kommune = meta.get("kommune_kode", "")
    if kommune not in plan.kommuner:
        faults.append(Fault("STR-044"))
    elif plan.expected_kommune and kommune != plan.expected_kommune:
        details = (("fundet", kommune), ("ventet", plan.expected_kommune))
        faults.append(Fault("STR-043", details=details))
    return tuple(faults)


def form_version(meta: Mapping[str, str]) -> int:
    """Give the form version the meta names; 0 when it names none."""
    text = meta.get("form_version", "")
    return int(text) if _VERSION.fullmatch(text) else 0


def read_cover(heads: Iterable[SheetHead], plan: ReadingPlan) -> dict[str, tuple[str | None, str]]:
    """Read the cover: field → text (None when blank) and address of its cell."""
    wanted = {
        f"{sheet}.{field}": (sheet, field)
        for sheet, fields in plan.cover.items()
        for field in fields
    }
    found: dict[str, tuple[str | None, str]] = {}
    for head in heads:
        for (row, column), text in head.texts.items():
            sheet, field = wanted.get(text.lower(), ("", ""))
            if field and field not in found:
                place = _value_place(head, f"c_{sheet}_{field}", (row, column + _VALUE_OFFSET))
                address = f"{column_letters(place[1])}{place[0]}"
                found[field] = (head.texts.get(place), address)
    return found


def _value_place(head: SheetHead, name: str, default: tuple[int, int]) -> tuple[int, int]:
    """Give the cell a defined name moved along with, or the place it had from the start."""
    cell = head.names.get(name)
    if cell and cell.is_single:
        return cell.row, cell.column
    return default
