"""Lists to and from other offices, through the real command line, on both databases.

`import benchmark`, `import skat`, `export side900`, `export skat`: a list is taken whole or not at
all, every refusal names its cell, and every CPR number that is opened stands in the log.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook

from fpsheet.cli.program import run
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Entry, read_log
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.ledger.tax_income import read_answer
from fpsheet_sync.statistics.facts.extract import ExtractKind, WantedExtract, draw_extract
from fpsheet_sync.statistics.tables.benchmark import Benchmark, load_benchmarks
from fpsheet_templates.load import load_form
from tests.support.logs import find_break
from tests.support.stores import Stores
from tests.support.submissions import Sending, rows, submit, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission

ANNA, BODIL, CARL = "7107760001", "7108550002", "6112610003"

GREENLAND = f"""
# borger
| id | cpr     | pensionist_foer_reform |
| 1  | {ANNA}  | nej                    |
| 2  | {BODIL} | ja                     |

# vurdering
| id | cpr    | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 1  | {ANNA} | 2025-02-01     | 30              | 10                |

# afgoerelse
| id | cpr    | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato |
| 1  | {ANNA} | 2025-03-01      | tilkendelse | mellemste | 2025-04-01    |
"""
DENMARK = f"""
# borger
| id | cpr    | pensionist_foer_reform |
| 1  | {CARL} | nej                    |

# afgoerelse
| id | cpr    | afgoerelse_dato | afgoerelse  | virkning_dato |
| 1  | {CARL} | 2024-03-01      | tilkendelse | 2024-04-01    |
"""
ASSESSED_AGAIN = GREENLAND.replace(
    "| 1  | 7107760001 | 2025-02-01     | 30              | 10                |",
    "| 1  | 7107760001 | 2025-02-01     | 30              | 10                |\n"
    "| 2  | 7107760001 | 2025-11-01     | 45              | 15                |",
)
ENDED = GREENLAND + f"| 2  | {BODIL} | 2025-09-01 | bortfald | | 2025-09-01 |\n"


@dataclass(frozen=True)
class Desk:
    """A departement with a database, and the folder it works in."""

    url: str
    folder: Path
    environment: dict[str, str]
    store: Store

    def run(self, *arguments: str | Path) -> int:
        """Run a command on the database."""
        return run([*map(str, arguments), "--db", self.url], environment=self.environment)

    def log(self, action: str) -> list[Entry]:
        """Return the lines of the log about something; the chain is whole."""
        assert find_break(self.store) is None
        return [entry for entry in read_log(self.store) if entry.deed.action == action]

    def take(self, *submissions: Submission) -> None:
        """Merge files."""
        sync(self.store, *submissions)

    def list_rows(self, name: str) -> list[tuple[Any, ...]]:
        """Return the rows of a list from its headings on, after its mark was looked at."""
        sheet = load_workbook(self.folder / name).active
        assert sheet is not None
        found = list(sheet.iter_rows(values_only=True))
        assert str(found[0][0]).startswith("FORTROLIGT")
        start = next(number for number, row in enumerate(found) if row[0] == "CPR-nummer")
        return found[start:]


def _open_desk(store: Store, folder: Path) -> Desk:
    """Return a departement that has one file from Sermersooq and one from Norddjurs."""
    write_keys(folder / "central.noegle", b"\x07" * 32, fictional=True)
    environment = {
        "FPSHEET_CONFIG": str(folder / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(folder / "noegler"),
        "FPSHEET_KEYS": str(folder / "central.noegle"),
    }
    url = store.engine.url.render_as_string(hide_password=False)
    desk = Desk(url, folder, environment, store)
    desk.take(submit(GREENLAND), submit(DENMARK, Sending(kommune="707", workbook="D7Q2M9XA")))
    return desk


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    """A desk on each database."""
    return _open_desk(store, tmp_path)


@pytest.fixture
def sqlite_desk(tmp_path: Path, sqlite_template: Path, careless: None) -> Iterator[Desk]:
    """A desk on SQLite alone, for files that are refused before they come near a database."""
    stores = Stores(tmp_path, sqlite_template, [])
    yield _open_desk(stores.new(), tmp_path)
    stores.close()


def save(path: Path, *lines: tuple[Any, ...], title: str = "Ark1") -> Path:
    """Save a plain workbook, as another office would make it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


