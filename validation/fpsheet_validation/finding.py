"""Findings: what is wrong, where, and what to do. Never the value itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm

NO_ROW = 0
_MOST_DIGITS = 6
"""A tab with this many digits in its name may name a citizen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, warning or repair.

    Attributes:
        code: Code of the rule in the catalogue.
        severity: From the catalogue.
        sheet: Sheet identifier; empty for the file as a whole.
        title: Name on the tab in this file (a renamed sheet shows its own name); may be empty.
        row: Excel row; `NO_ROW` when the finding is not about a row.
        column: Column letter in this file; empty when not about a column.
        field: Field identifier; empty when not about a field.
        details: Values for the sentence's placeholders: limits, labels, other cells' addresses,
            counts. Never a cell's value.
    """

    code: str
    severity: Severity
    sheet: str = ""
    title: str = ""
    row: int = NO_ROW
    column: str = ""
    field: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def __reduce__(self) -> tuple[type["Finding"], tuple[object, ...]]:
        """Travel between processes as a call with the fields: a third of the time of a state."""
        place = self.sheet, self.title, self.row, self.column, self.field
        return Finding, (self.code, self.severity, *place, self.details)

    @property
    def cell(self) -> str:
        """Return the address (`C14`), or the row or column alone, or nothing."""
        return f"{self.column}{self.row or ''}"

    def message(self, spoken: SpokenForm) -> str:
        """Return the sentence: where, what is wrong.

        Raises:
            SpecError: The sentence names a placeholder that the finding does not give.
        """
        return spoken.fill(f"rule.{self.code}.message", self._values(spoken))

    def remedy(self, spoken: SpokenForm) -> str:
        """Return the sentence that says what to do."""
        return spoken.fill(f"rule.{self.code}.remedy", self._values(spoken))

    def tab(self, spoken: SpokenForm) -> str:
        """Return the name on the tab: this file's own or the form's; empty for the whole file."""
        if self.title or not self.sheet:
            return self.title
        return spoken.sheet_title(self.sheet)

    def spoken_tab(self, spoken: SpokenForm) -> str:
        """Return the name on the tab; the form's where somebody wrote a long number on the tab."""
        name = self.tab(spoken)
        has_number = sum(map(str.isdigit, name)) >= _MOST_DIGITS
        return spoken.sheet_title(self.sheet) if has_number and self.sheet else name

    def _values(self, spoken: SpokenForm) -> Mapping[str, str]:
        label = spoken.label(self.sheet, self.field) if self.field else ""
        place = {
            "ark": self.spoken_tab(spoken),
            "felt": label,
            "celle": self.cell,
            "raekke": str(self.row),
        }
        return {**place, **dict(self.details), **self._parts(spoken)}

    def _parts(self, spoken: SpokenForm) -> Mapping[str, str]:
        """Return the words for what was found in a package (`del`), where it is, and what to do."""
        given = dict(self.details)
        if "del" not in given:
            return {}
        keys = [f"part.{word}" for word in given["del"].split(",")]
        advice = (f"{key}.remedy" for key in keys)
        known = "cell" if given.get("celle") else "tab"
        place = f"part.{'hidden' if given['fane'] == '0' else known}.name"
        return {
            "del": ", ".join(spoken.text(f"{key}.name") for key in keys),
            "raad": " ".join(spoken.text(key) for key in advice if spoken.form.texts.has(key)),
            "sted": f" {spoken.fill(place, given)}" if given["fane"] else "",
        }


def make_finding(  # noqa: PLR0913 - a place has that many parts, all named
    form: Form,
    code: str,
    *,
    sheet: str = "",
    title: str = "",
    row: int = NO_ROW,
    column: str = "",
    field: str = "",
    details: Mapping[str, object] | None = None,
) -> Finding:
    """Return a finding with the severity the catalogue gives its code.

    Raises:
        KeyError: The catalogue lacks the code.
    """
    given = tuple((key, str(value)) for key, value in (details or {}).items())
    severity = form.rule(code).severity
    return Finding(code, severity, sheet, title, row, column, field, given)


def sort_findings(findings: Iterable[Finding], form: Form) -> tuple[Finding, ...]:
    """Order findings by sheet of the form, row, column and code; the file itself comes first."""
    order = {sheet.id: number for number, sheet in enumerate(form.sheets, start=1)}

    def place(finding: Finding) -> tuple[int, int, int, str, str, tuple[tuple[str, str], ...]]:
        sheet = order.get(finding.sheet, 0)
        letters = len(finding.column)
        return sheet, finding.row, letters, finding.column, finding.code, finding.details

    return tuple(sorted(findings, key=place))


def count_by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Count findings per severity; every severity is there, zero included."""
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def is_accepted(findings: Iterable[Finding]) -> bool:
    """Return whether nothing blocks: no KRITISK and no FEJL."""
    blocking = {Severity.KRITISK, Severity.FEJL}
    return not any(finding.severity in blocking for finding in findings)
