"""Commands for the database itself: db init, upgrade, info."""

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.parameters import database_option, json_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words


def make_database_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the commands."""
    database = database_option(words)
    answer = [database, json_option(words)]
    return (
        SpokenGroup(
            "db",
            words=words,
            commands=[
                SpokenCommand("db.init", words=words, params=[database], run=make_database),
                SpokenCommand("db.upgrade", words=words, params=[database], run=lift_database),
                SpokenCommand("db.info", words=words, params=answer, run=show_database),
            ],
        ),
    )


@click.pass_obj
def make_database(session: Session, *, db: str | None) -> int:
    """Make the database and its key where they are new."""
    from fpsheet.central import open_central

    store = open_central(session.central(db), create=True)
    session.console().say(session.words.fill("command.db.init.done", {"name": store.place}))
    store.close()
    return 0


@click.pass_obj
def lift_database(session: Session, *, db: str | None) -> int:
    """Lift the database to the newest version."""
    from fpsheet.central import open_central

    central = session.central(db)
    # A database that is not there is missed, not made: `create` is for one that is.
    store = open_central(central, create=not central.is_new, with_keys=False)
    session.console().say(session.words.fill("command.db.upgrade.done", {"name": store.place}))
    store.close()
    return 0


@click.pass_obj
def show_database(session: Session, *, db: str | None, as_json: bool) -> int:
    """Show version and content of the database."""
    from fpsheet.central import describe_central, open_central

    store = open_central(session.central(db), with_keys=False)
    info = describe_central(store)
    store.close()
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
