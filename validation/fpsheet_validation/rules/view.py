"""Views: the rows of a sheet, each with what the citizen's other rows say at that moment.

A rule across sheets is an expression over one view, so all rules of a view are settled in one
pass. Beside the sheet's own fields a view has the columns of `case_facts` (`sag_…`) and columns
of its own, named in its function. A row without its day has no place in the history: it is a
fault by itself, and its view comes when that is mended.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import polars as pl

from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.rules.case_facts import (
    GRANTING,
    applications,
    courses,
    new_applications,
    on_appeal,
)
from fpsheet_validation.typed import ROW

NEVER = date(9999, 12, 31)
"""Stands for the end of what has not ended."""

_ALL_DAYS = 4_000_000
"""More days than lie between year 1 and `NEVER`."""


def view_rows(book: CheckedBook, facts: pl.DataFrame, sheet_id: str) -> pl.LazyFrame:
    """Return the view of a sheet; the rows that were accepted earlier have no `raekke`."""
    own = _OWN.get(sheet_id)
    rows = book.rows(sheet_id) if own is None else own(book)
    return rows.join(facts.lazy(), on=CPR, how="left")


def _beside(place: int, *same: str, of: str | pl.Expr) -> pl.Expr:
    """Return a value of a row before (1) or after (-1) that shares its citizen; else null.

    On rows sorted by citizen a comparison tells what `over` would go through all groups for.
    """
    value = pl.col(of) if isinstance(of, str) else of
    shared = (pl.col(name) == pl.col(name).shift(place) for name in (CPR, *same))
    return pl.when(*shared).then(value.shift(place))


def _latest_so_far(day: pl.Expr, *same: str) -> pl.Expr:
    """Return the latest day of the rows so far that share something, on rows sorted by it.

    Each group counts its days from beyond those of the one before, so that one running maximum
    serves all.
    """
    from_day = pl.struct(same).rle_id().cast(pl.Int64) * _ALL_DAYS
    latest = (from_day + day.to_physical()).cum_max() - from_day
    return latest.cast(pl.Int32).cast(pl.Date)


def _borger(book: CheckedBook) -> pl.LazyFrame:
    """Add `andre_med_tidligere` (rows with the same former CPR number)."""
    rows = book.rows("borger")
    same = pl.len().over("tidligere_cpr")
    shared = pl.when(pl.col("tidligere_cpr").is_not_null()).then(same).otherwise(0)
    return rows.with_columns(shared.alias("andre_med_tidligere"))


def _forloeb(book: CheckedBook) -> pl.LazyFrame:
    """Add what stands around a forløb.

    `foer_slut`, `foer_start`, `foer_raekke`: the forløb of the same type before it (end as late
    as any before, `NEVER` where one is open). `rev_slut`, `rev_raekke`: the revurdering it began
    in. `naeste_start`: start of the citizen's next forløb. `rev_foer`: start of the revurdering
    before, for a revurdering. Applications come after the forløb, with none of these.
    """
    # An end before the start is a fault of its own and must not hide or make an overlap.
    ends = pl.max_horizontal(pl.col("slut_dato").fill_null(NEVER), "start_dato")
    # Several measures of rehabilitation may run at once, one and the same may not.
    is_measure = pl.col("forloeb_type") == "revalidering"
    tiltag = pl.when(is_measure).then(pl.col("revalideringstiltag")).fill_null("")
    alike = ("forloeb_type", "tiltag")
    rows = (
        courses(book)
        .filter(pl.col("start_dato").is_not_null() & pl.col("forloeb_type").is_not_null())
        .with_columns(tiltag.alias("tiltag"))
        .sort(CPR, "forloeb_type", "tiltag", "start_dato", ROW, nulls_last=True)
        .with_columns(_latest_so_far(ends, CPR, *alike).alias("foer_slut"))
        .with_columns(
            _beside(1, *alike, of="foer_slut").alias("foer_slut"),
            _beside(1, *alike, of="start_dato").alias("foer_start"),
            _beside(1, *alike, of=ROW).alias("foer_raekke"),
        )
        .drop("tiltag")
        .sort(CPR, "start_dato", ROW, nulls_last=True)
        .with_columns(_beside(-1, of="start_dato").alias("naeste_start"))
        .collect()
        .lazy()
    )
    is_review = pl.col("forloeb_type") == "revurdering"
    reviews = rows.filter(is_review).select(
        CPR,
        pl.col("start_dato").alias("rev_start"),
        ends.alias("rev_slut"),
        pl.col(ROW).alias("rev_raekke"),
    )
    placed = rows.join_asof(
        reviews,
        left_on="start_dato",
        right_on="rev_start",
        by=CPR,
        strategy="backward",
        check_sortedness=False,
    )
    dated = new_applications(book).filter(pl.col("start_dato").is_not_null())
    return pl.concat([placed, dated], how="diagonal")


def _vurdering(book: CheckedBook) -> pl.LazyFrame:
    """Add the assessment before: `foer_dato`, `foer_pct`, `foer_raekke`."""
    return (
        book.rows("vurdering")
        .filter(pl.col("vurdering_dato").is_not_null())
        .sort(CPR, "vurdering_dato", ROW, nulls_last=True)
        .with_columns(
            _beside(1, of="vurdering_dato").alias("foer_dato"),
            _beside(1, of="arbejdsevne_pct").alias("foer_pct"),
            _beside(1, of=ROW).alias("foer_raekke"),
        )
    )


def _assessments(book: CheckedBook) -> pl.LazyFrame:
    """Return the assessments a later row may rest on: `vur_dato`, `vur_pct`, `vur_timer`."""
    return (
        book.rows("vurdering")
        .filter(pl.col("vurdering_dato").is_not_null())
        .sort(CPR, "vurdering_dato", ROW, nulls_last=True)
        .select(
            CPR,
            pl.col("vurdering_dato").alias("vur_dato"),
            pl.col("arbejdsevne_pct").alias("vur_pct"),
            pl.col("maks_timer_pr_uge").alias("vur_timer"),
            pl.col(ROW).alias("vur_raekke"),
        )
        .collect()
        .lazy()
    )


def _with_assessment(rows: pl.LazyFrame, book: CheckedBook, day: str) -> pl.LazyFrame:
    """Add the latest assessment on or before a day of the row."""
    return rows.join_asof(
        _assessments(book),
        left_on=day,
        right_on="vur_dato",
        by=CPR,
        strategy="backward",
        check_sortedness=False,
    )


def _job(book: CheckedBook) -> pl.LazyFrame:
    """Add `timer_i_alt` (hours of all jobs on the first day), `job_i_alt`, and the assessment."""
    rows = (
        book.rows("job").filter(pl.col("start_dato").is_not_null()).sort(CPR, "start_dato", ROW)
    ).with_row_index("nr")
    ends = pl.max_horizontal(pl.col("slut_dato").fill_null(NEVER), "start_dato")
    others = rows.select(CPR, pl.col("start_dato").alias("fra"), ends.alias("til"), "timer_pr_uge")
    # A job that ends on the day the next begins is over by then.
    begun, lasts = pl.col("fra") <= pl.col("start_dato"), pl.col("til") > pl.col("start_dato")
    at_start = begun & (lasts | (pl.col("fra") == pl.col("start_dato")))
    together = (
        rows.select("nr", CPR, "start_dato")
        .join(others, on=CPR)
        .filter(at_start)
        .group_by("nr")
        .agg(pl.col("timer_pr_uge").sum().alias("timer_i_alt"), pl.len().alias("job_i_alt"))
    )
    with_hours = rows.join(together, on="nr", how="left", maintain_order="left")
    return _with_assessment(with_hours, book, "start_dato")


def _afgoerelse(book: CheckedBook) -> pl.LazyFrame:
    """Add what was in force before a decision and what came after.

    `foer_i_kraft` (pension in force, null where no row says), `foer_niveau`, `foer_givet` (the
    decision that gave it), `foer_klage_gav` (the decision before is one of an appeals body that
    gives a pension), `foer_revalidering` (the decision before is on rehabilitation),
    `to_instanser` (an appeals body and the kommune decided that day), `virker_foer_dagens`
    (another of the day takes effect later), `foer_dato`, `foer_raekke`, `naeste_dato` (the next
    day with a decision), `sidste_bortfald`, `modsagt_samme_dag` (another decision of the day
    says the opposite), `besvaret_samme_dag` (a tilkendelse or an afslag of the day),
    `paaklaget_findes` (the decision appealed is there), `virker` (the day it takes effect, null
    where it gives, changes and ends no pension), the latest such day of what was decided on
    earlier days (`foer_virker`, `foer_virker_raekke`), the latest application by the day
    (`ansoegt`), the assessment, and the first one after the decision: `senere_dato`,
    `senere_raekke`.
    """
    appeal = on_appeal(book.setting)
    rows = (
        _decisions_in_turn(book)
        .with_columns(*_before_and_after(appeal), *_of_the_day(appeal))
        .with_columns(pl.col("naeste_dato").last().over(CPR, "afgoerelse_dato"))
    )
    rows = _with_application(_with_appealed(_with_effect(rows), book), book)
    later = _assessments(book).select(
        CPR, pl.col("vur_dato").alias("senere_dato"), pl.col("vur_raekke").alias("senere_raekke")
    )
    return _with_assessment(rows, book, "afgoerelse_dato").join_asof(
        later,
        left_on="afgoerelse_dato",
        right_on="senere_dato",
        by=CPR,
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )


def _decisions_in_turn(book: CheckedBook) -> pl.LazyFrame:
    """Return the decisions of each citizen by day, those of one day as they take effect."""
    return (
        book.rows("afgoerelse")
        .filter(pl.col("afgoerelse_dato").is_not_null() & pl.col("afgoerelse").is_not_null())
        .sort(CPR, "afgoerelse_dato", "virkning_dato", ROW, nulls_last=True)
    )


def _before_and_after(appeal: pl.Expr) -> Iterator[pl.Expr]:
    """Yield what came before and after each decision of a citizen.

    Args:
        appeal: Whether an appeals body decided.
    """
    kind = pl.col("afgoerelse")
    grants = kind.is_in(GRANTING) | ((kind == "udsaettelse") & pl.col("niveau").is_not_null())
    in_force = (
        pl.when(grants).then(pl.lit(value=True)).when(kind == "bortfald").then(pl.lit(value=False))
    )
    yield _beside(1, of=in_force.forward_fill().over(CPR)).alias("foer_i_kraft")
    level, given_by = (pl.when(grants).then(each) for each in (pl.col("niveau"), kind))
    yield _beside(1, of=level.forward_fill().over(CPR)).alias("foer_niveau")
    yield _beside(1, of=given_by.forward_fill().over(CPR)).alias("foer_givet")
    yield _beside(1, of=appeal & grants).alias("foer_klage_gav")
    yield _beside(1, of=kind == "revalidering").alias("foer_revalidering")
    yield _beside(1, of="afgoerelse_dato").alias("foer_dato")
    yield _beside(1, of=ROW).alias("foer_raekke")
    yield _beside(-1, of="afgoerelse_dato").alias("naeste_dato")
    lapse = pl.when(kind == "bortfald").then(pl.col("afgoerelse_dato"))
    yield lapse.max().over(CPR).alias("sidste_bortfald")


def _of_the_day(appeal: pl.Expr) -> Iterator[pl.Expr]:
    """Yield what the decisions of a citizen and a day say together.

    Args:
        appeal: Whether an appeals body decided.
    """
    day = (CPR, "afgoerelse_dato")
    # Where the row does not say who decided, the kommune did not say it was another.
    own = ~appeal & pl.col("instans").is_not_null()
    yield (appeal.any() & own.any()).over(*day).alias("to_instanser")
    effect = pl.coalesce("virkning_dato", "afgoerelse_dato")
    yield (effect < effect.max().over(*day)).alias("virker_foer_dagens")
    yield _contradicted().alias("modsagt_samme_dag")
    answers = pl.col("afgoerelse").is_in(["tilkendelse", "afslag"])
    yield answers.any().over(*day).alias("besvaret_samme_dag")


def _with_effect(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add when a decision takes effect, and the latest such day of those of earlier days."""
    earlier = pl.col("foer_virker", "foer_virker_raekke")
    return (
        rows.with_columns(_takes_effect().alias("virker"))
        .with_columns(pl.col("virker").cum_max().over(CPR).alias("virker_hidtil"))
        .with_columns(*_effect_so_far())
        .with_columns(earlier.first().over(CPR, "afgoerelse_dato"))
        .drop("virker_hidtil")
    )


