"""Conflicts: opened by a clash, kept with every side's values, closed by agreement or decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fpsheet_sync.merge.lineage import Ancestry
from fpsheet_sync.merge.soundness import CaseRules
from fpsheet_sync.merge.state import (
    Claim,
    Conflict,
    Key,
    Notice,
    Plain,
    State,
    from_plain,
    key_id,
    to_plain,
)
from fpsheet_sync.merge.submission import Choice
from fpsheet_sync.merge.three_way import CHOSEN, Clash, by_record, record_sources, set_groups
from fpsheet_sync.merge.told_decision import Decision

LATER_COUNTS = "HIS-011"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the clashes of a file.

    Attributes:
        state: The state with conflicts, notices and values in force.
        touched: Open conflicts that the file opened or had a say in.
    """

    state: State
    touched: tuple[Key, ...] = ()


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
    return Settled(state, tuple(touched))


def choose(state: State, choices: Sequence[Choice], source: int, *, rules: CaseRules) -> Chosen:
    """Close the conflicts of which a kommune chose a side in its workbook.

    A choice between other claims, or one that breaks a rule of its row or citizen, does not count.

    Args:
        state: The state.
        choices: What was chosen.
        source: The commit of the file.
        rules: What a value must pass before it counts.
    """
    open_ids = {key_id(rules.kommune_kode, key): key for key in state.conflicts}
    refused: list[Key] = []
    for choice in choices:
        key = open_ids.get(choice.conflict_id)
        if key is None or choice.seen not in {"", state.conflicts[key].fingerprint}:
            continue
        values = _values(state, key, choice)
        if rules.find_broken(state, key, values):
            refused.append(key)
            continue
        state = _close(state, key, Claim(source, CHOSEN, values))
    return Chosen(state, tuple(refused))


def decide(
    state: State, decision: Decision, source: int, *, rules: CaseRules, seen: frozenset[int]
) -> State:
    """Put a decision of the departement in force.

    It was taken between some values. A file that was saved before it and came after it may say
    another one: that stands against the decision as a conflict, and the decision counts meanwhile.
    One that says what was known already, or has the copies agree on it, changes nothing. A
    decision that breaks a rule of its row or citizen does not count.

    Args:
        state: The state.
        decision: What was decided.
        source: The commit of the decision.
        rules: What a value must pass before it counts.
        seen: Commits of the files whose values were known.
    """
    open_ids = {key_id(rules.kommune_kode, key): key for key in state.conflicts}
    key = decision.key or open_ids.get(decision.choice.conflict_id)
    if key is None:
        return state
    claims, values = _claims(state, key), _values(state, key, decision.choice)
    if not claims or rules.find_broken(state, key, values):
        return state
    ruled = Claim(source, CHOSEN, values)
    conflict = Conflict(agreed=values, claims=claims)
    known = {values, *decision.known}
    if decision.choice.seen == conflict.fingerprint:
        known |= {claim.values for claim in claims}
    unknown = [one for one in claims if one.values not in known and one.source not in seen]
    state = _close(state, key, ruled)
    if not unknown:
        return state
    still_open = replace(conflict, claims=(ruled, *unknown))
    return replace(state, conflicts={**state.conflicts, key: still_open})


def _claims(state: State, key: Key) -> tuple[Claim, ...]:
    """Return the sides of an open conflict, or what is in force alone; nothing without a record."""
    if key in state.conflicts:
        return state.conflicts[key].claims
    sheet, row_id, group = key
    layout = state.layouts[sheet]
    for record in by_record(state.rows[sheet], [row_id]).values():
        commit, row = record_sources(layout, record)[group]
        held = tuple(to_plain(record[column]) for column in layout.groups[group])
        return (Claim(commit, row, held),)
    return ()


def _values(state: State, key: Key, choice: Choice) -> tuple[Plain, ...]:
    """Return what was chosen for the fields of a group."""
    sheet, _, group = key
    layout = state.layouts[sheet]
    return tuple(
        to_plain(from_plain(layout, column, choice.values.get(column)))
        for column in layout.groups[group]
    )


def _close(state: State, key: Key, chosen: Claim) -> State:
    """Return the state with a chosen value in force and no conflict about it."""
    sheet, row_id, group = key
    rows = set_groups(state.layouts[sheet], state.rows[sheet], {(row_id, group): chosen})
    left = {other: conflict for other, conflict in state.conflicts.items() if other != key}
    return replace(state.with_rows(sheet, rows), conflicts=left)


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
