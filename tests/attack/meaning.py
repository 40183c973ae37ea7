"""Say what each printed number counts, as its title and headings put it in Danish."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.attack.printed import Book, Cell, Table

LAND = "Hele landet"
_ALL_REPORTED = re.compile(r"[Hh]ele landet|\d+ af \d+ kommuner")
"""What the total of all kommuner is called, where not all have reported too."""

"""How a country calls itself in its own tables, and here also "4 af 98 kommuner"."""

TOTALS = (
    *("I alt", "Alle niveauer", "Alle med anden indkomst", "Alle tilbageviste sager"),
    "Alle brancher",
)
"""Labels of rows for all values of what divides them."""

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a number counts. The same key in two tables or books is the same number.

    Attributes:
        measure: What is counted, such as "started" or "pensioners".
        area: A kommune, or LAND.
        first: First day of what happened, or the day of what stood.
        last: Last day, included.
        attributes: What divides it, such as ("type", "Revalidering"), in order.
    """

    measure: str
    area: str
    first: date
    last: date
    attributes: Attributes = ()

    def with_(self, **more: str) -> Key:
        """Return the key with more attributes."""
        return replace(self, attributes=tuple(sorted((dict(self.attributes) | more).items())))

    def without(self, *names: str) -> Key:
        """Return the key without some attributes."""
        left = tuple(pair for pair in self.attributes if pair[0] not in names)
        return replace(self, attributes=left)

    def at(self, area: str) -> Key:
        """Return the same in another area."""
        return replace(self, area=area)

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {value}" for name, value in self.attributes)
        days = f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"
        return f"{self.measure}[{self.area}; {days}{'; ' if parts else ''}{parts}]"


