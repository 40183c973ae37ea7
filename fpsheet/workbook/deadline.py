"""Deadlines, and what waits for a decision, row by row: hidden columns the Huskeliste collects.

A deadline is a day number with a small fraction that tells the row, so that each is unlike every
other; empty where there is none. All years and ages are named constants of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fpsheet.workbook.cell_reading import CPR_DIGITS, birth_number
from fpsheet.workbook.decision_day import (
    AUTOMATIC,
    DAY,
    DECIDED,
    EFFECT,
    ENDING,
    OUTLIVED,
    PENSION,
    POSTPONED,
    automatic_number,
    decision_day,
    effect_day,
    ending_number,
    is_automatic,
    outlived,
)
from fpsheet.workbook.formula import TODAY_NAME, print_number
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    TRUE,
    and_,
    blank,
    if_,
    if_error,
    is_number,
    is_text,
    not_,
    or_,
)
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_fault import BIRTH_NUMBER, CPR_NUMBER
from fpsheet.workbook.sheet_layout import (
    CALCULATED_MARK,
    FIRST_ROW,
    Calculated,
    below_name,
    cell_name,
    column_name,
    value_name,
)
from fpsheet.workbook.style import date_serial
from fpsheet_templates.codes import APPLICATION
from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import Sheet
from fpsheet_templates.kommune import BOTH

REMINDERS = "huskeliste"
"""The sheet that lists the deadlines; a form without it has none."""

LATEST, DUE, DEADLINE, SHOWN = "seneste", "forfald", "frist", "vist"
"""Helper columns; the last three there are once for each kind of deadline (`kind_column`)."""

CHOSEN_CASEWORKER = "huskeliste_sagsbehandler"
"""Name of the cell on Huskeliste with the one whose rows are shown; blank for all."""
FIRST_OF_CASEWORKER = "foerste_sagsbehandler"
"""On Borgere: the row's place where its caseworker stands for the first time."""
ASSESSED = "vurderet"
"""Like DECIDED: the citizen's latest day on another sheet, looked up once in a row."""
ROW_FRACTION = 1_000_000
SOURCE_FRACTION = 10
"""A deadline is day + number of its kind in the country / 10 + row / 1,000,000."""

_LONG_TYPES = (("revalidering", "REVALIDERING_DAGE"), ("ressourceforloeb", "RESSOURCEFORLOEB_DAGE"))
"""Types of forløb that last longer than the others."""
_FLEKSJOB_AGE = "FLEKSJOB_UNDER_ALDER"


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """A kind of deadline.

    Attributes:
        id: Text key under `workbook.frist`.
        sheet: Sheet whose rows have it.
        jurisdictions: Where it is used.
        waits: Its day is the one since which a decision is waited for; the law names no other.
    """

    id: str
    sheet: str
    jurisdictions: frozenset[str]
    waits: bool = False


_GREENLAND, _DENMARK = frozenset({"GL"}), frozenset({"DK"})

KINDS = (
    DeadlineKind("revurdering", "borger", _GREENLAND),
    DeadlineKind("udsaettelse", "afgoerelse", _GREENLAND),
    DeadlineKind("fleksjob", "job", _GREENLAND),
    DeadlineKind("uden_slut", "forloeb", BOTH),
    DeadlineKind("tilbagevist", "afgoerelse", _DENMARK, waits=True),
    DeadlineKind("indstilling", "forloeb", _DENMARK, waits=True),
    DeadlineKind("ansoegning", "borger", _DENMARK, waits=True),
    DeadlineKind("ny_ansoegning", "forloeb", _DENMARK, waits=True),
    DeadlineKind("moede", "forloeb", _DENMARK),
)


def own_kinds(issue: Issue) -> tuple[DeadlineKind, ...]:
    """Return the kinds of deadline that are used where the kommune lies."""
    return tuple(kind for kind in KINDS if issue.jurisdiction in kind.jurisdictions)


def kind_column(column_id: str, kind: str) -> str:
    """Return the identifier of a column of a kind of deadline: `frist_revurdering`."""
    return f"{column_id}_{kind}"


def deadline_columns(issue: Issue, sheet: Sheet) -> tuple[Calculated, ...]:
    """Return the hidden columns of a sheet that deadlines stand on; none without Huskeliste."""
    return tuple(_columns(issue, sheet)) if issue.form.has_sheet(REMINDERS) else ()


