"""What is known of each citizen from all sheets together: one row per CPR number.

The columns begin with `sag_`; every view (`rules.view`) has them beside its rows.
Days are inclusive; a day that no row gives is null.
"""

from functools import reduce

import polars as pl

from fpsheet_templates.codes import APPLICATION
from fpsheet_templates.form import Form
from fpsheet_validation.cells.cpr import born_number
from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.rules.doubt import doubtful_citizens, doubtful_sheets
from fpsheet_validation.setting import Setting

GRANTING = ("tilkendelse", "aendring", "uaendret")
"""Decisions after which the citizen has a pension; so too an udsaettelse that states a niveau."""


ENDED_BY_LIFE = ("alderspension", "fraflytning")
"""Causes of bortfald that, as a death does, end the pension from their own day."""


def is_known_without_pension(setting: Setting) -> pl.Expr:
    """Return where a citizen without any award is known to have no pension from before.

    Greenland's workbooks ask whether there was one. Denmark's do not: there only who was refused
    is known to have had none.
    """
    return pl.lit(setting.jurisdiction != "DK") | pl.col("sag_har_afslag")


def on_appeal(setting: Setting) -> pl.Expr:
    """Return where an appeals body decided."""
    codes = setting.form.code_lists["instans"].codes
    bodies = [code.id for code in codes if code.extra["klage"]]
    return pl.col("instans").is_in(bodies).fill_null(value=False)


EVENT_DAYS = {
    "forloeb": "start_dato",
    "vurdering": "vurdering_dato",
    "job": "start_dato",
    "afgoerelse": "afgoerelse_dato",
    "indkomst": "fra_dato",
}
"""Sheet → the field that says when something happened to a citizen."""


def is_told_of_the_review(setting: Setting) -> pl.Expr:
    """Return where a revurdering stands before any pension, which BRG-005 tells of the citizen.

    So it is with who was granted the pension in another kommune: one cause, one finding.
    """
    asked = pl.lit(setting.jurisdiction == "GL") & pl.col("sag_foerste_revurdering").is_not_null()
    granted = pl.col("sag_foerste_pension") <= pl.col("sag_foerste_revurdering")
    return asked & ~granted.fill_null(value=False)


def leaves_country(setting: Setting) -> pl.Expr:
    """Return where a citizen is handed over to another country, or to a kommune of it."""
    own = setting.form.kommuner_in(setting.jurisdiction)
    return ~pl.col("til_kommune").is_in(own) if setting.jurisdiction else pl.lit(value=False)


def goes_within_the_realm(setting: Setting) -> pl.Expr:
    """Return where a citizen moves to another country from which a pension may be taken along."""
    return leaves_country(setting) & (pl.col("til_kommune") != "andet_land")


_SHEETS = ("borger", "afgoerelse", "forloeb", "vurdering", "job", "overdragelse")


def has_cases(form: Form) -> bool:
    """Return whether a form has the sheets of a case; one of another field has not."""
    return all(form.has_sheet(sheet_id) for sheet_id in _SHEETS)


def courses(book: CheckedBook) -> pl.LazyFrame:
    """Return the forløb of a book: its rows of the sheet that are no application."""
    return book.rows("forloeb").filter(pl.col("forloeb_type").ne_missing(APPLICATION))


def new_applications(book: CheckedBook) -> pl.LazyFrame:
    """Return the other rows of that sheet: every application but the first."""
    return book.rows("forloeb").filter(pl.col("forloeb_type") == APPLICATION)


def applications(book: CheckedBook) -> pl.LazyFrame:
    """Return every application: `cpr`, `ansoegt` (its day), the first ones and the new ones."""
    first = book.rows("borger").select(CPR, pl.col("ansoegning_dato").alias("ansoegt"))
    later = new_applications(book).select(CPR, pl.col("start_dato").alias("ansoegt"))
    return pl.concat([first, later]).drop_nulls()


