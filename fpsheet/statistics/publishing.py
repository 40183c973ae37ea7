"""Publishing: the state of the database becomes statistics workbooks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.files import need_folder
from fpsheet.progress import Progress, Step
from fpsheet.statistics.edition_list import need_standing, no_edition, reported_countries
from fpsheet.statistics.edition_order import Order, Written
from fpsheet.statistics.folders import check_public, inside_folder
from fpsheet.statistics.kept import kept_audit, kept_files, name_numbers, publisher_of, render_kept
from fpsheet.statistics.render_files import render_release, write_sets
from fpsheet_sync.database.access_log import Deed, log_look, read_end
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.in_force import commit_of
from fpsheet_sync.database.store import Store, Transaction, last_commit, settled
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.publication.draft import (
    describe,
    make_draft,
    make_internal,
    read_benchmarks,
)
from fpsheet_sync.statistics.publication.publication import (
    Draft,
    Publication,
    read_editions,
    read_files,
    read_publications,
    save_drafts,
)
from fpsheet_sync.statistics.publication.revision import print_the_same
from fpsheet_sync.statistics.publication.withdrawal import withdrawal_of
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_sync.statistics.tables.release import (
    check_period,
    delivered_kommuner,
)
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import COUNTRIES

if TYPE_CHECKING:
    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.statistics.certificate.certify import Tell  # brings the solver along

INTERNAL = "intern"
"""Action of the line in the log of who had an internal edition written."""

_TRIES = 3
"""How often a publication is made again when somebody else has published meanwhile."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The editions of one country: of a publication, of a draft, or internal ones.

    Attributes:
        releases: The editions.
        publication: What is published, or was.
        draft: What is published by this order.
        files: The files that are kept of it, as `render_kept` names them.
        plain: Small numbers that everybody has from earlier editions.
    """

    releases: tuple[Release, ...]
    publication: Publication | None = None
    draft: Draft | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    plain: "tuple[CellId, ...]" = ()


def publish(store: Store, order: Order, folder: Path, progress: Progress) -> Written:
    """Count each country once and write its national edition and every kommune's.

    Numbers are rounded over all editions of a country together, and nothing is written
    before the audit has passed for every country. A public edition whose state is that of a
    published one is that one, to the byte. Where the order names an actor, the editions are
    frozen and numbered in one transaction before their files are written.

    What must not be passed on, an internal edition or the audit, is written beside the folder
    (`folders.inside_folder`) and never in it.

    Raises:
        UsageError: The period ends before it begins, there is no such edition, or the folder holds
            what must not be passed on.
        DisclosureError: Some number cannot be protected.
        StoreError: The database could not be used; nothing is published then.
        WorkbookFileError: The folder cannot be written.
    """
    form, words = store.form, Wording(store.form, order.language)
    check_period(form, order.period, order.language)
    inside = inside_folder(folder, words)
    if not order.internal:
        check_public(folder, words)
    for each in {inside, inside if order.internal else folder}:
        need_folder(each, language=order.language)
    log_internal(store, order)
    if order.edition:
        countries = _countries_of(form, order)
        made = [_again(store, order, country) for country in countries]
        found = [each for each in made if each is not None]
        if not found:
            raise _no_edition(store, order)
    else:
        found = _make(store, order, progress)
    written = _write(found, form, order, (folder, inside), progress)
    return written if written.files else _say_why(written, form, order, found)


def log_internal(store: Store, order: Order) -> None:
    """Note who sees an internal edition, whose numbers are exact."""
    if order.internal and order.reader is not None:
        details: dict[str, object] = {
            "fra": str(order.period.fra),
            "til": str(order.period.til),
            "kommuner": list(order.kommuner),
        }
        log_look(store, order.reader, Deed(INTERNAL, details=details))


def _make(store: Store, order: Order, progress: Progress) -> list[_Made]:
    """Build the editions of every country that has delivered; publish them if that is asked."""
    form = store.form
    for _ in range(_TRIES):
        as_of = _last_commit(store, order)
        with store.read() as connection:
            delivered = delivered_kommuner(connection, store.form, as_of)
            given = {form.kommuner[kode].jurisdiction for kode in delivered}
            wanted = [country for country in _countries_of(form, order) if country in given]
            known = (as_of, Wording(form, order.language))
            countries = reported_countries(connection, form, wanted, order.period, known)
        progress.start(Step.COMPUTE, total=len(countries))
        made = []
        for country in countries:
            tellers = (_teller(progress, Step.ROUND), _teller(progress, Step.PROVE))
            plan = _question(form, order, country, as_of, tellers)
            made.append(_make_country(store, order, plan))
            progress.advance(Step.COMPUTE)
        drafts = [each.draft for each in made if each.draft]
        if order.actor is None or not drafts or save_drafts(store, drafts, order.actor):
            return made
    raise store_failure("publishing")


def _teller(progress: Progress, step: Step) -> "Tell":
    """Return what tells of a step of one country as it goes on; it may begin anew."""
    seen: list[int] = []

    def tell(done: int, total: int) -> None:
        if not seen or done < seen[-1]:
            progress.start(step, total=total)
            seen.clear()
        progress.advance(step, parts=done - (seen[-1] if seen else 0))
        seen.append(done)

    return tell


def _last_commit(store: Store, order: Order) -> int:
    if order.actor is not None:
        return settled(store)
    with store.read() as connection:
        if order.as_of is not None:
            return commit_of(connection, order.as_of, order.zone)
        return last_commit(connection)


def _question(
    form: Form,
    order: Order,
    country: str,
    as_of: int,
    tellers: "tuple[Tell | None, Tell | None]" = (None, None),
) -> EditionPlan:
    # Frozen in every language, so that each can be given out again.
    others = form.texts.by_language if order.actor is not None else ()
    languages = (order.language, *(each for each in others if each != order.language))
    return EditionPlan(
        form=form,
        area=country,
        period=order.period,
        counted_on=order.counted_on,
        as_of=as_of,
        languages=languages,
        threshold=order.threshold,
        base=order.base,
        secret=order.secret,
        minutes=order.minutes,
        certify_seconds=order.certify_seconds if order.actor is not None else 0,
        told=tellers[0],
        proved=tellers[1],
        publisher={"navn": order.publisher.navn, "kontakt": order.publisher.kontakt},
    )


def _make_country(store: Store, order: Order, plan: EditionPlan) -> _Made:
    publication = describe(store, plan)
    if order.internal:
        return _Made(make_internal(store, plan, publication, order.kommuner))
    with store.read() as connection:
        earlier = _standing(connection, plan)
        for one in earlier[::-1] if order.as_of else earlier[-1:]:
            if _is_same(one, publication, order):
                return _known(connection, one)
    draft = make_draft(store, plan, publication, publishes=order.actor is not None)
    if order.actor is None:
        return _Made(draft.releases, plain=draft.plain)
    if earlier and _prints_the_same(store, earlier[-1], draft):
        with store.read() as connection:
            return _known(connection, earlier[-1])
    with store.read() as connection:
        end = read_end(connection)
    files = render_kept(draft, plan.form, order.language, end)
    return _Made(draft.releases, publication, replace(draft, files=files), files, draft.plain)


def _standing(connection: Transaction, plan: EditionPlan) -> tuple[Publication, ...]:
    """Return the editions that stand, oldest first; none where the last one was withdrawn.

    What replaces a withdrawn edition is an edition of its own, and says what it replaces.
    """
    known = read_publications(connection, plan.area, plan.period)
    if known and withdrawal_of(known[-1]) is not None:
        return ()
    return tuple(one for one in known if withdrawal_of(one) is None)


def _known(connection: Transaction, one: Publication) -> _Made:
    """Return a published edition as it was printed, with the files that were handed out."""
    files = read_files(connection, one)
    return _Made(read_editions(connection, one), one, files=files)


def _is_same(one: Publication, publication: Publication, order: Order) -> bool:
    """Return whether an edition is what would be made now, or was made of that day's state."""
    if order.as_of is None:
        return one.fingerprint == publication.fingerprint
    settings = ("format", "graense", "afrunding", "seneste")
    return one.state == publication.state and all(
        one.settings.get(name) == publication.settings[name] for name in settings
    )


