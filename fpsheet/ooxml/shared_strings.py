"""The shared texts of a workbook, of which a reader of its sheets mostly wants only a few dozen.

The bulk is read elsewhere; here a text is looked up by its index without parsing all the others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree as ET

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.escape import unescape_text
from fpsheet.ooxml.parts import MAIN, Parts, relations_of
from fpsheet.ooxml.workbook_part import workbook_name

_TAG = f"{{{MAIN}}}"
_ITEM, _ANY_ITEM = b"<si>", b"<si"
_NOT_PLAIN = (b"<!", b":si>", b":si ")
_LIST_END = b"</sst>"
_PLAIN_TEXT = re.compile(rb'<t(?: xml:space="preserve")?>([^<>&\x00-\x1f\xed\xef]*)</t></si>\s*')
"""A text that a parser would give as it stands: no entities, no line breaks, no odd characters."""
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
            DamagedPackageError: The XML is damaged.
        """
        number = int(index) if _INDEX.fullmatch(index) else len(self.content)
        if number not in self._known:
            self._known[number] = self._read(number)
        return self._known[number]

    @cached_property
    def every(self) -> Sequence[str]:
        """Return all texts in their order.

        Raises:
            DamagedPackageError: The XML is damaged.
        """
        if not self.content:
            return ()
        try:
            root = ET.fromstring(self.content)  # noqa: S314 - has no document type
        except ET.ParseError:
            raise DamagedPackageError from None
        return [_text_of(item) for item in root.iterfind(f"{_TAG}si")]

    def _read(self, number: int) -> str:
        if number < len(self._pieces):
            piece = self._pieces[number]
            try:
                if plain := _PLAIN_TEXT.fullmatch(piece):
                    return unescape_text(plain[1].decode())
                return _text_of(ET.fromstring(_ITEM + piece))  # noqa: S314 - has no document type
            except (ET.ParseError, UnicodeDecodeError):
                # Damaged, or a prefix that the root declares; the whole part will tell.
                pass
        return self.every[number] if number < len(self.every) else ""

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


def shared_strings(parts: Parts) -> SharedStrings:
    """Return the shared texts of a package; none where it has no such part."""
    relations = relations_of(parts, workbook_name(parts))
    targets = (entry.target for entry in relations if entry.kind == "sharedstrings")
    name = next((target for target in targets if target in parts), None)
    return SharedStrings(parts[name] if name else b"")


def _text_of(item: ET.Element) -> str:
    """Return the text of an item: its runs, without readings, unescaped."""
    parts = []
    for child in item:
        tag = child.tag.removeprefix(_TAG)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts.extend(run.text or "" for run in child if run.tag.removeprefix(_TAG) == "t")
    return unescape_text("".join(parts))
