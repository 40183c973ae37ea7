"""How many lines of the Overblik a citizen takes, counted on the rows of a workbook to be made."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from textwrap import wrap

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.event import EVENTS, Teller
from fpsheet.workbook.overview.shown_lines import LINE_LENGTH

Row = Mapping[str, object]

_CITIZENS = "borger"
"""Sheet whose rows are events only where the day of the application is filled in."""

_INDENT = 8
"""Characters by which an event inside another one is indented."""


def most_lines(issue: Issue, given: Mapping[str, Sequence[Row]]) -> int:
    """Return how many lines of the Overblik one citizen takes at the most.

    Args:
        issue: For whom the workbook is.
        given: Entry sheet → the rows that it is filled with.
    """
    lines = Counter[object]()
    for event in EVENTS:
        for row in given.get(event.sheet, ()):
            if event.sheet == _CITIZENS and row.get(event.start) is None:
                continue
            teller = _PlainTeller(issue, event.sheet, "", row=row)
            texts = {
                "D": " " * _INDENT + event.what(teller),
                "E": event.details(teller),
                "F": event.result(teller),
            }
            each = (len(wrap(text, LINE_LENGTH[letter])) for letter, text in texts.items())
            lines[row.get("cpr")] += max(1, *each)
    return max(lines.values(), default=0)


@dataclass(frozen=True, slots=True)
class _PlainTeller(Teller):
    """The texts of a row themselves, in the place of formulas for them."""

    row: Row = field(default_factory=dict)

    def label(self, field_id: str) -> str:
        """Return the label of a code field."""
        value = self.row.get(field_id) if self.has(field_id) else None
        return "" if value is None else self._plain(field_id, value)

    def labels(self, *field_ids: str) -> str:
        """Return several labels."""
        return ", ".join(filter(None, map(self.label, field_ids)))

    def told(self, *field_ids: str) -> str:
        """Return several values, each with its heading."""
        told = ((name, self.label(name)) for name in field_ids)
        return "; ".join(
            f"{self.issue.label(self.sheet, name)}: {text}" for name, text in told if text
        )

    def text(self, key: str) -> str:
        """Return a text of the workbook."""
        return self.issue.text(f"workbook.overblik.{key}")

    def _plain(self, field_id: str, value: object) -> str:
        if isinstance(value, date):
            return f"{value:%d-%m-%Y}"
        codes = self.issue.form.sheet(self.sheet)[field_id].codes
        known = self.issue.form.code_lists[codes] if codes else None
        if known is None or str(value) not in known:
            return str(value)
        return known[str(value)].label(self.issue.language)
