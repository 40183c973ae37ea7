"""Who has the pension on a day, and at which level: the one definition that everything uses.

Used by the tables of the stock, the list for side 900, the CPR list for Skattestyrelsen and
`history`; docs/adr/0011-statistics.md says why it is so. A decision counts from its virkning_dato,
or its afgoerelse_dato where it has none:

- tilkendelse gives the pension at its niveau; aendring, uaendret and udsaettelse give it at theirs
  and change nothing when they state none; bortfald ends it;
- of the decisions that count on a day the one decided last holds; of several decided on one day the
  one that counts from the later day, then the last in the order of kommune and row id;
- a death ends every decision from its day. So do alderspension, leaving the country and an
  Overdragelse to a kommune of another country, unless the citizen has been granted the pension
  again since: a tilkendelse decided after that day and after the bortfald was, which counts from
  that day or later, and what is decided after it;
- any other bortfald made in advance ends what was decided before its day and counts from before
  it, so that a decision made in between does not bring the pension back.

Who had the pension before and has no such decision by the day has it too, at the level
`foer_reform`: whom a kommune reports as `pensionist_foer_reform`, and where none says, who has a
bortfald or a skånejob without any decision that gives the pension.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.statistics.facts.fact import AnySelect, FactSource, Query, Tables, cited
from fpsheet_sync.statistics.facts.scope import ENHED, Scope, active_on, known, latest, same_country

FOER_REFORM = "foer_reform"
DEATH = "doedsfald"
DEPARTURE = "fraflytning"
FINAL_CAUSES = (DEATH, DEPARTURE, "alderspension")
"""Causes of bortfald that happen to a citizen and are not decided: what was decided ends."""

_REASSESSMENTS = ("aendring", "uaendret", "udsaettelse")
_PERSON = (ENHED, "kommune_kode", "raekke_id", "koen", "foedselsdato")
"""A citizen and the record that tells of the pension."""
_EFFECT = (*_PERSON, "afgoerelse", "niveau", "bortfald_aarsag", "afgoerelse_dato")
_DECIDED_ORDER = ("afgoerelse_dato", "fra", "kommune_kode", "raekke_id")
_STATE = (*_PERSON, "afgoerelse", "niveau", "bortfald_aarsag", "fra")


def effective_date(decisions: FromClause) -> ColumnElement[Any]:
    """Return the day from which a decision counts."""
    return func.coalesce(decisions.c.virkning_dato, decisions.c.afgoerelse_dato)


def decided_order(effects: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Return what decisions are ordered by, the first decided first."""
    return tuple(effects.c[name] for name in _DECIDED_ORDER)


def sets_state(decisions: FromClause) -> ColumnElement[bool]:
    """Return the condition that a decision gives, changes or ends the pension."""
    kind, niveau = decisions.c.afgoerelse, decisions.c.niveau
    return kind.in_(("tilkendelse", "bortfald")) | (kind.in_(_REASSESSMENTS) & niveau.is_not(None))


def _select_effects(scope: Scope, tables: Tables) -> Query:
    """Return what gives, changes or ends the pension, with the day from which it counts (`fra`).

    An Overdragelse to a kommune of another country is one: the citizen has left.
    """
    decisions, moves = tables["afgoerelser"], cited(scope, tables, "overdragelse")
    start = effective_date(decisions)
    decided = select(
        *(decisions.c[name] for name in _EFFECT), start.label("fra"), true().label("er_afgjort")
    )
    left = select(
        *(moves.c[name] for name in _PERSON),
        sql_literal("bortfald").label("afgoerelse"),
        cast(null(), Text).label("niveau"),
        sql_literal(DEPARTURE).label("bortfald_aarsag"),
        moves.c.dato.label("afgoerelse_dato"),
        moves.c.dato.label("fra"),
        false().label("er_afgjort"),
    ).where(~same_country(scope, moves.c.til_kommune, moves.c.kommune_kode))
    return union_all(decided.where(sets_state(decisions)), left)


