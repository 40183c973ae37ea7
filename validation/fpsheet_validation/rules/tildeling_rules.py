"""Rules about the conditions of a pension, its effect and its end, and about appeals.

BRG-061 to BRG-070, BRG-072 to BRG-075, BRG-078, BRG-079, BRG-081 to BRG-083.
"""

import polars as pl

from fpsheet_templates.codes import APPLICATION
from fpsheet_validation.rules.afgoerelse_rules import (
    level_of,
    not_before,
    unanswered,
)
from fpsheet_validation.rules.alder_rules import age_at_effect
from fpsheet_validation.rules.case_facts import (
    GRANTING,
    goes_within_the_realm,
    leaves_country,
    on_appeal,
)
from fpsheet_validation.rules.case_rule import OtherCell, case_rule
from fpsheet_validation.setting import Setting, number_of

_DAY = pl.col("afgoerelse_dato")
_KIND = pl.col("afgoerelse")
_GRANTED = _KIND == "tilkendelse"
_AUTOMATIC = (pl.col("automatisk_hoejeste") == "ja").fill_null(value=False)


def _years(setting: Setting, name: str, sign: str = "") -> str:
    return f"{sign}{number_of(setting, name):g}y"


@case_rule("BRG-061", at="afgoerelse.virkning_dato")
def effect_after_the_end(setting: Setting) -> pl.Expr:
    """What is decided before a death or a departure takes no effect from it on."""
    del setting
    effect = pl.coalesce("virkning_dato", _DAY)
    ends = pl.min_horizontal("sag_doed", "sag_fraflyttet")
    return _KIND.is_in(GRANTING) & (effect >= ends) & (ends >= _DAY)


@case_rule("BRG-062", at="afgoerelse.virkning_dato")
def effect_within_a_month(setting: Setting) -> pl.Expr:
    """A pension, and a change of it, takes effect on the 1st of a month."""
    del setting
    given = _KIND.is_in(["tilkendelse", "aendring"])
    return given & ~_AUTOMATIC & (pl.col("virkning_dato").dt.day() != 1)


@case_rule("BRG-063", at="afgoerelse.bortfald_aarsag")
def withdrawn_without_review(setting: Setting) -> pl.Expr:
    """A pension is withdrawn when the work capacity has been assessed again."""
    del setting
    withdrawn = (_KIND == "bortfald") & (pl.col("bortfald_aarsag") == "frakendt")
    not_again = (pl.col("vur_dato") <= pl.col("foer_dato")).fill_null(value=False)
    old = pl.col("vur_dato").is_null() | not_again
    unsure = pl.col("sag_tvivl_vurdering")
    return withdrawn & old & ~unsure & not_before("sag_foerste_revurdering")


@case_rule("BRG-064", at="forloeb.slut_dato")
def review_without_decision(setting: Setting) -> pl.Expr:
    """A revurdering after which the capacity fits another level ends with a decision."""
    review = pl.col("forloeb_type") == "revurdering"
    days = f"{number_of(setting, 'VURDERING_EFTER_DAGE'):g}d"
    waited = pl.col("slut_dato").dt.offset_by(days) < setting.today
    decided = (pl.col("sag_sidste_afgoerelse") >= pl.col("start_dato")).fill_null(value=False)
    assessed = pl.col("sag_sidste_vurdering") >= pl.col("start_dato")
    new = level_of(setting, pl.col("sag_sidste_pct")).fill_null("ingen")
    doubt = pl.col("sag_tvivl_afgoerelse") | pl.col("sag_tvivl_vurdering")
    other = (new != pl.col("sag_sidste_niveau")) & ~decided & ~doubt
    return review & waited & assessed & other


@case_rule("BRG-065", at="afgoerelse.afgoerelse")
def postponed_without_answer(setting: Setting) -> pl.Expr:
    """A decision on postponement is one on the pension too."""
    del setting
    postponed = (_KIND == "udsaettelse") & pl.col("niveau").is_null()
    pensioner = pl.col("foer_i_kraft").fill_null(value=False) | pl.col("sag_foer_reform")
    doubt = pl.col("sag_tvivl_afgoerelse")
    return postponed & ~pl.col("besvaret_samme_dag") & ~pensioner & ~doubt


