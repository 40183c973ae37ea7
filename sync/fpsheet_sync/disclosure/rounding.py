"""Additive controlled rounding of a release, with the audit that allows it.

Every number is printed as a multiple of the base; every sum and limit holds in print. A number
printed before keeps its print, whatever the edition, while its count is near enough.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fpsheet_sync.disclosure.cells import CellId, DisclosedRelease, check_release
from fpsheet_sync.disclosure.controlled import make_noise
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.means import Means, PartOrder
from fpsheet_sync.disclosure.part_rounding import ProtectedPart, protect_part
from fpsheet_sync.disclosure.parts import Part, split, workers_for
from fpsheet_sync.disclosure.prints import Print
from fpsheet_sync.disclosure.problem import Problem, build_problem
from fpsheet_sync.disclosure.proven import Proven
from fpsheet_sync.disclosure.settings import Rounding

SHORTEST_SECRET = 16
"""Bytes of the secret below which it could be guessed."""

_NEVER: Mapping[CellId, tuple[Print, ...]] = {}


@dataclass(frozen=True, slots=True)
class RoundingProgress:
    """How far it is: cells of the parts that are done, and of all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """How one part was done.

    Attributes:
        first: The first by name of its numbers to be printed.
        cells: How many numbers it has, unprinted ones with it.
        small: How many of them are small.
        step: The means that did it.
        base: Its base.
        window: How far a print is from its count at most; 0 where nothing is printed.
        own_values: Whole values left to a kommune.
    """

    first: CellId
    cells: int
    small: int
    step: Means
    base: int
    window: int
    own_values: int


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """How safe small numbers are from one reader.

    Attributes:
        view: Kommunekode, or "" for the public.
        small: Small numbers kept from it.
        fewest: Whole values proved possible of the one it knows best: at least so many; None
            where nothing is kept from it.
        cell: That number.
        narrow: Numbers it knows too closely; none in a release that is published.
    """

    view: str
    small: int
    fewest: int | None
    cell: CellId | None
    narrow: tuple[CellId, ...]