def case_facts(book: CheckedBook) -> pl.DataFrame:
    """Return one row per citizen of the workbook, in the order of the CPR number.

    Columns: `cpr`; `sag_foedt` (yyyymmdd);

    - Borgere: `sag_er_borger`, `sag_foer_reform`, `sag_ansoegning` (the first); of all applications
      `sag_sidste_ansoegning`;
    - Afgørelser: `sag_foerste_tilkendelse`, `sag_foerste_pension`, `sag_sidste_tildeling`,
      `sag_tildeling_virker` (from when the last one counts), `sag_automatisk` (the last one is the
      automatic highest), `sag_sidste_tilkendelse`, `sag_sidste_niveau`, `sag_har_afslag`,
      `sag_ophoer_forud` (when another bortfald counts), `sag_sidste_bortfald`, `sag_doed`,
      `sag_fraflyttet`, `sag_pension_ophoert` (by old-age pension or leaving),
      `sag_sidste_afgoerelse`, `sag_har_udsaettelse`;
    - Forløb: `sag_foerste_forloeb`, `sag_foerste_afklaring`, `sag_foerste_moede`,
      `sag_foerste_indstilling` (of pension), `sag_foerste_revurdering`, `sag_sidste_forloeb`,
      `sag_sidste_forloeb_slut` (9999 while one lasts), `sag_foerste_udvikling` (ressource- or
      jobafklaringsforløb), `sag_aaben_revalidering` (start of one without an end),
      `sag_sidste_revalidering` (9999 while it lasts);
    - Vurderinger, jobs, income: `sag_sidste_vurdering`, `sag_sidste_pct`, `sag_endeligt_afklaret`,
      `sag_sidste_job` (9999 while it lasts), `sag_har_arbejde` (without support, on the day of the
      check), `sag_sidste_indkomst`;
    - Overdragelse: `sag_flyttet`, `sag_foerste_siden` (the first thing to happen since),
      `sag_udrejst` (to another country), `sag_i_riget` (to one of the realm);
    - doubt: `sag_tvivl_<sheet>` where the citizen's rows of a sheet are in doubt, and
      `sag_maaske_borger` where a row of Borgere is probably the citizen's.
    """
    parts = [
        _from_borger(book),
        _from_applications(book),
        _from_afgoerelse(book),
        _from_forloeb(book),
        _from_vurdering(book),
        _from_job(book),
        _latest(book, "indkomst", "fra_dato", "sag_sidste_indkomst"),
        _from_overdragelse(book),
    ]
    # Small frames at once: what is joined while it is still a query takes twice as long.
    found = [part.collect() for part in parts]
    everyone = pl.concat([part.select(CPR) for part in found]).unique().sort(CPR)
    joined = reduce(lambda left, right: left.join(right, on=CPR, how="left"), found, everyone)
    doubts, lost = doubtful_citizens(book), doubtful_sheets(book)
    # Of a citizen without a row in Borgere (BRG-001) nothing else can be missed.
    stranger = pl.col("sag_er_borger").is_null()
    doubted = [
        (stranger | pl.lit(sheet_id in lost) | _is_among(cprs)).alias(f"sag_tvivl_{sheet_id}")
        for sheet_id, cprs in doubts.items()
    ]
    doubted.append(_is_among(doubts["borger"]).alias("sag_maaske_borger"))
    false = pl.col(
        "sag_er_borger",
        "sag_foer_reform",
        "sag_har_udsaettelse",
        "sag_har_afslag",
        "sag_automatisk",
        "sag_har_arbejde",
        "sag_endeligt_afklaret",
    ).fill_null(value=False)
    born = born_number(pl.col(CPR)).alias("sag_foedt")
    return joined.with_columns(born, *doubted).with_columns(false)


def _is_among(cprs: frozenset[str]) -> pl.Expr:
    return pl.col(CPR).is_in(sorted(cprs)) if cprs else pl.lit(value=False)


def _from_borger(book: CheckedBook) -> pl.LazyFrame:
    return (
        book.rows("borger")
        .unique(CPR, keep="first", maintain_order=True)
        .select(
            CPR,
            pl.lit(value=True).alias("sag_er_borger"),
            (pl.col("pensionist_foer_reform") == "ja").alias("sag_foer_reform"),
            pl.col("ansoegning_dato").alias("sag_ansoegning"),
        )
    )


def _from_applications(book: CheckedBook) -> pl.LazyFrame:
    latest = pl.col("ansoegt").max().alias("sag_sidste_ansoegning")
    return applications(book).group_by(CPR).agg(latest)


