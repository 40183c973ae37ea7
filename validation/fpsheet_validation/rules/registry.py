"""The registry: every rule across rows, run with one of four outcomes.

A rule has passed, failed, does not apply, or could not run; the last two are never taken for the
first. This is the one place where whatever goes wrong inside a rule is caught: the code of the
rule is kept, the exception's text, which may hold values, is not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

import polars as pl

from fpsheet_templates.rule import Rule
from fpsheet_validation.hit import Hit
from fpsheet_validation.reads import reads_elsewhere, reads_of
from fpsheet_validation.rules import (
    afgoerelse_rules,
    alder_rules,
    citizen_rules,
    duplicate_rules,
    forloeb_rules,
    forside_rules,
    sheet_rules,
    tildeling_rules,
    vurdering_job_indkomst_rules,
)
from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.rules.book_rule import BookRule, book_rules_in
from fpsheet_validation.rules.case_facts import case_facts, has_cases
from fpsheet_validation.rules.case_rule import CaseRule, RulePlace, rules_in
from fpsheet_validation.rules.evaluate import RowScope, evaluate
from fpsheet_validation.rules.row_check import applies
from fpsheet_validation.rules.view import view_rows
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ROW

CASE_RULES = tuple(
    rules_in(
        afgoerelse_rules,
        alder_rules,
        tildeling_rules,
        forloeb_rules,
        vurdering_job_indkomst_rules,
        sheet_rules,
    )
)
DUPLICATE_RULES = tuple(book_rules_in(duplicate_rules))
BOOK_RULES = tuple(book_rules_in(citizen_rules, forside_rules, sheet_rules))
SAME_ROW = "ARB-001"
_NOWHERE = "–"
"""Stands for a cell of a row that was accepted earlier and is not in this workbook."""

Given = TypeVar("Given")


class RuleOutcome(StrEnum):
    """How a rule came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True, slots=True)
class RegistryVerdict:
    """What the rules across rows found.

    Attributes:
        hits: Where rules are broken.
        outcomes: Code → outcome, for every rule of the registry.
    """

    hits: list[Hit]
    outcomes: Mapping[str, RuleOutcome]


@dataclass(frozen=True, slots=True)
class _Task:
    """One rule at one place."""

    rule: CaseRule
    place: RulePlace


def run_registry(book: CheckedBook) -> RegistryVerdict:
    """Run every rule across rows on a workbook."""
    outcomes = _before_running(book)
    to_run = {code for code, outcome in outcomes.items() if outcome is RuleOutcome.PASSED}
    hits, stopped = _run_book_rules(book, pl.DataFrame(), DUPLICATE_RULES, to_run)
    once = replace(book, repeated=_repeated(hits))
    if not has_cases(book.setting.form):
        return RegistryVerdict(hits, _of_another_field(outcomes, hits, stopped))
    facts = _attempt(lambda: case_facts(once))
    if facts is None:
        return RegistryVerdict(hits, outcomes | dict.fromkeys(to_run, RuleOutcome.COULD_NOT_RUN))
    runs = [_run_book_rules(once, facts, BOOK_RULES, to_run)]
    for view_id, tasks in _by_view(rule for rule in CASE_RULES if rule.code in to_run).items():
        if once.frame(view_id).height:
            runs.append(_run_view(once, facts, view_id, tasks))
    for found, failed in runs:
        hits.extend(found)
        stopped |= failed
    outcomes |= dict.fromkeys((hit.code for hit in hits), RuleOutcome.FAILED)
    return RegistryVerdict(hits, outcomes | dict.fromkeys(stopped, RuleOutcome.COULD_NOT_RUN))


def _of_another_field(
    outcomes: Mapping[str, RuleOutcome], hits: Iterable[Hit], stopped: Iterable[str]
) -> dict[str, RuleOutcome]:
    """Return the outcomes where the form has no cases: only rows that repeat each other count."""
    repeating = {code for rule in DUPLICATE_RULES for code in rule.codes}
    found = {
        code: outcome if code in repeating else RuleOutcome.NOT_APPLICABLE
        for code, outcome in outcomes.items()
    }
    found |= dict.fromkeys((hit.code for hit in hits), RuleOutcome.FAILED)
    return found | dict.fromkeys(stopped, RuleOutcome.COULD_NOT_RUN)


def _repeated(hits: Iterable[Hit]) -> dict[str, frozenset[int]]:
    """Return the rows that say exactly what an earlier row says, per sheet."""
    rows: dict[str, set[int]] = {}
    for hit in hits:
        if hit.code == SAME_ROW:
            rows.setdefault(hit.sheet, set()).add(hit.row)
    return {sheet_id: frozenset(again) for sheet_id, again in rows.items()}


def _run_book_rules(
    book: CheckedBook, facts: pl.DataFrame, rules: Iterable[BookRule], to_run: set[str]
) -> tuple[list[Hit], set[str]]:
    """Return the hits of rules over the workbook, and the codes of those that could not run."""
    hits, stopped = list[Hit](), set[str]()
    for rule in rules:
        codes = to_run.intersection(rule.codes)
        places = _attempt(partial(_find, rule, book, facts)) if codes else []
        hits.extend(hit for hit in places or () if hit.code in codes)
        stopped |= codes if places is None else set()
    return hits, stopped


