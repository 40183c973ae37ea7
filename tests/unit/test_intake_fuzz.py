"""Broken workbooks by the hundred: no traceback, no file without a verdict, no value in it.

Four kinds of damage, each from a seed: bytes of the zip, characters of the XML, parts swapped or
lost, and cells of every type at random places. More of them with `--long`.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from tests.support.xlsx_parts import (
    Package,
    entry_row,
    letters,
    make_workbook,
    part_of,
    row,
    take_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

pytestmark = pytest.mark.fuzz

FORM = load_form()
MARK = "710776-0001"
"""A CPR number that no finding may show."""

BATCHES, BATCH, LONG_BATCH = 5, 100, 2000

PIECES = (
    *('<c r="C4">', "</c>", '<row r="4">', "<row>", "</row>", "<v>1</v>", "<f>A1</f>", "<x:c/>"),
    *('t="s"', 't="e"', 't="b"', 'r="XFD1048576"', 'r="A0"', ' r="C4"', 'xmlns=""'),
    *("<!--", "-->", "<![CDATA[", "]]>", "&#0;", "&lt;", '"', "'", ">", "<", "\0", "é"),
    *("<sheetData>", "</sheetData>", "<is><t>x</t></is>", "1048577", "9" * 20, "-1", "1E400"),
)
LETTERS = (0, 9, 13, 34, 38, 39, 60, 62, 65, 0xA0, 0x301, 0x200B, 0xFEFF, 0x20AC, 0x1F600)
VALUES = ("", "0", "-3", "abc", "1e400", "45000.5", "#N/A", "#SPILL!", "2024-01-01", "9" * 12)
TYPES = ("s", "n", "b", "e", "str", "inlineStr", "d", "x")


@cache
def whole() -> Package:
    """A workbook with rows on every sheet."""
    rows = {
        sheet.id: "".join(
            entry_row(sheet.id, at, cpr=MARK, tekst=f"Ærø {MARK}") for at in range(4, 9)
        )
        for sheet in FORM.entry_sheets()
    }
    return make_workbook(rows, shared=[f"<t>{MARK}</t>", "<t>b</t>"])


def break_bytes(dice: Random) -> bytes:
    """Change, lose and add bytes of the file, its directory more often than the rest."""
    data = bytearray(whole().data(compression=dice.choice((0, 8))))
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data))
        match dice.randrange(5):
            case 0 | 1:
                data[at] = dice.randrange(256)
            case 2:
                data[-dice.randint(1, min(3000, len(data)))] = dice.randrange(256)
            case 3:
                del data[at : at + dice.randint(1, 200)]
            case _:
                data[at:at] = dice.randbytes(dice.randint(1, 50))
        data = data or bytearray(b"P")
    return bytes(data)


def break_xml(dice: Random) -> bytes:
    """Change the text of a part."""
    name = dice.choice(list(whole().parts))
    text = whole().parts[name].decode("utf-8")
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) + 1)
        end = at + dice.randint(1, 40)
        match dice.randrange(4):
            case 0:
                text = text[:at] + dice.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:at] + text[at:end] * dice.randint(2, 5) + text[end:]
            case _:
                text = text[:at] + chr(dice.choice(LETTERS)) + text[at + 1 :]
    return whole().with_part(name, text).data()


def break_parts(dice: Random) -> bytes:
    """Swap a part for another, for noise or for nothing."""
    name, other = dice.sample(list(whole().parts), 2)
    match dice.randrange(4):
        case 0:
            package = whole().with_part(name, whole().parts[other])
        case 1:
            package = whole().without(name)
        case 2:
            package = whole().with_part(name, b"")
        case _:
            package = whole().with_part(name, dice.randbytes(100))
    return package.data()


def strew_cells(dice: Random) -> bytes:
    """Add rows with cells of every type at random places."""
    rows = ""
    for number in sorted(dice.sample(range(1, 60), 12)):
        cells = []
        for column in sorted(dice.sample(range(1, 60), 8)):
            kind, value = dice.choice(TYPES), dice.choice(VALUES)
            formula = dice.choice(("", "<f>A1</f>"))
            content = f"<is><t>{value}</t></is>" if kind == "inlineStr" else f"<v>{value}</v>"
            place = f'r="{letters(column)}{number}" s="{dice.choice((0, 1, 7))}" t="{kind}"'
            cells.append(f"<c {place}>{formula}{content}</c>")
        rows += row(number, *cells)
    added = f"{rows}</sheetData>"
    return whole().replace(part_of("forloeb"), "</sheetData>", added).data()


KINDS: tuple[Callable[[Random], bytes], ...] = (break_bytes, break_xml, break_parts, strew_cells)


def judge(data: bytes) -> None:
    """Read a file and see that the verdict is whole and shows nothing of it."""
    raw, faults = take_in(data)
    assert raw is not None or faults
    assert MARK not in repr(faults)
    for fault in faults:
        finding = fault.to_finding(FORM)
        assert finding.message(FORM)
        assert finding.remedy(FORM, "en")
    for sheet in raw.sheets.values() if raw else ():
        totals = sheet.totals
        assert totals.blank >= 0
        assert totals.xml == totals.read + totals.blank + totals.quarantined
        assert totals.read == sheet.frame.height


@pytest.mark.parametrize("damage", KINDS, ids=[kind.__name__ for kind in KINDS])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_broken_workbooks(batch: int, damage: Callable[[Random], bytes], *, long_run: bool) -> None:
    """Every broken file has a verdict that can be read to a person, and totals that add up."""
    dice = random.Random(f"{damage.__name__} {batch}")
    for _ in range(LONG_BATCH if long_run else BATCH):
        judge(damage(dice))
