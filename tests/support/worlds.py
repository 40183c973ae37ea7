"""Worlds: a few workbooks edited, copied, mangled and sent the way people do, for Hypothesis.

A world is a list of submissions. Every choice is drawn from Hypothesis, so that a world that
breaks something shrinks to a small one.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

from fpsheet_templates.load import load_form
from tests.support.submissions import RowSpec, Sending, build

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fpsheet_sync.merge.submission import Submission

T = TypeVar("T")
CPRS = ("6101801234", "6202801235", "6303801236", "6404801237", "6505801238")
SHEETS = ("borger", "forloeb", "vurdering")
WORKBOOKS = {"AAAAAAAA": "956", "BBBBBBBB": "956", "CCCCCCCC": "955"}
NOBODY = "ZZZZZZZZ"
"""A workbook that nobody ever sends."""


@dataclass(slots=True)
class Row:
    """A row on its way through edits."""

    row_id: str | None
    values: dict[str, object]
    blocked: bool = False


@dataclass(slots=True)
class Book:
    """A workbook on somebody's disk.

    Attributes:
        workbook: Its identity.
        parent: The stamp in it.
        rows: Sheet → rows in sheet order.
    """

    workbook: str
    parent: str = ""
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SHEETS})

    def sent(self, sending: Sending) -> Submission:
        """Return the submission it makes."""
        specs = {
            name: [RowSpec(n, r.row_id, r.values, r.blocked) for n, r in enumerate(rows, start=4)]
            for name, rows in self.rows.items()
        }
        return build(specs, sending)


class Chance:
    """Draws what happens."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def pick(self, values: Sequence[T]) -> T:
        """Choose one; Hypothesis shrinks towards the first."""
        picked: T = self.draw(st.sampled_from(values))
        return picked

    def happens(self, percent: int) -> bool:
        """Let something happen now and then."""
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def values(self, sheet: str) -> dict[str, object]:
        """Return the values of a row."""
        day = date(2026, 1, 1) + timedelta(days=self.pick((0, 1, 2)))
        cpr = self.pick(CPRS)
        if sheet == "borger":
            former = self.pick((None, None, None, *CPRS))
            return {"cpr": cpr, "sagsbehandler": self.pick(("AB", "CD")), "tidligere_cpr": former}
        if sheet == "forloeb":
            return {
                "cpr": cpr,
                "forloeb_type": self.pick(("revurdering", "revalidering")),
                "start_dato": day,
                "slut_dato": self.pick((None, date(2026, 2, 1))),
                "timer_pr_uge": self.pick((None, 5.0, 7.5)),
            }
        return {"cpr": cpr, "vurdering_dato": day, "arbejdsevne_pct": self.pick((10, 20, 60))}

    def mint(self, book: Book, sheet: str) -> str:
        """Return the id of the first pre-made row that is free."""
        letter = load_form().sheet(sheet).letter
        used = {row.row_id for row in book.rows[sheet]}
        ids = (f"{book.workbook}-{letter}-{n:04d}" for n in range(1, 1000))
        return next(row_id for row_id in ids if row_id not in used)

    def edit(self, book: Book) -> Book:
        """Return an edited copy of a workbook."""
        book = deepcopy(book)
        for _ in range(self.pick((1, 2, 3, 0))):
            sheet = self.pick(SHEETS)
            self.act(book, sheet, self.pick(ACTS))
        return book

    def act(self, book: Book, sheet: str, act: str) -> None:
        """Do one thing to one sheet."""
        rows = book.rows[sheet]
        if act == "add" or not rows:
            row_id = None if self.happens(20) else self.mint(book, sheet)
            rows.append(Row(row_id, self.values(sheet), self.happens(5)))
            return
        at = self.draw(st.integers(0, len(rows) - 1))
        row = rows[at]
        if act == "change":
            name = self.pick(tuple(self.values(sheet)))
            row.values[name] = self.values(sheet)[name]
        elif act == "reuse":
            row.values.update(self.values(sheet))
        elif act == "annul":
            row.values["annuller"] = self.pick((None, "dublet"))
        elif act == "cut":
            row.row_id = self.mint(book, sheet)
        elif act == "foreign":
            letter = load_form().sheet(sheet).letter
            row.row_id = f"{self.pick((*WORKBOOKS, NOBODY))}-{letter}-0001"
        else:
            MANGLE[act](rows, at)


def lose_id(rows: list[Row], at: int) -> None:
    """Clear the hidden id of a row."""
    rows[at].row_id = None


def block(rows: list[Row], at: int) -> None:
    """Bring a fault into a row, or mend it."""
    rows[at].blocked = not rows[at].blocked


MANGLE: dict[str, Callable[[list[Row], int], object]] = {
    "remove": lambda rows, at: rows.pop(at),
    "copy": lambda rows, at: rows.append(deepcopy(rows[at])),
    "sort": lambda rows, _: rows.reverse(),
    "lose id": lose_id,
    "block": block,
}
ACTS = (
    *("change", "change", "change", "add", "add", "annul", "block"),
    *("remove", "copy", "lose id", "sort", "reuse", "foreign", "cut"),
)


def start(chance: Chance, workbook: str) -> Book:
    """Return a workbook with enough rows that one may go without the file being held."""
    book = Book(workbook)
    for number in range(12):
        sheet = SHEETS[number % 3]
        book.rows[sheet].append(Row(chance.mint(book, sheet), chance.values(sheet)))
    return book


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Submission]:
    """Return the files of a world, in the order in which they were saved."""
    chance = Chance(draw)
    books = [start(chance, "AAAAAAAA")]
    files = [send(chance, books[0], 0, [])]
    for number in range(1, chance.pick((3, 2, 4, 5))):
        if chance.happens(15):
            book = start(chance, chance.pick(tuple(WORKBOOKS)))
        else:
            book = chance.edit(chance.pick(books[::-1]))
        books.append(book)
        files.append(send(chance, book, number, files))
    return files


def send(chance: Chance, book: Book, number: int, files: list[Submission]) -> Submission:
    """Save a workbook and send it; now and then with a stamp, or without a sensible time."""
    if files and chance.happens(20):
        book.parent = chance.pick(files).sha256
    elif chance.happens(4):
        book.parent = "f" * 64
    minute: int | None = number * 10
    if chance.happens(10):
        minute = chance.pick((None, 0, 10))
    return book.sent(
        Sending(
            kommune=WORKBOOKS[book.workbook],
            workbook=book.workbook,
            parent=book.parent,
            minute=minute,
            salt=str(number),
        )
    )
