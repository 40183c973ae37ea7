"""What number formats say of a number: those of Excel, LibreOffice and others, by name."""

from __future__ import annotations

import pytest

from fpsheet.intake.sheets.number_format import kind_of_format, read_formats
from fpsheet_validation.raw import CellKind
from tests.support.xlsx_parts import MAIN, column_of, make_workbook, row, sheet_of, text_cell

PERCENT, MONEY, DAY, ZEROS = CellKind.PERCENT, CellKind.CURRENCY, CellKind.DAY, CellKind.ZEROS
FORMATS: dict[CellKind | None, tuple[str, ...]] = {
    PERCENT: (
        *("0%", "0.00%", "0 %", "[>=100]0%", "[Red]0.0%;-0.0%", "#,##0 %"),
        *("[>1]0;0%", '[=0]"";0%', '[=0]"a;b";[>1]0;[Blue]0.0%', "General%", '0" pct"%'),
    ),
    MONEY: (
        *('#,##0 "kr."', "[$kr.-406] #,##0.00", "kr #,##0", '_-* #,##0.00 "kr."_-;@', "€ 0"),
        *('0 "NOK"', "₽0", "0 zł", '0" øre"', '0" t.kr."', '0"mkr"', '#,##0 "kroner"', "¢0"),
        *("#,##0.00\\ [$€-407]", '0 "DKK"', "#,##0.00 [$DKK]", "$#,##0.00", "[$£-809]0"),
    ),
    DAY: (
        *("h:mm", "[h]:mm:ss", "mm:ss", "[$-F400]h:mm:ss AM/PM", "[$-406]d. mmmm yyyy", "d"),
        *("yyyy\\-mm\\-dd;@", "dd/mm/yyyy", "[$-409]mmm\\-yy;@", "[mm]", 'd "kl." h'),
    ),
    ZEROS: ("000000", "000-000", "0000000000", "00", "#00", "?000", '"0"0', "\\00", '[Red]"20"0'),
    None: (
        *("General", "Standard", "0", "0.0", "0.0###", "#,##0", "[Red]0", "0.00E+00", "# ?/?", "@"),
        *("[Red][<5]0;0", '0;"%"', '0" krav"', '0" ekr."', "0;0%", '0"a;%"', "Allmänt", "Estándar"),
        *('0"%"', "0\\%", '"d"0', 'General" timer"', '0.0"t"', "", "_-* #,##0.00_-;@", "0;-0"),
    ),
}


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in FORMATS.items() for code in codes]
)
def test_kinds(code: str, kind: CellKind | None) -> None:
    """A format is per cent, money, a day or a time, zeros in front, or shows the number itself."""
    assert kind_of_format(code) is kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (9, PERCENT),
        (10, PERCENT),
        (14, DAY),
        (20, DAY),
        (22, DAY),
        (46, DAY),
        (5, MONEY),
        (44, MONEY),
    ]
    + [(number, None) for number in (0, 1, 2, 3, 4, 11, 12, 13, 37, 39, 41, 43, 48, 49)],
)
def test_built_in_formats(number: int, kind: CellKind | None) -> None:
    """Formats that Excel knows by number alone (ECMA-376-1, 18.8.30)."""
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    formats = read_formats(styles.encode())
    assert formats is not None
    assert formats.kinds.get(0) is kind


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("code", ["[$-406]d. mmmm yyyy", "dd-mm-yyyy", "yyyy/mm/dd;@"])
def test_days_in_a_format_of_days_are_days(code: str, gap: str) -> None:
    """A date cell reads as one, whatever the language of its format."""
    styles = (
        f'<styleSheet xmlns="{MAIN}">'
        f'<numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    cell = f'<c r="{column_of("forloeb", "start_dato")}4" s="1">{gap}<v>46054</v></c>'
    package = make_workbook({"forloeb": row(4, text_cell("C4", "710776-0001"), cell)})
    sheet = sheet_of(package.with_part("xl/styles.xml", styles))
    assert sheet.frame["start_dato"].to_list() == ["2026-02-01 00:00:00"]
    assert sheet.kinds == {}


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("style", ["", ' s="0"'])
def test_a_cell_without_a_format_has_the_first(style: str, gap: str) -> None:
    """Who makes the style Normal a percentage has typed percentages in every cell."""
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="9"/></cellXfs></styleSheet>'
    cell = f'<c r="{column_of("vurdering", "arbejdsevne_pct")}4"{style}>{gap}<v>1</v></c>'
    package = make_workbook({"vurdering": row(4, text_cell("C4", "710776-0001"), cell)})
    sheet = sheet_of(package.with_part("xl/styles.xml", styles), "vurdering")
    assert sheet.kinds == {(4, "arbejdsevne_pct"): frozenset({PERCENT})}
