"""Upgrading a workbook: the kommune's own file, with the form's parts of it made new."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from fpsheet.ooxml.archive import Archive, open_archive
from fpsheet.ooxml.own_style import styles_name
from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    Element,
    Parts,
    add_part,
    add_relation,
    drop_part,
    drop_relation,
    free_name,
    parse,
    relations_of,
    serialise,
)
from fpsheet.ooxml.print_area import filled_rows, fit_print_areas, sheets_of
from fpsheet.ooxml.shared_strings import SharedStrings, shared_strings
from fpsheet.ooxml.sheet_part import SheetPart
from fpsheet.ooxml.workbook_part import SheetEntry, list_sheets, workbook_name
from fpsheet.upgrade.copied_style import append_styles, shift_styles
from fpsheet.upgrade.entry_renewal import (
    EntryRenewal,
    ForeignColumn,
    FreshColumn,
    Renaming,
    refuse,
)
from fpsheet.upgrade.grid import cells_of, put_text, text_of
from fpsheet.upgrade.printing import add_areas, take_areas, widen_pages
from fpsheet.workbook.build import build_issue
from fpsheet.workbook.calculation.kept_results import renew_results, stored_day
from fpsheet.workbook.issue import Issue
from fpsheet_templates.form import Form, Sheet, SheetKind
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.raw import RawWorkbook

_ROW = f"{{{MAIN}}}row"
_ENTRY_LETTER = 3
_RELATION_ID = f"{{{DOCUMENT_RELATION}}}id"
_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """An upgraded workbook.

    Attributes:
        data: Its bytes.
        fresh: Columns that are new.
        renamed: Headings that changed.
        own_sheets: Number of sheets that the caseworker added, which are as they were.
        foreign: Columns of the other country, which were out of sight.
    """

    data: bytes
    fresh: tuple[FreshColumn, ...]
    renamed: tuple[Renaming, ...]
    own_sheets: int
    foreign: tuple[ForeignColumn, ...] = ()


def upgrade_workbook(archive: Archive, raw: RawWorkbook, form: Form) -> Upgraded:
    """Lift a workbook to the newest form.

    The file is changed part by part: what was typed, and columns, sheets, comments, colours
    and filters that the caseworker added, are not touched.

    Args:
        archive: The file, found safe by the intake.
        raw: What the intake read in it.
        form: The newest form.

    Raises:
        WorkbookFileError: A sheet of ours is missing, or stands otherwise than it can be lifted.
    """
    parts = Parts(archive)
    entries = list_sheets(parts)
    places = _find_sheets(entries, raw, form)
    issue = _issue_of(raw, form, {sheet: entry.title for sheet, entry in places.items()})
    day = stored_day(parts)
    blank = Parts(open_archive(build_issue(issue, premade=1)))
    blank_book = parse(blank[workbook_name(blank)])
    renewed = _RenewedSheets(parts, places, issue, raw, read_names(blank_book))
    renewed.renew(blank)
    book = parse(parts[workbook_name(parts)])
    renew_names(book, renewed.names, form)
    ends = {raw.sheets[new.sheet].title: new.letter for new in renewed.fresh}
    fit_print_areas(book, sheets_of(parts), filled=filled_rows(raw), letters=ends)
    _renew_printing(book, blank_book, parts, {each.title for each in places.values()}, raw)
    _finish_workbook(parts, book)
    renew_results(parts, day=day)
    return Upgraded(
        data=parts.to_bytes(),
        fresh=tuple(renewed.fresh),
        renamed=tuple(renewed.renamed),
        own_sheets=sum(entry not in places.values() for entry in entries),
        foreign=tuple(renewed.foreign),
    )


@dataclass(frozen=True, slots=True)
class _RenewedSheets:
    """Our sheets in a workbook, and what becomes of them when they are renewed.

    Attributes:
        parts: The package; changed in place.
        places: Sheet of the form → where it stands.
        issue: The issue, of the newest form and with the names that the tabs have.
        raw: What the intake read.
        names: Name → reference, hidden; those of a blank workbook at first.
        fresh: Columns that are new.
        renamed: Headings that changed.
        foreign: Columns of the other country.
    """

    parts: Parts
    places: Mapping[str, SheetEntry]
    issue: Issue
    raw: RawWorkbook
    names: dict[str, tuple[str, bool]]
    fresh: list[FreshColumn] = field(default_factory=list)
    renamed: list[Renaming] = field(default_factory=list)
    foreign: list[ForeignColumn] = field(default_factory=list)

    def renew(self, blank: Parts) -> None:
        """Renew every sheet after that of a blank workbook."""
        offsets = append_styles(self.parts, blank[styles_name(blank)])
        shared = shared_strings(self.parts)
        for entry in list_sheets(blank):
            sheet = _sheet_of(entry.title, self.issue)
            ours = parse(blank[entry.part])
            shift_styles(ours, offsets)
            part = self.places[sheet.id].part
            if sheet.kind is SheetKind.ENTRY:
                own = self.raw.sheets[sheet.id]
                renewal = EntryRenewal(self.parts, part, self.issue, sheet, own, shared)
                self._renew_entry(renewal, ours)
            else:
                cover = self.raw if sheet.kind is SheetKind.COVER else None
                _take_drawing(self.parts, part, ours, (blank, entry.part))
                _replace_sheet(self.parts, part, ours, cover)

    def _renew_entry(self, renewal: EntryRenewal, ours: Element) -> None:
        placement, renamed = renewal.run(ours)
        sheet, columns = renewal.sheet.id, placement.layout
        self.fresh.extend(FreshColumn(sheet, n, columns[n].letter) for n in placement.fresh)
        self.renamed.extend(renamed)
        self.foreign.extend(ForeignColumn(sheet, columns[n].letter, n) for n in renewal.foreign())
        self.foreign.extend(ForeignColumn(sheet, letter) for letter in placement.free)
        self.names.update({name: (to, not shown) for name, to, shown in columns.names()})


def language_of(raw: RawWorkbook, form: Form) -> str:
    """Return the language of a workbook; Danish where it names none that there is."""
    language = raw.meta.get("sprog", "da")
    return language if language in form.texts.languages() else "da"


def _find_sheets(
    entries: tuple[SheetEntry, ...], raw: RawWorkbook, form: Form
) -> dict[str, SheetEntry]:
    """Return sheet of the form → sheet of the workbook, entry sheets by what the intake found."""
    by_title = {entry.title: entry for entry in entries}
    found: dict[str, SheetEntry] = {}
    for sheet in form.sheets:
        titles = [form.sheet_title(sheet.id, language) for language in form.texts.languages()]
        if sheet.id in raw.sheets:
            titles = [raw.sheets[sheet.id].title]
        entry = next((by_title[title] for title in titles if title in by_title), None)
        if entry is None:
            title = form.sheet_title(sheet.id, language_of(raw, form))
            raise refuse(SpokenForm(form, language_of(raw, form)), "no_sheet", ark=title)
        found[sheet.id] = entry
    return found


def _issue_of(raw: RawWorkbook, form: Form, titles: Mapping[str, str]) -> Issue:
    meta = raw.meta
    try:
        issued_at = datetime.fromisoformat(meta.get("issued_at", ""))
    except ValueError:
        issued_at = datetime(int(meta["aar"]), 1, 1, tzinfo=UTC)
    kommune = form.kommuner[meta["kommune_kode"]]
    return Issue(
        form=form.in_country(kommune.jurisdiction, kept=_filled_fields(raw)),
        kommune=kommune,
        aar=int(meta["aar"]),
        language=language_of(raw, form),
        workbook_id=meta["workbook_id"],
        issued_at=issued_at if issued_at.tzinfo else issued_at.replace(tzinfo=UTC),
        parent=meta.get("parent", ""),
        titles=titles,
    )


def _filled_fields(raw: RawWorkbook) -> dict[str, frozenset[str]]:
    """Return the fields of each sheet with something in some row, be it unreadable."""
    return {
        name: frozenset(
            field
            for field in sheet.columns
            if sheet.frame[field].count() or any(field == said for _, said in sheet.kinds)
        )
        for name, sheet in raw.sheets.items()
    }


def _sheet_of(title: str, issue: Issue) -> Sheet:
    return next(sheet for sheet in issue.form.sheets if issue.title(sheet.id) == title)


def _take_drawing(parts: Parts, part: str, ours: Element, blank: tuple[Parts, str]) -> None:
    """Bring the drawing of a sheet of ours with its charts, where the sheet has none yet."""
    mark = ours.find(f"{{{MAIN}}}drawing")
    if mark is None:
        return
    if parse(parts[part]).find(f"{{{MAIN}}}drawing") is not None:
        ours.remove(mark)
        return
    source, sheet = blank
    (drawing,) = (r for r in relations_of(source, sheet) if r.kind == "drawing")
    content = source[drawing.target]
    name = _copy_part(parts, source, drawing.target, content_type=_DRAWING)
    for chart in relations_of(source, drawing.target):
        copied = _copy_part(parts, source, chart.target, content_type=_CHART)
        own = add_relation(parts, name, kind="chart", target=copied)
        content = content.replace(f'"{chart.id}"'.encode(), f'"{own}"'.encode())
    parts.write(name, content)
    mark.set(_RELATION_ID, add_relation(parts, part, kind="drawing", target=name))


def _copy_part(parts: Parts, source: Parts, name: str, *, content_type: str) -> str:
    """Copy a part under the first number that is free; return its name."""
    free = free_name(parts, re.sub(r"[0-9]+(?=\.xml$)", "{}", name))
    add_part(parts, free, source[name], content_type=content_type)
    return free


def _replace_sheet(parts: Parts, part: str, ours: Element, raw: RawWorkbook | None) -> None:
    """Replace a sheet of ours by its new version; what was typed on the cover goes in."""
    old = parse(parts[part])
    new = SheetPart(part, ours, b"")
    if raw is not None:
        _fill_cover(ours, raw)
    # The view as it was left: of two selected sheets, what is typed goes to both.
    view = ours.find(f"{{{MAIN}}}sheetViews")
    views = old.find(f"{{{MAIN}}}sheetViews")
    if views is not None:
        if view is not None:
            ours.remove(view)
        new.insert(views)
    for tag in ("drawing", "legacyDrawing"):
        for child in old.findall(f"{{{MAIN}}}{tag}"):
            new.insert(child)
    parts.write(part, serialise(ours))


def _fill_cover(ours: Element, raw: RawWorkbook) -> None:
    for row in ours.iter(_ROW):
        cells = cells_of(row)
        identity = text_of(cells[1], SharedStrings()) if 1 in cells else ""
        text, _ = raw.cover.get(identity.partition(".")[2], (None, ""))
        if identity.startswith("forside.") and text is not None and _ENTRY_LETTER in cells:
            put_text(cells[_ENTRY_LETTER], text)


def _finish_workbook(parts: Parts, book: Element) -> None:
    """Write the workbook part; the spreadsheet program calculates everything when it opens."""
    name = workbook_name(parts)
    calculation = book.find(f"{{{MAIN}}}calcPr")
    if calculation is not None:
        calculation.set("fullCalcOnLoad", "1")
    parts.write(name, serialise(book))
    for relation in relations_of(parts, name):
        if relation.kind == "calcchain" and relation.target in parts:
            drop_part(parts, relation.target)
            drop_relation(parts, name, relation.id)


def _renew_printing(
    book: Element, blank: Element, parts: Parts, titles: AbstractSet[str], raw: RawWorkbook
) -> None:
    """Print the sheets of ours as a blank workbook does, with the rows that are filled.

    Args:
        book: The workbook part; changed in place.
        blank: That of a blank workbook.
        parts: The package; its sheets are changed.
        titles: Names on the tabs of our sheets.
        raw: What the intake read.
    """
    entry = {sheet.title for sheet in raw.sheets.values()}
    take_areas(book, blank, titles - entry)
    found = {each.title: each.part for each in list_sheets(parts) if each.title in entry}
    add_areas(book, parts, found)
    widen_pages(book, parts, found)
    fit_print_areas(book, sheets_of(parts), filled=filled_rows(raw))


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
