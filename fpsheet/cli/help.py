"""Help pages in the person's language."""

from collections.abc import Iterator
from typing import Any

import click

from fpsheet.cli.words import Words


def write_usage(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, words: Words
) -> None:
    """Write the line that shows how the command is written."""
    pieces = command.collect_usage_pieces(ctx)
    prefix = f"{words.get('program.word.usage')} "
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=prefix)


def write_commands(
    group: click.Group, ctx: click.Context, formatter: click.HelpFormatter, words: Words
) -> None:
    """Write the commands of a group, each with its line; those of the program by who uses them."""
    is_program = ctx.parent is None
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in group.list_commands(ctx):
        role = _ROLES.get(name, "") if is_program else ""
        groups.setdefault(role, []).append((name, group.commands[name].short_help or ""))
    for role in sorted(groups, key=(*dict.fromkeys(_ROLES.values()), "").index):
        heading = words.get("program.word.commands")
        own = f"{heading} {words.get(f'program.role.{role}')}" if role else heading
        with formatter.section(own):
            formatter.write_dl(groups[role])


_ROLES = {
    **dict.fromkeys(("check", "preview", "submit", "receive", "excel", "upgrade"), "koordinator"),
    **dict.fromkeys(
        (
            "template",
            "pull",
            "sync",
            "status",
            "deadline",
            "conflicts",
            "report",
            "editions",
            "withdraw",
            "history",
            "export",
            "import",
        ),
        "departement",
    ),
    **dict.fromkeys(("db", "rebuild", "keys"), "drift"),
    **dict.fromkeys(
        (
            "demo",
            "rules",
            "spec",
        ),
        "alle",
    ),
}
"""Command of the program → who uses it; the sections of its help, in this order of the work."""


def write_parameters(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, words: Words
) -> None:
    """Write arguments and options, each with its line."""
    arguments = [p for p in command.get_params(ctx) if isinstance(p, SpokenArgument)]
    if arguments:
        with formatter.section(words.get("program.word.arguments")):
            formatter.write_dl([(p.make_metavar(ctx), p.spoken_help) for p in arguments])
    options = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    with formatter.section(words.get("program.word.options")):
        formatter.write_dl([(_spelling(p, ctx), _line(p, words)) for p in options if not p.hidden])


class SpokenArgument(click.Argument):
    """An argument with a line of help, on every version of click."""

    def __init__(  # noqa: PLR0913 - each by name
        self,
        name: str,
        *,
        kind: click.ParamType[Any],
        metavar: str,
        spoken_help: str,
        many: bool = False,
        required: bool = True,
    ) -> None:
        """Build the argument.

        Args:
            name: Parameter of the command's function.
            kind: What is accepted.
            metavar: What usage shows.
            spoken_help: The line of help.
            many: Whether one or more may be given.
            required: Whether it must be given.
        """
        number = -1 if many else 1
        super().__init__([name], type=kind, metavar=metavar, nargs=number, required=required)
        self.spoken_help = spoken_help


def _spelling(option: click.Option, ctx: click.Context) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return names if option.is_flag else f"{names} {option.make_metavar(ctx)}"


def _line(option: click.Option, words: Words) -> str:
    return f"{option.help or ''}{''.join(_remarks(option, words))}"


def _remarks(option: click.Option, words: Words) -> Iterator[str]:
    if option.required:
        yield f" [{words.get('program.word.required')}]"
    elif option.show_default:
        yield f" [{words.fill('program.word.default', {'value': option.default})}]"
