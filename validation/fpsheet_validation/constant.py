"""The form's named constants, by the type a rule needs."""

from datetime import date

import polars as pl

from fpsheet_templates.errors import SpecError
from fpsheet_validation.setting import Setting


def day_of(setting: Setting, name: str) -> pl.Expr:
    """Give a constant that is a day, as a literal.

    Raises:
        SpecError: The constant is a number.
    """
    value = setting.form.constants[name]
    if not isinstance(value, date):
        raise SpecError(f"The constant {name} is not a date.")
    return pl.lit(value)


def number_of(setting: Setting, name: str) -> float:
    """Give a constant that is a number.

    Raises:
        SpecError: The constant is a day.
    """
    value = setting.form.constants[name]
    if isinstance(value, date):
        raise SpecError(f"The constant {name} is a date.")
    return value
