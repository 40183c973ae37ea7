"""Comparing a workbook with what was received before, without merging anything.

The findings are those of the merge itself (`plan_merge`), whether the departement's database is
at hand or only the workbook that was sent or pulled the last time.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import polars as pl

from fpsheet.central import Central, open_central
from fpsheet.checking.check_file import Question, check_many
from fpsheet.checking.submission import Reception, make_submission
from fpsheet.checking.verdict import Verdict
from fpsheet.statistics.preview import passing_store
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.merge_plan import plan_merge
from fpsheet_sync.ledger.stored_state import any_kommune, read_state
from fpsheet_sync.merge.submission import Submission
from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_texts
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.check import check_workbook
from fpsheet_validation.finding import sort_findings
from fpsheet_validation.typed import ROW_ID, Check

_OF_DESCENT = frozenset({"HIS-007", "HIS-011", "HIS-019"})
"""What the merge says of how files descend from each other; one workbook alone cannot tell."""


@contextmanager
def last_sent(path: Path, question: Question, *, language: str = "da") -> Iterator[Store]:
    """Open a temporary database that holds one earlier workbook and nothing else.

    Raises:
        UsageError: The workbook cannot be read.
    """
    (verdict,) = check_many([path], question)
    if verdict.check is None or verdict.refused:
        raise _unusable(verdict, question, language)
    file = _submission(verdict, question, time.min)
    with passing_store(question.form, file, Actor("check", file.received_at)) as store:
        yield store


@contextmanager
def at_hand(central: Central) -> Iterator[Store]:
    """Open the departement's database.

    Raises:
        StoreError: It could not be used, or its key is missing.
    """
    with closing(open_central(central)) as store:
        yield store


def compare(verdict: Verdict, question: Question, store: Store, *, is_whole: bool) -> Verdict:
    """Add what the merge and the rules across rows say of a workbook beside what is held.

    Args:
        verdict: What was found in the workbook alone.
        question: What it was checked against.
        store: What is held; nothing is written to it.
        is_whole: It holds everything that was ever received, not one workbook.

    Raises:
        StoreError: The database could not be read.
    """
    if verdict.check is None or verdict.refused:
        return verdict
    # The rows that are held may take faults away, and what the merge does depends on faults.
    check = check_workbook(
        verdict.check.raw,
        question.form,
        today=question.today,
        known=_not_in_file(verdict.check, store),
    )
    plan = plan_merge(store, _submission(replace(verdict, check=check), question, time.max))
    of_file = [found for found in verdict.findings if found not in verdict.check.findings]
    of_merge = [] if plan.already else list(plan.outcome.findings)
    left_out = frozenset() if is_whole else _OF_DESCENT
    findings = (
        *of_file,
        *check.findings,
        *(found for found in of_merge if found.code not in left_out),
    )
    return replace(
        verdict,
        check=check,
        findings=sort_findings(findings, question.form),
        levels=verdict.levels | {RuleLevel.HISTORY},
    )


def of_same_kommune(
    verdicts: Iterable[Verdict], path: Path, store: Store, *, language: str
) -> Iterator[Verdict]:
    """Yield each verdict, unless it is of another kommune than the earlier workbook held.

    Raises:
        UsageError: It is of another kommune.
    """
    with store.read() as connection:
        other = any_kommune(connection)
    for verdict in verdicts:
        need_same_kommune(verdict, path, other, language=language)
        yield verdict


def need_same_kommune(verdict: Verdict, path: Path, other: str, *, language: str) -> None:
    """Refuse an earlier workbook that is another kommune's: nothing of it can be compared.

    Raises:
        UsageError: It is.
    """
    own = kommune_of(verdict)
    if own and other and own != other:
        texts = load_texts("program.toml")
        told = {"file": path.name, "own": own, "other": other}
        raise UsageError(
            texts.fill("command.check.earlier_other", language, told),
            remedy=texts.get("command.check.earlier_other_remedy", language),
        )


def kommune_of(verdict: Verdict) -> str:
    """Return the kommunekode of a workbook; empty where it could not be read."""
    return "" if verdict.check is None else verdict.check.raw.meta.get("kommune_kode", "")


def compare_all(
    verdicts: Iterable[Verdict], question: Question, store: Store, *, is_whole: bool
) -> Iterator[Verdict]:
    """Yield each verdict with what `compare` adds to it."""
    for verdict in verdicts:
        yield compare(verdict, question, store, is_whole=is_whole)


def _unusable(verdict: Verdict, question: Question, language: str) -> UsageError:
    """Say what is the matter with the earlier workbook: its gravest finding, with the remedy."""
    worst = min(verdict.findings, key=lambda finding: finding.severity.rank)
    spoken = SpokenForm(question.form, language)
    told = {"file": verdict.path.name, "reason": worst.message(spoken)}
    sentence = load_texts("program.toml").fill("command.check.earlier_unusable", language, told)
    return UsageError(sentence, remedy=worst.remedy(spoken))


def _submission(verdict: Verdict, question: Question, saved: time) -> Submission:
    """Return the submission; the workbook in hand counts as the last one saved."""
    if verdict.check is None:
        raise UsageError(verdict.path.name)
    moment = datetime.combine(question.today, saved, UTC)
    reception = Reception(moment, moment)
    return make_submission(verdict.check, verdict.findings, question.form, reception)


def _not_in_file(check: Check, store: Store) -> Mapping[str, pl.DataFrame]:
    """Return the rows in force that the workbook lacks, of the citizens it names.

    A CPR number comes from the workbook itself: the vault is not opened.
    """
    kommune_kode = check.raw.meta.get("kommune_kode", "")
    with store.read() as connection:
        state = read_state(connection, kommune_kode)
    cprs = sorted(
        set().union(*(sheet.frame["cpr"].drop_nulls() for sheet in check.sheets.values()))
    )
    pseudonyms = store.need_keys().pseudonyms(cprs, kommune_kode=kommune_kode)
    citizens = pl.DataFrame(
        {BORGER: pseudonyms, "cpr": cprs}, schema={BORGER: pl.String, "cpr": pl.String}
    )
    known = {}
    for name, sheet in check.sheets.items():
        rows = state.rows[name].join(citizens, on=BORGER, how="inner")
        rows = rows.join(sheet.frame.select(ROW_ID).drop_nulls(), on=ROW_ID, how="anti")
        # Former CPR numbers are pseudonyms in the store and mean nothing to the rules.
        shared = [
            pl.col(column).cast(kind)
            if column in rows.columns and column != "tidligere_cpr"
            else pl.lit(None, dtype=kind).alias(column)
            for column, kind in sheet.frame.schema.items()
        ]
        known[name] = rows.select(shared)
    return known
