"""Commands for what comes out: report, history."""

from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import CommandUsageError, SpokenCommand
from fpsheet.cli.explain_view import show_explanation
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.parameters import (
    database_option,
    day_option,
    edition_option,
    explain_option,
    flag,
    json_option,
    kommune_option,
    number_option,
    out_folder_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.values import CprValue, ReceiptValue
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.central import Central
    from fpsheet.statistics.edition_order import Order, Written

_CERTIFY_SECONDS = 120
"""How long worlds of citizens are sought for the editions of one country, if nothing is asked.

So long for each period there are editions of, since all their numbers are looked at together."""


def make_statistics_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    report = SpokenCommand(
        "report",
        words=words,
        params=[
            day_option(words, "--from", name="fra", key="program.option.from_day", required=True),
            day_option(words, "--to", name="til", key="program.option.to_day", required=True),
            kommune_option(words, key="command.report.kommune", many=True),
            edition_option(words, "--as-of", key="command.report.as_of"),
            flag(words, "--publish", name="publish", key="command.report.publish"),
            flag(words, "--internal", name="internal", key="command.report.internal"),
            flag(words, "--committee", name="committee", key="command.report.committee"),
            number_option(words, "--minutes", key="command.report.minutes", default=30),
            number_option(
                words,
                "--proof-seconds",
                key="command.report.proof_seconds",
                default=_CERTIFY_SECONDS,
            ),
            out_folder_option(words, key="command.report.out"),
            explain_option(words, key="command.report.explain"),
            database_option(words),
            today_option(words),
            json_option(words),
        ],
        run=write_report,
    )
    return (report,)


@click.pass_obj
def write_report(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    fra: date,
    til: date,
    kommune: tuple[str, ...],
    as_of: date | int | None,
    publish: bool,
    internal: bool,
    committee: bool,
    minutes: int,
    proof_seconds: int,
    out: Path | None,
    explain: tuple[str, str] | None,
    db: str | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Write the statistics workbooks of a period."""
    from fpsheet.departement.statistics_steps import publish_statistics
    from fpsheet.statistics.edition_order import Order
    from fpsheet.statistics.page_layout import Publisher
    from fpsheet_sync.statistics.stat_table import Period

    if publish and (internal or as_of is not None):
        sentence = session.words.get("command.report.publish_alone")
        raise UsageError(sentence, remedy=session.words.get("command.report.publish_alone_remedy"))
    if committee and (publish or as_of is not None or explain or len(kommune) != 1):
        sentence = session.words.get("command.report.committee_alone")
        remedy = session.words.get("command.report.committee_alone_remedy")
        raise UsageError(sentence, remedy=remedy)
    settings = session.settings()
    day = as_of if isinstance(as_of, date) else None
    order = Order(
        period=Period(fra, til),
        counted_on=day or today or session.local_day,
        language=session.words.language,
        kommuner=() if explain else tuple(session.kommune(kode) for kode in kommune),
        as_of=day,
        zone=session.zone,
        edition=as_of if isinstance(as_of, int) else 0,
        internal=internal,
        threshold=settings.threshold,
        base=settings.afrunding,
        minutes=max(1, minutes),
        certify_seconds=max(1, proof_seconds),
        publisher=Publisher(settings.publisher, settings.contact),
        actor=session.actor() if publish else None,
        reader=session.actor() if internal or committee else None,
    )
    central = session.central(db)
    if explain:
        areas = (explain, kommune)
        return show_explanation(session, order, areas, central, as_json=as_json)
    if out is None:
        name = {"name": "--out"}
        raise CommandUsageError(session.words.fill("program.usage.missing_option", name))
    if committee:
        return _write_committee(session, order, central, out, as_json=as_json)
    with session.progress(quiet=as_json) as progress:
        written = publish_statistics(central, order, out, progress)
    if as_json:
        session.console(as_json=True).give(_written_value(written))
    else:
        _tell_written(session, written, order)
    return ExitCode.FINDINGS if written.absent or not written.files else ExitCode.DONE


def _write_committee(
    session: Session, order: "Order", central: "Central", out: Path, *, as_json: bool
) -> int:
    from fpsheet.departement.statistics_steps import write_committee_report

    page, workbook = write_committee_report(central, order, out)
    console = session.console(as_json=as_json)
    if as_json:
        console.give({"files": [str(page), str(workbook)]})
    else:
        told = {"page": page, "workbook": workbook}
        console.say(session.words.fill("command.report.committee_done", told))
    return ExitCode.DONE


def _written_value(written: "Written") -> dict[str, object]:
    """Return what was written as machines need it."""
    return {
        "files": [str(path) for path in written.files],
        "inside": str(written.inside) if written.inside is not None else "",
        "editions": [
            {
                "area": area,
                "edition": one.number,
                "new": area in written.new,
                "counted_on": str(one.counted_on),
                "state": one.state,
            }
            for area, one in written.editions.items()
        ],
        "absent": list(written.absent),
        "known_before": list(written.plain),
        "not_proved": list(written.unseen),
        "why_nothing": f"{written.why_nothing} {written.remedy}".strip(),
    }


def _tell_written(session: Session, written: "Written", order: "Order") -> None:
    """Say what was written and published, and what was not."""
    from fpsheet_sync.statistics.tables.wording import Wording

    console, words = session.console(), session.words
    told = Wording(session.form(), words.language)
    if not written.files:
        console.warn(f"{written.why_nothing} {written.remedy}")
        return
    for area, one in written.editions.items():
        standing = "again" if order.edition else "known"
        key = "published" if area in written.new else standing
        said = {"number": one.number, "area": told.owner(area), "day": told.day(one.counted_on)}
        console.say(words.fill(f"command.report.{key}", said))
    if order.period.til >= order.counted_on:
        console.warn(words.get("command.report.open"))
    counts = {"count": len(written.files), "folder": written.folder}
    console.say(words.fill("command.report.done", counts))
    if written.inside is not None:
        console.say(words.fill("command.report.inside", {"folder": written.inside}))
    for sentence in (*written.plain, *written.unseen):
        console.warn(sentence)
    if written.absent:
        names = ", ".join(session.form().kommuner[kode].name for kode in written.absent)
        console.warn(words.fill("command.report.absent", {"names": names}))


def make_history_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the command."""
    cpr = SpokenArgument(
        "cpr",
        kind=CprValue(words),
        metavar=words.get("program.metavar.cpr"),
        spoken_help=words.get("command.history.cpr"),
    )
    as_of = click.Option(
        ["--as-of"],
        type=ReceiptValue(words),
        metavar=words.get("program.metavar.receipt"),
        help=words.get("command.history.as_of"),
    )
    history = SpokenCommand(
        "history",
        words=words,
        params=[cpr, as_of, database_option(words), json_option(words)],
        run=show_history,
    )
    return (history,)


@click.pass_obj
def show_history(
    session: Session, *, cpr: str, as_of: "date | str | None", db: str | None, as_json: bool
) -> int:
    """Show everything the database knows about a citizen; the look-up is logged."""
    from fpsheet.departement.statistics_steps import look_up
    from fpsheet.views.history_view import known_lines, known_value, standing_lines

    actor = session.actor()
    words, spoken = session.words, session.spoken()
    found = look_up(session.central(db), cpr, actor, as_of, session.zone)
    records = found.records
    console = session.console(as_json=as_json)
    if as_json:
        console.give([known_value(known, found.standing) for known in records])
        return 0
    if not records:
        console.say(words.get("command.history.none"))
        return 0
    lines = [*standing_lines(found.standing, found.day, spoken)]
    lines += [line for known in records for line in known_lines(known, spoken)]
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        for part in wrap(line, console.width, subsequent_indent=indent) or [line]:
            console.say(part)
    return 0
