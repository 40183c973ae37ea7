"""Trying a row rule on workbooks before it is made part of the catalogue."""

from collections.abc import Sequence
from datetime import date

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Rule
from fpsheet_validation.hit import Hit, hits_at
from fpsheet_validation.parse import parse_sheet
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.row_check import applies, rule_check
from fpsheet_validation.setting import read_setting
from fpsheet_validation.typed import ROW
from fpsheet_validation.unreadable import with_unreadable


def try_row_rules(
    rules: Sequence[Rule], raw: RawWorkbook, form: Form, *, today: date
) -> tuple[Hit, ...]:
    """Give the places in a workbook that new row rules would strike.

    Args:
        rules: Rules with `fails_when`; their codes need no sentences yet.
        raw: A workbook, for instance of a stored submission.
        form: The form of its version.
        today: The day of the check.

    Raises:
        SpecError: The expression of a rule has no meaning on its sheet.
    """
    setting = read_setting(raw, form, today=today)
    hits = list[Hit]()
    for sheet_id in dict.fromkeys(rule.sheet for rule in rules if rule.sheet in raw.sheets):
        sheet = form.sheet(sheet_id)
        frame = with_unreadable(parse_sheet(raw.sheets[sheet_id], setting).typed, sheet)
        for rule in rules:
            if rule.sheet == sheet_id and applies(rule, setting):
                check = rule_check(rule, sheet, setting)
                rows = frame.filter(check.fault)[ROW].to_list()
                hits += hits_at(rows, sheet=sheet_id, field=check.field, code=check.code)
    return tuple(hits)