def _columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    day = _days(issue, sheet)
    if day:
        yield _helper(issue, sheet, DAY, day)
        yield _helper(issue, sheet, LATEST, _latest(sheet), looks_below=True)
    if sheet.id == "afgoerelse" and issue.jurisdiction in _GREENLAND:
        yield _helper(issue, sheet, EFFECT, effect_day())
        yield _helper(issue, sheet, ENDING, ending_number())
        yield _helper(issue, sheet, AUTOMATIC, automatic_number())
    for number, kind in enumerate(own_kinds(issue), start=1):
        if kind.sheet == sheet.id:
            for column_id, source in _LOOKED_UP.get(kind.id, ()):
                yield _helper(issue, sheet, column_id, _latest_of(source, sheet))
            if kind.id == "revurdering":
                yield _helper(issue, sheet, OUTLIVED, outlived())
            yield from _kind_columns(issue, sheet, kind.id, number)
    if sheet.id == "borger":
        yield _helper(issue, sheet, FIRST_OF_CASEWORKER, _first_of_caseworker(sheet))


def _kind_columns(issue: Issue, sheet: Sheet, kind: str, number: int) -> Iterator[Calculated]:
    """Yield the day of a kind, the deadline, and the deadline where its caseworker is shown."""
    due, deadline = (value_name(sheet.id, kind_column(name, kind)) for name in (DUE, DEADLINE))
    yield _helper(issue, sheet, kind_column(DUE, kind), _due(issue, kind))
    key = f"{due}+{number}/{SOURCE_FRACTION}+ROW()/{ROW_FRACTION}"
    own = if_(_still_young(issue, kind, due), key, EMPTY)
    yield _helper(issue, sheet, kind_column(DEADLINE, kind), if_(f"{due}=0", EMPTY, own))
    is_shown = if_(blank(CHOSEN_CASEWORKER), TRUE, f"{_caseworker(sheet)}={CHOSEN_CASEWORKER}")
    shown = if_(blank(deadline), EMPTY, if_(is_shown, deadline, EMPTY))
    yield _helper(issue, sheet, kind_column(SHOWN, kind), shown)


def _first_of_caseworker(sheet: Sheet) -> str:
    """Return the place of a row on Borgere where its caseworker stands for the first time."""
    own, place = _caseworker(sheet), f"ROW()-{FIRST_ROW - 1}"
    first = f"MATCH({own},{column_name('borger', 'sagsbehandler')},0)"
    return if_error(if_(blank(own), EMPTY, if_(f"{first}={place}", place, EMPTY)), EMPTY)


def _caseworker(sheet: Sheet) -> str:
    """Return a formula for the caseworker of a row's citizen; empty where that is unknown."""
    if sheet.id == "borger":
        return if_error(f"{cell_name(sheet.id, 'sagsbehandler')}&{EMPTY}", EMPTY)
    return value_name(sheet.id, "borger_sagsbehandler")


_LOOKED_UP = {
    "revurdering": ((DECIDED, "afgoerelse"), (ASSESSED, "vurdering")),
    "fleksjob": ((ASSESSED, "vurdering"),),
    "indstilling": ((DECIDED, "afgoerelse"),),
    "ansoegning": ((DECIDED, "afgoerelse"),),
}
"""Kind to what its rows look up of their citizen: helper column, and the sheet it looks on; of
kinds on one sheet that look up the same the first."""


def _helper(
    issue: Issue, sheet: Sheet, column_id: str, formula: str, *, looks_below: bool = False
) -> Calculated:
    header = f"{issue.text('workbook.status.beregnet')}: {column_id}"
    name = value_name(sheet.id, column_id)
    return Calculated(
        f"{CALCULATED_MARK}{column_id}", name, header, formula, looks_below=looks_below
    )


_DAYS = {"vurdering": "vurdering_dato", "afgoerelse": "afgoerelse_dato"}
"""Sheet to the field with the day that counts in its rows."""


def _days(issue: Issue, sheet: Sheet) -> str:
    """Return the formula of the day that counts in a row; empty for sheets without one."""
    if sheet.id == "afgoerelse" and issue.jurisdiction in _GREENLAND:
        return decision_day(sheet)
    if sheet.id not in _DAYS:
        return ""
    day, annulled = value_name(sheet.id, _DAYS[sheet.id]), value_name(sheet.id, "annuller")
    return if_(and_(is_number(day), blank(annulled)), day, 0)


def _latest(sheet: Sheet) -> str:
    """Return the largest day of the citizen in this row and below.

    Each row looks only for the citizen's next row, so the whole column costs one look-up a row.
    """
    number, own = value_name(sheet.id, CPR_NUMBER), value_name(sheet.id, DAY)
    next_row = f"MATCH({number},{below_name(sheet.id, f'#{CPR_NUMBER}')},0)"
    below = if_error(f"INDEX({below_name(sheet.id, f'#{LATEST}')},{next_row})", 0)
    return if_(is_number(number), f"MAX({own},{below})", 0)