def _find(rule: BookRule, book: CheckedBook, facts: pl.DataFrame) -> list[Hit]:
    return list(rule.find(book, facts))


def _attempt(run: Callable[[], Given]) -> Given | None:
    """Run part of a rule; None where it could not run. Nothing of the exception is kept."""
    try:
        return run()
    except Exception:  # noqa: BLE001 (any fault inside a rule is that rule's outcome)
        return None


def _before_running(book: CheckedBook) -> dict[str, RuleOutcome]:
    """Tell of each rule whether it holds here and has the columns it reads; PASSED is to be run."""
    catalogue = {rule.code: rule for rule in book.setting.form.rules}
    outcomes = {
        rule.code: _can_run(catalogue[rule.code], {place.view for place in rule.places}, book)
        for rule in CASE_RULES
        if rule.code in catalogue
    }
    for rule in (*DUPLICATE_RULES, *BOOK_RULES):
        for code in catalogue.keys() & set(rule.codes):
            sheet_id = catalogue[code].sheet
            outcomes[code] = _can_run(catalogue[code], {sheet_id} - {""}, book)
    return outcomes


def _can_run(rule: Rule, sheets: set[str], book: CheckedBook) -> RuleOutcome:
    if not applies(rule, book.setting):
        is_known = bool(book.setting.jurisdiction)
        return RuleOutcome.NOT_APPLICABLE if is_known else RuleOutcome.COULD_NOT_RUN
    reads = {(sheet_id, field) for sheet_id in sheets for field in reads_of(rule)}
    reads.update(reads_elsewhere(rule))
    if not all(book.setting.form.has_sheet(sheet_id) for sheet_id, _ in reads):
        return RuleOutcome.NOT_APPLICABLE
    # A row is known by its citizen, whatever else of it a rule reads.
    reads.update([(sheet_id, CPR) for sheet_id, _ in reads])
    for sheet_id, field in reads:
        sheet = book.sheets.get(sheet_id)
        if sheet_id in book.raw.missing or (sheet is not None and field in sheet.missing):
            return RuleOutcome.COULD_NOT_RUN
        if sheet is not None and field in sheet.later:
            return RuleOutcome.NOT_APPLICABLE
    return RuleOutcome.PASSED


def _by_view(rules: Iterable[CaseRule]) -> dict[str, list[_Task]]:
    tasks: dict[str, list[_Task]] = {}
    for rule in rules:
        for place in rule.places:
            tasks.setdefault(place.view, []).append(_Task(rule, place))
    return tasks


def _run_view(
    book: CheckedBook, facts: pl.DataFrame, view_id: str, tasks: list[_Task]
) -> tuple[list[Hit], set[str]]:
    """Run the rules of a view in one pass; one by one where the pass fails."""
    struck = _attempt(partial(_strike, book, facts, view_id, tasks))
    if struck is not None:
        return list(_read_hits(book, view_id, tasks, struck)), set()
    hits, stopped = list[Hit](), set[str]()
    for task in tasks:
        alone = [task]
        struck = _attempt(partial(_strike, book, facts, view_id, alone))
        if struck is None:
            stopped.add(task.rule.code)
        else:
            hits.extend(_read_hits(book, view_id, alone, struck))
    return hits, stopped


def _fault(setting: Setting, task: _Task) -> pl.Expr:
    """Return where a rule is broken, on a day that the catalogue says it holds for."""
    fault = task.rule.fault(setting, task.place)
    entry = next(rule for rule in setting.form.rules if rule.code == task.rule.code)
    if entry.in_force is None:
        return fault
    sheet = setting.form.sheet(entry.sheet)
    return fault & evaluate(entry.in_force, RowScope(sheet, setting.constants, setting.today))


def _strike(
    book: CheckedBook, facts: pl.DataFrame, view_id: str, tasks: list[_Task]
) -> pl.DataFrame:
    """Return the rows that break some rule: a column per task, and the rows they point to."""
    faults = [
        _fault(book.setting, task).fill_null(value=False).alias(f"t{number}")
        for number, task in enumerate(tasks)
    ]
    others = {task.rule.other.row for task in tasks if task.rule.other}
    return (
        view_rows(book, facts, view_id)
        .filter(pl.col(ROW).is_not_null())
        .select(ROW, *sorted(others), *faults)
        .filter(pl.any_horizontal(f"t{number}" for number in range(len(tasks))))
        .collect()
    )


def _read_hits(
    book: CheckedBook, view_id: str, tasks: list[_Task], struck: pl.DataFrame
) -> Iterator[Hit]:
    if not struck.height:
        return
    rows = struck[ROW].to_list()
    for number, task in enumerate(tasks):
        code, other, note = task.rule.code, task.rule.other, task.rule.note
        named = note(book.setting) if note else ""
        to = struck[other.row].to_list() if other else rows
        for row, is_struck, other_row in zip(rows, struck[f"t{number}"].to_list(), to, strict=True):
            if is_struck and other:
                named = _NOWHERE
                if other_row is not None:
                    named = book.address(other.sheet, other.field, other_row, beside=view_id)
            if is_struck:
                yield Hit(view_id, row, task.place.field, code, named)