def _prints_the_same(store: Store, one: Publication, draft: Draft) -> bool:
    """Tell whether an edition prints every number that a draft would, marked provisional alike."""
    marks = "foreloebige"
    if one.settings.get(marks) != draft.publication.settings[marks]:
        return False
    with store.read() as connection:
        return print_the_same(read_editions(connection, one), draft.releases)


def _again(store: Store, order: Order, country: str) -> _Made | None:
    """Return a published edition of a country again; None where there is none of that number."""
    with store.read() as connection:
        known = read_publications(connection, country, order.period)
        found = next((one for one in known if one.number == order.edition), None)
        if found is None:
            return None
        need_standing(connection, found, Wording(store.form, order.language))
        if not order.internal:
            return _known(connection, found)
    plan = replace(
        _question(store.form, replace(order, actor=None), country, found.as_of),
        counted_on=found.counted_on,
        benchmarks=read_benchmarks(found),
    )
    return _Made(make_internal(store, plan, found, order.kommuner))


def internal_edition(store: Store, order: Order, area: str) -> tuple[Release, int]:
    """Return the internal edition of an area as it is written, and the last commit it knows of.

    Raises:
        UsageError: There is no such edition, or the area has none.
    """
    form, order = store.form, replace(order, internal=True, kommuner=(), actor=None)
    country = form.kommuner[area].jurisdiction if area in form.kommuner else area
    if order.edition:
        made = _again(store, order, country)
        with store.read() as connection:
            known = read_publications(connection, country, order.period)
        as_of = next((one.as_of for one in known if one.number == order.edition), 0)
    else:
        as_of = _last_commit(store, order)
        made = _make_country(store, order, _question(form, order, country, as_of))
    if made is None:
        raise _no_edition(store, order)
    for release in made.releases:
        if release.area == area and release.language == order.language:
            return release, as_of
    words = Wording(form, order.language)
    key = "error.nothing_of_kommuner"
    names = {"day": words.day(order.counted_on), "names": words.area(area)}
    raise UsageError(words.fill(key, names), remedy=words.text(f"{key}_remedy"))


