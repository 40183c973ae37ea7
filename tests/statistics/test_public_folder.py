"""A folder of public files holds public files alone, however it was filled."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile, is_zipfile

import pytest
from openpyxl import load_workbook

from fpsheet_templates.errors import UsageError
from tests.support.editions import first_reports, inside, issue, write

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store


sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
SAYS_SO = re.compile("fortrolig|confidential", re.IGNORECASE)


def texts(path: Path) -> list[bytes]:
    """Return everything a file says: the parts of a package, or the file itself."""
    data = path.read_bytes()
    if not is_zipfile(BytesIO(data)):
        return [data]
    with ZipFile(BytesIO(data)) as package:
        return [package.read(name) for name in package.namelist()]


def walk(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@sqlite
def test_a_public_folder_holds_public_files_alone(store: Store, tmp_path: Path) -> None:
    """Publication, internal edition and draft are all asked for in one folder, in two languages."""
    first_reports(store)
    out = tmp_path / "statistik"
    written = issue(store, out)
    write(store, out, internal=True)
    write(store, out, language="en", edition=1)
    write(store, out, kommuner=("955",))
    found = walk(out)
    assert {path.suffix for path in found} == {".xlsx", ".ods", ".csv"}
    for path in found:
        assert not SAYS_SO.search(path.name)
        for text in texts(path):
            assert b"FORTROLIG" not in text, path.name
            assert b"CONFIDENTIAL" not in text, path.name
    kept = walk(inside(out))
    assert sum("kontrol" in path.name for path in kept) == 1
    assert len(kept) > 10
    assert written.inside == inside(out)
    assert all(path.parent == out for path in written.files)


@sqlite
def test_every_book_for_inside_says_so_first(store: Store, tmp_path: Path) -> None:
    """The folder, the file and the first line of every sheet."""
    first_reports(store)
    issue(store, tmp_path / "ud")
    write(store, tmp_path / "ud", internal=True)
    books = list(inside(tmp_path / "ud").glob("*.xlsx"))
    assert len(books) == 4
    for path in books:
        assert "fortroligt" in path.name
        for sheet in load_workbook(path).worksheets:
            assert str(sheet["A1"].value).startswith("FORTROLIGT"), (path.name, sheet.title)


@sqlite
def test_a_folder_that_holds_something_confidential_is_refused(
    store: Store, tmp_path: Path
) -> None:
    """Files that an earlier version left there; nothing is published, and the remedy works."""
    first_reports(store)
    out = tmp_path / "statistik"
    out.mkdir()
    old = out / "foertidspension-groenland-2024-udgave-1-kontrol-fortroligt.xlsx"
    old.write_bytes(b"small numbers")
    with pytest.raises(UsageError, match="må ikke ligge ved siden af") as refused:
        issue(store, out)
    assert walk(out) == [old]
    assert not inside(out).exists()
    assert str(inside(out)) in str(refused.value.remedy)
    inside(out).mkdir()
    old.rename(inside(out) / old.name)
    assert issue(store, out).new == {"GL"}
    with pytest.raises(UsageError, match="Offentlige filer skrives ikke i den"):
        write(store, inside(out))


@sqlite
def test_a_folder_without_a_name_is_refused(store: Store, tmp_path: Path) -> None:
    """The root of a drive has no folder beside it."""
    first_reports(store)
    with pytest.raises(UsageError, match="en mappe ved siden af"):
        issue(store, type(tmp_path)(tmp_path.anchor))
