"""Drafts: the editions of a country as they would be published, every reader's knowledge counted.

What is hidden is chosen over the national edition and every kommune's together, with what earlier
editions printed taken as known and what they hid kept hidden.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from fpsheet_sync.commit import CommitKind
from fpsheet_sync.schema import store_schema
from fpsheet_sync.stat_table import Period, Release
from fpsheet_sync.state_hash import state_hash
from fpsheet_sync.statistics.benchmark import Benchmark, load_benchmarks
from fpsheet_sync.statistics.cause import changed_facts
from fpsheet_sync.statistics.counting import Counting
from fpsheet_sync.statistics.crossed import crossed_numbers
from fpsheet_sync.statistics.edition import is_provisional
from fpsheet_sync.statistics.publication import (
    Draft,
    Publication,
    next_number,
    read_before,
    read_editions,
    read_previous,
)
from fpsheet_sync.statistics.release import ReleaseRequest, count_release, counted_specs, lay_out
from fpsheet_sync.statistics.revision import find_revisions, mark_revisions
from fpsheet_sync.statistics.scope import quarters
from fpsheet_sync.statistics.wording import Wording
from fpsheet_sync.store import Store
from fpsheet_templates.form import Form

FORMAT = 2
"""Raised when the same state would be laid out otherwise, so that it is another edition."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be made.

    Attributes:
        form: The form.
        area: "GL" or "DK".
        period: Days counted.
        counted_on: The day printed as "opgjort pr.".
        as_of: Number of the last commit to know of.
        languages: Languages of the editions.
        threshold: Smallest number shown.
        publisher: What is printed of who publishes: name and contact.
        benchmarks: Figures to compare with; those kept in the database when None.
        zeros: What a count of zero is (`fpsheet_sync.disclosure.settings.ZeroPolicy`).
        savings: Also find out what fewer breakdowns would have saved, which takes long.
    """

    form: Form
    area: str
    period: Period
    counted_on: date
    as_of: int
    languages: tuple[str, ...]
    threshold: int
    publisher: Mapping[str, str]
    benchmarks: tuple[Benchmark, ...] | None = None
    zeros: str = "published"
    savings: bool = False

    def request(self, language: str, state: str, figures: tuple[Benchmark, ...]) -> ReleaseRequest:
        """Give what is counted and laid out for the country."""
        return ReleaseRequest(
            period=self.period,
            area=self.area,
            language=language,
            counted_on=self.counted_on,
            as_of=self.as_of,
            state=state,
            benchmarks=figures,
        )


def describe(store: Store, question: Question) -> Publication:
    """Give the edition that would be published: what it depends on, and the next number."""
    form = question.form
    kommuner = [k.code for k in form.kommuner.values() if k.jurisdiction == question.area]
    state = state_hash(store, question.as_of, kommuner)
    with store.read() as connection:
        figures = _benchmarks(connection, question)
        last = _last_submission(connection, question.as_of, kommuner)
        number = next_number(connection, question.area, question.period)
    settings: dict[str, Any] = {
        "format": FORMAT,
        "graense": question.threshold,
        "nuller": question.zeros,
        "udgiver": dict(question.publisher),
        "landstal": [asdict(figure) for figure in figures],
        "foreloebige": _provisional(question),
        "seneste": last,
    }
    days = [str(question.period.fra), str(question.period.til)]
    said = json.dumps([question.area, *days, state, settings], sort_keys=True)
    return Publication(
        id=0,
        area=question.area,
        period=question.period,
        number=number,
        fingerprint=hashlib.sha256(said.encode()).hexdigest(),
        as_of=question.as_of,
        state=state,
        counted_on=question.counted_on,
        settings=settings,
    )


def read_benchmarks(publication: Publication) -> tuple[Benchmark, ...]:
    """Give the figures that an edition compares with."""
    return tuple(Benchmark(**figure) for figure in publication.settings["landstal"])


def _benchmarks(connection: Connection, question: Question) -> tuple[Benchmark, ...]:
    if question.benchmarks is not None:
        return question.benchmarks
    return load_benchmarks(connection)


def _last_submission(connection: Connection, as_of: int, kommuner: Iterable[str]) -> int:
    """Give the last file received from some kommuner: T21 tells of it even if nothing changed."""
    table = store_schema()["indberetning"]
    files = (table.c.art == CommitKind.SUBMISSION) & table.c.kommune_kode.in_(kommuner)
    newest = select(func.max(table.c.id)).where(files, table.c.id <= as_of)
    return int(connection.execute(newest).scalar() or 0)


def _provisional(question: Question) -> list[str]:
    """Give what the editions mark as provisional: the quarters and the whole."""
    day = question.counted_on
    found = [q.id for q in quarters(question.period) if is_provisional(q.period.til, day)]
    return [*found, *(["periode"] if is_provisional(question.period.til, day) else [])]


def make_internal(
    store: Store, question: Question, publication: Publication, kommuner: Sequence[str]
) -> tuple[Release, ...]:
    """Give the editions that must not be passed on: nothing hidden, revisions marked.

    Args:
        store: The store.
        question: What is to be made.
        publication: What `describe` gave.
        kommuner: Kommuner whose editions are wanted; the national one and all when empty.
    """
    counting, releases = _count(store, question, publication)
    releases = [each for each in releases if not kommuner or each.area in kommuner]
    return _revised(store, question, (publication, counting), releases)


def make_draft(
    store: Store, question: Question, publication: Publication, *, publishes: bool
) -> Draft:
    """Make the public editions of a country, with the audit passed.

    Args:
        store: The store.
        question: What is to be made.
        publication: What `describe` gave.
        publishes: Whether the editions say that they are published, or that they are a draft.

    Raises:
        DisclosureError: Some number cannot be protected.
    """
    # Loaded here: the solver takes a while, and an internal edition needs none.
    from fpsheet_sync.disclosure.report import make_report  # noqa: PLC0415
    from fpsheet_sync.disclosure.saving import find_savings  # noqa: PLC0415
    from fpsheet_sync.disclosure.settings import Settings, ZeroPolicy  # noqa: PLC0415
    from fpsheet_sync.disclosure.suppression import Status  # noqa: PLC0415
    from fpsheet_sync.statistics.cells import printed_numbers, release_cells  # noqa: PLC0415
    from fpsheet_sync.statistics.own import protect  # noqa: PLC0415
    from fpsheet_sync.statistics.suppression import (  # noqa: PLC0415
        apply_suppression,
        public_tables,
    )

    counting, counted = _count(store, question, publication)
    full = [public_tables(release) for release in counted]
    with store.read() as connection:
        before = read_before(connection, question.area)
    ours = [release for release in full if release.language == question.languages[0]]
    request = question.request(question.languages[0], "", ())
    crossed = crossed_numbers(counting, counted_specs(request, counting.jurisdictions))
    described = release_cells(
        ours, question.form, known=before.printed, hidden=before.hidden, crossed=crossed
    )
    settings = Settings(threshold=question.threshold, zeros=ZeroPolicy(question.zeros))
    own = [release for release in counted if release.language == question.languages[0]]
    protected = protect(described, settings, own)
    described, chosen = protected.described, protected.chosen
    savings = find_savings(described, settings) if question.savings else ()
    audit = make_report(described, chosen, savings=savings)
    shown = [apply_suppression(release, chosen) for release in full]
    number = publication.number if publishes else 0
    named = [replace(release, number=number) for release in shown]
    printed = {k: v for release in named for k, v in printed_numbers(release).items()}
    hidden = {
        name: status is Status.PRIMARY
        for name, status in chosen.status.items()
        if status is not Status.PUBLISHED
    }
    releases = _revised(store, question, (publication, counting), named)
    return Draft(publication, releases, printed, hidden, before.last, audit)


def _count(
    store: Store, question: Question, publication: Publication
) -> tuple[Counting, list[Release]]:
    """Count the country and lay out every edition, nothing hidden."""
    with store.read() as connection:
        figures = _benchmarks(connection, question)
        request = question.request(question.languages[0], publication.state, figures)
        counting = count_release(connection, question.form, request)
    return counting, [
        lay_out(counting, replace(request, area=area, language=language))
        for language in question.languages
        for area in (question.area, *counting.delivered)
    ]


def _revised(
    store: Store,
    question: Question,
    made: tuple[Publication, Counting],
    releases: Sequence[Release],
) -> tuple[Release, ...]:
    """Mark and list what is revised since the last edition of the period, and say so."""
    publication, counting = made
    with store.read() as connection:
        last = read_previous(connection, question.area, question.period, publication.number)
        if last is None:
            return tuple(_named(release, question.form, None, 0) for release in releases)
        frozen = {(r.area, r.language): r for r in read_editions(connection, last)}
        request = question.request(question.languages[0], "", ())
        specs = counted_specs(request, counting.jurisdictions)
        facts = changed_facts(connection, counting.scope, last.as_of, specs)
    found = []
    for release in releases:
        wording = Wording(question.form, release.language)
        before = frozen.get((release.area, release.language))
        revisions = find_revisions(release, before, facts) if before else ()
        named = _named(release, question.form, last, len(revisions))
        found.append(mark_revisions(named, revisions, wording, last.number))
    return tuple(found)


def _named(release: Release, form: Form, last: Publication | None, revised: int) -> Release:
    """Say which edition it is, and what it stands in place of."""
    wording = Wording(form, release.language)
    if release.internal:
        return release
    own = {"number": release.number, "count": revised}
    sentences = [wording.fill("edition.own" if release.number else "edition.draft", own)]
    if last is not None:
        day = wording.day(last.counted_on)
        key = "edition.revises" if revised else "edition.revises_nothing"
        sentences.append(wording.fill(key, {**own, "before": last.number, "day": day}))
    return replace(release, edition=" ".join(sentences))
