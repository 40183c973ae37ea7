"""What a copy was told: decisions that a receipt wrote over the cells of its parent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fpsheet_sync.database.record_layout import Layout, Layouts
from fpsheet_sync.merge.commit import Commit, CommitKind
from fpsheet_sync.merge.content import Frames
from fpsheet_sync.merge.lineage import Past
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.stamp import short_identity
from fpsheet_sync.merge.state import Claim, Key, Plain, key_id
from fpsheet_sync.merge.submission import Choice
from fpsheet_sync.merge.three_way import CHOSEN, set_groups


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the departement.

    Attributes:
        choice: What was decided, by whom and why.
        key: What it is about; None in a decision of before its key was noted.
        known: The values between which it was decided; none in such an old decision.
    """

    choice: Choice
    key: Key | None = None
    known: frozenset[tuple[Plain, ...]] = field(default=frozenset(), repr=False)


Decisions = Mapping[str, tuple[Choice, int]]
"""Identifier of a conflict → what was decided, and the commit that decided it."""


def find_told(own: Commit, parent: Commit, earlier: Sequence[Commit], past: Past) -> Decisions:
    """Find what was decided in the decisions that a workbook was told since its parent."""
    # A parent that carries the same stamp was told the same, and said something since.
    known = parent.told if parent.sha256 != own.parent else ()
    wanted = set(own.told) - set(known)
    found: dict[str, tuple[Choice, int]] = {}
    for commit in earlier if wanted else ():
        short = short_identity(commit.sha256)
        asked = {one.conflict_id for one in wanted if one.decision == short}
        if not asked:
            continue
        is_file = commit.kind is CommitKind.SUBMISSION
        choices = past.choices(commit) if is_file else (decided_choice(commit),)
        found |= {one.conflict_id: (one, commit.id) for one in choices if one.conflict_id in asked}
    return found


def write_told(line: Frames, kommune_kode: str, decisions: Decisions, layouts: Layouts) -> Frames:
    """Return a line of descent with the values of decisions in place of its own.

    Args:
        line: What the line says.
        kommune_kode: Whose it is.
        decisions: What was decided since.
        layouts: The sheets of the form.
    """
    left = dict(decisions)
    told = dict(line)
    for name, layout in layouts.items():
        changes: dict[tuple[str, str], Claim] = {}
        for group in _groups_of(layout, left):
            for row_id in line[name][ROW_ID]:
                found = left.pop(key_id(kommune_kode, (name, row_id, group)), None)
                if found is not None:
                    choice, source = found
                    values = tuple(choice.values.get(c) for c in layout.groups[group])
                    changes[row_id, group] = Claim(source, CHOSEN, values)
        if changes:
            told[name] = set_groups(layout, line[name], changes)
    return told


def _groups_of(layout: Layout, decisions: Decisions) -> Iterable[str]:
    """Return the field groups of a sheet that some decision may be about."""
    decided = {frozenset(choice.values) for choice, _ in decisions.values()}
    return [group for group, columns in layout.groups.items() if frozenset(columns) in decided]


def read_decision(commit: Commit) -> Decision:
    """Return what a resolution decided, about what, and between which values."""
    said: Mapping[str, Any] = commit.decision or {}
    sheet, row_id, group = said.get("key") or ("", "", "")
    return Decision(
        choice=decided_choice(commit),
        key=(sheet, row_id, group) if sheet else None,
        known=frozenset(tuple(values) for values in said.get("known", ())),
    )


def decided_choice(commit: Commit) -> Choice:
    """Return the choice that a resolution decided."""
    decision = commit.decision or {}
    values = decision.get("values")
    return Choice(
        conflict_id=str(decision.get("conflict_id", "")),
        values=values if isinstance(values, dict) else {},
        seen=str(decision.get("seen", "")),
        by=str(decision.get("by", "")),
        reason=str(decision.get("reason", "")),
    )
