"""Rules about decisions, seen among the citizen's other rows.

AFG-007, BRG-006 to BRG-009, BRG-015 to BRG-017, BRG-021 to BRG-029, BRG-047, BRG-058 to BRG-060,
BRG-080.
Conditions of an award, its end, and appeals: `tildeling_rules`; ages: `alder_rules`.
"""

import polars as pl

from fpsheet_validation.rules.case_facts import (
    ENDED_BY_LIFE,
    GRANTING,
    is_known_without_pension,
    is_told_of_the_review,
    on_appeal,
)
from fpsheet_validation.rules.case_rule import OtherCell, case_rule
from fpsheet_validation.setting import Setting, day_of, number_of

_DAY = pl.col("afgoerelse_dato")
_KIND = pl.col("afgoerelse")
_GRANTED = _KIND == "tilkendelse"
_AUTOMATIC = (pl.col("automatisk_hoejeste") == "ja").fill_null(value=False)
_NAMES_APPEALED = pl.col("paaklaget_dato").is_not_null()
_ASSESSMENT = OtherCell("vurdering", "arbejdsevne_pct", "vur_raekke")
_DECISION_BEFORE = OtherCell("afgoerelse", "afgoerelse", "foer_raekke")


def level_of(setting: Setting, pct: pl.Expr) -> pl.Expr:
    """Return the level that a work capacity leads to; null from 76 per cent on."""
    return (
        pl.when(pct <= number_of(setting, "HOEJESTE_TIL_PCT"))
        .then(pl.lit("hoejeste"))
        .when(pct <= number_of(setting, "MELLEMSTE_TIL_PCT"))
        .then(pl.lit("mellemste"))
        .when(pct <= number_of(setting, "LAVESTE_TIL_PCT"))
        .then(pl.lit("laveste"))
    )


@case_rule("BRG-006", at="afgoerelse.afgoerelse")
def award_without_assessment(setting: Setting) -> pl.Expr:
    """An award after 1 July 2016 rests on an assessment of the work capacity."""
    missing = _without_assessment() & ~_assessed_soon_after(setting)
    return missing & ~_applied_before_reform(setting)


@case_rule("BRG-060", at="afgoerelse.afgoerelse")
def award_under_old_rules(setting: Setting) -> pl.Expr:
    """An application from before 1 July 2016 may have been decided under the old rules."""
    missing = _without_assessment() & ~_assessed_soon_after(setting)
    return missing & _applied_before_reform(setting)


def _applied_before_reform(setting: Setting) -> pl.Expr:
    """Return where the application is from before the reform, and decided within a year of it."""
    reform = day_of(setting, "REFORM_IKRAFT")
    soon = reform.dt.offset_by(f"{number_of(setting, 'ANSOEGNING_IGEN_AAR'):g}y") > _DAY
    return ((pl.col("sag_ansoegning") < reform) & soon).fill_null(value=False)


@case_rule(
    "BRG-058",
    at="afgoerelse.afgoerelse_dato",
    other=OtherCell("vurdering", "vurdering_dato", "senere_raekke"),
)
def award_before_assessment(setting: Setting) -> pl.Expr:
    """The assessment an award rests on is not dated after it."""
    return _without_assessment() & _assessed_soon_after(setting)


def _without_assessment() -> pl.Expr:
    missing = pl.col("vur_dato").is_null() & ~pl.col("sag_tvivl_vurdering")
    return _GRANTED & ~_AUTOMATIC & missing


def _assessed_soon_after(setting: Setting) -> pl.Expr:
    days = number_of(setting, "VURDERING_EFTER_DAGE")
    latest = _DAY.dt.offset_by(f"{days:g}d")
    return (pl.col("senere_dato") <= latest).fill_null(value=False)


@case_rule("BRG-007", at="afgoerelse.niveau", other=_ASSESSMENT)
def level_against_assessment(setting: Setting) -> pl.Expr:
    """The level follows from the latest assessment, except automatic highest and before 2016."""
    decided = _KIND.is_in(["tilkendelse", "aendring", "uaendret"])
    whole = ~_AUTOMATIC & ~pl.col("virker_foer_dagens").fill_null(value=False)
    return decided & whole & (pl.col("niveau") != level_of(setting, pl.col("vur_pct")))


