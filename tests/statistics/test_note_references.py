"""Every reference to a note, in every book, leads to the note that the table declares.

The declarations are read as plain TOML, the books as the workbook or ODS file that a reader opens.
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
from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_release
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.load import load_form
from tests.support.country import Country
from tests.support.handed_out import read_file
from tests.sync.statistics.tables.test_statistics_by_hand import DENMARK, GREENLAND, PERSONS, typed
from tests.sync.statistics.tables.test_statistics_country import release

DATA = Path(str(fpsheet_templates.__file__)).parent / "data"
PUBLISHER = Publisher("Departementet for Prøver", "statistik@example.invalid", "marts 2027")
MARK = re.compile(r"\[note \d+\]")
OF_THE_OTHER = {
    "DK": ("alderspension", "udsættelser", "postponement"),
    "GL": ("folkepension", "tilbagevisning", "sending back", "sent back"),
}
"""Country → words that its notes need not, in small letters."""
EDITIONS = [("GL", GREENLAND), ("956", GREENLAND), ("DK", DENMARK), ("707", DENMARK)]


def declared() -> dict[str, dict[str, Any]]:
    """Read the declaration of every table."""
    files = sorted((DATA / "tables").glob("T*.toml"))
    read = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {table["id"]: table for each in read for table in each["table"]}


def texts(language: str) -> dict[str, str]:
    """Read the text of every note of a language."""
    path = DATA / "text" / language / "tables.toml"
    notes = tomllib.loads(path.read_text(encoding="utf-8"))["statistics"]["note"]
    # A note in the words of one country is the note all the same.
    return {
        str(text): str(name).removesuffix("_DK").removesuffix("_GL") for name, text in notes.items()
    }


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("is_public", [False, True], ids=["internal", "public"])
@pytest.mark.parametrize(("area", "rows"), EDITIONS, ids=[area for area, _ in EDITIONS])
def test_every_reference_leads_to_the_note_of_its_table(
    tmp_path: Path, area: str, rows: str, *, is_public: bool, language: str, suffix: str
) -> None:
    """A mark in a line or a heading has its row on Noter, with a note that the table declares."""
    edition = release(area, country=Country(PERSONS, typed(rows)), language=language)
    shown = public_tables(edition) if is_public else edition
    files = render_release(shown, load_form(), publisher=PUBLISHER)
    (name,) = (name for name in files if name.endswith(suffix))
    (tmp_path / name).write_bytes(files[name])
    book = {sheet.name: sheet for sheet in read_file(tmp_path / name)}
    names = texts(language)
    noted = [
        row for row in book["Noter" if language == "da" else "Notes"].rows if MARK.fullmatch(row[0])
    ]
    listed = {row[0]: names[row[1]] for row in noted}
    told = " ".join(row[1] for row in noted)
    others = OF_THE_OTHER["DK" if area in {"DK", "707"} else "GL"]
    assert [word for word in others if word in told.casefold()] == []
    followed: set[str] = set()
    for table_id, table in declared().items():
        if table_id not in book:
            continue
        sheet = book[table_id]
        columns = table["column"]
        own = set(table["notes"])
        split = {note for each in columns if "by" in each for note in each.get("notes", [])}
        of_columns = {tuple(each.get("notes", [])) for each in columns if "by" not in each}
        found = [listed[mark] for line in sheet.lines for mark in MARK.findall(line)]
        assert set(found) <= own | split, table_id
        assert own <= set(found), table_id
        for head in sheet.heads:
            marks = MARK.findall(head)
            assert not marks or tuple(listed[mark] for mark in marks) in of_columns, head
            found += [listed[mark] for mark in marks]
        followed |= set(found)
    assert followed == set(listed.values())


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("area", "rows"), EDITIONS, ids=[area for area, _ in EDITIONS])
def test_no_mark_of_a_note_stands_where_there_are_no_notes(
    area: str, rows: str, language: str
) -> None:
    """A CSV file has no notes, so it refers to none; nor does the sheet of a figure."""
    edition = release(area, country=Country(PERSONS, typed(rows)), language=language)
    files = render_release(edition, load_form(), publisher=PUBLISHER)
    csv_files = [data.decode("utf-8-sig") for name, data in files.items() if name.endswith(".csv")]
    assert len(csv_files) > 20
    assert not any(MARK.search(text) for text in csv_files)
    book = load_workbook(BytesIO(next(iter(files.values()))))
    figures = [sheet for sheet in book.worksheets if re.fullmatch(r"F\d\d\w?", sheet.title)]
    assert figures
    cells = [str(c) for sheet in figures for row in sheet.iter_rows(values_only=True) for c in row]
    assert not any(MARK.search(text) for text in cells)
