"""The steps of a departement: fill, sync, answer, see how it stands, decide, rebuild."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress
from fpsheet_templates.errors import StoreError

if TYPE_CHECKING:
    from datetime import date

    from fpsheet.central import Central
    from fpsheet.checking.check_file import Question
    from fpsheet.departement.inbox_run import Processed
    from fpsheet.departement.pulled_workbook import Prefilled
    from fpsheet.departement.read_inbox_files import Desk
    from fpsheet.departement.rules_trial import TrialLine
    from fpsheet.departement.typed_decision import TypedDecision
    from fpsheet.workbook.issue import Issue
    from fpsheet_sync.database.access_log import Actor, MergeLines
    from fpsheet_sync.database.in_force import HeldRows
    from fpsheet_sync.ledger.conflict_decision import OpenConflict
    from fpsheet_sync.ledger.delivery_status import HeldFile, StatusLine
    from fpsheet_sync.ledger.extension import Extension
    from fpsheet_sync.ledger.settled_conflicts import SettledConflict
    from fpsheet_sync.merge.state import Plain
    from fpsheet_sync.upkeep.rebuild import Rebuilt
    from fpsheet_sync.upkeep.retention import Overdue

SERVER_WAITS = (5.0, 30.0, 60.0)
"""Seconds that a sync waits for a database server that was lost while it ran, time after time."""


def pull_workbook(central: "Central", issue: "Issue", actor: "Actor", out: Path) -> "Prefilled":
    """Write a workbook filled with what the database holds of a kommune. The log says who asked.

    Raises:
        UsageError: The kommune never delivered anything.
        StoreError: The database could not be used, or its key is missing.
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.pulled_workbook import prefill_workbook

    with closing(open_central(central)) as store:
        prefilled = prefill_workbook(store, issue, actor)
    write_whole(out, prefilled.data, language=issue.language)
    return prefilled


def make_database(central: "Central") -> str:
    """Make the database and its key where they are new, and return where it is.

    Raises:
        StoreError: The database or the key could not be made.
    """
    from fpsheet.central import open_central

    with closing(open_central(central, create=True)) as store:
        return store.place


def lift_database(central: "Central") -> str:
    """Lift the database to the newest version, and return where it is.

    Raises:
        StoreError: The database could not be lifted; it is as it was.
    """
    from fpsheet.central import open_central

    # What is kept sealed may have to be sealed anew, which takes the key.
    with_keys = central.key_file.is_file()
    with closing(open_central(central, lift=True, with_keys=with_keys)) as store:
        return store.place


def count_rows(central: "Central") -> "HeldRows":
    """Count what the database holds.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.database.in_force import count_held

    with closing(open_central(central, with_keys=False)) as store:
        return count_held(store)


def erase_overdue(
    central: "Central", actor: "Actor | None", *, today: "date", years: int
) -> "Overdue":
    """Erase what is older than some years, and return what it was; without an actor, only look.

    Raises:
        StoreError: The database could not be used; nothing was erased.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.upkeep import retention

    with closing(open_central(central, with_keys=False)) as store:
        if actor is None:
            return retention.find_overdue(store, today=today, years=years)
        return retention.erase_overdue(store, actor=actor, today=today, years=years)


def try_rules_on_files(
    rules: Path, paths: Sequence[Path], question: "Question", *, language: str = "da"
) -> "Iterator[TrialLine]":
    """Return what new row rules, spelled as in floor 1, would strike in workbooks.

    Raises:
        UsageError: The file holds no rules that can be tried.
    """
    from fpsheet.departement.rules_trial import read_trial_rules, try_on_files

    return try_on_files(read_trial_rules(rules, language=language), paths, question, language)


def try_rules_on_stored(
    rules: Path, central: "Central", desk: "Desk", actor: "Actor", *, language: str = "da"
) -> "Iterator[TrialLine]":
    """Return what new row rules would strike in the last submission of every kommune and year.

    Raises:
        UsageError: The file holds no rules that can be tried.
        StoreError: The database could not be used, or an original is missing.
    """
    from fpsheet.departement.rules_trial import read_trial_rules, try_on_stored

    trial = read_trial_rules(rules, language=language)
    return try_on_stored(trial, central, desk, actor, language)


def sync_inbox(
    inbox: str, central: "Central", desk: "Desk", actor: "Actor", progress: Progress
) -> "Iterator[Processed]":
    """Merge what lies in an inbox, file by file, into a database that is there.

    Raises:
        UsageError: There is no such inbox.
        StoreError: There is no database (`db init` makes one), or it could not be used; what was
            merged before stays. A server that is gone for a moment is waited for.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.inbox_run import sync_inbox as run
    from fpsheet_sync.database.access_log import MergeLines

    given: set[str] = set()
    for wait in (*SERVER_WAITS, None):
        try:
            with closing(open_central(central)) as store:
                lines = MergeLines(store)
                for file in run(inbox, store, desk=desk, actor=actor, progress=progress):
                    if file.arrival.path not in given:
                        given.add(file.arrival.path)
                        yield _with_log(file, lines)
        except StoreError as error:
            if error.key != "error.store.unreachable" or wait is None or not given:
                raise
            sleep(wait)
        else:
            return


def _with_log(file: "Processed", lines: "MergeLines") -> "Processed":
    """Return a file whose receipt tells where the access log ended when it was merged."""
    from dataclasses import replace

    end = lines.of(file.receipt.sha256) if file.receipt else None
    if file.receipt is None or end is None:
        return file
    return replace(file, receipt=replace(file.receipt, log=str(end)))


def plan_inbox(
    inbox: str, central: "Central", desk: "Desk", progress: Progress
) -> "list[Processed]":
    """Plan what `sync_inbox` would do; nothing is written.

    Raises:
        UsageError: There is no such inbox.
        StoreError: There is no database, or it could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.inbox_run import plan_inbox as run

    with closing(open_central(central)) as store:
        return list(run(inbox, store, desk=desk, progress=progress))