@case_rule("BRG-008", at="afgoerelse.afgoerelse", other=_ASSESSMENT)
def award_with_full_capacity(setting: Setting) -> pl.Expr:
    """With a work capacity above 75 per cent there is no pension."""
    decided = _KIND.is_in(GRANTING) & ~_AUTOMATIC
    return decided & (pl.col("vur_pct") > number_of(setting, "LAVESTE_TIL_PCT"))


@case_rule("BRG-009", at="afgoerelse.afgoerelse", other=_ASSESSMENT)
def refusal_with_low_capacity(setting: Setting) -> pl.Expr:
    """A refusal with a work capacity that gives a pension states what else it rests on."""
    other = (pl.col("afslagsaarsag") != "arbejdsevne").fill_null(value=False)
    refused = (_KIND == "afslag") & ~other
    return refused & (pl.col("vur_pct") <= number_of(setting, "LAVESTE_TIL_PCT"))


@case_rule("BRG-015", at="afgoerelse.afgoerelse", other=_DECISION_BEFORE)
def contradicting_decisions(setting: Setting) -> pl.Expr:
    """Two decisions of one day that say the opposite cannot both stand."""
    del setting
    return pl.col("modsagt_samme_dag") & (pl.col("foer_dato") == _DAY)


def unanswered(setting: Setting, years: str) -> pl.Expr:
    """Return where no decision has followed within some years."""
    waited = _DAY.dt.offset_by(f"{number_of(setting, years):g}y") < setting.today
    return waited & pl.col("naeste_dato").is_null() & ~pl.col("sag_tvivl_afgoerelse")


@case_rule("BRG-016", at="afgoerelse.afgoerelse")
def sent_back_and_forgotten(setting: Setting) -> pl.Expr:
    """A case that was sent back gets a new decision, or goes on with another forløb."""
    goes_on = (pl.col("sag_sidste_forloeb") > _DAY).fill_null(value=False)
    goes_on |= pl.col("sag_tvivl_forloeb")
    return (_KIND == "tilbagevist") & ~goes_on & unanswered(setting, "TILBAGEVISNING_AAR")


@case_rule("BRG-017", at="afgoerelse.afgoerelse")
def postponed_and_forgotten(setting: Setting) -> pl.Expr:
    """A postponed case is assessed again within a year."""
    return (_KIND == "udsaettelse") & unanswered(setting, "UDSAETTELSE_AAR")


_OF_A_PENSION = _KIND.is_in(["aendring", "uaendret", "bortfald"])


@case_rule("BRG-021", at="afgoerelse.afgoerelse", other=_DECISION_BEFORE)
def decision_after_lapse(setting: Setting) -> pl.Expr:
    """After a lapse only a new award can be changed or lapse."""
    del setting
    return _OF_A_PENSION & ~pl.col("foer_i_kraft")


@case_rule("BRG-022", at="afgoerelse.afgoerelse")
def decision_without_award(setting: Setting) -> pl.Expr:
    """What changes or lapses was awarded before."""
    never = pl.col("foer_i_kraft").is_null() & ~pl.col("sag_foer_reform")
    known = is_known_without_pension(setting)
    told = is_told_of_the_review(setting) | pl.col("sag_tvivl_afgoerelse")
    return _OF_A_PENSION & never & known & ~told


@case_rule("BRG-023", at="afgoerelse.afgoerelse", other=_DECISION_BEFORE)
def award_on_award(setting: Setting) -> pl.Expr:
    """Who has a pension gets a change, not another award."""
    del setting
    return _GRANTED & pl.col("foer_i_kraft") & (pl.col("foer_dato") < _DAY)


@case_rule("BRG-024", at="afgoerelse.niveau", other=_DECISION_BEFORE)
def change_to_the_same(setting: Setting) -> pl.Expr:
    """A changed level differs from the level before."""
    # A board of appeal may move the date alone.
    return (_KIND == "aendring") & ~on_appeal(setting) & (pl.col("niveau") == pl.col("foer_niveau"))


@case_rule("BRG-025", at="afgoerelse.niveau", other=_DECISION_BEFORE)
def unchanged_to_another(setting: Setting) -> pl.Expr:
    """An unchanged level is the level before."""
    del setting
    return (_KIND == "uaendret") & (pl.col("niveau") != pl.col("foer_niveau"))


def not_before(first: str) -> pl.Expr:
    """Return where the first forløb of a kind lies after the decision, or does not exist."""
    return (pl.col(first) > _DAY).fill_null(value=True) & ~pl.col("sag_tvivl_forloeb")


