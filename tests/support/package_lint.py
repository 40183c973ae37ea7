"""The rules by which Excel decides whether to offer a repair, as far as they are known.

No Excel runs in the tests; these are its documented limits and the causes of "We found a problem
with some content" that its users and the writers of files have met. `lint_package` names every
breach of a package; an empty answer is what a workbook must give.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tests.support.formula_lint import lint_formula
from tests.support.part_lint import MAIN, OFFICE_ID, Parts, lint_parts, shared_strings
from tests.support.sheet_lint import SheetSetting, lint_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BAD_TITLE: Final = re.compile(r"[\[\]:*?/\\]|^'|'$|^$")
_NAME: Final = re.compile(r"[^\W\d][\w.\\?]*")
_ADDRESS: Final = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|[RC]", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"![$A-Z0-9]+:[$A-Z0-9]+$")
_SHEET_OF: Final = re.compile(r"(?:'((?:[^']|'')+)'|([\w.]+))!")


def lint_package(data: bytes) -> tuple[str, ...]:
    """Return every breach of a workbook, each as `part: what`; empty for a sound one."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        content = {name: archive.read(name) for name in names}
    problems = [f"{name}: part stands twice" for name, n in Counter(names).items() if n > 1]
    trees = {}
    for name in names:
        if name.endswith((".xml", ".rels")):
            try:
                trees[name] = ET.fromstring(content[name])
            except ET.ParseError as error:
                problems.append(f"{name}: {error}")
    if problems:
        return tuple(problems)
    parts = Parts(content, trees)
    problems.extend(lint_parts(parts))
    problems.extend(_lint_workbook(parts))
    problems.extend(_lint_chain(parts))
    problems.extend(_lint_styles(parts))
    return tuple(problems)


def _lint_workbook(parts: Parts) -> Iterator[str]:
    part = "xl/workbook.xml"
    tree = parts.trees[part]
    relations = parts.relations(part)
    sheets = list(tree.iter(f"{MAIN}sheet"))
    titles = [sheet.get("name", "") for sheet in sheets]
    for title in titles:
        if len(title) > 31 or _BAD_TITLE.search(title):  # Excel's limit
            yield f"{part}: the sheet name {title!r} is not allowed"
    yield from _twice(part, "sheet name", [title.casefold() for title in titles])
    yield from _twice(part, "sheet id", [sheet.get("sheetId") for sheet in sheets])
    if all(sheet.get("state", "visible") != "visible" for sheet in sheets):
        yield f"{part}: no sheet can be seen"
    names = _defined_names(tree)
    yield from _lint_names(part, tree, titles)
    yield from _lint_views(parts, tree, sheets)
    styles = parts.trees["xl/styles.xml"]
    setting = SheetSetting(
        titles=titles,
        names=names,
        wide=_wide_names(tree),
        formats=len(styles.findall(f"{MAIN}cellXfs/{MAIN}xf")),
        marks=len(styles.findall(f"{MAIN}dxfs/{MAIN}dxf")),
        strings=shared_strings(parts),
    )
    tables: list[ET.Element] = []
    for sheet in sheets:
        name = relations[sheet.get(OFFICE_ID, "")][1]
        own = [parts.trees[target] for target in parts.of_kind(name, "table")]
        tables.extend(own)
        found = lint_sheet(parts.trees[name], own, setting)
        yield from (f"{name}: {problem}" for problem in found)
    yield from _lint_tables(tables, names)


def _lint_views(parts: Parts, tree: ET.Element, sheets: list[ET.Element]) -> Iterator[str]:
    """One sheet is in front, and it alone is chosen: what is typed goes to every chosen one."""
    part = "xl/workbook.xml"
    view = tree.find(f"{MAIN}bookViews/{MAIN}workbookView")
    front = int(view.get("activeTab", "0")) if view is not None else 0
    if not 0 <= front < len(sheets) or sheets[front].get("state", "visible") != "visible":
        yield f"{part}: the sheet in front cannot be seen"
    for number, sheet in enumerate(sheets):
        name = parts.relations(part)[sheet.get(OFFICE_ID, "")][1]
        own = parts.trees[name].find(f"{MAIN}sheetViews/{MAIN}sheetView")
        chosen = own is not None and own.get("tabSelected") in {"1", "true"}
        if chosen and number != front:
            yield f"{name}: is chosen beside the sheet in front"


