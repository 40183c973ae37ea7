"""What can be wrong with a row, as conditions on its own cells, in the order a status names it.

The order is written once (`fpsheet_validation.rules.fault_order`): the gravest fault first, then
the leftmost field, then the code. A rule over several fields stays silent while a cell it reads is
at fault by itself (`fpsheet_validation.fold`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fpsheet.workbook.cell_reading import (
    ERROR,
    OUT_OF_RANGE,
    READING_FAULTS,
    is_replacement,
    passes_modulus_11,
)
from fpsheet.workbook.cpr_in_text import holds_cpr_condition, may_tell_cpr
from fpsheet.workbook.formula import (
    TODAY_NAME,
    FormulaPrinter,
    print_number,
    readable,
    unreadable,
)
from fpsheet.workbook.formula_parts import FALSE, and_, blank, if_, is_number, not_, or_
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import (
    FIRST_ROW,
    codes_name,
    column_name,
    validity_names,
    value_name,
)
from fpsheet_templates.codes import Code
from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import Always, FieldRef, OneOf
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet
from fpsheet_templates.rule import Rule, Severity
from fpsheet_validation.reads import reads_of
from fpsheet_validation.rules.fault_order import fault_place, status_rules
from fpsheet_validation.rules.row_check import row_day

MISSING, TOO_LONG, TOO_EARLY, CPR_IN_TEXT = "FLT-001", "FLT-014", "FLT-025", "FLT-026"
FOREIGN_CODE, EXPIRED_CODE, UNUSED_FIELD = "FLT-016", "FLT-017", "FLT-018"
CPR_MODULUS, CPR_REPLACEMENT, CPR_AGE = "CPR-004", "CPR-005", "CPR-006"

STRANGER, REPEATED = "BRG-001", "ARB-002"
"""Need more than the row, and are what goes wrong most: a slip in the number on one sheet, and a
citizen typed twice. The check tells a stranger once; the status marks each of the rows."""

REGISTER = "borger"
"""Where every citizen has one row."""

_OLDEST = 120
"""Years, as `fpsheet_validation.rules.row_check` has it."""

_HIDING_WARNINGS = {TOO_EARLY}
_ANYWHERE = "kommune"
"""This list's jurisdiction says where a kommune lies, not where its code may be chosen."""

CPR_NUMBER = "nummer"
"""Helper column: the CPR number as a number, which is found in half the time of a text."""

BIRTH_NUMBER = "foedt_cpr"
"""Helper column of the citizens' sheet: day of birth as yyyymmdd."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that can be wrong.

    Attributes:
        place: Sort key within the row: rank of severity, column, code.
        codes: Rule codes it can carry; more than one for a cell that cannot be read.
        field: Field whose cell is marked.
        condition: Formula text, TRUE where the row is at fault.
        is_row_rule: It comes from an expression over the row.
        hides: Rules over the row that read this field stay silent beside it.
    """

    place: tuple[int, int, str]
    codes: tuple[str, ...]
    field: str
    condition: str
    is_row_rule: bool
    hides: bool


def row_faults(issue: Issue, sheet: Sheet) -> tuple[RowFault, ...]:
    """Return all that can be wrong with a row of a sheet, in the order a status names it."""
    own = [fault for field in sheet.entry_fields() for fault in _field_faults(issue, sheet, field)]
    is_register = sheet.key_fields() == (sheet["cpr"],)
    if is_register:
        own.extend(_citizen_number_faults(issue, sheet))
    rules = status_rules(issue.form, sheet.id, issue.jurisdiction)
    over = [_rule_fault(issue, sheet, rule, own) for rule in rules]
    beyond = _repeated(issue, sheet) if is_register else _stranger(issue, sheet)
    return tuple(sorted((*own, *over, beyond), key=lambda fault: fault.place))


def fault_key(sheet_id: str, field_id: str, code: str) -> str:
    """Return the text by which a fault of one cell is looked up (`forloeb.start_dato FLT-009`)."""
    return f"{sheet_id}.{field_id} {code}"


def _fault(issue: Issue, sheet: Sheet, field: Field, code: str, condition: str) -> RowFault:
    grave = issue.form.rule(code).severity is Severity.FEJL
    return RowFault(
        place=fault_place(issue.form, sheet.id, code, field.id),
        codes=(code,),
        field=field.id,
        condition=condition,
        is_row_rule=False,
        hides=grave or code in _HIDING_WARNINGS,
    )


def _field_faults(issue: Issue, sheet: Sheet, field: Field) -> Iterator[RowFault]:
    name = value_name(sheet.id, field.id)
    rank, column, _ = fault_place(issue.form, sheet.id, ERROR, field.id)
    codes = READING_FAULTS[field.type]
    yield RowFault(
        (rank, column, ERROR), codes, field.id, unreadable(name), is_row_rule=False, hides=True
    )
    for code, condition in _conditions(issue, sheet, field, name):
        yield _fault(issue, sheet, field, code, condition)


def _conditions(issue: Issue, sheet: Sheet, field: Field, name: str) -> Iterator[tuple[str, str]]:
    used = issue.jurisdiction in field.jurisdictions
    if not used:
        yield UNUSED_FIELD, and_(*readable(name))
    elif isinstance(field.required, Always):
        yield MISSING, blank(name)
    elif field.required is not None:
        printer = _printer(issue, sheet)
        yield MISSING, and_(blank(name), printer.condition(field.required))
    outside = _outside(name, field)
    if outside:
        yield OUT_OF_RANGE, if_(is_number(name), or_(*outside), FALSE)
    if field.type is FieldType.TEXT:
        yield TOO_LONG, f"INT(N({name}))>{field.max_length}"
    if may_tell_cpr(field):
        yield CPR_IN_TEXT, holds_cpr_condition(name)
    if field.type is FieldType.DATE:
        yield TOO_EARLY, f"{name}<{_day(issue, 'TIDLIGSTE_DATO')}"  # a text is above any number
    if field.type is FieldType.CODE and used and field.role is ColumnRole.ENTRY:
        yield from _code_conditions(issue, sheet, field, name)


