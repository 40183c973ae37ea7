"""The shared texts of a workbook, of which the intake itself reads only a few dozen.

The bulk is read elsewhere; here a text is looked up by its index without parsing all the others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree as ET

from fpsheet.intake.listed_sheets import MAIN
from fpsheet.ooxml.escape import unescape_text

_ITEM, _ANY_ITEM = b"<si>", b"<si"
_NOT_PLAIN = (b"<!", b":si>", b":si ")
_LIST_END = b"</sst>"
_INDEX = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class SharedStrings:
    """Shared texts by index.

    Attributes:
        content: The part as UTF-8; empty where the workbook has none.
    """

    content: bytes = b""
    _known: dict[int, str] = field(default_factory=dict, compare=False)

    def text(self, index: str) -> str:
        """Return one text; empty when the index means nothing.

        Raises:
            ElementTree.ParseError: The XML is damaged.
        """
        number = int(index) if _INDEX.fullmatch(index) else len(self.content)
        if number not in self._known:
            self._known[number] = self._read(number)
        return self._known[number]

    def _read(self, number: int) -> str:
        if number < len(self._pieces):
            try:
                return text_of(ET.fromstring(_ITEM + self._pieces[number]))  # noqa: S314 - has no document type
            except ET.ParseError:
                # Damaged, or a prefix that the root declares; the whole part will tell.
                pass
        return self._all[number] if number < len(self._all) else ""

    @cached_property
    def _pieces(self) -> Sequence[bytes]:
        """Return the XML of each text, to be parsed when it is asked for.

        Nothing where they are spelled in another way than Excel and LibreOffice do.
        """
        if self.content.count(_ANY_ITEM) != self.content.count(_ITEM) or any(
            mark in self.content for mark in _NOT_PLAIN
        ):
            return ()
        _, *pieces = self.content.split(_ITEM)
        if pieces:
            pieces[-1] = pieces[-1].partition(_LIST_END)[0]
        return pieces

    @cached_property
    def _all(self) -> Sequence[str]:
        if not self.content:
            return ()
        root = ET.fromstring(self.content)  # noqa: S314 - has no document type
        return [text_of(item) for item in root.iterfind(f"{MAIN}si")]


def text_of(element: ET.Element) -> str:
    """Return the text of a string item (`si` or `is`): its runs, without readings, unescaped."""
    parts = []
    for child in element:
        tag = child.tag.removeprefix(MAIN)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts.extend(run.text or "" for run in child if run.tag.removeprefix(MAIN) == "t")
    return unescape_text("".join(parts))
