"""The command `rules`: the catalogue, as text or as a workbook, and rules on trial."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import (
    database_option,
    file_argument,
    given_file_option,
    json_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from fpsheet.departement.rules_trial import TrialLine
    from fpsheet_templates.rule import Rule
    from fpsheet_templates.spoken import SpokenForm

SHOWN_CELLS = 12
"""Cells shown per rule and workbook; `--json` has them all."""


def make_rules_command(words: Words) -> click.Command:
    """Return the command."""
    return SpokenCommand(
        "rules",
        words=words,
        params=[
            file_argument(words, "files", key="command.rules.files", many=True, required=False),
            OutputOption(words, "--out", key="command.rules.out"),
            given_file_option(words, "--trial", key="command.rules.trial"),
            database_option(words),
            today_option(words),
            json_option(words),
        ],
        run=show_rules,
    )


@click.pass_obj
def show_rules(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    files: tuple[Path, ...],
    out: Path | None,
    trial: Path | None,
    db: str | None,
    today: "date | None",
    as_json: bool,
) -> int:
    """Show the catalogue of rules, write it as a workbook, or try new rules."""
    console, words, spoken = session.console(as_json=as_json), session.words, session.spoken()
    if trial:
        from fpsheet.departement.steps import try_rules_on_files, try_rules_on_stored

        if files:
            question = session.question(None, today)
            lines = try_rules_on_files(trial, files, question, language=words.language)
        else:
            desk = session.desk(db, today)
            central = session.central(db)
            actor = session.actor()
            lines = try_rules_on_stored(trial, central, desk, actor, language=words.language)
        _show_trial(session, lines, as_json=as_json)
    elif out:
        from fpsheet.views.rule_book import write_rule_book

        write_rule_book(spoken, out)
        console.say(words.fill("command.rules.done", {"file": out}))
    elif as_json:
        console.give([_rule_value(spoken, rule) for rule in spoken.form.rules])
    else:
        for rule in spoken.form.rules:
            _show_rule(session, spoken, rule)
    return 0


def _show_rule(session: Session, spoken: "SpokenForm", rule: "Rule") -> None:
    console, words = session.console(), session.words
    value = _rule_value(spoken, rule)
    severity = words.get(f"program.severity.{rule.severity}")
    sheet = spoken.sheet_title(rule.sheet) if rule.sheet else ""
    console.say(f"{rule.code}  {severity}  {sheet or words.get('command.rules.all_sheets')}")
    console.say(f"  {value['message']}")
    console.say(f"  {words.get('program.report.remedy')} {value['remedy']}")
    if rule.source:
        console.say(f"  {words.get('command.rules.source')}: {rule.source}")


def _rule_value(spoken: "SpokenForm", rule: "Rule") -> dict[str, object]:
    return {
        "code": rule.code,
        "level": rule.level.value,
        "severity": rule.severity.value,
        "sheet": rule.sheet,
        "fields": list(rule.fields),
        "message": spoken.text(f"rule.{rule.code}.message"),
        "remedy": spoken.text(f"rule.{rule.code}.remedy"),
        "since": rule.since,
        "source": rule.source,
    }


def _show_trial(session: Session, lines: "Iterable[TrialLine]", *, as_json: bool) -> None:
    """Show what rules on trial would strike: a table, and the first cells of each line."""
    console, words = session.console(as_json=as_json), session.words
    found = list(lines)
    if as_json:
        console.give(
            [
                {
                    "code": line.trial.code,
                    "source": line.source,
                    "kommune_kode": line.kommune_kode,
                    "rows": line.trial.rows,
                    "struck": len(line.trial.struck),
                    "citizens": line.trial.citizens,
                    "cells": list(line.trial.cells),
                }
                for line in found
            ]
        )
        return
    for code in dict.fromkeys(line.trial.code for line in found):
        own = [line for line in found if line.trial.code == code]
        struck = sum(len(line.trial.struck) for line in own)
        totals = {
            "code": code,
            "struck": struck,
            "rows": sum(line.trial.rows for line in own),
            "citizens": sum(line.trial.citizens for line in own),
            "hit": sum(bool(line.trial.struck) for line in own),
            "count": len(own),
        }
        console.say(words.fill("command.rules.trial_total", totals))
        for line in own:
            if line.trial.struck:
                cells = ", ".join(line.trial.cells[:SHOWN_CELLS])
                more = " ..." if len(line.trial.cells) > SHOWN_CELLS else ""
                console.say(f"  {line.source}: {len(line.trial.struck)}  ({cells}{more})")
    if not found:
        console.say(words.get("command.rules.trial_nothing"))


def make_form_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    return (
        make_rules_command(words),
        SpokenCommand("spec", words=words, params=[json_option(words)], run=show_spec),
    )


@click.pass_obj
def show_spec(session: Session, *, as_json: bool) -> int:
    """Show sheets, header rows and columns of the form."""
    from fpsheet.views.spec import spec_value

    console, words = session.console(as_json=as_json), session.words
    spec = spec_value(session.spoken())
    if as_json:
        console.give(spec)
        return 0
    header = [words.get(f"command.spec.{part}") for part in ("column", "label", "field", "type")]
    header.append(words.get("command.spec.codes"))
    for sheet in spec["sheets"]:
        console.say(f"{sheet['title']} ({sheet['identifier']})")
        rows = [
            [
                " ".join(f"{land} {letter}" for land, letter in column["column_letters"].items()),
                *(column[part] for part in ("label", "identifier", "type", "code_list")),
            ]
            for column in sheet["columns"]
        ]
        console.table(header, rows)
        console.say()
    return 0
