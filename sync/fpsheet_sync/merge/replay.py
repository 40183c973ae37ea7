"""Folding: the state of a kommune from the set of everything it ever sent.

The commits are put in one order that depends on them alone and are taken one after the other.
A file that comes last in that order, which is the ordinary case, can be taken on top of the
stored state with the same result; otherwise the kommune is folded again from the stored files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.commit import Commit, CommitKind
from fpsheet_sync.merge.conflict import decide
from fpsheet_sync.merge.content import Frames
from fpsheet_sync.merge.file_merge import Descended, Outcome, take_file
from fpsheet_sync.merge.lineage import Past, find_parent, nothing_said, order_commits
from fpsheet_sync.merge.soundness import LAST_DAY, CaseRules, CitizenFacts
from fpsheet_sync.merge.state import State, empty_state
from fpsheet_sync.merge.submission import Choice
from fpsheet_sync.merge.submitted_file import File
from fpsheet_sync.merge.told_decision import find_told, read_decision, write_told


class Library(Protocol):
    """Where the files of a kommune are read from."""

    @property
    def layouts(self) -> Layouts:
        """Return the sheets of the form."""
        ...

    def file(self, commit: Commit) -> File:
        """Return a submission."""
        ...

    def line(self, commit: Commit) -> Frames:
        """Return what an issued workbook said."""
        ...

    def citizen(self, borger: str) -> CitizenFacts:
        """Return who a citizen is, as far as the rules ask."""
        ...


@dataclass(frozen=True, slots=True)
class Folded:
    """A kommune, folded.

    Attributes:
        state: Its state.
        outcomes: Commit → what its file did.
    """

    state: State
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Folding:
    """The commits that were folded so far, as the past of the next one."""

    library: Library
    lines: dict[str, Frames] = field(default_factory=dict)
    bases: dict[str, Frames] = field(default_factory=dict)
    parents: dict[str, Commit | None] = field(default_factory=dict)

    @property
    def layouts(self) -> Layouts:
        return self.library.layouts

    def rows(self, commit: Commit) -> Frames:
        return self.library.file(commit).rows

    def line(self, commit: Commit) -> Frames:
        if commit.sha256 not in self.lines:
            self.lines[commit.sha256] = self.library.line(commit)
        return self.lines[commit.sha256]

    def parent(self, commit: Commit) -> Commit | None:
        return self.parents.get(commit.sha256)

    def base(self, commit: Commit) -> Frames:
        return self.bases[commit.sha256]

    def choices(self, commit: Commit) -> tuple[Choice, ...]:
        return self.library.file(commit).choices


def fold(kommune_kode: str, commits: Iterable[Commit], library: Library) -> Folded:
    """Fold all commits of a kommune, in the order that belongs to the set."""
    ordered = order_commits(commits)
    known = known_workbooks(ordered)
    released = released_files(ordered)
    state = empty_state(library.layouts)
    outcomes: dict[int, Outcome] = {}
    past = _Folding(library)
    for number, commit in enumerate(ordered):
        if commit.kind is CommitKind.SUBMISSION:
            file = library.file(commit)
            descended = descend(file, ordered[:number], past)
            is_released = commit.sha256 in released
            rules = rules_on(commit, kommune_kode, library)
            state, outcome = take_file(
                state, file, descended, known=known, rules=rules, released=is_released
            )
            outcomes[commit.id] = outcome
            past.lines[commit.sha256] = outcome.line()
            past.bases[commit.sha256] = descended.base
            past.parents[commit.sha256] = descended.ancestry.parent
        elif commit.kind is CommitKind.RESOLUTION:
            seen = frozenset(one.id for one in ordered if one.sha256 in commit.after)
            rules = rules_on(commit, kommune_kode, library)
            state = decide(state, read_decision(commit), commit.id, rules=rules, seen=seen)
    return Folded(state, outcomes)


def rules_on(commit: Commit, kommune_kode: str, library: Library) -> CaseRules:
    """Return the rules that a decided value must pass on the day of a commit."""
    day = LAST_DAY if commit.time is None else commit.time.date()
    return CaseRules(kommune_kode, library.citizen, day)


def descend(file: File, earlier: Sequence[Commit], past: Past) -> Descended:
    """Find what a file is compared with: what the sender's copy was told last.

    That is what its line of descent said and, over it, the decisions that a receipt wrote into
    the workbook since (docs/merge.md).

    Args:
        file: The file.
        earlier: The commits before it, in order.
        past: What they said.
    """
    ancestry = find_parent(file.commit, file.rows, earlier, past)
    parent = ancestry.parent
    own = file.commit.workbook_id
    foreign = frozenset(
        other.id
        for other in earlier
        if other.kind is CommitKind.SUBMISSION and not other.is_file_of(own)
    )
    if parent is None:
        return Descended(ancestry, nothing_said(past.layouts), foreign=foreign)
    told = find_told(file.commit, parent, earlier, past)
    base = write_told(past.line(parent), file.kommune_kode, told, past.layouts)
    line = frozenset(_ancestors(parent, past))
    if not ancestry.unsure:
        return Descended(ancestry, base, foreign=foreign, line=line)
    return Descended(ancestry, base, past.base(parent), foreign, line)


def _ancestors(parent: Commit, past: Past) -> Iterator[int]:
    """Yield the commits of a line of descent, the newest first."""
    ancestor: Commit | None = parent
    while ancestor is not None:
        yield ancestor.id
        ancestor = past.parent(ancestor)


def known_workbooks(commits: Iterable[Commit]) -> frozenset[str]:
    """Return every workbook that a kommune sent."""
    files = (commit for commit in commits if commit.kind is CommitKind.SUBMISSION)
    return frozenset(commit.workbook_id for commit in files)


def released_files(commits: Iterable[Commit]) -> frozenset[str]:
    """Return the identities of the held files that a named person let through."""
    released = (commit for commit in commits if commit.kind is CommitKind.RELEASE)
    return frozenset(identity for commit in released for identity in commit.after)
