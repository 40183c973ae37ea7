"""The schemas of ISO/IEC 29500 (transitional), held against every part of a workbook.

The schemas are not ours to hand on, and no package that pip, npm or Debian has carries them: who
has them names their folder in `FPSHEET_ISO_SCHEMAS` (`sml.xsd` with what it imports, and the four
of part 2 in `opc-xsd`; python-docx has both in `ref/xsd` of its repository). Last result:
`tools/validate_schema.md`. Parts in VML, which the standard itself leaves open, are not looked at.
"""

from __future__ import annotations

import os
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from zipfile import ZipFile

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    Element = etree._Element

FOLDER: Final = "FPSHEET_ISO_SCHEMAS"
_OFFICE: Final = "http://schemas.openxmlformats.org/"
_SCHEMAS: Final = {
    f"{_OFFICE}spreadsheetml/2006/main": "sml.xsd",
    f"{_OFFICE}drawingml/2006/spreadsheetDrawing": "dml-spreadsheetDrawing.xsd",
    f"{_OFFICE}drawingml/2006/chart": "dml-chart.xsd",
    f"{_OFFICE}officeDocument/2006/extended-properties": "shared-documentPropertiesExtended.xsd",
    f"{_OFFICE}officeDocument/2006/custom-properties": "shared-documentPropertiesCustom.xsd",
    f"{_OFFICE}package/2006/relationships": "opc-xsd/opc-relationships.xsd",
    f"{_OFFICE}package/2006/content-types": "opc-xsd/opc-contentTypes.xsd",
}
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_COMPATIBILITY: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def has_schemas() -> bool:
    """Return whether somebody has named the folder of the schemas."""
    return (Path(os.environ.get(FOLDER, "-")) / "sml.xsd").is_file()


def validate(content: bytes) -> tuple[str, ...]:
    """Return what the schemas say of a workbook, as `part: sentence`, part by part."""
    told: list[str] = []
    with ZipFile(BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                told += _of_part(name, package.read(name))
    return tuple(told)


def _of_part(name: str, content: bytes) -> list[str]:
    root = etree.fromstring(content)
    schema = _schema(etree.QName(root).namespace or "")
    if schema is None:
        return []
    _forget_ignorable(root)
    _forget_space(root)
    schema.validate(root)
    return [f"{name}: {error.message}" for error in cast("Iterable[Any]", schema.error_log)]


@cache
def _schema(namespace: str) -> etree.XMLSchema | None:
    name = _SCHEMAS.get(namespace)
    folder = Path(os.environ[FOLDER])
    return etree.XMLSchema(etree.parse(folder / name)) if name else None


def _forget_space(root: Element) -> None:
    """Take away `xml:space` where there is space to keep: every program writes it there.

    The schemas forget it; the Open XML SDK has it.
    """
    for element in root.iter(f"{{{_OFFICE}spreadsheetml/2006/main}}t"):
        if (text := element.text or "") != text.strip():
            element.attrib.pop(_SPACE, "")


def _forget_ignorable(root: Element) -> None:
    """Take away what a reader of the standard may pass over (ISO/IEC 29500-3, 7)."""
    names = root.attrib.pop(f"{{{_COMPATIBILITY}}}Ignorable", "")
    passed = {root.nsmap.get(str(prefix)) for prefix in str(names).split()}
    for element in list(root.iter(etree.Element)):
        for name in list(element.attrib):
            if etree.QName(str(name)).namespace in passed - {None}:
                del element.attrib[name]
        parent = element.getparent()
        if etree.QName(element).namespace in passed - {None} and parent is not None:
            parent.remove(element)
