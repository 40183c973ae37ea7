"""Deadlines of the law, row by row: hidden columns that the Huskeliste collects.

A deadline is a day number with a small fraction that tells the row, so that each is unlike every
other; empty where there is none. All years and ages are named constants of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fpsheet.workbook.cell_reading import birth_number
from fpsheet.workbook.formula import print_number
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.layout import (
    CALCULATED_MARK,
    Calculated,
    below_name,
    column_name,
    value_name,
)
from fpsheet.workbook.row_fault import BIRTH_NUMBER
from fpsheet.workbook.style import date_serial
from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import Sheet

DAY, LATEST, DEADLINE = "dag", "seneste", "frist"

ROW_FRACTION = 1_000_000
SOURCE_FRACTION = 10
"""A deadline is day + number of its kind / 10 + row / 1,000,000."""

_GRANTED = ("tilkendelse", "aendring", "uaendret")
_ENDED = "bortfald"
_PENSION, _NO_PENSION = 2, 1


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """A kind of deadline.

    Attributes:
        id: Text key under `workbook.frist`.
        sheet: Sheet whose rows have it.
        jurisdictions: Where it is law.
    """

    id: str
    sheet: str
    jurisdictions: frozenset[str]


_BOTH = frozenset({"GL", "DK"})
_GREENLAND = frozenset({"GL"})

KINDS = (
    DeadlineKind("revurdering", "borger", _GREENLAND),
    DeadlineKind("udsaettelse", "afgoerelse", _GREENLAND),
    DeadlineKind("fleksjob", "job", _GREENLAND),
    DeadlineKind("uden_slut", "forloeb", _BOTH),
)


def deadline_columns(issue: Issue, sheet: Sheet) -> tuple[Calculated, ...]:
    """Give the hidden columns of a sheet that deadlines stand on."""
    return tuple(_columns(issue, sheet))


def _columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    day = _days(sheet)
    if day:
        yield _helper(issue, sheet, DAY, day)
        yield _helper(issue, sheet, LATEST, _latest(sheet), looks_below=True)
    for number, kind in enumerate(KINDS, start=1):
        if kind.sheet == sheet.id and issue.jurisdiction in kind.jurisdictions:
            due = _due(issue, kind.id)
            key = f"{number}/{SOURCE_FRACTION}+ROW()/{ROW_FRACTION}"
            yield _helper(issue, sheet, DEADLINE, f'IF({due}>0,{due}+{key},"")')


def _helper(
    issue: Issue, sheet: Sheet, column_id: str, formula: str, *, looks_below: bool = False
) -> Calculated:
    header = f"{issue.text('workbook.status.beregnet')}: {column_id}"
    name = value_name(sheet.id, column_id)
    return Calculated(
        f"{CALCULATED_MARK}{column_id}", name, header, formula, looks_below=looks_below
    )


def _days(sheet: Sheet) -> str:
    """Give the formula of the day that counts in a row; empty for sheets without one."""
    annulled = value_name(sheet.id, "annuller")
    if sheet.id == "vurdering":
        day = value_name(sheet.id, "vurdering_dato")
        return f'IF(AND(ISNUMBER({day}),{annulled}=""),{day},0)'
    if sheet.id == "afgoerelse":
        # The day tenfold, and one digit for what was decided; the largest is the latest.
        day, what = value_name(sheet.id, "afgoerelse_dato"), value_name(sheet.id, "afgoerelse")
        granted = ",".join(f'{what}="{code}"' for code in _GRANTED)
        kind = f'IF(OR({granted}),{_PENSION},IF({what}="{_ENDED}",{_NO_PENSION},0))'
        return f'IF(AND(ISNUMBER({day}),{annulled}=""),IF({kind}=0,0,{day}*10+{kind}),0)'
    return ""


def _latest(sheet: Sheet) -> str:
    """Give the largest day of the citizen in this row and below.

    Each row looks only for the citizen's next row, so the whole column costs one look-up a row.
    """
    cpr, own = value_name(sheet.id, "cpr"), value_name(sheet.id, DAY)
    next_row = f"MATCH({cpr},{below_name(sheet.id, 'n_cpr')},0)"
    below = f"IFERROR(INDEX({below_name(sheet.id, 'n_' + LATEST)},{next_row}),0)"
    return f"IF(LEN({cpr})<>10,0,MAX({own},{below}))"


def _due(issue: Issue, kind: str) -> str:
    match kind:
        case "revurdering":
            return _due_reassessment(issue)
        case "udsaettelse":
            return _due_after_postponement(issue)
        case "fleksjob":
            return _due_fleksjob(issue)
        case _:
            return _due_end(issue)


def _due_reassessment(issue: Issue) -> str:
    """Five years after the latest vurdering or afgørelse of a pensioner who is then under 60."""
    cpr, born = value_name("borger", "cpr"), value_name("borger", BIRTH_NUMBER)
    decided = _latest_of("afgoerelse", cpr)
    before = value_name("borger", "pensionist_foer_reform")
    kind = f"MOD({decided},10)"
    pensioner = f'OR({kind}={_PENSION},AND({decided}=0,{before}="ja"))'
    start = _constant(issue, "REFORM_IKRAFT")
    latest = f"MAX({start},INT({decided}/10),{_latest_of('vurdering', cpr)})"
    due = f"EDATE({latest},12*{_constant(issue, 'REVURDERING_AAR')})"
    young = _is_younger(born, due, _constant(issue, "REVURDERING_UNDER_ALDER"))
    moved = _has_rows("overdragelse", cpr)
    known = f'AND(ISNUMBER({born}),{value_name("borger", "annuller")}="")'
    return f"IF({known},IF({pensioner},IF({moved},0,IF({young},{due},0)),0),0)"


def _due_after_postponement(issue: Issue) -> str:
    """One year after an udsættelse, unless something was assessed or decided later."""
    cpr, day = value_name("afgoerelse", "cpr"), value_name("afgoerelse", "afgoerelse_dato")
    postponed = (
        f'AND({value_name("afgoerelse", "afgoerelse")}="udsaettelse",ISNUMBER({day}),'
        f'LEN({cpr})=10,{value_name("afgoerelse", "annuller")}="")'
    )
    days = column_name("afgoerelse", "#afgoerelse_dato")
    decided = _has_rows("afgoerelse", cpr, f"ISNUMBER({days})", f"({days}>{day})")
    later = f"OR({_latest_of('vurdering', cpr)}>{day},{decided})"
    due = f"EDATE({day},12*{_constant(issue, 'UDSAETTELSE_AAR')})"
    return f"IF({postponed},IF({later},0,{due}),0)"


def _due_fleksjob(issue: Issue) -> str:
    """Three years after the latest vurdering in a fleksjob, for those then under 40."""
    cpr, start = value_name("job", "cpr"), value_name("job", "start_dato")
    running = (
        f'AND({value_name("job", "job_type")}="fleksjob",ISNUMBER({start}),'
        f'{value_name("job", "slut_dato")}="",LEN({cpr})=10,{value_name("job", "annuller")}="")'
    )
    latest = f"MAX({start},{_latest_of('vurdering', cpr)})"
    due = f"EDATE({latest},12*{_constant(issue, 'FLEKSJOB_AAR')})"
    young = _is_younger(f"({birth_number(cpr)})", due, _constant(issue, "FLEKSJOB_UNDER_ALDER"))
    return f"IF({running},IF({young},{due},0),0)"


def _due_end(issue: Issue) -> str:
    """A year after the start of a forløb that has neither end nor result."""
    start = value_name("forloeb", "start_dato")
    running = (
        f'AND(ISNUMBER({start}),{value_name("forloeb", "slut_dato")}="",'
        f'{value_name("forloeb", "resultat")}="",{value_name("forloeb", "annuller")}="")'
    )
    return f"IF({running},{start}+{_constant(issue, 'FORLOEB_UDEN_SLUT_DAGE')},0)"


def _latest_of(sheet_id: str, cpr: str) -> str:
    """Give the citizen's latest day on another sheet, 0 where there is none."""
    first = f"MATCH({cpr},{column_name(sheet_id, '#cpr')},0)"
    return f"IFERROR(INDEX({column_name(sheet_id, '#' + LATEST)},{first}),0)"


def _has_rows(sheet_id: str, cpr: str, *conditions: str) -> str:
    """Give a condition that a sheet has a row of the citizen that is not annulled."""
    own = f"({column_name(sheet_id, '#cpr')}={cpr})"
    in_force = f'({column_name(sheet_id, "#annuller")}="")'
    return f"SUMPRODUCT({'*'.join((own, in_force, *conditions))})>0"


def _is_younger(born: str, day: str, age: str) -> str:
    """Give a condition that who was born on yyyymmdd is under an age on a day."""
    on_day = f"(YEAR({day})*10000+MONTH({day})*100+DAY({day}))"
    return f"{on_day}-{born}<{age}*10000"


def _constant(issue: Issue, name: str) -> str:
    constant = issue.form.constants.get(name)
    if constant is None:
        raise SpecError(f"The form has no constant {name}.")
    return str(date_serial(constant)) if isinstance(constant, date) else print_number(constant)
