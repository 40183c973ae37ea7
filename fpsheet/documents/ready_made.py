"""`python -m fpsheet.documents.ready_made [--check] [ROOT]`: the blank workbooks of `templates/`.

One for each kommune in Greenland, and one for the Danish kommune whose case review the form was
made from. A workbook says whose it is, so those of other Danish kommuner are made on demand. With
`--check` nothing is written; the exit code is 1 when a workbook is not as the form is today.

They are made for a release, not for every change (ADR 0007). The same form gives the same
workbooks. They are compared part by part, because how tightly a zip is packed depends on the
machine.
"""

import argparse
import sys
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.zip_file import unpack
from fpsheet.workbook.build import build_workbook
from fpsheet.workbook.row_id import mint_workbook_id
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import Kommune
from fpsheet_templates.load import load_form

FOLDER = "templates/tomme-projektmapper"
YEAR = 2026
"""Reporting year of the workbooks."""

ROWS = 100
"""Pre-made rows on each sheet; rows typed below them are read as well."""

_DANISH = ("707",)
_NOBODYS = "961"
"""Outside every kommune: nobody there decides a pension."""


def ready_made_kommuner(form: Form) -> tuple[Kommune, ...]:
    """Return the kommuner that have a ready-made workbook, by code: those there are in the year."""
    day = date(YEAR, 12, 31)
    return tuple(
        kommune
        for code, kommune in sorted(form.kommuner.items())
        if (kommune.jurisdiction == "GL" or code in _DANISH)
        and code != _NOBODYS
        and kommune.is_in_force(day)
    )


def ready_made_name(kommune: Kommune) -> str:
    """Return the name of a kommune's ready-made workbook.

    >>> ready_made_name(Kommune("960", "Avannaata Kommunia", "GL"))
    '960-avannaata-kommunia-2026.xlsx'
    """
    plain = unicodedata.normalize("NFKD", kommune.name).encode("ascii", "ignore").decode()
    return f"{kommune.code}-{'-'.join(plain.lower().split())}-{YEAR}.xlsx"


def make_ready_made(form: Form, kommune: Kommune) -> bytes:
    """Return the blank workbook of a kommune.

    Its id is always the same: two who begin with the same blank workbook are told apart by what
    they type (`fpsheet_sync.merge.lineage`), as two are who copy any other one.
    """
    return build_workbook(
        form,
        kommune_kode=kommune.code,
        aar=YEAR,
        language="da",
        workbook_id=mint_workbook_id(Random(f"{kommune.code}-{YEAR}")),  # noqa: S311 - no secret
        issued_at=datetime(YEAR, 1, 1, 12, tzinfo=UTC),
        premade=ROWS,
    )


def is_current(path: Path, data: bytes) -> bool:
    """Return whether a file holds the same parts as a workbook."""
    try:
        return unpack(path.read_bytes()) == unpack(data)
    except (OSError, DamagedPackageError):
        return False


def main(arguments: list[str] | None = None) -> int:
    """Write or check the ready-made workbooks; return the exit code."""
    parser = argparse.ArgumentParser(description="Ready-made blank workbooks.")
    parser.add_argument("root", nargs="?", type=Path, default=Path())
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    form, folder, stale = load_form(), chosen.root / FOLDER, 0
    for kommune in ready_made_kommuner(form):
        path, data = folder / ready_made_name(kommune), make_ready_made(form, kommune)
        if is_current(path, data):
            continue
        stale += 1
        if not chosen.check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        sys.stdout.write(f"{'stale' if chosen.check else 'written'}: {path.name}\n")
    return int(bool(stale) and chosen.check)


if __name__ == "__main__":
    sys.exit(main())
