"""The shared texts of a workbook, of which the intake itself reads only a few dozen.

The bulk is read elsewhere; here a text is looked up by its index without parsing all the others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.workbook_part import MAIN

_ITEM = b"<si>"
_NOT_PLAIN = (b"<si ", b"<si/", b"<si\n", b"<si\r", b"<si\t", b"<!", b":si>")
_INDEX = re.compile(r"[0-9]{1,9}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class SharedStrings:
    """Shared texts by index.

    Attributes:
        items: One per text: its XML as it stands, or the text where that was not plain.
    """

    items: Sequence[bytes | str] = ()

    def text(self, index: str) -> str:
        """Give one text; empty when the index means nothing.

        Raises:
            ElementTree.ParseError: The XML is damaged.
        """
        if not _INDEX.fullmatch(index) or int(index) >= len(self.items):
            return ""
        item = self.items[int(index)]
        if isinstance(item, str):
            return item
        plain = _ITEM + item.partition(b"</si>")[0] + b"</si>"
        return text_of(ET.fromstring(plain))  # noqa: S314 - has no document type


def read_shared_strings(content: bytes) -> SharedStrings:
    """Make the texts of a part findable.

    Raises:
        ElementTree.ParseError: The XML is damaged.
    """
    if any(mark in content for mark in _NOT_PLAIN):
        root = ET.fromstring(content)  # noqa: S314 - has no document type
        return SharedStrings([text_of(item) for item in root.iterfind(f"{MAIN}si")])
    return SharedStrings(content.split(_ITEM)[1:])


def text_of(element: ET.Element) -> str:
    """Give the text of a string item (`si` or `is`): its runs, without readings, unescaped."""
    parts = []
    for child in element:
        tag = child.tag.removeprefix(MAIN)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts.extend(run.text or "" for run in child if run.tag.removeprefix(MAIN) == "t")
    return unescape_text("".join(parts))


def unescape_text(text: str) -> str:
    r"""Replace `_xHHHH_` by the character it stands for, as Excel writes control characters.

    >>> unescape_text("a_x000D_b _x005F_x0041_")
    'a\rb _x0041_'
    """
    return _ESCAPED.sub(_unescape, text)


def escape_text(text: str) -> str:
    r"""Write a text as Excel would, so that reading it gives the same again.

    >>> escape_text("a\rb _x0041_")
    'a_x000D_b _x005F_x0041_'
    """
    return _TO_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)
