"""The package of a workbook, checked for safety before anything in it is parsed.

Stages, each of which may end the intake: what kind of file it is, the zip's directory, the
unpacking, document types, what it may hold. What comes out is a set of parts in UTF-8 that the
rest of the intake reads; nobody opens the file itself a second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.archive import Archive, open_archive
from fpsheet.intake.contents import find_refused
from fpsheet.intake.fault import Fault
from fpsheet.intake.limits import Limits
from fpsheet.intake.magic import identify_file
from fpsheet.intake.prolog import Prolog, read_prolog, to_utf8
from fpsheet.intake.relation import Relation, owner_name, read_relations

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELS = "_rels/.rels"
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")
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
        parts: Part name → contents, of the XML parts. Names as in the file.
        prologs: Part name → its beginning.
        workbook: Name of the workbook part.
    """

    parts: Mapping[str, bytes]
    prologs: Mapping[str, Prolog]
    workbook: str

    def find(self, name: str) -> str | None:
        """Give a part's name as the file spells it, whatever the case; None when it is missing."""
        if name in self.parts:
            return name
        wanted = name.casefold()
        return next((part for part in self.parts if part.casefold() == wanted), None)

    def utf8(self, name: str) -> bytes | None:
        """Give a part as UTF-8; None when it is missing or cannot be read."""
        found = self.find(name)
        return None if found is None else to_utf8(self.parts[found], self.prologs[found])


def open_package(
    data: bytes, *, name: str, limits: Limits
) -> tuple[Package | None, tuple[Fault, ...]]:
    """Check a file and give its parts.

    Args:
        data: The file's bytes.
        name: File name, for lock files.
        limits: How much it may ask for.

    Returns:
        The package, or None and why not.

    Findings: STR-003 to STR-034.
    """
    fault = identify_file(data, name=name, limits=limits)
    if fault:
        return None, (fault,)
    archive = open_archive(data, limits=limits)
    if isinstance(archive, Fault):
        return None, (archive,)
    fault = _identify_kind(archive)
    if fault:
        return None, (fault,)
    parts: dict[str, bytes] = {}
    for part in archive.entries:
        content = archive.inflate(part)
        if isinstance(content, Fault):
            return None, (content,)
        if part.lower().endswith(_XML_SUFFIXES) or content.startswith(_XML_STARTS):
            parts[part] = content
    return _judge(parts, names=frozenset(archive.entries))


def _identify_kind(archive: Archive) -> Fault | None:
    """Tell other files that are zips, too, from a workbook."""
    names = {name.casefold() for name in archive.entries}
    mimetype = archive.inflate("mimetype") if "mimetype" in archive.entries else b""
    if isinstance(mimetype, bytes) and mimetype.startswith(_OPEN_DOCUMENT):
        return Fault("STR-009")
    if "xl/workbook.bin" in names:
        return Fault("STR-008")
    if CONTENT_TYPES.casefold() not in names or ROOT_RELS not in names:
        return Fault("STR-015")
    return None


def _judge(
    parts: dict[str, bytes], *, names: frozenset[str]
) -> tuple[Package | None, tuple[Fault, ...]]:
    prologs = {name: read_prolog(content) for name, content in parts.items()}
    if any(prolog.has_doctype for prolog in prologs.values()):
        return None, (Fault("STR-026"),)
    try:
        content_types = frozenset(_content_types(parts, prologs))
        relations = dict(_all_relations(parts, prologs))
    except ET.ParseError:
        return None, (Fault("STR-034"),)
    root = {relation.type: relation for relation in relations.get("", ())}
    main = root.get("officedocument")
    fault = _judge_main(main, content_types)
    if fault:
        return None, (fault,)
    package = Package(parts, prologs, main.target if main else "")
    workbook = package.find(package.workbook)
    if workbook is None:
        return None, (Fault("STR-015"),)
    code = _CODES_OF_ROOTS.get(prologs[workbook].root, "STR-015")
    if code:
        return None, (Fault(code),)
    every = tuple(relation for own in relations.values() for relation in own)
    faults = find_refused(prologs, names, content_types, every)
    return (None, faults) if faults else (Package(parts, prologs, workbook), ())


def _judge_main(main: Relation | None, content_types: frozenset[str]) -> Fault | None:
    if any(kind.startswith(_BINARY_TYPE) for kind in content_types):
        return Fault("STR-008")
    if any(kind.endswith(_MACRO_MAIN) for kind in content_types):
        return Fault("STR-010")
    if main is None or main.is_external:
        return Fault("STR-015")
    return Fault("STR-011") if main.is_strict else None


def _content_types(parts: Mapping[str, bytes], prologs: Mapping[str, Prolog]) -> Iterator[str]:
    name = next(name for name in parts if name.casefold() == CONTENT_TYPES.casefold())
    for element in _root(parts[name], prologs[name]):
        yield element.get("ContentType", "").lower()


def _all_relations(
    parts: Mapping[str, bytes], prologs: Mapping[str, Prolog]
) -> Iterator[tuple[str, tuple[Relation, ...]]]:
    for name, content in parts.items():
        if name.lower().endswith(".rels"):
            owner = owner_name(name)
            yield owner, read_relations(_root(content, prologs[name]), part=owner)


def _root(content: bytes, prolog: Prolog) -> ET.Element:
    utf8 = to_utf8(content, prolog)
    if utf8 is None:
        raise ET.ParseError("not in its own encoding")
    return ET.fromstring(utf8)  # noqa: S314 - has no document type
