"""Rows aimed at one row rule: many that it strikes, and neighbours that it lets pass.

A rule is named by the status where no graver fault, and none further to the left, stands in its
row. So what the form requires beside the rule's own cells is filled, and the days of a row lie
close together, near one that the rule names.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from fpsheet.workbook.style import date_serial
from fpsheet_templates.expression import (
    And,
    Blank,
    Compare,
    Constant,
    Expression,
    FieldRef,
    Named,
    Not,
    OneOf,
    Operator,
    Or,
    Today,
    fields_of,
)
from fpsheet_templates.form import ColumnRole, Field, FieldType
from tests.support.dirty_rows import Setting, codes_of, good_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from fpsheet_templates.rule import Rule

OFTEN: Final = 0.8
"""Share of the cells that are as the rule wants them; the others are as they fall."""

SELDOM: Final = 0.1
"""Share of the other cells that are filled, in every second row; else `OFTEN`."""

MONTH: Final = 30


def aimed_row(random: Random, rule: Rule, setting: Setting) -> dict[str, object]:
    """Return a row for one row rule: field to cell."""
    form = setting.form
    sheet = form.sheet(rule.sheet)
    aim = _Aim(rule, setting)
    # The day from which a rule holds is one that its rows begin on, and none for what they end on.
    named = () if rule.valid_from else sorted(aim.days.values())
    about = random.choice(named or [date_serial(setting.today)])
    others = random.choice((SELDOM, OFTEN))
    # What another rule finds missing hides what this one finds.
    needed = random.choice((others, OFTEN))
    row: dict[str, object] = {}
    chosen: dict[str, str] = {}
    for field in sheet.entry_fields():
        row[field.id] = None
        share = needed if field.id in aim.missed else others
        if random.random() >= aim.share_filled(field, chosen, share):
            continue
        often = random.random() < OFTEN
        codes = codes_of(form, field, setting.jurisdiction)
        if codes:
            liked = [code for code in codes if aim.likes(field, code.id)] if often else []
            code = random.choice(liked or codes)
            codes, chosen[field.id] = (code,), code.id
        if often and field.type is FieldType.DATE:
            row[field.id] = random.choice(aim.days_of(field, about))
        else:
            row[field.id] = good_cell(random, field, codes, setting)
    return row


class _Aim:
    """What a rule wants of the cells of a row, so that it strikes."""

    def __init__(self, rule: Rule, setting: Setting) -> None:
        assert rule.fails_when is not None
        sheet = setting.form.sheet(rule.sheet)
        self._jurisdiction = setting.jurisdiction
        self._read = {*fields_of(rule.fails_when), *rule.fields}
        self._parts = list(_parts(rule.fails_when))
        read = (field for field in sheet.fields if field.id in self._read)
        # Where a field that it reads is filled, the row is as the form requires for that.
        asked = [part for field in read for part in _parts(self._required(field))]
        self._codes = list(_codes(self._parts + asked))
        self.days: Final = dict(_days(self._parts, setting))
        others = (r.fails_when for r in setting.form.rules if r.sheet == rule.sheet and r != rule)
        self.missed: Final = {
            part.field.field
            for condition in others
            for part, holds in _parts(condition)
            if isinstance(part, Blank) and holds
        }

    def share_filled(self, field: Field, chosen: Mapping[str, str], others: float) -> float:
        """Return how many of the cells of a field are filled, beside the codes chosen so far.

        Args:
            field: The field.
            chosen: The codes chosen so far.
            others: The share where neither the rule nor the form has a say.
        """
        if self._is_required(field, chosen):
            return 1
        if (Blank(FieldRef(field.id)), True) in self._parts:
            return 1 - OFTEN
        if field.id in self._read:
            return OFTEN
        is_used = self._jurisdiction in field.jurisdictions
        return others if is_used and field.role is not ColumnRole.ANNUL else 0

    def days_of(self, field: Field, about: int) -> range:
        """Return the days for a date: beside one that is named, or shortly before `about`.

        What the rule does not read lies earlier than what it reads, as a beginning before an end.
        """
        if field.id in self.days:
            return range(self.days[field.id] - 1, self.days[field.id] + 2)
        last = about if field.id in self._read else about - MONTH
        return range(last - MONTH, last)

    def likes(self, field: Field, code: str) -> bool:
        """Return whether a code is one that the rule strikes."""
        return all(
            (code in codes) is holds for name, codes, holds in self._codes if name == field.id
        )

    def _required(self, field: Field) -> Expression | None:
        return field.required_for(self._jurisdiction)

    def _is_required(self, field: Field, chosen: Mapping[str, str]) -> bool:
        """Return whether the form requires a field beside the codes chosen so far."""
        required = self._required(field)
        return required is not None and all(
            (chosen.get(name) in codes) is holds
            for name, codes, holds in _codes(list(_parts(required)))
        )


_Part = tuple[object, bool]
"""A part of a condition, and whether the condition wants it to hold."""


def _parts(condition: object, *, holds: bool = True) -> Iterator[_Part]:
    match condition:
        case Not(operand=operand):
            yield from _parts(operand, holds=not holds)
        case And(operands=operands) | Or(operands=operands):
            for operand in operands:
                yield from _parts(operand, holds=holds)
        case _:
            yield condition, holds


def _codes(parts: list[_Part]) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Return field, codes and whether one of them is wanted."""
    for part, holds in parts:
        match part:
            case OneOf(field=FieldRef(field=field), codes=codes):
                yield field, codes, holds
            case Compare(
                left=FieldRef(field=field),
                operator=Operator.EQ | Operator.NE as operator,
                right=Constant(value=str() as code),
            ):
                yield field, (code,), holds is (operator is Operator.EQ)
            case _:
                pass


def _days(parts: list[_Part], setting: Setting) -> Iterator[tuple[str, int]]:
    """Return field and day of whatever is compared with a day."""
    constants = setting.form.constants_in(setting.jurisdiction)
    for part, _ in parts:
        match part:
            case Compare(left=FieldRef(field=field), right=Today()):
                yield field, date_serial(setting.today)
            case Compare(left=FieldRef(field=field), right=Named(name=name)):
                day = constants[name]
                if isinstance(day, date):
                    yield field, date_serial(day)
            case _:
                pass
