"""Deadlines of the law, row by row: hidden columns that the Huskeliste collects.

A deadline is a day number with a small fraction that tells the row, so that each is unlike every
other; empty where there is none. All years and ages are named constants of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fpsheet.workbook.cell_reading import birth_number
from fpsheet.workbook.formula import LAST_DAY, TODAY_NAME, print_number
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    and_,
    blank,
    filled,
    if_,
    if_error,
    is_number,
    is_text,
    or_,
)
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_fault import BIRTH_NUMBER, CPR_NUMBER
from fpsheet.workbook.sheet_layout import (
    CALCULATED_MARK,
    Calculated,
    below_name,
    column_name,
    value_name,
)
from fpsheet.workbook.style import date_serial
from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import Sheet

REMINDERS = "huskeliste"
"""The sheet that lists the deadlines; a form without it has none."""

DAY, LATEST, DUE, DEADLINE = "dag", "seneste", "forfald", "frist"
DECIDED, ASSESSED = "afgjort", "vurderet"
"""The citizen's latest day on another sheet, looked up once in a row."""
EFFECT, ENDING = "virker_fra", "ophoer_nummer"
"""Of a decision: the day from which it counts, and its citizen's number where it is a bortfald."""
OUTLIVED = "ophoert"
"""1 where a bortfald holds though something was decided after it."""

ROW_FRACTION = 1_000_000
SOURCE_FRACTION = 10
"""A deadline is day + number of its kind / 10 + row / 1,000,000."""

GRANTED = ("tilkendelse", "aendring", "uaendret")
"""After these a citizen has the pension."""
POSTPONED = "udsaettelse"
"""So too after this one, where it states a level."""
ENDED = "bortfald"
ENDED_BY_DEATH = "doedsfald"
"""After it no decision gives the pension again, whenever it is made."""
ENDED_BY_LIFE = ("alderspension", "fraflytning")
"""These end the pension from their own day, whatever is decided until then."""
_LONG_TYPES = (("revalidering", "REVALIDERING_DAGE"), ("ressourceforloeb", "RESSOURCEFORLOEB_DAGE"))
"""Types of forløb that last longer than the others."""
_PENSION, _NO_PENSION, _NO_MORE = 2, 1, 3
"""On one day a pension that is given outweighs one that is taken, but not one that life ends."""
_FLEKSJOB_AGE = "FLEKSJOB_UNDER_ALDER"


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
    """Return the hidden columns of a sheet that deadlines stand on; none without Huskeliste."""
    return tuple(_columns(issue, sheet)) if issue.form.has_sheet(REMINDERS) else ()


def _columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    day = _days(sheet)
    if day:
        yield _helper(issue, sheet, DAY, day)
        yield _helper(issue, sheet, LATEST, _latest(sheet), looks_below=True)
    if sheet.id == "afgoerelse" and issue.jurisdiction in _GREENLAND:
        yield _helper(issue, sheet, EFFECT, _effect())
        yield _helper(issue, sheet, ENDING, _ending())
    for number, kind in enumerate(KINDS, start=1):
        if kind.sheet == sheet.id and issue.jurisdiction in kind.jurisdictions:
            for column_id, source in _LOOKED_UP.get(kind.id, ()):
                yield _helper(issue, sheet, column_id, _latest_of(source, sheet))
            if kind.id == "revurdering":
                yield _helper(issue, sheet, OUTLIVED, _outlived())
            yield _helper(issue, sheet, DUE, _due(issue, kind.id))
            due = value_name(sheet.id, DUE)
            key = f"{due}+{number}/{SOURCE_FRACTION}+ROW()/{ROW_FRACTION}"
            own = if_(_still_young(issue, kind.id, due), key, EMPTY)
            yield _helper(issue, sheet, DEADLINE, if_(f"{due}=0", EMPTY, own))


_LOOKED_UP = {
    "revurdering": ((DECIDED, "afgoerelse"), (ASSESSED, "vurdering")),
    "fleksjob": ((ASSESSED, "vurdering"),),
}
"""Kind to what its rows look up of their citizen: helper column, and the sheet it looks on."""


def _helper(
    issue: Issue, sheet: Sheet, column_id: str, formula: str, *, looks_below: bool = False
) -> Calculated:
    header = f"{issue.text('workbook.status.beregnet')}: {column_id}"
    name = value_name(sheet.id, column_id)
    return Calculated(
        f"{CALCULATED_MARK}{column_id}", name, header, formula, looks_below=looks_below
    )


def _days(sheet: Sheet) -> str:
    """Return the formula of the day that counts in a row; empty for sheets without one."""
    annulled = value_name(sheet.id, "annuller")
    if sheet.id == "vurdering":
        day = value_name(sheet.id, "vurdering_dato")
        return if_(and_(is_number(day), blank(annulled)), day, 0)
    if sheet.id == "afgoerelse":
        # The day tenfold, and one digit for what was decided; the largest is the latest.
        day, what = value_name(sheet.id, "afgoerelse_dato"), value_name(sheet.id, "afgoerelse")
        granted = (is_text(what, code) for code in GRANTED)
        postponed = and_(is_text(what, POSTPONED), filled(value_name(sheet.id, "niveau")))
        kind = if_(or_(*granted, postponed), _PENSION, if_(is_text(what, ENDED), _NO_PENSION, 0))
        key = if_(f"{kind}={_NO_PENSION}", _end_key(day), f"{day}*10+{kind}")
        return if_(and_(is_number(day), blank(annulled)), if_(f"{kind}=0", 0, key), 0)
    return ""


