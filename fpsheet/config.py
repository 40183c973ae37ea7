"""Settings: what a kommune or departement decides once, in a TOML file.

The file is `fpsheet.toml` in the user's configuration folder, or the one `FPSHEET_CONFIG` names.
Every setting has a default, so no file is needed; an unknown setting is refused, because a
misspelt one would otherwise be silently without effect.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import platformdirs

from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_texts

FILE_NAME = "fpsheet.toml"
_CHOICES = {"zeros": ("published", "usual", "hidden")}
DEFAULT_DATABASE = "sqlite:///central.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings.

    Attributes:
        database: SQLAlchemy URL of the central database.
        keys: File with the secret of the database; empty for the usual place.
        key_folder: Folder of the keys that sign and seal packages; empty for the usual place.
        takes_unsigned: Whether the inbox is trusted with workbooks that nobody signed.
        outbox: Folder that `fpsheet excel` sends to; one beside the workbook when empty.
        kommune: Kommunekode of the kommune that uses the program; empty at the departement.
        publisher: Who publishes the statistics, as printed on them.
        contact: Whom readers of the statistics can ask.
        threshold: Smallest number shown in published statistics.
        zeros: What a count of zero is there: `published`, `usual` or `hidden`.
        keep_years: Years after which `fpsheet db erase` erases CPR numbers and originals; 0 to keep
            everything.
    """

    database: str = DEFAULT_DATABASE
    keys: str = ""
    key_folder: str = ""
    takes_unsigned: bool = True
    outbox: str = ""
    kommune: str = ""
    publisher: str = ""
    contact: str = ""
    threshold: int = 5
    zeros: str = "published"
    keep_years: int = 0


def settings_path(environment: Mapping[str, str]) -> Path:
    """Give where the settings file is looked for."""
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
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise _refuse("broken", language, path, "") from None
    from fpsheet_sync.disclosure.settings import LOWEST_THRESHOLD
    from fpsheet_sync.keeping import LOWEST_YEARS

    known = {setting.name: setting.type for setting in fields(Settings)}
    for key, value in data.items():
        if key not in known:
            raise _refuse("key", language, path, key)
        if type(value) is not known[key] or value not in _CHOICES.get(key, (value,)):
            raise _refuse("value", language, path, key)
        if key == "threshold" and value < LOWEST_THRESHOLD:
            raise _refuse("low", language, path, key)
        if key == "keep_years" and value and value < LOWEST_YEARS:
            raise _refuse("short", language, path, key)
    return Settings(**data)


def _refuse(what: str, language: str, path: Path, key: str) -> UsageError:
    texts = load_texts("program.toml")
    place = {"name": str(path), "key": key}
    sentence = texts.fill(f"program.value.settings_{what}", language, place)
    return UsageError(sentence, remedy=texts.get("program.value.settings_remedy", language))