@case_rule(
    "BRG-066",
    at="afgoerelse.afgoerelse_dato",
    other=OtherCell("vurdering", "vurdering_dato", "vur_raekke"),
)
def award_on_old_assessment(setting: Setting) -> pl.Expr:
    """The assessment an award rests on is not older than a period of reassessment."""
    oldest = _DAY.dt.offset_by(_years(setting, "VURDERING_GAELDER_AAR", "-"))
    return _GRANTED & ~_AUTOMATIC & (pl.col("vur_dato") < oldest)


@case_rule("BRG-067", at="afgoerelse.afgoerelse_dato")
def award_during_rehabilitation(setting: Setting) -> pl.Expr:
    """A pension is awarded when rehabilitation has ended."""
    going_on = pl.col("sag_aaben_revalidering") <= _DAY
    return _GRANTED & ~_AUTOMATIC & ~on_appeal(setting) & going_on


@case_rule("BRG-068", at="borger.ansoegning_dato")
def application_without_answer(setting: Setting) -> pl.Expr:
    """An application leads to a decision, or to something else within a year."""
    return _is_unanswered(setting, pl.col("ansoegning_dato"))


@case_rule("BRG-083", at="forloeb.start_dato")
def new_application_without_answer(setting: Setting) -> pl.Expr:
    """So does a new application."""
    is_application = pl.col("forloeb_type") == APPLICATION
    return is_application & _is_unanswered(setting, pl.col("start_dato"))


@case_rule("BRG-082", at="forloeb.start_dato")
def application_not_after_the_first(setting: Setting) -> pl.Expr:
    """A new application is later than the first one, which stands on Borgere."""
    del setting
    again = pl.col("forloeb_type") == APPLICATION
    return again & (pl.col("start_dato") <= pl.col("sag_ansoegning"))


def _is_unanswered(setting: Setting, applied: pl.Expr) -> pl.Expr:
    """Return where an application waits for more than a year.

    Applications of before the last five years were entered to tell a history.
    """
    decided = (pl.col("sag_sidste_afgoerelse") >= applied).fill_null(value=False)
    latest = pl.max_horizontal(
        applied, "sag_sidste_forloeb_slut", "sag_sidste_job", "sag_sidste_vurdering"
    )
    recent = applied.dt.offset_by(_years(setting, "VURDERING_GAELDER_AAR")) > setting.today
    idle = latest.dt.offset_by(_years(setting, "ANSOEGNING_SVAR_AAR")) < setting.today
    doubts = ("afgoerelse", "forloeb", "vurdering", "overdragelse")
    sure = ~pl.any_horizontal(f"sag_tvivl_{sheet_id}" for sheet_id in doubts)
    return recent & idle & ~decided & sure & pl.col("sag_flyttet").is_null()


@case_rule("BRG-069", at="overdragelse.dato")
def twelve_months_are_over(setting: Setting) -> pl.Expr:
    """A pension that was taken along to Denmark or the Faroes ends after 12 months."""
    waited = pl.col("dato").dt.offset_by(_years(setting, "FLYTNING_KANAL_AAR")) < setting.today
    ended = (pl.col("sag_sidste_bortfald") >= pl.col("dato")).fill_null(value=False)
    pensioner = pl.col("sag_foerste_pension").is_not_null() | pl.col("sag_foer_reform")
    sure = ~pl.col("sag_tvivl_afgoerelse")
    return goes_within_the_realm(setting) & waited & pensioner & ~ended & sure


@case_rule("OVD-003", at="overdragelse.til_kommune")
def moved_to_another_country(setting: Setting) -> pl.Expr:
    """A citizen is handed over to a kommune of the same country, or to another country by name."""
    is_kommune = pl.col("til_kommune").is_in(sorted(setting.form.kommuner))
    return leaves_country(setting) & is_kommune