@dataclass(frozen=True, slots=True)
class RoundedAudit:
    """The audit of a rounded release, the public first.

    Attributes:
        readers: One line per reader.
        already_known: Small numbers that a reader knows too closely from earlier editions alone,
            with the reader: nothing can take that back.
    """

    readers: tuple[ReaderLine, ...]
    already_known: tuple[tuple[CellId, str], ...] = ()

    @property
    def has_passed(self) -> bool:
        """Return whether no reader knows a small number too closely."""
        return not any(line.narrow for line in self.readers)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A release that may be published.

    Attributes:
        prints: Every number printed now.
        left_out: Numbers that must not be printed.
        moved: Numbers printed before and printed otherwise now: before, and now.
        outcomes: How each part with numbers to be printed was done, the largest first.
        audit: The passed audit.
        settings: The choices it was made with.
    """

    prints: Mapping[CellId, Print]
    left_out: frozenset[CellId]
    moved: Mapping[CellId, tuple[int, int]]
    outcomes: tuple[PartOutcome, ...]
    audit: RoundedAudit
    settings: Rounding


def round_release(
    release: DisclosedRelease,
    settings: Rounding,
    *,
    secret: bytes,
    earlier: Mapping[CellId, tuple[Print, ...]] = _NEVER,
    progress: Callable[[RoundingProgress], None] | None = None,
) -> Rounded:
    """Round a release so that nobody is revealed, and prove it.

    The same release, secret and earlier prints give the same prints, whatever the order of cells
    and equations.

    Args:
        release: The numbers, printed or not, of this edition and of earlier ones.
        settings: The choices made.
        secret: Key of the noise, at least `SHORTEST_SECRET` bytes: who has it can try which counts
            give the prints.
        earlier: Every rounded print that a number ever had, oldest first.
        progress: Told how far it is.

    Raises:
        SpecError: The release is wrong in itself.
        DisclosureError: The secret is too short, an earlier print is none that was made here, the
            time is over, or the audit fails.
    """
    if len(secret) < SHORTEST_SECRET:
        raise disclosure_failure("secret", allowed=SHORTEST_SECRET)
    check_release(release)
    _check_earlier(earlier)
    problem = build_problem(release)
    parts = split(problem)
    told = _Told(problem, earlier)
    deadline = time.time() + settings.time_limit
    orders = [told.order(part, settings, secret, deadline) for part in parts]
    done = 0

    def tell(place: int) -> None:
        nonlocal done
        done += len(parts[place].cells)
        if progress is not None:
            progress(RoundingProgress(done, problem.size))

    with workers_for(problem, parts) as workers:
        protected = workers.follow(protect_part, orders, tell)
    return _join(problem, parts, protected, (told, settings))


def _check_earlier(earlier: Mapping[CellId, tuple[Print, ...]]) -> None:
    for id_, before in sorted(earlier.items()):
        if not all(one.is_sound for one in before):
            raise disclosure_failure("earlier", cell=id_)


class _Told:
    """What was printed before, and what is to be printed now."""

    def __init__(self, problem: Problem, earlier: Mapping[CellId, tuple[Print, ...]]) -> None:
        self._earlier = earlier
        self.is_printed = ~problem.is_unprinted

    def order(self, part: Part, settings: Rounding, secret: bytes, deadline: float) -> PartOrder:
        """Return what is asked for of one part."""
        ids = part.problem.ids
        before = tuple(self._earlier.get(id_, ()) for id_ in ids)
        printed = self.is_printed[part.cells]
        # A sum with a number that only an earlier edition printed holds in counts alone, and one
        # that is not certain happens to hold in them.
        is_past = np.array([bool(prints) for prints in before], dtype=np.bool_) & ~printed
        is_bound = [not is_past[list(row)].any() for row in part.problem.rows]
        return PartOrder(
            problem=part.problem,
            is_printed=printed,
            is_bound=np.array(is_bound, dtype=np.bool_) & part.problem.is_certain,
            earlier=before,
            noise=make_noise(secret, ids),
            settings=settings,
            deadline=deadline,
        )

    def moved(self, prints: Mapping[CellId, Print]) -> dict[CellId, tuple[int, int]]:
        """Return the numbers that are printed otherwise than before."""
        return {
            id_: (before[-1].value, prints[id_].value)
            for id_, before in sorted(self._earlier.items())
            if before and id_ in prints and before[-1].value != prints[id_].value
        }


def _join(
    problem: Problem,
    parts: Sequence[Part],
    done: Sequence[ProtectedPart],
    asked: tuple[_Told, Rounding],
) -> Rounded:
    """Put the parts together."""
    told, settings = asked
    prints = {
        id_: one
        for part, protected in zip(parts, done, strict=True)
        for id_, one in zip(part.problem.ids, protected.prints, strict=True)
        if one is not None
    }
    already = sorted(
        (part.problem.ids[cell], problem.views[view])
        for part, protected in zip(parts, done, strict=True)
        for cell, view in protected.already
    )
    readers = _readers(problem, parts, [protected.proven for protected in done])
    audit = RoundedAudit(readers, tuple(already))
    if not audit.has_passed:
        raise disclosure_failure("audit")
    wanted = {problem.ids[cell] for cell in np.flatnonzero(told.is_printed).tolist()}
    return Rounded(
        prints=dict(sorted(prints.items())),
        left_out=frozenset(wanted - prints.keys()),
        moved=told.moved(prints),
        outcomes=tuple(
            _outcome(part, protected)
            for part, protected in zip(parts, done, strict=True)
            if not part.problem.is_unprinted.all()
        ),
        audit=audit,
        settings=settings,
    )


def _outcome(part: Part, protected: ProtectedPart) -> PartOutcome:
    attempt = protected.attempt
    return PartOutcome(
        first=part.problem.ids[int(np.argmin(part.problem.is_unprinted))],
        cells=part.problem.size,
        small=len(protected.proven.cells),
        step=attempt.step,
        base=attempt.base,
        window=max((one.window for one in protected.prints if one), default=0),
        own_values=attempt.own_values,
    )


def _readers(
    problem: Problem, parts: Iterable[Part], found: Sequence[Proven]
) -> tuple[ReaderLine, ...]:
    return tuple(
        _reader(code, view, list(zip(parts, found, strict=True)))
        for view, code in enumerate(problem.views)
    )


def _reader(code: str, view: int, found: Sequence[tuple[Part, Proven]]) -> ReaderLine:
    small, closest = 0, []
    narrow: list[CellId] = []
    for part, proven in found:
        kept = proven.kept_from(view)
        small += kept.number
        if kept.number:
            closest.append((kept.fewest, part.problem.ids[kept.cell]))
        narrow += [part.problem.ids[each] for each in proven.narrow(view)]
    fewest_of_all, name = min(closest, default=(None, None))
    return ReaderLine(code, small, fewest_of_all, name, tuple(sorted(narrow)))