def _where(condition: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the day of the rows that fit; a `filter` inside a group costs several times that."""
    return pl.when(condition).then(day)


def _from_afgoerelse(book: CheckedBook) -> pl.LazyFrame:
    day, kind = pl.col("afgoerelse_dato"), pl.col("afgoerelse")
    is_lapse = kind == "bortfald"
    postponed = (kind == "udsaettelse") & pl.col("niveau").is_not_null()
    granted = kind.is_in(GRANTING) | postponed
    died = is_lapse & (pl.col("bortfald_aarsag") == "doedsfald")
    lasting = pl.col("bortfald_aarsag").is_in(ENDED_BY_LIFE).fill_null(value=False)
    automatic = (pl.col("automatisk_hoejeste") == "ja").fill_null(value=False)
    by_life, effect = is_lapse & lasting, pl.coalesce("virkning_dato", day)
    is_last = granted & (day == _where(granted, day).max())
    return (
        book.rows("afgoerelse")
        .group_by(CPR)
        .agg(
            _where(kind == "tilkendelse", day).min().alias("sag_foerste_tilkendelse"),
            _where(granted, day).min().alias("sag_foerste_pension"),
            _where(granted, day).max().alias("sag_sidste_tildeling"),
            _where(is_last, effect).max().alias("sag_tildeling_virker"),
            (automatic & is_last).any().alias("sag_automatisk"),
            _where(kind == "tilkendelse", day).max().alias("sag_sidste_tilkendelse"),
            _where(is_lapse & ~lasting, effect).max().alias("sag_ophoer_forud"),
            (kind == "afslag").any().alias("sag_har_afslag"),
            _where(is_lapse, day).max().alias("sag_sidste_bortfald"),
            _where(died, effect).max().alias("sag_doed"),
            _where(is_lapse & (pl.col("bortfald_aarsag") == "fraflytning"), effect)
            .max()
            .alias("sag_fraflyttet"),
            _where(by_life, pl.max_horizontal("virkning_dato", day))
            .max()
            .alias("sag_pension_ophoert"),
            day.max().alias("sag_sidste_afgoerelse"),
            pl.when(granted)
            .then(pl.col("niveau"))
            .sort_by(day)
            .drop_nulls()
            .last()
            .alias("sag_sidste_niveau"),
            (kind == "udsaettelse").any().alias("sag_har_udsaettelse"),
        )
    )


def _from_forloeb(book: CheckedBook) -> pl.LazyFrame:
    day, kind = pl.col("start_dato"), pl.col("forloeb_type")
    recommended = (kind == "rehabiliteringsmoede") & (pl.col("indstilling") == "foertidspension")
    return (
        courses(book)
        .group_by(CPR)
        .agg(
            _where(kind == "afklaringsforloeb", day).min().alias("sag_foerste_afklaring"),
            _where(kind == "rehabiliteringsmoede", day).min().alias("sag_foerste_moede"),
            _where(recommended, day).min().alias("sag_foerste_indstilling"),
            _where(kind == "revurdering", day).min().alias("sag_foerste_revurdering"),
            _where(kind.is_in(["ressourceforloeb", "jobafklaring"]), day)
            .min()
            .alias("sag_foerste_udvikling"),
            _where((kind == "revalidering") & pl.col("slut_dato").is_null(), day)
            .min()
            .alias("sag_aaben_revalidering"),
            day.min().alias("sag_foerste_forloeb"),
            day.max().alias("sag_sidste_forloeb"),
            pl.col("slut_dato")
            .fill_null(pl.date(9999, 12, 31))
            .max()
            .alias("sag_sidste_forloeb_slut"),
            _where(kind == "revalidering", pl.col("slut_dato").fill_null(pl.date(9999, 12, 31)))
            .max()
            .alias("sag_sidste_revalidering"),
        )
    )


def _from_vurdering(book: CheckedBook) -> pl.LazyFrame:
    day, settled = pl.col("vurdering_dato"), pl.col("endeligt_afklaret") == "ja"
    return (
        book.rows("vurdering")
        .group_by(CPR)
        .agg(
            day.max().alias("sag_sidste_vurdering"),
            pl.col("arbejdsevne_pct").sort_by(day).last().alias("sag_sidste_pct"),
            settled.any().alias("sag_endeligt_afklaret"),
        )
    )


def _from_job(book: CheckedBook) -> pl.LazyFrame:
    ends = pl.col("slut_dato").fill_null(pl.date(9999, 12, 31))
    today = pl.lit(book.setting.today)
    ordinary = pl.col("job_type").is_in(["ordinaer", "selvstaendig"])
    on_day = (pl.col("start_dato") <= today) & (ends > today)
    return (
        book.rows("job")
        .group_by(CPR)
        .agg(
            ends.max().alias("sag_sidste_job"),
            (ordinary & on_day).fill_null(value=False).any().alias("sag_har_arbejde"),
        )
    )


def _from_overdragelse(book: CheckedBook) -> pl.LazyFrame:
    day, left = pl.col("dato"), leaves_country(book.setting).fill_null(value=False)
    realm = goes_within_the_realm(book.setting).fill_null(value=False)
    moved = (
        book.rows("overdragelse")
        .group_by(CPR)
        .agg(
            day.max().alias("sag_flyttet"),
            _where(left, day).max().alias("sag_udrejst"),
            _where(realm, day).max().alias("sag_i_riget"),
        )
    )
    begun = pl.concat(
        book.rows(sheet_id).select(CPR, pl.col(field).alias("begyndt"))
        for sheet_id, field in EVENT_DAYS.items()
    )
    since = begun.join(moved, on=CPR).filter(pl.col("begyndt") >= pl.col("sag_flyttet"))
    first = since.group_by(CPR).agg(pl.col("begyndt").min().alias("sag_foerste_siden"))
    return moved.join(first, on=CPR, how="left")


def _latest(book: CheckedBook, sheet_id: str, day: str, name: str) -> pl.LazyFrame:
    return book.rows(sheet_id).group_by(CPR).agg(pl.col(day).max().alias(name))
