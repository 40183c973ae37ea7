"""Every reference to a note, in every book, leads to the note that the table declares.

The declarations are read as plain TOML, the books as the workbook that a reader opens.
"""

from __future__ import annotations

import re
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import fpsheet_templates
from fpsheet.statistics.layout import Publisher
from fpsheet.statistics.render_files import render_book
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.load import load_form
from tests.support.country import Country
from tests.unit.test_statistics_by_hand import DENMARK, GREENLAND, PERSONS, typed
from tests.unit.test_statistics_country import release

DATA = Path(str(fpsheet_templates.__file__)).parent / "data"
PUBLISHER = Publisher("Departementet for Prøver", "statistik@example.invalid", "marts 2027")
EDITIONS = [("GL", GREENLAND), ("956", GREENLAND), ("DK", DENMARK), ("707", DENMARK)]


def declared() -> dict[str, dict[str, Any]]:
    """Read the declaration of every table."""
    files = sorted((DATA / "tables").glob("T*.toml"))
    read = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {table["id"]: table for each in read for table in each["table"]}


def texts() -> dict[str, str]:
    """Read the Danish text of every note."""
    path = DATA / "text" / "da" / "tables.toml"
    notes = tomllib.loads(path.read_text(encoding="utf-8"))["statistics"]["note"]
    return {str(text): str(name) for name, text in notes.items()}


@pytest.mark.parametrize("is_public", [False, True], ids=["internal", "public"])
@pytest.mark.parametrize(("area", "rows"), EDITIONS, ids=[area for area, _ in EDITIONS])
def test_every_reference_leads_to_the_note_of_its_table(
    area: str, rows: str, *, is_public: bool
) -> None:
    """A mark in a line or a heading has its row on Noter, with a note that the table declares."""
    edition = release(area, country=Country(PERSONS, typed(rows)))
    shown = public_tables(edition) if is_public else edition
    _, content = render_book(shown, load_form(), publisher=PUBLISHER)
    book = load_workbook(BytesIO(content))
    names = texts()
    listed = {
        str(mark): names[str(text)]
        for mark, text in book["Noter"].iter_rows(values_only=True)
        if re.fullmatch(r"\[note \d+\]", str(mark))
    }
    followed: set[str] = set()
    for name, table in declared().items():
        if name not in book.sheetnames:
            continue
        sheet = book[name]
        head = next(iter(sheet.tables.values())).ref.split(":")[0]
        row = sheet[head].row
        columns = table["column"]
        own = set(table["notes"])
        split = {note for each in columns if "by" in each for note in each.get("notes", [])}
        of_columns = {tuple(each.get("notes", [])) for each in columns if "by" not in each}
        above = [str(sheet.cell(n, 1).value) for n in range(2, row)]
        found = [listed[mark] for line in above for mark in re.findall(r"\[note \d+\]", line)]
        assert set(found) <= own | split, name
        assert own <= set(found), name
        for cell in sheet[row]:
            marks = re.findall(r"\[note \d+\]", str(cell.value))
            assert not marks or tuple(listed[mark] for mark in marks) in of_columns, cell.value
            found += [listed[mark] for mark in marks]
        followed |= set(found)
    assert followed == set(listed.values())
