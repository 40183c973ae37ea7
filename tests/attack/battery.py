"""Make the demo's editions by the program's commands, and let every reader attack them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from tests.attack.formats import read_csv, read_ods
from tests.attack.printed import Book, read_book
from tests.attack.verdict import Country

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COUNTRIES = {"groenland": "(Grønland)", "danmark": "(Danmark)"}

TODAY = "03-03-2026"
"""The day the editions are published on: after the demo's workbooks came in."""

DEMO_PERIOD = "2025"
"""The period that the demo publishes by itself."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo's database and the books published from it.

    Attributes:
        folder: Made by `fpsheet demo`.
    """

    folder: Path
    _books: dict[tuple[str, str], list[Book]] = field(default_factory=dict)
    _countries: dict[tuple[str, ...], Country] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """Return the file of the database."""
        return self.folder / "central.db"

    def books(self, land: str, periods: Sequence[str]) -> Country:
        """Return the public and internal books of a country and its kommuner; they are read once.

        Args:
            land: "groenland" or "danmark".
            periods: Such as "2024" or "2025H1".
        """
        asked = (land, *periods)
        if asked not in self._countries:
            self._countries[asked] = self._country(land, periods)
        return self._countries[asked]

    def _country(self, land: str, periods: Sequence[str]) -> Country:
        public = [book for period in periods for book in self._read("public", period)]
        inside = [book for period in periods for book in self._read("internal", period)]
        national = [book for book in (*public, *inside) if book.area.endswith(COUNTRIES[land])]
        mine = {
            str(row[0])
            for book in national
            for table in book.tables
            if table.code == "T14"
            for row in table.rows
        } | {book.area for book in national}
        return Country(
            [book for book in public if book.area in mine],
            [book for book in inside if book.area in mine],
        )

    def _read(self, kind: str, period: str) -> list[Book]:
        if (kind, period) not in self._books:
            self._books[kind, period] = list(self._read_files(kind, period))
        return self._books[kind, period]

    def _read_files(self, kind: str, period: str) -> Iterator[Book]:
        """Return a period's books; what is for inside is written into a folder beside.

        A public edition is read in each format that it is handed out in.
        """
        beside = f"{period}-fortroligt" if kind == "internal" else period
        for name in dict.fromkeys((period, beside)):
            for path in sorted((self.folder / kind / name).glob("*.xlsx")):
                if "kontrol" not in path.name:
                    yield from _formats(path) if kind == "public" else (read_book(path),)

    def has_published(self, period: str) -> bool:
        """Return whether a period's editions were published already."""
        inside = self.folder / "internal"
        return any((inside / name).exists() for name in (period, f"{period}-fortroligt"))

    def publish(self, period: str, *, draft: bool = False, proof_seconds: int = 60) -> None:
        """Publish a period's editions, and write its internal books into another folder.

        Args:
            period: Such as "2024" or "2025H1".
            draft: Write the draft: what would be published, before the certificate of worlds
                lets some numbers be rounded once more.
            proof_seconds: How long worlds are sought, for each period there are editions of.
        """
        database = f"sqlite:///{self.database.as_posix()}"
        first, last = (f"{day:%d-%m-%Y}" for day in days_of(period))
        common = ("report", "--from", first, "--to", last, "--db", database, "--today", TODAY)
        out = str(self.folder / "public" / period)
        if period == DEMO_PERIOD:
            run(*common, "--as-of", "1", "--out", out)
        else:
            proved = ("--publish", "--proof-seconds", str(proof_seconds))
            run(*common, *(() if draft else proved), "--out", out)
        run(*common, "--internal", "--out", str(self.folder / "internal" / period))


def make_demo(folder: Path, seed: int) -> Demo:
    """Return the demo that lies in a folder, made where it is not there.

    Args:
        folder: Its folder.
        seed: What all is invented from.
    """
    if not folder.exists():
        run("demo", "--out", str(folder), "--seed", str(seed))
    return Demo(folder)


def run(*arguments: str) -> str:
    """Run the program and return what it printed.

    Raises:
        RuntimeError: When it ended in an error; the text is what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "fpsheet", *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stderr or done.stdout}")
    return done.stdout


def _formats(path: Path) -> Iterator[Book]:
    """Return an edition as a workbook, as an OpenDocument spreadsheet and as CSV files."""
    book = read_book(path)
    yield book
    yield read_ods(path.with_suffix(".ods"))
    yield read_csv(path.with_name(f"{path.stem}-csv"), book)


def days_of(period: str) -> tuple[date, date]:
    """Return the first and last day of a year or half year ("2025", "2025H1")."""
    year, half = int(period[:4]), period[4:]
    last = date(year, 6, 30) if half == "H1" else date(year, 12, 31)
    return date(year, 7 if half == "H2" else 1, 1), last
