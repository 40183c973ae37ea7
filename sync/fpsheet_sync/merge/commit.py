"""Commits: everything that ever changed what the store says of a kommune."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from fpsheet_sync.merge.stamp import ToldDecision, short_identity

NEW = 0
"""Number of a commit that is planned and has no number of its own yet."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Stands for a file without a modified time: it sorts before all that have one."""


class CommitKind(StrEnum):
    """What a commit is."""

    SUBMISSION = "indberetning"
    ISSUE = "udstedelse"
    """A workbook was given out, filled with what the store held."""
    RELEASE = "frigivelse"
    """A named person let a held file through."""
    RESOLUTION = "loesning"
    """A named person decided a conflict."""


class Status(StrEnum):
    """What became of a commit."""

    MERGED = "flettet"
    QUARANTINE = "karantaene"
    """Merged, but some cases wait."""
    HELD = "tilbageholdt"
    """Nothing merged: the file lost too many rows."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as the merge sees it.

    Attributes:
        id: Number in the order of arrival; `NEW` while planned.
        kind: What it is.
        sha256: Its identity: hash of the file, or of the decision.
        workbook_id: Workbook it came from; empty for decisions.
        parent: What is stamped in the file as its parent; may be empty or unknown.
        time: The file's own modified time or the time of the decision; None when it has none,
            and for an issue.
        filled: Number of filled cells; orders files of the same moment.
        after: Identities of commits that a decision was about, that an issue knew, or that a file
            follows although their times are later.
        decision: What was decided, by whom and why; empty for the others.
        told: Decisions that a receipt wrote into the workbook since its parent.
        ancestor: Number of the commit it was merged against, as stored; None for none, and
            before it was merged.
    """

    id: int
    kind: CommitKind
    sha256: str
    workbook_id: str = ""
    parent: str = ""
    time: datetime | None = None
    filled: int = 0
    after: tuple[str, ...] = ()
    decision: Mapping[str, object] | None = None
    told: tuple[ToldDecision, ...] = ()
    ancestor: int | None = None

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Return what orders commits that do not descend from one another."""
        return self.time or BEGINNING, self.filled, self.sha256

    def is_file_of(self, workbook_id: str) -> bool:
        """Return whether it is a file of a workbook."""
        return self.kind is CommitKind.SUBMISSION and self.workbook_id == workbook_id

    def builds_on(self, other: "Commit") -> bool:
        """Return whether it names another commit, and so was made by somebody who knew it."""
        short = short_identity(other.sha256)
        return other.sha256 in {self.parent, *self.after} or any(
            one.decision == short for one in self.told
        )
