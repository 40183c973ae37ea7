"""Every figure of the demo country, read back from its workbooks, is what the naive count says.

The rows are those the demo invents, less the cases that the receipts say wait. Counted by loops
(`tests.support.naive_statistics`), laid out by headings spelled out a second time
(`tests.support.naive_tables`), and compared with every cell of every table T01 to T21.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from typing import TYPE_CHECKING, cast

import pytest
from openpyxl import load_workbook

from fpsheet.central import Central, locate_central, open_central
from fpsheet.demo.country import DEMO_DAY, invent_country
from fpsheet.demo.run import DemoPlaces
from fpsheet.demo.scale import SMALL
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.steps import rebuild_database
from fpsheet.progress import Silent
from fpsheet.statistics.edition_order import Order
from fpsheet.statistics.publishing import publish
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.store import open_store
from fpsheet_sync.statistics.protection.release_cells import collect
from fpsheet_sync.statistics.publication.explain import explain
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.benchmark import Benchmark, load_benchmarks, save_benchmarks
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.load import load_form
from tests.support.country import Country
from tests.support.editions import bytes_of, inside
from tests.support.naive_statistics import NaiveCount
from tests.support.naive_tables import TABLES, NaiveBook
from tests.sync.statistics.publication.test_explain import SPECS, cells, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet.demo.country import DemoWorkbook
    from tests.support.country import Record
    from tests.support.naive_tables import Printed

pytestmark = pytest.mark.slow

FORM = load_form()
FRA, TIL = date(2025, 1, 1), date(2025, 12, 31)
FIRST_ROW = 4
"""Where the rows of an entry sheet begin."""

FEW = "[u]"
BASE, NEAR = 5, 4
"""What the numbers of a public edition are multiples of, and how far they are from the count."""

COMPARED = ("Andel", "Forventede", "Afslag, ", "Afslag i forhold", "Over målet")
"""Beginnings of the headings of T12 and T13 whose figures are made of printed numbers."""

NAMES = {"GL": "groenland", "DK": "danmark"}
EDITIONS = ("fortroligt", "udgave-1")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it is printed.

    Attributes:
        name: T01 and on.
        heads: Every heading.
        rows: The rows below.
        labels: How many columns from the left are labels.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Printed, ...], ...]
    labels: int


@dataclass(frozen=True, slots=True)
class Land:
    """The demo country twice: as it was published, and as it was typed.

    Attributes:
        places: Its folders.
        books: What each kommune typed.
        receipts: What each kommune was answered.
        counted: What the tables must say, by country.
    """

    places: DemoPlaces
    books: dict[str, DemoWorkbook]
    receipts: dict[str, dict[str, object]]
    counted: dict[str, NaiveBook]

    def of(self, country: str) -> list[str]:
        """Return the kommuner of a country."""
        return [kode for kode in self.books if FORM.kommuner[kode].jurisdiction == country]

    def sheets(self, name: str, edition: str) -> list[Sheet]:
        """Read the tables of an edition back from its workbook."""
        stem = f"foertidspension-{name}-2025-{edition}"
        folder = self.places.statistics
        place = inside(folder) if edition == "fortroligt" else folder
        return list(read_sheets(place / f"{stem}.xlsx"))


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Read every table of a workbook."""
    for sheet in load_workbook(path).worksheets:
        if not re.fullmatch(r"T\d\d[a-z]?", sheet.title):
            continue
        (table,) = sheet.tables.values()
        head, *rows = sheet[table.ref]
        looks = [cell.alignment.horizontal for cell in head]
        labels = looks.index("right")
        yield Sheet(
            sheet.title,
            tuple(str(cell.value) for cell in head),
            tuple(tuple(cast("Printed", cell.value) for cell in row) for row in rows),
            labels,
        )


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Land:
    """The demo, run once."""
    places = DemoPlaces(tmp_path_factory.mktemp("demo") / "D")
    shutil.copytree(demo_folder, places.root)
    books = {book.kommune_kode: book for book in invent_country(FORM, scale=SMALL, seed=1)}
    receipts = {
        path.parent.name: cast("dict[str, object]", json.loads(path.read_text(encoding="utf-8")))
        for path in places.receipts.glob("*/*.json")
    }
    counted = {}
    for country in NAMES:
        own = {
            kode: accepted(book, receipts[kode])
            for kode, book in books.items()
            if FORM.kommuner[kode].jurisdiction == country
        }
        typed = typed_country(own)
        kommuner = {k.code for k in FORM.kommuner.values() if k.jurisdiction == country}
        naive = NaiveCount(typed, FORM, frozenset(kommuner), FRA, TIL)
        counted[country] = NaiveBook.of(FORM, naive.facts())
    return Land(places, books, receipts, counted)


