"""What became of the files of an inbox, as machines need it."""

from dataclasses import asdict
from typing import TypedDict

from fpsheet.departement.inbox_run import Processed
from fpsheet.file_name import spoken_name
from fpsheet.views.findings_value import VerdictValue, verdict_value
from fpsheet_sync.merge.file_merge import SheetOutcome
from fpsheet_templates.errors import SpokenError
from fpsheet_templates.failure import in_language
from fpsheet_templates.spoken import SpokenForm


class ProcessedValue(TypedDict):
    """One file: `fpsheet sync --json` writes one line of this per file.

    `receipt` is the number the file got; empty where it got none. `outside` tells what outside the
    program kept the receipt from being written; empty where nothing did. `sheets` counts rows by
    fate.
    """

    file: str
    state: str
    receipt: str
    outside: str
    kommune_kode: str
    sheets: dict[str, dict[str, int]]
    check: VerdictValue | None


def processed_value(processed: Processed, spoken: SpokenForm) -> ProcessedValue:
    """Return what became of a file."""
    receipt, verdict = processed.receipt, processed.verdict
    check = verdict_value(verdict, spoken) if verdict else None
    if check:
        check["file"] = spoken_name(check["file"])
    return {
        "file": spoken_name(processed.arrival.name),
        "state": state_of(processed),
        "receipt": receipt.number if receipt else "",
        "outside": _outside_of(processed, spoken.language),
        "kommune_kode": kommune_of(processed),
        "sheets": {name: asdict(numbers) for name, numbers in outcomes_of(processed).items()},
        "check": check,
    }


def _outside_of(processed: Processed, language: str) -> str:
    error = processed.outside
    return in_language(error, language) if isinstance(error, SpokenError) else str(error or "")


def state_of(processed: Processed) -> str:
    """Return one word for what became of a file.

    `waiting` (not whole yet), `trace` (another program left it), `refused` (nothing could be used),
    `known` (it came before), `planned` (dry run), or the status of its receipt: `flettet`,
    `karantaene`, `tilbageholdt`.
    """
    if processed.is_waiting:
        return "waiting"
    if processed.is_trace:
        return "trace"
    if not processed.is_new:
        return "known"
    if processed.receipt:
        return processed.receipt.status.value
    return "planned" if processed.plan else "refused"


def kommune_of(processed: Processed) -> str:
    """Return the kommunekode of a file; empty where it could not be read."""
    if processed.receipt:
        return processed.receipt.kommune_kode
    return processed.plan.prepared.head.kommune_kode if processed.plan else ""


def outcomes_of(processed: Processed) -> dict[str, SheetOutcome]:
    """Return the numbers of rows by fate, sheet by sheet; nothing where nothing was merged now."""
    if not processed.is_new:
        return {}
    if processed.receipt:
        return dict(processed.receipt.sheets)
    plan = processed.plan
    return {} if plan is None or plan.already else dict(plan.outcome.sheets)


def needs_attention(processed: Processed) -> bool:
    """Tell whether a person has to do something: refused, held, in quarantine or conflict, waiting.

    A file that came before has been told about then.
    """
    if state_of(processed) in {"waiting", "refused", "karantaene", "tilbageholdt"}:
        return True
    return any(
        numbers.quarantined or numbers.conflicting for numbers in outcomes_of(processed).values()
    )
