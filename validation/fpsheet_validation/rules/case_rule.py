"""Rules across a citizen's rows: each one an expression over a view.

The function of a rule gives where it is broken; null counts as not broken, so a day that is
missing or cannot be read breaks nothing. Severity, sentences and source stand in the catalogue.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

import polars as pl

from fpsheet_validation.setting import Setting

Fault = Callable[[Setting], pl.Expr]
EventFault = Callable[[Setting, pl.Expr], pl.Expr]


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a rule looks and which cell it shows.

    Attributes:
        view: Sheet identifier of the view.
        field: Field whose cell is shown.
    """

    view: str
    field: str


class OtherCell(NamedTuple):
    """Another cell that the sentence of a rule names.

    Attributes:
        sheet: Sheet identifier.
        field: Field.
        row: Column of the view that holds its row.
    """

    sheet: str
    field: str
    row: str


@dataclass(frozen=True, slots=True)
class CaseRule:
    """One rule over views.

    Attributes:
        code: Code in the catalogue.
        places: Where it looks; a rule about every event looks at several sheets.
        fault: Gives the expression that is true where the rule is broken.
        other: Another cell that the sentence names.
        note: Gives what the sentence names where that is no cell.
    """

    code: str
    places: tuple[RulePlace, ...]
    fault: Callable[[Setting, RulePlace], pl.Expr]
    other: OtherCell | None = None
    note: Callable[[Setting], str] | None = None


def case_rule(code: str, *, at: str, other: OtherCell | None = None) -> Callable[[Fault], CaseRule]:
    """Return a decorator that makes a rule of a function of the setting.

    Args:
        code: Code in the catalogue.
        at: The cell it shows: `afgoerelse.niveau`.
        other: Another cell that the sentence names.
    """

    def make(fault: Fault) -> CaseRule:
        def at_place(setting: Setting, place: RulePlace) -> pl.Expr:
            del place
            return fault(setting)

        return CaseRule(code, (_place(at),), at_place, other)

    return make


def event_rule(
    code: str, *, at: tuple[str, ...], note: Callable[[Setting], str] | None = None
) -> Callable[[EventFault], CaseRule]:
    """Return a decorator for a rule over several sheets: a function of setting and day of an event.

    Args:
        code: Code in the catalogue.
        at: The cells it may show: `forloeb.start_dato`, `job.start_dato`.
        note: Gives what the sentence names (`{anden}`).
    """

    def make(fault: EventFault) -> CaseRule:
        def at_place(setting: Setting, place: RulePlace) -> pl.Expr:
            return fault(setting, pl.col(place.field))

        return CaseRule(code, tuple(_place(cell) for cell in at), at_place, note=note)

    return make


def _place(cell: str) -> RulePlace:
    view, _, field = cell.partition(".")
    return RulePlace(view, field)


def rules_in(*modules: ModuleType) -> Iterator[CaseRule]:
    """Yield the rules that modules define, in code order within each."""
    for module in modules:
        found = [thing for thing in vars(module).values() if isinstance(thing, CaseRule)]
        yield from sorted(found, key=lambda rule: rule.code)
