"""Getting the xlwings ribbon's "Run main" to find fpsheet.

The button runs `import NAME;NAME.main()`, NAME being that of the workbook without its ending, in
the Python and with the search path that the add-in's settings name. So a module of that name is
written into a folder of the person's own, and the settings name the folder and this Python. The
folder of the workbook is no longer searched: whoever can put a file beside a workbook on a shared
drive could otherwise run it on the caseworker's machine.
"""

import csv
import importlib.util
import keyword
import locale
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from fpsheet.excel.excel_failure import ExcelError
from fpsheet.files import write_whole

_MODULE = (
    '"""«Run main» of the workbook of this name; written by «fpsheet excel install»."""\n\n{}\n'
)
_IMPORT = "from fpsheet.cli.ribbon import main  # noqa: F401"

_INTERPRETER = "INTERPRETER_WIN"
_PATH = "PYTHONPATH"
_BESIDE = "ADD_WORKBOOK_TO_PYTHONPATH"
_FALLBACK = "foertidspension"
_LATIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})


@dataclass(frozen=True, slots=True)
class Installed:
    """What was written, and the Python the add-in uses where it is another than this one."""

    module: Path
    settings: Path
    other_python: str = ""


def settings_file(environment: Mapping[str, str]) -> Path:
    """Return where the add-in keeps a person's settings."""
    home = environment.get("USERPROFILE")
    return (Path(home) if home else Path.home()) / ".xlwings" / "xlwings.conf"


def install(
    workbook: Path, folder: Path, environment: Mapping[str, str], language: str
) -> Installed:
    """Make "Run main" work in a workbook.

    Args:
        workbook: The workbook; only its name counts.
        folder: Where its module is written, a folder of the person's own.
        environment: Environment variables.
        language: Language of what is said.

    Raises:
        ExcelError: The name cannot be that of a module.
        WorkbookFileError: A file cannot be written.
    """
    name = workbook.stem
    if not is_usable(name):
        raise ExcelError("bad_name", language, name=workbook.name, better=better_name(name))
    module = folder / f"{name}.py"
    write_whole(module, _MODULE.format(_IMPORT).encode(), language=language)
    place = settings_file(environment)
    # The add-in reads and writes in the code page of Windows.
    encoding = locale.getencoding()
    old = read_settings(place.read_text(encoding=encoding)) if place.is_file() else {}
    new = dict(old)
    paths = [path for path in old.get(_PATH, "").split(";") if path]
    if str(folder) not in paths:
        new[_PATH] = ";".join([*paths, str(folder)])
    new.setdefault(_INTERPRETER, sys.executable)
    new.setdefault(_BESIDE, "False")
    if new != old:
        write_whole(place, print_settings(new).encode(encoding), language=language)
    other = new[_INTERPRETER] if Path(new[_INTERPRETER]) != Path(sys.executable) else ""
    return Installed(module, place, other)


def is_usable(name: str) -> bool:
    """Return whether "Run main" can import a workbook's name: an identifier no module has yet.

    >>> is_usable("foertidspension_956"), is_usable("956-2026"), is_usable("json")
    (True, False, False)
    """
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        return False
    return importlib.util.find_spec(name) is None


def better_name(name: str) -> str:
    """Return a name like it that can be used.

    >>> better_name("Førtidspension 956-2026"), better_name("956")
    ('Foertidspension_956_2026', 'foertidspension_956')
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LATIN))
    joined = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
    if is_usable(joined):
        return joined
    return f"{_FALLBACK}_{joined}" if joined else _FALLBACK


def read_settings(text: str) -> dict[str, str]:
    """Read the add-in's settings: a quoted name and a quoted value per line.

    >>> read_settings('"SHOW CONSOLE","False"')
    {'SHOW CONSOLE': 'False'}
    """
    rows = csv.reader(StringIO(text))
    return {row[0]: row[1] for row in rows if len(row) > 1}


def print_settings(settings: Mapping[str, str]) -> str:
    """Return the settings as the add-in reads them."""
    target = StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows(settings.items())
    return target.getvalue()