def _end_key(day: str) -> str:
    """Return the key of a bortfald: by which day it outweighs the decisions made until then."""
    cause = value_name("afgoerelse", "bortfald_aarsag")
    by_life = or_(*(is_text(cause, each) for each in ENDED_BY_LIFE))
    from_day = f"MAX({day},{value_name('afgoerelse', 'virkning_dato')})"
    own = if_(by_life, f"{from_day}*10+{_NO_MORE}", f"{day}*10+{_NO_PENSION}")
    return if_(is_text(cause, ENDED_BY_DEATH), f"{LAST_DAY}*10+{_NO_MORE}", own)


def _effect() -> str:
    """Return the day from which a decision that gives or ends the pension counts; 0 for others."""
    day, effect = (value_name("afgoerelse", name) for name in ("afgoerelse_dato", "virkning_dato"))
    return if_(f"{value_name('afgoerelse', DAY)}=0", 0, if_(is_number(effect), effect, day))


def _ending() -> str:
    number, kind = value_name("afgoerelse", CPR_NUMBER), value_name("afgoerelse", "afgoerelse")
    is_end = and_(f"{value_name('afgoerelse', DAY)}>0", is_text(kind, ENDED))
    return if_(is_end, number, EMPTY)


def _outlived() -> str:
    """Return whether a bortfald holds against what was decided after it; 1 or 0.

    After old-age pension or leaving nothing gives the pension but a tilkendelse decided after that
    day. Another bortfald made in advance holds against what was decided until its day, unless that
    counts from its day or later. Few have a bortfald; only their rows are looked through.
    """
    number, decided = value_name("borger", CPR_NUMBER), value_name("borger", DECIDED)
    key, effect = (column_name("afgoerelse", f"#{name}") for name in (DAY, EFFECT))
    kind, cause = (
        column_name("afgoerelse", "#afgoerelse"),
        column_name("afgoerelse", "#bortfald_aarsag"),
    )
    own = f"({column_name('afgoerelse', f'#{CPR_NUMBER}')}={number})"
    by_life = "+".join(f'({cause}="{each}")' for each in ENDED_BY_LIFE)
    left = f'SUMPRODUCT(MAX({own}*({kind}="{ENDED}")*({by_life})*{key}))'
    granted = f'SUMPRODUCT(MAX({own}*({kind}="{GRANTED[0]}")*{key}))'
    ended = f'SUMPRODUCT(MAX({own}*({kind}="{ENDED}")*(1-({by_life}))*{effect}))'
    counts = f"SUMPRODUCT(MAX({own}*({key}={decided})*{effect}))"
    is_gone = and_(f"{left}>0", f"INT({granted}/10)<=INT({left}/10)")
    is_early = and_(f"{ended}>=INT({decided}/10)", f"{counts}<{ended}")
    has_end = is_number(f"MATCH({number},{column_name('afgoerelse', f'#{ENDING}')},0)")
    given = and_(is_number(number), f"MOD({decided},10)={_PENSION}")
    return if_(given, if_(has_end, if_(or_(is_gone, is_early), 1, 0), 0), 0)


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
        case _:
            return _due_end(issue)


def _due_reassessment(issue: Issue) -> str:
    """Five years after the latest vurdering or afgørelse of a pensioner."""
    born = value_name("borger", BIRTH_NUMBER)
    decided, assessed = value_name("borger", DECIDED), value_name("borger", ASSESSED)
    before = value_name("borger", "pensionist_foer_reform")
    given = and_(f"MOD({decided},10)={_PENSION}", f"{value_name('borger', OUTLIVED)}=0")
    pensioner = or_(given, and_(f"{decided}=0", is_text(before, "ja")))
    latest = f"MAX({_constant(issue, 'REFORM_IKRAFT')},INT({decided}/10),{assessed})"
    due = _years_later(latest, _constant(issue, "REVURDERING_AAR"))
    known = and_(is_number(born), blank(value_name("borger", "annuller")))
    return if_(known, if_(pensioner, if_(_has_moved("borger", latest), 0, due), 0), 0)


def _due_after_postponement(issue: Issue) -> str:
    """One year after an udsættelse, unless something came later: a vurdering, afgørelse or move."""
    cpr, day = value_name("afgoerelse", "cpr"), value_name("afgoerelse", "afgoerelse_dato")
    postponed = and_(
        is_text(value_name("afgoerelse", "afgoerelse"), POSTPONED),
        is_number(day),
        f"LEN({cpr})=10",
        blank(value_name("afgoerelse", "annuller")),
    )
    days = column_name("afgoerelse", "#afgoerelse_dato")
    decided = _has_rows("afgoerelse", cpr, is_number(days), f"({days}>{day})")
    assessed = f"{_first_of('vurdering', value_name('afgoerelse', CPR_NUMBER))}>{day}"
    later = or_(assessed, decided, _has_moved("afgoerelse", day))
    due = _years_later(day, _constant(issue, "UDSAETTELSE_AAR"))
    return if_(postponed, if_(later, 0, due), 0)


def _due_fleksjob(issue: Issue) -> str:
    """Three years after the latest vurdering in a fleksjob."""
    cpr, start = value_name("job", "cpr"), value_name("job", "start_dato")
    running = and_(
        is_text(value_name("job", "job_type"), "fleksjob"),
        is_number(start),
        blank(value_name("job", "slut_dato")),
        f"LEN({cpr})=10",
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
    )
    return if_(running, f"{start}+{days}", 0)


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
        # Exempt are those over 40, so not who is 40; the rule BRG-019 has it so as well.
        born, oldest = birth_number(value_name("job", "cpr")), _constant(issue, _FLEKSJOB_AGE)
        return _is_younger(f"({born})", day, f"({oldest}+1)")
    return "TRUE"


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
