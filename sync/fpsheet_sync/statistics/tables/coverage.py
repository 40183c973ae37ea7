"""Coverage: which kommuner have reported for a period, wholly, in part or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, exists, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import Form

_NAMED = 10
"""Kommuner named in a sentence; of more only the number is told, and T21 lists them."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has reported for a period, of the kommuner that should; each by code.

    Attributes:
        whole: Those with a file for the year the period ends in, received when it had ended, or
            with one for a later year.
        partly: Those with a file for a year of the period, received after it began.
        missing: The others: what is known of them is from before.
    """

    whole: tuple[str, ...]
    partly: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether all have reported for the whole period."""
        return not (self.partly or self.missing)

    @property
    def is_countrywide(self) -> bool:
        """Return whether all have reported for the period or a part of it."""
        return not self.missing

    @property
    def numbers(self) -> Mapping[str, int]:
        """Return how many have reported for the period or a part of it, and how many should."""
        return {"delivered": len(self.whole) + len(self.partly), "expected": self.expected}

    @property
    def expected(self) -> int:
        """Return how many should report."""
        return len(self.whole) + len(self.partly) + len(self.missing)


def delivered_files(
    connection: Connection, form: Form, as_of: int | None
) -> Mapping[str, tuple[tuple[int, date], ...]]:
    """Return kommune → year and own day of each file it has sent by a commit, held ones apart."""
    table, held = schema.indberetning, schema.tilbageholdelse
    # Whether a file was held then; its status says whether it is held now.
    is_held = (held.c.indberetning_id == table.c.id) & in_force_at(held, as_of)
    is_taken = (table.c.art == CommitKind.SUBMISSION) & ~exists().where(is_held)
    query = select(table.c.kommune_kode, table.c.aar, table.c.received_at).where(is_taken)
    if as_of is not None:
        query = query.where(table.c.id <= as_of)
    found: dict[str, tuple[tuple[int, date], ...]] = {}
    for kommune, aar, received in connection.execute(query.order_by(table.c.id)):
        day = form.kommuner[kommune].local(received).date()
        found[kommune] = (*found.get(kommune, ()), (int(aar), day))
    return found


def cover(
    files: Mapping[str, Iterable[tuple[int, date]]], expected: Iterable[str], period: Period
) -> Coverage:
    """Return who of the kommuner that should report has done so for a period."""
    whole, partly, missing = [], [], []
    for kommune in expected:
        own = list(files.get(kommune, ()))
        if any(aar >= period.til.year and day >= period.til for aar, day in own):
            whole.append(kommune)
        elif any(aar >= period.fra.year and day >= period.fra for aar, day in own):
            partly.append(kommune)
        else:
            missing.append(kommune)
    return Coverage(tuple(whole), tuple(partly), tuple(missing))


def tell_coverage(coverage: Coverage, wording: Wording, area: str) -> str:
    """Say in sentences who has reported for the period, of the country or of one kommune."""
    if area:
        kinds = {"whole": coverage.whole, "partly": coverage.partly}
        kind = next((name for name, codes in kinds.items() if area in codes), "none")
        return wording.text(f"coverage.kommune_{kind}")
    numbers = {"delivered": len(coverage.whole), "expected": coverage.expected}
    if coverage.is_whole:
        return wording.fill("coverage.all", numbers)
    told = [wording.fill("coverage.missing", numbers)]
    for key, codes in (("partly", coverage.partly), ("none", coverage.missing)):
        if codes:
            told.append(wording.fill(f"coverage.{key}", {"names": _names(codes, wording)}))
    return " ".join(told)


def _names(codes: tuple[str, ...], wording: Wording) -> str:
    if len(codes) > _NAMED:
        return wording.fill("coverage.many", {"count": len(codes)})
    return ", ".join(wording.area(code) for code in codes)
