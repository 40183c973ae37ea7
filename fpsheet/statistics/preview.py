"""Preview: what the statistics would say of a workbook, before it is sent."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from fpsheet.checking.submission import Reception, make_submission
from fpsheet.checking.verdict import Verdict
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import SECRET_BYTES, derive_keys
from fpsheet_sync.database.store import Store, Transaction, open_store
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_sync.merge.submission import Submission
from fpsheet_sync.statistics.facts.extract import Extract, WantedExtract, draw_extract
from fpsheet_sync.statistics.stat_table import Cell, Period, Release, StatTable
from fpsheet_sync.statistics.tables.benchmark import Benchmark, published_share
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    # Loaded where it is used: it brings the writers of workbooks along.
    from fpsheet.statistics.explain_figure import ExplainedFigure, PrintedCell


@dataclass(frozen=True, slots=True)
class Preview:
    """What the statistics would say.

    Attributes:
        release: The internal edition of the kommune.
        explained: The rows behind the figure that was asked about.
    """

    release: Release
    explained: "ExplainedFigure | None" = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be counted.

    Attributes:
        period: Days counted, both ends inclusive.
        today: The day of the check, and of the counting.
        language: Language of the tables.
        explain: A figure to explain; None for none.
        figures: Published figures of the country, to compare with.
    """

    period: Period
    today: date
    language: str
    explain: "PrintedCell | None" = None
    figures: tuple[Benchmark, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that differs from what was sent last.

    Attributes:
        table: Identifier of the table.
        row: Labels of the row.
        column: Heading, without its notes.
        before: What it was; None where the row was not there.
        now: What it is; None where the row is gone.
    """

    table: str
    row: tuple[str, ...]
    column: str
    before: Cell
    now: Cell


def preview(verdict: Verdict, form: Form, wish: Wish) -> Preview | None:
    """Count the kommune's own tables of one workbook, in a database that is thrown away.

    Cases with errors are left out, as they will be at the departement.

    Returns:
        The figures; None where the workbook cannot be read.

    Raises:
        UsageError: The period ends before it begins, or there is no such figure to explain.
    """
    if verdict.check is None or verdict.refused:
        return None
    now = datetime.combine(wish.today, time(), UTC)
    submission = make_submission(verdict.check, verdict.findings, form, Reception(now))
    request = ReleaseRequest(
        period=wish.period,
        area=submission.kommune_kode,
        language=wish.language,
        counted_on=wish.today,
        benchmarks=wish.figures,
    )
    with (
        passing_store(form, submission, Actor("preview", now)) as store,
        store.read() as connection,
    ):
        release = _honest(compute_release(connection, form, request), form, wish)
        return Preview(release, _explain(connection, form, request, release, wish))


def draw_from_workbook(
    verdict: Verdict, form: Form, wanted: WantedExtract, actor: Actor
) -> Extract | None:
    """Draw a list out of one workbook, in a database that is thrown away.

    Cases with errors are left out, as they will be at the departement.

    Returns:
        The list; None where the workbook cannot be read.
    """
    if verdict.check is None or verdict.refused:
        return None
    submission = make_submission(verdict.check, verdict.findings, form, Reception(actor.time))
    with passing_store(form, submission, actor) as store:
        return draw_extract(store, wanted, actor)


def _explain(
    connection: Transaction, form: Form, request: ReleaseRequest, release: Release, wish: Wish
) -> "ExplainedFigure | None":
    if wish.explain is None:
        return None
    from fpsheet.statistics.explain_figure import explain_figure, find_figure

    return explain_figure(connection, form, request, find_figure(form, release, wish.explain))


_OF_THE_COUNTRY = frozenset({"forventet", "indeks"})
_COMPARED_ALONE = "T12b"


def _honest(release: Release, form: Form, wish: Wish) -> Release:
    """Leave out what compares with the country where no published figures are known.

    The only kommune in the passing database is the one that asks: compared with itself, every
    kommune would have the index 100.
    """
    country = form.kommuner[release.area].jurisdiction
    if published_share(wish.figures, country, wish.period) is not None:
        return release
    tables = (_uncompared(table, SpokenForm(form, wish.language)) for table in release.tables)
    return replace(release, tables=tuple(table for table in tables if table.id != _COMPARED_ALONE))


def _uncompared(table: StatTable, spoken: SpokenForm) -> StatTable:
    """Return a table without the columns that compare with the country, and with why."""
    kept = [at for at, column in enumerate(table.columns) if column.id not in _OF_THE_COUNTRY]
    if len(kept) == len(table.columns):
        return table
    said = {key: spoken.text(f"preview.{key}") for key in ("subject", "why")}
    title = table.title.partition(". ")[2]
    return replace(
        table,
        title=f"{table.id}. {said['subject']}, {title.partition(', ')[2]}",
        lines=(said["why"], *table.lines[1:]),
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in table.rows),
        notes=tuple(note for note in table.notes if note != "forventet"),
        source=spoken.text("statistics.source.central"),
        charts=tuple(
            chart for chart in table.charts if not _OF_THE_COUNTRY.intersection(chart.columns)
        ),
    )


def moved_figures(before: Release, now: Release) -> tuple[Moved, ...]:
    """Return every figure that differs between two previews of one kommune, in printed order."""
    earlier = {table.id: _figures(table) for table in before.tables}
    found = []
    for table in now.tables:
        was, own = earlier.get(table.id, {}), _figures(table)
        for place, (labels, heading, cell) in own.items():
            _, _, old = was.get(place, (labels, heading, None))
            if old != cell and {old, cell} != {None, 0}:
                found.append(Moved(table.id, labels, heading, old, cell))
        for place, (labels, heading, cell) in was.items():
            if place not in own and cell:
                found.append(Moved(table.id, labels, heading, cell, None))
    return tuple(found)


_Figure = tuple[tuple[str, ...], str, Cell]


def _figures(table: StatTable) -> dict[tuple[tuple[str, ...], str], _Figure]:
    """Return every figure of a table by the codes of its row and its column."""
    count = len(table.dimensions)
    return {
        (key, column.id): (tuple(map(str, row[:count])), column.heading, cell)
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in list(zip(table.columns, row, strict=True))[count:]
    }


@contextmanager
def passing_store(form: Form, submission: Submission, actor: Actor) -> Iterator[Store]:
    """Return a database in memory that holds one submission, under a key that nobody keeps."""
    keys = derive_keys(secrets.token_bytes(SECRET_BYTES))
    with closing(open_store("sqlite://", form, keys=keys, create=True)) as store:
        for _ in sync_submissions(store, [submission], actor):
            continue
        yield store
