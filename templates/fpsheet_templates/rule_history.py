"""The history of the rules: what came, changed and ended with each version of the form.

The file is kept by hand and a test replays it, so that no rule changes its severity unsaid.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from fpsheet_templates.rule import Severity


class RuleChange(StrEnum):
    """What became of a rule."""

    NEW = "ny"
    """It came, with the severity named."""
    SEVERITY = "alvor"
    """It has another severity from now on."""
    ENDED = "ophoert"
    """It ended; its code is never used again."""


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """One line of the history.

    Attributes:
        version: Version of the form with which it happened.
        code: The rule.
        change: What happened.
        severity: From then on; of an ended rule the last one.
    """

    version: int
    code: str
    change: RuleChange
    severity: Severity


def load_rule_history() -> tuple[RuleEvent, ...]:
    """Load the history, oldest version first, by code within a version."""
    file = files("fpsheet_templates") / "data" / "rule-history.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    events = (
        RuleEvent(
            int(row["version"]),
            row["code"],
            RuleChange(row["change"]),
            Severity(row["severity"]),
        )
        for row in rows
    )
    return tuple(sorted(events, key=lambda event: (event.version, event.code)))


def replay(events: Iterable[RuleEvent]) -> dict[str, Severity]:
    """Return the rules in force after a history, with their severities.

    Raises:
        ValueError: A code came twice, or changed or ended without being there.
    """
    in_force: dict[str, Severity] = {}
    used: set[str] = set()
    for event in events:
        if (event.change is RuleChange.NEW) == (event.code in used):
            message = f"{event.code} of version {event.version} does not follow from what was."
            raise ValueError(message)
        used.add(event.code)
        if event.change is not RuleChange.NEW and event.code not in in_force:
            message = f"{event.code} had ended before version {event.version}."
            raise ValueError(message)
        if event.change is RuleChange.ENDED:
            del in_force[event.code]
        else:
            in_force[event.code] = event.severity
    return in_force