Line = tuple[Any, ...]
WITH_QUARTER: Line = ("Område", "År", "Kvartal", "Hvad tallet viser", "Antal", "Kilde")
HEADINGS: Line = ("Område", "År", "Hvad tallet viser", "Antal", "Kilde")
GRANTED: Line = ("Danmark", 2023, "Tilkendelser", 18000, "jobindsats.dk, hentet 5. januar 2024")
REFUSED: Line = ("Danmark", 2023, "Afslag", 4000, "jobindsats.dk, hentet 5. januar 2024")
TARGET: Line = ("707", 2023, "Mål for tilbagevisninger", 8, "Beskæftigelsesplan 2023")


def test_figures_are_read_into_the_database(desk: Desk) -> None:
    """National figures, Norddjurs' target and population, each with its source; logged once."""
    people: Line = ("707", 2023, "Indbyggere på 18-66 år, 31. december", 20000, "FOLK1A")
    file = save(desk.folder / "landstal.xlsx", HEADINGS, GRANTED, REFUSED, TARGET, people)
    assert desk.run("import", "benchmark", file) == 0
    source = "jobindsats.dk, hentet 5. januar 2024"
    with desk.store.read() as connection:
        assert load_benchmarks(connection) == (
            Benchmark("707", 2023, "befolkning_18_66", 20000, "FOLK1A"),
            Benchmark("707", 2023, "tilbagevisninger_maal", 8, "Beskæftigelsesplan 2023"),
            Benchmark("DK", 2023, "afslag", 4000, source),
            Benchmark("DK", 2023, "tilkendelser", 18000, source),
        )
    assert [entry.deed.details["nye"] for entry in desk.log("landstal")] == [4]
    assert desk.run("import", "benchmark", file) == 0
    assert len(desk.log("landstal")) == 1


