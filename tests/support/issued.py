"""Workbooks as they are issued, for the tests of the template."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl import Workbook, load_workbook

from fpsheet.workbook.build import build_workbook
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORKBOOK_ID: Final = "K7Q2M9XA"

Row: TypeAlias = "Mapping[str, str | int | float | date | None]"


def issue(
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    kommune: str = "956",
    language: str = "da",
    premade: int | None = 5,
) -> bytes:
    """Give a workbook of 2026."""
    return build_workbook(
        load_form(),
        kommune_kode=kommune,
        aar=2026,
        language=language,
        workbook_id=WORKBOOK_ID,
        issued_at=ISSUED,
        rows=rows,
        premade=premade,
    )


@cache
def blank(kommune: str = "956", language: str = "da", premade: int = 2) -> bytes:
    """Give a blank workbook, made once."""
    return issue(kommune=kommune, language=language, premade=premade)


@cache
def opened(kommune: str = "956", language: str = "da") -> Workbook:
    """Give a blank workbook opened with openpyxl; look, do not change."""
    return load_workbook(BytesIO(blank(kommune, language)))
