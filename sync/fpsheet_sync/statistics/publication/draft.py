"""Drafts: the editions of a country as they would be published, every reader's knowledge counted.

Numbers are rounded over the national edition and every kommune's together, with what earlier
editions printed taken as known and kept while it holds.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.state_hash import commit_hashes, rows_as_text
from fpsheet_sync.ledger.stored_state import read_rows
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts, changed_facts
from fpsheet_sync.statistics.facts.scope import quarters
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.kept_rounding import Kept
from fpsheet_sync.statistics.publication.publication import (
    Draft,
    Publication,
    next_number,
    read_before,
    read_editions,
    read_kept,
    read_previous,
    read_publications,
)
from fpsheet_sync.statistics.publication.revision import (
    Revision,
    find_moved,
    find_revisions,
    mark_revisions,
)
from fpsheet_sync.statistics.publication.withdrawal import withdrawal_of
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_sync.statistics.tables.benchmark import Benchmark, load_benchmarks
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.edition import is_provisional
from fpsheet_sync.statistics.tables.quality import WAITING, count_waiting
from fpsheet_sync.statistics.tables.release import (
    count_release,
    counted_specs,
    lay_out_editions,
)
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import Form

FORMAT = 3
"""Raised when the same state would be laid out otherwise, so that it is another edition."""


def describe(store: Store, plan: EditionPlan) -> Publication:
    """Return the edition that would be published: what it depends on, and the next number."""
    form = plan.form
    kommuner = form.kommuner_in(plan.area)
    with store.read() as connection:
        state = counted_state(connection, plan.as_of, kommuner)
        figures = _benchmarks(connection, plan)
        last = _last_submission(connection, plan.as_of, kommuner)
        number = next_number(connection, plan.area, plan.period)
    settings: dict[str, Any] = {
        "format": FORMAT,
        "graense": plan.threshold,
        "afrunding": plan.base,
        "udgiver": dict(plan.publisher),
        "landstal": [figure.stored() for figure in figures],
        "foreloebige": _provisional(plan),
        "seneste": last,
    }
    days = [str(plan.period.fra), str(plan.period.til)]
    said = json.dumps([plan.area, *days, state, settings], sort_keys=True)
    return Publication(
        id=0,
        area=plan.area,
        period=plan.period,
        number=number,
        fingerprint=hashlib.sha256(said.encode()).hexdigest(),
        as_of=plan.as_of,
        state=state,
        counted_on=plan.counted_on,
        settings=settings,
    )


def counted_state(connection: Connection, as_of: int, kommuner: Iterable[str]) -> str:
    """Return the hash of all that is counted: the rows in force, and how much waits.

    Who publishes may not see what waits, so of that the numbers alone are in it.
    """
    digest = hashlib.sha256()
    waiting = {name: count_waiting(connection, name, as_of) for name in WAITING.values()}
    for kommune in sorted(kommuner):
        hashes = commit_hashes(connection, kommune)
        if any(number <= as_of for number in hashes):
            said = {name: counts.get(kommune, 0) for name, counts in waiting.items()}
            digest.update(f"\n{kommune} {json.dumps(said, sort_keys=True)}".encode())
            digest.update(rows_as_text(read_rows(connection, kommune, as_of), hashes))
    return digest.hexdigest()


def read_benchmarks(publication: Publication) -> tuple[Benchmark, ...]:
    """Return the figures that an edition compares with."""
    return tuple(Benchmark(**figure) for figure in publication.settings["landstal"])


def _benchmarks(connection: Connection, plan: EditionPlan) -> tuple[Benchmark, ...]:
    if plan.benchmarks is not None:
        return plan.benchmarks
    return load_benchmarks(connection)


def _last_submission(connection: Connection, as_of: int, kommuner: Iterable[str]) -> int:
    """Return the last file received from some kommuner: T21 tells of it even if nothing changed."""
    table = schema.indberetning
    files = (table.c.art == CommitKind.SUBMISSION) & table.c.kommune_kode.in_(kommuner)
    newest = select(func.max(table.c.id)).where(files, table.c.id <= as_of)
    return int(connection.execute(newest).scalar() or 0)


def _provisional(plan: EditionPlan) -> list[str]:
    """Return what the editions mark as provisional: the quarters and the whole."""
    day = plan.counted_on
    found = [q.id for q in quarters(plan.period) if is_provisional(q.period.til, day)]
    found += ["periode"] if is_provisional(plan.period.til, day) else []
    # An edition of a period that is not over is another than the one that is made when it is.
    return [*found, *(["ikke_slut"] if plan.period.til >= day else [])]


def make_internal(
    store: Store, plan: EditionPlan, publication: Publication, kommuner: Sequence[str]
) -> tuple[Release, ...]:
    """Return the editions that must not be passed on: every number exact, revisions marked.

    They are compared with the numbers of the last edition as they were counted, not as they were
    printed.

    Args:
        store: The store.
        plan: What is to be made.
        publication: What `describe` gave.
        kommuner: Kommuner whose editions are wanted; the national one and all when empty.
    """
    counting, releases = _count(store, plan, publication)
    releases = [each for each in releases if not kommuner or each.area in kommuner]
    with store.read() as connection:
        last = _previous(connection, plan, publication)
    if last is None:
        return tuple(releases)
    figures = read_benchmarks(last)
    then = replace(plan, as_of=last.as_of, counted_on=last.counted_on, benchmarks=figures)
    _, earlier = _count(store, then, last)
    with store.read() as connection:
        facts = _changed(connection, plan, counting, last.as_of)
    before = {(each.area, each.language): each for each in earlier}
    return tuple(
        mark_revisions(release, revisions, Wording(plan.form, release.language), last.number)
        for release in releases
        for revisions in [
            find_revisions(release, before[release.area, release.language], facts)
            if (release.area, release.language) in before
            else ()
        ]
    )


def _previous(
    connection: Connection, plan: EditionPlan, publication: Publication
) -> Publication | None:
    """Return the edition that what is made stands in place of."""
    area, period = plan.area, plan.period
    return read_previous(connection, area, period, publication.number, plan.as_of)


def make_draft(
    store: Store, plan: EditionPlan, publication: Publication, *, publishes: bool
) -> Draft:
    """Make the public editions of a country, with the audit passed.

    Args:
        store: The store.
        plan: What is to be made.
        publication: What `describe` gave.
        publishes: Whether the editions say that they are published, or that they are a draft.

    Raises:
        DisclosureError: Some number cannot be protected, or not in time.
        StoreError: What is kept of an earlier edition is not what it printed.
    """
    counting, counted = _count(store, plan, publication, is_public=True)
    with store.read() as connection:
        before = read_before(connection, plan.area)
        last = _previous(connection, plan, publication)
        figures = _benchmarks(connection, plan)
        # Loaded here: the solver takes a while, and an internal edition needs none.
        from fpsheet_sync.statistics.protection.protect import Ground, protect  # noqa: PLC0415

        ground = Ground(
            counting=counting,
            figures=figures,
            before=before,
            earlier=read_kept(connection, last) if last else Kept(),
            changed=cache(partial(_changed, connection, plan, counting)),
            connection=connection,
            past=_past(connection, plan),
        )
        protected = protect(plan, counted, ground)
    number = publication.number if publishes else 0
    shown = [replace(release, number=number) for release in protected.releases]
    releases = _moved(store, plan, last, shown)
    return Draft(
        publication=publication,
        releases=releases,
        kept=protected.kept,
        seen=before.last,
        audit=protected.audit,
        plain=protected.plain,
        told=protected.told,
        proof=protected.proof,
    )


def _past(connection: Connection, plan: EditionPlan) -> tuple[Release, ...]:
    """Return the editions in full of the other periods of which some were published."""
    known = dict.fromkeys(each.period for each in read_publications(connection, plan.area))
    asked = plan.request(plan.languages[0], "", ())
    requests = (replace(asked, period=period) for period in known if period != plan.period)
    return tuple(
        release
        for request in requests
        for release in lay_out_editions(count_release(connection, plan.form, request), request)
    )


def _count(
    store: Store, plan: EditionPlan, publication: Publication, *, is_public: bool = False
) -> tuple[Counting, list[Release]]:
    """Count the country and lay out every edition in full."""
    with store.read() as connection:
        figures = _benchmarks(connection, plan)
        language, state = plan.languages[0], publication.state
        request = plan.request(language, state, figures, is_public=is_public)
        counting = count_release(connection, plan.form, request)
    return counting, [
        release
        for language in plan.languages
        for release in lay_out_editions(counting, replace(request, language=language))
    ]


def _changed(
    connection: Connection, plan: EditionPlan, counting: Counting, before: int
) -> ChangedFacts:
    """Return what changed since an earlier commit."""
    request = plan.request(plan.languages[0], "", ())
    specs = counted_specs(counting.scope.form, request, counting.jurisdictions)
    return changed_facts(connection, counting.scope, before, specs)


def _moved(
    store: Store, plan: EditionPlan, last: Publication | None, releases: Sequence[Release]
) -> tuple[Release, ...]:
    """Mark and list the prints that moved since the last edition of the period, and say so."""
    if last is None:
        return tuple(_named(release, plan.form, None, None, ()) for release in releases)
    with store.read() as connection:
        frozen = {(r.area, r.language): r for r in read_editions(connection, last)}
    withdrawn = withdrawal_of(last)
    found = []
    for release in releases:
        wording = Wording(plan.form, release.language)
        before = frozen.get((release.area, release.language))
        moved = find_moved(release, before) if before else ()
        named = _named(release, plan.form, last, before, moved)
        if withdrawn is not None:
            told = {"before": last.number, "day": wording.day(withdrawn.day)}
            sentence = wording.fill("edition.withdrawn", {**told, "reason": withdrawn.reason})
            named = replace(named, edition=f"{named.edition} {sentence}")
        found.append(mark_revisions(named, moved, wording, last.number))
    return tuple(found)


def _named(
    release: Release,
    form: Form,
    last: Publication | None,
    before: Release | None,
    moved: Sequence[Revision],
) -> Release:
    """Say which edition it is, and what it stands in place of."""
    wording = Wording(form, release.language)
    own = {"number": release.number, "count": len(moved)}
    sentences = [wording.fill("edition.own" if release.number else "edition.draft", own)]
    if release.period is not None and release.period.til >= release.counted_on:
        sentences.append(wording.fill("edition.open", {"day": wording.day(release.period.til)}))
    if last is not None and before is not None:
        day = wording.day(last.counted_on)
        key = "edition.revises" if moved else "edition.revises_nothing"
        if not before.base:
            key = "edition.revises_exact"
        sentences.append(wording.fill(key, {**own, "before": last.number, "day": day}))
    return replace(release, edition=" ".join(sentences))
