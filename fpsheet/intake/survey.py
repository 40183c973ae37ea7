"""The survey of a workbook: which of its sheets are ours, and what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fpsheet.intake.column_identity import SheetHead, SheetMap, map_sheet
from fpsheet.intake.forside_reading import form_version
from fpsheet.intake.heading import judge_headings, map_headings, map_table
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.listed_sheets import ListedSheet, WorkbookPart, read_tables
from fpsheet.intake.plan import FieldPlan, ReadingPlan, SheetPlan, fold_label
from fpsheet.intake.received_package import Package
from fpsheet.intake.sheets.sheet_xml import DAMAGED, read_texts
from fpsheet.ooxml.address import column_letters
from fpsheet.ooxml.shared_strings import SharedStrings

_ROW_ID = "raekke_id"
_WORKSHEET = " worksheet"
"""How the root of a worksheet part ends: a part of another kind has no rows to read."""

HEAD_ROWS = 64
"""Rows read from a sheet to tell what it is; the Forside ends in row 38, and may be moved down."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found where.

    Attributes:
        heads: Worksheets that could be read at the top, in the order of their tabs.
        maps: Entry sheet identifier → where it is, in the order of the form.
        copies: Worksheets that claim to be an entry sheet found elsewhere.
        damaged: Worksheets with one of our titles whose XML is damaged: (sheet, title).
    """

    heads: tuple[SheetHead, ...]
    maps: Mapping[str, SheetMap]
    copies: tuple[SheetMap, ...]
    damaged: tuple[tuple[str, str], ...]


def survey_workbook(package: Package, workbook: WorkbookPart, plan: ReadingPlan) -> Survey:
    """Look at the top of every worksheet."""
    shared = SharedStrings(
        (package.utf8(workbook.shared_strings) if workbook.shared_strings else None) or b""
    )
    heads, damaged = [], []
    for part in workbook.sheets:
        head = _read_head(package, workbook, part, shared)
        if head:
            heads.append(head)
        else:
            damaged += [(s.id, part.title) for s in plan.sheets.values() if _has_title(s, part)]
    found: dict[str, list[tuple[SheetHead, SheetMap]]] = {sheet: [] for sheet in plan.sheets}
    for head in heads:
        place = _map(head, plan)
        if place:
            found[place.sheet].append((head, place))
    maps, copies = {}, []
    for sheet, claims in found.items():
        claims.sort(key=lambda claim: _doubt(plan.sheets[sheet], *claim))
        places = [place for _, place in claims]
        if places:
            maps[sheet] = places[0]
        copies += places[1:]
    return Survey(tuple(heads), maps, tuple(copies), tuple(damaged))


def _map(head: SheetHead, plan: ReadingPlan) -> SheetMap | None:
    if not plan.is_list:
        return map_sheet(head, plan) or map_table(head, plan)
    places = (map_headings(head, sheet) for sheet in plan.sheets.values())
    return next((place for place in places if place), None)


def judge_list(survey: Survey, plan: ReadingPlan) -> Iterator[IntakeFinding]:
    """Say what is wrong with the headings of a list.

    Findings: LST-002 to LST-004, STR-066.
    """
    for sheet_id, title in survey.damaged:
        yield IntakeFinding("STR-066", sheet=sheet_id, title=title)
    for place in survey.maps.values():
        head = next(head for head in survey.heads if head.part == place.part)
        yield from judge_headings(head, place, plan)


def judge_survey(
    survey: Survey, plan: ReadingPlan, meta: Mapping[str, str]
) -> Iterator[IntakeFinding]:
    """Say what is missing, doubled or renamed.

    Args:
        survey: What was found.
        plan: What to look for.
        meta: What the hidden sheet says: what came after the workbook's version is not missing,
            and nothing of the other country; empty where the sheet is gone.

    Findings: STR-050 to STR-055, STR-066 to STR-069.
    """
    for sheet_id, title in survey.damaged:
        yield IntakeFinding("STR-066", sheet=sheet_id, title=title)
    for copy in survey.copies:
        yield IntakeFinding("STR-052", sheet=copy.sheet, title=copy.part.title)
    version, country = _origin(meta, plan)
    is_inspected = _are_hidden_columns_gone(survey)
    if is_inspected and meta:
        yield IntakeFinding("STR-069", details=(("antal", str(len(survey.maps))),))
    known = {sheet for sheet, _ in survey.damaged}
    for sheet in plan.sheets.values():
        place = survey.maps.get(sheet.id)
        if place:
            yield from _judge_sheet(sheet, place, version, country, is_inspected=is_inspected)
            if place.renamed and version == max(plan.versions):
                yield _judge_renamed(sheet, place)
        elif sheet.id not in known and any(_is_due(f, version, country) for f in sheet.fields):
            yield _judge_absent(survey, sheet)


def _origin(meta: Mapping[str, str], plan: ReadingPlan) -> tuple[int, str]:
    """Return the version and the country of a workbook; 0 and "" where it does not say."""
    return form_version(meta), plan.kommuner.get(meta.get("kommune_kode", ""), "")


def _judge_absent(survey: Survey, sheet: SheetPlan) -> IntakeFinding:
    """Tell a sheet that is gone from one that stands there without what it is known by."""
    for head in survey.heads:
        if _has_title(sheet, head.part):
            return IntakeFinding("STR-067", sheet=sheet.id, title=head.part.title)
    return IntakeFinding("STR-050", sheet=sheet.id)


def _are_hidden_columns_gone(survey: Survey) -> bool:
    """Return whether no sheet has its row ids any more, as Excel's document inspector leaves it."""
    return bool(survey.maps) and all(_ROW_ID not in m.columns for m in survey.maps.values())


