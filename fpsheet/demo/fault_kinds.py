"""The kinds of fault that are planted, each with the code of the finding it must give."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fpsheet.demo.life import Row, Value
from fpsheet.demo.raw_cell import RawCell, RawKind

SPREAD = 3
"""Each kommune gets every third kind of fault, so that most of its cases stay sound."""

Change = Callable[[Row], Row]
Test = Callable[[Row], bool]


def _nothing(_: Row) -> Row:
    return {}


def _any_row(_: Row) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        code: Code of the finding it must give.
        sheet: Sheet it is planted on.
        field: Field whose cell the finding names.
        change: Cells the row holds instead.
        raw: What the field's cell holds in the file, where no value of its type can say it.
        fits: Which rows can have the fault.
        is_extra: A new row at the end has it instead of one that was there.
        jurisdiction: Where it can happen; empty for everywhere.
    """

    code: str
    sheet: str
    field: str
    change: Change = _nothing
    raw: RawCell | None = None
    fits: Test = _any_row
    is_extra: bool = False
    jurisdiction: str = ""


def faults_of(jurisdiction: str, ordinal: int) -> tuple[FaultKind, ...]:
    """Return the kinds of fault of one kommune: every third, beginning with its ordinal."""
    fitting = [fault for fault in FAULTS if fault.jurisdiction in {"", jurisdiction}]
    return tuple(fitting[ordinal % SPREAD :: SPREAD])


def _put(name: str, value: Value) -> Change:
    return lambda _: {name: value}


def _filled(*names: str) -> Test:
    return lambda row: all(row.get(name) is not None for name in names)


def _holds(name: str, *codes: str) -> Test:
    return lambda row: row.get(name) in codes


def _move(name: str, other: str, *, days: int) -> Change:
    """Return a change that puts a day some days from another day of the row."""

    def change(row: Row) -> Row:
        day = row[other]
        return {name: day + timedelta(days=days)} if isinstance(day, date) else {}

    return change


def _raw(kind: RawKind, content: str) -> RawCell:
    return RawCell(kind, content)


def _stranger(cpr: Callable[[str], str]) -> Change:
    """Return a change to a new borger row, whose number is made from another's."""
    return lambda row: {"cpr": cpr(str(row["cpr"])), "navn": "Fiktiv Borger", "tidligere_cpr": None}


_TEXT, _NUMBER = RawKind.TEXT, RawKind.NUMBER

_ANY_CELL = (
    FaultKind("FLT-001", "forloeb", "start_dato", _put("start_dato", None)),
    FaultKind("FLT-001", "afgoerelse", "instans", _put("instans", None)),
    FaultKind("FLT-002", "job", "timer_pr_uge", raw=_raw(RawKind.ERROR, "#REF!")),
    FaultKind("FLT-003", "vurdering", "arbejdsevne_pct", raw=_raw(RawKind.FORMULA, "20+5")),
    FaultKind("FLT-004", "forloeb", "motivation", raw=_raw(RawKind.BOOLEAN, "1")),
    FaultKind("FLT-006", "afgoerelse", "afgoerelse_dato", raw=_raw(_TEXT, "i foråret")),
    FaultKind("FLT-007", "vurdering", "vurdering_dato", raw=_raw(_NUMBER, "45356.5")),
    FaultKind("FLT-008", "job", "start_dato", raw=_raw(_TEXT, "03-04-24")),
    FaultKind("FLT-009", "forloeb", "slut_dato", raw=_raw(_TEXT, "31-02-2025")),
    FaultKind("FLT-010", "vurdering", "arbejdsevne_pct", raw=_raw(_TEXT, "omkring 40")),
    FaultKind("FLT-011", "vurdering", "arbejdsevne_pct", _put("arbejdsevne_pct", 33.5)),
    FaultKind("FLT-012", "job", "timer_pr_uge", _put("timer_pr_uge", 12.25)),
    FaultKind("FLT-013", "vurdering", "arbejdsevne_pct", _put("arbejdsevne_pct", 140)),
    FaultKind("FLT-014", "borger", "lokalitet", _put("lokalitet", "Byen ved fjorden " * 5)),
    FaultKind("FLT-015", "job", "branche", _put("branche", "Fiskefabrik")),
    FaultKind(
        "FLT-016",
        "forloeb",
        "forloeb_type",
        _put("forloeb_type", "ressourceforloeb"),
        fits=_holds("forloeb_type", "afklaringsforloeb"),
        jurisdiction="GL",
    ),
    FaultKind(
        "FLT-016",
        "afgoerelse",
        "afgoerelse",
        _put("afgoerelse", "udsaettelse"),
        fits=_holds("afgoerelse", "afslag"),
        jurisdiction="DK",
    ),
    FaultKind(
        "FLT-018",
        "forloeb",
        "indstilling",
        _put("indstilling", "fleksjob"),
        fits=_holds("forloeb_type", "afklaringsforloeb"),
        jurisdiction="GL",
    ),
    FaultKind("FLT-020", "borger", "journal_nr", raw=_raw(_TEXT, "26/\u200b1187")),
    FaultKind("FLT-023", "forloeb", "motivation", raw=_raw(_TEXT, " Godt")),
    FaultKind("FLT-024", "borger", "journal_nr", raw=_raw(_NUMBER, "4711")),
    FaultKind("FLT-025", "borger", "ansoegning_dato", _put("ansoegning_dato", date(1905, 6, 17))),
)

