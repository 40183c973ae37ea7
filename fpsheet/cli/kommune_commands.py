"""Commands of a kommune: template, check, preview, submit."""

from pathlib import Path
from random import SystemRandom

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.parameters import kommune_option, number_option, path_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words


def make_kommune_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the commands."""
    template = SpokenCommand(
        "template",
        words=words,
        params=[
            kommune_option(words, required=True),
            number_option(words, "--year", key="program.option.year", default=None),
            path_option(words, "--out", key="program.option.out_file", required=True),
        ],
        run=make_template,
    )
    return (template,)


@click.pass_obj
def make_template(session: Session, *, kommune: str, year: int | None, out: Path) -> int:
    """Write a blank workbook."""
    from fpsheet import pipeline
    from fpsheet.workbook.issue import Issue
    from fpsheet.workbook.row_id import mint_workbook_id

    form = session.form()
    issue = Issue(
        form=form,
        kommune=form.kommuner[session.kommune(kommune)],
        aar=year or session.local_day.year,
        language=session.words.language,
        workbook_id=mint_workbook_id(SystemRandom()),
        issued_at=session.now,
    )
    pipeline.build_template(issue, out=out)
    session.console().say(session.words.fill("command.template.done", {"file": out}))
    return 0
