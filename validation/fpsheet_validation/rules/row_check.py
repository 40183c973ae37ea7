"""Field and row rules: every check a row of a sheet must pass, as column expressions.

The order of the checks is the order in which a row's faults are shown
(`fpsheet_validation.rules.fault_order`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import fields_of
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet
from fpsheet_templates.kommune import BOTH
from fpsheet_templates.rule import Rule, RuleLevel
from fpsheet_validation.cells.cpr import (
    born_number,
    holds_cpr,
    is_replacement,
    passes_modulus_11,
    whole_years,
)
from fpsheet_validation.hit import Hit
from fpsheet_validation.reads import reads_of
from fpsheet_validation.rules.evaluate import RowScope, evaluate, is_blank
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ANNUL


@dataclass(frozen=True, slots=True)
class RowCheck:
    """One rule on one field.

    Attributes:
        code: Code of the rule.
        field: Field whose cell is shown.
        reads: Every field the rule reads, its own included.
        fault: True where the row is at fault, never null.
    """

    code: str
    field: str
    reads: tuple[str, ...]
    fault: pl.Expr


@dataclass(frozen=True, slots=True)
class SheetSchema:
    """The compiled rules of one sheet, in the order of `row_checks`."""

    sheet: Sheet
    checks: tuple[RowCheck, ...]


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What field and row rules found on one sheet.

    Attributes:
        hits: Where rules struck.
        not_run: Codes of the rules that could not run.
    """

    hits: list[Hit]
    not_run: frozenset[str]


def row_checks(sheet: Sheet, setting: Setting) -> tuple[RowCheck, ...]:
    """Return the checks of a sheet that hold in the setting's jurisdiction, in no special order."""
    scope = RowScope(sheet, setting.constants, setting.today)
    checks = [
        check
        for field in sheet.entry_fields()
        for check in _field_checks(sheet, field, scope, setting)
    ]
    if [field.id for field in sheet.key_fields()] == ["cpr"]:
        checks.extend(_citizen_number_checks(setting))
    checks.extend(
        rule_check(rule, sheet, setting)
        for rule in setting.form.rules
        if rule.level is RuleLevel.ROW and rule.sheet == sheet.id and applies(rule, setting)
    )
    return tuple(checks)


def applies(rule: Rule, setting: Setting) -> bool:
    """Return whether a rule can be held to this workbook.

    Where it is not known which country the workbook is from, only rules of both can.
    """
    return _is_of_here(rule.jurisdictions, setting)


def _is_of_here(jurisdictions: frozenset[str], setting: Setting) -> bool:
    return setting.jurisdiction in jurisdictions or (
        not setting.jurisdiction and jurisdictions >= BOTH
    )


def rule_check(rule: Rule, sheet: Sheet, setting: Setting) -> RowCheck:
    """Return the check of a row rule.

    Raises:
        SpecError: The rule has no expression, or one without meaning on the sheet.
    """
    if rule.fails_when is None:
        raise SpecError(f"The row rule {rule.code} has no expression.")
    scope = RowScope(sheet, setting.constants, setting.today)
    fault = evaluate(rule.fails_when, scope) & pl.col(ANNUL).is_null()
    return RowCheck(rule.code, rule.fields[0], reads_of(rule), fault)


