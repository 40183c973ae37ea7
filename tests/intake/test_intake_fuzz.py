"""Broken workbooks by the hundred: no traceback, no file without a verdict, no value in it.

Five kinds of damage, each from a seed: bytes of the zip, characters of the XML, parts swapped or
lost, cells of every type at random places, and all of these on a workbook that was returned. Every
file goes through the intake; of those that can be read some go on through the rules, the views and
the returned workbook. With `--long` there are twenty times as many, and all of them go on.
"""

from __future__ import annotations

import json
import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet.checking.check_file import Question, check_raw
from fpsheet.returned.explanation import current_explanations
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.views.findings_value import verdict_value
from fpsheet.views.page import render_page
from fpsheet.views.terminal import render_verdict
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import Row, check_bytes, opened
from tests.support.desk import make_workbook as issue
from tests.support.unmarked import clean_workbook
from tests.support.xlsx_parts import (
    Package,
    entry_row,
    letters,
    make_workbook,
    open_parts,
    part_of,
    row,
    take_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from fpsheet.checking.verdict import Verdict

pytestmark = pytest.mark.fuzz

FORM = load_form()
MARK = "710776-0001"
"""A CPR number that no finding may show."""

BATCHES, BATCH, LONG_BATCH = 5, 80, 1600
ONE_IN = 10
"""So many readable files go the whole way in CI."""
TODAY = date(2026, 3, 2)

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


@cache
def came_back() -> Package:
    """A workbook as issued, filled, and returned with marks, comments and a list of findings."""
    rows: dict[str, list[Row]] = {
        "borger": [{"cpr": MARK.replace("-", ""), "sagsbehandler": "AB"}],
        "forloeb": [
            {"cpr": MARK.replace("-", ""), "start_dato": date(2026, 2, day), "tekst": MARK}
            for day in (1, 2, 3)
        ],
    }
    checked = check_bytes(issue(FORM, rows, premade=2), FORM)
    back = return_workbook(
        opened(checked.content), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    return open_parts(back)


def break_bytes(dice: Random, source: Callable[[], Package] = whole) -> bytes:
    """Change, lose and add bytes of the file, its directory more often than the rest."""
    data = bytearray(source().data(compression=dice.choice((0, 8))))
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


def break_xml(dice: Random, source: Callable[[], Package] = whole) -> bytes:
    """Change the text of a part."""
    name = dice.choice(list(source().parts))
    text = source().parts[name].decode("utf-8")
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
    return source().with_part(name, text).data()


def break_parts(dice: Random, source: Callable[[], Package] = whole) -> bytes:
    """Swap a part for another, for noise or for nothing."""
    name, other = dice.sample(list(source().parts), 2)
    match dice.randrange(4):
        case 0:
            package = source().with_part(name, source().parts[other])
        case 1:
            package = source().without(name)
        case 2:
            package = source().with_part(name, b"")
        case _:
            package = source().with_part(name, dice.randbytes(100))
    return package.data()


def break_returned(dice: Random) -> bytes:
    """Break a workbook that was returned, most often in the parts that hold our marks."""
    break_it = dice.choice((break_xml, break_xml, break_parts, break_bytes))
    return break_it(dice, came_back)


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


KINDS: tuple[Callable[[Random], bytes], ...] = (
    break_bytes,
    break_xml,
    break_parts,
    strew_cells,
    break_returned,
)


def judge(data: bytes, *, whole_way: bool) -> None:
    """Read a file and see that the verdict is whole and shows nothing of it."""
    raw, faults = take_in(data)
    assert raw is not None or faults
    found = tuple(fault.to_finding(FORM) for fault in faults)
    for sheet in raw.sheets.values() if raw else ():
        totals = sheet.totals
        assert totals.blank >= 0
        assert totals.xml == totals.read + totals.blank + totals.quarantined
        assert totals.read == sheet.frame.height
    if raw is None or not whole_way:
        said = [*map(repr, found), *(finding.message(SpokenForm(FORM, "da")) for finding in found)]
        assert all(finding.remedy(SpokenForm(FORM, "en")) for finding in found)
    else:
        said = list(go_on(data, check_raw(raw, found, Path("F.xlsx"), Question(FORM, TODAY))))
    assert not any(mark in text for text in said for mark in (MARK, MARK.replace("-", "")))


def go_on(data: bytes, verdict: Verdict) -> Iterator[str]:
    """Show what was found in every way, and mark the workbook; return all that was said."""
    yield from map(repr, verdict.findings)
    yield json.dumps(verdict_value(verdict, SpokenForm(FORM, "en")))
    yield render_page(verdict, SpokenForm(FORM, "da"))
    yield from render_verdict(
        verdict, SpokenForm(FORM, "da"), width=80, paint=lambda severity, text: f"{severity}{text}"
    )
    if verdict.check is None:
        return
    current_explanations(opened(data).faults, verdict.findings, verdict.check)
    try:
        back = return_workbook(
            opened(data), verdict.findings, verdict.check, SpokenForm(FORM, "da")
        )
        clean_workbook(back, FORM)
    except WorkbookFileError as error:
        yield str(error)


@pytest.mark.slow
@pytest.mark.parametrize("damage", KINDS, ids=[kind.__name__ for kind in KINDS])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_broken_workbooks(batch: int, damage: Callable[[Random], bytes], *, long_run: bool) -> None:
    """Every broken file has a verdict that can be read to a person, and totals that add up.

    With `--long` one batch takes longer than the suite lets a test: `-o faulthandler_timeout=7200`.
    """
    dice = random.Random(f"{damage.__name__} {batch}")
    for number in range(LONG_BATCH if long_run else BATCH):
        judge(damage(dice), whole_way=long_run or number % ONE_IN == 0)


def test_the_corpus_is_as_large_as_promised() -> None:
    """At least 2,000 files in CI, each from a seed of its own."""
    assert BATCHES * BATCH * len(KINDS) >= 2000