def accepted(book: DemoWorkbook, receipt: dict[str, object]) -> dict[str, list[Record]]:
    """Return the rows of a workbook that its receipt does not name as waiting."""
    waiting = {(each["sheet"], each["row"]) for each in cast("list[Record]", receipt["waiting"])}
    return {
        sheet: [
            {
                "kommune_kode": book.kommune_kode,
                "borger": str(row["cpr"]),
                "raekke_id": f"{number:05}",
                **{name: value for name, value in row.items() if name != "cpr"},
            }
            for number, row in enumerate(rows)
            if (sheet, number + FIRST_ROW) not in waiting
        ]
        for sheet, rows in book.rows.items()
    }


def typed_country(typed: dict[str, dict[str, list[Record]]]) -> Country:
    """Put the rows of some kommuner together."""
    records: dict[str, list[Record]] = {}
    for by_sheet in typed.values():
        for sheet, rows in by_sheet.items():
            records.setdefault(sheet, []).extend(rows)
    cprs = {str(row["borger"]) for rows in records.values() for row in rows}
    return Country({cpr: (sex(cpr), birth(cpr)) for cpr in cprs}, records)


def sex(cpr: str) -> str:
    """Return the sex: the last digit is odd for men."""
    return "M" if int(cpr[9]) % 2 else "K"


def birth(cpr: str) -> date:
    """Return the birth date; the seventh digit tells the century, 60 is added to the day."""
    year, seventh = int(cpr[4:6]), int(cpr[6])
    late = (seventh in {4, 9} and year <= 36) or (5 <= seventh <= 8 and year <= 57)
    return date((2000 if late else 1900) + year, int(cpr[2:4]), int(cpr[:2]) - 60)


def wrong_cells(sheet: Sheet, book: NaiveBook, edition: str) -> Iterator[str]:
    """Return every cell, in words, that says something else, or is too far off in public."""
    for row in sheet.rows:
        key = [str(label) for label in row[: sheet.labels]]
        for head, printed in zip(sheet.heads[sheet.labels :], row[sheet.labels :], strict=True):
            wanted = book.cell(sheet.name, sheet.heads[: sheet.labels], key, head)
            is_right = printed == wanted
            if edition != "fortroligt":
                is_right = head.startswith(COMPARED) or is_near(head, printed, wanted)
            if not is_right:
                yield f"{sheet.name} {key} {head}: {printed} != {wanted}"


def is_near(head: str, printed: Printed, wanted: Printed) -> bool:
    """Return whether a number is printed as near as it may be, and no nearer.

    Counts are multiples of the base, and 0 where nothing was counted; days go by fives, means are
    whole. Of too few citizens there is no figure.
    """
    if "(antal)" in head and isinstance(wanted, int):
        is_near = isinstance(printed, int) and abs(printed - wanted) <= NEAR
        return is_near and printed % BASE == 0 and (wanted > 0 or not printed)
    if isinstance(printed, int) and isinstance(wanted, float):
        step = 5 if "(dage)" in head else 1
        return printed % step == 0 and abs(printed - wanted) <= step / 2 + 0.05
    return printed == (FEW if isinstance(wanted, float) or wanted == "[z]" else wanted)


