"""The document of commands: the help of each, as the program shows it."""

from collections.abc import Iterator

import click

from fpsheet.cli.command import PROGRAM
from fpsheet.cli.program import make_program
from fpsheet.cli.words import load_words
from fpsheet_templates.form import Form

_WIDTH = 88


def command_list_markdown(form: Form) -> str:  # noqa: ARG001 - as every document is made
    """Return the Danish help of every command, in the order of the work."""
    words = load_words("da")
    lines = [
        f"# {words.get('command.document.title')}",
        "",
        words.get("command.document.intro"),
        "",
    ]
    for path, text in _helps(make_program(words), (PROGRAM,)):
        lines += [f"## {' '.join(path)}", "", "```text", text, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _helps(
    command: click.Command, path: tuple[str, ...], parent: click.Context | None = None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield path and help of a command and of every command below it."""
    ctx = click.Context(command, info_name=path[-1], parent=parent, terminal_width=_WIDTH)
    yield path, command.get_help(ctx)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            yield from _helps(command.commands[name], (*path, name), ctx)
