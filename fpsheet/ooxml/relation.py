"""Relationships between the parts of a package."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class PackageRelation:
    """One relationship of a part.

    Attributes:
        id: Its identifier within the part (`rId1`).
        kind: Last word of its type, in lower case (`worksheet`, `sharedstrings`).
        target: Name of the part it points at, in plain letters; the address as written when
            external.
        spelled: The same name as the relationship spells it, perhaps with encoded letters.
        is_external: It points out of the package.
        is_strict: Its type is that of the strict standard.
    """

    id: str
    kind: str
    target: str
    spelled: str
    is_external: bool
    is_strict: bool


def read_rels(content: bytes, name: str) -> tuple[PackageRelation, ...]:
    """Read a `.rels`: the relationships of a part, or of the package.

    Args:
        content: It, in UTF-8 and without a document type.
        name: Its name.

    Raises:
        ElementTree.ParseError: It is no XML.
    """
    root = ET.fromstring(content)  # noqa: S314 - has no document type
    return tuple(_relations(root, owner_name(name)))


def resolve(part: str, target: str) -> str:
    r"""Return the name of the part a relationship of another part points at, as it spells it.

    >>> resolve("xl/worksheets/sheet1.xml", "../comments1.xml"), resolve("", r"\xl\workbook.xml")
    ('xl/comments1.xml', 'xl/workbook.xml')
    """
    target = target.replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def rels_name(part: str) -> str:
    """Return the name of the part that holds a part's relationships.

    >>> rels_name("xl/workbook.xml")
    'xl/_rels/workbook.xml.rels'
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def owner_name(rels: str) -> str:
    """Return the part whose relationships a `.rels` (in any case) holds; the package is `""`.

    >>> owner_name("xl/_rels/workbook.xml.rels"), owner_name("_rels/.rels")
    ('xl/workbook.xml', '')
    """
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name[: -len(".rels")])


def _relations(root: ET.Element, part: str) -> Iterator[PackageRelation]:
    for element in root:
        kind = element.get("Type", "")
        written = element.get("Target", "")
        is_external = element.get("TargetMode", "").lower() == "external"
        yield PackageRelation(
            id=element.get("Id", ""),
            kind=kind.rpartition("/")[2].lower(),
            target=written if is_external else resolve(part, unquote(written)),
            spelled=written if is_external else resolve(part, written),
            is_external=is_external,
            is_strict="purl.oclc.org" in kind,
        )