def _judge_sheet(
    sheet: SheetPlan, place: SheetMap, version: int, country: str, *, is_inspected: bool
) -> Iterator[IntakeFinding]:
    """Judge one sheet of a workbook of a version and a country."""
    title = place.part.title
    if not _has_title(sheet, place.part):
        yield IntakeFinding("STR-051", sheet=sheet.id, title=title)
    if place.named:
        details = (("antal", str(len(place.named))),)
        yield IntakeFinding("STR-055", sheet=sheet.id, title=title, details=details)
    for field in sheet.fields:
        if field.id in place.duplicated:
            column = column_letters(place.columns[field.id])
            yield IntakeFinding(
                "STR-054", sheet=sheet.id, title=title, column=column, field=field.id
            )
        elif is_inspected and not field.is_everywhere:
            continue
        elif field.id not in place.columns and _is_due(field, version, country):
            yield IntakeFinding("STR-053", sheet=sheet.id, title=title, field=field.id)


def _judge_renamed(sheet: SheetPlan, place: SheetMap) -> IntakeFinding:
    """Name the columns whose heading was changed, those of an older form excepted."""
    letters = ", ".join(column_letters(place.columns[field]) for field in place.renamed)
    details = (("kolonner", letters),)
    return IntakeFinding("STR-068", sheet=sheet.id, title=place.part.title, details=details)


def _is_due(field: FieldPlan, version: int, country: str) -> bool:
    return field.is_of(country) and (not version or field.since <= version)


def _read_head(
    package: Package, workbook: WorkbookPart, part: ListedSheet, shared: SharedStrings
) -> SheetHead | None:
    content, is_whole = package.utf8_start(part.part)
    prolog = package.prologs.get(part.part)
    if prolog and not prolog.root.endswith(_WORKSHEET):
        return None
    try:
        texts = read_texts(content or b"", shared, rows=HEAD_ROWS, is_whole=is_whole)
    except DAMAGED:
        return None
    names = {name: cells for name, cells in workbook.names.items() if cells.title == part.title}
    return SheetHead(part, texts, names, read_tables(package, part.part))


def _has_title(sheet: SheetPlan, part: ListedSheet) -> bool:
    return fold_label(part.title) in sheet.titles


def _doubt(sheet: SheetPlan, head: SheetHead, place: SheetMap) -> tuple[bool, bool]:
    """Order the original before its copies: names and title stay with the original."""
    return not head.named_columns(sheet), not _has_title(sheet, place.part)
