"""Commands that show the form: spec, rules."""

from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.parameters import json_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from fpsheet_templates.form import Form
    from fpsheet_templates.rule import Rule


def make_form_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the commands."""
    return (
        SpokenCommand("rules", words=words, params=[json_option(words)], run=show_rules),
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


@click.pass_obj
def show_rules(session: Session, *, as_json: bool) -> int:
    """Show the catalogue of rules."""
    console, words, form = session.console(as_json=as_json), session.words, session.form()
    if as_json:
        console.give([_rule_value(form, rule, words.language) for rule in form.rules])
        return 0
    for rule in form.rules:
        value = _rule_value(form, rule, words.language)
        severity = words.get(f"program.severity.{rule.severity}")
        sheet = form.sheet_title(rule.sheet, words.language) if rule.sheet else ""
        console.say(f"{rule.code}  {severity}  {sheet or words.get('command.rules.all_sheets')}")
        console.say(f"  {value['message']}")
        console.say(f"  {words.get('program.report.remedy')} {value['remedy']}")
        if rule.source:
            console.say(f"  {words.get('command.rules.source')}: {rule.source}")
    return 0


def _rule_value(form: "Form", rule: "Rule", language: str) -> dict[str, object]:
    return {
        "code": rule.code,
        "level": rule.level.value,
        "severity": rule.severity.value,
        "sheet": rule.sheet,
        "fields": list(rule.fields),
        "message": form.texts.get(f"rule.{rule.code}.message", language),
        "remedy": form.texts.get(f"rule.{rule.code}.remedy", language),
        "since": rule.since,
        "source": rule.source,
    }
