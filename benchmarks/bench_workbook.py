"""How long a full workbook takes to recalculate, and how large it is: run with LibreOffice.

    python benchmarks/bench_workbook.py            every pre-made line of Sermersooq filled
    python benchmarks/bench_workbook.py --kommune 707

Prints processor seconds of LibreOffice (opening, and recalculating every formula: the middle of
some rounds), the size of the workbook as issued, and its size after LibreOffice has saved it,
packed and unpacked.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from zipfile import ZipFile

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from fpsheet.demo.country import invent_country
from fpsheet.demo.scale import Scale
from fpsheet.workbook.build import build_workbook, premade_rows
from fpsheet_templates.load import load_form
from tests.support.libreoffice import start_libreoffice

if TYPE_CHECKING:
    from fpsheet.demo.life import Row
    from fpsheet_templates.form import Form

ISSUED_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
LIVES = 30_000
"""Rows of lives to choose from."""
ROUNDS = 5
MEGA = 1e6


def full_rows(form: Form, kommune: str) -> dict[str, list[Row]]:
    """Return rows for every pre-made line: the lives of as many citizens as Borgere has lines."""
    place = form.kommuner[kommune]
    (book,) = invent_country(form, scale=Scale(rows={kommune: LIVES}), seed=1)
    wanted = {sheet.id: premade_rows(sheet, place) for sheet in form.entry_sheets()}
    citizens = [row["cpr"] for row in book.rows["borger"][: wanted["borger"]]]
    other = next(code for code in form.kommuner if code != kommune)
    moved: tuple[Row, ...] = ({"til_kommune": other, "dato": date(2025, 3, 1)},)
    rows: dict[str, list[Row]] = {}
    for sheet_id, count in wanted.items():
        chosen = set(citizens)
        own = [row for row in book.rows[sheet_id] if row["cpr"] in chosen][:count]
        # Where these citizens have too little to tell, they are lent what others have.
        others = [row for row in book.rows[sheet_id] if row["cpr"] not in chosen] or own or moved
        lent = zip(cycle(others), cycle(citizens), strict=False)
        rest = islice(lent, count - len(own))
        rows[sheet_id] = [*own, *({**row, "cpr": cpr} for row, cpr in rest)]
    return rows


def processor_seconds() -> float:
    """Return the processor time of the LibreOffice that this process started."""
    family = psutil.Process().children(recursive=True)
    times = [child.cpu_times() for child in family if "soffice" in child.name()]
    return sum(time.user + time.system for time in times)


def measure(path: Path, folder: Path) -> None:
    """Open, recalculate and save a workbook, and print what it took."""
    pipe = f"fpsheet-benchmark-{os.getpid()}"
    with start_libreoffice(profile=folder / "profile", pipe=pipe) as office:
        begun = processor_seconds()
        with office.open(path) as document:
            print(f"{'open, processor seconds':<44}{processor_seconds() - begun:>8.2f}")
            rounds = []
            for _ in range(ROUNDS):
                begun = processor_seconds()
                document.recalculate()
                rounds.append(processor_seconds() - begun)
            print(f"{'recalculate everything, processor seconds':<44}{median(rounds):>8.2f}  <= 1")
            saved = document.save_as(folder / "saved.xlsx")
    print(f"{'size as issued, MB':<44}{path.stat().st_size / MEGA:>8.2f}  <= 3")
    with ZipFile(saved) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    print(f"{'size after LibreOffice, MB':<44}{saved.stat().st_size / MEGA:>8.2f}  <= 3")
    print(f"{'  unpacked, MB':<44}{unpacked / MEGA:>8.1f}")


def main() -> None:
    """Make the workbook and measure it."""
    parser = argparse.ArgumentParser(description="Measure a full workbook in LibreOffice.")
    parser.add_argument("--kommune", default="956")
    chosen = parser.parse_args()
    form = load_form()
    rows = full_rows(form, chosen.kommune)
    data = build_workbook(
        form,
        kommune_kode=chosen.kommune,
        aar=2026,
        language="da",
        workbook_id="K7Q2M9XA",
        issued_at=ISSUED_AT,
        rows=rows,
        premade=0,
    )
    print(f"kommune {chosen.kommune}, {sum(map(len, rows.values())):,} lines filled")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "full.xlsx"
        path.write_bytes(data)
        measure(path, Path(name))


if __name__ == "__main__":
    main()
