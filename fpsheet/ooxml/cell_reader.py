"""The texts of a worksheet part, row by row, however the program that saved it keeps them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO

from lxml import etree

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.escape import unescape_text
from fpsheet.ooxml.parts import (
    MAIN,
    Element,
    Parts,
    parse,
    relations_of,
    whole_number,
)
from fpsheet.ooxml.workbook_part import workbook_name

_LETTERS = re.compile("[A-Z]{1,3}")
_TAG = f"{{{MAIN}}}"


NumberedRow = tuple[int, Mapping[str, str]]
"""Number of a row, 0 where it has none, and what its cells say by column letter."""


def read_rows(parts: Parts, part: str) -> Iterator[NumberedRow]:
    """Return the rows of a worksheet part; a number as the file spells it.

    Raises:
        DamagedPackageError: The part, or the list of shared texts, is not XML.
    """
    shared = _shared_texts(parts)
    events = etree.iterparse(
        BytesIO(parts[part]), tag=f"{_TAG}row", resolve_entities=False, no_network=True
    )
    try:
        for _, row in events:
            yield whole_number(row.get("r")), dict(_row_texts(row, shared))
            row.clear(keep_tail=True)
    except etree.XMLSyntaxError:
        raise DamagedPackageError from None


def _row_texts(row: Element, shared: list[Element]) -> Iterator[tuple[str, str]]:
    for cell in row.iter(f"{_TAG}c"):
        letters = _LETTERS.match(cell.get("r", ""))
        if letters is None:
            continue
        if cell.get("t") == "inlineStr":
            yield letters.group(), plain_text(cell)
        elif cell.get("t") == "s":
            number = whole_number(cell.findtext(f"{_TAG}v"), otherwise=len(shared))
            if number < len(shared):
                yield letters.group(), plain_text(shared[number])
        else:
            yield letters.group(), cell.findtext(f"{_TAG}v") or ""


def _shared_texts(parts: Parts) -> list[Element]:
    relations = relations_of(parts, workbook_name(parts))
    targets = (entry.target for entry in relations if entry.kind == "sharedstrings")
    name = next((target for target in targets if target in parts), None)
    return shared_items(parts[name]) if name else []


@lru_cache(maxsize=1)
def shared_items(content: bytes) -> list[Element]:
    """Return the shared texts of a part, each to be read where it is asked for."""
    return list(parse(content).iter(f"{_TAG}si"))


def plain_text(element: Element) -> str:
    """Join the runs of a text; what stands above it as a reading does not belong to it."""
    if len(element) == 1 and element[0].tag == f"{_TAG}t":
        return unescape_text(element[0].text or "")
    phonetic = set(element.iterfind(f".//{_TAG}rPh/{_TAG}t"))
    runs = (run for run in element.iter(f"{_TAG}t") if run not in phonetic)
    return unescape_text("".join(run.text or "" for run in runs))
