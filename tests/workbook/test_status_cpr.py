"""CPR numbers in texts that travel: the live status knows the usual spellings, and cries no wolf.

FLT-026, of a real LibreOffice that recalculates beside the check of the same file.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from fpsheet_templates.load import load_form
from tests.support.desk import Row, check_bytes, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

FORM = load_form()
TOLD: Final = (
    *("6101801234", "610180-1234", "610180 1234", "610180 - 1234", "610180  1234", "610180.1234"),
    *("610180_1234", "610180, 1234", "610180; 1234", "610180\u20131234", "610180 \u2014 1234"),
    *("610180\u22121234", "610180:1234", "610180 : 1234", "610180\u00a01234", "610180\u20101234"),
    *("6101801234 og mere", "cpr:610180-1234.", "(610180-1234)", "nr 24-610180-1234"),
    *("61.01.80-1234", "61 01 80 1234", "61-01-80-1234", "61.01.80.1234", "61. 01. 80 1234"),
    *("6101-801234", "6101 801234", "6101.801234", "Hos 31.12.37-1234", "01.01.05-1234"),
)
"""Told live and by the check."""

LEFT_TO_THE_CHECK: Final = ("610180 12 34", "61 01 80 12 34", "6 1 0 1 8 0 1 2 3 4", "610 180 1234")
SILENT: Final = (
    *("20 64 11 22", "+45 20 64 11 22", "+299 32 11 22", "2024-123456", "2012-123456", "24/012345"),
    *("610180/1234", "61/01/80-1234", "10.-12.03.2024", "02.01.2024 - 04.02.2024", "27.03.16-2024"),
    *("04-05-2024 12:30", "04-05-20 12:30", "5799012345678", "61018012345", "920180-1234"),
    *("611380-1234", "27.03.04-2024", "1912-123456", "KLE 27.12.08, 2023", "2064 1122, 3211 2233"),
)
"""Told by neither."""


def _numbers(count: int) -> list[str]:
    """Invent numbers with signs between them, most of them no CPR number."""
    chance = random.Random(17)
    signs = ("", "-", " ", ".", ":", "/", " - ", ", ", "\u2013")
    groups = ((6, 4), (2, 2, 2, 4), (4, 6), (10,), (2, 2, 4), (4, 4), (8, 2), (2, 2, 2, 2, 2))
    return [
        "".join(
            "".join(chance.choice("0123") for _ in range(size)) + chance.choice(signs)
            for size in chance.choice(groups)
        ).strip()
        for _ in range(count)
    ]


@pytest.mark.lo
def test_the_live_status_tells_no_more_than_the_check(
    libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Usual spellings are told by both, rare ones by the check alone, others by neither."""
    texts = [*TOLD, *LEFT_TO_THE_CHECK, *SILENT, *_numbers(200)]
    rows: list[Row] = [
        {
            "cpr": f"61{1 + number % 12:02d}{50 + number // 12}1234",
            "lokalitet": text,
            "pensionist_foer_reform": "nej",
            "sagsbehandler": "ABC",
        }
        for number, text in enumerate(texts)
    ]
    content = make_workbook(FORM, {"borger": rows})
    path = tmp_path / "956.xlsx"
    path.write_bytes(content)
    found = check_bytes(content, FORM).findings
    checked = {texts[one.row - 4] for one in found if one.code == "FLT-026"}
    with libreoffice.open(path) as document:
        title = FORM.sheet_title("borger", "da")
        said = document.values(title, f"B4:B{3 + len(texts)}")
    live = {
        text for text, (status,) in zip(texts, said, strict=True) if str(status).startswith("✖ Lok")
    }
    assert live <= checked
    assert live >= {*TOLD}
    assert checked >= {*TOLD, *LEFT_TO_THE_CHECK}
    assert not checked & {*SILENT}