def _due(issue: Issue, kind: str) -> str:
    match kind:
        case "revurdering":
            return _due_reassessment(issue)
        case "udsaettelse":
            return _due_after_postponement(issue)
        case "fleksjob":
            return _due_fleksjob(issue)
        case "uden_slut":
            return _due_end(issue)
        case "moede":
            return _meeting_day()
        case _:
            return _waiting_day(kind)


def _due_reassessment(issue: Issue) -> str:
    """Return the day five years after the latest vurdering or afgørelse of a pensioner.

    Who has the highest pension automatically has none until the first vurdering after it.
    """
    born = value_name("borger", BIRTH_NUMBER)
    decided, assessed = value_name("borger", DECIDED), value_name("borger", ASSESSED)
    before = value_name("borger", "pensionist_foer_reform")
    given = and_(f"MOD({decided},10)={PENSION}", f"{value_name('borger', OUTLIVED)}=0")
    pensioner = or_(given, and_(f"{decided}=0", is_text(before, "ja")))
    exempt = if_(f"{assessed}>=INT({decided}/10)", FALSE, is_automatic())
    latest = f"MAX({_constant(issue, 'REFORM_IKRAFT')},INT({decided}/10),{assessed})"
    due = _years_later(latest, _constant(issue, "REVURDERING_AAR"))
    known = and_(is_number(born), blank(value_name("borger", "annuller")))
    owed = if_(exempt, 0, if_(_has_moved("borger", latest), 0, due))
    return if_(known, if_(pensioner, owed, 0), 0)


def _due_after_postponement(issue: Issue) -> str:
    """Return the day a year after an udsættelse that no vurdering, afgørelse or move followed."""
    cpr, day = value_name("afgoerelse", "cpr"), value_name("afgoerelse", "afgoerelse_dato")
    kind = value_name("afgoerelse", "afgoerelse")
    postponed = and_(is_text(kind, POSTPONED), *_holds("afgoerelse", day))
    days = column_name("afgoerelse", "#afgoerelse_dato")
    decided = _has_rows("afgoerelse", cpr, is_number(days), f"({days}>{day})")
    assessed = f"{_first_of('vurdering', value_name('afgoerelse', CPR_NUMBER))}>{day}"
    later = or_(assessed, decided, _has_moved("afgoerelse", day))
    due = _years_later(day, _constant(issue, "UDSAETTELSE_AAR"))
    return if_(postponed, if_(later, 0, due), 0)


def _due_fleksjob(issue: Issue) -> str:
    """Return the day three years after the latest vurdering in a fleksjob."""
    cpr, start = value_name("job", "cpr"), value_name("job", "start_dato")
    running = and_(
        is_text(value_name("job", "job_type"), "fleksjob"),
        is_number(start),
        blank(value_name("job", "slut_dato")),
        f"LEN({cpr})={CPR_DIGITS}",
        blank(value_name("job", "annuller")),
    )
    latest = f"MAX({start},{value_name('job', ASSESSED)})"
    return if_(running, _years_later(latest, _constant(issue, "FLEKSJOB_AAR")), 0)


def _years_later(day: str, years: str) -> str:
    """Return the same day some years later; 0 where no calendar has it: an error hides the list."""
    return if_error(f"EDATE({day},12*{years})", 0)


def _due_end(issue: Issue) -> str:
    """Return the day on which a forløb of its type has lasted long, with neither end nor result."""
    start, kind = value_name("forloeb", "start_dato"), value_name("forloeb", "forloeb_type")
    days = _constant(issue, "FORLOEB_UDEN_SLUT_DAGE")
    for type_id, name in _LONG_TYPES:
        days = if_(is_text(kind, type_id), _constant(issue, name), days)
    running = and_(
        is_number(start),
        blank(value_name("forloeb", "slut_dato")),
        blank(value_name("forloeb", "resultat")),
        blank(value_name("forloeb", "annuller")),
        not_(is_text(kind, APPLICATION)),
    )
    return if_(running, f"{start}+{days}", 0)


