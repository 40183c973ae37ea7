"""`python -m tools.warnings_per_100 [CASES]`: warnings per 100 citizens, by rule.

Two seasons are checked: the demo's country without planted faults, and the cases of the field
(`tests/validation/field_cases.md`, or CASES), which are hard on purpose. A rule that strikes the
ordinary case is worse than none. The last results are in `warnings_per_100.txt`.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from fpsheet.demo.country import DEMO_DAY, invent_country
from fpsheet.demo.scale import SMALL
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_validation.check import check_workbook
from tests.support.rows import make_raw_workbook
from tests.validation.rules.example import raw_sheet
from tests.validation.test_field_cases import CASES, KOMMUNER, TODAY, Row, books

ABOUT_THE_FILE = {"CPR-005", "ARB-006", "ARB-007", "ARB-012", "ARB-013"}
"""Of invented numbers and of the year of the workbook, not of a case."""

Rows = Mapping[str, list[Row]]


def main(arguments: list[str]) -> int:
    """Print both seasons and return the exit code."""
    cases = Path(arguments[0]) if arguments else CASES
    for name, season in (("demo", demo_season()), ("cases of the field", field_season(cases))):
        found: Counter[str] = Counter()
        citizens = 0
        for kommune, day, rows in season:
            citizens += len(rows["borger"])
            found += count_findings(kommune, day, rows)
        print(f"\n{name}: {citizens} citizens, {100 * found.total() / citizens:.1f} per 100")
        for code, count in sorted(found.items()):
            print(f"  {code}  {100 * count / citizens:5.1f}  ({count})")
    return 0


def demo_season() -> Iterator[tuple[str, date, Rows]]:
    """Return kommune, day and rows of each workbook of the demo."""
    form = load_form()
    for book in invent_country(form, scale=replace(SMALL, planted=()), seed=1):
        rows: dict[str, list[Row]] = {
            sheet: [
                {name: str(value) for name, value in row.items() if value is not None}
                for row in own
            ]
            for sheet, own in book.rows.items()
        }
        yield book.kommune_kode, DEMO_DAY, rows


def field_season(cases: Path) -> Iterator[tuple[str, date, Rows]]:
    """Return kommune, day and rows of each book of cases."""
    for book, sheets in books(cases).items():
        rows = {
            sheet: [{**row, "sagsbehandler": "AB"} for row in own] for sheet, own in sheets.items()
        }
        yield KOMMUNER[book], TODAY, rows


def count_findings(kommune: str, day: date, rows: Rows) -> Counter[str]:
    """Count the warnings and errors of a workbook of form version 1, by rule."""
    old = load_form(1)
    sheets = [raw_sheet(old, sheet, own) for sheet, own in rows.items()]
    raw = make_raw_workbook(old, sheets, meta={"kommune_kode": kommune})
    check = check_workbook(raw, load_form(), today=day)
    return Counter(
        finding.code
        for finding in check.findings
        if finding.severity in {Severity.ADVARSEL, Severity.FEJL}
        and finding.code not in ABOUT_THE_FILE
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
