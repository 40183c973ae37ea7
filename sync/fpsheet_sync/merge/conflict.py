"""Conflicts: opened by a clash, kept with every side's values, closed by agreement or decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fpsheet_sync.merge.lineage import Ancestry
from fpsheet_sync.merge.soundness import CaseRules
from fpsheet_sync.merge.state import Claim, Conflict, Key, Notice, Plain, State, key_id
from fpsheet_sync.merge.submission import Choice
from fpsheet_sync.merge.three_way import CHOSEN, Clash, set_groups

LATER_COUNTS = "HIS-011"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the clashes of a file.

    Attributes:
        state: The state with conflicts, notices and values in force.
        touched: Open conflicts that the file opened or had a say in.
        noticed: Keys of the notices that the file caused.
    """

    state: State
    touched: tuple[Key, ...] = ()
    noticed: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of choices.

    Attributes:
        state: The state with what was chosen in force.
        refused: Open conflicts for which something was chosen that breaks a rule.
    """

    state: State
    refused: tuple[Key, ...] = ()


def settle(
    state: State,
    clashes: Mapping[str, Sequence[Clash]],
    ancestry: Ancestry,
    workbook_id: str,
    *,
    line: frozenset[int] = frozenset(),
) -> Settled:
    """Decide the clashes of a file.

    Where both sides descend from the same row, both values are kept and the last agreed one
    stays in force. Where descent cannot be told (a row brought over from another workbook, or a
    stamp nobody knows), the later one counts and a notice keeps both.

    Args:
        state: The state.
        clashes: Sheet → its clashes.
        ancestry: What the file descends from.
        workbook_id: Its workbook.
        line: Commits of its line of descent.
    """
    conflicts, notices = dict(state.conflicts), dict(state.notices)
    touched: list[Key] = []
    noticed: list[Key] = []
    for sheet, found in clashes.items():
        changes: dict[tuple[str, str], Claim] = {}
        for clash in found:
            key = (sheet, clash.row_id, clash.group)
            known = conflicts.get(key)
            if known is None and _is_chosen_here(clash):
                continue
            if known is None and _is_own_choice(clash, line):
                changes[clash.row_id, clash.group] = clash.said
                continue
            if known is None and clash.base is None and _is_moved(clash, ancestry, workbook_id):
                changes[clash.row_id, clash.group] = clash.said
                _note(notices, key, said=clash.said, left=clash.held.values)
                noticed.append(key)
                continue
            conflict = _open(clash) if known is None else _say(known, clash)
            if conflict is None:
                conflicts.pop(key)
                changes[clash.row_id, clash.group] = clash.said
                continue
            touched.append(key)
            conflicts[key] = conflict
            if known is None:
                changes[clash.row_id, clash.group] = _agreed(clash)
        if changes:
            rows = set_groups(state.layouts[sheet], state.rows[sheet], changes)
            state = state.with_rows(sheet, rows)
    state = replace(state, conflicts=conflicts, notices=notices)
    return Settled(state, tuple(touched), tuple(noticed))


def choose(
    state: State,
    choices: Sequence[Choice],
    source: int,
    *,
    rules: CaseRules,
    seen: frozenset[int] = frozenset(),
) -> Chosen:
    """Close the conflicts that somebody decided.

    A decision on other claims, or one that breaks a rule of its row or citizen, does not count.

    Args:
        state: The state.
        choices: What was decided.
        source: The commit that decided.
        rules: What a value must pass before it counts.
        seen: Commits of the files that a decision of the departement was about.
    """
    open_ids = {key_id(rules.kommune_kode, key): key for key in state.conflicts}
    refused: list[Key] = []
    for choice in choices:
        key = open_ids.get(choice.conflict_id)
        if key is None:
            continue
        sheet, row_id, group = key
        layout = state.layouts[sheet]
        values = tuple(choice.values.get(column) for column in layout.groups[group])
        if not _counts(choice, state.conflicts[key], values, seen):
            continue
        if rules.find_broken(state, key, values):
            refused.append(key)
            continue
        rows = set_groups(
            layout, state.rows[sheet], {(row_id, group): Claim(source, CHOSEN, values)}
        )
        left = {other: conflict for other, conflict in state.conflicts.items() if other != key}
        state = replace(state.with_rows(sheet, rows), conflicts=left)
    return Chosen(state, tuple(refused))


def _counts(
    choice: Choice, conflict: Conflict, values: tuple[Plain, ...], seen: frozenset[int]
) -> bool:
    """Return whether a decision knew the claims.

    A file may bring the decided value home and still have an earlier time, where the clocks
    differ: it knew the decision, and its claim is no new one.
    """
    if choice.seen in {"", conflict.fingerprint}:
        return True
    others = [claim for claim in conflict.claims if claim.values != values]
    return bool(seen) and all(claim.source in seen for claim in others)


def note_replaced(state: State, key: Key, said: Claim, left: tuple[Plain, ...]) -> State:
    """Note a value that a file of unsure descent replaced."""
    notices = dict(state.notices)
    _note(notices, key, said=said, left=left)
    return replace(state, notices=notices)


def _is_own_choice(clash: Clash, line: frozenset[int]) -> bool:
    """Return whether the value in force was chosen in the list of conflicts of the same workbook.

    The cell of the row may still say what it said before the choice; who changes it now knew.
    """
    return clash.held.row == CHOSEN and clash.held.source in line


def _is_chosen_here(clash: Clash) -> bool:
    """Return whether the file itself chose the value in force; its choice counts, not its cell."""
    return clash.held.row == CHOSEN and clash.held.source == clash.said.source


def _is_moved(clash: Clash, ancestry: Ancestry, workbook_id: str) -> bool:
    return not ancestry.stamped or not clash.row_id.startswith(f"{workbook_id}-")


def _note(
    notices: dict[Key, tuple[Notice, ...]], key: Key, *, said: Claim, left: tuple[Plain, ...]
) -> None:
    notice = Notice(said.source, said.row, LATER_COUNTS, kept=said.values, left=left)
    notices[key] = (*notices.get(key, ()), notice)


def _open(clash: Clash) -> Conflict:
    return Conflict(agreed=_agreed(clash).values, claims=(clash.held, clash.said))


def _agreed(clash: Clash) -> Claim:
    """Return what stays in force while a clash is undecided.

    A decision stays until somebody who knew it corrects it: the copy that clashes with it did not.
    """
    return clash.held if clash.base is None or clash.held.row == CHOSEN else clash.base


def _say(conflict: Conflict, clash: Clash) -> Conflict | None:
    """Let a file speak in an open conflict; None when all sides now say the same."""
    own = None if clash.base is None else clash.base.values
    others = [claim for claim in conflict.claims if claim.values != own]
    if all(claim.values != clash.said.values for claim in others):
        others.append(clash.said)
    if len(others) == 1:
        return None
    return replace(conflict, claims=tuple(others))