def _field_checks(
    sheet: Sheet, field: Field, scope: RowScope, setting: Setting
) -> Iterator[RowCheck]:
    value = pl.col(field.id)
    in_force = pl.col(ANNUL).is_null()
    used = _is_of_here(field.jurisdictions, setting)
    required = field.required_for(setting.jurisdiction)
    faults: list[tuple[str, pl.Expr]] = []
    if not used and setting.jurisdiction:
        faults.append(("FLT-018", value.is_not_null() & in_force))
    elif used and required is not None:
        must = evaluate(required, scope) & is_blank(sheet, field.id)
        # An annulled row needs no more than to say whose it is.
        faults.append(("FLT-001", must if field.type is FieldType.CPR else must & in_force))
    if field.minimum is not None or field.maximum is not None:
        faults.append(("FLT-013", _outside(value, field) & in_force))
    if field.type is FieldType.TEXT:
        faults.append(("FLT-014", (value.str.len_chars() > field.max_length) & in_force))
        if not field.local:
            # In an annulled row too, which is sent like any other.
            faults.append(("FLT-026", holds_cpr(value)))
    if field.type is FieldType.DATE:
        earliest = scope.constants["TIDLIGSTE_DATO"]
        faults.append(("FLT-025", (value < pl.lit(earliest)) & in_force))
    if field.type is FieldType.CODE and used and field.role is ColumnRole.ENTRY:
        faults.extend(_code_faults(sheet, field, setting))
    for code, fault in faults:
        reads = fields_of(required) if code == "FLT-001" and required else ()
        yield RowCheck(code, field.id, (field.id, *reads), fault.fill_null(value=False))


def _outside(value: pl.Expr, field: Field) -> pl.Expr:
    outside = pl.lit(value=False)
    if field.minimum is not None:
        outside = outside | (value < field.minimum)
    if field.maximum is not None:
        outside = outside | (value > field.maximum)
    return outside


def _code_faults(sheet: Sheet, field: Field, setting: Setting) -> Iterator[tuple[str, pl.Expr]]:
    """Yield the faults of a code that is not for this jurisdiction or not for the row's day."""
    codes = setting.form.code_lists[field.codes].codes
    value, in_force = pl.col(field.id), pl.col(ANNUL).is_null()
    if setting.jurisdiction:
        # A kommune's jurisdiction says where it lies, not where its code may be chosen.
        anywhere = setting.form.kommuner if field.codes == "kommune" else ()
        strange = (code.id for code in codes if setting.jurisdiction not in code.jurisdictions)
        foreign = [code for code in strange if code not in anywhere]
        if foreign:
            yield "FLT-016", value.is_in(foreign) & in_force
    starts = {code.id: code.valid_from for code in codes if code.valid_from}
    ends = {code.id: code.valid_to for code in codes if code.valid_to}
    day = row_day(sheet)
    if day and (starts or ends):
        early = pl.col(day) < _dated(value, starts)
        late = pl.col(day) >= _dated(value, ends)
        expired = early.fill_null(value=False) | late.fill_null(value=False)
        yield "FLT-017", expired & in_force


def row_day(sheet: Sheet) -> str:
    """Return the field that dates a row: the date of its natural key; empty when it has none."""
    return next((f.id for f in sheet.key_fields() if f.type is FieldType.DATE), "")


def _dated(value: pl.Expr, days: Mapping[str, str]) -> pl.Expr:
    """Return the day that belongs to a code; null for a code without one."""
    by_code = {code: date.fromisoformat(day) for code, day in days.items()}
    if not by_code:
        return pl.lit(None, dtype=pl.Date())
    return value.replace_strict(by_code, default=None, return_dtype=pl.Date())


def _citizen_number_checks(setting: Setting) -> Iterator[RowCheck]:
    """Yield the doubts about a CPR number, on the citizen's own row and nowhere else."""
    cpr = pl.col("cpr")
    born = born_number(cpr)
    now = int(setting.today.strftime("%Y%m%d"))
    oldest = pl.lit(setting.constants["AELDSTE_ALDER"])
    in_force = pl.col(ANNUL).is_null()
    faults = {
        "CPR-004": ~is_replacement(cpr) & ~passes_modulus_11(cpr),
        "CPR-005": is_replacement(cpr),
        "CPR-006": (born > now) | (whole_years(born, pl.lit(now)) > oldest),
    }
    for code, fault in faults.items():
        yield RowCheck(code, "cpr", ("cpr",), (fault & in_force).fill_null(value=False))
