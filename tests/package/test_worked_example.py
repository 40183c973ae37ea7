"""docs/eksempel-afslag-og-tilbagevisninger.md: its commands are run, its tables are what comes out.

The case of the second requirement document: 1-2 refusals observed, 18 expected, 12 returned cases.
The report for the committee is read as a workbook and as a page.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.workbook.build import build_workbook
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path("docs/eksempel-afslag-og-tilbagevisninger.md")
TODAY = "15-01-2025"
DOCUMENTATION, TRIAL, RESOURCES = "dokumentation", "arbejdsproevning", "ressourcer"
RETURNED = (
    *[(DOCUMENTATION,)] * 4,
    *[(DOCUMENTATION, TRIAL)] * 1,
    (DOCUMENTATION, TRIAL),
    (DOCUMENTATION, TRIAL, RESOURCES),
    *[(TRIAL,)] * 2,
    *[(RESOURCES,)] * 3,
)
"""Reasons of each returned case: 7 lack documentation, 5 a trial, 4 a look at resources."""

Row = dict[str, str | int | float | date | None]


def invent() -> dict[str, list[Row]]:
    """Invent 88 grants and 2 refusals in 2023, 12 returned cases in 2024, 5 granted afterwards."""
    rows: dict[str, list[Row]] = {"borger": [], "vurdering": [], "afgoerelse": [], "forloeb": []}

    def decide(cpr: str, day: date, kind: str, **cells: str | date) -> None:
        decision: Row = {"cpr": cpr, "afgoerelse_dato": day, "afgoerelse": kind, **cells}
        rows["afgoerelse"].append({**decision, "instans": "pensionsnaevn"})

    def meet(cpr: str, day: date, number: int) -> None:
        leader = ("AB", "ab", "CD", None, "CD")[number]
        meeting: Row = {"cpr": cpr, "forloeb_type": "rehabiliteringsmoede", "start_dato": day}
        ended: Row = {"slut_dato": day, "resultat": "afgoerelse_truffet"}
        took_part: Row = {"deltog_sagsbehandler": "ja", "deltog_borger": "nej" if number else "ja"}
        took_part |= {"moedeleder": leader, "deltog_eksterne": "ja" if number == 2 else None}
        rows["forloeb"].append({**meeting, **ended, **took_part, "indstilling": "foertidspension"})

    def citizen(day: date) -> str:
        number = len(rows["borger"])
        cpr = f"{61 + number % 28}{1 + number // 28:02d}70{2000 + number}"
        applied = day - timedelta(days=200)
        rows["borger"].append({"cpr": cpr, "sagsbehandler": "AB", "ansoegning_dato": applied})
        assessed = day - timedelta(days=30)
        assessment: Row = {"cpr": cpr, "vurdering_dato": assessed, "arbejdsevne_pct": 10}
        rows["vurdering"].append({**assessment, "maks_timer_pr_uge": 3})
        return cpr

    for number in range(88):
        day = date(2023, 1, 9) + timedelta(days=4 * number)
        decide(citizen(day), day, "tilkendelse", virkning_dato=next_month(day))
    for day in (date(2023, 6, 1), date(2023, 8, 1)):
        decide(citizen(day), day, "afslag")
    for number, reasons in enumerate(RETURNED):
        day = date(2024, 1, 15) + timedelta(days=25 * number)
        cpr = citizen(day)
        cells = {f"tilbagevisningsaarsag_{n}": reason for n, reason in enumerate(reasons, start=1)}
        decide(cpr, day, "tilbagevist", **cells)
        if number < 5:
            later = day + timedelta(days=60)
            meet(cpr, later - timedelta(days=10), number)
            decide(cpr, later, "tilkendelse", virkning_dato=next_month(later))
    return rows


def workbook(rows: dict[str, list[Row]]) -> bytes:
    """Return Norddjurs' workbook with some rows."""
    return build_workbook(
        load_form(),
        kommune_kode="707",
        aar=2024,
        language="da",
        workbook_id="K7Q2M9XA",
        issued_at=datetime(2024, 1, 5, tzinfo=UTC),
        rows=rows,
        premade=0,
    )


