"""Rules about the ages between which there is a pension, which differ by country.

BRG-012 to BRG-014, BRG-057, BRG-071, BRG-076.
"""

from datetime import timedelta

import polars as pl

from fpsheet_validation.cells.cpr import day_number, whole_months, whole_years
from fpsheet_validation.rules.case_rule import case_rule
from fpsheet_validation.setting import Setting, day_of, number_of

_DAY = pl.col("afgoerelse_dato")
_KIND = pl.col("afgoerelse")
_GRANTED = _KIND == "tilkendelse"
_EFFECT = pl.coalesce("virkning_dato", _DAY)
_BORN = pl.col("sag_foedt")
_MONTHS = 12

_DANISH_AGES = (
    # Old-age pension age in months, of who is born before the day of that name.
    (65 * _MONTHS, "FOLKEPENSION_65_FOEDT_FOER"),
    (65 * _MONTHS + 6, "FOLKEPENSION_65_HALVT_FOEDT_FOER"),
    (66 * _MONTHS, "FOLKEPENSION_66_FOEDT_FOER"),
    (66 * _MONTHS + 6, "FOLKEPENSION_66_HALVT_FOEDT_FOER"),
    (67 * _MONTHS, "FOLKEPENSION_67_FOEDT_FOER"),
    (68 * _MONTHS, "FOLKEPENSION_68_FOEDT_FOER"),
)


def age_at_effect() -> pl.Expr:
    """Return the age on the day the decision takes effect."""
    return whole_years(_BORN, day_number(_EFFECT))


def _pension_age(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Return the age of old-age pension in months, as the law of a day has it."""
    if setting.jurisdiction == "DK":
        found = pl.lit(number_of(setting, "FOLKEPENSION_SENEST_ALDER") * _MONTHS)
        for months, before in reversed(_DANISH_AGES):
            born_before = day_number(day_of(setting, before)) > _BORN
            found = pl.when(born_before).then(float(months)).otherwise(found)
        return found
    years = (
        pl.when(day_of(setting, "ALDERSPENSION_67_FRA") <= day)
        .then(number_of(setting, "ALDERSPENSION_ALDER"))
        .when(day_of(setting, "REFORM_IKRAFT") > day)
        .then(number_of(setting, "ALDERSPENSION_ALDER_FOER_REFORM"))
        .otherwise(number_of(setting, "ALDERSPENSION_ALDER_FOER_2021"))
    )
    return years * _MONTHS


def _is_of_pension_age(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Return where the citizen has reached the age of old-age pension by a day."""
    return whole_months(_BORN, day_number(day)) >= _pension_age(setting, day)


@case_rule("BRG-012", at="afgoerelse.afgoerelse_dato")
def award_before_18(setting: Setting) -> pl.Expr:
    """A pension takes effect from 18; before the reform one of a duty to support could earlier."""
    return _GRANTED & (age_at_effect() < number_of(setting, "PENSION_FRA_ALDER"))


@case_rule("BRG-013", at="afgoerelse.afgoerelse_dato")
def award_after_pension_age(setting: Setting) -> pl.Expr:
    """A pension cannot take effect at old-age pension age."""
    return _GRANTED & _is_of_pension_age(setting, _EFFECT)


@case_rule("BRG-014", at="afgoerelse.bortfald_aarsag")
def old_age_pension_too_early(setting: Setting) -> pl.Expr:
    """Nobody goes on to old-age pension before its age; in Greenland worn down from 65 since 2022.

    Denmark's seniorpension and early pension are causes of their own.
    """
    lapsed = (_KIND == "bortfald") & (pl.col("bortfald_aarsag") == "alderspension")
    if setting.jurisdiction == "DK":
        return lapsed & ~_is_of_pension_age(setting, _EFFECT)
    early = day_of(setting, "ALDERSPENSION_TIDLIG_FRA") <= _EFFECT
    worn = number_of(setting, "ALDERSPENSION_TIDLIGST_ALDER") * _MONTHS
    least = pl.when(early).then(worn).otherwise(_pension_age(setting, _EFFECT))
    return lapsed & (whole_months(_BORN, day_number(_EFFECT)) < least)


@case_rule("BRG-057", at="borger.cpr")
def past_pension_age(setting: Setting) -> pl.Expr:
    """From the month after the birthday there is old-age pension, and this one lapses."""
    month_before = setting.today.replace(day=1) - timedelta(days=1)
    granted = pl.col("sag_sidste_tildeling").is_not_null() | pl.col("sag_foer_reform")
    lapsed = pl.col("sag_sidste_bortfald").is_not_null() | pl.col("sag_flyttet").is_not_null()
    sure = ~pl.col("sag_tvivl_afgoerelse")
    # What was granted too late is told of the grant (BRG-013).
    late = _is_of_pension_age(setting, pl.col("sag_tildeling_virker")).fill_null(value=False)
    old = _is_of_pension_age(setting, pl.lit(month_before))
    return granted & ~lapsed & ~late & sure & old


@case_rule("BRG-071", at="job.job_type")
def sheltered_job_after_pension_age(setting: Setting) -> pl.Expr:
    """A skånejob ends when the citizen reaches old-age pension age."""
    old = _is_of_pension_age(setting, pl.lit(setting.today))
    return (pl.col("job_type") == "skaanejob") & pl.col("slut_dato").is_null() & old


@case_rule("BRG-076", at="afgoerelse.bortfald_aarsag")
def withdrawn_after_60(setting: Setting) -> pl.Expr:
    """From 60 a pension is withdrawn only where the citizen agrees."""
    withdrawn = (_KIND == "bortfald") & (pl.col("bortfald_aarsag") == "frakendt")
    age = whole_years(_BORN, day_number(_DAY))
    return withdrawn & (age >= number_of(setting, "FRAKENDELSE_SAMTYKKE_ALDER"))
