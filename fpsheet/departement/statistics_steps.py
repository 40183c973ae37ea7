"""What is drawn from the database: statistics, a figure's records, a citizen, lists out and in."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, tzinfo

    from fpsheet.central import AccessLog, Central
    from fpsheet.checking.verdict import Verdict
    from fpsheet.departement.imports import ImportedFigures, ListQuestion
    from fpsheet.statistics.edition_list import EditionName, ListedEdition
    from fpsheet.statistics.edition_order import Order, Written
    from fpsheet.statistics.explain_figure import ExplainedFigure, PrintedCell
    from fpsheet_sync.database.access_log import Actor
    from fpsheet_sync.database.log_end import Note
    from fpsheet_sync.ledger.citizen_history import Known
    from fpsheet_sync.ledger.tax_income import Imported
    from fpsheet_sync.statistics.facts.extract import Extract, WantedExtract
    from fpsheet_sync.statistics.facts.standing import Standing
    from fpsheet_sync.statistics.publication.publication import Publication
    from fpsheet_sync.statistics.publication.withdrawal import Withdrawal
    from fpsheet_sync.statistics.tables.wording import Wording


def publish_statistics(
    central: "Central", order: "Order", folder: Path, progress: Progress
) -> "Written":
    """Compute the statistics of a period, write them as workbooks, and publish them if asked.

    Raises:
        UsageError: The period ends before it begins, or there is no such edition.
        StoreError: The database, or the secret of the rounding, could not be used.
        WorkbookFileError: The folder cannot be written.
    """
    from dataclasses import replace

    from fpsheet.central import open_central, read_secret
    from fpsheet.statistics.publishing import publish

    with closing(open_central(central, with_keys=False)) as store:
        if not order.internal and not order.edition:
            order = replace(order, secret=read_secret(central))
        return publish(store, order, folder, progress)


def write_committee_report(central: "Central", order: "Order", folder: Path) -> tuple[Path, Path]:
    """Write the report for a kommune's committee, and return its page and its workbook.

    Raises:
        UsageError: The period ends before it begins.
        StoreError: The database could not be used.
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.statistics.committee_book import write_committee

    with closing(open_central(central, with_keys=False)) as store:
        return write_committee(store, order, folder)


def read_edition_list(central: "Central") -> "tuple[ListedEdition, ...]":
    """Return every edition there is, those of Greenland first, oldest first.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.statistics.edition_list import list_editions
    from fpsheet_templates.kommune import COUNTRIES

    with closing(open_central(central, with_keys=False)) as store, store.read() as connection:
        return list_editions(connection, COUNTRIES, None)


def take_edition_back(
    central: "Central",
    wording: "Wording",
    edition: "EditionName",
    gone: "Withdrawal",
    actor: "Actor",
) -> "Publication":
    """Withdraw an edition; the log says who and why.

    Raises:
        UsageError: There is no such edition.
        StoreError: It is withdrawn already, or the database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.statistics.edition_list import withdraw_edition

    with closing(open_central(central, with_keys=False)) as store:
        return withdraw_edition(store, wording, edition, gone, actor)


def explain_figure(
    central: "Central", order: "Order", printed: "PrintedCell", actor: "Actor"
) -> "ExplainedFigure":
    """Return the records behind a cell of an internal edition; the log says who asked.

    Raises:
        UsageError: There is no such figure, or it has no records behind it.
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.statistics.explain_figure import explain_cell

    with closing(open_central(central, with_keys=False)) as store:
        return explain_cell(store, order, printed, actor)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the database knows of a citizen.

    Attributes:
        records: The records in force, by day.
        day: The day whose pension was asked for.
        standing: The pension that day, in each country that gives one; none where there is none.
    """

    records: "tuple[Known, ...]"
    day: "date"
    standing: "tuple[Standing, ...]"