def _printer(issue: Issue, sheet: Sheet) -> FormulaPrinter:
    """Return what prints conditions of a sheet, with the numbers of the country it is issued in."""
    return FormulaPrinter(sheet, issue.form.constants_in(issue.jurisdiction))


def _day(issue: Issue, name: str) -> str:
    printer = _printer(issue, issue.form.entry_sheets()[0])
    return printer.named(name)


def _outside(name: str, field: Field) -> list[str]:
    outside = []
    if field.minimum is not None:
        outside.append(f"{name}<{print_number(field.minimum)}")
    if field.maximum is not None:
        outside.append(f"{name}>{print_number(field.maximum)}")
    return outside


def _code_conditions(
    issue: Issue, sheet: Sheet, field: Field, name: str
) -> Iterator[tuple[str, str]]:
    codes = issue.form.code_lists[field.codes].codes
    anywhere = issue.form.kommuner if field.codes == _ANYWHERE else ()
    strange = (code.id for code in codes if issue.jurisdiction not in code.jurisdictions)
    if foreign := tuple(code for code in strange if code not in anywhere):
        printer = _printer(issue, sheet)
        yield FOREIGN_CODE, printer.condition(OneOf(FieldRef(field.id), foreign))
    day = row_day(sheet)
    if day and any(is_limited(code) for code in codes):
        own_day = value_name(sheet.id, day)
        start, end = validity_names(field.codes)
        line = f"MATCH({name},{codes_name(field.codes)},0)"
        outside = or_(f"{own_day}<INDEX({start},{line})", f"{own_day}>=INDEX({end},{line})")
        is_known = and_(*readable(name), is_number(own_day))
        yield EXPIRED_CODE, if_(is_known, outside, FALSE)


def is_limited(code: Code) -> bool:
    """Return whether a code holds for a time only."""
    return bool(code.valid_from or code.valid_to)


def _citizen_number_faults(issue: Issue, sheet: Sheet) -> Iterator[RowFault]:
    """Yield the doubts about a CPR number, on the citizen's own row and nowhere else."""
    cpr = value_name(sheet.id, "cpr")
    born = value_name(sheet.id, BIRTH_NUMBER)
    today = f"(YEAR({TODAY_NAME})*10000+MONTH({TODAY_NAME})*100+DAY({TODAY_NAME}))"
    too_old = f"{today}-{born}>={(_OLDEST + 1) * 10000}"
    conditions = {
        CPR_MODULUS: not_(or_(is_replacement(cpr), passes_modulus_11(cpr))),
        CPR_REPLACEMENT: is_replacement(cpr),
        CPR_AGE: or_(f"{born}>{today}", too_old),
    }
    for code, condition in conditions.items():
        guarded = if_(is_number(born), condition, FALSE)
        yield _fault(issue, sheet, sheet["cpr"], code, guarded)


def _stranger(issue: Issue, sheet: Sheet) -> RowFault:
    """Return the fault that the citizen of a row has no row on the sheet of citizens."""
    cpr, number = value_name(sheet.id, "cpr"), value_name(sheet.id, CPR_NUMBER)
    missing = f"ISERROR(MATCH({number},{column_name(REGISTER, f'#{CPR_NUMBER}')},0))"
    # A row under a former number is another fault, which the check names.
    unknown = f"ISERROR(MATCH({cpr},{column_name(REGISTER, '#tidligere_cpr')},0))"
    condition = if_(is_number(number), if_(missing, unknown, FALSE), FALSE)
    return _wide_fault(issue, sheet, STRANGER, condition)


def _repeated(issue: Issue, sheet: Sheet) -> RowFault:
    """Return the fault that a citizen has an earlier row that counts."""
    number, column = value_name(sheet.id, CPR_NUMBER), column_name(sheet.id, f"#{CPR_NUMBER}")
    suspect = f"MATCH({number},{column},0)<ROW()-{FIRST_ROW - 1}"
    counts = f'({column_name(sheet.id, "#annuller")}="")'
    earlier = f"SUMPRODUCT(({column}={number})*{counts}*(ROW({column})<ROW()))>0"
    condition = if_(is_number(number), if_(suspect, earlier, FALSE), FALSE)
    return _wide_fault(issue, sheet, REPEATED, condition)


def _wide_fault(issue: Issue, sheet: Sheet, code: str, condition: str) -> RowFault:
    """Return a fault of the citizen's number that needs more than the row."""
    place = fault_place(issue.form, sheet.id, code, "cpr")
    return RowFault(place, (code,), "cpr", condition, is_row_rule=True, hides=False)


def _rule_fault(issue: Issue, sheet: Sheet, rule: Rule, own: list[RowFault]) -> RowFault:
    if rule.fails_when is None:
        raise SpecError(f"The row rule {rule.code} has no expression.")
    field = rule.fields[0]
    place = fault_place(issue.form, sheet.id, rule.code, field)
    condition = _printer(issue, sheet).condition(rule.fails_when)
    reads = reads_of(rule)
    # What stands earlier in the order has been named before this rule is asked.
    guards = [f.condition for f in own if f.hides and f.field in reads and f.place > place]
    if guards:
        condition = if_(condition, not_(or_(*guards)), FALSE)
    return RowFault(place, (rule.code,), field, condition, is_row_rule=True, hides=False)
