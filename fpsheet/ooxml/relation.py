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
        type: Last word of its type, in lower case (`worksheet`, `hyperlink`).
        target: Name of the part it points at; the address as written when external.
        is_external: It points out of the package.
        is_strict: Its type is that of the strict standard.
    """

    id: str
    type: str
    target: str
    is_external: bool
    is_strict: bool


def read_relations(rels: ET.Element, *, part: str) -> tuple[PackageRelation, ...]:
    """Read the relationships of a part (`""` is the package) from the root of its `.rels`."""
    return tuple(_relations(rels, folder=posixpath.dirname(part)))


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


def _relations(root: ET.Element, *, folder: str) -> Iterator[PackageRelation]:
    for element in root:
        kind = element.get("Type", "")
        target = element.get("Target", "")
        is_external = element.get("TargetMode", "").lower() == "external"
        if not is_external:
            target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
        yield PackageRelation(
            id=element.get("Id", ""),
            type=kind.rpartition("/")[2].lower(),
            target=target,
            is_external=is_external,
            is_strict="purl.oclc.org" in kind,
        )
