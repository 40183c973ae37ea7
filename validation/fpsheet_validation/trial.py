"""Trying row rules on workbooks before they are made part of the catalogue, or made errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fpsheet_templates.errors import RuleError
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Rule
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.rules.evaluate import with_unreadable
from fpsheet_validation.rules.row_check import applies, rule_check
from fpsheet_validation.setting import read_setting
from fpsheet_validation.typed import ANNUL, ROW


@dataclass(frozen=True, slots=True)
class Trial:
    """What one rule would have struck in one workbook.

    Attributes:
        code: The rule.
        rows: Rows it would have judged: those of its sheet that are not annulled.
        struck: Excel rows it would have struck.
        cells: Addresses of the cells it would have shown, with the tab's name.
        citizens: Citizens with such a row; as an error the rule would have held their cases.
    """

    code: str
    rows: int
    struck: tuple[int, ...]
    cells: tuple[str, ...]
    citizens: int


def try_row_rules(
    rules: Sequence[Rule], raw: RawWorkbook, form: Form, *, today: date
) -> tuple[Trial, ...]:
    """Return what row rules would strike in a workbook; nothing for rules that do not apply to it.

    Args:
        rules: Rules with `fails_when`; their codes need no sentences yet.
        raw: A workbook, for instance of a stored submission.
        form: The form of its version.
        today: The day of the check.

    Raises:
        SpecError: A rule has no condition, or one without a meaning on its sheet.
    """
    setting = read_setting(raw, form, today=today)
    frames = {
        sheet_id: with_unreadable(
            parse_sheet(raw.sheets[sheet_id], setting).typed, form.sheet(sheet_id)
        )
        for sheet_id in dict.fromkeys(rule.sheet for rule in rules if rule.sheet in raw.sheets)
    }
    trials = []
    for rule in rules:
        if rule.fails_when is None or rule.sheet not in {s.id for s in form.entry_sheets()}:
            message = f"The rule {rule.code} has no condition, or no sheet of the form."
            raise _of(rule, RuleError(message, "condition"))
        if rule.sheet not in frames or not applies(rule, setting):
            continue
        try:
            check = rule_check(rule, form.sheet(rule.sheet), setting)
        except RuleError as error:
            raise _of(rule, error) from error.__cause__
        except (KeyError, IndexError) as error:
            message = f"The rule {rule.code} names no field, or one its sheet lacks: {error}"
            raise _of(rule, RuleError(message, "field")) from error
        sheet, frame = raw.sheets[rule.sheet], frames[rule.sheet]
        struck = frame.filter(check.fault)
        column = sheet.columns.get(check.field, "")
        rows = tuple(struck[ROW].to_list())
        trials.append(
            Trial(
                code=rule.code,
                rows=frame[ANNUL].null_count(),
                struck=rows,
                cells=tuple(f"{sheet.title}!{column}{row}" for row in rows),
                citizens=struck["cpr"].drop_nulls().n_unique(),
            )
        )
    return tuple(trials)


def _of(rule: Rule, error: RuleError) -> RuleError:
    """Return an error that names its rule."""
    error.code = rule.code
    return error
