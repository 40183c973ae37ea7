"""Rules: what the catalogue says of each finding code."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fpsheet_templates.expression import And, Compare, Expression, FieldRef, Named, Operator
from fpsheet_templates.kommune import BOTH


class Severity(StrEnum):
    """How grave a finding is, worst first."""

    KRITISK = "KRITISK"
    """The file cannot be read."""
    FEJL = "FEJL"
    """Blocks the case."""
    ADVARSEL = "ADVARSEL"
    """May be sent, with an explanation."""
    INFO = "INFO"
    """A safe repair was made."""

    @property
    def rank(self) -> int:
        """Return 0 for the worst, 3 for the mildest."""
        return _WORST_FIRST.index(self)


_WORST_FIRST = tuple(Severity)


class RuleLevel(StrEnum):
    """What a rule has to see before it can judge."""

    STRUCTURE = "structure"
    FIELD = "field"
    ROW = "row"
    CITIZEN = "citizen"
    WORKBOOK = "workbook"
    HISTORY = "history"
    """Against what the departement already holds."""
    BETWEEN = "between"
    """Between kommuner."""
    PACKAGE = "package"
    """Transport: signature, key, manifest."""
    LIST = "list"
    """A list that another office filled in."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. Its sentences are the texts `rule.<code>.message/.remedy`.

    Attributes:
        code: Stable code, never reused (`AFG-003`).
        level: What the rule must see.
        severity: How grave its findings are.
        sheet: Sheet the rule looks at; empty for all or none.
        fields: Fields it touches; the first is where the finding is shown.
        fails_when: For row rules: true where the row is at fault, on a day the rule holds for.
        jurisdictions: Where it holds.
        valid_from: Constant whose day is the first that the law asks for it; empty for always.
        valid_to: Constant whose day is the first that it no longer does; empty for still.
        day: Field of its sheet whose day is compared with these two; empty where neither is.
        since: Year it came.
        source: Law or guide; empty where experience alone asks for it.
    """

    code: str
    level: RuleLevel
    severity: Severity
    sheet: str = ""
    fields: tuple[str, ...] = ()
    fails_when: Expression | None = None
    jurisdictions: frozenset[str] = BOTH
    valid_from: str = ""
    valid_to: str = ""
    day: str = ""
    since: int = 2026
    source: str = ""

    @property
    def in_force(self) -> And | None:
        """Return where a row is of the days the rule holds for; None where it always holds."""
        day = FieldRef(self.day)
        within = (
            *((Compare(Operator.GE, day, Named(self.valid_from)),) if self.valid_from else ()),
            *((Compare(Operator.LT, day, Named(self.valid_to)),) if self.valid_to else ()),
        )
        return And(within) if within else None

    def on_its_days(self) -> "Rule":
        """Return the rule whose expression is true on the days alone that the rule holds for."""
        if self.fails_when is None or self.in_force is None:
            return self
        fails = self.fails_when
        parts = fails.operands if isinstance(fails, And) else (fails,)
        return replace(self, fails_when=And((*parts, *self.in_force.operands)))
