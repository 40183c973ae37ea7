"""The parts of a package, changed one by one; what is not touched stays as it was."""

import posixpath
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast
from urllib.parse import unquote
from xml.etree.ElementTree import ParseError
from zipfile import ZipInfo

from lxml import etree

from fpsheet.ooxml.archive import Archive, DamagedPackageError
from fpsheet.ooxml.prolog import as_utf8
from fpsheet.ooxml.relation import PackageRelation, read_rels, rels_name
from fpsheet.ooxml.zip_file import PackedPart, join_parts, pack_part, packed_part

T = TypeVar("T")
Element = etree._Element  # noqa: SLF001 - lxml has no public name for its element type

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CONTENT_TYPES = "[Content_Types].xml"
PREFIX = rb"(?:[^\s<>/:&\"'=!?]+:)?"
"""What may stand before the name in a tag (spelling of a regular expression)."""


@dataclass(slots=True)
class Parts:
    """A package being edited: the one object of this program that is changed in place.

    Attributes:
        archive: The package as it was received; it is never changed.
        changed: Part name → new content.
        removed: Names of parts taken out.
    """

    archive: Archive
    changed: dict[str, bytes] = field(default_factory=dict[str, bytes])
    removed: set[str] = field(default_factory=set[str])
    _names: Mapping[str, str] = field(init=False)
    _unpacked: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _read: dict[tuple[str, object], tuple[bytes, object]] = field(
        default_factory=dict[tuple[str, object], tuple[bytes, object]]
    )

    def __post_init__(self) -> None:
        """List the parts; each is unpacked when it is asked for."""
        self._names = {fold_name(name): name for name in self.archive.entries}

    def spelled(self, name: str) -> str:
        """Return the name of a part as the zip spells it; a part that is not in it, as given."""
        return self._names.get(fold_name(name), name)

    def __contains__(self, name: str) -> bool:
        """Return whether the part is there now, however its name is spelled."""
        own = self.spelled(name)
        is_known = own in self.changed or fold_name(name) in self._names
        return is_known and own not in self.removed

    def __getitem__(self, name: str) -> bytes:
        """Return the content of a part as it is now, XML as UTF-8 whatever the file spells it in.

        Raises:
            DamagedPackageError: It is not there.
        """
        own = self.spelled(name)
        if own not in self:
            raise DamagedPackageError
        if own in self.changed:
            return self.changed[own]
        if own not in self._unpacked:
            self._unpacked[own] = as_utf8(self.archive.inflate(own))
        return self._unpacked[own]

    def read(self, name: str, reader: Callable[[bytes, str], T]) -> T:
        """Return what a reader makes of a part; it reads the same content once.

        Args:
            name: The part.
            reader: Function of its content and its name; what it returns is not changed by anyone.

        Raises:
            DamagedPackageError: It is not there.
        """
        own = self.spelled(name)
        if own not in self.changed and own in self:
            return self.archive.read(own, reader, lambda: self[own])
        content, key = self[own], (own, reader)
        held = self._read.get(key)
        if held is None or held[0] is not content:
            held = self._read[key] = content, reader(content, own)
        return cast("T", held[1])

    def write(self, name: str, content: bytes) -> None:
        """Replace or add a part."""
        own = self.spelled(name)
        self.removed.discard(own)
        self.changed[own] = content

    def remove(self, name: str) -> None:
        """Take a part out."""
        self.removed.add(self.spelled(name))

    def names(self) -> tuple[str, ...]:
        """List the parts that are there now, as the zip spells them: those of the file first."""
        own = dict.fromkeys((*self._names.values(), *self.changed))
        return tuple(name for name in own if name not in self.removed)

    def to_bytes(self) -> bytes:
        """Zip the package again; untouched parts keep their place, time and content.

        A part gets the name by which the relationships call it: some programs write another case
        into the zip, which Excel forgives and others do not.
        """
        if not self.changed and not self.removed:
            return self.archive.data
        spellings = _agree_on_names(self)
        known = self.archive.entries
        names = (*known, *(name for name in self.changed if name not in known))
        return join_parts(
            self._packed(name, spellings.get(name, name), known.get(name))
            for name in names
            if name not in self.removed
        )

    def _packed(self, name: str, spelled: str, old: ZipInfo | None) -> PackedPart:
        """Return a part for the new zip: one that was not touched as it lies in the old."""
        if old is not None and name not in self.changed:
            kept = packed_part(self.archive, name, spelled)
            if kept is not None:
                return kept
        return pack_part(spelled, self[name], like=old)


def fold_name(name: str) -> str:
    """Return a part's name as names are compared: in any case, with any encoding of its letters.

    >>> fold_name("xl/Worksheets/Sheet%201.xml")
    'xl/worksheets/sheet 1.xml'
    """
    return unicodedata.normalize("NFC", unquote(name)).casefold()


