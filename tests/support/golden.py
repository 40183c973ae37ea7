"""Golden workbooks: a workbook compared part by part with one that a person has looked at.

The parts lie as indented XML in a folder beside the tests, so that a difference can be read.
`pytest --golden-update` writes them anew and prints what changed.
"""

from __future__ import annotations

import zipfile
from difflib import unified_diff
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

IGNORED: Final = {
    "xl/theme/theme1.xml": "the writer's own theme, 10 KB that nobody of ours writes",
}
ROWS: Final = 14
"""Of each sheet; the rows below repeat those above."""


def normalise(data: bytes) -> dict[str, str]:
    """Return the parts of a workbook as indented XML."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name not in IGNORED}
    return {name: _indent(content) for name, content in sorted(parts.items())}


def _indent(content: bytes) -> str:
    root = ET.fromstring(content)
    for rows in root.iter(f"{MAIN}sheetData"):
        for row in list(rows):
            if int(row.get("r", "0")) > ROWS:
                rows.remove(row)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def compare(parts: Mapping[str, str], folder: Path) -> str:
    """Return the difference to the golden parts in a folder; empty where there is none."""
    golden = read_golden(folder)
    lines: list[str] = []
    for name in sorted({*parts, *golden}):
        before, after = golden.get(name, ""), parts.get(name, "")
        if before != after:
            lines += unified_diff(
                before.splitlines(), after.splitlines(), f"golden/{name}", name, lineterm="", n=1
            )
    return "\n".join(line[:300] for line in lines)


def read_golden(folder: Path) -> dict[str, str]:
    """Return the golden parts by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def write_golden(parts: Mapping[str, str], folder: Path) -> None:
    """Make the golden parts anew; those no longer made go."""
    for name in set(read_golden(folder)) - set(parts):
        (folder / name).unlink()
    for name, text in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
