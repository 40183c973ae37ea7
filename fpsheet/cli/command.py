"""Commands that speak the person's language: click's own words come from the texts."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from fpsheet.cli.help import write_commands, write_parameters, write_usage
from fpsheet.cli.output import OutputOption, overwrite_switch
from fpsheet.cli.words import Words

PROGRAM = "fpsheet"


class CommandUsageError(click.UsageError):
    """The command was written wrongly; the message is already in the person's language."""


class SpokenCommand(click.Command):
    """A command whose help and refusals come from `program.toml`."""

    def __init__(
        self, name: str, *, words: Words, params: Sequence[click.Parameter], run: Callable[..., int]
    ) -> None:
        """Build the command.

        Args:
            name: Path of the command; its texts are `command.<name>` (`export.side900`).
            words: Texts in the person's language.
            params: Arguments and options, in the order help shows them.
            run: What the command does; it returns the exit code.
        """
        writes = any(isinstance(param, OutputOption) for param in params)
        switches = [overwrite_switch(words)] if writes else []
        super().__init__(
            name.rpartition(".")[2],
            params=[*params, *switches, *_common_options(words)],
            callback=run,
            help=words.get(f"command.{name}.help"),
            short_help=words.get(f"command.{name}.short"),
            options_metavar=words.get("program.word.optional_arguments"),
            add_help_option=False,
        )
        self.words = words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; what is left over is refused in the person's language."""
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            error.ctx = ctx  # the parser does not say which command it was
            raise
        if rest and not ctx.resilient_parsing:
            message = self.words.fill("program.usage.extra_arguments", {"names": " ".join(rest)})
            raise CommandUsageError(message, ctx)
        for param in self.params:
            if isinstance(param, OutputOption) and not ctx.resilient_parsing:
                param.admit(ctx)
        return rest

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, purpose, arguments and options."""
        write_usage(self, ctx, formatter, self.words)
        self.format_help_text(ctx, formatter)
        write_parameters(self, ctx, formatter, self.words)


class SpokenGroup(click.Group):
    """A group of commands whose help and refusals come from `program.toml`."""

    def __init__(
        self,
        name: str,
        *,
        words: Words,
        commands: Sequence[click.Command],
        params: Sequence[click.Parameter] = (),
        run: Callable[..., int] | None = None,
    ) -> None:
        """Build the group; its texts are `command.<name>`, those of the program `program`.

        Args:
            name: Name of the group.
            words: Texts in the person's language.
            commands: Its commands, in the order help shows them.
            params: Options of the group itself.
            run: What the group does without a command; it shows its help when left out.
        """
        is_program = name == PROGRAM
        key = "program" if is_program else f"command.{name}"
        super().__init__(
            name,
            commands=list(commands),
            params=[*params, *_common_options(words)],
            callback=_only_without_command(run) if run else _show_help_without_command,
            help=words.get(f"{key}.help"),
            short_help=None if is_program else words.get(f"{key}.short"),
            options_metavar=words.get("program.word.optional_arguments"),
            subcommand_metavar=words.get("program.word.command_metavar"),
            add_help_option=False,
            no_args_is_help=False,
            invoke_without_command=True,
        )
        self.words = words

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order they were given: the order of the work."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is refused in the person's language."""
        if self.get_command(ctx, args[0]) is None:
            message = self.words.fill("program.usage.no_such_command", {"name": args[0]})
            hint = suggest(args[0], tuple(self.commands), self.words)
            raise CommandUsageError(f"{message}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, purpose, commands and options."""
        write_usage(self, ctx, formatter, self.words)
        self.format_help_text(ctx, formatter)
        write_commands(self, ctx, formatter, self.words)
        write_parameters(self, ctx, formatter, self.words)


def suggest(wrong: str, right: Sequence[str], words: Words) -> str:
    """Return a sentence with the nearest name, a space before it; nothing when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(wrong, right, n=1)
    return f" {words.fill('program.usage.did_you_mean', {'name': near[0]})}" if near else ""


def _common_options(words: Words) -> tuple[click.Option, click.Option]:
    """Return `--lang`, which `find_language` has read already, and `--help`."""
    language = click.Option(
        ["--lang"],
        metavar=words.get("program.metavar.language"),
        help=words.get("program.option.lang"),
        expose_value=False,
    )
    shown = click.Option(
        ["--help", "-h"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        help=words.get("program.option.help"),
        callback=_show_help,
    )
    return language, shown


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001 - click's signature
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


def _show_help_without_command() -> int:
    """Show the help of a group that was given without a command, which is wrong usage."""
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return click.UsageError.exit_code
    return 0


def _only_without_command(run: Callable[..., int]) -> Callable[..., int]:
    """Let a group do its own work only where no command of it was given."""

    def run_alone(**options: Any) -> int:  # noqa: ANN401 - click's parameters
        ctx = click.get_current_context()
        return run(**options) if ctx.invoked_subcommand is None else 0

    return run_alone