@pytest.mark.parametrize("country", NAMES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_country_says_what_was_typed(land: Land, country: str, edition: str) -> None:
    """Every cell of T01 to T20 of the national workbook, rounded in that for everybody."""
    sheets = [s for s in land.sheets(NAMES[country], edition) if s.name != "T21"]
    book = land.counted[country]
    assert [wrong for sheet in sheets for wrong in wrong_cells(sheet, book, edition)] == []
    cells = [cell for sheet in sheets for row in sheet.rows for cell in row[sheet.labels :]]
    numbers = [cell for cell in cells if isinstance(cell, int | float) and cell]
    assert len(numbers) > (300 if country == "GL" else 100)
    assert (FEW in cells) == (edition == "udgave-1")
    assert "[c]" not in cells
    not_ours = {
        "GL": {"T13", "T13b", "T13c", "T24", "T25b"},
        "DK": {"T06b", "T07b", "T16", "T18b", "T20"},
    }
    internal = {"T12b", "T25", "T25b"} if edition == "udgave-1" else set()
    assert {sheet.name for sheet in sheets} == set(TABLES) - not_ours[country] - internal


@pytest.mark.parametrize(("kommune", "edition"), [("956", "fortroligt"), ("706", "udgave-1")])
def test_a_kommune_says_what_it_typed(land: Land, kommune: str, edition: str) -> None:
    """Every cell of a kommune's own workbook is about that kommune, totals too."""
    country = FORM.kommuner[kommune].jurisdiction
    every = land.counted[country].facts
    facts = [fact for own in every.values() for fact in own if fact.kommune == kommune]
    book = NaiveBook.of(FORM, facts)
    sheets = [s for s in land.sheets(kommune, edition) if s.name not in {"T12", "T12b", "T21"}]
    assert len(sheets) > 10
    assert [wrong for sheet in sheets for wrong in wrong_cells(sheet, book, edition)] == []


@pytest.mark.parametrize("country", NAMES)
def test_t11_and_t12_print_every_number_and_add_up(land: Land, country: str) -> None:
    """Read from the workbook for everybody: kommuner give the country, levels the awards.

    T12 has the numbers of T11; what it makes of them is made of what is printed.
    """
    by_name = {sheet.name: sheet for sheet in land.sheets(NAMES[country], "udgave-1")}
    t11, t12 = by_name["T11"], by_name["T12"]
    heads = [head.partition(" (")[0] for head in t11.heads[1:]]
    rows = {str(row[0]): dict(zip(heads, row[1:], strict=True)) for row in t11.rows}
    whole, *parts = rows.values()
    assert len(parts) == len(land.of(country))
    for head in heads:
        assert all(isinstance(row[head], int) for row in rows.values())
        assert sum(int(str(row[head])) for row in parts) == whole[head]
    for row in rows.values():
        levels = [int(str(row[head])) for head in heads if ": " in head]
        assert not levels or sum(levels) == row["Tilkendelser i alt"]
        both = int(str(row["Tilkendelser i alt"])) + int(str(row["Afslag"]))
        assert row["Tilkendelser og afslag"] == both
    share = int(str(whole["Afslag"])) / int(str(whole["Tilkendelser og afslag"]))
    for name, awarded, refused, decided, percent, expected, *_ in t12.rows:
        row = rows[str(name)]
        assert (awarded, refused) == (row["Tilkendelser i alt"], row["Afslag"])
        assert decided == row["Tilkendelser og afslag"]
        n, of = int(str(refused)), int(str(decided))
        assert percent == (int(100 * n / of + 0.5) if of >= 100 else FEW)
        assert expected == (int(of * share + 0.5) if of >= 30 else FEW)


@pytest.mark.parametrize("country", NAMES)
def test_the_same_number_stands_everywhere(land: Land, country: str) -> None:
    """Each kommune's own workbook has the lines that the national one has of it."""
    national = {sheet.name: sheet for sheet in land.sheets(NAMES[country], "udgave-1")}
    compared = 0
    for kode in land.of(country):
        name = FORM.kommuner[kode].name
        for sheet in land.sheets(kode, "udgave-1"):
            heads = [head.partition(" [")[0] for head in sheet.heads]
            other = national[sheet.name]
            theirs = [head.partition(" [")[0] for head in other.heads]
            lines = {
                tuple(str(each) for each in row[: other.labels]): dict(
                    zip(theirs, row, strict=True)
                )
                for row in other.rows
            }
            for row in sheet.rows:
                key = tuple(str(each) for each in row[: sheet.labels])
                assert key[0] == name
                for head, cell in zip(heads, row, strict=True):
                    assert lines[key][head] == cell, (sheet.name, key, head)
                    compared += 1
    assert compared > 500


@pytest.mark.parametrize("country", NAMES)
def test_every_row_that_was_typed_is_in_some_row(land: Land, country: str) -> None:
    """What the naive count has of a code is in a line of every table that has lines for it."""
    book = land.counted[country]
    for sheet in land.sheets(NAMES[country], "fortroligt"):
        if sheet.name not in TABLES:
            continue
        heads = sheet.heads[: sheet.labels]
        rows = [
            book.codes(heads, [str(label) for label in row[: len(heads)]]) for row in sheet.rows
        ]
        for place, _ in enumerate(heads):
            dimension = next(iter(book.codes([heads[place]], [label_of(sheet, place)])))
            shown = {row[dimension] for row in rows if dimension in row}
            counted = {heading.fact for heading in TABLES[sheet.name].values() if heading.fact}
            told = {
                {**fact.codes, "kommune": fact.kommune}[dimension]
                for name in counted
                for part in name.split("+")
                for fact in book.facts.get(part, ())
                if dimension in {**fact.codes, "kommune": ""}
                and matches(fact.codes, sheet.name, part)
            }
            assert told <= shown, (sheet.name, dimension)


def label_of(sheet: Sheet, place: int) -> str:
    """Return the last label of a column, which is no total."""
    return str(sheet.rows[-1][place])


def matches(codes: dict[str, str], table: str, fact: str) -> bool:
    """Return whether some heading of a table counts a fact with these codes."""
    return any(
        fact in heading.fact.split("+")
        and all(codes.get(name) == code for name, code in heading.where.items())
        for heading in TABLES[table].values()
    )


@pytest.mark.parametrize("country", NAMES)
def test_t21_says_what_the_receipts_say(land: Land, country: str) -> None:
    """Files, rows, errors, warnings and waiting rows of each kommune, and of all together."""
    (sheet,) = (s for s in land.sheets(NAMES[country], "fortroligt") if s.name == "T21")
    (public,) = (s for s in land.sheets(NAMES[country], "udgave-1") if s.name == "T21")
    wanted: dict[str, tuple[Printed, ...]] = {}
    for kode in land.of(country):
        receipt = land.receipts[kode]
        counts = cast("dict[str, int]", receipt["counts"])
        totals = cast("dict[str, list[int]]", receipt["totals"])
        rows = land.books[kode].row_count
        assert sum(each[1] for each in totals.values()) == rows
        waiting = len(cast("list[object]", receipt["waiting"]))
        told = (rows, counts["FEJL"], counts["ADVARSEL"], 0, waiting, 0, 0)
        wanted[FORM.kommuner[kode].name] = (1, "2. marts 2026", *told)
    found = {str(row[0]): row[1:] for row in sheet.rows}
    for name, row in wanted.items():
        assert found[name] == row
    total = (len(wanted), "2. marts 2026")
    sums = [sum(int(row[place]) for row in wanted.values()) for place in range(2, 9)]
    whole = {"GL": "Hele landet", "DK": "4 af 98 kommuner"}[country]
    assert found[whole] == (*total, *sums)
    for exact, rounded in zip(sheet.rows, public.rows, strict=True):
        assert exact[:3] == rounded[:3]
        for count, printed in zip(exact[3:], rounded[3:], strict=True):
            if isinstance(count, int) and exact[0] != whole:
                assert isinstance(printed, int)
                assert printed % BASE == 0
                assert abs(printed - count) <= NEAR
    others = found.keys() - {*wanted, whole}
    assert all(set(found[name]) == {"[x]"} for name in others)


def test_who_moved_is_one_citizen(land: Land) -> None:
    """A citizen two kommuner have told of counts once in the country, and belongs to the second."""
    movers = {row["cpr"]: row for book in land.books.values() for row in book.rows["overdragelse"]}
    told = [
        (cpr, kode)
        for kode, book in land.books.items()
        for cpr in {row["cpr"] for row in book.rows["borger"]} & movers.keys()
    ]
    assert len(told) == 2 * len(movers) > 20
    for country, name in NAMES.items():
        units = [fact.unit for fact in land.counted[country].facts["bestand.bestand"]]
        assert len(units) == len(set(units))
        (sheet,) = (s for s in land.sheets(name, "fortroligt") if s.name == "T14")
        assert sheet.rows[0][1] == len(units)


@pytest.mark.parametrize("country", NAMES)
def test_csv_says_what_the_workbook_says(land: Land, country: str) -> None:
    """Every cell of every table, numbers with a decimal comma."""
    stem = f"foertidspension-{NAMES[country]}-2025-udgave-1"
    for sheet in land.sheets(NAMES[country], "udgave-1"):
        path = land.places.statistics / f"{stem}-csv" / f"{stem}-{sheet.name.lower()}.csv"
        text = path.read_bytes().decode("utf-8-sig")
        _, *rows = csv.reader(StringIO(text), delimiter=";")
        width = sheet.labels
        for row, printed in zip(rows, sheet.rows, strict=True):
            assert row[1 : 2 * width : 2] == [str(label) for label in printed[:width]]
            # The last six say of what and when it is, who has reported, and the source.
            for cell, wanted in zip(row[2 * width : -6], printed[width:], strict=True):
                number = not isinstance(wanted, str)
                assert (float(cell.replace(",", ".")) if number else cell) == wanted


@pytest.mark.parametrize("country", NAMES)
def test_every_count_is_explained_by_its_records(land: Land, country: str) -> None:
    """As many records, or citizens, stand behind every count of the internal edition as it says."""
    request = ReleaseRequest(Period(FRA, TIL), country, "da", DEMO_DAY)
    with (
        closing(open_store(f"sqlite:///{land.places.database}", FORM)) as store,
        store.read() as seen,
    ):
        wanted = list(cells(compute_release(seen, FORM, request)))
        explained = explain(seen, FORM, request, [cell for cell, _, _ in wanted])
    assert len(wanted) > (500 if country == "GL" else 200)
    for (cell, spec, printed), found in zip(wanted, explained, strict=True):
        parts = {each.id: each for each in SPECS[cell.table.id].columns}
        place = (cell.table.id, cell.key, cell.column.id)
        assert (place, number(spec, found, parts)) == (place, printed)
        assert all(each.cell and each.sha256 for each in found.behind)


@pytest.mark.parametrize("country", NAMES)
def test_a_name_is_one_number_whatever_the_period(land: Land, country: str) -> None:
    """What the year, its halves and its last quarter call by one name has one value in all."""
    days = [FRA, date(2025, 7, 1), date(2025, 10, 1)]
    periods = [*(Period(fra, TIL) for fra in days), Period(FRA, date(2025, 6, 30))]
    with (
        closing(open_store(f"sqlite:///{land.places.database}", FORM)) as store,
        store.read() as seen,
    ):
        releases = [
            compute_release(seen, FORM, ReleaseRequest(each, country, "da", DEMO_DAY))
            for each in periods
        ]
    # Two values of a name are an error of the counting.
    assert len(collect(releases, FORM).numbers) > 2000


def test_a_rebuilt_database_gives_the_editions_again(land: Land, tmp_path: Path) -> None:
    """I11, I12: every file of them to the byte, and the national figures that were read in."""
    central = locate_central(f"sqlite:///{land.places.database}", FORM)
    figure = Benchmark("DK", 2020, "afslag", 4000, "Opdigtet")
    with closing(open_central(central, with_keys=False)) as store, store.write() as connection:
        save_benchmarks(connection, [figure])
    target = Central(f"sqlite:///{tmp_path / 'rebuilt.db'}", central.key_file, FORM)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    rebuilt = rebuild_database(
        central, Desk(FORM, DEMO_DAY, now, central.key_file), Actor("proeven", now), target.url
    )
    assert rebuilt.is_same
    order = Order(Period(FRA, TIL), counted_on=DEMO_DAY, language="da", edition=1)
    with closing(open_central(target, with_keys=False)) as store:
        publish(store, order, tmp_path / "again", Silent())
        with store.read() as connection:
            assert load_benchmarks(connection) == (figure,)
    known = bytes_of(land.places.statistics)
    assert len(known) > 100
    assert bytes_of(tmp_path / "again") == known


def test_the_period_is_whole(land: Land) -> None:
    """The year has its four quarters in T01b and T11b, and its days are on the cover."""
    cover = load_workbook(
        land.places.statistics / "foertidspension-groenland-2025-udgave-1.xlsx"
    ).worksheets[0]
    text = "\n".join(str(cell.value) for (cell,) in cover.iter_rows())
    assert "1. januar 2025 til 31. december 2025" in text
    for sheet in land.sheets("groenland", "udgave-1"):
        if sheet.name in {"T01b", "T11b"}:
            quarters = [str(row[0]) for row in sheet.rows if row[0] != "I alt"]
            assert list(dict.fromkeys(quarters)) == [
                f"2025, {number}. kvartal (foreløbigt)" for number in range(1, 5)
            ]
