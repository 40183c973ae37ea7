"""The numbers that the dirty rows are made of belong to nobody."""

from __future__ import annotations

import re
from datetime import date
from random import Random

import pytest

from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from tests.support.dirty_rows import Setting, dirty_row, is_invented


@pytest.mark.parametrize(
    ("cpr", "invented"),
    [
        ("6101801234", True),
        ("9112801234", True),
        ("0101585123", True),
        ("0101605123", False),
        ("0101581123", False),
        ("0101364123", True),
        ("0101361123", False),
        ("0113801234", True),
        ("0101801234", False),
    ],
)
def test_numbers_that_nobody_has(cpr: str, *, invented: bool) -> None:
    """Day 61 to 91, born in 1858, 1859 or 2036, or no day at all; every other may be somebody's."""
    assert is_invented(cpr) is invented


def test_every_number_of_the_dirty_rows_is_invented() -> None:
    """Whatever stands in a CPR column and has ten digits is nobody's number."""
    form, random = load_form(), Random(1)
    setting = Setting(form, "da", "GL", date(2040, 3, 2))
    seen = 0
    for _ in range(3000):
        for sheet in form.entry_sheets():
            row = dirty_row(random, sheet, setting)
            for field in sheet.entry_fields():
                digits = re.sub(r"[^0-9]", "", str(row[field.id]))
                if field.type is FieldType.CPR and len(digits) == 10:
                    seen += 1
                    assert is_invented(digits), digits
    assert seen > 10_000
