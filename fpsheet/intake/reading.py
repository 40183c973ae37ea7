"""From the bytes of a file to a raw workbook: the stages, one after the other.

This runs in the reading process and knows of the form only what the plan tells.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from fpsheet.intake.column_identity import SheetMap
from fpsheet.intake.core_part import read_saved_at
from fpsheet.intake.forside_reading import judge_meta, read_cover, read_meta
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.listed_sheets import WorkbookPart, read_workbook_part
from fpsheet.intake.marks import NOT_OURS, tell_foreign
from fpsheet.intake.plan import ReadingPlan, SheetPlan
from fpsheet.intake.received_package import Package, judge_package, open_file
from fpsheet.intake.sheets.bulk import open_packed, pack_sheets, read_packed
from fpsheet.intake.sheets.normalise import normalise_sheet
from fpsheet.intake.sheets.number_format import NumberFormats, read_formats
from fpsheet.intake.sheets.scan import SheetScan
from fpsheet.intake.sheets.sheet_reading import FoundSheet, read_sheet
from fpsheet.intake.sheets.sheet_scan import scan_sheet
from fpsheet.intake.survey import Survey, judge_list, judge_survey, survey_workbook
from fpsheet.ooxml.archive import Archive
from fpsheet_validation.raw import RawSheet, RawWorkbook

_DAMAGED_PART = "STR-034"
_DAMAGED_SHEET = "STR-066"


@dataclass(frozen=True)
class _Common:
    """What the sheets of a workbook share.

    Attributes:
        formats: What its formats say of numbers.
        texts: The part with the shared texts as UTF-8; None where there is none.
        has_1904_dates: Dates count from 1904.
    """

    formats: NumberFormats
    texts: bytes | None
    has_1904_dates: bool


@dataclass(frozen=True, slots=True)
class BytesRead:
    """What became of the bytes of a file.

    Attributes:
        raw: The workbook, as far as it can be read; None when there is nothing that can be.
        faults: All faults found.
        archive: The package, opened; None where `raw` is.
    """

    raw: RawWorkbook | None
    faults: tuple[IntakeFinding, ...]
    archive: Archive | None = None


def read_bytes(data: bytes, *, name: str, plan: ReadingPlan) -> BytesRead:
    """Read a file.

    Args:
        data: Its bytes.
        name: Its name without folder.
        plan: What to look for.

    Findings: STR-003 to STR-068, LST-001 to LST-004.
    """
    archive = open_file(data, name=name, limits=plan.limits)
    if isinstance(archive, IntakeFinding):
        return BytesRead(None, tell_foreign(data, (archive,), plan))
    package, faults = judge_package(archive, limits=plan.limits)
    if package is None:
        return BytesRead(None, tell_foreign(archive, faults, plan))
    workbook = read_workbook_part(package)
    if workbook is None:
        return BytesRead(None, (IntakeFinding(_DAMAGED_PART),))
    survey = survey_workbook(package, workbook, plan)
    meta = {} if plan.is_list else read_meta(survey.heads)
    if not (survey.maps or survey.damaged or meta):
        # Whose file it is comes first: nobody cleans a file that is not ours.
        return BytesRead(None, (IntakeFinding("LST-001" if plan.is_list else NOT_OURS),))
    if package.reaching:
        return BytesRead(None, package.reaching)
    sheets, sheet_faults = _read_sheets(package, workbook, survey.maps, plan)
    raw = RawWorkbook(
        sha256=hashlib.sha256(data).hexdigest(),
        name=name,
        meta=meta,
        cover=read_cover(survey.heads, plan),
        sheets=sheets,
        missing=tuple(sheet for sheet in plan.sheets if sheet not in sheets),
        date1904=workbook.has_1904_dates,
        saved_at=read_saved_at(package),
    )
    found = (
        *_judge(survey, meta, plan),
        *((IntakeFinding("STR-062"),) if workbook.has_1904_dates else ()),
        *package.told,
        *sheet_faults,
    )
    return BytesRead(raw, found, archive)


def _judge(survey: Survey, meta: Mapping[str, str], plan: ReadingPlan) -> Iterator[IntakeFinding]:
    if plan.is_list:
        yield from judge_list(survey, plan)
        return
    yield from judge_meta(meta, plan)
    yield from judge_survey(survey, plan, meta)


def _read_sheets(
    package: Package, workbook: WorkbookPart, maps: Mapping[str, SheetMap], plan: ReadingPlan
) -> tuple[dict[str, RawSheet], list[IntakeFinding]]:
    sheets: dict[str, RawSheet] = {}
    faults: dict[str, tuple[IntakeFinding, ...]] = {}
    common = _read_common(package, workbook)
    if common is None:
        return sheets, [_damaged(sheet, place) for sheet, place in maps.items()]
    # What the quick pass does not follow, what the bulk reader fails at and where cells
    # contradict their rows, that is spelled anew.
    for go_through in (_scan_quickly, _spell_anew):
        found = {
            sheet: FoundSheet(plan.sheets[sheet], place, scan)
            for sheet, place in maps.items()
            if sheet not in sheets
            and (scan := go_through(package, common, plan.sheets[sheet], place))
        }
        frames = _read_frames(common, found) if found else {}
        for sheet, frame in frames.items():
            outcome = read_sheet(found[sheet], frame)
            if outcome:
                sheets[sheet], faults[sheet] = outcome
    damaged = [_damaged(sheet, place) for sheet, place in maps.items() if sheet not in sheets]
    ordered = {sheet: sheets[sheet] for sheet in maps if sheet in sheets}
    return ordered, [*damaged, *(fault for sheet in ordered for fault in faults[sheet])]


def _damaged(sheet: str, place: SheetMap) -> IntakeFinding:
    return IntakeFinding(_DAMAGED_SHEET, sheet=sheet, title=place.part.title)


def _read_common(package: Package, workbook: WorkbookPart) -> _Common | None:
    """Read what the sheets share; None where the formats are damaged, since days are not told."""
    styles = package.utf8(workbook.styles) if workbook.styles else None
    texts = package.utf8(workbook.shared_strings) if workbook.shared_strings else None
    formats = read_formats(styles)
    return _Common(formats, texts, workbook.has_1904_dates) if formats else None


def _read_frames(common: _Common, found: Mapping[str, FoundSheet]) -> dict[str, pl.DataFrame]:
    """Read sheets in bulk; those at which the bulk reader fails are left out."""
    reader = open_packed(
        pack_sheets(
            {sheet: each.scan.xml for sheet, each in found.items()},
            shared_strings=common.texts,
            styles=common.formats.plain_part(),
            has_1904_dates=common.has_1904_dates,
        )
    )
    frames = {
        sheet: read_packed(reader, sheet, columns=each.map.columns.values()) if reader else None
        for sheet, each in found.items()
    }
    return {sheet: frame for sheet, frame in frames.items() if frame is not None}


def _scan_quickly(
    package: Package, common: _Common, plan: SheetPlan, place: SheetMap
) -> SheetScan | None:
    return scan_sheet(
        package.utf8(place.part.part) or b"",
        package.prologs[place.part.part],
        header_row=place.header_row,
        columns=plan.kinds(place.columns, place.calculated),
        formats=common.formats.kinds,
    )


def _spell_anew(
    package: Package, common: _Common, plan: SheetPlan, place: SheetMap
) -> SheetScan | None:
    return normalise_sheet(
        package.utf8(place.part.part) or b"",
        header_row=place.header_row,
        columns=plan.kinds(place.columns, place.calculated),
        formats=common.formats.kinds,
    )
