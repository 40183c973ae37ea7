"""A benchmark of another year: the sentence says how to import one, and its commands do it."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from fpsheet.cli.program import run
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.benchmark import (
    Benchmark,
    compared_with,
    published_share,
    save_benchmarks,
)
from tests.support.editions import write
from tests.support.handed_out import read_folder
from tests.support.submissions import Sending, new_store, send

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DECISIONS = """
# afgoerelse
| id | cpr        | afgoerelse_dato | afgoerelse  |
| 1  | 6101800101 | 2025-02-01      | tilkendelse |
| 2  | 6101800102 | 2025-03-01      | afslag      |
| 3  | 6101800103 | 2025-03-01      | tilbagevist |
"""
OTHER_YEAR = (
    Benchmark("DK", 2023, "tilkendelser", 300, "Ankestyrelsen 2024:2"),
    Benchmark("DK", 2023, "afslag", 100, "Ankestyrelsen 2024:2"),
    Benchmark("707", 2023, "tilbagevisninger_maal", 9, "Norddjurs 24/8742"),
)
LINES: tuple[tuple[str | int | None, ...], ...] = (
    ("Danmark", 2025, None, "Tilkendelser", 600, "Ankestyrelsen 2026:2"),
    ("Danmark", 2025, None, "Afslag", 200, "Ankestyrelsen 2026:2"),
    ("707 Norddjurs Kommune", 2025, None, "Mål for tilbagevisninger", 8, "Norddjurs 26/1"),
)
"""As a person fills in the blank list; figures of a whole year have no quarter."""


def sources(folder: Path) -> dict[str, str]:
    """Return the source that T12 and T13 of the country state, read from their files."""
    found = {
        sheet.name: sheet.rows[1][-1]
        for sheet in read_folder(folder)
        if sheet.is_csv and sheet.name in {"T12", "T13"} and "danmark" in sheet.file
    }
    assert set(found) == {"T12", "T13"}
    return found


def test_the_commands_in_the_sentence_import_the_missing_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands between » and « is run word for word; then both tables compare with 2025."""
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(new_store(url)) as store:
        send(store, DECISIONS, Sending(kommune="707"))
        with store.write() as connection:
            save_benchmarks(connection, OTHER_YEAR)
        write(store, tmp_path / "before", internal=True)
    before = sources(tmp_path)
    assert "der er landstal for 2023, men ikke for 2025" in before["T12"]
    assert "Der er mål for 2023, men ikke for 2025" in before["T13"]
    monkeypatch.chdir(tmp_path)
    environment = {"FPSHEET_CONFIG": "none", "FPSHEET_DB": url}
    for table in ("T12", "T13"):
        commands = re.findall(r"»(fpsheet .*?)«", before[table])
        blank, read = (command.split()[1:] for command in commands)
        assert run([*blank], environment=environment) == 0
        (file,) = tmp_path.glob("*.xlsx")
        book = load_workbook(file)
        sheet = book.worksheets[0]
        for row, line in enumerate(LINES, start=3):
            for column, cell in enumerate(line, start=1):
                sheet.cell(row, column, cell)
        book.save(file)
        assert run([*read], environment=environment) == 0
        file.unlink()
    with closing(new_store(url)) as store:
        write(store, tmp_path / "after", internal=True)
    after = sources(tmp_path / "after-fortroligt")
    assert after["T12"].endswith(
        "Landets andel afslag i 2025 er 25,0 pct. (200 afslag af 800 tilkendelser og afslag). "
        "Kilde til landstallet: Ankestyrelsen 2026:2."
    )
    assert after["T13"].endswith("Målene gælder 2025. Kilde til målene: Norddjurs 26/1.")


def test_of_half_a_year_the_sentence_says_to_choose_whole_years(tmp_path: Path) -> None:
    """Figures of 2025 are no figures of half of it; what helps is another period, and it does."""
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    whole = tuple(Benchmark(f.omraade, 2025, f.maal, f.vaerdi, f.kilde) for f in OTHER_YEAR)
    half = Period(date(2025, 1, 1), date(2025, 6, 30))
    with closing(new_store(url)) as store:
        send(store, DECISIONS, Sending(kommune="707"))
        with store.write() as connection:
            save_benchmarks(connection, whole)
        write(store, tmp_path / "half", internal=True, period=half)
        write(store, tmp_path / "year", internal=True)
    said = sources(tmp_path / "half-fortroligt")
    for sentence in said.values():
        assert sentence.endswith("vælg en periode af hele år for at sammenligne med dem.")
        assert "»fpsheet" not in sentence
    assert "er 25,0 pct." in sources(tmp_path / "year-fortroligt")["T12"]


def quarter(number: int, granted: float, refused: float) -> tuple[Benchmark, ...]:
    """Return Denmark's figures of a quarter of 2024."""
    return (
        Benchmark("DK", 2024, "tilkendelser", granted, "kvartalstal", kvartal=number),
        Benchmark("DK", 2024, "afslag", refused, "kvartalstal", kvartal=number),
    )


def test_figures_of_quarters_serve_their_quarters_and_their_year() -> None:
    """A quarter has its own share; a year that of its four together, unless it has one itself."""
    figures = (*quarter(1, 90, 10), *quarter(2, 60, 40), *quarter(3, 50, 50))
    second = Period(date(2024, 4, 1), date(2024, 6, 30))
    half = Period(date(2024, 1, 1), date(2024, 6, 30))
    year = Period(date(2024, 1, 1), date(2024, 12, 31))
    assert published_share(figures, "DK", second) == 0.4
    assert published_share(figures, "DK", half) == 0.25
    assert published_share(figures, "DK", year) is None
    assert published_share(figures, "DK", Period(date(2024, 4, 1), date(2024, 6, 29))) is None
    whole = (*figures, *quarter(4, 200, 0))
    assert published_share(whole, "DK", year) == 0.2
    own = (Benchmark("DK", 2024, "tilkendelser", 300), Benchmark("DK", 2024, "afslag", 100, "aar"))
    assert published_share((*whole, *own), "DK", year) == 0.25
    assert compared_with((*whole, *own), "DK", year, ("afslag",)).sources == ("aar",)
    assert compared_with(whole, "DK", second, ("afslag",)).sources == ("kvartalstal",)