def _agree_on_names(parts: Parts) -> dict[str, str]:
    """Return the names that the zip spells otherwise than the relationships, with theirs.

    The list of content types is rewritten where it has a third spelling.
    """
    wanted = {fold_name(name): name for name in (CONTENT_TYPES, rels_name(""))}
    for rels in (name for name in parts.names() if name.casefold().endswith(".rels")):
        for target in _targets(parts, rels):
            wanted.setdefault(fold_name(target), target)
    for name in tuple(wanted.values()):
        wanted.setdefault(fold_name(rels_name(name)), rels_name(name))
    found = {name: wanted.get(fold_name(name), name) for name in parts.names()}
    changed = {name: other for name, other in found.items() if name != other}
    if changed:
        _respell_types(parts, wanted)
    return changed


def _targets(parts: Parts, rels: str) -> tuple[str, ...]:
    """List the parts that a list of relationships names, as it spells them."""
    try:
        found = _internal_relations(parts, rels)
    except DamagedPackageError:
        return ()  # its owner's parts keep the names they have
    return tuple(relation.spelled for relation in found)


def _respell_types(parts: Parts, wanted: Mapping[str, str]) -> None:
    root = parse(parts[CONTENT_TYPES])
    for entry in root.findall(f"{{{TYPES}}}Override"):
        name = entry.get("PartName", "").lstrip("/")
        entry.set("PartName", f"/{wanted.get(fold_name(name), name)}")
    parts.write(CONTENT_TYPES, serialise(root))


def parse(content: bytes) -> Element:
    """Parse a part that the intake has found safe (no document type, no entities).

    Raises:
        DamagedPackageError: The part is not XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise DamagedPackageError from None


def whole_number(text: str | None, *, otherwise: int = 0) -> int:
    """Read the number of an attribute; a program may have written anything there.

    >>> whole_number("7"), whole_number("x"), whole_number(None, otherwise=-1)
    (7, 0, -1)
    """
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise


def serialise(root: Element) -> bytes:
    """Return an element as a part: UTF-8 with the declaration Excel itself writes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def same(one: Element, other: Element) -> bool:
    """Return whether two elements say the same, whatever stands around them."""
    return _plain(one) == _plain(other)


def _plain(element: Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)


def relations_of(parts: Parts, part: str) -> tuple[PackageRelation, ...]:
    """List the internal relationships of a part."""
    name = rels_name(part)
    if name not in parts:
        return ()
    return _internal_relations(parts, name)


def _internal_relations(parts: Parts, rels: str) -> tuple[PackageRelation, ...]:
    try:
        read = parts.read(rels, read_rels)
    except ParseError:
        raise DamagedPackageError from None
    return tuple(relation for relation in read if not relation.is_external)


def add_relation(parts: Parts, part: str, *, kind: str, target: str) -> str:
    """Add a relationship to a part and return its identifier."""
    name = rels_name(part)
    root = (
        parse(parts[name])
        if name in parts
        else parse(f'<Relationships xmlns="{RELATIONS}"/>'.encode())
    )
    taken = {entry.get("Id") for entry in root}
    number = next(n for n in range(1, len(taken) + 2) if f"rIdFp{n}" not in taken)
    etree.SubElement(
        root,
        f"{{{RELATIONS}}}Relationship",
        Id=f"rIdFp{number}",
        Type=f"{DOCUMENT_RELATION}/{kind}",
        Target=posixpath.relpath(f"/{target}", f"/{posixpath.dirname(part)}"),
    )
    parts.write(name, serialise(root))
    return f"rIdFp{number}"


def drop_relation(parts: Parts, part: str, relation_id: str) -> None:
    """Take a relationship away; a list that becomes empty goes too."""
    name = rels_name(part)
    root = parse(parts[name])
    for entry in list(root):
        if entry.get("Id") == relation_id:
            root.remove(entry)
    if len(root):
        parts.write(name, serialise(root))
    else:
        parts.remove(name)


def add_part(parts: Parts, name: str, content: bytes, *, content_type: str) -> None:
    """Add a part of ours together with its content type."""
    root = parse(parts[CONTENT_TYPES])
    etree.SubElement(root, f"{{{TYPES}}}Override", PartName=f"/{name}", ContentType=content_type)
    parts.write(CONTENT_TYPES, serialise(root))
    parts.write(name, content)


def free_name(parts: Parts, pattern: str, *, first: int = 1) -> str:
    """Return a name that no part has yet: a pattern with the first free number in place of `{}`.

    ExcelJS finds parts by names as Excel gives them, and opens no workbook with others.
    """
    numbers = range(first, first + len(parts.names()) + 1)
    return next(name for name in map(pattern.format, numbers) if name not in parts)


def drop_part(parts: Parts, name: str) -> None:
    """Remove a part, its content type and its own relationships."""
    root = parse(parts[CONTENT_TYPES])
    for entry in root.findall(f"{{{TYPES}}}Override"):
        if fold_name(entry.get("PartName", "").lstrip("/")) == fold_name(name):
            root.remove(entry)
    parts.write(CONTENT_TYPES, serialise(root))
    parts.remove(name)
    if rels_name(name) in parts:
        parts.remove(rels_name(name))