def _waiting_day(kind: str) -> str:
    """Return the day since which a decision is waited for: none came since, and no move.

    After a case was sent back it must be a later one; else one of the same day is the answer.
    """
    decided = value_name("afgoerelse", "afgoerelse")
    recommended = value_name("forloeb", "indstilling")
    applied = is_text(value_name("forloeb", "forloeb_type"), APPLICATION)
    sheet_id, field_id, condition = {
        "tilbagevist": ("afgoerelse", "afgoerelse_dato", is_text(decided, "tilbagevist")),
        "indstilling": ("forloeb", "start_dato", is_text(recommended, "foertidspension")),
        "ansoegning": ("borger", "ansoegning_dato", TRUE),
        "ny_ansoegning": ("forloeb", "start_dato", applied),
    }[kind]
    day = value_name(sheet_id, field_id)
    if sheet_id == "afgoerelse":
        answered = f"{_first_of(sheet_id, value_name(sheet_id, CPR_NUMBER))}>{day}"
    else:
        answered = f"{value_name(sheet_id, DECIDED)}>={day}"
    is_open = and_(condition, *_holds(sheet_id, day))
    return if_(is_open, if_(answered, 0, if_(_has_moved(sheet_id, day), 0, day)), 0)


def _meeting_day() -> str:
    """Return the day of a meeting of the team that is to come."""
    day, kind = value_name("forloeb", "start_dato"), value_name("forloeb", "forloeb_type")
    is_meeting = and_(is_text(kind, "rehabiliteringsmoede"), *_holds("forloeb", day))
    return if_(is_meeting, if_(f"{day}>={TODAY_NAME}", day, 0), 0)


def _holds(sheet_id: str, day: str) -> tuple[str, str, str]:
    """Return conditions that a row has a day and a number that can be read, and is in force."""
    cpr, annulled = value_name(sheet_id, "cpr"), value_name(sheet_id, "annuller")
    return is_number(day), f"LEN({cpr})={CPR_DIGITS}", blank(annulled)


def _still_young(issue: Issue, kind: str, due: str) -> str:
    """Return a condition that the law asks for the deadline at the citizen's age.

    Of a deadline that lies ahead the age on its day counts, of one that has passed the age today:
    who has turned 60 since is not overdue, in the statistics neither.
    """
    day = f"MAX({due},{TODAY_NAME})"
    if kind == "revurdering":
        age = _constant(issue, "REVURDERING_UNDER_ALDER")
        return _is_younger(value_name("borger", BIRTH_NUMBER), day, age)
    if kind == "fleksjob":
        born, age = birth_number(value_name("job", "cpr")), _constant(issue, _FLEKSJOB_AGE)
        return _is_younger(f"({born})", day, age)
    return TRUE


def _latest_of(source: str, sheet: Sheet) -> str:
    """Return the latest day on another sheet of the citizen of this row, 0 where there is none."""
    number = value_name(sheet.id, CPR_NUMBER)
    return if_(is_number(number), _first_of(source, number), 0)


def _first_of(source: str, number: str) -> str:
    first = f"MATCH({number},{column_name(source, f'#{CPR_NUMBER}')},0)"
    return if_error(f"INDEX({column_name(source, f'#{LATEST}')},{first})", 0)


def _has_moved(sheet_id: str, day: str) -> str:
    """Return a condition that the citizen of this row moved away on a day or later.

    Few have moved; only their rows are looked through.
    """
    movers, days = (
        column_name("overdragelse", f"#{CPR_NUMBER}"),
        column_name("overdragelse", "#dato"),
    )
    is_mover = is_number(f"MATCH({value_name(sheet_id, CPR_NUMBER)},{movers},0)")
    cpr = value_name(sheet_id, "cpr")
    moved = _has_rows("overdragelse", cpr, is_number(days), f"({days}>={day})")
    return if_(is_mover, moved, FALSE)


def _has_rows(sheet_id: str, cpr: str, *conditions: str) -> str:
    """Return a condition that a sheet has a row of the citizen that is not annulled."""
    own = f"({column_name(sheet_id, '#cpr')}={cpr})"
    in_force = f'({column_name(sheet_id, "#annuller")}="")'
    return f"SUMPRODUCT({'*'.join((own, in_force, *conditions))})>0"


def _is_younger(born: str, day: str, age: str) -> str:
    """Return a condition that who was born on yyyymmdd is under an age on a day."""
    on_day = f"(YEAR({day})*10000+MONTH({day})*100+DAY({day}))"
    return f"{on_day}-{born}<{age}*10000"


def _constant(issue: Issue, name: str) -> str:
    constant = issue.form.constants_in(issue.jurisdiction).get(name)
    if constant is None:
        raise SpecError(f"The form has no constant {name}.")
    return str(date_serial(constant)) if isinstance(constant, date) else print_number(constant)
