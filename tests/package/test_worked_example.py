"""docs/eksempel-afslag-og-tilbagevisninger.md: its commands are run, its tables are what comes out.

The case of the second requirement document: 1-2 refusals observed, 18 expected, 12 returned cases.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

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
    rows: dict[str, list[Row]] = {"borger": [], "vurdering": [], "afgoerelse": []}

    def decide(cpr: str, day: date, kind: str, **cells: str | date) -> None:
        decision: Row = {"cpr": cpr, "afgoerelse_dato": day, "afgoerelse": kind, **cells}
        rows["afgoerelse"].append({**decision, "instans": "pensionsnaevn"})

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
            decide(cpr, later, "tilkendelse", virkning_dato=next_month(later))
    return rows


def next_month(day: date) -> date:
    """Return the first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def tables(text: str) -> Iterator[list[list[str]]]:
    """Return every table of a document: its rows with their cells, without the line of dashes."""
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        rows = [
            [cell.strip() for cell in line.strip("|\n ").split("|")] for line in block.splitlines()
        ]
        yield [row for row in rows if set(row[0]) != {"-"}]


def commands(text: str) -> list[list[str]]:
    """Return every command of a document."""
    blocks = re.findall(r"^```\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def printed(file: Path, table: str) -> list[list[str]]:
    """Give the figures of a table as a Danish reader writes them, columns without any left out."""
    rows = list(load_workbook(file)[table].iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[-1] is not None)
    return [[shown(cell) for cell in row if cell != "[x]"] for row in rows[head + 1 :]]


def shown(cell: object) -> str:
    """Return a cell in words."""
    return f"{cell:g}".replace(".", ",") if isinstance(cell, int | float) else str(cell)


@pytest.fixture(scope="module")
def text() -> str:
    """The document."""
    return DOCUMENT.read_text(encoding="utf-8")


def test_the_example_gives_the_figures_of_its_document(
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """18 refusals expected where 2 were given; 12 returned cases, 7, 5 and 4 by their reasons."""
    figures, refused, returned, reasons = tables(text)
    monkeypatch.chdir(tmp_path)
    for name in ("FPSHEET_CONFIG", "FPSHEET_KEY_FOLDER", "FPSHEET_DB", "FPSHEET_KEYS"):
        monkeypatch.delenv(name, raising=False)
    environment = {"FPSHEET_CONFIG": "fpsheet.toml", "FPSHEET_KEY_FOLDER": "noegler"}
    issued_at = datetime(2024, 1, 5, tzinfo=UTC)
    data = build_workbook(
        load_form(),
        kommune_kode="707",
        aar=2024,
        language="da",
        workbook_id="K7Q2M9XA",
        issued_at=issued_at,
        rows=invent(),
        premade=0,
    )
    Path("707-2024.xlsx").write_bytes(data)
    for command in commands(text):
        if command[:2] == ["import", "benchmark"]:
            fill(Path("landstal.xlsx"), figures[1:])
        if command[0] == "sync":
            # A file that came this minute may still be on its way.
            for file in Path("udbakke").iterdir():
                os.utime(file, (1_700_000_000, 1_700_000_000))
        dated = ["--today", TODAY] if command[0] in {"check", "preview", "submit", "sync"} else []
        capsys.readouterr()
        assert run([*command, *dated], environment=environment) == 0, command
    assert "Linjer bag tallet: 7" in capsys.readouterr().out
    folder = Path("statistik-fortroligt")
    assert printed(folder / "foertidspension-707-2023-fortroligt.xlsx", "T12") == refused[1:]
    of_2024 = folder / "foertidspension-707-2024-fortroligt.xlsx"
    assert printed(of_2024, "T13") == returned[1:]
    assert printed(of_2024, "T13b") == reasons[1:]


def fill(file: Path, lines: list[list[str]]) -> None:
    """Fill the blank list in, as somebody would in Excel."""
    book = load_workbook(file)
    sheet = book.worksheets[0]
    for row, line in enumerate(lines, start=3):
        for column, cell in enumerate(line, start=1):
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
        path.write_bytes(
            build_workbook(
                load_form(),
                kommune_kode="707",
                aar=2024,
                language="da",
                workbook_id="K7Q2M9XA",
                issued_at=datetime(2024, 1, 5, tzinfo=UTC),
                rows=rows,
                premade=0,
            )
        )
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
    assert {each["table"] for each in told["moved"]} <= of_decisions
