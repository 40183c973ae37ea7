"""Rules about forløb among the citizen's other rows.

BRG-003 to BRG-005, BRG-030 to BRG-033, BRG-041, BRG-049.
"""

import polars as pl

from fpsheet_validation.cells.cpr import day_number, whole_years
from fpsheet_validation.rules.case_rule import OtherCell, case_rule
from fpsheet_validation.rules.view import NEVER
from fpsheet_validation.setting import Setting, day_of, number_of

_START = pl.col("start_dato")
_END = pl.col("slut_dato")
_KIND = pl.col("forloeb_type")
_RESULT = pl.col("resultat")
_SAME_TYPE_BEFORE = OtherCell("forloeb", "start_dato", "foer_raekke")


@case_rule("BRG-003", at="forloeb.start_dato", other=_SAME_TYPE_BEFORE)
def overlap_of_same_type(setting: Setting) -> pl.Expr:
    """Two forløb of one type do not overlap; the last day of one may be the first of the next."""
    del setting
    another_day = pl.col("foer_start") < _START
    return (_KIND != "andet") & another_day & (pl.col("foer_slut") > _START)


@case_rule("BRG-004", at="forloeb.slut_dato", other=OtherCell("forloeb", "slut_dato", "rev_raekke"))
def outside_its_review(setting: Setting) -> pl.Expr:
    """A forløb that begins inside a revurdering ends inside it."""
    del setting
    ended = pl.col("rev_slut") < NEVER
    inside = (_KIND != "revurdering") & (pl.col("rev_slut") >= _START)
    return inside & ended & (_END.fill_null(NEVER) > pl.col("rev_slut"))


@case_rule("BRG-005", at="forloeb.forloeb_type")
def review_without_pension(setting: Setting) -> pl.Expr:
    """Only who has a pension is reassessed."""
    del setting
    awarded = (pl.col("sag_foerste_pension") <= _START).fill_null(value=False)
    pensioner = awarded | pl.col("sag_foer_reform") | pl.col("sag_tvivl_afgoerelse")
    return (_KIND == "revurdering") & ~pensioner & ~pl.col("sag_tvivl_borger")


@case_rule("BRG-030", at="forloeb.resultat")
def result_without_decision(setting: Setting) -> pl.Expr:
    """Ended with a decision means that there is a decision from the start on."""
    del setting
    decided = (pl.col("sag_sidste_afgoerelse") >= _START).fill_null(value=False)
    return (_RESULT == "afgoerelse_truffet") & ~decided & ~pl.col("sag_tvivl_afgoerelse")


@case_rule("BRG-031", at="forloeb.resultat")
def employment_without_job(setting: Setting) -> pl.Expr:
    """Ended in employment means that there is a job."""
    del setting
    employed = (pl.col("sag_sidste_job") >= _START).fill_null(value=False)
    return (_RESULT == "i_beskaeftigelse") & ~employed & ~pl.col("sag_tvivl_job")


@case_rule("BRG-032", at="forloeb.resultat")
def new_course_missing(setting: Setting) -> pl.Expr:
    """Led to a new forløb means that there is a later one."""
    del setting
    nothing_later = pl.col("naeste_start").is_null() & ~pl.col("sag_tvivl_forloeb")
    return (_RESULT == "nyt_forloeb") & nothing_later


@case_rule("BRG-033", at="forloeb.resultat")
def postponed_without_decision(setting: Setting) -> pl.Expr:
    """A postponed forløb has a decision on postponement."""
    del setting
    missing = ~pl.col("sag_har_udsaettelse") & ~pl.col("sag_tvivl_afgoerelse")
    return (_RESULT == "udsat") & missing


@case_rule("BRG-041", at="forloeb.slut_dato")
def gap_to_next(setting: Setting) -> pl.Expr:
    """The new forløb follows within half a year."""
    gap = (pl.col("naeste_start") - _END).dt.total_days()
    return (_RESULT == "nyt_forloeb") & (gap > number_of(setting, "FORLOEB_HUL_DAGE"))


def _period(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Return the number of the 5-year period a day lies in, the first from 1 July 2016."""
    since = day_number(day_of(setting, "REFORM_IKRAFT"))
    return whole_years(since, day_number(day)) // int(number_of(setting, "REVURDERING_AAR"))


@case_rule("BRG-049", at="forloeb.uden_for_cyklus", other=_SAME_TYPE_BEFORE)
def second_review_in_period(setting: Setting) -> pl.Expr:
    """A second revurdering in a 5-year period lies outside the cycle."""
    again = _period(setting, pl.col("foer_start")) == _period(setting, _START)
    marked = (pl.col("uden_for_cyklus") == "ja").fill_null(value=False)
    in_time = day_of(setting, "REFORM_IKRAFT") <= pl.col("foer_start")
    return (_KIND == "revurdering") & (pl.col("foer_start") < _START) & again & in_time & ~marked
