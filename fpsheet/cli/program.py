"""The program: every command under one name."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click

from fpsheet.cli.command import PROGRAM, SpokenGroup
from fpsheet.cli.commands.database_commands import make_database_commands
from fpsheet.cli.commands.demo_command import make_demo_command
from fpsheet.cli.commands.edition_commands import make_edition_commands
from fpsheet.cli.commands.excel_commands import make_excel_commands
from fpsheet.cli.commands.export_commands import make_export_commands
from fpsheet.cli.commands.import_commands import make_import_commands
from fpsheet.cli.commands.key_commands import make_key_commands
from fpsheet.cli.commands.kommune_commands import make_kommune_commands
from fpsheet.cli.commands.receive_command import make_receive_command
from fpsheet.cli.commands.rules_command import make_form_commands
from fpsheet.cli.commands.state_commands import make_state_commands
from fpsheet.cli.commands.statistics_commands import make_history_commands, make_statistics_commands
from fpsheet.cli.commands.sync_command import make_sync_commands
from fpsheet.cli.commands.workbook_commands import make_workbook_commands
from fpsheet.cli.console import prepare_streams
from fpsheet.cli.failure_output import run_guarded
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words, find_language, load_words, need_language


def run(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: What was typed after the program's name.
        environment: Environment variables; those of the process when left out.

    Returns:
        Exit code: 0 done, 1 findings or conflicts, 2 wrong usage, 3 our fault.
    """
    prepare_streams()
    surroundings = os.environ if environment is None else environment
    wanted = find_language(arguments, surroundings)
    words = load_words(wanted)
    # The clock is read here and nowhere else.
    now = datetime.now(UTC)  # noqa: TID251
    session = Session(words, surroundings, now=now, zone=now.astimezone().tzinfo or UTC)
    group = make_program(words)

    def command() -> int:
        need_language(wanted, words)
        return int(group.main(list(arguments), PROGRAM, standalone_mode=False, obj=session) or 0)

    return run_guarded(
        command,
        words=words,
        environment=surroundings,
    )


def make_program(words: Words) -> SpokenGroup:
    """Return the group of all commands, in the order of the work."""
    shown = click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help=words.get("program.option.version"),
        callback=_show_version,
    )
    commands = [
        make_demo_command(words),
        *make_workbook_commands(words),
        *make_kommune_commands(words),
        make_receive_command(words),
        *make_excel_commands(words),
        *make_sync_commands(words),
        *make_state_commands(words),
        *make_statistics_commands(words),
        *make_edition_commands(words),
        *make_history_commands(words),
        *make_export_commands(words),
        *make_import_commands(words),
        *make_form_commands(words),
        *make_database_commands(words),
        *make_key_commands(words),
    ]
    return SpokenGroup(PROGRAM, words=words, commands=commands, params=[shown])


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001 - click's signature
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"{PROGRAM} {version(PROGRAM)}")
        ctx.exit()