def next_month(day: date) -> date:
    """Return the first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def tables(text: str) -> Iterator[list[list[str]]]:
    """Return every table of a document: its rows with their cells, without the line of dashes."""
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        rows = [
            [cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block.splitlines()
        ]
        yield [row for row in rows if set(row[0]) != {"-"}]


def commands(text: str) -> list[list[str]]:
    """Return every command of a document."""
    blocks = re.findall(r"^```\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def printed(file: Path, table: str, *, without: str = "[x]") -> list[list[str]]:
    """Return the figures of a table as Danes write them, cells without any left out."""
    rows = list(load_workbook(file)[table].iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[-1] is not None)
    return [[shown(cell) for cell in row if cell != without] for row in rows[head + 1 :]]


def shown(cell: object) -> str:
    """Return a cell in words."""
    if cell is None:
        return ""
    return f"{cell:g}".replace(".", ",") if isinstance(cell, int | float) else str(cell)


LANDSTAL, T12, T13, T13B, YEARS, YEARS_RETURNED, CASES = range(7)
"""The tables of the document, in order."""

ENVIRONMENT = {"FPSHEET_CONFIG": "fpsheet.toml", "FPSHEET_KEY_FOLDER": "noegler"}
COMMITTEE = "foertidspension-707-2023-2024-udvalg-fortroligt"


@dataclass(frozen=True)
class Example:
    """The example, carried out.

    Attributes:
        tables: The tables of its document.
        folder: Where its commands ran.
        said: What the last command said.
    """

    tables: list[list[list[str]]]
    folder: Path
    said: str

    @property
    def inside(self) -> Path:
        """The folder of what is not passed on."""
        return self.folder / "statistik-fortroligt"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """Carry the document out."""
    text = DOCUMENT.read_text(encoding="utf-8")
    written, folder = list(tables(text)), tmp_path_factory.mktemp("example")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("FPSHEET_CONFIG", "FPSHEET_KEY_FOLDER", "FPSHEET_DB", "FPSHEET_KEYS"):
            patch.delenv(name, raising=False)
        Path("707-2024.xlsx").write_bytes(workbook(invent()))
        said = StringIO()
        for command in commands(text):
            if command[:2] == ["import", "benchmark"]:
                fill(Path("landstal.xlsx"), written[LANDSTAL][1:])
            if command[0] == "sync":
                # A file that came this minute may still be on its way.
                for file in Path("udbakke").iterdir():
                    os.utime(file, (1_700_000_000, 1_700_000_000))
            is_dated = command[0] in {"check", "preview", "submit", "sync"}
            dated = ["--today", TODAY] if is_dated else []
            said = StringIO()
            with redirect_stdout(said):
                assert run([*command, *dated], environment=ENVIRONMENT) == 0, command
        yield Example(written, folder, said.getvalue())


def test_the_example_gives_the_figures_of_its_document(example: Example) -> None:
    """18 refusals expected where 2 were given; 12 returned cases, 7, 5 and 4 by their reasons."""
    assert "Linjer bag tallet: 7" in example.said
    of_2023 = example.inside / "foertidspension-707-2023-fortroligt.xlsx"
    assert printed(of_2023, "T12") == example.tables[T12][1:]
    of_2024 = example.inside / "foertidspension-707-2024-fortroligt.xlsx"
    assert printed(of_2024, "T13") == example.tables[T13][1:]
    assert printed(of_2024, "T13b") == example.tables[T13B][1:]


def test_the_committee_gets_the_tables_of_the_document(example: Example) -> None:
    """Refusals and returned cases of both years and of the last one's quarters, the second with
    the country's figure of its own; the 12 cases; the reasons are those of T13b.

    `-8` over the target: eight fewer than it allows.
    """
    book = example.inside / f"{COMMITTEE}.xlsx"
    assert printed(book, "Afslag", without="") == example.tables[YEARS][1:]
    assert printed(book, "Tilbagevisninger", without="") == example.tables[YEARS_RETURNED][1:]
    assert printed(book, "Sager") == example.tables[CASES][1:]
    # Ten days before each new award: 5 and 30 March, 24 April, 19 May and 13 June. AB is one
    # person with `ab`; who led the meeting of May is not written.
    assert printed(book, "Møder", without="") == [
        ["2023", *"000000000"],
        ["2024", *"542215001"],
        ["2024, 1. kvartal", *"221212000"],
        ["2024, 2. kvartal", *"321203001"],
        ["2024, 3. kvartal", *"000000000"],
        ["2024, 4. kvartal", *"000000000"],
    ]
    # Each of the five was recommended a pension and got it.
    of_2024 = [row for row in printed(book, "Indstillinger", without="") if row[0] == "2024"]
    assert [row[1:] for row in of_2024 if row[2] != "0"] == [
        ["I alt", "5", "5", "0", "0", "0"],
        ["Førtidspension", "5", "5", "0", "0", "0"],
    ]
    reasons = [row[1:] for row in printed(book, "Årsager") if row[0] == "2024"]
    assert reasons == example.tables[T13B][1:]
    assert not [path for path in (example.folder / "statistik").glob("*") if "udvalg" in path.name]


def test_the_committees_workbook_breaks_no_word_of_a_heading(example: Example) -> None:
    """Nor the name of a quarter; a text stands apart from the number to its left."""
    book = load_workbook(example.inside / f"{COMMITTEE}.xlsx")
    for name in ("Afslag", "Tilbagevisninger", "Møder", "Årsager"):
        sheet = book[name]
        (table,) = sheet.tables.values()
        first, *rest = sheet[table.ref]
        for cell in first:
            wide = sheet.column_dimensions[cell.column_letter].width
            assert max(map(len, str(cell.value).split())) + 2 <= wide, (name, cell.value)
        quarters = [row[0] for row in rest if "kvartal" in str(row[0].value)]
        assert all(
            len(str(cell.value)) + 1 <= sheet.column_dimensions["A"].width for cell in quarters
        )
        assert {cell.alignment.indent for cell in rest[0]} == {1}


def test_the_committees_page_says_the_same_and_names_nobody(example: Example) -> None:
    """Every table of the workbook stands in it with a caption and headings marked as such."""
    page = (example.inside / f"{COMMITTEE}.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="da">')
    assert "Afslag: 2 af 90 tilkendelser og afslag, 2,2 pct. Med landets andel, 20 pct." in page
    assert "Tilbagevisninger: 12, målet er højst 8. Siden tilkendt: 5." in page
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=", page)
    shown = page_tables(page)
    assert set(shown) == {
        "Afslag mod hele landet, år for år",
        "Tilbagevisninger, mål og hvad der siden skete, år for år",
        "Tilbagevisninger efter årsag, år for år",
        "Møder i rehabiliteringsteamet, hvem der ledede dem, og hvem der deltog, år for år",
        "Teamets indstillinger, og hvad kommunen afgjorde, år for år",
        "De tilbageviste sager i 2024",
        "Noter",
    }
    assert shown["De tilbageviste sager i 2024"] == example.tables[CASES][1:]
    # A share of the country's of few cases is less than one refusal: 0.8 is not 1.
    expected = [row[6] for row in shown["Afslag mod hele landet, år for år"]]
    assert expected == ["18,0", "1,0", "[x]", "0,8", "[x]", "[x]"]
    refused = shown["Afslag mod hele landet, år for år"][0]
    assert refused == [
        *("2023", "88", "2", "90", "2,2", "20,0", "18,0", "0,2", "7,0", "11,1"),
        "Opdigtet til eksemplet",
    ]
    assert page.count('<svg role="img"') == page.count("<title>") - 1 == 2
    book = load_workbook(example.inside / f"{COMMITTEE}.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    for row in invent()["borger"]:
        cpr = str(row["cpr"])
        for secret in (cpr, f"{cpr[:6]}-{cpr[6:]}"):
            assert secret not in page
            assert not [cell for cell in cells if secret in cell]


def page_tables(page: str) -> dict[str, list[list[str]]]:
    """Return the tables of a page by their captions; every heading has its scope."""
    found = {}
    for table in re.findall(r"<table>.*?</table>", page, flags=re.DOTALL):
        (caption,) = re.findall(r"<caption>(.*?)</caption>", table)
        head, *rows = re.findall(r"<tr>(.*?)</tr>", table)
        assert head.count("<th scope=col") == head.count("<th") > 0
        assert all(row.startswith("<th scope=row") for row in rows)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
        assert {len(row) for row in cells} == {head.count("<th")}
        found[caption] = [[unescape(cell) for cell in row] for row in cells]
    return found


def test_what_the_committee_is_shown_is_logged(
    example: Example, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an internal edition is: its kommune and both years."""
    monkeypatch.chdir(example.folder)
    assert run(["db", "log", "--json"], environment=ENVIRONMENT) == 0
    assert '"2023-01-01"' in capsys.readouterr().out.replace("\\", "")


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--kommune", "706", "--kommune", "707"),
        ("--kommune", "707", "--publish"),
        ("--kommune", "707", "--as-of", "1"),
        ("--kommune", "707", "--explain", "T12", "B4"),
    ],
)
def test_the_committees_report_is_of_one_kommune_and_never_published(
    example: Example,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
) -> None:
    """What is asked for beside it is refused, with a command that works."""
    monkeypatch.chdir(example.folder)
    days = ("--from", "01-01-2023", "--to", "31-12-2024")
    asked = ("report", "--committee", *days, "--out", "andet", *more)
    assert run(list(asked), environment=ENVIRONMENT) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "--committee skrives for én kommune" in told
    assert "fpsheet report --committee --kommune 707" in " ".join(told.split())
    assert not list(example.folder.glob("andet*"))


