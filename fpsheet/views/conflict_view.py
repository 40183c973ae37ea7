"""Conflicts in words and as machines need them: what each side says, and who decided."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fpsheet.returned.record_words import SHORT_HASH, Plain, told_values
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet_sync.ledger.receipt import ShownConflict
    from fpsheet_sync.ledger.settled_conflicts import SettledConflict


def conflict_value(conflict: "ShownConflict", kommune_kode: str) -> dict[str, object]:
    """Return an open conflict as machines need it."""
    return {
        "id": conflict.id,
        "kommune_kode": kommune_kode,
        "sheet": conflict.sheet,
        "row_id": conflict.row_id,
        "agreed": dict(conflict.agreed),
        "claims": [
            {"sha256": claim.sha256, "row": claim.row, "values": dict(claim.values)}
            for claim in conflict.claims
        ],
    }


def settled_value(settled: "SettledConflict") -> dict[str, object]:
    """Return a closed conflict for machines; nobody decided it where the sides came to agree."""
    ruling = settled.ruling
    return {
        **conflict_value(settled.conflict, settled.kommune_kode),
        "values": dict(settled.values),
        "commit": settled.commit,
        "by": ruling.by if ruling else None,
        "reason": ruling.reason if ruling else None,
        "at": ruling.at.isoformat() if ruling else None,
    }


def conflict_lines(conflict: "ShownConflict", spoken: SpokenForm) -> Iterator[str]:
    """Yield what is in force meanwhile, and what each side says, a line each."""
    yield _fill(spoken, "agreed", values=_told(conflict, conflict.agreed, spoken))
    yield from _sides(conflict, spoken)


def settled_lines(settled: "SettledConflict", spoken: SpokenForm) -> Iterator[str]:
    """Yield who decided what and why, and what each side had said, a line each."""
    shown, ruling = settled.conflict, settled.ruling
    spoken = spoken.of_kommune(settled.kommune_kode)
    values = _told(shown, settled.values, spoken)
    if ruling is None:
        yield _fill(spoken, "agreed_since", values=values)
    else:
        at = spoken.form.kommuner[settled.kommune_kode].local(ruling.at)
        said = {"by": ruling.by, "day": f"{at:%d-%m-%Y}", "reason": ruling.reason}
        yield _fill(spoken, "ruled", values=values, **said)
    yield from _sides(shown, spoken)


def _sides(conflict: "ShownConflict", spoken: SpokenForm) -> Iterator[str]:
    for claim in conflict.claims:
        values = _told(conflict, claim.values, spoken)
        file = claim.sha256[:SHORT_HASH]
        key = "claim_decided" if claim.is_decision else "claim"
        yield _fill(spoken, key, file=file, row=claim.row, values=values)


def _told(conflict: "ShownConflict", values: Mapping[str, Plain], spoken: SpokenForm) -> str:
    return "; ".join(told_values(spoken, conflict.sheet, values))


def _fill(spoken: SpokenForm, key: str, **values: object) -> str:
    return spoken.fill(f"command.conflicts.{key}", values)
