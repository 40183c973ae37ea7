"""A trial of rules: what new row rules would have struck, before they are made errors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fpsheet.central import Central, open_central
from fpsheet.checking.check_file import Question, check_many
from fpsheet.checking.verdict import Verdict
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import make_worker
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database.access_log import ORIGINALS, Actor, Deed, log_look
from fpsheet_sync.ledger.original_files import latest_originals
from fpsheet_templates.errors import RuleError, SpecError, UsageError
from fpsheet_templates.load import load_texts, read_rules, rule_lines
from fpsheet_templates.rule import Rule
from fpsheet_validation.rules.evaluate import OperandKind
from fpsheet_validation.trial import Trial, try_row_rules


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What one rule would have struck in one workbook; `source` is a file or a submission."""

    source: str
    kommune_kode: str
    trial: Trial


@dataclass(frozen=True, slots=True)
class TrialRules:
    """Rules that are to be tried.

    Attributes:
        file: Name of the file that they stand in.
        rules: The rules.
        lines: Code → line of the file on which the rule begins.
    """

    file: str
    rules: tuple[Rule, ...]
    lines: Mapping[str, int]


def read_trial_rules(path: Path, *, language: str = "da") -> TrialRules:
    """Read the rules to be tried.

    Raises:
        UsageError: The file holds no rules that can be tried.
    """
    try:
        text = path.read_text(encoding="utf-8")
        rules = read_rules(text)
    except SpecError as error:
        raise _no_rules(path, language, _said(error, language)) from error
    except (OSError, UnicodeDecodeError):
        raise _no_rules(path, language) from None
    if not rules:
        raise _no_rules(path, language)
    begins = rule_lines(text, len(rules))
    lines = {rule.code: line for rule, line in zip(rules, begins, strict=True)}
    return TrialRules(path.name, rules, lines)


def _no_rules(path: Path, language: str, reason: str = "") -> UsageError:
    texts = load_texts("program.toml")
    sentence = texts.fill("command.rules.no_rules", language, {"file": path.name})
    return UsageError(sentence, remedy=reason or texts.get("command.rules.trial", language))


def _said(error: SpecError, language: str) -> str:
    """Say what is wrong with a rule in a language; the kinds of values are named there, too."""
    if not isinstance(error, RuleError):
        return str(error)
    texts = load_texts("program.toml")
    values = {
        name: texts.get(f"error.rule.kind.{value}", language)
        if isinstance(value, OperandKind)
        else value
        for name, value in error.values.items()
    }
    reason = texts.fill(error.key, language, values)
    if not error.line:
        return reason
    key = "error.rule.place" if error.code else "error.rule.line"
    told = {"code": error.code, "line": error.line, "reason": reason}
    return texts.fill(key, language, told)


def try_on_files(
    rules: TrialRules, paths: Sequence[Path], question: Question, language: str
) -> Iterator[TrialLine]:
    """Try rules on workbooks; those that cannot be read are passed over."""
    for verdict in check_many(paths, question):
        yield from _try(rules, verdict, question, (verdict.path.name, language))


def try_on_stored(
    rules: TrialRules, central: Central, desk: Desk, actor: Actor, language: str
) -> Iterator[TrialLine]:
    """Try rules on the last submission of every kommune and year; the log says who opened them.

    Raises:
        StoreError: The database could not be used, or an original is missing.
    """
    with make_worker(desk) as worker, closing(open_central(central)) as store:
        log_look(store, actor, Deed(ORIGINALS))
        for original in latest_originals(store):
            name = f"{original.kommune_kode}-{original.aar}.xlsx"
            arrival = Arrival(name, name, None, len(original.data))
            verdict, _ = worker.read(original.data, arrival)
            source = f"{original.kommune_kode} {original.aar} ({original.number})"
            yield from _try(rules, verdict, worker.question, (source, language))


def _try(
    rules: TrialRules, verdict: Verdict, question: Question, said: tuple[str, str]
) -> Iterator[TrialLine]:
    if verdict.check is None:
        return
    raw, (source, language) = verdict.check.raw, said
    try:
        trials = try_row_rules(rules.rules, raw, question.form, today=question.today)
    except RuleError as error:
        error.line = rules.lines.get(error.code, 0)
        sentence = load_texts("program.toml").fill(
            "command.rules.unusable", language, {"file": rules.file}
        )
        raise UsageError(sentence, remedy=_said(error, language)) from error
    for trial in trials:
        yield TrialLine(source, raw.meta.get("kommune_kode", ""), trial)
