"""One worksheet in many legal spellings: what XML leaves open, chosen otherwise.

A worksheet is taken apart by lxml, changed where the standard lets the same thing be said in
another way, and written out by the few lines below, which know nothing of any reader.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Element = etree._Element

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PRESERVE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_TEXTUAL: Final = {"t", "v", "f", "formula", "formula1", "formula2", "oddHeader", "oddFooter"}
_NUMERIC: Final = {None, "n"}


def q(tag: str) -> str:
    """Return a tag with its namespace."""
    return f"{{{MAIN}}}{tag}"


def _plain(text: str | bytes | None) -> str:
    return text.decode() if isinstance(text, bytes) else text or ""


def change_nothing(sheet: Element) -> None:
    """Leave a sheet as it is."""


@dataclass(frozen=True)
class Spelling:
    """How a worksheet is written.

    Attributes:
        name: What is other.
        change: What is done to the tree.
        prefix: Prefix of the main namespace.
        quote: Around the values of attributes.
        equals: Between an attribute and its value.
        between: Before each attribute.
        close: Before `>` and `/>`.
        gap: Between elements, where text means nothing.
        order: The order of attributes.
        is_long: Empty elements have an end tag of their own.
        cdata: Texts stand in CDATA sections.
        encode: From the text to the part.
    """

    name: str
    change: Callable[[Element], None] = change_nothing
    prefix: str = ""
    quote: str = '"'
    equals: str = "="
    between: str = " "
    close: str = ""
    gap: str = ""
    order: Callable[[list[str]], list[str]] = list
    is_long: bool = False
    cdata: bool = False
    encode: Callable[[str], bytes] = lambda text: f'<?xml version="1.0"?>{text}'.encode()

    def __str__(self) -> str:
        """Return its name, for the test's own."""
        return self.name

    def part(self, content: bytes) -> bytes:
        """Spell a worksheet's part."""
        sheet = etree.fromstring(content)
        self.change(sheet)
        return self.encode(self._write(sheet, is_root=True))

    def _write(self, element: Element, *, is_root: bool = False) -> str:
        if isinstance(element, etree._Comment):
            return f"<!--{_plain(element.text)}-->"
        if isinstance(element, etree._ProcessingInstruction):
            return f"<?{_plain(element.target)} {_plain(element.text)}?>"
        name = self._name(_plain(element.tag), element)
        attributes = {
            self._name(_plain(key), element, is_attribute=True): element.get(key)
            for key in element.attrib
        }
        if is_root:
            declared = {pair for each in element.iter() for pair in each.nsmap.items()}
            attributes |= {f"xmlns:{prefix}": uri for prefix, uri in declared if prefix}
            attributes[f"xmlns:{self.prefix}" if self.prefix else "xmlns"] = MAIN
        written = {key: self._value(value or "") for key, value in attributes.items()}
        tag = name + "".join(
            f"{self.between}{key}{self.equals}{self.quote}{written[key]}{self.quote}"
            for key in self.order(list(attributes))
        )
        inner = self._inner(element)
        if not inner and not self.is_long:
            return f"<{tag}{self.close}/>"
        return f"<{tag}{self.close}>{inner}</{name}{self.close}>"

    def _inner(self, element: Element) -> str:
        is_text = etree.QName(element).localname in _TEXTUAL
        gap = "" if is_text or not len(element) else self.gap
        parts = [self._text(element.text or "")]
        for child in element:
            parts += [gap, self._write(child), self._text(child.tail or "")]
        return "".join((*parts, gap))

    def _text(self, text: str) -> str:
        if self.cdata and text:
            return f"<![CDATA[{text}]]>"
        # Characters of the private area stand for references, written out here.
        return re.sub("[\ue000-\ue0ff]", lambda found: f"&#{ord(found[0]) - 0xE000};", escape(text))

    def _value(self, value: str) -> str:
        text = escape(value, {'"': "&quot;", "'": "&apos;"})
        return re.sub("[\ue000-\ue0ff]", lambda found: f"&#x{ord(found[0]) - 0xE000:X};", text)

    def _name(self, tag: str, element: Element, *, is_attribute: bool = False) -> str:
        qualified = etree.QName(tag)
        if qualified.namespace == "http://www.w3.org/XML/1998/namespace":
            return f"xml:{qualified.localname}"
        if qualified.namespace in {None, MAIN}:
            is_plain = is_attribute or not self.prefix
            return qualified.localname if is_plain else f"{self.prefix}:{qualified.localname}"
        own = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
        return f"{own[qualified.namespace]}:{qualified.localname}"


