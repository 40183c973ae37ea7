"""The arguments and options that several commands share."""

from pathlib import Path

import click

from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.values import (
    AddressValue,
    ChoiceValue,
    CprValue,
    DayValue,
    EditionValue,
    NumberValue,
    PathValue,
    YearValue,
)
from fpsheet.cli.words import Words


def database_option(words: Words) -> click.Option:
    """Return `--db`."""
    return click.Option(
        ["--db"], metavar=words.get("program.metavar.url"), help=words.get("program.option.db")
    )


def json_option(words: Words) -> click.Option:
    """Return `--json`, which becomes the parameter `as_json`."""
    return flag(words, "--json", name="as_json", key="program.option.json")


def today_option(words: Words) -> click.Option:
    """Return `--today`, which makes an answer of another day again."""
    return day_option(words, "--today", key="program.option.today")


def flag(words: Words, spelling: str, *, name: str, key: str) -> click.Option:
    """Return a switch."""
    return click.Option([spelling, name], is_flag=True, help=words.get(key))


def day_option(
    words: Words, spelling: str, *, key: str, name: str = "", required: bool = False
) -> click.Option:
    """Return an option for a day."""
    return click.Option(
        [spelling, *([name] if name else [])],
        type=DayValue(words),
        required=required,
        metavar=words.get("program.metavar.day"),
        help=words.get(key),
    )


def edition_option(words: Words, spelling: str, *, key: str) -> click.Option:
    """Return an option for the number of an edition or a day."""
    return click.Option(
        [spelling],
        type=EditionValue(words),
        metavar=words.get("program.metavar.edition"),
        help=words.get(key),
    )


def kommune_option(
    words: Words, *, key: str = "program.option.kommune", required: bool = False, many: bool = False
) -> click.Option:
    """Return `--kommune`; whether the code exists is asked of the form later."""
    return click.Option(
        ["--kommune"],
        required=required,
        multiple=many,
        metavar=words.get("program.metavar.code"),
        help=words.get(key),
    )


def number_option(words: Words, spelling: str, *, key: str, default: int | None) -> click.Option:
    """Return an option for a whole number."""
    return click.Option(
        [spelling],
        type=NumberValue(words),
        default=default,
        show_default=default is not None,
        metavar=words.get("program.metavar.number"),
        help=words.get(key),
    )


def year_option(words: Words, *, key: str) -> click.Option:
    """Return `--year`."""
    return click.Option(
        ["--year"],
        type=YearValue(words),
        metavar=words.get("program.metavar.number"),
        help=words.get(key),
    )


def text_option(
    words: Words, spelling: str, *, key: str, metavar: str = "name", required: bool = False
) -> click.Option:
    """Return an option for a text."""
    return click.Option(
        [spelling],
        required=required,
        metavar=words.get(f"program.metavar.{metavar}"),
        help=words.get(key),
    )


def cpr_option(words: Words, *, key: str) -> click.Option:
    """Return `--cpr`."""
    return click.Option(
        ["--cpr"],
        type=CprValue(words),
        metavar=words.get("program.metavar.cpr"),
        help=words.get(key),
    )


def explain_option(words: Words, *, key: str) -> click.Option:
    """Return an option for a cell of a table: the table and the address."""
    return click.Option(
        ["--explain"],
        nargs=2,
        type=click.STRING,
        metavar=words.get("program.metavar.cell"),
        help=words.get(key),
    )


def choice_option(
    words: Words, spelling: str, *, key: str, choices: tuple[str, ...], default: str
) -> click.Option:
    """Return an option for one of some words."""
    return click.Option(
        [spelling],
        type=ChoiceValue(words, choices),
        default=default,
        show_default=True,
        metavar=words.get("program.metavar.choice"),
        help=words.get(key),
    )


def out_folder_option(words: Words, *, key: str, default: Path | None = None) -> click.Option:
    """Return `--out` for a folder to be written."""
    return click.Option(
        ["--out"],
        type=PathValue(words, folder=True),
        metavar=words.get("program.metavar.folder"),
        help=words.get(key),
        default=default,
        show_default=default is not None,
    )


def given_file_option(words: Words, spelling: str, *, key: str) -> click.Option:
    """Return an option for a file that is there."""
    return click.Option(
        [spelling],
        type=PathValue(words, exists=True),
        metavar=words.get("program.metavar.file"),
        help=words.get(key),
    )


def file_argument(  # noqa: PLR0913 - what an argument can be, each by name
    words: Words,
    name: str,
    *,
    key: str,
    metavar: str = "file",
    many: bool = False,
    required: bool = True,
) -> SpokenArgument:
    """Return an argument for a file that is there."""
    return SpokenArgument(
        name,
        kind=PathValue(words, exists=True),
        metavar=words.get(f"program.metavar.{metavar}") + ("..." if many else ""),
        spoken_help=words.get(key),
        many=many,
        required=required,
    )


def address_argument(words: Words, name: str, *, key: str) -> SpokenArgument:
    """Return an argument for a folder that is there, or its fsspec address."""
    return SpokenArgument(
        name,
        kind=AddressValue(words, exists=True),
        metavar=words.get("program.metavar.folder"),
        spoken_help=words.get(key),
    )


def address_option(
    words: Words, spelling: str, *, key: str, required: bool = False
) -> click.Option:
    """Return an option for a folder to be written, or its fsspec address."""
    return click.Option(
        [spelling],
        type=AddressValue(words),
        required=required,
        metavar=words.get("program.metavar.folder"),
        help=words.get(key),
    )
