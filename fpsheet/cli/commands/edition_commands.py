"""Commands for what was published: editions, withdraw."""

from datetime import date
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.parameters import (
    database_option,
    day_option,
    json_option,
    number_option,
    text_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.statistics.edition_list import ListedEdition
    from fpsheet_sync.statistics.tables.wording import Wording


def make_edition_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    days = (("--from", "fra", "from_day"), ("--to", "til", "to_day"))
    listed = [day_option(words, s, name=n, key=f"program.option.{k}") for s, n, k in days]
    named = [
        day_option(words, s, name=n, key=f"program.option.{k}", required=True) for s, n, k in days
    ]
    number = number_option(words, "--edition", key="command.withdraw.edition", default=None)
    number.required = True
    withdraw = [
        *named,
        text_option(
            words, "--country", key="command.withdraw.country", metavar="country", required=True
        ),
        number,
        text_option(
            words, "--reason", key="command.withdraw.reason", metavar="text", required=True
        ),
        database_option(words),
    ]
    return (
        SpokenCommand(
            "editions",
            words=words,
            params=[*listed, database_option(words), json_option(words)],
            run=show_editions,
        ),
        SpokenCommand("withdraw", words=words, params=withdraw, run=withdraw_edition),
    )


@click.pass_obj
def show_editions(
    session: Session, *, fra: date | None, til: date | None, db: str | None, as_json: bool
) -> int:
    """Show the editions of the period, of every one where none is named."""
    from fpsheet.departement.statistics_steps import read_edition_list
    from fpsheet_sync.statistics.stat_table import Period
    from fpsheet_sync.statistics.tables.release import check_period
    from fpsheet_sync.statistics.tables.wording import Wording

    if fra is not None and til is not None:
        check_period(session.form(), Period(fra, til), session.words.language)
    found = [
        each
        for each in read_edition_list(session.central(db))
        if fra in {None, each.publication.period.fra} and til in {None, each.publication.period.til}
    ]
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        console.give([_value(each) for each in found])
        return 0
    if not found:
        console.say(words.get("command.editions.none"))
    told = Wording(session.form(), words.language)
    for each in found:
        console.say(_line(each, words, told))
    return 0


def _value(listed: "ListedEdition") -> dict[str, object]:
    """Return an edition as machines need it."""
    one, gone = listed.publication, listed.withdrawal
    return {
        "area": one.area,
        "from": str(one.period.fra),
        "to": str(one.period.til),
        "edition": one.number,
        "counted_on": str(one.counted_on),
        "withdrawn": str(gone.day) if gone else "",
        "reason": gone.reason if gone else "",
        "replaced_by": listed.replaced_by,
    }


def _line(listed: "ListedEdition", words: Words, told: "Wording") -> str:
    one, gone = listed.publication, listed.withdrawal
    values = {"area": told.owner(one.area), "period": told.period(one.period)}
    day = {"number": one.number, "day": told.day(one.counted_on)}
    lines = [words.fill("command.editions.line", {**values, **day})]
    if gone is not None:
        said = {"day": told.day(gone.day), "reason": gone.reason}
        lines.append(words.fill("command.editions.withdrawn", said))
    if listed.replaced_by:
        lines.append(words.fill("command.editions.replaced", {"number": listed.replaced_by}))
    return " ".join(lines)


@click.pass_obj
def withdraw_edition(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    fra: date,
    til: date,
    country: str,
    edition: int,
    reason: str,
    db: str | None,
) -> int:
    """Withdraw a published edition by name and with a reason."""
    from fpsheet.departement.statistics_steps import take_edition_back
    from fpsheet.statistics.edition_list import EditionName
    from fpsheet_sync.statistics.publication.withdrawal import Withdrawal
    from fpsheet_sync.statistics.stat_table import Period
    from fpsheet_sync.statistics.tables.release import check_period
    from fpsheet_sync.statistics.tables.wording import Wording
    from fpsheet_templates.kommune import COUNTRIES

    words = session.words
    if country not in COUNTRIES:
        raise UsageError(words.fill("command.withdraw.bad_country", {"value": country}))
    check_period(session.form(), Period(fra, til), words.language)
    told = Wording(session.form(), words.language)
    named = EditionName(country, Period(fra, til), edition)
    gone = Withdrawal(session.local_day, reason)
    one = take_edition_back(session.central(db), told, named, gone, session.actor())
    values = {"area": told.owner(one.area), "period": told.period(one.period)}
    session.console().say(words.fill("command.withdraw.done", {**values, "number": one.number}))
    return 0
