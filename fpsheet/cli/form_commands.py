"""Commands that show the form: rules, spec."""

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.parameters import json_option
from fpsheet.cli.rules_command import make_rules_command
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words


def make_form_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the commands."""
    return (
        make_rules_command(words),
        SpokenCommand("spec", words=words, params=[json_option(words)], run=show_spec),
    )


@click.pass_obj
def show_spec(session: Session, *, as_json: bool) -> int:
    """Show sheets, header rows and columns of the form."""
    from fpsheet.views.spec import spec_value

    console, words = session.console(as_json=as_json), session.words
    spec = spec_value(session.form(), words.language)
    if as_json:
        console.give(spec)
        return 0
    header = [words.get(f"command.spec.{part}") for part in ("column", "label", "field", "type")]
    header.append(words.get("command.spec.codes"))
    for sheet in spec["sheets"]:
        console.say(f"{sheet['title']} ({sheet['identifier']})")
        rows = [
            [column[part] for part in ("column_letter", "label", "identifier", "type", "code_list")]
            for column in sheet["columns"]
        ]
        console.table(header, rows)
        console.say()
    return 0
