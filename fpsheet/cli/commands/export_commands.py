"""Commands that draw lists with CPR numbers for other systems: export side900, export skat."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import (
    database_option,
    day_option,
    given_file_option,
    json_option,
    kommune_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_verdict
from fpsheet.cli.words import Words
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from fpsheet.central import Central
    from fpsheet_sync.statistics.facts.extract import Extract, WantedExtract


def make_export_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    common = [
        OutputOption(words, "--out", key="program.option.out_file", required=True),
        day_option(words, "--day", key="command.export.day"),
        database_option(words),
        json_option(words),
    ]
    since = day_option(words, "--since", key="command.export.since")
    own = [
        kommune_option(words, key="command.export.side900.kommune"),
        given_file_option(words, "--workbook", key="command.export.side900.workbook"),
    ]
    side900 = SpokenCommand(
        "export.side900", words=words, params=[*own, *common, since], run=export_side900
    )
    skat = SpokenCommand("export.skat", words=words, params=common, run=export_skat)
    return (SpokenGroup("export", words=words, commands=[side900, skat]),)


@click.pass_obj
def export_side900(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    kommune: str | None,
    workbook: Path | None,
    out: Path,
    day: date | None,
    since: date | None,
    db: str | None,
    as_json: bool,
) -> int:
    """Write level and latest vurdering of every citizen with a pension."""
    from fpsheet_sync.statistics.facts.extract import ExtractKind, WantedExtract

    kind, language = ExtractKind.SIDE900, session.words.language
    kode = session.kommune(kommune) if kommune else ""
    if kode and session.form().kommuner[kode].jurisdiction != "GL":
        told = session.words.fill("command.export.side900.elsewhere", {"kommune": kode})
        raise UsageError(told, remedy=session.words.get("command.export.side900.elsewhere_remedy"))
    wanted = WantedExtract(kind, day or session.local_day, language, since, kode, session.zone)
    if workbook is not None:
        return _export_own(session, wanted, workbook, out, as_json=as_json)
    return _export(session, wanted, out, session.central(db), as_json=as_json)


def _export_own(
    session: Session, wanted: "WantedExtract", workbook: Path, out: Path, *, as_json: bool
) -> int:
    """Write the list of one workbook, as the kommune has it itself; no database is opened."""
    from fpsheet.kommune.steps import export_workbook

    # A workbook of another kommune than the one that was named is refused.
    question = session.question(wanted.kommune or None, wanted.day)
    verdict, extract = export_workbook(workbook, question, wanted, session.actor(), out)
    if extract is None:
        show_verdict(session, verdict, as_json=as_json)
        return ExitCode.FINDINGS
    return _tell(session, extract, out, as_json=as_json)


@click.pass_obj
def export_skat(
    session: Session, *, out: Path, day: date | None, db: str | None, as_json: bool
) -> int:
    """Write the CPR numbers whose income is asked for."""
    from fpsheet_sync.statistics.facts.extract import ExtractKind, WantedExtract

    kind, language = ExtractKind.SKAT, session.words.language
    wanted = WantedExtract(kind, day or session.local_day, language)
    return _export(session, wanted, out, session.central(db), as_json=as_json)


def _export(
    session: Session, wanted: "WantedExtract", out: Path, central: "Central", *, as_json: bool
) -> int:
    from fpsheet.departement.statistics_steps import export_citizens

    actor = session.actor()
    extract = export_citizens(central, wanted, actor, out)
    _tell(session, extract, out, as_json=as_json)
    if not as_json:
        session.console().say(session.words.get("command.export.logged"))
    return ExitCode.DONE


def _tell(session: Session, extract: "Extract", out: Path, *, as_json: bool) -> int:
    """Say how many citizens the list has and what is new since the last one."""
    words, console = session.words, session.console(as_json=as_json)
    if as_json:
        console.give(_extract_value(extract, out))
        return 0
    console.say(words.fill("command.export.done", {"count": len(extract.rows), "file": out}))
    if extract.compared_with is not None:
        marks = ("ny", "aendret", "ophoert", "uaendret")
        counts = {mark: extract.changes.get(mark, 0) for mark in marks}
        told = {"day": f"{extract.compared_with:%d-%m-%Y}", **counts}
        console.say(words.fill("command.export.changes", told))
    console.say(words.get("command.export.confidential"))
    return 0


def _extract_value(extract: "Extract", out: Path) -> dict[str, object]:
    """Return what an extract holds, without a word of whom."""
    before = extract.compared_with
    return {
        "file": str(out),
        "rows": len(extract.rows),
        "compared_with": before.isoformat() if before else None,
        "changes": dict(extract.changes),
    }