def cells(sheet: Element) -> Iterator[Element]:
    """Return the cells of a sheet."""
    return sheet.iter(q("c"))


def each_value(
    change: Callable[[str], str], *, kinds: set[str | None]
) -> Callable[[Element], None]:
    """Change the value of every cell of some types."""

    def apply(sheet: Element) -> None:
        for cell in cells(sheet):
            value = cell.find(q("v"))
            if cell.get("t") in kinds and value is not None and value.text:
                value.text = change(value.text)

    return apply


def as_reference(text: str) -> str:
    """Return a text of which the first character is to be written by its number."""
    return chr(0xE000 + ord(text[0])) + text[1:] if ord(text[0]) < 0x100 else text


def numbers(change: Callable[[str], str]) -> Callable[[Element], None]:
    """Change how numbers are written."""
    return each_value(change, kinds=set(_NUMERIC))


def with_exponent(number: str) -> str:
    """Write a whole number with an exponent: 46054 as 4.6054E+4."""
    if not re.fullmatch("[1-9][0-9]+", number):
        return number
    return f"{number[0]}.{number[1:]}E+{len(number) - 1}"


def inline_texts(sheet: Element) -> Iterator[tuple[Element, Element]]:
    """Return the cells with an inline text, and the text's element."""
    for cell in cells(sheet):
        text = cell.find(f"{q('is')}/{q('t')}")
        if text is not None and text.text:
            yield cell, text


def as_results(sheet: Element) -> None:
    """Write inline texts as values (`t="str"`)."""
    for cell, text in list(inline_texts(sheet)):
        cell.remove(cell[-1])
        cell.set("t", "str")
        etree.SubElement(cell, q("v")).text = text.text


def as_runs(sheet: Element) -> None:
    """Write inline texts as two runs, with a reading aid beside them."""
    for cell, text in list(inline_texts(sheet)):
        holder = cell[-1]
        words = text.text or ""
        holder.remove(text)
        for part in filter(None, (words[:1], words[1:])):
            run = etree.SubElement(holder, q("r"))
            etree.SubElement(etree.SubElement(run, q("rPr")), q("b"))
            piece = etree.SubElement(run, q("t"))
            piece.text = part
            piece.set(PRESERVE, "preserve")
        aid = etree.SubElement(holder, q("rPh"), sb="0", eb="1")
        etree.SubElement(aid, q("t")).text = "aid"


def without_row_numbers(sheet: Element) -> None:
    """Leave out the rows' own numbers where they follow one another from the first."""
    for number, row in enumerate(sheet.iter(q("row")), start=1):
        if row.get("r") != str(number):
            break
        del row.attrib["r"]


def without_addresses(sheet: Element) -> None:
    """Leave out the addresses of cells that follow one another from column A."""
    for row in sheet.iter(q("row")):
        for place, cell in enumerate(row):
            if re.sub("[0-9]", "", cell.get("r", "")) != column(place):
                break
            del cell.attrib["r"]


def column(place: int) -> str:
    """Return the letters of a column, the first being 0."""
    first, second = divmod(place, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def insert_between(make: Callable[[], Element], tag: str) -> Callable[[Element], None]:
    """Put something before every element of a kind."""

    def apply(sheet: Element) -> None:
        for element in list(sheet.iter(q(tag))):
            element.addprevious(make())

    return apply


def split_by_comment(sheet: Element) -> None:
    """Have a comment in the middle of every value."""
    for value in sheet.iter(q("v")):
        if value.text and len(value.text) > 1:
            comment = etree.Comment("note")
            comment.tail = value.text[1:]
            value.text = value.text[:1]
            value.append(comment)


def one_row(change: Callable[[Element], None]) -> Callable[[Element], None]:
    """Change the second row of entries alone, and nothing else of the sheet."""

    def apply(sheet: Element) -> None:
        for row in sheet.iter(q("row")):
            if row.get("r") == "5":
                change(row)

    return apply


def set_on(tag: str, **attributes: str) -> Callable[[Element], None]:
    """Set attributes on every element of a kind that has not got them."""

    def apply(sheet: Element) -> None:
        for element in sheet.iter(q(tag)):
            for key, value in attributes.items():
                if element.get(key) is None:
                    element.set(key, value)

    return apply


def spell_workbook(content: bytes, spelling: Spelling, parts: set[str]) -> bytes:
    """Write some worksheets of a workbook in another spelling."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, spelling.part(part) if name in parts else part)
    return target.getvalue()
