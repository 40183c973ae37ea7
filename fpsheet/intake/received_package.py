"""The package of a workbook, checked for safety before anything in it is parsed.

Stages, each of which may end the intake: what kind of file it is, the zip's directory, the
unpacking, document types, what it may hold. What comes out is a set of parts in UTF-8 that the
rest of the intake reads; nobody opens the file itself a second time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from xml.etree import ElementTree as ET

from fpsheet.intake.contents import Contents, find_left_over, find_reaching, find_running
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import Limits
from fpsheet.intake.magic import identify_file
from fpsheet.intake.zip_check import check_zip
from fpsheet.ooxml.archive import Archive, DamagedPackageError
from fpsheet.ooxml.parts import CONTENT_TYPES, fold_name
from fpsheet.ooxml.prolog import Prolog, read_prolog, to_utf8
from fpsheet.ooxml.relation import PackageRelation, owner_name, read_rels, rels_name
from fpsheet.ooxml.workbook_part import read_workbook

T = TypeVar("T")

ROOT_RELS = "_rels/.rels"
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_PICTURE = ".svg"
"""Drawing programs give it a document type; such a part is never read as XML by this program."""
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")
_START_BYTES = 1 << 20
_HEAD_BYTES = 8
_MAC_FOLDER = "__MACOSX/"
"""What a Mac lays beside the parts when it packs a folder; Excel never looks there."""

_MANIFEST = "META-INF/manifest.xml"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_CODES_OF_ROOTS = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main workbook": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main workbook": "STR-011",
    "": "STR-034",
}
_BINARY_TYPE = "application/vnd.ms-excel.sheet.binary.macroenabled.main"
_MACRO_MAIN = ("macroenabled.main+xml", "addin.macroenabled")


@dataclass(frozen=True, slots=True)
class Package:
    """A package found safe.

    Attributes:
        archive: The zip it is.
        prologs: Part name → its beginning, of the XML parts. Names as in the file.
        kept: Part name → contents, of those that are kept unpacked.
        starts: Part name → first contents, of the others; they are unpacked again when needed.
        heads: Part name → first bytes, of the parts that are no XML.
        workbook: Name of the workbook part.
        reaching: Why it is refused all the same, once it is known to be ours: it reaches out.
        told: What is told of it besides.
    """

    archive: Archive
    prologs: Mapping[str, Prolog]
    kept: Mapping[str, bytes]
    starts: Mapping[str, bytes]
    heads: Mapping[str, bytes]
    workbook: str = ""
    reaching: tuple[IntakeFinding, ...] = ()
    told: tuple[IntakeFinding, ...] = ()

    def find(self, name: str) -> str | None:
        """Return a part's name as the file spells it, in any case; None when it is missing."""
        if name in self.prologs:
            return name
        wanted = fold_name(name)
        return next((part for part in self.prologs if fold_name(part) == wanted), None)

    def utf8(self, name: str) -> bytes | None:
        """Return a part as UTF-8; None when it is missing or cannot be read."""
        found = self.find(name)
        if found is None:
            return None
        # Every part was unpacked once already, so none is damaged.
        content = self.kept[found] if found in self.kept else self.archive.inflate(found)
        return to_utf8(content, self.prologs[found])

    def read(self, name: str, reader: Callable[[bytes, str], T]) -> T:
        """Return what a reader makes of a part; it reads a part once.

        Raises:
            ElementTree.ParseError: The part is missing or cannot be read, or the reader says so.
        """
        return self.archive.read(self.find(name) or name, reader, lambda: self.needed(name))

    def needed(self, name: str) -> bytes:
        """Return a part as UTF-8.

        Raises:
            ElementTree.ParseError: It is missing or cannot be read.
        """
        content = self.utf8(name)
        if content is None:
            raise ET.ParseError("not in its own encoding")
        return content

    def relations_of(self, part: str) -> tuple[PackageRelation, ...] | None:
        """Return the relationships of a part, which `judge_package` has read; None without any."""
        found = self.find(rels_name(part))
        return None if found is None else self.read(found, read_rels)

    def utf8_start(self, name: str) -> tuple[bytes | None, bool]:
        """Return the beginning of a part as UTF-8, and whether that is all of it."""
        found = self.find(name) or ""
        if found in self.starts and self.prologs[found].is_plain:
            return to_utf8(self.starts[found], self.prologs[found]), False
        return self.utf8(name), True


def open_file(data: bytes, *, name: str, limits: Limits) -> Archive | IntakeFinding:
    """Open a file as a package; this is the one time that it is opened.

    Args:
        data: The file's bytes.
        name: File name, for lock files.
        limits: How much it may ask for.

    Findings: STR-003 to STR-007, STR-012 to STR-025, STR-033.
    """
    return identify_file(data, name=name, limits=limits) or check_zip(data, limits=limits)


def judge_package(
    archive: Archive, *, limits: Limits
) -> tuple[Package | None, tuple[IntakeFinding, ...]]:
    """Check the parts of a package.

    Returns:
        The package found safe, or None and why not.

    Findings: STR-008 to STR-011, STR-015, STR-017, STR-026 to STR-034.
    """
    fault = _identify_kind(archive)
    if fault:
        return None, (fault,)
    package = _unpack(archive, limits)
    return (None, (package,)) if isinstance(package, IntakeFinding) else _judge(package)