def test_a_kommune_alone_is_not_compared_with_itself(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2022 has no national figures, and nobody else has reported: no share, nothing expected."""
    monkeypatch.chdir(example.folder)
    days = ("--from", "01-07-2022", "--to", "30-06-2023")
    command = ("report", "--committee", *days, "--kommune", "707", "--out", "halve")
    assert run(list(command), environment=ENVIRONMENT) == 0
    (book,) = Path("halve-fortroligt").glob("*.xlsx")
    rows = load_workbook(book)["Afslag"].iter_rows(values_only=True)
    shown = [row for row in rows if "2022" in str(row[0]) or "2023" in str(row[0])]
    assert [row[0] for row in shown] == [
        "1. juli 2022 til 31. december 2022",
        "1. januar 2023 til 30. juni 2023",
        "2023, 1. kvartal",
        "2023, 2. kvartal",
    ]
    # From 9 January every fourth day: the 21st grant is on 30 March and the 44th on 30 June; one
    # refusal, on 1 June.
    assert [row[1:4] for row in shown] == [(0, 0, 0), (44, 1, 45), (21, 0, 21), (23, 1, 24)]
    assert all(row[5] == row[6] == row[9] == "[x]" for row in shown)


def fill(file: Path, lines: list[list[str]]) -> None:
    """Fill the blank list in, as somebody would in Excel."""
    book = load_workbook(file)
    sheet = book.worksheets[0]
    for row, line in enumerate(lines, start=3):
        for column, cell in enumerate(line, start=1):
            if cell:
                sheet.cell(row, column, int(cell) if cell.isdecimal() else cell)
    book.save(file)


def test_preview_tells_what_changed_since_the_workbook_was_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One refusal more: T11 and T12 say 3 instead of 2, and only tables of decisions moved."""
    paths = []
    for name, extra in (("sendt", 0), ("nu", 1)):
        rows = invent()
        for number in range(extra):
            cpr = f"{61 + number}127190{number:02d}"
            rows["borger"].append({"cpr": cpr, "sagsbehandler": "AB"})
            refusal: Row = {"cpr": cpr, "afgoerelse_dato": date(2023, 9, 1), "afgoerelse": "afslag"}
            rows["afgoerelse"].append({**refusal, "instans": "pensionsnaevn"})
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(workbook(rows))
        paths.append(str(path))
    sent, now = paths
    days = ["--from", "01-01-2023", "--to", "31-12-2023", "--today", TODAY, "--json"]
    environment = {"FPSHEET_CONFIG": str(tmp_path / "fpsheet.toml")}
    capsys.readouterr()
    assert run(["preview", now, "--earlier", sent, *days], environment=environment) == 0
    told = json.loads(capsys.readouterr().out)
    moved = {
        (each["table"], each["before"], each["now"])
        for each in told["moved"]
        if each["column"].startswith("Afslag (antal)") and each["table"] in {"T11", "T12"}
    }
    assert moved == {("T11", 2, 3), ("T12", 2, 3)}
    of_decisions = {"T11", "T11b", "T11c", "T11d", "T11e", "T11f", "T12", "T12b", "T19", "T21"}
    of_decisions |= {"T25", "T25b"}  # places count what was decided there
    assert {each["table"] for each in told["moved"]} <= of_decisions
