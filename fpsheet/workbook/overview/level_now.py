"""The level a citizen has today, in hidden columns of the Overblik.

It is worked out as the statistics do (`fpsheet_sync.statistics.facts.pension`): of the decisions in
effect the one made last holds; a death, old-age pension or leaving the country ends everything
from its day unless the pension is granted again; an end decided in advance is not lost. Each
decision and each move has its days, what it does, and the day until which it can hold; the one
that holds has the largest key. Functions of Excel 2010 only.
"""

from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.decision_day import ENDED, GRANTED, POSTPONED
from fpsheet.workbook.formula import LAST_DAY, TODAY_NAME
from fpsheet.workbook.formula_parts import EMPTY, and_, blank, filled, if_, is_number, is_text, or_
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.event import Teller
from fpsheet.workbook.view import put_formula

_DECIDED, _FROM, _DOES, _AGAIN, _UNTIL, _HOLDS = "V", "W", "X", "Y", "Z", "AA"

_SETS, _GRANTS, _ENDS_ALL, _DEATH, _ENDS = 1, 2, 3, 4, 5
"""What a decision does; 0 for nothing."""

_NONE = "–"
_FINAL = ("fraflytning", "alderspension")
_LEVELS = ("aendring", "uaendret", "udsaettelse")
_DAY_DIGITS = 10_000_000


@dataclass(frozen=True, slots=True)
class LevelNow:
    """Formulas over the candidates of two blocks: decisions, and moves further down.

    Attributes:
        issue: The issue.
        position: Letter of the column that holds the position of each.
        first: First row of the decisions.
        last_decision: Last row of the decisions.
        last: Last row of the moves.
    """

    issue: Issue
    position: str
    first: int
    last_decision: int
    last: int

    def add_decision(self, sheet: Worksheet, row: int) -> None:
        """Fill the hidden cells of a decision's row."""
        told = self._teller("afgoerelse", row)
        kind, cause = told.value("afgoerelse"), told.value("bortfald_aarsag")
        is_final = or_(*(is_text(cause, each) for each in _FINAL))
        ends = if_(is_text(cause, "doedsfald"), _DEATH, if_(is_final, _ENDS_ALL, _ENDS))
        has_level = or_(*(is_text(kind, each) for each in _LEVELS))
        level = told.value("niveau") if told.has("niveau") else EMPTY
        sets = if_(and_(has_level, filled(level)), _SETS, 0)
        other = if_(is_text(kind, "bortfald"), ends, sets)
        does = if_(is_text(kind, "tilkendelse"), _GRANTS, other)
        self._add(sheet, row, told, ("afgoerelse_dato", "virkning_dato", does))

    def add_move(self, sheet: Worksheet, row: int) -> None:
        """Fill the hidden cells of a move's row: one to another country ends everything."""
        told = self._teller("overdragelse", row)
        own = self.issue.jurisdiction
        goals = self.issue.form.code_lists["kommune"].codes
        kommuner = self.issue.form.kommuner_in(own)
        others = ",".join(f'"{goal.id}"' for goal in goals if goal.id not in kommuner)
        leaves = is_number(f"MATCH({told.value('til_kommune')},{{{others}}},0)")
        self._add(sheet, row, told, ("dato", "dato", if_(leaves, _ENDS_ALL, 0)))

    def first_decision(self, day: str) -> str:
        """Return a formula for the first day from another on which something was decided."""
        days = f"${_DECIDED}${self.first}:${_DECIDED}${self.last_decision}"
        return _first_day(days, f"({days}>={day})")

    def formula(self) -> str:
        """Return the formula of the level today; empty where nothing is decided."""
        keys = self._column(_HOLDS)
        # The largest key.
        latest = f"SMALL({keys},COUNT({keys}))"
        place = f"MATCH({latest},{keys},0)"
        does = f"INDEX({self._column(_DOES)},{place})"
        told = Teller(self.issue, "afgoerelse", f"INDEX({self._column(self.position)},{place})")
        level = if_(f"{does}>={_ENDS_ALL}", f'"{_NONE}"', told.label("niveau"))
        return if_(f"{latest}=0", EMPTY, level)

    def _teller(self, sheet_id: str, row: int) -> Teller:
        return Teller(self.issue, sheet_id, f"{self.position}{row}")

    def _column(self, letter: str) -> str:
        return f"${letter}${self.first}:${letter}${self.last}"

    def _add(self, sheet: Worksheet, row: int, told: Teller, said: tuple[str, str, str]) -> None:
        day, effect, does = told.value(said[0]), told.value(said[1]), said[2]
        decided, start, what = (f"{each}{row}" for each in (_DECIDED, _FROM, _DOES))
        counts = and_(is_number(day), blank(told.value("annuller")))
        put_formula(sheet[decided], if_(blank(told.position), 0, if_(counts, day, 0)))
        put_formula(sheet[start], if_(f"{decided}=0", 0, if_(is_number(effect), effect, decided)))
        put_formula(sheet[what], if_(f"{decided}=0", 0, does))
        put_formula(sheet[f"{_AGAIN}{row}"], if_(f"{what}={_ENDS_ALL}", self._again(row), 0))
        until = if_(or_(f"{what}={_SETS}", f"{what}={_GRANTS}"), self._until(row), LAST_DAY)
        put_formula(sheet[f"{_UNTIL}{row}"], until)
        in_force = and_(f"{what}>0", f"{start}<={TODAY_NAME}", f"{TODAY_NAME}<{_UNTIL}{row}")
        key = f"{decided}*{_DAY_DIGITS}+{start}+ROW()/1000"
        put_formula(sheet[f"{_HOLDS}{row}"], if_(in_force, key, 0))

    def _again(self, row: int) -> str:
        """Return the day of decision of the first grant after an end of all."""
        decided, start, does = (self._column(each) for each in (_DECIDED, _FROM, _DOES))
        after = f"({decided}>MAX({_DECIDED}{row},{_FROM}{row}))"
        return _first_day(decided, f"({does}={_GRANTS})*{after}*({start}>={_FROM}{row})")

    def _until(self, row: int) -> str:
        """Return the first day on which an end ends a decision."""
        ends, does, again = (self._column(each) for each in (_FROM, _DOES, _AGAIN))
        decided, start = f"{_DECIDED}{row}", f"{_FROM}{row}"
        granted = f"({decided}>={again})*({start}>={ends})"
        early = f"({decided}<={ends})*({start}<{ends})"
        ended = f"(({does}={_DEATH})+({does}={_ENDS_ALL})*(1-{granted})+({does}={_ENDS})*{early})"
        return _first_day(ends, ended)


def level_after(told: Teller, before: str) -> str:
    """Return a formula for the level after a decision: granted or changed, gone at bortfald.

    Args:
        told: The decision.
        before: Formula text of the level before it.
    """
    decided, level = told.value("afgoerelse"), told.label("niveau")
    is_granted = or_(*(is_text(decided, code) for code in (*GRANTED, POSTPONED)))
    given = if_(blank(level), before, level)
    return if_(is_granted, given, if_(is_text(decided, ENDED), f'"{_NONE}"', before))


def _first_day(days: str, condition: str) -> str:
    """Return the first of the days that fulfil a condition; the last day there is for none."""
    return f"{LAST_DAY}-SUMPRODUCT(MAX({condition}*({LAST_DAY}-{days})))"
