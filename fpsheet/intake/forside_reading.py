"""Cover and meta: the two sheets with one value per row."""

import re
from collections.abc import Iterable, Mapping

from fpsheet.intake.column_identity import SheetHead
from fpsheet.intake.core_part import to_moment
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.plan import ReadingPlan
from fpsheet.ooxml.address import column_letters
from fpsheet.workbook.row_id import WORKBOOK_ID
from fpsheet_sync.merge.stamp import is_stamp
from fpsheet_templates.form import META_KEYS, reporting_year
from fpsheet_templates.spoken import SpokenForm

_NEEDED = {"form_version", "workbook_id"}
_VERSION = re.compile(r"[0-9]{1,4}")
COVER = "forside"
_CONTACT = {"kontaktperson", "e_mail"}
"""Fields that leave the kommune only where it agreed to that on the Forside."""
_VALUE_OFFSET = 2
"""The value stands two columns right of its identity; the label stands between."""


def read_meta(heads: Iterable[SheetHead]) -> dict[str, str]:
    """Read the hidden sheet with keys in column A and values in B; empty where it is gone."""
    for head in heads:
        keys = {
            text: row
            for (row, column), text in head.texts.items()
            if column == 1 and text in META_KEYS
        }
        if keys.keys() >= _NEEDED:
            return {key: head.texts.get((row, 2), "") for key, row in keys.items()}
    return {}


def judge_meta(meta: Mapping[str, str], plan: ReadingPlan) -> tuple[IntakeFinding, ...]:
    """Return whether the workbook is of a version we know and of the kommune that is wanted.

    Every value is one that the program writes: what stands here names files, orders submissions
    and says whose they are.

    Findings: STR-041 to STR-045.
    """
    if not meta:
        return (IntakeFinding("STR-041"),)
    faults = []
    if form_version(meta) not in plan.versions:
        faults.append(IntakeFinding("STR-042", details=(("nyeste", str(max(plan.versions))),)))
    kommune = meta.get("kommune_kode", "")
    if kommune not in plan.kommuner:
        faults.append(IntakeFinding("STR-044"))
    elif plan.expected_kommune and kommune != plan.expected_kommune:
        details = (("fundet", kommune), ("ventet", plan.expected_kommune))
        faults.append(IntakeFinding("STR-043", details=details))
    wrong = tuple(key for key in META_KEYS if not _is_ours(key, meta.get(key, ""), plan))
    if wrong:
        faults.append(IntakeFinding("STR-045", details=(("noegler", ", ".join(wrong)),)))
    return tuple(faults)


def _is_ours(key: str, value: str, plan: ReadingPlan) -> bool:
    """Return whether a value of the hidden sheet is one that the program writes there."""
    match key:
        case "workbook_id":
            return WORKBOOK_ID.fullmatch(value) is not None
        case "aar":
            return reporting_year(value) > 0
        case "sprog":
            return not value or value in plan.languages
        case "parent":
            return is_stamp(value)
        case "issued_at":
            return not value or to_moment(value) is not None
        case "signature":
            return not value
        case _:  # version and kommune have codes of their own
            return True


def form_version(meta: Mapping[str, str]) -> int:
    """Return the form version the meta names; 0 when it names none."""
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


def sent_cover(
    cover: Mapping[str, tuple[str | None, str]], spoken: SpokenForm
) -> dict[str, tuple[str | None, str]]:
    """Return what of the Forside leaves the kommune; the contact only where it agreed to that.

    What stays is left out and not emptied: an empty field would be missed by a rule.

    Args:
        cover: Field → text and address of its cell.
        spoken: The form in the language of the workbook.
    """
    form = spoken.form
    fields = form.sheet(COVER).fields if form.has_sheet(COVER) else ()
    local = {field.id for field in fields if field.local}
    answer, _ = cover.get("kontakt_sendes", (None, ""))
    labels = form.code_lists["ja_nej"].by_entry(spoken.language)
    if labels.get((answer or "").strip().casefold()) == "ja":
        local -= _CONTACT
    return {name: entry for name, entry in cover.items() if name not in local}


def _value_place(head: SheetHead, name: str, default: tuple[int, int]) -> tuple[int, int]:
    """Return the cell a defined name moved along with, or the place it had from the start."""
    cell = head.names.get(name)
    if cell and cell.is_single:
        return cell.row, cell.column
    return default
