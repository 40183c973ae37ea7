"""What a decision does to the pension, as numbers that deadlines compare (Greenland).

A decision is a day tenfold, and one digit for what was decided; the largest of a citizen is the
latest.
"""

from fpsheet.workbook.formula import LAST_DAY
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    and_,
    blank,
    filled,
    if_,
    is_number,
    is_text,
    or_,
)
from fpsheet.workbook.row_fault import CPR_NUMBER
from fpsheet.workbook.sheet_layout import column_name, value_name
from fpsheet_templates.form import Sheet

DAY, DECIDED = "dag", "afgjort"
"""The day that counts in a row, and the citizen's latest day on the sheet of decisions."""
EFFECT, ENDING = "virker_fra", "ophoer_nummer"
"""Of a decision: the day from which it counts, and its citizen's number where it is a bortfald."""
AUTOMATIC = "automatisk_nummer"
"""Of a decision: its citizen's number where it gives the highest pension automatically."""
OUTLIVED = "ophoert"
"""1 where a bortfald holds though something was decided after it."""

GRANTED = ("tilkendelse", "aendring", "uaendret")
"""After these a citizen has the pension."""
POSTPONED = "udsaettelse"
"""So too after this one, where it states a level."""
ENDED = "bortfald"
ENDED_BY_DEATH = "doedsfald"
"""After it no decision gives the pension again, whenever it is made."""
ENDED_BY_LIFE = ("alderspension", "fraflytning")
"""These end the pension from their own day, whatever is decided until then."""
PENSION, _NO_PENSION, _NO_MORE = 2, 1, 3
"""On one day a pension that is given outweighs one that is taken, but not one that life ends."""


def decision_day(sheet: Sheet) -> str:
    """Return the formula of the number of a decision; 0 where it neither gives nor ends."""
    annulled = value_name(sheet.id, "annuller")
    day, what = value_name(sheet.id, "afgoerelse_dato"), value_name(sheet.id, "afgoerelse")
    granted = (is_text(what, code) for code in GRANTED)
    level = value_name(sheet.id, "niveau")
    postponed = and_(is_text(what, POSTPONED), filled(level))
    taken = if_(is_text(what, ENDED), _NO_PENSION, 0)
    kind = if_(or_(*granted, postponed), PENSION, taken)
    key = if_(f"{kind}={_NO_PENSION}", _end_key(day), f"{day}*10+{kind}")
    return if_(and_(is_number(day), blank(annulled)), if_(f"{kind}=0", 0, key), 0)


def _end_key(day: str) -> str:
    """Return the key of a bortfald: by which day it outweighs the decisions made until then."""
    cause = value_name("afgoerelse", "bortfald_aarsag")
    by_life = or_(*(is_text(cause, each) for each in ENDED_BY_LIFE))
    from_day = f"MAX({day},{value_name('afgoerelse', 'virkning_dato')})"
    own = if_(by_life, f"{from_day}*10+{_NO_MORE}", f"{day}*10+{_NO_PENSION}")
    return if_(is_text(cause, ENDED_BY_DEATH), f"{LAST_DAY}*10+{_NO_MORE}", own)


def effect_day() -> str:
    """Return the day from which a decision that gives or ends the pension counts; 0 for others."""
    day, effect = (value_name("afgoerelse", name) for name in ("afgoerelse_dato", "virkning_dato"))
    return if_(f"{value_name('afgoerelse', DAY)}=0", 0, if_(is_number(effect), effect, day))


def ending_number() -> str:
    """Return the number of the citizen of a bortfald; empty for other decisions."""
    number, kind = value_name("afgoerelse", CPR_NUMBER), value_name("afgoerelse", "afgoerelse")
    is_end = and_(f"{value_name('afgoerelse', DAY)}>0", is_text(kind, ENDED))
    return if_(is_end, number, EMPTY)


def automatic_number() -> str:
    """Return the number of the citizen of a decision on the automatic highest; else empty."""
    number = value_name("afgoerelse", CPR_NUMBER)
    said = is_text(value_name("afgoerelse", "automatisk_hoejeste"), "ja")
    gives = f"MOD({value_name('afgoerelse', DAY)},10)={PENSION}"
    return if_(and_(said, gives), number, EMPTY)


def is_automatic() -> str:
    """Return a condition that a citizen's latest decision gives the highest pension automatically.

    Few have one; only their rows are looked through.
    """
    number, decided = value_name("borger", CPR_NUMBER), value_name("borger", DECIDED)
    own, key = (column_name("afgoerelse", f"#{name}") for name in (AUTOMATIC, DAY))
    is_one = is_number(f"MATCH({number},{own},0)")
    is_last = f"SUMPRODUCT(({own}={number})*({key}={decided}))>0"
    return if_(is_one, is_last, FALSE)


def outlived() -> str:
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
    given = and_(is_number(number), f"MOD({decided},10)={PENSION}")
    return if_(given, if_(has_end, if_(or_(is_gone, is_early), 1, 0), 0), 0)
