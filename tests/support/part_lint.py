"""What Excel demands of the parts around the sheets: types, relations, comments, drawings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
OFFICE_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"

_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_KINDS: Final = {
    "worksheet": f"{_SHEET_TYPE}worksheet+xml",
    "table": f"{_SHEET_TYPE}table+xml",
    "styles": f"{_SHEET_TYPE}styles+xml",
    "sharedStrings": f"{_SHEET_TYPE}sharedStrings+xml",
    "comments": f"{_SHEET_TYPE}comments+xml",
    "calcChain": f"{_SHEET_TYPE}calcChain+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
    "extended-properties": (
        "application/vnd.openxmlformats-officedocument.extended-properties+xml"
    ),
    "custom-properties": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}
"""Kind of relation to the content type of what it points at."""

_LONGEST_TEXT: Final = 32_767
_LONGEST_ADDRESS: Final = 2_083
_IGNORABLE: Final = re.compile(rb'\bIgnorable="([^"]*)"')


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
        """Return relation id to (kind, part name) of a part, those that point inside."""
        folder, _, name = part.rpartition("/")
        tree = self.trees.get(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found = {}
        for element in tree.iter(RELATION) if tree is not None else ():
            if element.get("TargetMode") == "External":
                continue
            target = element.get("Target", "")
            base = "" if target.startswith("/") else dirname(part)
            path = normpath(f"{base}/{target}").lstrip("/")
            found[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], path)
        return found

    def of_kind(self, part: str, kind: str) -> list[str]:
        """Return the parts that a part points at by relations of a kind."""
        return [path for own, path in self.relations(part).values() if own == kind]


def lint_parts(parts: Parts) -> Iterator[str]:
    """Return every breach of the parts around the sheets, each as `part: what`."""
    yield from _lint_names(parts)
    yield from _lint_types(parts)
    yield from _lint_relations(parts)
    yield from _lint_prefixes(parts)
    for name in parts.content:
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            yield from _lint_comments(parts, name)
            yield from _lint_drawing(parts, name)


def shared_strings(parts: Parts) -> list[str]:
    """Return the texts that cells point at by number."""
    tree = parts.trees.get("xl/sharedStrings.xml")
    items = tree.findall(f"{MAIN}si") if tree is not None else []
    return ["".join(text.text or "" for text in item.iter(f"{MAIN}t")) for item in items]


def _lint_names(parts: Parts) -> Iterator[str]:
    folded = Counter(name.casefold() for name in parts.content)
    for name in parts.content:
        if folded[name.casefold()] > 1:
            yield f"{name}: another part differs by capitals only"
        if "\\" in name or name.startswith("/") or name.endswith("/"):
            yield f"{name}: is no name of a part"


def _lint_types(parts: Parts) -> Iterator[str]:
    tree = parts.trees.get("[Content_Types].xml")
    if tree is None:
        yield "[Content_Types].xml: missing"
        return
    defaults = [e.get("Extension", "").casefold() for e in tree.iter(f"{TYPES}Default")]
    overrides = [element.get("PartName", "")[1:] for element in tree.iter(f"{TYPES}Override")]
    for name in parts.content:
        is_known = name in overrides or name.rsplit(".", 1)[-1].casefold() in defaults
        if not is_known and name != "[Content_Types].xml":
            yield f"{name}: has no content type"
    for name, count in Counter(overrides).items():
        if name not in parts.content:
            yield f"{name}: has a content type but is missing"
        if count > 1:
            yield f"{name}: has two content types"
    for extension, count in Counter(defaults).items():
        if count > 1:
            yield f"[Content_Types].xml: the extension {extension} stands twice"


def _content_type(parts: Parts, name: str) -> str:
    tree = parts.trees["[Content_Types].xml"]
    for element in tree.iter(f"{TYPES}Override"):
        if element.get("PartName") == f"/{name}":
            return element.get("ContentType", "")
    for element in tree.iter(f"{TYPES}Default"):
        if element.get("Extension") == name.rsplit(".", 1)[-1]:
            return element.get("ContentType", "")
    return ""


def _lint_relations(parts: Parts) -> Iterator[str]:
    for name, tree in parts.trees.items():
        if not name.endswith(".rels"):
            continue
        ids = Counter(element.get("Id") for element in tree.iter(RELATION))
        yield from (f"{name}: relation {key} stands twice" for key, n in ids.items() if n > 1)
        owner = name.replace("_rels/", "").removesuffix(".rels")
        if owner and owner not in parts.content:
            yield f"{name}: its part is missing"
        for element in tree.iter(RELATION):
            if element.get("TargetMode") == "External":
                yield f"{name}: external relation"
        yield from _lint_targets(parts, name, owner)
        if owner in parts.trees:
            asked = set(re.findall(rb'\br:id="([^"]*)"', parts.content[owner]))
            for key in asked - {str(one).encode() for one in ids}:
                yield f"{owner}: asks for relation {key.decode()}, which is missing"


def _lint_targets(parts: Parts, name: str, owner: str) -> Iterator[str]:
    if "[Content_Types].xml" not in parts.trees:
        return
    for kind, target in parts.relations(owner).values():
        if target not in parts.content:
            yield f"{name}: {kind} points at {target}, which is missing"
        elif kind in _KINDS and _content_type(parts, target) != _KINDS[kind]:
            yield f"{target}: its content type is not that of {kind}"


def _lint_prefixes(parts: Parts) -> Iterator[str]:
    for name in parts.trees:
        data = parts.content[name]
        for found in _IGNORABLE.findall(data):
            for prefix in found.split():
                if b"xmlns:" + prefix + b"=" not in data:
                    yield f"{name}: ignores the prefix {prefix.decode()}, which is not declared"


def _lint_comments(parts: Parts, sheet: str) -> Iterator[str]:
    for name in parts.of_kind(sheet, "comments"):
        tree = parts.trees[name]
        authors = len(tree.findall(f"{MAIN}authors/{MAIN}author"))
        places = [comment.get("ref") for comment in tree.iter(f"{MAIN}comment")]
        if len(set(places)) != len(places):
            yield f"{name}: two comments in one cell"
        for comment in tree.iter(f"{MAIN}comment"):
            if int(comment.get("authorId", "-1")) not in range(authors):
                yield f"{name}: a comment of nobody"
            text = "".join(part.text or "" for part in comment.iter(f"{MAIN}t"))
            if len(text) > _LONGEST_TEXT:
                yield f"{name}: a comment is too long"
        shown = parts.trees[sheet].find(f"{MAIN}legacyDrawing")
        # A sheet can have another such drawing: the pictures of its header.
        link = "" if shown is None else shown.get(OFFICE_ID, "")
        kind, drawing = parts.relations(sheet).get(link, ("", ""))
        if kind != "vmlDrawing":
            yield f"{sheet}: has comments that no drawing shows"
        elif parts.content[drawing].count(b"<x:ClientData") < len(places):
            yield f"{drawing}: has fewer shapes than there are comments"


def _lint_drawing(parts: Parts, sheet: str) -> Iterator[str]:
    titles = {e.get("name") for e in parts.trees["xl/workbook.xml"].iter(f"{MAIN}sheet")}
    for drawing in parts.of_kind(sheet, "drawing"):
        for chart in parts.of_kind(drawing, "chart"):
            ids = [axis.get("val") for axis in parts.trees[chart].iter(f"{CHART}axId")]
            if any(count < 2 for count in Counter(ids).values()):
                yield f"{chart}: an axis that is named but not there"
            for reference in parts.trees[chart].iter(f"{CHART}f"):
                place = re.fullmatch(r"(?:'((?:[^']|'')+)'|([\w.]+))!.+", reference.text or "")
                title = place and (place[1] or place[2] or "").replace("''", "'")
                if title not in titles:
                    yield f"{chart}: shows {reference.text}, which is not there"