@case_rule("BRG-070", at="afgoerelse.afgoerelse_dato")
def young_award_without_course(setting: Setting) -> pl.Expr:
    """Who is under 40 has been in a ressourceforløb or a jobafklaringsforløb before an award.

    Awards of before the last five years were entered to tell a history.
    """
    young = age_at_effect() < number_of(setting, "UNG_TIL_ALDER")
    exempt = pl.col("uden_team").is_not_null() | on_appeal(setting)
    recent = _DAY.dt.offset_by(_years(setting, "VURDERING_GAELDER_AAR")) > setting.today
    return _GRANTED & young & recent & ~exempt & not_before("sag_foerste_udvikling")


@case_rule("BRG-072", at="afgoerelse.afgoerelse")
def remitted_and_forgotten(setting: Setting) -> pl.Expr:
    """A case that an appeals body remitted is decided again."""
    return (_KIND == "hjemvist") & unanswered(setting, "HJEMVIST_AAR")


@case_rule("BRG-073", at="afgoerelse.paaklaget_dato")
def appealed_decision_missing(setting: Setting) -> pl.Expr:
    """The decision that was appealed is on a line of its own."""
    del setting
    missing = pl.col("paaklaget_dato").is_not_null() & pl.col("paaklaget_findes").is_null()
    return missing & ~pl.col("sag_tvivl_afgoerelse")


@case_rule("BRG-074", at="forloeb.start_dato")
def review_while_abroad(setting: Setting) -> pl.Expr:
    """In the 12 months for which a pension is taken along nobody is reassessed."""
    left, start = pl.col("sag_i_riget"), pl.col("start_dato")
    until = left.dt.offset_by(_years(setting, "FLYTNING_KANAL_AAR"))
    return (pl.col("forloeb_type") == "revurdering") & (start > left) & (start < until)


@case_rule("BRG-075", at="afgoerelse.automatisk_hoejeste")
def automatic_without_a_move(setting: Setting) -> pl.Expr:
    """Automatic highest is for who comes with a pension from Denmark or the Faroe Islands.

    Who has had a case here before has not come, unless a row says that the citizen left.
    """
    del setting
    here = pl.min_horizontal("sag_foerste_forloeb", "sag_foerste_pension")
    away = (pl.col("sag_udrejst") < _DAY) | (pl.col("sag_fraflyttet") < _DAY)
    known = (here < _DAY).fill_null(value=False) | pl.col("sag_foer_reform")
    return _AUTOMATIC & _GRANTED & known & ~away.fill_null(value=False)


@case_rule(
    "BRG-078",
    at="afgoerelse.afgoerelse",
    other=OtherCell("afgoerelse", "afgoerelse", "foer_raekke"),
)
def against_the_appeals_body(setting: Setting) -> pl.Expr:
    """What an appeals body has granted holds until the work capacity is assessed again."""
    own = ~on_appeal(setting) & (pl.col("foer_dato") < _DAY)
    again = (pl.col("vur_dato") > pl.col("foer_dato")).fill_null(value=False)
    level = _KIND.is_in(GRANTING) & (pl.col("niveau") != pl.col("foer_niveau"))
    withdrawn = (_KIND == "bortfald") & (pl.col("bortfald_aarsag") == "frakendt")
    says_other = (_KIND == "afslag") | level.fill_null(value=False) | withdrawn
    return own & pl.col("foer_klage_gav") & ~again & says_other


@case_rule("BRG-079", at="afgoerelse.instans")
def two_bodies_on_one_day(setting: Setting) -> pl.Expr:
    """An appeals body does not decide on the day on which the kommune does."""
    return on_appeal(setting) & pl.col("to_instanser")


@case_rule(
    "BRG-081",
    at="afgoerelse.afgoerelse",
    other=OtherCell("afgoerelse", "afgoerelse_dato", "foer_raekke"),
)
def award_in_place_of_rehabilitation(setting: Setting) -> pl.Expr:
    """Who can develop the work capacity is rehabilitated before a pension is awarded."""
    tried = (pl.col("sag_sidste_revalidering") >= pl.col("foer_dato")).fill_null(value=False)
    unsure = pl.col("sag_tvivl_forloeb")
    own = ~on_appeal(setting) & ~_AUTOMATIC
    return _GRANTED & own & pl.col("foer_revalidering") & ~tried & ~unsure
