"""Commands for what comes out: report, history."""

from datetime import date
from getpass import getuser
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import CommandUsageError, SpokenCommand
from fpsheet.cli.explain_view import show_explanation
from fpsheet.cli.failure import ExitCode
from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.parameters import (
    cell_option,
    database_option,
    day_option,
    edition_option,
    flag,
    json_option,
    kommune_option,
    path_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.values import CprValue
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.publish import Order, Written
    from fpsheet_sync.history import Known


def make_statistics_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the commands."""
    report = SpokenCommand(
        "report",
        words=words,
        params=[
            day_option(words, "--from", name="fra", key="program.option.from_day", required=True),
            day_option(words, "--to", name="til", key="program.option.to_day", required=True),
            kommune_option(words, key="command.report.kommune", many=True),
            edition_option(words, "--as-of", key="command.report.as_of"),
            flag(words, "--publish", name="publish", key="command.report.publish"),
            flag(words, "--savings", name="savings", key="command.report.savings"),
            flag(words, "--internal", name="internal", key="command.report.internal"),
            path_option(words, "--out", key="command.report.out", folder=True),
            cell_option(words, "--explain", key="command.report.explain"),
            database_option(words),
            today_option(words),
            json_option(words),
        ],
        run=write_report,
    )
    cpr = SpokenArgument(
        "cpr",
        kind=CprValue(words),
        metavar=words.get("program.metavar.cpr"),
        spoken_help=words.get("command.history.cpr"),
    )
    history = SpokenCommand(
        "history",
        words=words,
        params=[
            cpr,
            day_option(words, "--as-of", name="as_of", key="command.history.as_of"),
            database_option(words),
            json_option(words),
        ],
        run=show_history,
    )
    return report, history


@click.pass_obj
def write_report(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    fra: date,
    til: date,
    kommune: tuple[str, ...],
    as_of: date | int | None,
    publish: bool,
    savings: bool,
    internal: bool,
    out: Path | None,
    explain: tuple[str, str] | None,
    db: str | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Write the statistics workbooks of a period."""
    from fpsheet.pipeline.statistics import publish_statistics
    from fpsheet.publish import Order
    from fpsheet.statistics.layout import Publisher
    from fpsheet_sync.access import Actor
    from fpsheet_sync.stat_table import Period

    if publish and (internal or as_of is not None):
        sentence = session.words.get("command.report.publish_alone")
        raise UsageError(sentence, remedy=session.words.get("command.report.publish_alone_remedy"))
    settings = session.settings()
    day = as_of if isinstance(as_of, date) else None
    order = Order(
        period=Period(fra, til),
        counted_on=day or today or session.local_day,
        language=session.words.language,
        kommuner=() if explain else tuple(session.kommune(kode) for kode in kommune),
        as_of=day,
        edition=as_of if isinstance(as_of, int) else 0,
        internal=internal,
        threshold=settings.threshold,
        zeros=settings.zeros,
        savings=savings,
        publisher=Publisher(settings.publisher, settings.contact),
        actor=Actor(getuser(), session.now) if publish else None,
    )
    central = session.central(db)
    if explain:
        areas = (explain, kommune)
        return show_explanation(session, order, areas, central, as_json=as_json)
    if out is None:
        name = {"name": "--out"}
        raise CommandUsageError(session.words.fill("program.usage.missing_option", name))
    with session.progress(quiet=as_json) as progress:
        written = publish_statistics(central, session.form(), order, out, progress)
    if as_json:
        session.console(as_json=True).give(_written_value(written))
    else:
        _tell_written(session, written, order, out)
    return ExitCode.FINDINGS if written.absent or not written.files else ExitCode.DONE


def _written_value(written: "Written") -> dict[str, object]:
    """Give what was written as machines need it."""
    return {
        "files": [str(path) for path in written.files],
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
        "why_nothing": f"{written.why_nothing} {written.remedy}".strip(),
    }


def _tell_written(session: Session, written: "Written", order: "Order", out: Path) -> None:
    """Say what was written and published, and what was not."""
    from fpsheet_sync.statistics.wording import Wording

    console, words = session.console(), session.words
    told = Wording(session.form(), words.language)
    if not written.files:
        console.warn(f"{written.why_nothing} {written.remedy}")
        return
    for area, one in written.editions.items():
        standing = "again" if order.edition else "known"
        key = "published" if area in written.new else standing
        said = {"number": one.number, "area": told.area(area), "day": told.day(one.counted_on)}
        console.say(words.fill(f"command.report.{key}", said))
    counts = {"count": len(written.files), "folder": out}
    console.say(words.fill("command.report.done", counts))
    if written.absent:
        names = ", ".join(session.form().kommuner[kode].name for kode in written.absent)
        console.warn(words.fill("command.report.absent", {"names": names}))


@click.pass_obj
def show_history(
    session: Session, *, cpr: str, as_of: date | None, db: str | None, as_json: bool
) -> int:
    """Show everything the database knows about a citizen; the look-up is logged."""
    from fpsheet.pipeline.statistics import look_up
    from fpsheet_sync.access import Actor

    actor = Actor(getuser(), session.now)
    records = look_up(session.central(db), cpr, actor, as_of)
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        console.give([_known_value(known) for known in records])
        return 0
    if not records:
        console.say(words.get("command.history.none"))
        return 0
    for known in records:
        _show_record(session, known)
    return 0


def _known_value(known: "Known") -> dict[str, object]:
    """Give a record as machines need it, each value with the file and cell it came from."""
    return {
        "kommune_kode": known.kommune_kode,
        "sheet": known.sheet,
        "row_id": known.row_id,
        "values": dict(known.values),
        "annulled": known.annulled,
        "since": known.since,
        "versions": known.versions,
        "origins": [
            {
                "field": origin.field,
                "sha256": origin.sha256,
                "cell": origin.cell,
                "received_at": origin.received_at.isoformat(),
                "replaced": origin.replaced,
            }
            for origin in known.origins
        ],
    }


def _show_record(session: Session, known: "Known") -> None:
    """Show a record: when and where on one line, what it says below, and which file says so."""
    from fpsheet.views.record import told_values

    form, language, console = session.form(), session.words.language, session.console()
    day = f"{known.day:%d-%m-%Y}" if known.day else ""
    title = form.sheet_title(known.sheet, language)
    console.say(f"{day:<10}  {title}  {form.kommuner[known.kommune_kode].name}")
    told = "; ".join(told_values(form, known.sheet, known.values, language))
    for line in wrap(told, console.width, initial_indent="  ", subsequent_indent="  "):
        console.say(line)
    first = known.origins[0] if known.origins else None
    if first:
        where = {
            "file": first.sha256[:8],
            "cell": first.cell,
            "day": f"{first.received_at:%d-%m-%Y}",
        }
        console.say(f"  {session.words.fill('command.history.origin', where)}")
