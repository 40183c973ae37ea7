"""Rules about assessments, jobs, income, moves and the citizen.

BRG-010, BRG-011, BRG-018 to BRG-020, BRG-036, BRG-038 to BRG-040, BRG-043 to BRG-045, BRG-048,
BRG-055, BRG-056, BRG-084, BOR-003, OVD-002. Ages of pensions: `alder_rules`.
"""

import polars as pl

from fpsheet_validation.cells.cpr import day_number, whole_years
from fpsheet_validation.rules.case_facts import (
    EVENT_DAYS,
    is_known_without_pension,
    is_told_of_the_review,
)
from fpsheet_validation.rules.case_rule import OtherCell, case_rule, event_rule
from fpsheet_validation.setting import Setting, day_of, number_of

EVENTS = tuple(f"{sheet_id}.{field}" for sheet_id, field in EVENT_DAYS.items())
"""The cells that say when something happened to a citizen."""
_FIRST_DAY = pl.col("start_dato")
_LAST_DAY = pl.col("slut_dato")


def _now(setting: Setting) -> pl.Expr:
    return pl.lit(int(setting.today.strftime("%Y%m%d")))


@event_rule("BRG-040", at=EVENTS)
def before_birth(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Nothing happens to a citizen before birth."""
    del setting
    return day_number(day) < pl.col("sag_foedt")


_OF_THE_LIVING = tuple(cell for cell in EVENTS if not cell.startswith("afgoerelse."))


@event_rule("BRG-039", at=_OF_THE_LIVING)
def after_death(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Nothing begins after a death; the decision that ends the pension comes after it."""
    del setting
    return day > pl.col("sag_doed")


@event_rule("BRG-038", at=EVENTS)
def after_moving(setting: Setting, day: pl.Expr) -> pl.Expr:
    """After the citizen moved the new kommune reports what happens, until the citizen is back.

    Who has applied here since is back. Else it is asked of the first day alone: whether the citizen
    came back is one question, and not one of each row for ever.
    """
    del setting
    applied = pl.col("sag_sidste_ansoegning")
    back = (applied >= pl.col("sag_flyttet")) & (day >= applied)
    return (day == pl.col("sag_foerste_siden")) & ~back.fill_null(value=False)


@case_rule(
    "BRG-043",
    at="vurdering.arbejdsevne_pct",
    other=OtherCell("vurdering", "arbejdsevne_pct", "foer_raekke"),
)
def leap_of_capacity(setting: Setting) -> pl.Expr:
    """The work capacity does not leap within a year."""
    leap = (pl.col("arbejdsevne_pct") - pl.col("foer_pct")).abs()
    within = pl.col("vurdering_dato") < pl.col("foer_dato").dt.offset_by("1y")
    another_day = pl.col("vurdering_dato") > pl.col("foer_dato")
    return within & another_day & (leap >= number_of(setting, "ARBEJDSEVNE_SPRING_PCT"))


@case_rule(
    "BRG-010",
    at="job.timer_pr_uge",
    other=OtherCell("vurdering", "maks_timer_pr_uge", "vur_raekke"),
)
def more_hours_than_assessed(setting: Setting) -> pl.Expr:
    """All jobs together keep within the hours of the latest assessment."""
    del setting
    return pl.col("timer_i_alt") > pl.col("vur_timer")


@case_rule("BRG-011", at="job.timer_pr_uge")
def more_than_full_time(setting: Setting) -> pl.Expr:
    """Several jobs together keep within a normal week; BRG-010 speaks where hours are assessed."""
    several = (pl.col("job_i_alt") > 1) & pl.col("vur_timer").is_null()
    return several & (pl.col("timer_i_alt") > number_of(setting, "FULDTID_TIMER"))


@case_rule("BRG-019", at="job.start_dato")
def flex_job_not_reviewed(setting: Setting) -> pl.Expr:
    """A fleksjob is assessed again at least every three years.

    Not of who has turned 40, nor where the work capacity is finally settled.
    """
    due = f"{number_of(setting, 'FLEKSJOB_AAR'):g}y"
    latest = pl.max_horizontal(_FIRST_DAY, "sag_sidste_vurdering")
    age = whole_years(pl.col("sag_foedt"), _now(setting))
    young = age < number_of(setting, "FLEKSJOB_UNDER_ALDER")
    open_job = (pl.col("job_type") == "fleksjob") & _LAST_DAY.is_null()
    sure = ~pl.col("sag_tvivl_vurdering") & ~pl.col("sag_endeligt_afklaret")
    return open_job & young & sure & (latest.dt.offset_by(due) < setting.today)


@case_rule("BRG-020", at="job.job_type")
def sheltered_job_without_pension(setting: Setting) -> pl.Expr:
    """A skånejob is for those who have a pension."""
    awarded = pl.col("sag_foerste_pension").is_not_null() | pl.col("sag_foer_reform")
    doubt = pl.col("sag_tvivl_afgoerelse") | pl.col("sag_tvivl_borger")
    known = is_known_without_pension(setting) & ~is_told_of_the_review(setting)
    return (pl.col("job_type") == "skaanejob") & ~awarded & known & ~doubt


@case_rule("BOR-003", at="borger.pensionist_foer_reform")
def applied_as_pensioner(setting: Setting) -> pl.Expr:
    """Who was a pensioner before the reform applies soon after it only to be reassessed."""
    reform, applied = day_of(setting, "REFORM_IKRAFT"), pl.col("ansoegning_dato")
    again = reform.dt.offset_by(f"{number_of(setting, 'ANSOEGNING_IGEN_AAR'):g}y")
    soon = (applied >= reform) & (applied < again)
    reviewed = (pl.col("sag_foerste_revurdering") >= applied).fill_null(value=False)
    said = pl.col("pensionist_foer_reform") == "ja"
    return said & soon & ~reviewed & ~pl.col("sag_tvivl_forloeb")


@case_rule(
    "BRG-044", at="indkomst.fra_dato", other=OtherCell("indkomst", "fra_dato", "foer_raekke")
)
def overlap_of_income(setting: Setting) -> pl.Expr:
    """Income from one source does not overlap itself."""
    del setting
    day = pl.col("fra_dato")
    return (pl.col("foer_fra") < day) & (pl.col("foer_til") > day)


@case_rule("BRG-045", at="indkomst.indkomst_kilde")
def wages_without_job(setting: Setting) -> pl.Expr:
    """Wages come from a job, or from an employer where the citizen is in rehabilitation."""
    del setting
    ends = pl.max_horizontal("sag_sidste_job", "sag_sidste_revalidering")
    employed = (ends >= pl.col("fra_dato")).fill_null(value=False)
    doubt = pl.col("sag_tvivl_job") | pl.col("sag_tvivl_forloeb")
    return (pl.col("indkomst_kilde") == "loen") & ~employed & ~doubt


@case_rule("OVD-002", at="overdragelse.til_kommune")
def moved_to_own_kommune(setting: Setting) -> pl.Expr:
    """A citizen moves to another kommune than the one that reports."""
    return pl.col("til_kommune") == setting.kommune_kode


@case_rule("BRG-018", at="borger.cpr")
def review_overdue(setting: Setting) -> pl.Expr:
    """Who is under 60 and has a pension is assessed again within every five years.

    As on the Huskeliste: a vurdering or a decision starts the next five years, a revurdering that
    has only begun does not; who moved away since has no deadline here, and neither has who got the
    highest pension automatically and has not been assessed since. A death, old-age pension or
    leaving the country ends the pension from its own day, unless it is granted after that; another
    bortfald made in advance is not lost to what is decided until its day and counts from before it.
    """
    reform = day_of(setting, "REFORM_IKRAFT")
    granted, lapsed = pl.col("sag_sidste_tildeling"), pl.col("sag_sidste_bortfald")
    again = pl.col("sag_sidste_tilkendelse") > pl.col("sag_pension_ophoert")
    outlived = pl.col("sag_pension_ophoert").is_null() | again.fill_null(value=False)
    early = pl.col("sag_ophoer_forud")
    undone = ((granted > early) | (pl.col("sag_tildeling_virker") >= early)).fill_null(value=True)
    given = (granted >= lapsed).fill_null(granted.is_not_null())
    kept = given & outlived & undone & pl.col("sag_doed").is_null()
    pensioner = kept | (pl.col("sag_foer_reform") & granted.is_null() & lapsed.is_null())
    latest = pl.max_horizontal(granted, "sag_sidste_vurdering", reform)
    due = latest.dt.offset_by(f"{number_of(setting, 'REVURDERING_AAR'):g}y")
    moved = (pl.col("sag_flyttet") >= latest).fill_null(value=False)
    age = whole_years(pl.col("sag_foedt"), _now(setting))
    young = age < number_of(setting, "REVURDERING_UNDER_ALDER")
    sure = ~pl.col("sag_tvivl_vurdering") & ~pl.col("sag_tvivl_afgoerelse")
    assessed = (pl.col("sag_sidste_vurdering") >= granted).fill_null(value=False)
    moved = moved | (pl.col("sag_automatisk") & ~assessed)
    return pensioner & ~moved & sure & young & (due < setting.today)


@case_rule("BRG-084", at="borger.ordinaert_arbejde")
def work_told_otherwise(setting: Setting) -> pl.Expr:
    """The answer about ordinary work is what the sheet of jobs says today."""
    del setting
    answer, works = pl.col("ordinaert_arbejde"), pl.col("sag_har_arbejde")
    return ~pl.col("sag_tvivl_job") & (((answer == "ja") & ~works) | ((answer == "nej") & works))


@case_rule("BRG-036", at="borger.tidligere_cpr")
def shared_former_number(setting: Setting) -> pl.Expr:
    """A former CPR number belonged to one citizen."""
    del setting
    return pl.col("andre_med_tidligere") > 1


@case_rule("BRG-048", at="borger.cpr")
def citizen_without_anything(setting: Setting) -> pl.Expr:
    """A citizen of the workbook has applied or has some row."""
    del setting
    events = (
        "sag_sidste_forloeb",
        "sag_sidste_vurdering",
        "sag_sidste_job",
        "sag_sidste_afgoerelse",
        "sag_sidste_indkomst",
        "sag_flyttet",
    )
    nothing = pl.all_horizontal(pl.col(event).is_null() for event in events)
    doubts = ("forloeb", "vurdering", "job", "afgoerelse", "indkomst", "overdragelse", "borger")
    sure = ~pl.any_horizontal(f"sag_tvivl_{sheet_id}" for sheet_id in doubts)
    return nothing & sure & pl.col("sag_sidste_ansoegning").is_null() & ~pl.col("sag_foer_reform")


@case_rule("BRG-055", at="borger.pensionist_foer_reform")
def award_before_reform(setting: Setting) -> pl.Expr:
    """Who was awarded a pension before 1 July 2016 was a pensioner before it."""
    early = pl.col("sag_foerste_tilkendelse") < day_of(setting, "REFORM_IKRAFT")
    return (pl.col("pensionist_foer_reform") == "nej") & early


@case_rule("BRG-056", at="borger.pensionist_foer_reform")
def too_young_before_reform(setting: Setting) -> pl.Expr:
    """Who was a pensioner before 1 July 2016 was 18 by then, or had somebody to support."""
    then = whole_years(pl.col("sag_foedt"), day_number(day_of(setting, "REFORM_IKRAFT")))
    return (pl.col("pensionist_foer_reform") == "ja") & (
        then < number_of(setting, "FORSOERGER_FRA_ALDER")
    )
