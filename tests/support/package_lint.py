"""The rules by which Excel decides whether to offer a repair, as far as they are known.

No Excel runs in the tests; these are its documented limits and the causes of "We found a problem
with some content" that its users and the writers of files have met. `lint_package` names every
breach of a package; an empty answer is what a workbook must give.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tests.support.formula_lint import lint_formula
from tests.support.sheet_lint import lint_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
OFFICE_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_BAD_TITLE: Final = re.compile(r"[\[\]:*?/\\]|^'|'$|^$")
_NAME: Final = re.compile(r"[^\W\d][\w.\\?]*")
_ADDRESS: Final = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|[RC]", re.IGNORECASE)
_SHEET_OF: Final = re.compile(r"(?:'((?:[^']|'')+)'|([\w.]+))!")


@dataclass(frozen=True, slots=True)
class Parts:
    """A package taken apart.

    Attributes:
        content: Part name to bytes.
        trees: Part name to root, for the XML parts.
    """

    content: dict[str, bytes]
    trees: dict[str, ET.Element]

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Give relation id to (kind, part name) of a part."""
        folder, _, name = part.rpartition("/")
        tree = self.trees.get(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found = {}
        for element in tree.iter(RELATION) if tree is not None else ():
            target = element.get("Target", "")
            base = "" if target.startswith("/") else dirname(part)
            path = normpath(f"{base}/{target}").lstrip("/")
            found[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], path)
        return found


def lint_package(data: bytes) -> tuple[str, ...]:
    """Give every breach of a workbook, each as `part: what`; empty for a sound one."""
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
    problems.extend(_lint_types(parts))
    problems.extend(_lint_relations(parts))
    problems.extend(_lint_workbook(parts))
    problems.extend(_lint_styles(parts))
    return tuple(problems)


def _lint_types(parts: Parts) -> Iterator[str]:
    tree = parts.trees.get("[Content_Types].xml")
    if tree is None:
        yield "[Content_Types].xml: missing"
        return
    defaults = {element.get("Extension") for element in tree.iter(f"{TYPES}Default")}
    overrides = [element.get("PartName", "")[1:] for element in tree.iter(f"{TYPES}Override")]
    for name in parts.content:
        is_known = name in overrides or name.rsplit(".", 1)[-1] in defaults
        if not is_known and name != "[Content_Types].xml":
            yield f"{name}: has no content type"
    for name, count in Counter(overrides).items():
        if name not in parts.content:
            yield f"{name}: has a content type but is missing"
        if count > 1:
            yield f"{name}: has two content types"


def _lint_relations(parts: Parts) -> Iterator[str]:
    for name, tree in parts.trees.items():
        if not name.endswith(".rels"):
            continue
        ids = Counter(element.get("Id") for element in tree.iter(RELATION))
        yield from (f"{name}: relation {key} stands twice" for key, n in ids.items() if n > 1)
        owner = name.replace("_rels/", "").removesuffix(".rels")
        for element in tree.iter(RELATION):
            if element.get("TargetMode") == "External":
                yield f"{name}: external relation"
        for kind, target in parts.relations(owner).values():
            if target not in parts.content:
                yield f"{name}: {kind} points at {target}, which is missing"


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
    styles = parts.trees["xl/styles.xml"]
    formats = len(styles.findall(f"{MAIN}cellXfs/{MAIN}xf"))
    marks = len(styles.findall(f"{MAIN}dxfs/{MAIN}dxf"))
    tables: list[ET.Element] = []
    for sheet in sheets:
        name = relations[sheet.get(OFFICE_ID, "")][1]
        own = [
            parts.trees[target]
            for kind, target in parts.relations(name).values()
            if kind == "table"
        ]
        tables.extend(own)
        found = lint_sheet(
            parts.trees[name], own, titles=titles, names=names, formats=formats, marks=marks
        )
        yield from (f"{name}: {problem}" for problem in found)
    yield from _lint_tables(tables, names)


def _defined_names(tree: ET.Element) -> frozenset[str]:
    return frozenset(e.get("name", "").casefold() for e in tree.iter(f"{MAIN}definedName"))


def _lint_names(part: str, tree: ET.Element, titles: list[str]) -> Iterator[str]:
    elements = list(tree.iter(f"{MAIN}definedName"))
    names = _defined_names(tree)
    places = [(e.get("localSheetId"), e.get("name", "").casefold()) for e in elements]
    yield from _twice(part, "defined name", places)
    for element in elements:
        name, text = element.get("name", ""), element.text or ""
        if name.startswith("_xlnm."):
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


def _lint_styles(parts: Parts) -> Iterator[str]:
    part = "xl/styles.xml"
    tree = parts.trees[part]
    counts = {
        "fontId": len(tree.findall(f"{MAIN}fonts/{MAIN}font")),
        "fillId": len(tree.findall(f"{MAIN}fills/{MAIN}fill")),
        "borderId": len(tree.findall(f"{MAIN}borders/{MAIN}border")),
        "xfId": len(tree.findall(f"{MAIN}cellStyleXfs/{MAIN}xf")),
    }
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
