"""What a reader of any single sheet or CSV file is told: who has reported, for when, by whom.

Two countries of which only some kommuner have reported are published and written in both
languages, public and internal. Every sheet of every workbook and ODS file, and every CSV file, is
read on its own.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.editions import issue, write
from tests.support.handed_out import Sheet, read_folder
from tests.support.submissions import Sending, new_store, send

if TYPE_CHECKING:
    from pathlib import Path

DECIDING = {"955": 60, "956": 40, "707": 60, "751": 44, "101": 50}
"""Kommune → decisions of 2025, every fourth of them a refusal."""

WITHOUT_DECISIONS = ("959", "851")
"""They report one course each."""

DANISH, ENGLISH = "fortroligt", "confidential"
SAID = {
    # Language → what a sheet says: the day, the source, who has reported by country, of a kommune.
    "da": (
        "Opgjort pr. 2. marts 2026.",
        "Kilde: ",
        {"GL": "3 af 5 kommuner har indberettet", "DK": "4 af 98 kommuner har indberettet"},
        "Den har indberettet for hele perioden.",
    ),
    "en": (
        "Counted on 2 March 2026.",
        "Source: ",
        {"GL": "3 of 5 municipalities have rep", "DK": "4 of 98 municipalities have rep"},
        "It has reported for the whole period.",
    ),
}
COUNTRIES = {"groenland": "GL", "danmark": "DK", "greenland": "GL", "denmark": "DK"}


def decisions(kommune: str, count: int) -> str:
    """Return the decisions of a kommune: every fourth a refusal, spread over 2025."""
    lines = ["# afgoerelse", "| id | cpr | afgoerelse_dato | afgoerelse |"]
    for n in range(count):
        kind = "tilkendelse" if n % 4 else "afslag"
        citizen = f"610180{int(kommune) % 10}{n:03}"
        lines.append(f"| {n + 1} | {citizen} | 2025-{1 + n % 12:02}-05 | {kind} |")
    return "\n".join(lines)


COURSE = """
# forloeb
| id | cpr        | forloeb_type      | start_dato |
| 1  | {who} | afklaringsforloeb | 2025-05-01 |
"""


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[Sheet]:
    """Return every sheet and CSV file that is handed out, of both countries and all kommuner."""
    folder: Path = tmp_path_factory.mktemp("handed_out")
    with closing(new_store(f"sqlite:///{(folder / 'central.db').as_posix()}")) as store:
        for place, (kommune, count) in enumerate(DECIDING.items()):
            sending = Sending(kommune=kommune, workbook="ABCDEFGH"[place] * 8)
            send(store, decisions(kommune, count), sending)
        for kommune in WITHOUT_DECISIONS:
            sending = Sending(kommune=kommune, workbook=kommune[-1] * 8)
            send(store, COURSE.format(who=f"610180{kommune[-1]}500"), sending)
        for language in ("da", "en"):
            issue(store, folder / language, language=language)
            write(store, folder / language, language=language, internal=True)
        found = read_folder(folder)
    # 2 countries and 7 kommuner, in 2 languages, public and internal, as workbook and as ODS.
    assert len({sheet.file for sheet in found if not sheet.is_csv}) == 9 * 2 * 2 * 2
    return found


def language_of(sheet: Sheet) -> str:
    """Tell the language of a sheet by the name of its file."""
    return "da" if sheet.file.startswith("foertidspension") else "en"


def area_of(sheet: Sheet) -> str:
    """Tell the country or kommune of a sheet by the name of its file."""
    (area,) = re.findall(rf"{'|'.join(COUNTRIES)}|-\d{{3}}-", sheet.file)
    return COUNTRIES.get(str(area), str(area).strip("-"))


def is_of_numbers(sheet: Sheet) -> bool:
    """Return whether a sheet is a table or a figure, by its name."""
    return re.fullmatch(r"[TF]\d\d[a-zA-Z]?", sheet.name) is not None


@pytest.mark.slow
def test_a_single_sheet_says_who_has_reported_for_when_and_the_source(
    sheets: list[Sheet],
) -> None:
    """Every table and every figure, in workbooks and ODS files."""
    seen = set()
    for sheet in sheets:
        if sheet.is_csv or not is_of_numbers(sheet):
            continue
        day, source, countries, own = SAID[language_of(sheet)]
        area = area_of(sheet)
        title, *lines = sheet.lines
        where = (sheet.file, sheet.name)
        assert title.endswith(", 2025"), where
        assert any(line.startswith(day) for line in lines), where
        assert any(line.startswith(source) for line in lines), where
        assert any(countries.get(area, own) in line for line in lines), where
        seen.add(sheet.name[0])
    assert seen == {"T", "F"}


@pytest.mark.slow
def test_a_single_csv_says_who_has_reported_for_when_and_the_source(
    sheets: list[Sheet],
) -> None:
    """In each of its rows, so that a file that is cut or joined to another still says it."""
    files = [sheet for sheet in sheets if sheet.is_csv and is_of_numbers(sheet)]
    assert len({sheet.name for sheet in files}) > 30
    for sheet in files:
        _, source, countries, own = SAID[language_of(sheet)]
        area = area_of(sheet)
        head, *rows = sheet.rows
        assert rows, sheet.file
        for row in rows:
            cells = dict(zip(head, row, strict=True))
            days = (cells["fra"], cells["til"], cells["opgjort_pr"])
            assert days == ("2025-01-01", "2025-12-31", "2026-03-02"), sheet.file
            assert countries.get(area, own) in cells["daekning"], sheet.file
            assert cells["kilde"].startswith(source), sheet.file
            assert cells["omraade"], sheet.file


WIDE = re.compile(
    r"hele landet \(|hele Grønland|hele Danmark|landets andel (\(|,)|the whole (country|of)"
    r"|national share( \(|,| of the)",
    re.IGNORECASE,
)


@pytest.mark.slow
def test_a_part_of_a_country_is_nowhere_called_the_country(sheets: list[Sheet]) -> None:
    """Titles, areas and totals name how many kommuner it is; notes explain and name no number."""
    parts = {"GL": re.compile(r"3 (af|of) 5 "), "DK": re.compile(r"4 (af|of) 98 ")}
    totals = 0
    for sheet in sheets:
        area, where = area_of(sheet), (sheet.file, sheet.name)
        if sheet.name in {"Noter", "Notes"}:
            continue
        for cell in (cell for row in sheet.rows for cell in row):
            assert not WIDE.search(cell), (where, cell)
            assert cell not in {"Hele landet", "Whole country", "The whole country"}, where
        if area in parts and is_of_numbers(sheet):
            labels = {row[0] for row in sheet.body} | {row[1] for row in sheet.body}
            totals += any(parts[area].match(label) for label in labels)
            said = sheet.lines[0] if not sheet.is_csv else sheet.rows[1][-6]
            assert parts[area].search(said), where
    assert totals > 100


FIGURES = {
    # Heading of a figure → the heading whose 0 leaves it without sense.
    "T02": dict.fromkeys(("Nedre kvartil", "Median", "Øvre kvartil"), "Afsluttede forløb"),
    "T03": {"Varighed, median": "Afsluttede revurderinger"},
    "T04": {"Afklaringsforløb i gennemsnit": "Afsluttede revurderinger"},
    "T09": {"Timer i gennemsnit": "Ordinært job: Ja"},
    "T12": dict.fromkeys(
        (
            "Andel afslag",
            "Forventede afslag",
            "Afslag, nedre grænse",
            "Afslag, øvre grænse",
            "Afslag i forhold til forventet",
        ),
        "Tilkendelser og afslag",
    ),
    "T12b": dict.fromkeys(
        ("Forventede afslag", "Afslag i forhold til standardiseret"), "Tilkendelser og afslag"
    ),
    "T19": dict.fromkeys(("Nedre kvartil", "Median", "Øvre kvartil"), "Afgjorte ansøgninger"),
}
"""In Danish; a column is found by how its heading begins."""


def column_of(sheet: Sheet, heading: str) -> int:
    """Return the column whose heading begins so, followed by its unit or a comma."""
    (place,) = (
        place
        for place, head in enumerate(sheet.heads)
        if re.match(rf"{re.escape(heading)}( \(|, )", head)
    )
    return place


@pytest.mark.slow
def test_nothing_of_nothing_is_written_as_the_legend_says_in_every_table(
    sheets: list[Sheet],
) -> None:
    """A figure of 0 is [z] inside and [u] outside, where a printed 0 may be a small number."""
    seen: dict[tuple[str, str], set[str]] = {}
    for sheet in sheets:
        if sheet.is_csv or language_of(sheet) != "da" or sheet.name not in FIGURES:
            continue
        for heading, whole in FIGURES[sheet.name].items():
            of, place = column_of(sheet, whole), column_of(sheet, heading)
            for row in sheet.body:
                if float(row[of]) == 0:
                    seen.setdefault((sheet.name, heading), set()).add(row[place])
                    wanted = "[u]" if sheet.is_public else "[z]"
                    assert row[place] == wanted, (sheet.file, sheet.name, heading, row)
    everything = {(table, heading) for table, all_of in FIGURES.items() for heading in all_of}
    assert set(seen) == everything
    assert all("[z]" in cells for cells in seen.values())


@pytest.mark.slow
def test_a_mark_in_a_cell_is_explained_above_its_table(sheets: list[Sheet]) -> None:
    """[z], [x], [u] and [c] stand in a table only where a line above says what they mean."""
    for sheet in sheets:
        if not sheet.is_csv and is_of_numbers(sheet):
            marks = {cell for row in sheet.body for cell in row if re.fullmatch(r"\[\w\]", cell)}
            told = {line[:3] for line in sheet.lines if re.match(r"\[\w\] ", line)}
            assert marks == told, (sheet.file, sheet.name)