def look_up(
    central: "Central",
    cpr: str,
    actor: "Actor",
    as_of: "date | str | None" = None,
    zone: "tzinfo" = UTC,
) -> LookedUp:
    """Return everything the database knows about a citizen, and the pension; the look-up is logged.

    Args:
        central: The database.
        cpr: Ten digits.
        actor: Who asks.
        as_of: As it was at the end of a day, or when the receipt of a number was given; None for
            now. The pension is that of the day, of today where a receipt is named.
        zone: Where the days end: that of the desk.

    Raises:
        StoreError: No receipt has that number, or the database could not be used, or its key is
            missing.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.database.in_force import commit_of
    from fpsheet_sync.ledger.citizen_history import commit_of_receipt, history
    from fpsheet_sync.statistics.facts.standing import read_standing

    day = actor.time.astimezone(zone).date() if as_of is None or isinstance(as_of, str) else as_of
    with closing(open_central(central)) as store:
        last = None
        if as_of is not None:
            with store.read() as connection:
                if isinstance(as_of, str):
                    last = commit_of_receipt(connection, as_of)
                else:
                    last = commit_of(connection, as_of, zone)
        found = history(store, cpr, actor=actor, as_of=last)
        with store.read() as connection:
            standing = read_standing(connection, store.form, found.pseudonyms, day, last)
        return LookedUp(found.records, day, standing)


def read_access(
    central: "Central",
    actor: "Actor",
    *,
    cpr: str = "",
    kommune_kode: str = "",
    notes: "Collection[Note]" = (),
) -> "AccessLog":
    """Return the access log: of a citizen, which is itself logged, of a kommune, or all of it.

    Args:
        central: The database.
        actor: Who asks.
        cpr: Ten digits; empty for every citizen.
        kommune_kode: Empty for every kommune.
        notes: Ends of the log that audits and receipts tell of.

    Raises:
        StoreError: The database could not be used, or its key is missing.
    """
    from fpsheet.central import AccessLog, open_central
    from fpsheet_sync.citizens.vault import log_of_citizen
    from fpsheet_sync.database.access_log import read_log
    from fpsheet_sync.database.log_check import check_log

    # Seals of the database's key are tried by whoever has it; the rest is seen without.
    with_keys = bool(cpr) or central.key_file.is_file()
    with closing(open_central(central, with_keys=with_keys)) as store:
        if cpr:
            entries = log_of_citizen(store, cpr, actor)
        else:
            entries = read_log(store, kommune_kode=kommune_kode)
        return AccessLog(tuple(entries), check_log(store, notes), with_keys)


def export_citizens(
    central: "Central", wanted: "WantedExtract", actor: "Actor", out: Path
) -> "Extract":
    """Write an export with CPR numbers, and return it. The log says who asked.

    Raises:
        StoreError: The database could not be used, or its key is missing.
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.statistics.extract_book import write_extract
    from fpsheet_sync.statistics.facts.extract import draw_extract

    with closing(open_central(central)) as store:
        extract = draw_extract(store, wanted, actor)
    write_whole(out, write_extract(extract, central.form, wanted), language=wanted.language)
    return extract


def import_figures(
    path: Path, central: "Central", question: "ListQuestion", actor: "Actor"
) -> "tuple[Verdict, ImportedFigures | None]":
    """Read national figures to compare with; nothing where anything is wrong with the list.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.imports import import_figures as read

    with closing(open_central(central, with_keys=False)) as store:
        return read(path, store, question, actor)


def import_answer(
    path: Path, central: "Central", question: "ListQuestion", actor: "Actor", year: int = 0
) -> "tuple[Verdict, Imported | None]":
    """Read Skattestyrelsen's answer into Indkomst; nothing where anything is wrong with it.

    Args:
        path: The answer.
        central: The database.
        question: What it is read for.
        actor: Who reads it in.
        year: The year that it tells whole; 0 for an answer that only adds.

    Raises:
        StoreError: The database could not be used, or its key is missing.
    """
    from fpsheet.central import open_central
    from fpsheet.departement.imports import import_answer as read

    with closing(open_central(central)) as store:
        return read(path, store, question, actor, year)


def write_blank_list(sheet_id: str, question: "ListQuestion", out: Path) -> None:
    """Write a blank list for another office to fill in.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.departement.imports import blank_list

    write_whole(out, blank_list(sheet_id, question), language=question.lists.language)
