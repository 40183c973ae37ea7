"""What is said of findings, in one language: a workbook has thousands, of few kinds."""

from dataclasses import dataclass, field

from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding

_NAME_A_CELL = ("{celle", "{raekke")
"""Placeholders of a sentence that names its own cell or row."""


@dataclass(frozen=True, slots=True)
class FindingWords:
    """What is said of a finding.

    Attributes:
        severity: Symbol and word; never colour alone.
        tab: Name on the tab, fit to be shown.
        label: Heading of the field; empty where it is about none.
        message: What is wrong.
        remedy: What to do.
    """

    severity: str
    tab: str
    label: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FindingWording:
    """Words findings in one language, and keeps what it said of each kind of them.

    Attributes:
        spoken: The form in that language.
    """

    spoken: SpokenForm
    _said: dict[tuple[object, ...], FindingWords] = field(
        default_factory=dict[tuple[object, ...], FindingWords]
    )
    _named: dict[str, bool] = field(default_factory=dict[str, bool])

    def of(self, finding: Finding) -> FindingWords:
        """Return what is said of a finding.

        Raises:
            SpecError: A sentence names a placeholder that the finding does not give.
        """
        place = (finding.row, finding.column) if self._names_a_cell(finding.code) else ()
        about = finding.sheet, finding.title, finding.field, finding.details
        key = (finding.code, finding.severity, *about, *place)
        if key not in self._said:
            self._said[key] = self._word(finding)
        return self._said[key]

    def _word(self, finding: Finding) -> FindingWords:
        spoken = self.spoken
        return FindingWords(
            severity=spoken.text(f"returned.severity.{finding.severity}"),
            tab=finding.spoken_tab(spoken),
            label=spoken.label(finding.sheet, finding.field) if finding.field else "",
            message=finding.message(spoken),
            remedy=finding.remedy(spoken),
        )

    def _names_a_cell(self, code: str) -> bool:
        """Return whether the sentences of a rule name the cell or the row of each finding."""
        if code not in self._named:
            sentences = [self.spoken.text(f"rule.{code}.{part}") for part in ("message", "remedy")]
            self._named[code] = any(mark in text for text in sentences for mark in _NAME_A_CELL)
        return self._named[code]
