"""Values of arguments and options: what is accepted, and how it is refused."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

from fpsheet.cli.words import Words
from fpsheet_templates.form import REPORTING_YEARS

Kind = TypeVar("Kind")

_CPR_LENGTH = 10
_USUAL = ("file", "memory", "smb", "sftp", "s3", "abfs")
"""Kinds of address that are named where another was given."""

_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "smb": "smbprotocol",
    "abfs": "adlfs",
    "az": "adlfs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
}
"""What a kind of address needs that is not installed with the program."""

_RECEIPT = re.compile(r"\d{3}-\d{4}-\d{6,}[a-z]*")
_DAY_FORMATS = ("%d-%m-%Y", "%Y-%m-%d")


class SpokenValue(click.ParamType[Kind]):
    """A value that is refused in the person's language."""

    def __init__(self, words: Words) -> None:
        """Keep the language."""
        self.words = words


class DayValue(SpokenValue[date]):
    """A day as people write it (dd-mm-yyyy) or as machines do (yyyy-mm-dd)."""

    name = "day"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the day."""
        day = value if isinstance(value, date) else _read_day(value)
        if day is None:
            self.fail(self.words.fill("program.value.day", {"value": value}), param, ctx)
        return day


class EditionValue(SpokenValue[date | int]):
    """The number of an edition, or a day as `DayValue` reads it."""

    name = "edition"

    def convert(
        self, value: str | date | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | int:
        """Read the number or the day."""
        if isinstance(value, date | int):
            return value
        if value.isdecimal() and int(value) > 0:
            return int(value)
        day = _read_day(value)
        if day is None:
            self.fail(self.words.fill("program.value.edition", {"value": value}), param, ctx)
        return day


class ReceiptValue(SpokenValue[date | str]):
    """The number of a receipt (`956-2026-000012`), or a day as `DayValue` reads it."""

    name = "receipt"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | str:
        """Read the number or the day."""
        if isinstance(value, date) or _RECEIPT.fullmatch(value):
            return value
        day = _read_day(value)
        if day is None:
            self.fail(self.words.fill("program.value.receipt", {"value": value}), param, ctx)
        return day


class NumberValue(SpokenValue[int]):
    """A whole number with a smallest value."""

    name = "number"

    def __init__(self, words: Words, *, minimum: int = 0) -> None:
        """Keep language and limit."""
        super().__init__(words)
        self.minimum = minimum

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the number."""
        try:
            number = int(value)
        except ValueError:
            number = self.minimum - 1
        if number < self.minimum:
            given = {"value": value, "minimum": self.minimum}
            self.fail(self.words.fill("program.value.number", given), param, ctx)
        return number


class YearValue(SpokenValue[int]):
    """A reporting year: there was no such pension earlier, and a later one is a slip."""

    name = "year"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the year."""
        year = int(value) if str(value).isdecimal() else 0
        if year not in REPORTING_YEARS:
            first, last = REPORTING_YEARS.start, REPORTING_YEARS[-1]
            given = {"value": value, "first": first, "last": last}
            self.fail(self.words.fill("program.value.year", given), param, ctx)
        return year


class CprValue(SpokenValue[str]):
    """A CPR number of ten digits, with or without hyphen. A refusal does not repeat it."""

    name = "cpr"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the ten digits."""
        digits = value.replace("-", "").strip()
        if not (digits.isdecimal() and len(digits) == _CPR_LENGTH):
            self.fail(self.words.get("program.value.cpr"), param, ctx)
        return digits


class ChoiceValue(SpokenValue[str]):
    """One of some words."""

    name = "choice"

    def __init__(self, words: Words, choices: Sequence[str]) -> None:
        """Keep language and choices."""
        super().__init__(words)
        self.choices = choices

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is no choice."""
        if value not in self.choices:
            given = {"value": value, "choices": ", ".join(self.choices)}
            self.fail(self.words.fill("program.value.choice", given), param, ctx)
        return value


class PathValue(SpokenValue[Path]):
    """A file or a folder, there already or to be written."""

    name = "path"

    def __init__(self, words: Words, *, folder: bool | None = False, exists: bool = False) -> None:
        """Keep what is asked for; `folder` is None where either will do."""
        super().__init__(words)
        self.folder = folder
        self.exists = exists

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Refuse what is not there, or a folder for a file and the other way round."""
        path = Path(value)
        wrong = ""
        if path.is_dir() and self.folder is False:
            wrong = "is_folder"
        elif path.is_file() and self.folder:
            wrong = "is_file"
        elif self.exists and not path.exists():
            wrong = "no_folder" if self.folder else "no_file"
        if wrong:
            self.fail(self.words.fill(f"program.value.{wrong}", {"value": value}), param, ctx)
        return path


class AddressValue(click.ParamType[str]):
    """A folder by its path, or by an address of fsspec (`memory://post`)."""

    name = "address"

    def __init__(self, words: Words, *, exists: bool = False) -> None:
        """Keep what is asked for."""
        self.folder = PathValue(words, folder=True, exists=exists)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse a path that is not there; whether an address is there is seen when it is used."""
        scheme, mark, _ = value.partition("://")
        if not mark:
            return str(self.folder.convert(value, param, ctx))
        from fsspec.registry import get_filesystem_class, known_implementations

        words = self.folder.words
        try:
            get_filesystem_class(scheme)
        except ValueError:
            usual = [name for name in _USUAL if name in known_implementations]
            told = {"value": scheme, "choices": ", ".join(usual)}
            self.fail(words.fill("program.value.scheme", told), param, ctx)
        except ImportError:
            told = {"value": scheme, "package": _PACKAGES.get(scheme, "fsspec")}
            self.fail(words.fill("program.value.scheme_package", told), param, ctx)
        return value


def _read_day(text: str) -> date | None:
    for layout in _DAY_FORMATS:
        try:
            return datetime.strptime(text, layout).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