@dataclass(frozen=True, slots=True)
class Print:
    """A printed cell that is a count.

    Attributes:
        key: What it counts.
        cell: As printed: a number or a sign.
        place: Book, table, row and column.
        bases: What the counts of its table are multiples of, as far as the table says.
        line: Table, labels of the row and heading, as a list of moved numbers names it.
    """

    key: Key
    cell: Cell
    place: str
    bases: tuple[int, ...] = ()
    line: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed cell that is no count: a share, a mean, a median.

    Attributes:
        heading: Of its column.
        counted: The count of the same row that it is a figure of.
        parts: All counts of the row by heading.
        cell: As printed.
        place: Book, table, row and column.
    """

    heading: str
    counted: Key
    parts: Mapping[str, Key]
    cell: Cell
    place: str


_DIMENSIONS = {
    "Kommune": "area",
    "Forløbstype": "type",
    "Kvartal": "quarter",
    "Revalideringstiltag": "tiltag",
    "Arbejdsevne": "band",
    "Timer pr. uge": "hours",
    "Jobtype": "job",
    "Branche (10 grupper)": "branche10",
    "Branche": "branche19",
    "Industri": "industry",
    "Køn": "sex",
    "Alder": "age",
    "Niveau før": "before",
    "Motivation": "motivation",
    "Indkomst ved siden af pensionen": "source",
    "Afgørelse": "decision",
    "Årsag til tilbagevisning": "ground",
    "Instans": "body",
    "Klageinstans": "appeals_body",
    "Foreliggende grundlag": "on_file",
    "Årsag til afslag": "refusal",
    "Indstilling": "advice",
    "Førtidspensionist": "pensionist",
}
"""Heading of a column of labels: what it divides by."""

_PREFIXES = {
    "Niveau": "level",
    "Til": "after",
    "Første gang": "level",
    "Resultat": "result",
    "Afgang": "cause",
    "Frist": "deadline",
    "Udfald": "outcome",
    "Job": "job",
    "Tilkendelser": "level",
    "Uden for cyklus": "cyclus",
    "Ikke planlagt": "cyclus",
    "Revurdering hvert femte år": "deadline5",
    "Med antal afklaringsforløb": "clarifications",
    "Ordinært job": "ordinary",
    "Timer i ordinært job": "ordinary_hours",
    "Arbejde i perioden": "worked",
}
"""Word before the colon of a heading: what it divides by."""

_REVIEW = (("type", "Revurdering"),)
_TRAINING = (("type", "Revalidering"),)
_GRANT = (("decision", "Tilkendelse"),)
_REFUSAL = (("decision", "Afslag"),)

_COUNTS: dict[str, tuple[str, str, Attributes]] = {
    "Påbegyndte forløb": ("started", "period", ()),
    "Påbegyndte revurderinger": ("started", "period", _REVIEW),
    "Påbegyndte revalideringer": ("started", "period", _TRAINING),
    "Afsluttede forløb": ("ended", "period", ()),
    "Afsluttede revurderinger": ("ended", "period", _REVIEW),
    "Afsluttede revalideringer": ("ended", "period", _TRAINING),
    "Igangværende forløb": ("ongoing", "end", ()),
    "Borgere med igangværende forløb": ("ongoing_citizens", "end", ()),
    "Førtidspensionister": ("pensioners", "end", ()),
    "Førtidspensionister under 60 år": ("under60", "end", ()),
    "Borgere med job i perioden": ("job_citizens", "period", ()),
    "Job i perioden": ("jobs", "period", ()),
    "Job i alt": ("jobs", "period", ()),
    "Borgere med job sidste dag": ("last_day_citizens", "end", ()),
    "Job sidste dag": ("last_day_jobs", "end", ()),
    "Tilkendelser og afslag": ("decided", "period", ()),
    "Tilkendelser i alt": ("decided", "period", _GRANT),
    "Tilkendelser": ("decided", "period", _GRANT),
    "Afslag": ("decided", "period", _REFUSAL),
    "Udsættelser": ("postponed", "period", ()),
    "Tilbagevisninger": ("remitted", "period", ()),
    "Afgjort igen": ("decided_again", "period", ()),
    "Afgjorte klager": ("appeals", "period", ()),
    "Stadfæstet": ("appeals", "period", (("appeal", "Stadfæstet"),)),
    "Ændret": ("appeals", "period", (("appeal", "Ændret"),)),
    "Hjemvist": ("appeals", "period", (("appeal", "Hjemvist"),)),
    "Afvist": ("appeals", "period", (("appeal", "Afvist"),)),
    "Ændret eller hjemvist": ("overturned", "period", ()),
    "Prøvede klager": ("tried", "period", ()),
    "Indstillinger": ("advised", "period", ()),
    "Ved periodens begyndelse": ("pensioners", "before", ()),
    "Ved periodens slutning": ("pensioners", "end", ()),
    "Hele perioden i samme kommune": ("stayed", "period", ()),
    "Tilgang": ("joined", "period", ()),
    "Første gang i alt": ("first_time", "period", ()),
    "Tilflyttet fra anden kommune": ("moved_in", "period", ()),
    "Fraflyttet til anden kommune": ("moved_out", "period", ()),
    "Afgang i alt": ("left", "period", ()),
    "Revurderinger afgjort": ("reassessed", "period", ()),
    "Borgere": ("income", "end", ()),
    "Afgjorte ansøgninger": ("settled", "period", ()),
    "Uden oplyst ansøgningsdato": ("undated", "period", ()),
    "Frister i perioden": ("deadlines", "period", ()),
}
"""Heading of a count: what it counts, when, and what its words already say of it."""

_SUBJECTS: dict[str, tuple[str, str, Attributes]] = {
    "cyclus": ("started", "period", _REVIEW),
    "clarifications": ("ended", "period", _REVIEW),
    "cause": ("left", "period", ()),
    "after": ("reassessed", "period", ()),
    "deadline": ("deadlines", "period", ()),
    "deadline5": ("under60", "end", ()),
    "ordinary": ("pensioners", "end", ()),
    "ordinary_hours": ("pensioners", "end", (("ordinary", "Ja"),)),
    "worked": ("by_work", "period", ()),
    "outcome": ("remitted", "period", ()),
    "job": ("jobs", "period", ()),
}
"""What a heading with a colon counts, by what it divides by; else the first count of its table."""

GIVEN = {dimension: dict(given) for dimension, (_, _, given) in _SUBJECTS.items()}
"""What all have in common whom something divides: hours in ordinary jobs are of those with one."""

NO_COUNTS = ("T12b", "T21", "T22", "T25", "T25b")
"""Tables whose numbers say nothing of citizens here: T21 of reports, T22 read apart.

