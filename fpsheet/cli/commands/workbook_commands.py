"""Commands that give a workbook: template, pull, upgrade."""

from datetime import date
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import (
    database_option,
    file_argument,
    json_option,
    kommune_option,
    today_option,
    year_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_verdict
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.workbook.issue import Issue


def make_workbook_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    issued = [
        kommune_option(words, required=True),
        year_option(words, key="program.option.year"),
        OutputOption(words, "--out", key="program.option.out_file", required=True),
    ]
    template = SpokenCommand("template", words=words, params=issued, run=make_template)
    pull = SpokenCommand(
        "pull",
        words=words,
        params=[*issued, database_option(words), json_option(words)],
        run=pull_workbook,
    )
    upgrade = SpokenCommand(
        "upgrade",
        words=words,
        params=[
            file_argument(words, "file", key="command.upgrade.file"),
            OutputOption(words, "--out", key="program.option.out_file", required=True),
            today_option(words),
            json_option(words),
        ],
        run=upgrade_workbook,
    )
    return template, pull, upgrade


@click.pass_obj
def make_template(session: Session, *, kommune: str, year: int | None, out: Path) -> int:
    """Write a blank workbook."""
    from fpsheet.kommune.steps import build_template

    build_template(_new_issue(session, kommune, year), out=out)
    session.console().say(session.words.fill("command.template.done", {"file": out}))
    return 0


@click.pass_obj
def pull_workbook(  # noqa: PLR0913 - one parameter per option
    session: Session, *, kommune: str, year: int | None, out: Path, db: str | None, as_json: bool
) -> int:
    """Write a workbook filled with what the database holds, and say what is not in it."""
    from fpsheet.departement.steps import pull_workbook

    issue = _new_issue(session, kommune, year)
    actor = session.actor()
    pulled = pull_workbook(session.central(db), issue, actor, out)
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        left = {"waiting": pulled.waiting, "hidden": pulled.hidden, "conflicts": pulled.conflicts}
        console.give({"file": str(out), "rows": dict(pulled.counts), **left})
        return 0
    count = sum(pulled.counts.values())
    console.say(words.fill("command.pull.done", {"file": out, "count": count}))
    if pulled.waiting:
        console.say(words.fill("command.pull.waiting", {"count": pulled.waiting}))
    if pulled.hidden:
        console.say(words.fill("command.pull.hidden", {"count": pulled.hidden}))
    if pulled.conflicts:
        console.say(words.fill("command.pull.conflicts", {"count": pulled.conflicts}))
    return 0


@click.pass_obj
def upgrade_workbook(
    session: Session, *, file: Path, out: Path, today: date | None, as_json: bool
) -> int:
    """Lift a workbook to the newest form; say what was carried, what is new and what lacks."""
    from fpsheet.kommune.steps import upgrade_file
    from fpsheet.views.upgrade_report import render_lifted

    lifted = upgrade_file(file, session.question(None, today), out)
    console = session.console(as_json=as_json)
    if not lifted.data:
        show_verdict(session, lifted.before, as_json=as_json)
        console.say(session.words.get("command.upgrade.refused"))
        return ExitCode.FINDINGS
    if as_json:
        console.give(lifted.to_dict() | {"file": str(out)})
    for line in render_lifted(lifted, session.spoken(), out):
        console.say(line)
    return ExitCode.DONE


def _new_issue(session: Session, kommune: str, year: int | None) -> "Issue":
    """Return the issue of a new workbook, with an id that no other has."""
    from fpsheet.workbook.issue import Issue
    from fpsheet.workbook.row_id import mint_workbook_id

    form, aar = session.form(), year or session.local_day.year
    own = form.kommuner[session.kommune(kommune)]
    if not own.is_in_force(date(aar, 12, 31)):
        words = {"kommune": own.name, "aar": aar}
        heirs = " / ".join(own.successors) or "-"
        told = session.words.fill("command.template.not_there", words)
        remedy = session.words.fill("command.template.not_there_remedy", {"heirs": heirs})
        raise UsageError(told, remedy=remedy)
    return Issue(
        form=form,
        kommune=own,
        aar=aar,
        language=session.words.language,
        workbook_id=mint_workbook_id(SystemRandom()),
        issued_at=session.now,
    )
