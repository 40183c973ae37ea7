"""History: everything known about one citizen, as now or at any past submission."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from string import ascii_lowercase

from sqlalchemy import Connection, select

from fpsheet_sync.citizens.erased import read_erased
from fpsheet_sync.citizens.vault import open_cprs, pseudonyms_of
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layout, Layouts
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.receipt import ShownConflict
from fpsheet_sync.ledger.settled_conflicts import Conflicts, SettledConflict
from fpsheet_sync.ledger.value_origin import Origin, Origins, Version
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.merge.state import Plain, to_plain

ERASED = ""
"""Stands for a CPR number that is erased."""


@dataclass(frozen=True, slots=True)
class Known:
    """One record about the citizen.

    Attributes:
        kommune_kode: Whose record.
        sheet: Sheet identifier.
        row_id: The record.
        day: First date of the record, to sort by; None when it has none.
        values: Field → value; blank ones left out.
        annulled: Its reason code, where it was annulled.
        since: Number of the commit that brought this version.
        versions: Number of versions up to then.
        origins: Where each value came from, in column order; a value that was cleared, too.
        conflicts: Open conflicts about the record, with what each side says.
        settled: Closed ones, with who decided and why.
    """

    kommune_kode: str
    sheet: str
    row_id: str
    day: date | None
    values: Mapping[str, Plain] = field(repr=False)
    annulled: str
    since: int
    versions: int
    origins: tuple[Origin, ...]
    conflicts: tuple[ShownConflict, ...] = ()
    settled: tuple[SettledConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """A citizen's history.

    Attributes:
        pseudonyms: Every pseudonym of the citizen; more than one where a CPR number was replaced.
        records: The records in force, by their first date, then sheet and row id.
    """

    pseudonyms: frozenset[str]
    records: tuple[Known, ...]


def history(store: Store, cpr: str, *, actor: Actor, as_of: int | None = None) -> History:
    """Return what is known about a citizen; the look-up is logged.

    Args:
        store: The store, opened with its keys.
        cpr: Ten digits.
        actor: Who asks.
        as_of: Number of the last commit to know of; None for all there are.

    Raises:
        StoreError: The database could not be used, or was opened without its keys, or what was
            known is erased.
    """
    keys = store.need_keys()
    details = {} if as_of is None else {"som_af": as_of}
    with store.write() as connection:
        citizens = pseudonyms_of(connection, keys, cpr, as_of=as_of)
        for borger in sorted(citizens):
            log_access(connection, actor, Deed("opslag", borger=borger, details=details))
        erased = read_erased(connection)
        records = _records(connection, citizens - erased.keys(), as_of)
        told = sorted(records, key=_place)
        numbers = _numbers_in(store.schema.layouts, told)
        for borger in sorted(numbers - citizens):
            log_access(connection, actor, Deed("opslag", borger=borger, details=details))
        cprs = open_cprs(connection, keys, sorted(numbers))
        found = _with_numbers(store.schema.layouts, told, cprs)
    if not found and citizens & erased.keys():
        # Told when the line of the log is written: that somebody asked is part of it.
        day = max(erased[borger] for borger in citizens & erased.keys())
        raise store_failure("erased_citizen", {"dato": f"{day:%d-%m-%Y}"})
    return History(citizens, found)


def commit_of_receipt(connection: Connection, number: str) -> int:
    """Return the commit that got a receipt of this number (`956-2026-000012`).

    One of several that a release let through has letters behind it (`956-2026-000012b`), which
    stand for the same commit.

    Raises:
        StoreError: No receipt has it.
    """
    commit = schema.indberetning
    kommune, aar, place = number.rstrip(ascii_lowercase).split("-")
    is_file = (commit.c.art == CommitKind.SUBMISSION) & (commit.c.aar == int(aar))
    # A file that was held and released has the number of the release on its receipt.
    is_release = commit.c.art == CommitKind.RELEASE
    found = connection.execute(
        select(commit.c.id).where(
            commit.c.id == int(place),
            commit.c.kommune_kode == kommune,
            is_file | is_release,
        )
    ).scalar()
    if found is None:
        raise store_failure("no_receipt", {"nummer": number})
    return int(found)


def _numbers_in(layouts: Layouts, records: Iterable[Known]) -> frozenset[str]:
    """Return the pseudonyms that stand in the values of records, or that a value replaced."""
    return frozenset(
        str(value)
        for known in records
        for origin in known.origins
        if origin.field in layouts[known.sheet].secrets
        for value in (known.values.get(origin.field), origin.value, origin.replaced)
        if value is not None
    )


def _with_numbers(
    layouts: Layouts, records: Iterable[Known], cprs: Mapping[str, str]
) -> tuple[Known, ...]:
    """Return records with CPR numbers in place of pseudonyms; `ERASED` for one that is erased."""

    def opened(value: Plain) -> Plain:
        return None if value is None else cprs.get(str(value), ERASED)

    def tell(known: Known) -> Known:
        own = layouts[known.sheet].secrets
        values = {n: opened(v) if n in own else v for n, v in known.values.items()}
        origins = tuple(
            replace(one, value=opened(one.value), replaced=opened(one.replaced))
            if one.field in own
            else one
            for one in known.origins
        )
        return replace(known, values=values, origins=origins)

    return tuple(map(tell, records))


def _place(known: Known) -> tuple[date, str, str, str]:
    return known.day or date.min, known.sheet, known.kommune_kode, known.row_id


def _records(
    connection: Connection, citizens: frozenset[str], as_of: int | None
) -> Iterator[Known]:
    origins = Origins(connection)
    said = Conflicts(connection, as_of)
    case = schema.sag
    wanted = select(case.c.kommune_kode).where(case.c.borger.in_(citizens)).distinct()
    for kommune in sorted(connection.execute(wanted).scalars()):
        for layout in schema_of(connection).layouts.values():
            for versions in _versions(connection, layout, kommune, citizens):
                known = [v for v in versions if as_of is None or v["fra_indberetning"] <= as_of]
                if known and _is_in_force(known[-1], as_of) and known[-1][BORGER] in citizens:
                    yield _tell(layout, known, origins, said)


def _is_in_force(version: Version, as_of: int | None) -> bool:
    ended = version["til_indberetning"]
    return ended is None or (as_of is not None and ended > as_of)


def _versions(
    connection: Connection, layout: Layout, kommune: str, citizens: Iterable[str]
) -> Iterable[list[Version]]:
    """Return the versions, oldest first, of every record that was ever about the citizen."""
    table = schema_of(connection).records[layout.sheet]
    is_own = table.c.kommune_kode == kommune
    about = select(table.c.raekke_id).where(is_own, table.c.borger.in_(list(citizens)))
    wanted = select(table).where(is_own, table.c.raekke_id.in_(about))
    by_record: dict[str, list[Version]] = {}
    for row in connection.execute(wanted.order_by(table.c.fra_indberetning)).mappings():
        by_record.setdefault(row["raekke_id"], []).append(dict(row))
    return by_record.values()


def _tell(layout: Layout, versions: Sequence[Version], origins: Origins, said: Conflicts) -> Known:
    newest = versions[-1]
    conflicts, settled = said.about(newest["kommune_kode"], newest["raekke_id"])
    days = [value for value in newest.values() if isinstance(value, date)]
    shown = [column for column in layout.values if column not in {BORGER, ANNULLER}]
    return Known(
        kommune_kode=newest["kommune_kode"],
        sheet=layout.sheet,
        row_id=newest["raekke_id"],
        day=days[0] if days else None,
        values={c: to_plain(newest[c]) for c in shown if newest[c] is not None},
        annulled=newest[ANNULLER] or "",
        since=newest["fra_indberetning"],
        versions=len(versions),
        origins=origins.of(layout, versions),
        conflicts=conflicts,
        settled=settled,
    )