def _with_appealed(rows: pl.LazyFrame, book: CheckedBook) -> pl.LazyFrame:
    """Add whether the decision that was appealed is there."""
    known = book.rows("afgoerelse").select(
        CPR,
        pl.col("afgoerelse_dato").alias("paaklaget_dato"),
        pl.lit(value=True).alias("paaklaget_findes"),
    )
    return rows.join(known.unique(), on=[CPR, "paaklaget_dato"], how="left", maintain_order="left")


def _with_application(rows: pl.LazyFrame, book: CheckedBook) -> pl.LazyFrame:
    """Add the latest application by the day of the decision."""
    return rows.join_asof(
        applications(book).with_columns(pl.col("ansoegt").alias("dag")).sort(CPR, "dag"),
        left_on="afgoerelse_dato",
        right_on="dag",
        by=CPR,
        strategy="backward",
        check_sortedness=False,
    )


def _takes_effect() -> pl.Expr:
    """Return the day a decision that gives, changes or ends the pension takes effect."""
    kind = pl.col("afgoerelse")
    stated = kind.is_in([*GRANTING, "udsaettelse"]) & pl.col("niveau").is_not_null()
    counts = kind.is_in(["tilkendelse", "bortfald"]) | stated
    return pl.when(counts).then(pl.coalesce("virkning_dato", "afgoerelse_dato"))


