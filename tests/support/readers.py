"""Programs of others that read workbooks: ExcelJS and SheetJS (Node.js), Gnumeric, and jing.

`npm ci` in `tests/readers` installs the first two; Debian has the packages `gnumeric` and `jing`.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from importlib.resources import files
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from tests.support.missing import skip_or_fail

READERS: Final = Path(__file__).parents[1] / "readers"
_ODF: Final = files("openxml_audit") / "odf" / "schemas" / "odf-1.3"
_SCHEMAS: Final = {
    "content.xml": "OpenDocument-v1.3-schema.rng",
    "styles.xml": "OpenDocument-v1.3-schema.rng",
    "meta.xml": "OpenDocument-v1.3-schema.rng",
    "META-INF/manifest.xml": "OpenDocument-v1.3-manifest-schema.rng",
}

Cells = dict[str, dict[str, str]]
"""Sheet → address → text."""


class CannotReadError(Exception):
    """The program does not read the file."""


def program(name: str) -> str:
    """Return the path of a program; the test is left out, or fails in CI, where it is not there."""
    path = shutil.which(name)
    return path or skip_or_fail(f"{name} is not installed")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def read_with_node(reader: str, file: Path) -> Cells:
    """Read a workbook with `exceljs` or `sheetjs`.

    Raises:
        CannotReadError: It does not read the file.
    """
    if not (READERS / "node_modules").is_dir():
        skip_or_fail("run `npm ci --ignore-scripts` in tests/readers")
    done = _run(program("node"), str(READERS / "read.js"), reader, str(file))
    if done.returncode:
        raise CannotReadError(done.stderr[-500:])
    found: Cells = json.loads(done.stdout)
    return found


def read_with_gnumeric(file: Path, folder: Path) -> list[list[list[str]]]:
    """Read a workbook with Gnumeric, which calculates it: each sheet's rows of texts, in order.

    Raises:
        CannotReadError: It does not read the file.
    """
    target = folder / "sheet-%n.csv"
    done = _run(program("ssconvert"), "--export-file-per-sheet", str(file), str(target))
    made = sorted(folder.glob("sheet-*.csv"), key=lambda path: int(path.stem.split("-")[1]))
    if done.returncode or not made:
        raise CannotReadError(done.stderr[-500:])
    return [list(csv.reader(StringIO(path.read_text("utf-8")))) for path in made]


def validate_ods(content: bytes, folder: Path) -> tuple[str, ...]:
    """Return what jing says of an OpenDocument spreadsheet by the schemas of version 1.3."""
    problems: list[str] = []
    with ZipFile(BytesIO(content)) as archive:
        for part, schema in _SCHEMAS.items():
            file = folder / part.rpartition("/")[2]
            file.write_bytes(archive.read(part))
            done = _run(program("jing"), "-i", str(_ODF / schema), str(file))
            told = done.stdout.splitlines()
            problems += (f"{part}: {line.rpartition(': ')[2]}" for line in told)
            if done.returncode and not told:
                problems.append(f"{part}: {done.stderr[-200:]}")
    return tuple(problems)