def _select_ends(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Return each bortfald: its day (`fra`), whether it ends all, and the next grant (`igen`).

    `igen` is the day of decision of the first tilkendelse decided after the day and after the
    bortfald, that counts from the day or later; NULL after a death.
    """
    ends, grants = tables["virkninger"], tables["virkninger"].alias("tilkendt_igen")
    again = (
        select(func.min(grants.c.afgoerelse_dato))
        .where(
            grants.c[ENHED] == ends.c[ENHED],
            grants.c.afgoerelse == "tilkendelse",
            grants.c.afgoerelse_dato > ends.c.afgoerelse_dato,
            grants.c.afgoerelse_dato > ends.c.fra,
            grants.c.fra >= ends.c.fra,
        )
        .scalar_subquery()
    )
    is_death = known(ends.c.bortfald_aarsag) == DEATH
    return select(
        ends.c[ENHED],
        ends.c.fra,
        case((known(ends.c.bortfald_aarsag).in_(FINAL_CAUSES), 1), else_=0).label("endelig"),
        case((is_death, null()), else_=again).label("igen"),
    ).where(ends.c.afgoerelse == "bortfald")


def _select_states(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Return what each decision sets, from the day it counts (`fra`) until one ends it (`til`).

    A decision that a bortfald ends before it counts is on no day.
    """
    effects, ends = tables["virkninger"], tables["ophoer"]
    granted_again = and_(effects.c.fra >= ends.c.fra, effects.c.afgoerelse_dato >= ends.c.igen)
    decided_before = and_(effects.c.fra < ends.c.fra, effects.c.afgoerelse_dato <= ends.c.fra)
    is_ended = case(
        (ends.c.endelig == 0, decided_before), (ends.c.igen.is_(None), True), else_=~granted_again
    )
    til = (
        select(func.min(ends.c.fra)).where(ends.c[ENHED] == effects.c[ENHED], is_ended)
    ).scalar_subquery()
    lasts = case((effects.c.afgoerelse == "bortfald", null()), else_=til).label("til")
    wanted = (*_STATE, "afgoerelse_dato")
    states = select(*(effects.c[name] for name in wanted), lasts).subquery()
    return select(states).where(or_(states.c.til.is_(None), states.c.til > states.c.fra))


def _select_state(tables: Tables, day: date) -> Query:
    """Return the decision that holds on a day, one row per citizen who has one."""
    states = tables["stillinger"]
    that_day = select(states).where(active_on(states.c.fra, states.c.til, day)).subquery()
    last = latest(that_day, [each.desc() for each in decided_order(that_day)], _STATE)
    return select(*(last.c[name] for name in _STATE))


def _select_before_reform(scope: Scope, tables: Tables) -> Query:
    """Return the citizens who had the pension before the reform, each by one record.

    That is whom a kommune says so of, and where none says anything (Danish workbooks did not ask):
    who has a bortfald or a skånejob and no decision that gives the pension, for nothing else ends
    and nobody else has a skånejob.
    """
    rows, jobs = cited(scope, tables, "borger"), cited(scope, tables, "job")
    effects = tables["virkninger"]
    said = select(rows.c[ENHED]).where(rows.c.pensionist_foer_reform.is_not(None))
    given = select(effects.c[ENHED]).where(effects.c.afgoerelse != "bortfald")
    lapsed = select(*(effects.c[name] for name in _PERSON)).where(
        effects.c.afgoerelse == "bortfald", effects.c.er_afgjort
    )
    sheltered = select(*(jobs.c[name] for name in _PERSON)).where(jobs.c.job_type == "skaanejob")
    told = union_all(lapsed, sheltered).subquery()
    earlier = union_all(
        select(*(rows.c[name] for name in _PERSON)).where(rows.c.pensionist_foer_reform == "ja"),
        select(told).where(told.c[ENHED].not_in(said), told.c[ENHED].not_in(given)),
    ).subquery()
    first = latest(earlier, [earlier.c.kommune_kode, earlier.c.raekke_id], _PERSON)
    return select(*(first.c[name] for name in _PERSON))


def _select_entitled(old: Table, state: Table) -> Query:
    """Return one row per citizen with the pension: level, sex, birth date, and the record."""
    is_decided = exists().where(state.c[ENHED] == old.c[ENHED])
    granted = _with_level(state, known(state.c.niveau))
    return union_all(
        granted.where(state.c.afgoerelse != "bortfald"),
        _with_level(old, sql_literal(FOER_REFORM)).where(~is_decided),
    )


def _with_level(rows: Table, niveau: ColumnElement[Any]) -> AnySelect:
    return select(*(rows.c[name] for name in _PERSON), cast(niveau, Text).label("niveau"))


def _select_pensioners(scope: Scope, entitled: Table, home: Table) -> Query:
    """Return the citizens with the pension and where they belong, without those who left."""
    is_home = (entitled.c[ENHED] == home.c[ENHED]) & same_country(
        scope, home.c.kommune, entitled.c.kommune_kode
    )
    return select(entitled, home.c.kommune).select_from(entitled.join(home, is_home))


def _state(scope: Scope, tables: Tables) -> Query:
    return _select_state(tables, scope.period.til)


def _state_before(scope: Scope, tables: Tables) -> Query:
    return _select_state(tables, scope.period.fra - timedelta(days=1))


def _entitled(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    return _select_entitled(tables["foer_reform"], tables["stilling"])


def _entitled_before(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    return _select_entitled(tables["foer_reform"], tables["stilling_primo"])


def _pensioners(scope: Scope, tables: Tables) -> Query:
    return _select_pensioners(scope, tables["tilkendte"], tables["hjem"])


def _pensioners_before(scope: Scope, tables: Tables) -> Query:
    return _select_pensioners(scope, tables["tilkendte_primo"], tables["hjem_primo"])


SOURCES = {
    "virkninger": FactSource(_select_effects, needs=("borgere", "afgoerelser"), index=ENHED),
    "ophoer": FactSource(_select_ends, needs=("virkninger",), index=ENHED),
    "stillinger": FactSource(_select_states, needs=("virkninger", "ophoer")),
    "stilling": FactSource(_state, needs=("stillinger",), index=ENHED),
    "stilling_primo": FactSource(_state_before, needs=("stillinger",), index=ENHED),
    "foer_reform": FactSource(_select_before_reform, needs=("borgere", "virkninger")),
    "tilkendte": FactSource(_entitled, needs=("foer_reform", "stilling"), index=ENHED),
    "tilkendte_primo": FactSource(
        _entitled_before, needs=("foer_reform", "stilling_primo"), index=ENHED
    ),
    "pensionister": FactSource(_pensioners, needs=("tilkendte", "hjem"), index=ENHED),
    "pensionister_primo": FactSource(
        _pensioners_before, needs=("tilkendte_primo", "hjem_primo"), index=ENHED
    ),
}
