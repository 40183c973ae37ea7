"""Merged persons: a citizen whose CPR number was replaced is counted once, with a trace.

`tidligere_cpr` in the records links two pseudonyms. All that are linked are one person, counted
under the newest number. The links are versions like the records they come from.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from fpsheet_sync.record import ANNULLER, BORGER
from fpsheet_sync.schema import in_force_at, store_schema
from fpsheet_sync.store import lock


def update_merged(connection: Connection, commit: int) -> None:
    """Bring the table of merged persons in step with the records, as of a new commit."""
    schema = store_schema()
    records, merged = schema.records[BORGER], schema["identitet"]
    lock(connection, merged.name)
    links = connection.execute(
        select(records.c.borger, records.c.tidligere_cpr).where(
            in_force_at(records),
            records.c.tidligere_cpr.is_not(None),
            records.c[ANNULLER].is_(None),
        )
    )
    wanted = merge_persons((new, old) for new, old in links)
    stored = connection.execute(select(merged.c.borger, merged.c.samlet).where(in_force_at(merged)))
    known = {row.borger: row.samlet for row in stored}
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
    """Give for every pseudonym that counts under another one that other one.

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
