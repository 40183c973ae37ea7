"""Commands for the database itself: db init, upgrade, info, log."""

from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.commands.log_command import make_log_command
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import database_option, flag, json_option, today_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from datetime import date


def make_database_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    database = database_option(words)
    answer = [database, json_option(words)]
    dry_run = flag(words, "--dry-run", name="dry_run", key="command.db.erase.dry_run")
    erasing = [dry_run, today_option(words), *answer]
    return (
        SpokenGroup(
            "db",
            words=words,
            commands=[
                SpokenCommand("db.init", words=words, params=[database], run=make_database),
                SpokenCommand("db.upgrade", words=words, params=[database], run=lift_database),
                SpokenCommand("db.info", words=words, params=answer, run=show_database),
                SpokenCommand("db.erase", words=words, params=erasing, run=erase_database),
                make_log_command(words),
            ],
        ),
    )


@click.pass_obj
def make_database(session: Session, *, db: str | None) -> int:
    """Make the database and its key where they are new."""
    from fpsheet.departement import steps

    place = steps.make_database(session.central(db))
    session.console().say(session.words.fill("command.db.init.done", {"name": place}))
    return 0


@click.pass_obj
def lift_database(session: Session, *, db: str | None) -> int:
    """Lift the database to the newest version."""
    from fpsheet.departement import steps

    place = steps.lift_database(session.central(db))
    session.console().say(session.words.fill("command.db.upgrade.done", {"name": place}))
    return 0


@click.pass_obj
def show_database(session: Session, *, db: str | None, as_json: bool) -> int:
    """Show version and content of the database."""
    from fpsheet.departement import steps

    info = steps.count_rows(session.central(db))
    console, words, form = session.console(as_json=as_json), session.words, session.form()
    if as_json:
        console.give(info)
        return 0
    console.say(f"{words.get('command.db.info.name')}: {info['database']}")
    console.say(f"{words.get('command.db.info.version')}: {info['version']}")
    console.say(f"{words.get('command.db.info.submissions')}: {info['submissions']}")
    header = [words.get("command.plan.sheet"), words.get("command.db.info.records")]
    rows = [
        [form.sheet_title(name, words.language), count] for name, count in info["records"].items()
    ]
    console.table(header, rows)
    return 0


@click.pass_obj
def erase_database(
    session: Session, *, dry_run: bool, today: "date | None", db: str | None, as_json: bool
) -> int:
    """Erase what the settings say is too old, or show what that would be."""
    from fpsheet.departement.steps import erase_overdue

    console, words, years = (
        session.console(as_json=as_json),
        session.words,
        session.settings().keep_years,
    )
    if not years:
        if as_json:
            console.give({"before": None, "citizens": 0, "originals": 0, "erased": False})
        else:
            console.say(words.get("command.db.erase.all_kept"))
        return ExitCode.DONE
    actor = None if dry_run else session.actor()
    # A day to come would make everything old.
    day = min(today or session.local_day, session.local_day)
    found = erase_overdue(session.central(db), actor, today=day, years=years)
    numbers = {"citizens": len(found.citizens), "originals": len(found.originals)}
    if as_json:
        console.give({"before": found.limit.isoformat(), **numbers, "erased": not dry_run})
        return ExitCode.DONE
    told = {**numbers, "before": f"{found.limit:%d-%m-%Y}", "years": years}
    console.say(words.fill(f"command.db.erase.{'planned' if dry_run else 'done'}", told))
    return ExitCode.DONE