def _effect_so_far() -> tuple[pl.Expr, pl.Expr]:
    """Return the latest day of effect among the decisions above, and its row.

    `virker_hidtil`, the latest so far, is a column of its own: the oldest polars that is let in
    takes no window within a window.
    """
    latest = pl.col("virker_hidtil")
    row = pl.when(pl.col("virker") == latest).then(pl.col(ROW)).forward_fill().over(CPR)
    return (
        _beside(1, of=latest).alias("foer_virker"),
        _beside(1, of=row).alias("foer_virker_raekke"),
    )


def _contradicted() -> pl.Expr:
    """Return whether the citizen's decisions of the day cannot all stand.

    A postponement comes with the award or the refusal on the existing basis (L 6/2020 § 9, stk.
    2), and a lapse with the award after it; one decision may give two levels, of which the second
    takes effect later.
    """
    kind = pl.col("afgoerelse")
    lapse, grants = kind == "bortfald", kind.is_in(GRANTING)
    answers = kind.is_in([*GRANTING, "afslag", "tilbagevist"])
    mixed = grants.filter(answers).n_unique().over(CPR, "afgoerelse_dato") > 1
    refused = kind.filter(answers & ~grants).n_unique().over(CPR, "afgoerelse_dato") > 1
    levels = kind.filter(grants).n_unique().over(CPR, "afgoerelse_dato", "virkning_dato") > 1
    lapses = lapse.n_unique().over(CPR, "afgoerelse_dato", "virkning_dato") > 1
    return mixed | refused | levels | lapses


def _indkomst(book: CheckedBook) -> pl.LazyFrame:
    """Add the income of the same source before: `foer_til`, `foer_fra`, `foer_raekke`."""
    ends = pl.max_horizontal(pl.col("til_dato").fill_null(NEVER), "fra_dato")
    return (
        book.rows("indkomst")
        .filter(pl.col("fra_dato").is_not_null() & pl.col("indkomst_kilde").is_not_null())
        .sort(CPR, "indkomst_kilde", "fra_dato", ROW, nulls_last=True)
        .with_columns(_latest_so_far(ends, CPR, "indkomst_kilde").alias("foer_til"))
        .with_columns(
            _beside(1, "indkomst_kilde", of="foer_til").alias("foer_til"),
            _beside(1, "indkomst_kilde", of="fra_dato").alias("foer_fra"),
            _beside(1, "indkomst_kilde", of=ROW).alias("foer_raekke"),
        )
    )


_OWN: Mapping[str, Callable[[CheckedBook], pl.LazyFrame]] = {
    "borger": _borger,
    "forloeb": _forloeb,
    "vurdering": _vurdering,
    "job": _job,
    "afgoerelse": _afgoerelse,
    "indkomst": _indkomst,
}
