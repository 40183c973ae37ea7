"""Every statistics table counts what a second, naive implementation counts, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine

from fpsheet_sync.database.schema import with_schema
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.committee import count_meetings
from fpsheet_sync.statistics.tables.release import ReleaseRequest, count_release, lay_out
from fpsheet_templates.load import load_form
from tests.support.country import Country, load_country, stored
from tests.support.naive_statistics import NaiveCount
from tests.support.schema import SCHEMA
from tests.support.statistics_check import check_sums, differences

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.support.country import Record

KOMMUNER = ("955", "956", "957", "707", "751")
GOALS = (*KOMMUNER, "danmark", "andet_land")
CITIZENS = ("a", "b", "c", "d", "e", "f")
LEVELS = (None, "hoejeste", "mellemste", "laveste")
# Few days, so that ties, borders and leap days come up often.
DAYS = (
    date(2016, 6, 30),
    date(2016, 7, 1),
    date(2019, 12, 31),
    date(2020, 2, 29),
    date(2021, 2, 28),
    date(2023, 12, 31),
    date(2024, 2, 29),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 28),
    date(2025, 3, 31),
    date(2025, 4, 1),
    date(2025, 6, 15),
    date(2025, 12, 30),
    date(2025, 12, 31),
    date(2026, 1, 1),
)
PERIODS = (
    Period(date(2025, 1, 1), date(2025, 12, 31)),
    Period(date(2025, 2, 28), date(2025, 4, 1)),
    Period(date(2024, 2, 29), date(2024, 2, 29)),
    Period(date(2016, 7, 1), date(2025, 12, 30)),
)
# An example takes a second, so shrinking would take minutes; the failing cells say enough.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
TODAY = date(2026, 3, 2)
ANNULLED = (None, None, None, "fejlindtastning")


def codes(form_list: str) -> tuple[str | None, ...]:
    """Return a code list with blank."""
    return (None, *load_form().code_lists[form_list].ids())


def record(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[Record]:
    """Return a record of some citizen of some kommune."""
    return st.fixed_dictionaries(
        {
            "kommune_kode": st.sampled_from(KOMMUNER),
            "borger": st.sampled_from(CITIZENS),
            "annuller": st.sampled_from(ANNULLED),
            **fields,
        }
    )


@st.composite
def spells(draw: st.DrawFn, /, start: str, end: str, **fields: st.SearchStrategy[object]) -> Record:
    """Return a record with a start and perhaps an end, in order."""
    row = dict(draw(record(**fields)))
    days = sorted(draw(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
    return {**row, start: days[0], end: draw(st.sampled_from((None, days[1])))}


DAY = st.sampled_from(DAYS)
MAYBE_DAY = st.sampled_from((None, *DAYS))
HOURS = st.sampled_from((None, 0.0, 0.1, 4.4, 5.5, 9.9, 10.0, 19.9, 20.0, 29.9, 30.0, 37.0))


def pick(values: tuple[object, ...]) -> st.SearchStrategy[object]:
    """Return one of some values."""
    return st.sampled_from(values)


CODED_ANEW = ("DB25-A03", "DB25-C", "DB25-C1020", "DB25-J", "DB25-K", "DB25-Q", "DB25-U")


FORLOEB = spells(
    "start_dato",
    "slut_dato",
    forloeb_type=pick(
        (
            *("revurdering", "revurdering", "afklaringsforloeb", "revalidering", "andet"),
            *("rehabiliteringsmoede", "ansoegning"),
        )
    ),
    indstilling=pick((None, "foertidspension", "fleksjob")),
    moedeleder=pick((None, "Åse", "åse ", "ÅSE", "CD")),
    deltog_borger=pick((None, "ja", "nej")),
    deltog_eksterne=pick((None, "ja")),
    revalideringstiltag=pick((None, "afklaring", "uddannelse")),
    resultat=pick((None, "afgoerelse_truffet", "udsat")),
    motivation=pick((None, "godt")),
    uden_for_cyklus=pick((None, "ja", "nej")),
)
JOB = spells(
    "start_dato",
    "slut_dato",
    job_type=pick(("fleksjob", "skaanejob", "ordinaer", "ordinaer", "selvstaendig")),
    branche=pick((None, "A", "A03", "B", "C", "X", *CODED_ANEW)),
    timer_pr_uge=HOURS,
)
AFGOERELSE = record(
    afgoerelse=pick(codes("afgoerelse")[1:]),
    afgoerelse_dato=DAY,
    virkning_dato=MAYBE_DAY,
    niveau=pick(LEVELS),
    bortfald_aarsag=pick((None, "frakendt", "doedsfald", "fraflytning", "alderspension")),
    instans=pick((*(None, "kommunalbestyrelse", "sagsbehandler") * 2, *codes("instans")[1:])),
    foreliggende_grundlag=pick((None, "ja", "nej")),
    automatisk_hoejeste=pick((None, None, "ja")),
    afslagsaarsag=pick((None, "alder", "udeblivelse")),
    tilbagevisningsaarsag_1=pick((None, "dokumentation")),
    tilbagevisningsaarsag_2=pick((None, "ressourcer")),
    tilbagevisningsaarsag_3=pick((None, "dokumentation", "arbejdsproevning")),
)


@st.composite
def replaced_applications(draw: st.DrawFn, /, number: int) -> list[Record]:
    """Return a row of a citizen whose application was written over, once or twice."""
    row = dict(draw(record(pensionist_foer_reform=st.just("nej"))))
    row |= {"raekke_id": f"b-old-{number}", "annuller": None}
    days = draw(st.lists(MAYBE_DAY, min_size=2, max_size=3))
    ends = [*range(2, len(days) + 1), None]
    return [
        row | {"ansoegning_dato": day, "fra_indberetning": place, "til_indberetning": end}
        for place, (day, end) in enumerate(zip(days, ends, strict=True), start=1)
    ]


REPLACED = st.tuples(replaced_applications(number=1), replaced_applications(number=2))
RECORDS = st.fixed_dictionaries(
    {
        "borger": st.builds(
            lambda rows, replaced: [*rows, *(row for own in replaced for row in own)],
            st.lists(
                record(
                    pensionist_foer_reform=pick((None, "ja", "nej")),
                    ansoegning_dato=MAYBE_DAY,
                    lokalitet=pick((None, "Nuuk", "Nuuk", " ")),
                    afdeling=pick((None, "Ungeindsatsen")),
                    ordinaert_arbejde=pick((None, "ja", "nej", "nej")),
                ),
                max_size=6,
            ),
            REPLACED,
        ),
        "forloeb": st.lists(FORLOEB, max_size=8),
        "vurdering": st.lists(
            record(
                vurdering_dato=DAY,
                arbejdsevne_pct=pick((None, 0, 25, 26, 50, 51, 75, 76, 100)),
                maks_timer_pr_uge=HOURS,
            ),
            max_size=5,
        ),
        "job": st.lists(JOB, max_size=6),
        "afgoerelse": st.lists(AFGOERELSE, max_size=12),
        "indkomst": st.lists(
            spells("fra_dato", "til_dato", indkomst_kilde=pick(("loen", "arbejdsskade"))),
            max_size=4,
        ),
        "overdragelse": st.lists(record(til_kommune=pick(GOALS), dato=DAY), max_size=4),
    }
)
BIRTHS = tuple(
    day - timedelta(days=round(365.25 * years)) for day in DAYS for years in (18, 45, 60)
)
PERSONS = st.fixed_dictionaries(
    {name: st.tuples(pick(("K", "M", None)), pick((None, *BIRTHS))) for name in CITIZENS}
)
COUNTRIES = st.builds(
    Country,
    persons=PERSONS,
    records=RECORDS,
    delivered=st.just(KOMMUNER),
    merged=st.sampled_from(({}, {"b": "a"})),
)


def check(connection: Connection, country: Country, period: Period, area: str) -> None:
    """Compare a stored country's edition, and those of two kommuner, with the naive count."""
    form = load_form()
    counting = count_release(connection, form, ReleaseRequest(period, area, "da", TODAY))
    kommuner = set(counting.scope.kommuner)
    naive = NaiveCount(country, form, frozenset(kommuner), period.fra, period.til)
    facts = list(naive.facts())
    if "707" in kommuner:
        assert count_meetings(connection, counting.scope, "707") == naive.led("707")
    for own in (area, *(kommune for kommune in ("956", "707") if kommune in kommuner)):
        request = ReleaseRequest(period, own, "da", TODAY)
        release = lay_out(counting, request)
        assert differences(release, request, facts, kommuner) == []
        assert [wrong for table in release.tables for wrong in check_sums(table)] == []


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 6, phases=PHASES)
@given(country=COUNTRIES, period=st.sampled_from(PERIODS), area=st.sampled_from(("GL", "DK", "")))
def test_sqlite_counts_what_the_naive_count_does(
    country: Country, period: Period, area: str
) -> None:
    """Whatever the kommuner report, every cell of every table is the naive one on SQLite."""
    with stored(country) as connection:
        check(connection, country, period, area)


@pytest.mark.slow
@pytest.mark.pg
@settings(max_examples=settings().max_examples // 16, phases=PHASES)
@given(country=COUNTRIES, period=st.sampled_from(PERIODS), area=st.sampled_from(("GL", "DK", "")))
def test_postgresql_counts_what_the_naive_count_does(
    pg_database: str, country: Country, period: Period, area: str
) -> None:
    """Whatever the kommuner report, every cell of every table is the naive one on PostgreSQL."""
    # No pool: a count that fails must leave no connection open behind it.
    engine = with_schema(create_engine(pg_database, poolclass=NullPool), SCHEMA)
    with engine.connect() as connection, connection.begin() as transaction:
        SCHEMA.metadata().create_all(connection)
        load_country(connection, country)
        check(connection, country, period, area)
        transaction.rollback()