@case_rule("BRG-026", at="afgoerelse.afgoerelse")
def change_without_review(setting: Setting) -> pl.Expr:
    """A reassessed level was reassessed in a revurdering.

    Not on appeal, and not where a postponement gave the pension: that is assessed within a year.
    """
    postponed = (pl.col("foer_givet") == "udsaettelse").fill_null(value=False)
    changed = _KIND.is_in(["aendring", "uaendret"]) & ~_AUTOMATIC & ~on_appeal(setting) & ~postponed
    return changed & not_before("sag_foerste_revurdering")


@case_rule("BRG-027", at="afgoerelse.afgoerelse_dato")
def award_before_application(setting: Setting) -> pl.Expr:
    """A pension still running was not awarded shortly before it was applied for.

    Long after the award it is another application, for a higher level.
    """
    running = pl.col("sidste_bortfald").is_null() | (pl.col("sidste_bortfald") < _DAY)
    again = _DAY.dt.offset_by(f"{number_of(setting, 'ANSOEGNING_IGEN_AAR'):g}y")
    return _GRANTED & running & pl.col("sag_ansoegning").is_between(_DAY, again, closed="right")


@case_rule("BRG-028", at="afgoerelse.afgoerelse")
def award_without_clarification(setting: Setting) -> pl.Expr:
    """Every applicant goes through an afklaringsforløb before the award.

    A decision on the existing basis (L 6/2020 § 9, stk. 2) is made within one, not instead of it.
    """
    del setting
    decided = _GRANTED & ~_AUTOMATIC
    return decided & not_before("sag_foerste_afklaring")


@case_rule("BRG-029", at="afgoerelse.afgoerelse")
def decision_without_team(setting: Setting) -> pl.Expr:
    """The rehabilitation team recommends before the pension is decided, unless the law exempts.

    That the citizen asked for a decision on the existing basis (§ 17, stk. 2) is no exemption.
    """
    exempt = on_appeal(setting) | pl.col("uden_team").is_not_null()
    needs_team = _KIND.is_in(["tilkendelse", "afslag"]) & ~exempt
    return needs_team & not_before("sag_foerste_moede")


@case_rule("BRG-080", at="afgoerelse.instans")
def delegated_award_without_recommendation(setting: Setting) -> pl.Expr:
    """A caseworker awards by delegation what the rehabilitation team has recommended."""
    delegated = (_KIND == "tilkendelse") & (pl.col("instans") == "sagsbehandler")
    del setting
    return delegated & not_before("sag_foerste_indstilling")


@case_rule("BRG-047", at="afgoerelse.instans")
def appeal_without_decision(setting: Setting) -> pl.Expr:
    """An appeals board decides on a decision that was made before."""
    known = pl.col("sag_tvivl_afgoerelse") | _NAMES_APPEALED
    return on_appeal(setting) & pl.col("foer_dato").is_null() & ~known


@case_rule(
    "BRG-059",
    at="afgoerelse.virkning_dato",
    other=OtherCell("afgoerelse", "virkning_dato", "foer_virker_raekke"),
)
def effect_before_earlier_decision(setting: Setting) -> pl.Expr:
    """What is decided later takes effect later; where not, the one decided last holds.

    An appeals body that names the decision appealed says so itself; of a death and a departure
    BRG-061 tells.
    """
    by_life = pl.col("bortfald_aarsag").is_in([*ENDED_BY_LIFE, "doedsfald"]).fill_null(value=False)
    told = (on_appeal(setting) & _NAMES_APPEALED) | ((_KIND == "bortfald") & by_life)
    return (pl.col("virker") < pl.col("foer_virker")) & ~told


@case_rule("AFG-007", at="afgoerelse.virkning_dato")
def effect_before_application(setting: Setting) -> pl.Expr:
    """A pension runs from the month after it was applied for; a change not from a year before."""
    earliest = pl.col("ansoegt").dt.month_start().dt.offset_by("1mo")
    years = f"-{number_of(setting, 'VIRKNING_SENEST_AAR'):g}y"
    long_before = pl.col("virkning_dato") < _DAY.dt.offset_by(years)
    by_application = pl.col("virkning_dato") < earliest
    granted = _GRANTED & by_application.fill_null(long_before) & ~pl.col("sag_tvivl_borger")
    return granted | ((_KIND == "aendring") & ~on_appeal(setting) & long_before)
