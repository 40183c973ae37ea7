"""The texts of a worksheet part, row by row, however the program that saved it keeps them."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO

from lxml import etree

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.escape import unescape_text
from fpsheet.ooxml.parts import MAIN, Element, whole_number
from fpsheet.ooxml.shared_strings import SharedStrings

_LETTERS = re.compile("[A-Z]{1,3}")
_TAG = f"{{{MAIN}}}"


NumberedRow = tuple[int, Mapping[str, str]]
"""Number of a row, 0 where it has none, and what its cells say by column letter."""


def read_rows(content: bytes, shared: SharedStrings) -> Iterator[NumberedRow]:
    """Yield the rows of a worksheet; a number as the file spells it.

    Args:
        content: Its part.
        shared: The texts of the workbook.

    Raises:
        DamagedPackageError: The part, or the list of shared texts, is not XML.
    """
    events = etree.iterparse(
        BytesIO(content), tag=f"{_TAG}row", resolve_entities=False, no_network=True
    )
    try:
        for _, row in events:
            yield whole_number(row.get("r")), dict(_row_texts(row, shared))
            row.clear(keep_tail=True)
    except etree.XMLSyntaxError:
        raise DamagedPackageError from None


def _row_texts(row: Element, shared: SharedStrings) -> Iterator[tuple[str, str]]:
    for cell in row.iter(f"{_TAG}c"):
        letters = _LETTERS.match(cell.get("r", ""))
        if letters is None:
            continue
        if cell.get("t") == "inlineStr":
            yield letters.group(), _inline_text(cell)
            continue
        value = cell.findtext(f"{_TAG}v") or ""
        yield letters.group(), shared.text(value) if cell.get("t") == "s" else value


def _inline_text(cell: Element) -> str:
    """Join the runs of a text; what stands above it as a reading does not belong to it."""
    phonetic = set(cell.iterfind(f".//{_TAG}rPh/{_TAG}t"))
    runs = (run for run in cell.iter(f"{_TAG}t") if run not in phonetic)
    return unescape_text("".join(run.text or "" for run in runs))