def _countries_of(form: Form, order: Order) -> tuple[str, ...]:
    """Return the countries an order may be about, Greenland first."""
    wanted = {form.kommuner[kode].jurisdiction for kode in order.kommuner}
    return tuple(country for country in COUNTRIES if not wanted or country in wanted)


def _write(
    made: Sequence[_Made], form: Form, order: Order, folders: tuple[Path, Path], progress: Progress
) -> Written:
    releases = [
        (each, release)
        for each in made
        for release in each.releases
        if release.language == order.language
        and (not order.kommuner or release.area in order.kommuner)
    ]
    progress.start(Step.WRITE, total=len(releases))
    sets: list[Mapping[str, bytes]] = []
    audits: list[Mapping[str, bytes]] = []
    for each, release in releases:
        own = kept_files(each.files, release)
        if not own:
            publisher = publisher_of(each.publication) if each.publication else order.publisher
            own = render_release(release, form, publisher=publisher)
        if order.actor is not None:
            audits += filter(None, [kept_audit(each.files, release)])
        sets.append(own)
        progress.advance(Step.WRITE)
    public, inside = folders
    folder = inside if order.internal else public
    areas = {release.area for _, release in releases}
    # The audit first: a workbook that is there stands for all that belongs to it.
    write_sets(audits, inside, language=order.language)
    return Written(
        files=write_sets(sets, folder, language=order.language),
        folder=folder,
        inside=inside if audits else None,
        editions={one.publication.area: one.publication for one in made if one.publication},
        new=frozenset(one.draft.publication.area for one in made if one.draft),
        plain=tuple(sentence for one in made for sentence in _plain(one, form, order)),
        unseen=tuple(sentence for one in made for sentence in _unseen(one, form, order)),
        absent=tuple(kode for kode in order.kommuner if kode not in areas),
    )


def _plain(made: _Made, form: Form, order: Order) -> Iterator[str]:
    """Say which small numbers everybody has from earlier editions."""
    if not made.plain:
        return
    words = Wording(form, order.language)
    names = name_numbers(each for each in made.releases if each.language == order.language)
    for cell in made.plain:
        # What only follows from several editions has no place in this one; the audit names it.
        if cell in names:
            yield words.fill("audit.plain", {"number": names[cell]})


def _unseen(made: _Made, form: Form, order: Order) -> Iterator[str]:
    """Say how many small numbers the proof did not come to in time."""
    draft = made.draft
    if draft is not None and draft.proof is not None and draft.proof.unseen:
        words = Wording(form, order.language)
        told = {name: getattr(draft.proof, name) for name in ("unseen", "pairs", "seconds")}
        area = words.owner(draft.publication.area)
        yield words.fill("audit.unseen", {**told, "area": area})


def _say_why(written: Written, form: Form, order: Order, made: Sequence[_Made]) -> Written:
    """Say why there is no file."""
    words = Wording(form, order.language)
    key = "nothing_of_kommuner" if made else "nothing"
    if not made and order.as_of is not None:
        key = "nothing_then"
    names = ", ".join(form.kommuner[kode].name for kode in order.kommuner)
    values = {"day": words.day(order.counted_on), "names": names}
    return replace(
        written,
        why_nothing=words.fill(f"error.{key}", values),
        remedy=words.text(f"error.{key}_remedy"),
    )


def _no_edition(store: Store, order: Order) -> UsageError:
    words = Wording(store.form, order.language)
    numbers: set[int] = set()
    with store.read() as connection:
        for country in _countries_of(store.form, order):
            known = read_publications(connection, country, order.period)
            numbers |= {one.number for one in known}
    return no_edition(words, order.period, order.edition, numbers)
