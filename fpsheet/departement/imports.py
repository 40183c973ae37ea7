"""Imports: lists that other offices filled in become figures to compare with, and income."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fpsheet.checking.list_file import read_figures, read_list
from fpsheet.checking.verdict import Verdict
from fpsheet.table_book.book import Line, Page, PageKind
from fpsheet.table_book.list_book import list_book, list_columns
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.tax_income import Imported, Income, TaxAnswer, import_incomes
from fpsheet_sync.statistics.tables.benchmark import load_benchmarks, save_benchmarks
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding, make_finding, sort_findings
from fpsheet_validation.list_check import LANDSTAL, SKATTESVAR
from fpsheet_validation.typed import ROW, TypedSheet


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """What a list is read for.

    Attributes:
        lists: The lists that other offices fill in, in the language of their headings.
        today: The day of the check.
    """

    lists: SpokenForm
    today: date


@dataclass(frozen=True, slots=True)
class ImportedFigures:
    """What a list of national figures did.

    Attributes:
        read: Figures of the list.
        new: Figures that were not there.
        changed: Figures that stood there with another number or source.
    """

    read: int = 0
    new: int = 0
    changed: int = 0


def import_figures(
    path: Path, store: Store, question: ListQuestion, actor: Actor
) -> tuple[Verdict, ImportedFigures | None]:
    """Read national figures into the database; nothing where anything is wrong with the list.

    Raises:
        StoreError: The database could not be used.
    """
    verdict, figures, sha256 = read_figures(path, question.lists, today=question.today)
    if not verdict.accepted:
        return verdict, None
    with store.write() as connection:
        before = {each.key: each for each in load_benchmarks(connection)}
        old = [before.get(each.key) for each in figures]
        new = sum(each is None for each in old)
        changed = sum(each not in {None, figure} for each, figure in zip(old, figures, strict=True))
        if new or changed:
            save_benchmarks(connection, figures)
            details = {"fil": sha256, "nye": new, "aendrede": changed}
            log_access(connection, actor, Deed(LANDSTAL, details=details))
    return verdict, ImportedFigures(len(figures), new, changed)


def import_answer(
    path: Path, store: Store, question: ListQuestion, actor: Actor, year: int = 0
) -> tuple[Verdict, Imported | None]:
    """Read Skattestyrelsen's answer into Indkomst; nothing where anything is wrong with it.

    Args:
        path: The answer.
        store: The store, opened with its keys.
        question: What it is read for.
        actor: Who reads it in.
        year: The year that it tells whole; 0 for an answer that only adds.

    Raises:
        StoreError: The database could not be used, or its key is missing.
    """
    verdict, typed, sha256 = _read(path, SKATTESVAR, question)
    if typed is None:
        return verdict, None
    rows = typed.frame.iter_rows(named=True)
    columns = dict(typed.columns)
    answer = TaxAnswer(sha256, tuple(_income(row) for row in rows), columns, year)
    imported = import_incomes(store, answer, actor)
    if imported.unknown:
        return _with_unknown(question.lists.form, verdict, typed, imported.unknown), None
    return verdict, imported


def blank_list(sheet_id: str, question: ListQuestion) -> bytes:
    """Return a blank list to be filled in."""
    lists = question.lists
    sheet = lists.form.sheet(sheet_id)
    page = Page(
        name=lists.sheet_title(sheet_id),
        kind=PageKind.LIST,
        title="",
        lines=(Line(lists.text(f"sheet.{sheet_id}.intro")),),
        columns=list_columns(lists, sheet_id),
        blank_rows=sheet.premade_rows or 1,
        table=sheet.table,
    )
    return write_xlsx(list_book(page, language=lists.language, made_on=question.today))


def _read(
    path: Path, sheet_id: str, question: ListQuestion
) -> tuple[Verdict, TypedSheet | None, str]:
    """Read a list; no rows where it is not accepted whole."""
    verdict, sha256 = read_list(path, sheet_id, question.lists, today=question.today)
    if verdict.check is None or not verdict.accepted:
        return verdict, None, sha256
    return verdict, verdict.check.sheets[sheet_id], sha256


def _income(row: dict[str, Any]) -> Income:
    kilde = row["indkomst_kilde"] or ""
    return Income(row[ROW], row["cpr"], kilde, row["fra_dato"], row["til_dato"])


def _with_unknown(
    lists: Form, verdict: Verdict, typed: TypedSheet, rows: tuple[int, ...]
) -> Verdict:
    column = typed.columns.get("cpr", "")

    def unknown_at(row: int) -> Finding:
        return make_finding(
            lists,
            "LST-020",
            sheet=typed.sheet,
            title=typed.title,
            row=row,
            column=column,
            field="cpr",
        )

    unknown = [unknown_at(row) for row in rows]
    found = sort_findings((*verdict.findings, *unknown), lists)
    return Verdict(verdict.path, found, verdict.check, is_list=True)