def _unpack(archive: Archive, limits: Limits) -> Package | IntakeFinding:
    """Unpack every part once, to see that it is whole and how it begins.

    Findings: STR-017, STR-024, STR-026.
    """
    prologs: dict[str, Prolog] = {}
    kept: dict[str, bytes] = {}
    starts: dict[str, bytes] = {}
    heads: dict[str, bytes] = {}
    room = limits.kept_bytes
    for part in archive.entries:
        try:
            content = archive.inflate(part)
        except DamagedPackageError:
            return IntakeFinding("STR-017")
        is_xml = part.lower().endswith(_XML_SUFFIXES) or content.startswith(_XML_STARTS)
        if not is_xml or part.startswith(_MAC_FOLDER):
            heads[part] = content[:_HEAD_BYTES]
            continue
        prolog = read_prolog(content)
        if prolog.has_doctype and part.lower().endswith(_PICTURE):
            heads[part] = content[:_HEAD_BYTES]
            continue
        if prolog.has_doctype:
            return IntakeFinding("STR-026")
        prologs[part] = prolog
        if len(content) <= room:
            kept[part] = content
            room -= len(content)
        else:
            starts[part] = content[:_START_BYTES]
    return Package(archive, prologs, kept, starts, heads)


def _identify_kind(archive: Archive) -> IntakeFinding | None:
    """Tell other files that are zips, too, from a workbook."""
    names = {name.casefold() for name in archive.entries}
    if _is_open_document(archive):
        return IntakeFinding("STR-009")
    if "xl/workbook.bin" in names:
        return IntakeFinding("STR-008")
    if CONTENT_TYPES.casefold() not in names or ROOT_RELS not in names:
        return IntakeFinding("STR-015")
    return None


def _is_open_document(archive: Archive) -> bool:
    """Tell by the part that says so, or by the list of parts where that one was left out."""
    said, listed = _content_if_whole(archive, "mimetype"), _content_if_whole(archive, _MANIFEST)
    return said.startswith(_OPEN_DOCUMENT) or b'"' + _OPEN_DOCUMENT in listed


def _content_if_whole(archive: Archive, name: str) -> bytes:
    """Return the content of a part; nothing where it is missing or damaged."""
    try:
        return archive.inflate(name) if name in archive.entries else b""
    except DamagedPackageError:
        return b""


def _judge(package: Package) -> tuple[Package | None, tuple[IntakeFinding, ...]]:
    try:
        types = _content_types(package)
        relations = dict(_all_relations(package))
    except ET.ParseError:
        return None, (IntakeFinding("STR-034"),)
    main = {relation.kind: relation for relation in relations.get("", ())}.get("officedocument")
    workbook = package.find(main.target) if main else None
    fault = _judge_main(main, types.get(workbook or (main.target if main else ""), ""))
    if fault:
        return None, (fault,)
    code = _CODES_OF_ROOTS.get(package.prologs[workbook].root) if workbook else None
    if workbook is None or code != "":
        return None, (IntakeFinding(code or "STR-015"),)
    contents = Contents(
        names=frozenset(package.archive.entries),
        prologs=package.prologs,
        types=types,
        relations=relations,
        read=package.utf8,
        heads=package.heads,
        number_tabs=lambda: _number_tabs(package, workbook, relations),
    )
    faults = find_running(contents)
    if faults:
        return None, faults
    reaching = find_reaching(contents)
    told = () if reaching else find_left_over(contents)
    return replace(package, workbook=workbook, reaching=reaching, told=told), ()


def _number_tabs(
    package: Package, workbook: str, relations: Mapping[str, tuple[PackageRelation, ...]]
) -> dict[str, int]:
    """Number the tabs from the left as they are seen: part of a sheet → number, 0 for hidden."""
    parts = {one.id: package.find(one.target) or "" for one in relations.get(workbook, ())}
    seen = 0
    tabs = {}
    try:
        content = package.read(workbook, read_workbook)
    except ET.ParseError:
        return {}
    for tab in content.tabs:
        seen += tab.is_seen
        tabs[parts.get(tab.relation, "")] = seen if tab.is_seen else 0
    return tabs


def _judge_main(main: PackageRelation | None, kind: str) -> IntakeFinding | None:
    """Judge the workbook part by its own type: a type that no part has says nothing."""
    if kind.startswith(_BINARY_TYPE):
        return IntakeFinding("STR-008")
    if kind.endswith(_MACRO_MAIN):
        return IntakeFinding("STR-010")
    if main is None or main.is_external:
        return IntakeFinding("STR-015")
    return IntakeFinding("STR-011") if main.is_strict else None


def _content_types(package: Package) -> dict[str, str]:
    """Return the content type of each part, in lower case: its own, else that of its ending."""
    endings: dict[str, str] = {}
    own: dict[str, str] = {}
    for element in ET.fromstring(package.needed(CONTENT_TYPES)):  # noqa: S314 - has no document type
        kind = element.get("ContentType", "").lower()
        endings[element.get("Extension", "").lower()] = kind
        own[element.get("PartName", "").lstrip("/").lower()] = kind
    return {
        name: own.get(name.lower(), endings.get(name.rpartition(".")[2].lower(), ""))
        for name in package.archive.entries
    }


def _all_relations(package: Package) -> Iterator[tuple[str, tuple[PackageRelation, ...]]]:
    for name in package.prologs:
        if name.lower().endswith(".rels"):
            yield owner_name(name), package.read(name, read_rels)
