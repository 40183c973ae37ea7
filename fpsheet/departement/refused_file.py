"""Refused files: known again at the next run, and no sender's may use up the time of a run.

A file that was refused is known by its bytes and not read again while what judged it is the same.
Those who send what cannot be used have a budget of time in each run; the rest of theirs waits.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fpsheet.checking.verdict import Verdict
from fpsheet.departement.read_inbox_files import Desk, Received, Way
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.ledger.refusal_log import Refusal
from fpsheet_templates.rule import Severity
from fpsheet_validation.finding import NO_ROW, Finding

BUDGET_SECONDS = 600.0
"""Time of reading in one run for the files of one sender that come to nothing."""

_MOST_FINDINGS = 20
_NAME_LENGTH = 16

Sender = tuple[str, bool]
"""The folder of the inbox, and whether the files are sealed: a sealed one costs nothing before its
signature is that of an enrolled key, so nobody without one spends the budget of those with."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What each sender has spent in this run on files that came to nothing, in seconds."""

    spent: dict[Sender, float] = field(default_factory=dict)

    def has_room(self, folder: str, way: Way) -> bool:
        """Return whether another file of a sender may be read."""
        return self.spent.get((folder, way is Way.SEALED), 0.0) < BUDGET_SECONDS

    def charge(self, received: Received) -> None:
        """Count the time of a file, where nothing of it could be used."""
        if received.prepared is None and not received.is_waiting:
            sender = (received.arrival.folder, received.way is Way.SEALED)
            self.spent[sender] = self.spent.get(sender, 0.0) + received.seconds


def judged_by(desk: Desk, arrival: Arrival) -> str:
    """Name what a file is judged by, beside its bytes: program, form, keys, settings and folder."""
    from importlib.metadata import version

    from fpsheet.transport.sealed_package import recipient_of

    keys = "" if desk.unsealing is None else f"{recipient_of(desk.unsealing[0])}{desk.unsealing[1]}"
    trust = "" if desk.unsigned is None else repr(desk.unsigned)
    parts = (version("fpsheet"), desk.form.version, keys, trust, desk.limits)
    said = "\n".join(map(str, (*parts, arrival.path.rpartition("/")[0])))
    return hashlib.sha256(said.encode()).hexdigest()[:_NAME_LENGTH]


def refusal_of(received: Received, desk: Desk) -> Refusal:
    """Return what is to be remembered of a refused file; the names of its tabs are not."""
    findings = received.verdict.findings
    codes = tuple(sorted({finding.code for finding in findings}))
    worst = sorted(findings, key=lambda found: found.severity is not Severity.KRITISK)
    kept = tuple(asdict(found) | {"title": ""} for found in worst[:_MOST_FINDINGS])
    return Refusal(received.sha256, codes, judged_by(desk, received.arrival), kept)


def verdict_of(refusal: Refusal, arrival: Arrival) -> Verdict:
    """Return the verdict again that a refused file got when it was read."""
    return Verdict(Path(arrival.path), tuple(map(_finding, refusal.findings)), None)


def _finding(kept: Mapping[str, object]) -> Finding:
    """Read a finding as `refusal_of` wrote it."""
    details, row = kept["details"], kept["row"]
    pairs = details if isinstance(details, list | tuple) else ()
    return Finding(
        str(kept["code"]),
        Severity(str(kept["severity"])),
        sheet=str(kept["sheet"]),
        row=row if isinstance(row, int) else NO_ROW,
        column=str(kept["column"]),
        field=str(kept["field"]),
        details=tuple((str(name), str(value)) for name, value in pairs),
    )