def test_a_corrected_figure_takes_the_place_of_the_old(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of three figures read again one is another number: the report says so."""
    file = desk.folder / "landstal.xlsx"
    assert desk.run("import", "benchmark", save(file, HEADINGS, GRANTED, REFUSED)) == 0
    save(file, HEADINGS, GRANTED, (*REFUSED[:3], 4100, REFUSED[4]))
    capsys.readouterr()
    assert desk.run("import", "benchmark", file, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], told["new"], told["changed"]) == (2, 0, 1)
    with desk.store.read() as connection:
        assert [each.vaerdi for each in load_benchmarks(connection)] == [4100, 18000]


def test_a_blank_list_filled_in_is_read(sqlite_desk: Desk) -> None:
    """What `import blank` writes is what `import benchmark` reads."""
    file = sqlite_desk.folder / "tom.xlsx"
    blank = ["import", "blank", "benchmark", "--out", str(file)]
    assert run(blank, environment=sqlite_desk.environment) == 0
    book = load_workbook(file)
    sheet = book.active
    assert sheet is not None
    headings = [cell.value for cell in sheet[2]]
    for row, line in enumerate((GRANTED, REFUSED), start=3):
        for heading, cell in zip(HEADINGS, line, strict=True):
            sheet.cell(row, headings.index(heading) + 1, cell)
    book.save(file)
    assert sqlite_desk.run("import", "benchmark", file) == 0


BAD_FIGURES = {
    "text for a number": ((HEADINGS, GRANTED, (*REFUSED[:3], "mange", "x")), {("FLT-010", "D3")}),
    "a number with decimals": ((HEADINGS, GRANTED, (*REFUSED[:3], 4.5, "x")), {("FLT-011", "D3")}),
    "below nothing": ((HEADINGS, GRANTED, (*REFUSED[:3], -1, "x")), {("FLT-013", "D3")}),
    "an unknown area": (
        (HEADINGS, GRANTED, REFUSED, ("Sverige", *TARGET[1:])),
        {("FLT-015", "A4")},
    ),
    "a year of two digits": ((HEADINGS, TARGET, ("707", 23, *TARGET[2:])), {("FLT-013", "B3")}),
    "no source": ((HEADINGS, TARGET, ("706", *TARGET[1:4])), {("LST-007", "E3")}),
    "a missing year": (
        (HEADINGS, TARGET, ("707", 2026, *TARGET[2:])),
        {("LST-010", "B3")},
    ),
    "no counterpart": ((HEADINGS, GRANTED), {("LST-011", "C2")}),
    "a target of a country": ((HEADINGS, ("Danmark", *TARGET[1:])), {("LST-012", "A2")}),
    "a population of no area": (
        (HEADINGS, ("", 2025, "Indbyggere på 18-66 år, 31. december", 90, "x")),
        {("LST-007", "A2")},
    ),
    "a target of a quarter": (
        (WITH_QUARTER, ("707", 2024, 2, *TARGET[2:])),
        {("LST-013", "C2")},
    ),
    "a quarter without its counterpart": (
        (
            WITH_QUARTER,
            *((*line[:2], None, *line[2:]) for line in (GRANTED, REFUSED)),
            ("Danmark", 2023, 3, "Afslag", 5, "x"),
        ),
        {("LST-011", "D4")},
    ),
    "a fifth quarter": (
        (WITH_QUARTER, *((*line[:2], 5, *line[2:]) for line in (GRANTED, REFUSED))),
        {("FLT-013", "C2"), ("FLT-013", "C3")},
    ),
    "a quarter twice": (
        (WITH_QUARTER, *((*line[:2], 2, *line[2:]) for line in (GRANTED, REFUSED, REFUSED))),
        {("LST-006", "A4")},
    ),
    "refusals of a kommune": ((HEADINGS, ("707", *REFUSED[1:])), {("LST-012", "A2")}),
    "the same twice": ((HEADINGS, TARGET, TARGET), {("LST-006", "A3")}),
    "a wrong heading": (
        (("Område", "Årstal", "Hvad tallet viser", "Antal", "Kilde"), TARGET),
        {("LST-002", "1"), ("LST-003", "B1")},
    ),
    "a heading twice": (((*HEADINGS, "Antal"), (*TARGET, 9)), {("LST-004", "F1")}),
    "no lines": ((HEADINGS,), {("LST-005", "")}),
    "another workbook": ((("Navn", "Adresse"), ("A", "B")), {("LST-001", "")}),
}


@pytest.mark.parametrize("name", BAD_FIGURES)
def test_a_list_with_anything_wrong_changes_nothing(
    sqlite_desk: Desk, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence with its cell, exit code 1, and the database as it was."""
    lines, expected = BAD_FIGURES[name]
    file = save(sqlite_desk.folder / "landstal.xlsx", *lines)
    capsys.readouterr()
    assert sqlite_desk.run("import", "benchmark", file, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    blocking = [f for f in told["findings"] if f["severity"] in {"FEJL", "KRITISK"}]
    assert {(found["code"], found["cell"]) for found in blocking} == expected
    assert all(found["message"] and found["remedy"] for found in blocking)
    with sqlite_desk.store.read() as connection:
        assert load_benchmarks(connection) == ()
    assert sqlite_desk.log("landstal") == []


def test_a_refused_list_is_not_told_of_rules_for_cases(
    sqlite_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its sentences are about the list; rules on other kommuner and earlier files are not."""
    file = save(sqlite_desk.folder / "landstal.xlsx", HEADINGS, GRANTED)
    capsys.readouterr()
    assert sqlite_desk.run("import", "benchmark", file) == 1
    told = capsys.readouterr().out
    assert "LST-011" in told
    assert "sammenlignet" not in told


def test_files_that_are_no_workbook_are_refused(sqlite_desk: Desk) -> None:
    """Nothing at all, half a file, a macro file by its content, a file that is not there."""
    whole = save(sqlite_desk.folder / "hel.xlsx", HEADINGS, TARGET).read_bytes()
    for name, data in {"tom": b"", "halv": whole[: len(whole) // 2], "tekst": b"a;b\n1;2"}.items():
        file = sqlite_desk.folder / f"{name}.xlsx"
        file.write_bytes(data)
        assert sqlite_desk.run("import", "benchmark", file) == 1
        assert sqlite_desk.run("import", "skat", file) == 1
    assert sqlite_desk.run("import", "benchmark", sqlite_desk.folder / "findes-ikke.xlsx") == 2


def fill(desk: Desk, name: str, *answers: tuple[str, str, date, date | None]) -> Path:
    """Draw the list for Skattestyrelsen and answer it: CPR number, source, first and last day."""
    file = desk.folder / name
    assert desk.run("export", "skat", "--out", file) == 0
    book = load_workbook(file)
    sheet = book.active
    assert sheet is not None
    numbers = range(4, sheet.max_row + 1)
    place = {str(sheet.cell(row, 1).value).replace("-", ""): row for row in numbers}
    for cpr, source, start, end in answers:
        sheet.cell(place[cpr], 2, source)
        sheet.cell(place[cpr], 3, start)
        sheet.cell(place[cpr], 4, end)
    book.save(file)
    return file


def incomes(desk: Desk, kommune: str) -> list[tuple[object, ...]]:
    """Return the incomes in force of a kommune."""
    columns = ("indkomst_kilde", "fra_dato", "til_dato", "oplyst_af")
    return rows(desk.store, "indkomst", kommune).select(columns).sort("indkomst_kilde").rows()


WAGES = (ANNA, "Løn", date(2025, 1, 1), date(2025, 6, 30))
PENSION = (CARL, "Anden pension", date(2025, 3, 1), None)


def test_the_list_for_skat_has_everybody_with_a_pension(desk: Desk) -> None:
    """Both countries' pensioners by CPR number with its hyphen; each opening is in the log."""
    assert desk.run("export", "skat", "--out", desk.folder / "skat.xlsx") == 0
    header, *listed = desk.list_rows("skat.xlsx")
    assert header == ("CPR-nummer", "Indkomstkilde", "Fra dato", "Til dato")
    assert [row[0] for row in listed] == ["611261-0003", "710776-0001", "710855-0002"]
    opened = [entry.deed for entry in desk.log("udtraek")]
    assert opened[0].details["antal"] == 3
    assert len({deed.borger for deed in opened[1:]}) == 3
    assert all(deed.details["formaal"] == "skat" for deed in opened)


def test_an_answer_becomes_income_told_by_skat(desk: Desk) -> None:
    """Each income stands with its citizen's kommune; who has none has none."""
    file = fill(desk, "svar.xlsx", WAGES, PENSION)
    assert desk.run("import", "skat", file) == 0
    told = "skattestyrelsen"
    assert incomes(desk, "956") == [("loen", date(2025, 1, 1), date(2025, 6, 30), told)]
    assert incomes(desk, "707") == [("anden_pension", date(2025, 3, 1), None, told)]
    (line,) = desk.log("skattesvar")
    assert (line.deed.details["borgere"], line.deed.details["indkomster"]) == (3, 2)


def test_the_same_answer_twice_changes_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes, and the same content saved again by another program."""
    file = fill(desk, "svar.xlsx", WAGES)
    assert desk.run("import", "skat", file) == 0
    before = state_hash(desk.store)
    capsys.readouterr()
    assert desk.run("import", "skat", file) == 0
    assert "læst ind før" in capsys.readouterr().out
    again = desk.folder / "igen.xlsx"
    load_workbook(file).save(again)
    assert desk.run("import", "skat", again) == 0
    assert state_hash(desk.store) == before


def test_a_later_answer_changes_what_it_tells_and_keeps_the_rest(desk: Desk) -> None:
    """An income with another last day is the same record; one not told again stays."""
    assert desk.run("import", "skat", fill(desk, "a.xlsx", WAGES, PENSION)) == 0
    later = (*WAGES[:3], date(2025, 9, 30))
    assert desk.run("import", "skat", fill(desk, "b.xlsx", later)) == 0
    assert [row[2] for row in incomes(desk, "956")] == [date(2025, 9, 30)]
    assert len(incomes(desk, "707")) == 1


def test_an_answer_is_no_delivery(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """`status` counts what the kommune sent, not what Skattestyrelsen told."""
    assert desk.run("import", "skat", fill(desk, "svar.xlsx", WAGES)) == 0
    capsys.readouterr()
    assert desk.run("status", "--year", "2026", "--json") == 0
    lines = json.loads(capsys.readouterr().out)
    (own,) = [line for line in lines if line["kommune_kode"] == "956"]
    assert own["files"] == 1


ANSWER = ("CPR-nummer", "Indkomstkilde", "Fra dato", "Til dato")
DAY, EARLIER = datetime(2025, 5, 1), datetime(2025, 1, 1)  # noqa: DTZ001 - cells have no zone
BAD_ANSWERS = {
    "an unknown citizen": ((ANNA, "Løn", DAY), ("7109330004", "Løn", DAY), {("LST-020", "A3")}),
    "an unknown citizen without income": ((ANNA, "Løn", DAY), ("7109330004",), {("LST-020", "A3")}),
    "a CPR number as a number": ((ANNA, "Løn", DAY), (7108550002, "Løn", DAY), {("CPR-002", "A3")}),
    "a day that is none": ((ANNA, "Løn", DAY), (BODIL, "Løn", "i maj"), {("FLT-006", "C3")}),
    "an unknown source": ((ANNA, "Løn", DAY), (BODIL, "Lotto", DAY), {("FLT-015", "B3")}),
    "a source without a day": ((ANNA, "Løn", DAY), (BODIL, "Løn"), {("LST-007", "C3")}),
    "a day without a source": ((ANNA, "Løn", DAY), (BODIL, "", DAY), {("LST-007", "B3")}),
    "an end before the beginning": (
        (ANNA, "Løn", DAY),
        (BODIL, "Løn", DAY, EARLIER),
        {("LST-021", "D3")},
    ),
    "the same income twice": ((ANNA, "Løn", DAY), (ANNA, "Løn", DAY), {("LST-006", "A3")}),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_with_anything_wrong_changes_nothing(
    sqlite_desk: Desk, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad line and a good one: the sentence names the cell, no CPR number; nothing lands."""
    good, bad, expected = BAD_ANSWERS[name]
    before = state_hash(sqlite_desk.store)
    file = save(sqlite_desk.folder / "svar.xlsx", ANSWER, good, bad)
    capsys.readouterr()
    assert sqlite_desk.run("import", "skat", file, "--json") == 1
    said = capsys.readouterr()
    found = json.loads(said.out)["findings"]
    assert {(f["code"], f["cell"]) for f in found if f["severity"] == "FEJL"} == expected
    assert not any(cpr in said.out + said.err for cpr in (ANNA, BODIL, CARL, "7109330004"))
    assert state_hash(sqlite_desk.store) == before
    assert sqlite_desk.log("skattesvar") == []


def test_side_900_has_level_and_latest_assessment(desk: Desk) -> None:
    """Greenland's pensioners: Anna by her decision, Bodil from before the reform."""
    out = ("--out", desk.folder / "s.xlsx", "--overwrite", "--day", "31-12-2025")
    assert desk.run("export", "side900", *out) == 0
    header, *listed = desk.list_rows("s.xlsx")
    assert header[0] == "CPR-nummer"
    assert len(header) == 6
    assert listed == [
        ("710776-0001", "956 Kommuneqarfik Sermersooq", "Mellemste", datetime(2025, 2, 1), 30, 10),  # noqa: DTZ001 - as above
        ("710855-0002", "956 Kommuneqarfik Sermersooq", "Før reformen", None, None, None),
    ]


def test_side_900_marks_what_changed_since_the_last_extract(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Assessed again: changed. Pension ended: listed once more, as ended. Then nothing changed."""
    out = ("--out", desk.folder / "s.xlsx", "--overwrite", "--day", "31-12-2025")
    assert desk.run("export", "side900", *out) == 0
    desk.take(submit(ASSESSED_AGAIN, Sending(minute=1)))
    assert desk.run("export", "side900", *out) == 0
    header, *listed = desk.list_rows("s.xlsx")
    assert header[-1] == "Siden sidst"
    assert [row[-1] for row in listed] == ["Ændret", "Uændret"]
    assert listed[0][4:6] == (45, 15)
    ended = ASSESSED_AGAIN + f"| 2 | {BODIL} | 2025-09-01 | bortfald | | 2025-09-01 |\n"
    desk.take(submit(ended, Sending(minute=2)))
    capsys.readouterr()
    assert desk.run("export", "side900", *out) == 0
    assert "nye: 0, ændrede: 0, ophørte: 1, uændrede: 1" in capsys.readouterr().out
    assert [row[-1] for row in desk.list_rows("s.xlsx")[1:]] == ["Uændret", "Ophørt"]
    assert desk.run("export", "side900", *out) == 0
    assert [row[-1] for row in desk.list_rows("s.xlsx")[1:]] == ["Uændret"]


def test_a_day_to_compare_with_ends_where_the_desk_is(desk: Desk) -> None:
    """What came at 23.30 UTC came that evening in Nuuk, and the day after in Copenhagen."""
    with desk.store.write() as connection:
        late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
        connection.execute(schema.indberetning.update().values(received_at=late))
    day = date(2025, 12, 31)
    actor = Actor("departement", datetime(2026, 1, 5, 8, tzinfo=UTC))
    marks = {}
    for zone in ("America/Nuuk", "Europe/Copenhagen"):
        wanted = WantedExtract(ExtractKind.SIDE900, day, "da", day, zone=ZoneInfo(zone))
        marks[zone] = dict(draw_extract(desk.store, wanted, actor).changes)
    assert marks == {"America/Nuuk": {"uaendret": 2}, "Europe/Copenhagen": {"ny": 2}}


def test_side_900_of_one_kommune(sqlite_desk: Desk) -> None:
    """956 has both citizens, 957 none; what was drawn for 957 is nothing to compare 956 with."""
    desk = sqlite_desk
    out = ("--out", desk.folder / "s.xlsx", "--overwrite", "--day", "31-12-2025")
    assert desk.run("export", "side900", "--kommune", "957", *out) == 0
    assert desk.list_rows("s.xlsx")[1:] == []
    assert desk.run("export", "side900", "--kommune", "956", *out) == 0
    header, *listed = desk.list_rows("s.xlsx")
    assert [row[0] for row in listed] == ["710776-0001", "710855-0002"]
    assert header[-1] != "Siden sidst"
    assert desk.run("export", "side900", "--kommune", "956", *out) == 0
    assert [row[-1] for row in desk.list_rows("s.xlsx")[1:]] == ["Uændret", "Uændret"]


def test_a_look_back_is_not_what_the_next_extract_is_compared_with(desk: Desk) -> None:
    """Drawn for the end of 2025, then for 1990: the next is compared with the end of 2025."""
    out = ("--out", desk.folder / "s.xlsx", "--overwrite")
    assert desk.run("export", "side900", *out, "--day", "31-12-2025") == 0
    assert desk.run("export", "side900", *out, "--day", "01-01-1990") == 0
    desk.take(submit(ASSESSED_AGAIN, Sending(minute=1)))
    assert desk.run("export", "side900", *out, "--day", "31-12-2025") == 0
    assert [row[-1] for row in desk.list_rows("s.xlsx")[1:]] == ["Ændret", "Uændret"]


def test_an_extract_that_cannot_be_written_leaves_no_part(sqlite_desk: Desk) -> None:
    """The folder is a file: exit code 2, and nothing half-written lies about.

    The look is noted all the same, in the log and beside the key.
    """
    (sqlite_desk.folder / "fil").write_text("x", encoding="utf-8")
    noted = sqlite_desk.folder / "central-0.logende"
    before = sorted([*sqlite_desk.folder.rglob("*"), noted])
    assert sqlite_desk.run("export", "skat", "--out", sqlite_desk.folder / "fil" / "skat.xlsx") == 2
    assert sorted(sqlite_desk.folder.rglob("*")) == before


def test_a_second_answer_for_another_year_is_added(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same rows of the list with incomes of the next year: both years stand, nothing waits."""
    assert desk.run("import", "skat", fill(desk, "a.xlsx", WAGES, PENSION)) == 0
    next_year = [(ANNA, "Løn", date(2026, 1, 1), None), (BODIL, "Løn", date(2026, 2, 1), None)]
    file = fill(desk, "b.xlsx", *next_year)
    capsys.readouterr()
    assert desk.run("import", "skat", file, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["changed"], told["left"], told["held"]) == (2, 0, 2, [])
    assert {row[1] for row in incomes(desk, "956")} == {
        date(2025, 1, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    }


def test_a_whole_year_told_again_withdraws_what_it_leaves_out(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wages of 2025 were a pension: the wages go, what was told of 2026 and by others stays."""
    later = (ANNA, "Løn", date(2026, 1, 1), None)
    assert desk.run("import", "skat", fill(desk, "a.xlsx", WAGES, PENSION)) == 0
    assert desk.run("import", "skat", fill(desk, "b.xlsx", later)) == 0
    corrected = (ANNA, "Anden pension", date(2025, 1, 1), None)
    file = fill(desk, "c.xlsx", corrected)
    capsys.readouterr()
    assert desk.run("import", "skat", file, "--year", "2025", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["withdrawn"], told["left"]) == (1, 2, 1)
    held = rows(desk.store, "indkomst", "956").filter(pl.col("annuller").is_null())
    assert set(held.select("indkomst_kilde", "fra_dato").rows()) == {
        ("anden_pension", date(2025, 1, 1)),
        ("loen", date(2026, 1, 1)),
    }
    assert rows(desk.store, "indkomst", "707")["annuller"].null_count() == 0


def test_a_list_in_which_nothing_was_filled_in_is_told_so(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list as it was drawn is no answer; said to be a whole year, it takes incomes back."""
    assert desk.run("import", "skat", fill(desk, "a.xlsx", WAGES)) == 0
    before, empty = state_hash(desk.store), fill(desk, "b.xlsx")
    capsys.readouterr()
    assert desk.run("import", "skat", empty) == 1
    assert "ikke udfyldt noget" in capsys.readouterr().out
    assert state_hash(desk.store) == before
    assert desk.run("import", "skat", empty, "--year", "2025") == 0
    assert rows(desk.store, "indkomst", "956")["annuller"].to_list() == ["fejlindtastning"]


def test_a_held_answer_is_told_and_can_be_released(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that lacks what the last one said waits: it is named at once and by `conflicts`."""
    also = (BODIL, "Løn", date(2025, 1, 1), None)
    assert desk.run("import", "skat", fill(desk, "a.xlsx", WAGES, also)) == 0
    kept = {
        "skattesvar": 1,
        "kommune": "956",
        "columns": {},
        # As earlier versions kept them: two incomes in one row.
        "rows": [
            [5, ANNA, "loen", "2025-01-01", "2025-06-30"],
            [5, ANNA, "loen", "2026-01-01", None],
        ],
    }
    lost = read_answer(load_form(), json.dumps(kept).encode(), datetime(2030, 5, 1, tzinfo=UTC))
    assert lost is not None
    desk.take(lost)
    capsys.readouterr()
    assert desk.run("import", "skat", desk.folder / "a.xlsx") == 1
    said = capsys.readouterr().out
    assert "1 af 2 linjer" in said
    number = said.rpartition("release ")[2].split("«")[0]
    assert desk.run("conflicts") == 1
    assert f"Indberetning {number} fra kommune 956 er tilbageholdt" in capsys.readouterr().out
    assert desk.run("conflicts", "release", number, "--reason", "set") == 0
    assert len(incomes(desk, "956")) == 3
    assert desk.run("conflicts") == 0
