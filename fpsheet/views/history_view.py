"""A citizen's history in words and as machines need it: each value with where it came from."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from fpsheet.returned.record_words import SHORT_HASH, told_value, told_values
from fpsheet.views.conflict_view import (
    conflict_lines,
    conflict_value,
    settled_lines,
    settled_value,
)
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet_sync.ledger.citizen_history import Known
    from fpsheet_sync.ledger.value_origin import Origin
    from fpsheet_sync.statistics.facts.standing import Standing
    from fpsheet_templates.kommune import Kommune


def known_value(known: "Known", standing: "Sequence[Standing]" = ()) -> dict[str, object]:
    """Return a record as machines need it; `pension` is the level of the one that gives it."""
    gives = {(each.kommune_kode, each.row_id): each.niveau for each in standing}
    return {
        "kommune_kode": known.kommune_kode,
        "sheet": known.sheet,
        "row_id": known.row_id,
        "values": dict(known.values),
        "annulled": known.annulled,
        "pension": gives.get((known.kommune_kode, known.row_id)),
        "since": known.since,
        "versions": known.versions,
        "origins": [
            {
                "field": origin.field,
                "value": origin.value,
                "sha256": origin.sha256,
                "commit": origin.commit,
                "cell": origin.cell,
                "received_at": origin.received_at.isoformat(),
                "replaced": origin.replaced,
            }
            for origin in known.origins
        ],
        "conflicts": [conflict_value(one, known.kommune_kode) for one in known.conflicts],
        "settled": [settled_value(one) for one in known.settled],
    }


def standing_lines(standing: "Sequence[Standing]", day: date, spoken: SpokenForm) -> Iterator[str]:
    """Yield a line for each pension of the day, or one that says that there is none."""
    told = {"day": f"{day:%d-%m-%Y}"}
    if not standing:
        yield _fill(spoken, "no_pension", **told)
    levels = spoken.form.code_lists["niveau"].codes
    for each in standing:
        words = f"command.export.word.{each.niveau}"
        known = {level.id: level.label(spoken.language) for level in levels}
        niveau = known.get(each.niveau) or spoken.text(words)
        kommune = spoken.form.kommuner[each.kommune].name
        yield _fill(spoken, "pension", niveau=niveau, kommune=kommune, **told)


def known_lines(known: "Known", spoken: SpokenForm) -> Iterator[str]:
    """Yield a record in lines: when and where, what it says, and where each value came from."""
    day = f"{known.day:%d-%m-%Y}" if known.day else ""
    title = spoken.sheet_title(known.sheet)
    kommune = spoken.form.kommuner[known.kommune_kode]
    spoken = spoken.of_kommune(known.kommune_kode)
    yield f"{day:<10}  {title}  {kommune.name}"
    if known.annulled:
        label = spoken.form.code_lists["annuller"][known.annulled].label(spoken.language)
        yield f"  {_fill(spoken, 'annulled', reason=label)}"
    yield f"  {'; '.join(told_values(spoken, known.sheet, known.values))}"
    by_file = sorted(known.origins, key=lambda origin: origin.commit)
    for _, origins in groupby(by_file, key=lambda origin: origin.commit):
        yield f"  {_source(list(origins), spoken, kommune)}"
    for origin in known.origins:
        if origin.replaced is not None:
            yield f"    {_replaced(origin, spoken)}"
    for conflict in known.conflicts:
        yield f"  {_fill(spoken, 'open', id=conflict.id)}"
        yield from (f"    {line}" for line in conflict_lines(conflict, spoken))
    for settled in known.settled:
        yield f"  {_fill(spoken, 'settled', id=settled.conflict.id)}"
        yield from (f"    {line}" for line in settled_lines(settled, spoken))


def _source(origins: "Sequence[Origin]", spoken: SpokenForm, kommune: "Kommune") -> str:
    """Return the file and the cells of the values that came with one commit."""
    first = origins[0]
    cells = ", ".join(origin.cell for origin in origins if origin.cell)
    key = "origin" if cells else "ruling"
    day = f"{kommune.local(first.received_at):%d-%m-%Y}"
    return _fill(spoken, key, file=first.sha256[:SHORT_HASH], cell=cells, day=day)


def _replaced(origin: "Origin", spoken: SpokenForm) -> str:
    """Return what a value replaced."""
    field = spoken.form.sheet(origin.sheet)[origin.field]
    label = spoken.label(origin.sheet, origin.field)
    place = f"{label} ({origin.cell})" if origin.cell else label
    before = told_value(spoken, field, origin.replaced)
    key = "cleared" if origin.value is None else "replaced"
    return _fill(spoken, key, field=place, before=before)


def _fill(spoken: SpokenForm, key: str, **values: object) -> str:
    return spoken.fill(f"command.history.{key}", values)
