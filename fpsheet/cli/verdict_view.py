"""What was found in one file, shown to a person or to a program."""

from typing import TYPE_CHECKING

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fpsheet.checking.verdict import Verdict


def show_verdict(
    session: Session,
    verdict: "Verdict",
    *,
    as_json: bool,
    lists: bool = False,
    more: "Mapping[str, object] | None" = None,
) -> None:
    """Show what was found in a workbook or a list; a program is told what more there is."""
    console = session.console(as_json=as_json)
    spoken = session.lists() if lists else session.spoken()
    if as_json:
        from fpsheet.views.findings_value import verdict_value

        console.give({**verdict_value(verdict, spoken), **(more or {})})
        return
    from fpsheet.views.terminal import render_verdict

    report = render_verdict(verdict, spoken, width=console.width, paint=console.paint)
    for line in report:
        console.say(line)
    console.say()


def show_sent(
    session: Session, verdict: "Verdict", sent: str | None, *, is_sealed: bool, as_json: bool
) -> ExitCode:
    """Show what was found in a file, and whether and how it was sent; return the exit code."""
    waiting = sum(map(len, verdict.check.blocked.values())) if sent and verdict.check else 0
    more = {"sent": sent, "sealed": bool(sent) and is_sealed, "waiting": waiting}
    show_verdict(session, verdict, as_json=as_json, more=more)
    console, words = session.console(as_json=as_json), session.words
    if sent is None:
        console.say(words.get("command.submit.refused"))
        return ExitCode.FINDINGS
    console.say(words.fill(f"command.submit.{'done' if is_sealed else 'plain'}", {"file": sent}))
    if verdict.accepted:
        return ExitCode.DONE
    rows = words.counted("command.submit.waiting", waiting)
    console.say(words.fill("command.submit.waiting", {"count": rows}))
    return ExitCode.FINDINGS
