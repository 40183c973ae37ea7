"""Conflicts in words and as machines need them: what each side says, and who decided."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fpsheet.returned.record_words import SHORT_HASH, Plain, told_values
from fpsheet_templates.form import Form

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


def conflict_lines(conflict: "ShownConflict", form: Form, language: str) -> Iterator[str]:
    """Return what is in force meanwhile, and what each side says, a line each."""
    yield _fill(form, language, "agreed", values=_told(conflict, conflict.agreed, form, language))
    yield from _sides(conflict, form, language)


def settled_lines(settled: "SettledConflict", form: Form, language: str) -> Iterator[str]:
    """Return who decided what and why, and what each side had said, a line each."""
    shown, ruling = settled.conflict, settled.ruling
    values = _told(shown, settled.values, form, language)
    if ruling is None:
        yield _fill(form, language, "agreed_since", values=values)
    else:
        said = {"by": ruling.by, "day": f"{ruling.at:%d-%m-%Y}", "reason": ruling.reason}
        yield _fill(form, language, "ruled", values=values, **said)
    yield from _sides(shown, form, language)


def _sides(conflict: "ShownConflict", form: Form, language: str) -> Iterator[str]:
    for claim in conflict.claims:
        values = _told(conflict, claim.values, form, language)
        file = claim.sha256[:SHORT_HASH]
        key = "claim_decided" if claim.is_decision else "claim"
        yield _fill(form, language, key, file=file, row=claim.row, values=values)


def _told(conflict: "ShownConflict", values: Mapping[str, Plain], form: Form, language: str) -> str:
    return "; ".join(told_values(form, conflict.sheet, values, language))


def _fill(form: Form, language: str, key: str, **values: object) -> str:
    return form.texts.fill(f"command.conflicts.{key}", language, values)
