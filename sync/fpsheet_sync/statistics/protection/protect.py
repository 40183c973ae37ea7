"""Editions for everybody: every number rounded, audited, and put in place of the counted one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.cells import DisclosedRelease as Disclosed
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.rounding import Rounded, round_release
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts
from fpsheet_sync.statistics.protection import measured
from fpsheet_sync.statistics.protection.crossed_cells import crossed_numbers
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.kept_rounding import Before, Kept, Measured
from fpsheet_sync.statistics.protection.kommune_knowledge import tell_parts
from fpsheet_sync.statistics.protection.printed_release import (
    Printed,
    compare_prints,
    print_release,
)
from fpsheet_sync.statistics.protection.proof import Proof, read_ground
from fpsheet_sync.statistics.protection.relation import Reason, ToldReason
from fpsheet_sync.statistics.protection.release_cells import release_cells
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_sync.statistics.tables.citizen_counts import count_persons
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.number_name import COUNTRIES
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_sync.statistics.tables.release import counted_specs
from fpsheet_sync.statistics.tables.wording import Wording

_PASSED_OVER = (1, 99)
"""Means passed over for what is narrow: plain rounding, then all but leaving the part out."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What editions for everybody are made from.

    Attributes:
        counting: What was counted.
        figures: Imported figures to compare with.
        before: What earlier editions of the country told.
        earlier: How the last edition of the period was rounded; nothing where there is none.
        changed: Gives what changed since a commit.
        connection: The database, for the citizens behind the numbers; None to prove nothing by
            worlds.
        past: Every edition in full of the other periods of which some were published, of one
            language, as the same records give them.
    """

    counting: Counting
    figures: Sequence[Benchmark]
    before: Before
    earlier: Kept
    changed: Callable[[int], ChangedFacts]
    connection: Connection | None = None
    past: Sequence[Release] = ()


@dataclass(frozen=True, slots=True)
class Protected:
    """Editions for everybody, how they were rounded, and how that was proved to be enough.

    Attributes:
        releases: The editions.
        kept: How they were rounded.
        audit: The proof.
        plain: Small numbers that everybody has from editions of before numbers were rounded.
        told: What readers are told of numbers beside each other.
        proof: What worlds of citizens prove, without those relations.
    """

    releases: tuple[Release, ...]
    kept: Kept
    audit: Rounded
    plain: tuple[CellId, ...]
    told: tuple[ToldReason, ...]
    proof: Proof


def protect(plan: EditionPlan, counted: Sequence[Release], ground: Ground) -> Protected:
    """Round the editions of a country together, and return them as they may be published.

    Args:
        plan: What is to be made.
        counted: Every edition in full, of every area and language.
        ground: What is known besides.

    Raises:
        DisclosureError: Some number cannot be protected, or not in time.
    """
    own = [release for release in counted if release.language == plan.languages[0]]
    shown = [public_tables(release) for release in own]
    described = _described(plan, (own, shown), ground)
    rounded, proof = _round_proved(plan, described, shown, ground)
    kept = _kept(plan, shown, ground, rounded)
    printed = _printed(plan, ground, rounded, kept)
    words = {language: Wording(plan.form, language) for language in plan.languages}
    releases = tuple(
        print_release(public_tables(each), printed, ground.counting, words[each.language])
        for each in counted
    )
    plain = _plain(described, rounded)
    return Protected(releases, kept, rounded, plain, count_told(described), proof)


def _printed(plan: EditionPlan, ground: Ground, rounded: Rounded, kept: Kept) -> Printed:
    numbers = {name: one.value for name, one in rounded.prints.items()}
    return Printed(
        base=plan.base,
        numbers=numbers,
        left_out=rounded.left_out,
        bases={name: one.base for name, one in rounded.prints.items()},
        figures={name: one.value for name, one in kept.figures.items()},
        tallies=kept.tallies,
        given=compare_prints(ground.counting, numbers, ground.figures),
    )


def _round_proved(
    plan: EditionPlan, described: Disclosed, shown: Sequence[Release], ground: Ground
) -> tuple[Rounded, Proof]:
    """Round so that the audit passes, and again by stronger means what worlds do not prove wide.

    Raises:
        DisclosureError: Some number is narrow to the end, and was not before.
    """
    rounded = _round(plan, described, ground, {})
    if ground.connection is None or not plan.certify_seconds:
        return rounded, Proof()
    citizens = read_ground(ground.connection, plan, shown, ground.before, _shown_before(ground))
    proof, refused = citizens.prove(rounded, ()), dict[CellId, int]()
    for passed_over in _PASSED_OVER:
        open_ones = {cell for cell, _ in proof.narrow} & rounded.prints.keys()
        if not open_ones:
            break
        refused |= dict.fromkeys(open_ones, passed_over)
        rounded = _round(plan, described, ground, refused)
        proof = citizens.prove(rounded, sorted(refused))
    revealed = citizens.revealed(proof, rounded)
    if revealed:
        raise disclosure_failure("proof", cell=revealed[0])
    return rounded, proof


def _round(
    plan: EditionPlan, described: Disclosed, ground: Ground, refused: Mapping[CellId, int]
) -> Rounded:
    told = plan.told
    return round_release(
        described,
        Rounding(
            base=plan.base,
            threshold=plan.threshold,
            time_limit=60.0 * plan.minutes,
            refused=refused,
        ),
        secret=plan.secret,
        earlier=ground.before.prints,
        progress=(lambda step: told(step.done, step.total)) if told else None,
    )


def _described(
    plan: EditionPlan, releases: tuple[Sequence[Release], Sequence[Release]], ground: Ground
) -> Disclosed:
    """Describe the editions: their numbers, the citizens behind each, and all that binds them."""
    own, shown = releases
    request = plan.request(plan.languages[0], "", ())
    counting = ground.counting
    described = release_cells(
        shown,
        plan.form,
        before=ground.before,
        past=_shown_before(ground),
        crossed=crossed_numbers(
            counting, counted_specs(plan.form, request, counting.jurisdictions)
        ),
    )
    persons: dict[CellId, int] = {}
    for release in shown:
        persons |= count_persons(release, counting.excess)
    cells = tuple(replace(cell, persons=persons.get(cell.id)) for cell in described.cells)
    return tell_parts(replace(described, cells=cells), (*own, *ground.past))


def _shown_before(ground: Ground) -> tuple[Release, ...]:
    return tuple(public_tables(release) for release in ground.past)


def count_told(described: Disclosed) -> tuple[ToldReason, ...]:
    """Count what binds numbers beyond the sums that tables print, by why it does."""
    found = Counter((each.reason, each.is_certain) for each in described.equations if each.reason)
    if described.behind:
        found[Reason.BEHIND, True] = len(described.behind)
    return tuple(ToldReason(*key, found[key]) for key in sorted(found))


def _plain(described: Disclosed, rounded: Rounded) -> tuple[CellId, ...]:
    """Return the small numbers that earlier editions give away, whatever is printed now."""
    small = range(1, rounded.settings.threshold)
    exact = {
        cell.id
        for cell in described.cells
        if cell.is_count and cell.value in small and described.known.get(cell.id) == cell.value
    }
    narrow = {cell for cell, view in rounded.audit.already_known if not view}
    return tuple(sorted(exact | narrow))


def _kept(plan: EditionPlan, shown: Sequence[Release], ground: Ground, rounded: Rounded) -> Kept:
    """Choose what is printed beside the counts, and return all that is kept of the edition."""
    given = measured.MeasuredGround(
        as_of=plan.as_of,
        threshold=plan.threshold,
        prints=rounded.prints,
        persons=ground.counting.measured,
        earlier=ground.earlier.figures,
        changed=ground.changed,
    )
    figures: dict[str, Measured] = {}
    tallies: Mapping[str, int] = {}
    for release in shown:
        figures |= measured.measure(release, given)
        if release.area in COUNTRIES:
            how = (plan.base, plan.secret)
            tallies = measured.round_tallies(release, *how, ground.earlier.tallies)
    return Kept(rounded.prints, rounded.left_out, figures, tallies)
