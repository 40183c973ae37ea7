"""Settings: what a kommune or departement decides once, in a TOML file.

The file is `fpsheet.toml` in the user's configuration folder, or the one `FPSHEET_CONFIG` names.
Every setting has a default, so no file is needed; an unknown setting is refused, because a
misspelt one would otherwise be silently without effect.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_texts

_LINE = re.compile(r"\(at line (\d+)")
_CONTROL = re.compile(r"[\x00-\x1f]")
FILE_NAME = "fpsheet.toml"
_FOLDERS = "unsigned_folders"
_CHOICES = {"afrunding": (3, 5, 10)}
_GONE = frozenset({"zeros"})
"""Settings of earlier versions that have no effect any more."""
DEFAULT_DATABASE = "sqlite:///central.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings.

    Attributes:
        database: SQLAlchemy URL of the central database.
        keys: File with the secret of the database; empty for the usual place.
        key_folder: Folder of the keys that sign and seal packages; empty for the usual place.
        takes_unsigned: Whether files that nobody signed are taken at all; false keeps whole
            workbooks, with names and free text, out of the database.
        unsigned_folders: Folder, or its fsspec address → kommuner whose files are taken from it
            though nobody signed them; where none is named and there are no keys, from any.
        unsigned_despite_key: Kommuner that may deliver so although they have a key.
        outbox: Folder that `fpsheet excel` sends to; one beside the workbook when empty.
        kommune: Kommunekode of the kommune that uses the program; empty at the departement.
        publisher: Who publishes the statistics, as printed on them.
        contact: Whom readers of the statistics can ask.
        threshold: Numbers of fewer citizens or cases than it are small: readers of the published
            statistics cannot tell them apart.
        afrunding: What published numbers are rounded to a multiple of: 3, 5 or 10.
        frister: "alle" or a kommunekode → last days of delivery (dd-mm-yyyy), each for the
            reporting year before it; a kommune's own day is an extension.
        keep_years: Years after which `fpsheet db erase` erases CPR numbers and originals; 0 to keep
            everything.
    """

    database: str = DEFAULT_DATABASE
    keys: str = ""
    key_folder: str = ""
    takes_unsigned: bool = True
    unsigned_folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsigned_despite_key: tuple[str, ...] = ()
    outbox: str = ""
    kommune: str = ""
    publisher: str = ""
    contact: str = ""
    threshold: int = 5
    afrunding: int = 5
    frister: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep_years: int = 0


def settings_path(environment: Mapping[str, str]) -> Path:
    """Return where the settings file is looked for."""
    given = environment.get("FPSHEET_CONFIG")
    return Path(given) if given else Path(platformdirs.user_config_dir("fpsheet")) / FILE_NAME


def read_settings(environment: Mapping[str, str], *, language: str = "da") -> Settings:
    """Read the settings file; all defaults where there is none.

    Raises:
        UsageError: The file cannot be read, or a setting is unknown or of the wrong kind.
    """
    path = settings_path(environment)
    if not path.is_file():
        return Settings()
    try:
        # Notepad begins a file with a byte order mark.
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        # The parser names no line where the file ends too early.
        line = found[1] if found else str(len(path.read_bytes().splitlines()))
        raise _refuse("line", language, path, line, remedy="line_") from None
    except (OSError, UnicodeDecodeError):
        raise _refuse("broken", language, path, "", remedy="broken_") from None
    return Settings(**_judged(data, path, language))


def _judged(data: dict[str, Any], path: Path, language: str) -> dict[str, Any]:
    """Return the settings of a file, every one known and of the right kind.

    Raises:
        UsageError: One is not.
    """
    known = {setting.name: setting.type for setting in fields(Settings)}
    for key, value in data.items():
        if key in _GONE:
            raise _refuse("gone", language, path, key, remedy="gone_")
        if key not in known:
            raise _refuse("key", language, path, key)
        if key == _FOLDERS and isinstance(value, list) and value:
            raise _refuse("folders", language, path, key, remedy="folders_")
        if not _is_of(value, known[key]):
            raise _refuse("value", language, path, key)
        if value not in _CHOICES.get(key, (value,)):
            raise _refuse("base", language, path, key, remedy="base_")
        if any(_CONTROL.search(text) for text in _texts(value)):
            # "K:\noegler" is read as a line break.
            raise _refuse("escape", language, path, key, remedy="path_")
        if what := _too_low(key, value):
            raise _refuse(what, language, path, key)
    return {key: _kept(value, known[key]) for key, value in data.items()}


def _too_low(key: str, value: Any) -> str:  # noqa: ANN401 - what TOML gives, already judged
    """Tell what is wrong with a number that is lower than its setting may be; empty for nothing."""
    from fpsheet_sync.disclosure.settings import LOWEST_THRESHOLD
    from fpsheet_sync.upkeep.retention_limit import LOWEST_YEARS

    if key == "threshold" and value < LOWEST_THRESHOLD:
        return "low"
    return "short" if key == "keep_years" and 0 != value < LOWEST_YEARS else ""


def _is_of(value: object, kind: object) -> bool:
    if kind == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if kind == Mapping[str, tuple[str, ...]]:
        if not isinstance(value, dict):
            return value == []  # as it was written while folders were a list
        return all(isinstance(one, str) or _is_of(one, tuple[str, ...]) for one in value.values())
    return type(value) is kind


def _kept(value: Any, kind: object) -> Any:  # noqa: ANN401 - what TOML gives, already judged
    """Return a setting as it is kept: lists as tuples, one kommune as a tuple of one."""
    if kind == Mapping[str, tuple[str, ...]]:
        return {
            folder: (codes,) if isinstance(codes, str) else tuple(codes)
            for folder, codes in dict(value).items()
        }
    return tuple(value) if type(value) is list else value


def _texts(value: object) -> list[str]:
    """Return the texts of a setting."""
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in _texts(inner))]
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _refuse(what: str, language: str, path: Path, key: str, *, remedy: str = "") -> UsageError:
    texts = load_texts("program.toml")
    place = {"name": str(path), "key": key}
    sentence = texts.fill(f"program.value.settings_{what}", language, place)
    return UsageError(
        sentence, remedy=texts.get(f"program.value.settings_{remedy}remedy", language)
    )
