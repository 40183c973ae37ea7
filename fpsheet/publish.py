"""Publishing: the state of the database becomes statistics workbooks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Connection, func, select

from fpsheet.progress import Progress, Step
from fpsheet.statistics.layout import Publisher
from fpsheet.statistics.publish import write_release
from fpsheet_sync.schema import store_schema
from fpsheet_sync.stat_table import Period, Release
from fpsheet_sync.state_hash import state_hash
from fpsheet_sync.statistics.benchmark import load_benchmarks
from fpsheet_sync.statistics.counting import Counting
from fpsheet_sync.statistics.release import (
    OUTSIDE_KOMMUNER,
    ReleaseRequest,
    count_release,
    lay_out,
)
from fpsheet_sync.statistics.suppression import apply_suppression, public_tables
from fpsheet_sync.store import Store
from fpsheet_templates.form import Form


@dataclass(frozen=True, slots=True)
class Order:
    """Which statistics are wanted.

    Attributes:
        period: Days counted, both ends inclusive.
        counted_on: The day printed as "opgjort pr.".
        language: Language of the workbooks.
        kommuner: Only these kommuner's editions; the national ones and all kommuner when empty.
        internal: The edition that must not be passed on, nothing hidden.
        as_of: Count as the database was at the end of this day; as it is now when None.
        threshold: Smallest number shown in a public edition.
        publisher: Who publishes.
    """

    period: Period
    counted_on: date
    language: str
    kommuner: tuple[str, ...] = ()
    as_of: date | None = None
    internal: bool = False
    threshold: int = 5
    publisher: Publisher = field(default_factory=Publisher)


def publish(store: Store, form: Form, order: Order, folder: Path, progress: Progress) -> list[Path]:
    """Count each country once and write its national edition and every kommune's.

    What is hidden is chosen over all editions of a country together, and nothing is written
    before the audit has passed for every country.

    Returns:
        The workbooks; the same tables lie beside each as ODS and CSV.

    Raises:
        UsageError: The period ends before it begins.
        DisclosureError: Some number cannot be protected.
        WorkbookFileError: The folder cannot be written.
    """
    with store.read() as connection:
        as_of = commit_of(connection, order.as_of) if order.as_of else None
        wanted = {form.kommuner[kode].jurisdiction for kode in order.kommuner}
        delivered = delivered_countries(connection, form, as_of)
        countries = [country for country in delivered if not wanted or country in wanted]
    state = state_hash(store, as_of)
    releases: list[Release] = []
    progress.start(Step.COMPUTE, total=len(countries))
    for country in countries:
        request = _request(order, country, as_of, state)
        with store.read() as connection:
            known = load_benchmarks(connection)
            counting = count_release(connection, form, replace(request, benchmarks=known))
        releases += _editions(order, counting, request, form)
        progress.advance(Step.COMPUTE)
    progress.start(Step.WRITE, total=len(releases))
    written: list[Path] = []
    for release in releases:
        workbook, *_ = write_release(release, folder, form, publisher=order.publisher)
        written.append(workbook)
        progress.advance(Step.WRITE)
    return written


def _editions(
    order: Order, counting: Counting, request: ReleaseRequest, form: Form
) -> list[Release]:
    """Lay out the editions of a country that are wanted; hidden where they are to be public."""
    areas = (request.area, *counting.delivered)
    editions = [lay_out(counting, replace(request, area=area)) for area in areas]
    if not order.internal:
        # Loaded here: the solver takes a while, and an internal edition needs none.
        from fpsheet_sync.disclosure.settings import Settings
        from fpsheet_sync.disclosure.suppression import suppress
        from fpsheet_sync.statistics.cells import release_cells

        editions = [public_tables(edition) for edition in editions]
        hidden = suppress(release_cells(editions, form), Settings(threshold=order.threshold))
        editions = [apply_suppression(edition, hidden) for edition in editions]
    return [each for each in editions if not order.kommuner or each.area in order.kommuner]


def commit_of(connection: Connection, day: date) -> int:
    """Give the number of the last commit received by the end of a day (UTC), 0 for none."""
    commit = store_schema()["indberetning"]
    end = datetime.combine(day, time.max, UTC)
    last = select(func.max(commit.c.id)).where(commit.c.received_at <= end)
    return int(connection.execute(last).scalar() or 0)


def delivered_countries(connection: Connection, form: Form, as_of: int | None) -> tuple[str, ...]:
    """Give the countries ("GL", "DK") that have delivered anything, Greenland first."""
    commit = store_schema()["indberetning"]
    kommuner = select(commit.c.kommune_kode).distinct()
    if as_of is not None:
        kommuner = kommuner.where(commit.c.id <= as_of)
    found = {form.kommuner[kode].jurisdiction for kode in connection.execute(kommuner).scalars()}
    return tuple(sorted(found, reverse=True))


def expected_kommuner(form: Form, countries: Iterable[str], aar: int) -> tuple[str, ...]:
    """Give the kommuner of some countries that are to deliver for a year, in order of code."""
    wanted, last_day = set(countries), date(aar, 12, 31)
    return tuple(
        sorted(
            kommune.code
            for kommune in form.kommuner.values()
            if kommune.jurisdiction in wanted
            and kommune.is_in_force(last_day)
            and kommune.code not in OUTSIDE_KOMMUNER
        )
    )


def _request(order: Order, area: str, as_of: int | None, state: str) -> ReleaseRequest:
    return ReleaseRequest(
        period=order.period,
        area=area,
        language=order.language,
        counted_on=order.counted_on,
        as_of=as_of,
        state=state,
    )