_CPR = (
    FaultKind("CPR-001", "borger", "cpr", _stranger(lambda cpr: cpr[:9]), is_extra=True),
    FaultKind("CPR-002", "job", "cpr", raw=_raw(_NUMBER, "6101700000")),
    FaultKind("CPR-003", "borger", "cpr", _stranger(lambda cpr: f"99{cpr[2:]}"), is_extra=True),
)

_ROW = (
    FaultKind(
        "FOR-001",
        "forloeb",
        "slut_dato",
        _move("slut_dato", "start_dato", days=-3),
        fits=_filled("slut_dato"),
    ),
    FaultKind("FOR-002", "forloeb", "resultat", _put("resultat", None), fits=_filled("slut_dato")),
    FaultKind("FOR-003", "forloeb", "slut_dato", _put("slut_dato", None), fits=_filled("resultat")),
    FaultKind(
        "FOR-004",
        "forloeb",
        "revalideringstiltag",
        _put("revalideringstiltag", "uddannelse"),
        fits=_holds("forloeb_type", "arbejdsproevning"),
    ),
    FaultKind(
        "FOR-006",
        "forloeb",
        "indstilling",
        _put("indstilling", None),
        fits=_holds("forloeb_type", "rehabiliteringsmoede"),
        jurisdiction="DK",
    ),
    FaultKind(
        "VUR-002",
        "vurdering",
        "maks_timer_pr_uge",
        _put("maks_timer_pr_uge", None),
        jurisdiction="GL",
    ),
    FaultKind(
        "JOB-001",
        "job",
        "slut_dato",
        _move("slut_dato", "start_dato", days=-20),
        fits=_filled("slut_dato"),
    ),
    FaultKind("JOB-003", "job", "timer_pr_uge", _put("timer_pr_uge", 0)),
    FaultKind(
        "AFG-001",
        "afgoerelse",
        "niveau",
        _put("niveau", None),
        fits=_holds("afgoerelse", "tilkendelse"),
        jurisdiction="GL",
    ),
    FaultKind(
        "AFG-002",
        "afgoerelse",
        "niveau",
        _put("niveau", "laveste"),
        fits=_holds("afgoerelse", "afslag"),
        jurisdiction="GL",
    ),
    FaultKind(
        "FLT-001",
        "afgoerelse",
        "tilbagevisningsaarsag_1",
        _put("tilbagevisningsaarsag_1", None),
        fits=_holds("afgoerelse", "tilbagevist"),
        jurisdiction="DK",
    ),
    FaultKind(
        "AFG-004",
        "afgoerelse",
        "tilbagevisningsaarsag_1",
        _put("tilbagevisningsaarsag_1", "ressourcer"),
        fits=_holds("afgoerelse", "tilkendelse"),
        jurisdiction="DK",
    ),
    FaultKind(
        "AFG-017",
        "afgoerelse",
        "side900_dato",
        _move("side900_dato", "afgoerelse_dato", days=-30),
        fits=_filled("side900_dato"),
        jurisdiction="GL",
    ),
    FaultKind("IND-001", "indkomst", "til_dato", _move("til_dato", "fra_dato", days=-1)),
)


def _later(row: Row) -> Row:
    """Return the same forløb again, a few days later."""
    return {
        name: value + timedelta(days=9) if isinstance(value, date) else value
        for name, value in row.items()
    }


_CITIZEN = (
    FaultKind("ARB-001", "job", "cpr", is_extra=True),
    FaultKind("BRG-001", "indkomst", "cpr", _put("cpr", "6101700000"), is_extra=True),
    FaultKind(
        "BRG-003",
        "forloeb",
        "start_dato",
        _later,
        fits=lambda row: row["forloeb_type"] == "arbejdsproevning" and row["slut_dato"] is not None,
        is_extra=True,
    ),
    FaultKind(
        "BRG-007",
        "afgoerelse",
        "niveau",
        _put("niveau", "laveste"),
        fits=lambda row: row.get("niveau") == "hoejeste" and row.get("side900_dato") is not None,
        jurisdiction="GL",
    ),
    FaultKind("BRG-010", "job", "timer_pr_uge", _put("timer_pr_uge", 36.0)),
)

FAULTS = (*_ANY_CELL, *_CPR, *_ROW, *_CITIZEN)
"""Every kind, in the order of the rule catalogue."""