def _lint_chain(parts: Parts) -> Iterator[str]:
    """A calculation chain names cells with formulas, or Excel drops it as broken."""
    part = "xl/calcChain.xml"
    if part not in parts.trees:
        return
    book = parts.trees["xl/workbook.xml"]
    files = {e.get("sheetId"): e.get(OFFICE_ID, "") for e in book.iter(f"{MAIN}sheet")}
    relations = parts.relations("xl/workbook.xml")
    formulas = {
        key: {
            cell.get("r")
            for cell in parts.trees[relations[own][1]].iter(f"{MAIN}c")
            if cell.find(f"{MAIN}f") is not None
        }
        for key, own in files.items()
    }
    sheet = None
    for cell in parts.trees[part]:
        sheet = cell.get("i", sheet)
        if cell.get("r") not in formulas.get(sheet, set()):
            yield f"{part}: {cell.get('r')} of sheet {sheet} holds no formula"


def _defined_names(tree: ET.Element) -> frozenset[str]:
    return frozenset(e.get("name", "").casefold() for e in tree.iter(f"{MAIN}definedName"))


def _wide_names(tree: ET.Element) -> frozenset[str]:
    elements = tree.iter(f"{MAIN}definedName")
    return frozenset(
        e.get("name", "").casefold() for e in elements if _SEVERAL.search(e.text or "")
    )


def _lint_names(part: str, tree: ET.Element, titles: list[str]) -> Iterator[str]:
    elements = list(tree.iter(f"{MAIN}definedName"))
    names = _defined_names(tree)
    places = [(e.get("localSheetId"), e.get("name", "").casefold()) for e in elements]
    yield from _twice(part, "defined name", places)
    for element in elements:
        name, text = element.get("name", ""), element.text or ""
        if not 0 <= int(element.get("localSheetId", "0")) < len(titles):
            yield f"{part}: the name {name} is of a sheet that is missing"
        if name.startswith("_xlnm."):
            if name != "_xlnm.Print_Titles":  # rows and columns only: '$1:$3'
                yield from (f"{part}: {name}: {problem}" for problem in lint_formula(text, names))
            continue
        if not _NAME.fullmatch(name) or _ADDRESS.fullmatch(name) or len(name) > 255:
            yield f"{part}: the name {name} is not allowed"
        if not text or text.startswith("="):
            yield f"{part}: the name {name} refers to nothing"
        for quoted, plain in _SHEET_OF.findall(text):
            if (quoted.replace("''", "'") or plain) not in titles:
                yield f"{part}: the name {name} refers to a sheet that is missing"
        yield from (f"{part}: {name}: {problem}" for problem in lint_formula(text, names))


def _lint_tables(tables: list[ET.Element], names: frozenset[str]) -> Iterator[str]:
    part = "tables"
    yield from _twice(part, "table id", [table.get("id") for table in tables])
    labels = [table.get("displayName", "").casefold() for table in tables]
    yield from _twice(part, "table name", labels)
    for table in tables:
        name = table.get("displayName", "")
        if not _NAME.fullmatch(name) or _ADDRESS.fullmatch(name):
            yield f"{part}: the table name {name} is not allowed"
        if name.casefold() in names:
            yield f"{part}: {name} is also a defined name"
        for column in table.iter(f"{MAIN}tableColumn"):
            if len(column.get("name", "")) > 255:
                yield f"{part}: {name} has a heading that is too long"


def _lint_styles(parts: Parts) -> Iterator[str]:
    part = "xl/styles.xml"
    tree = parts.trees[part]
    counts = {
        "fontId": len(tree.findall(f"{MAIN}fonts/{MAIN}font")),
        "fillId": len(tree.findall(f"{MAIN}fills/{MAIN}fill")),
        "borderId": len(tree.findall(f"{MAIN}borders/{MAIN}border")),
        "xfId": len(tree.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")),
    }
    limits = {"fonts": 1024, "fills": 65_000, "borders": 65_000, "cellXfs": 65_490, "numFmts": 200}
    for group, limit in limits.items():
        if len(tree.findall(f"{MAIN}{group}/*")) > limit:
            yield f"{part}: more than {limit} {group}"
    for own in tree.findall(f"{MAIN}numFmts/{MAIN}numFmt"):
        if not 0 < len(own.get("formatCode", "")) <= 255:
            yield f"{part}: a number format is too long or empty"
    custom = {int(e.get("numFmtId", "0")) for e in tree.findall(f"{MAIN}numFmts/{MAIN}numFmt")}
    for number, xf in enumerate(tree.findall(f"{MAIN}cellXfs/{MAIN}xf")):
        for attribute, count in counts.items():
            if int(xf.get(attribute, "0")) >= count:
                yield f"{part}: format {number} has an unknown {attribute}"
        code = int(xf.get("numFmtId", "0"))
        if code >= 164 and code not in custom:  # Excel's own formats end at 163
            yield f"{part}: format {number} has an unknown number format"


def _twice(part: str, what: str, values: Sequence[object]) -> Iterator[str]:
    for value, count in Counter(map(str, values)).items():
        if count > 1:
            yield f"{part}: the {what} {value} stands twice"
