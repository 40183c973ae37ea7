"""Merged persons: a citizen whose CPR number was replaced is counted once, with a trace.

`tidligere_cpr` in the records links two pseudonyms. All that are linked are one person, counted
under the newest number. The links are versions like the records they come from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import lock


@dataclass(frozen=True, slots=True)
class Persons:
    """Who is one person under several pseudonyms.

    Attributes:
        newest: Pseudonym → the one under which the person is counted, where that is another.
    """

    newest: Mapping[str, str]

    def of(self, borger: str) -> str:
        """Return the pseudonym under which a person is counted."""
        return self.newest.get(borger, borger)

    def everyone(self, citizens: Iterable[str]) -> frozenset[str]:
        """Return every pseudonym of the persons who have one of these."""
        own = {self.of(borger) for borger in citizens}
        return frozenset(own | {borger for borger, person in self.newest.items() if person in own})


def read_persons(connection: Connection, as_of: int | None = None) -> Persons:
    """Read who is one person, as now or as known after a commit."""
    merged = schema.identitet
    wanted = select(merged.c.borger, merged.c.samlet).where(in_force_at(merged, as_of))
    return Persons({row.borger: row.samlet for row in connection.execute(wanted)})


def update_merged(connection: Connection, commit: int) -> None:
    """Bring the table of merged persons in step with the records, as of a new commit."""
    records, merged = schema_of(connection).records[BORGER], schema.identitet
    lock(connection, merged.name)
    links = connection.execute(
        select(records.c.borger, records.c.tidligere_cpr).where(
            in_force_at(records),
            records.c.tidligere_cpr.is_not(None),
            records.c[ANNULLER].is_(None),
        )
    )
    wanted = merge_persons((new, old) for new, old in links)
    known = read_persons(connection).newest
    ended = [borger for borger, person in known.items() if wanted.get(borger) != person]
    if ended:
        connection.execute(
            merged.update()
            .where(merged.c.borger.in_(ended), in_force_at(merged))
            .values(til_indberetning=commit)
        )
    begun = [
        {"borger": borger, "samlet": person, "fra_indberetning": commit}
        for borger, person in sorted(wanted.items())
        if known.get(borger) != person
    ]
    if begun:
        connection.execute(merged.insert(), begun)


def merge_persons(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for every pseudonym that counts under another one that other one.

    Args:
        links: (new, former) pseudonyms.

    >>> merge_persons([("b", "a"), ("c", "b")])
    {'a': 'c', 'b': 'c'}
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    pairs = sorted(set(links))
    for new, old in pairs:
        one, other = sorted((root(new), root(old)))
        parent[other] = one
    former = {old for new, old in pairs if new != old}
    members: dict[str, list[str]] = {}
    for name in sorted(parent):
        members.setdefault(root(name), []).append(name)
    return {
        name: newest
        for group in members.values()
        for newest in [min([name for name in group if name not in former] or group)]
        for name in group
        if name != newest
    }
