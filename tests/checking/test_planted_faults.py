"""A workbook with 200 planted faults: each is found, at its cell, once, and no other is."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import Row, check_bytes, edit, make_workbook, opened

CITIZENS = 60
FIRST_ROW = 4
FAULTS = 200

CITIZEN: dict[str, Row] = {
    "borger": {
        "pensionist_foer_reform": "nej",
        "sagsbehandler": "ABC",
        "ansoegning_dato": date(2026, 1, 5),
        "lokalitet": "Byen",
    },
    "forloeb": {
        "forloeb_type": "afklaringsforloeb",
        "start_dato": date(2026, 1, 10),
        "slut_dato": date(2026, 3, 10),
        "resultat": "arbejdsevne_afklaret",
    },
    "vurdering": {
        "vurdering_dato": date(2026, 3, 11),
        "arbejdsevne_pct": 20,
        "maks_timer_pr_uge": 7,
    },
    "job": {
        "job_type": "fleksjob",
        "start_dato": date(2026, 5, 1),
        "slut_dato": date(2026, 8, 1),
        "timer_pr_uge": 5,
        "branche": "A",
    },
    "afgoerelse": {
        "afgoerelse_dato": date(2026, 4, 1),
        "afgoerelse": "tilkendelse",
        "niveau": "hoejeste",
        "virkning_dato": date(2026, 5, 1),
        "instans": "kommunalbestyrelse",
    },
    "indkomst": {
        "indkomst_kilde": "anden_pension",
        "fra_dato": date(2026, 5, 1),
        "til_dato": date(2026, 9, 1),
        "oplyst_af": "borger",
    },
}
"""A case without a fault: one row on each of six sheets, all in the reporting year."""

# What is typed → the code it must be found under, per sheet and field. One fault a row, so that
# every planted fault stands alone.
PLANTED: tuple[tuple[str, str, object, str], ...] = (
    ("forloeb", "slut_dato", "i morgen", "FLT-006"),
    ("forloeb", "slut_dato", "31-02-2026", "FLT-009"),
    ("forloeb", "slut_dato", "01-03-26", "FLT-008"),
    ("forloeb", "slut_dato", datetime(2026, 3, 10, 12, 30), "FLT-007"),  # noqa: DTZ001 - as a cell
    ("forloeb", "slut_dato", True, "FLT-004"),
    ("forloeb", "slut_dato", "=DATE(2026,3,10)", "FLT-003"),
    ("forloeb", "slut_dato", date(2025, 12, 1), "FOR-001"),
    ("forloeb", "forloeb_type", "Kaffepause", "FLT-015"),
    ("forloeb", "forloeb_type", None, "FLT-001"),
    ("forloeb", "timer_pr_uge", "fem", "FLT-010"),
    ("forloeb", "tekst", "x" * 501, "FLT-014"),
    ("borger", "sagsbehandler", None, "FLT-001"),
    ("borger", "sagsbehandler", "x" * 11, "FLT-014"),
    ("borger", "lokalitet", "Hos 710776-0001", "FLT-026"),
    ("borger", "journal_nr", "7107760001", "FLT-026"),
    ("borger", "pensionist_foer_reform", "måske", "FLT-015"),
    ("borger", "ansoegning_dato", "32-01-2026", "FLT-009"),
    ("vurdering", "maks_timer_pr_uge", 7.25, "FLT-012"),
    ("vurdering", "maks_timer_pr_uge", 99, "FLT-013"),
    ("vurdering", "maks_timer_pr_uge", "7 t", "FLT-010"),
    ("vurdering", "arbejdsevne_pct", 20.5, "FLT-011"),
    ("vurdering", "arbejdsevne_pct", -1, "FLT-013"),
    ("job", "branche", "Ø Sne", "FLT-015"),
    ("job", "branche", None, "FLT-001"),
    ("job", "timer_pr_uge", 85, "FLT-013"),
    ("job", "slut_dato", date(2026, 4, 1), "JOB-001"),
    ("afgoerelse", "niveau", None, "AFG-001"),
    ("afgoerelse", "instans", None, "FLT-001"),
    ("afgoerelse", "instans", "Pensionsnævnet", "FLT-016"),
    ("afgoerelse", "virkning_dato", "snart", "FLT-006"),
    ("afgoerelse", "virkning_dato", None, "FLT-001"),
    ("indkomst", "til_dato", date(2026, 1, 1), "IND-001"),
    ("indkomst", "indkomst_kilde", "Lotto", "FLT-015"),
    ("indkomst", "oplyst_af", None, "FLT-001"),
    ("indkomst", "fra_dato", "=1/0", "FLT-003"),
)


Fault = tuple[str, int, str, object, str]


@pytest.fixture(scope="module")
def form() -> Form:
    """Return the newest form."""
    return load_form()


@pytest.fixture(scope="module")
def clean(form: Form) -> bytes:
    """Return a workbook of 60 citizens without a fault."""
    rows = {
        sheet: [{"cpr": f"61{1 + n % 12:02d}{40 + n:02d}1234", **row} for n in range(CITIZENS)]
        for sheet, row in CITIZEN.items()
    }
    return make_workbook(form, rows)


def plan(form: Form) -> list[Fault]:
    """Return (sheet, Excel row, column letter, what is typed, code) of 200 faults, a row each."""
    from openpyxl.utils import get_column_letter

    used: Counter[str] = Counter()
    faults: list[Fault] = []
    while len(faults) < FAULTS:
        for sheet, field, value, code in PLANTED:
            row = FIRST_ROW + used[sheet]
            if used[sheet] < CITIZENS and len(faults) < FAULTS:
                ids = [f.id for f in form.in_country("GL").sheet(sheet).fields]
                letter = get_column_letter(1 + ids.index(field))
                faults.append((sheet, row, letter, value, code))
                used[sheet] += 1
    return faults


def typing(
    faults: list[tuple[str, int, str, object, str]], form: Form
) -> Callable[[Workbook], None]:
    """Return the change that types the faults into a workbook."""

    def change(book: Workbook) -> None:
        for sheet, row, letter, value, _ in faults:
            cell = book[form.sheet_title(sheet, "da")][f"{letter}{row}"]
            cell.value = value

    return change


def test_the_clean_workbook_has_no_fault(clean: bytes, form: Form) -> None:
    """Without planted faults nothing blocks."""
    checked = check_bytes(clean, form)
    assert [f for f in checked.findings if f.severity in {Severity.FEJL, Severity.KRITISK}] == []
    assert checked.check.not_run == ()


def test_all_200_faults_are_found_once_at_their_cells(clean: bytes, form: Form) -> None:
    """What blocks is exactly what was planted: same code, same cell, none twice, none more."""
    faults = plan(form)
    checked = check_bytes(edit(clean, typing(faults, form)), form)
    found = Counter(
        (f.code, f.sheet, f.cell)
        for f in checked.findings
        if f.severity in {Severity.FEJL, Severity.KRITISK}
    )
    planted = Counter((code, sheet, f"{letter}{row}") for sheet, row, letter, _, code in faults)
    assert planted - found == Counter()
    assert found - planted == Counter()
    assert planted.total() == FAULTS
    everything = Counter((f.code, f.sheet, f.cell, f.details) for f in checked.findings)
    assert set(everything.values()) == {1}


def test_the_coordinators_view_lists_all_200(clean: bytes, form: Form) -> None:
    """The returned workbook has a line and a mark for each of them."""
    faults = plan(form)
    content = edit(clean, typing(faults, form))
    checked = check_bytes(content, form)
    back = return_workbook(
        opened(content, form), checked.findings, checked.check, SpokenForm(form, "da")
    )
    book = load_workbook(BytesIO(back), read_only=True)
    lines = Counter(
        (str(row[10]), str(row[3]), str(row[4]))
        for row in book["Fejlliste"].iter_rows(min_row=4, values_only=True)
    )
    book.close()
    for sheet, row, letter, _, code in faults:
        assert lines[code, form.sheet_title(sheet, "da"), f"{letter}{row}"] == 1