Those of T25 are of places that no public table names.
"""

_QUARTER = re.compile(r"(\d{4}), (\d)\. kvartal")


def counts_of(book: Book) -> Iterator[Print | Figure]:
    """Return each number of a book's tables with what it means.

    Args:
        book: A printed workbook.
    """
    for table in book.tables:
        if table.code.startswith("T") and table.code not in NO_COUNTS:
            yield from _Reader(book, table).cells()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one table of a book."""

    book: Book
    table: Table

    def cells(self) -> Iterator[Print | Figure]:
        """Return the numbers of the table, row by row."""
        for at, row in enumerate(self.table.rows):
            keys = dict(self._keys(row))
            first = next(iter(keys.values()))
            named = {self.table.headings[column]: key for column, key in keys.items()}
            for column, cell in enumerate(row):
                place = (
                    f"{self.book.area} {self.book.first}..{self.book.last} udgave "
                    f"{self.book.edition} {self.table.code} {chr(65 + column)}"
                    f"{self.table.first_row + at}"
                )
                heading = self.table.headings[column]
                if column in keys:
                    line = (self.table.code, self._label(row), heading)
                    yield Print(keys[column], cell, place, self.table.bases, line)
                elif heading not in _DIMENSIONS:
                    yield Figure(heading, first, named, cell, place)

    def _label(self, row: tuple[Cell, ...]) -> str:
        divided = zip(self.table.headings, row, strict=True)
        return ", ".join(str(cell) for heading, cell in divided if heading in _DIMENSIONS)

    def _keys(self, row: tuple[Cell, ...]) -> Iterator[tuple[int, Key]]:
        labels = {
            _DIMENSIONS[heading]: str(cell)
            for heading, cell in zip(self.table.headings, row, strict=True)
            if heading in _DIMENSIONS
        }
        subject = next(
            (_COUNTS[_bare(name)] for name in self.table.headings if _bare(name) in _COUNTS), None
        )
        for column, heading in enumerate(self.table.headings):
            meaning = _meaning(heading, subject)
            if meaning is not None:
                yield column, self._key(meaning, labels)

    def _key(self, meaning: tuple[str, str, Attributes], labels: dict[str, str]) -> Key:
        measure, when, given = meaning
        area = labels.get("area", self.book.area)
        if _ALL_REPORTED.match(area):
            area = LAND
        first, last = self._days(when, labels.get("quarter"))
        divided = {
            name: label
            for name, label in labels.items()
            if name not in {"area", "quarter"} and label not in TOTALS
        }
        if "tiltag" in divided:
            divided["type"] = "Revalidering"
        attributes = dict(given) | divided
        return Key(measure, area, first, last, tuple(sorted(attributes.items())))

    def _days(self, when: str, quarter: str | None) -> tuple[date, date]:
        first, last = self.book.first, self.book.last
        if when == "end":
            return last, last
        if when == "before":
            return first - timedelta(days=1), first - timedelta(days=1)
        if quarter is not None and (found := _QUARTER.search(quarter)) is not None:
            year, number = int(found[1]), int(found[2])
            begins = date(year, 3 * number - 2, 1)
            after = date(year + (number == 4), 3 * number % 12 + 1, 1)
            return max(first, begins), min(last, after - timedelta(days=1))
        return first, last


def _bare(heading: str) -> str:
    return heading.removesuffix(" (antal)")


def _meaning(
    heading: str, subject: tuple[str, str, Attributes] | None
) -> tuple[str, str, Attributes] | None:
    """Return what a heading counts, when and by which attributes; None for a figure or label."""
    bare = _bare(heading)
    if bare in _COUNTS:
        return _COUNTS[bare]
    prefix, colon, value = bare.partition(": ")
    if not colon or prefix not in _PREFIXES or not heading.endswith(" (antal)"):
        return None
    dimension = _PREFIXES[prefix]
    if prefix == "Tilkendelser":
        base: tuple[str, str, Attributes] | None = _COUNTS["Tilkendelser"]
    else:
        # The team's recommendations have an outcome too, in a table of their own.
        is_own = subject == _COUNTS["Indstillinger"]
        base = subject if is_own else _SUBJECTS.get(dimension, subject)
    if base is None:
        return None
    measure, when, given = base
    return measure, when, (*given, (dimension, value))
