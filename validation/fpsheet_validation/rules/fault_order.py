"""The order of faults within a row: which one the row's status names.

The live status of the workbook and the check must name the same fault, so the order is written
once: the gravest first, then the fault whose first field stands furthest to the left, then the
code. A fault of the cell itself (it cannot be read) comes through the same order.
An annulled row (`annuller` filled) is judged by `cpr` and `annuller` alone.
"""

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Rule, RuleLevel
from fpsheet_validation.reads import reads_of


def fault_place(form: Form, sheet_id: str, code: str, field_id: str) -> tuple[int, int, str]:
    """Return the sort key of a fault within its row: severity, column, code."""
    fields = [field.id for field in form.sheet(sheet_id).fields]
    column = fields.index(field_id) if field_id in fields else len(fields)
    return form.rule(code).severity.rank, column, code


def status_rules(form: Form, sheet_id: str, jurisdiction: str) -> tuple[Rule, ...]:
    """Return the row rules of a sheet in the order in which the status names them.

    A form of an earlier version lacks fields that rules read; those rules are not of it.
    """
    known = {field.id for field in form.sheet(sheet_id).fields}
    rules = (
        rule
        for rule in form.rules
        if rule.level is RuleLevel.ROW
        and rule.sheet == sheet_id
        and jurisdiction in rule.jurisdictions
        and known.issuperset(reads_of(rule))
    )
    return tuple(
        sorted(rules, key=lambda rule: fault_place(form, sheet_id, rule.code, rule.fields[0]))
    )
