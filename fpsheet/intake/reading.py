"""From the bytes of a file to a raw workbook: the stages, one after the other.

This runs in the reading process and knows of the form only what the plan tells.
"""

import hashlib
from collections.abc import Mapping

from fpsheet.intake.bulk import open_packed, pack_sheets, read_packed
from fpsheet.intake.cover import form_version, judge_meta, read_cover, read_meta
from fpsheet.intake.fault import Fault
from fpsheet.intake.identity import SheetMap
from fpsheet.intake.normalise import normalise_sheet
from fpsheet.intake.package import Package, open_package
from fpsheet.intake.plan import ReadingPlan, SheetPlan
from fpsheet.intake.sheet_reading import FoundSheet, read_sheet
from fpsheet.intake.sheet_scan import scan_sheet
from fpsheet.intake.survey import judge_survey, survey_workbook
from fpsheet.intake.workbook_part import WorkbookPart, read_workbook_part
from fpsheet_validation.raw import RawSheet, RawWorkbook

_DAMAGED_PART = "STR-034"
_DAMAGED_SHEET = "STR-066"


def read_bytes(
    data: bytes, *, name: str, plan: ReadingPlan
) -> tuple[RawWorkbook | None, tuple[Fault, ...]]:
    """Read a file.

    Args:
        data: Its bytes.
        name: Its name without folder.
        plan: What to look for.

    Returns:
        The workbook, as far as it can be read, and all faults found; None when there is nothing
        that can be read.

    Findings: STR-003 to STR-068.
    """
    package, faults = open_package(data, name=name, limits=plan.limits)
    if package is None:
        return None, faults
    workbook = read_workbook_part(package)
    if workbook is None:
        return None, (Fault(_DAMAGED_PART),)
    survey = survey_workbook(package, workbook, plan)
    meta = read_meta(survey.heads)
    if not (survey.maps or survey.damaged or meta):
        return None, (Fault("STR-040"),)
    sheets, sheet_faults = _read_sheets(package, workbook, survey.maps, plan)
    raw = RawWorkbook(
        sha256=hashlib.sha256(data).hexdigest(),
        name=name,
        meta=meta,
        cover=read_cover(survey.heads, plan),
        sheets=sheets,
        missing=tuple(sheet for sheet in plan.sheets if sheet not in sheets),
        date1904=workbook.has_1904_dates,
    )
    return raw, (
        *judge_meta(meta, plan),
        *judge_survey(survey, plan, version=form_version(meta)),
        *((Fault("STR-062"),) if workbook.has_1904_dates else ()),
        *sheet_faults,
    )


def _read_sheets(
    package: Package, workbook: WorkbookPart, maps: Mapping[str, SheetMap], plan: ReadingPlan
) -> tuple[dict[str, RawSheet], list[Fault]]:
    found = {sheet: _scan(package, plan.sheets[sheet], place) for sheet, place in maps.items()}
    scanned = {sheet: each for sheet, each in found.items() if each}
    shared = package.utf8(workbook.shared_strings) if workbook.shared_strings else None
    reader = open_packed(
        pack_sheets(
            {sheet: each.scan.xml for sheet, each in scanned.items()},
            shared_strings=shared,
            styles=package.utf8(workbook.styles) if workbook.styles else None,
            has_1904_dates=workbook.has_1904_dates,
        )
    )
    sheets: dict[str, RawSheet] = {}
    faults: list[Fault] = []
    for sheet, place in maps.items():
        each = scanned.get(sheet)
        columns = place.columns.values()
        frame = read_packed(reader, sheet, columns=columns) if reader and each else None
        if each is None or frame is None:
            faults.append(Fault(_DAMAGED_SHEET, sheet=sheet, title=place.part.title))
            continue
        sheets[sheet], own = read_sheet(each, frame)
        faults += own
    return sheets, faults


def _scan(package: Package, plan: SheetPlan, place: SheetMap) -> FoundSheet | None:
    """Go through one sheet, the quick way where its spelling allows; None when it is damaged."""
    content = package.utf8(place.part.part) or b""
    prolog = package.prologs[place.part.part]
    columns = plan.kinds(place.columns, place.calculated)
    scan = scan_sheet(
        content,
        prolog,
        header_row=place.header_row,
        columns=columns,
    ) or normalise_sheet(content, header_row=place.header_row, columns=columns)
    return FoundSheet(plan, place, scan) if scan else None