def read_status(central: "Central", years: "Iterable[int]") -> "dict[int, list[StatusLine]]":
    """Return how each kommune stands in some years: year → a line for each kommune.

    Those of every country that has delivered, and those that were granted a deadline.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.ledger.delivery_status import status
    from fpsheet_sync.ledger.extension import read_extensions
    from fpsheet_sync.statistics.tables.release import delivered_countries, expected_kommuner

    with closing(open_central(central, with_keys=False)) as store:
        with store.read() as connection:
            countries = delivered_countries(connection, store.form)
            granted = tuple(read_extensions(connection))
        kommuner = {
            aar: {
                *expected_kommuner(store.form, countries, aar),
                *(kommune for kommune, year in granted if year == aar),
            }
            for aar in years
        }
        return {aar: status(store, asked, [aar]) for aar, asked in kommuner.items()}


def grant_extension(
    central: "Central", period: tuple[str, int], until: "date", actor: "Actor"
) -> "Extension":
    """Grant a kommune a deadline of its own for a reporting year; the log says who.

    Args:
        central: The database.
        period: The kommune and the reporting year.
        until: The last day of delivery.
        actor: Who grants it.

    Raises:
        StoreError: The database could not be used; nothing was granted.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.ledger.extension import grant_extension as grant

    with closing(open_central(central, with_keys=False)) as store:
        return grant(store, *period, until, actor)


def read_conflicts(central: "Central", kommune_kode: str, actor: "Actor") -> "list[OpenConflict]":
    """Return the open conflicts of a kommune, or of all; the log says who saw them.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.database.access_log import CONFLICTS, Deed, log_look
    from fpsheet_sync.ledger.conflict_decision import conflicts

    with closing(open_central(central, with_keys=False)) as store:
        log_look(store, actor, Deed(CONFLICTS, kommune_kode))
        return conflicts(store, kommune_kode)


def read_held(central: "Central", kommune_kode: str) -> "tuple[HeldFile, ...]":
    """Return the held files of a kommune, or of all.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.ledger.delivery_status import read_held as read

    with (
        closing(open_central(central, with_keys=False)) as store,
        store.read() as connection,
    ):
        return read(connection, kommune_kode)


def read_settled(central: "Central", kommune_kode: str, actor: "Actor") -> "list[SettledConflict]":
    """Return the closed conflicts of a kommune, or of all; the log says who saw them.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.database.access_log import CONFLICTS, Deed, log_look
    from fpsheet_sync.ledger.conflict_decision import settled

    with closing(open_central(central, with_keys=False)) as store:
        log_look(store, actor, Deed(CONFLICTS, kommune_kode, details={"afgjorte": "ja"}))
        return settled(store, kommune_kode)


def resolve_conflict(central: "Central", decision: "TypedDecision", actor: "Actor") -> None:
    """Decide a conflict; the values count from now on.

    Raises:
        StoreError: There is no such conflict, a field cannot hold the value, or the values break
            a rule.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.typed_decision import read_decision
    from fpsheet_sync.ledger.conflict_decision import conflicts
    from fpsheet_sync.ledger.conflict_decision import resolve_conflict as resolve
    from fpsheet_templates.spoken import SpokenForm

    number = decision.conflict
    with closing(open_central(central)) as store:
        spoken = SpokenForm(store.form, decision.language)
        shown = [one.conflict for one in conflicts(store) if one.conflict.id == number]
        values = dict[str, "Plain"]()
        for one in shown:
            values = read_decision(one, decision.typed, spoken)
        resolve(store, number, values, actor=actor, reason=decision.reason)


def release_file(central: "Central", number: int, actor: "Actor", reason: str) -> None:
    """Let a held file through; the rows it lacks stay in force.

    Raises:
        StoreError: The commit is not held.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.ledger.conflict_decision import release_file as release

    with closing(open_central(central)) as store:
        release(store, number, actor=actor, reason=reason)


def rebuild_database(
    central: "Central", desk: "Desk", actor: "Actor", to: str | None = None
) -> "Rebuilt":
    """Replay the stored originals into another database, and compare the two.

    Args:
        central: The database.
        desk: What is needed to read the originals.
        actor: Who does it, for the log.
        to: URL of the database to make; thrown away when left out.

    Raises:
        StoreError: An original is missing or was altered, or a database could not be used.
    """
    from fpsheet.central import Central, open_central
    from fpsheet.departement.reading_worker import read_original
    from fpsheet_sync.upkeep.rebuild import rebuild

    with TemporaryDirectory(prefix="fpsheet-") as folder:
        url = to or f"sqlite:///{Path(folder) / 'rebuilt.db'}"
        place = Central(url, central.key_file, central.form)
        with (
            closing(open_central(central)) as store,
            closing(open_central(place, create=True, with_mark=False)) as target,
            read_original(desk) as read,
        ):
            return rebuild(store, target, read, actor)
