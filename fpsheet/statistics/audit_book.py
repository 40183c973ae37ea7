"""The audit report as a workbook: how a publication was rounded, and how safe it is from whom.

It names small numbers and says how near anybody comes to them, so it is for the departement alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fpsheet.table_book.book import Line, Page, PageColumn, PageKind
from fpsheet.table_book.list_book import list_book
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.statistics.publication.publication import Draft
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.form import FieldType

if TYPE_CHECKING:
    # Not loaded here: it brings the solver along.
    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.disclosure.rounding import Rounded

_COLUMNS = ("about", "name", "cells", "small", "values", "base", "far", "why")
_NUMBERS = frozenset({"cells", "small", "values", "base", "far"})
_WIDTHS = {"about": 26, "name": 60, "why": 66}
_NARROW = 12
_PLAIN = frozenset({"rounded", "cuts"})
"""Means that leave a reader nothing to know: the part is rounded as all others are."""

Row = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """The words for what is told, and where each number stands.

    Attributes:
        words: The language.
        names: Number → where a reader finds it.
    """

    words: Wording
    names: "Mapping[CellId, str]"

    def number(self, cell: "CellId") -> str:
        """Return where a number stands; its name where no table has it."""
        return self.names.get(cell, cell)

    def reader(self, view: str) -> str:
        """Return a kommune's name, or the public."""
        return self.words.area(view) if view else self.words.text("audit.public")

    def row(self, about: str, name: str, why: str = "", **numbers: int | None) -> Row:
        """Return a line: what it is about, and what is known of that."""
        counts = (numbers.get(column) for column in _COLUMNS[2:-1])
        return (self.words.text(f"audit.about.{about}"), name, *counts, why)


def write_audit(draft: Draft, words: Wording, names: "Mapping[CellId, str]", end: LogEnd) -> bytes:
    """Return the audit report of a publication as a workbook marked FORTROLIGT.

    Its rows are the readers with the number each comes closest to, the groups of numbers that were
    protected in another way than by plain rounding, the numbers that could not be printed, those
    that moved since earlier editions, those that earlier editions give away, and what every reader
    is told to know of numbers beside each other, with why.

    Args:
        draft: What was printed, and the audit that allowed it; no bytes where there is none.
        words: The language.
        names: Number → where it stands in the editions, in words.
        end: Where the access log ended.
    """
    if draft.audit is None:
        return b""
    rounded, told_as = draft.audit, _Told(words, names)
    settings = rounded.settings
    told = {
        "base": settings.base,
        "threshold": settings.threshold,
        "values": settings.values,
        "own_values": settings.own_values,
        "printed": len(rounded.prints),
        "small": sum(outcome.small for outcome in rounded.outcomes),
        "left_out": len(rounded.left_out),
        "moved": len(rounded.moved),
        "log": end,
    }
    lines = ("settings", "counts", "passed", *_proof_told(draft, told), "log")
    page = Page(
        name=words.text("audit.title"),
        kind=PageKind.LIST,
        title="",
        lines=tuple(Line(words.fill(f"audit.{line}", told)) for line in lines),
        columns=tuple(
            PageColumn(
                words.text(f"audit.column.{name}"),
                FieldType.INTEGER if name in _NUMBERS else FieldType.TEXT,
                _WIDTHS.get(name, _NARROW),
            )
            for name in _COLUMNS
        ),
        rows=(
            *_rows(rounded, draft.plain, told_as),
            *_not_proved(draft, told_as),
            *_relations(draft, told_as),
        ),
        table="tRevision",
    )
    mark = words.text("audit.confidential")
    made_on = draft.publication.counted_on
    return write_xlsx(list_book(page, language=words.language, made_on=made_on, mark=mark))


def _rows(rounded: "Rounded", plain: "Sequence[CellId]", told_as: _Told) -> Iterator[Row]:
    words = told_as.words
    for line in rounded.audit.readers:
        closest = "" if line.cell is None else told_as.number(line.cell)
        why = words.fill("audit.closest", {"cell": closest}) if closest else ""
        reader = told_as.reader(line.view)
        yield told_as.row("reader", reader, why, small=line.small, values=line.fewest)
    for outcome in rounded.outcomes:
        if outcome.step not in _PLAIN:
            yield told_as.row(
                "part",
                told_as.number(outcome.first),
                words.text(f"audit.step.{outcome.step}"),
                cells=outcome.cells,
                small=outcome.small,
                values=outcome.own_values,
                base=outcome.base,
                far=outcome.window,
            )
    for cell in sorted(rounded.left_out):
        yield told_as.row("left_out", told_as.number(cell))
    for cell, (before, now) in rounded.moved.items():
        why = words.fill("audit.moved", {"before": before, "now": now})
        yield told_as.row("moved", told_as.number(cell), why)
    of_public = {(cell, "") for cell in plain}
    for cell, view in sorted(of_public.union(rounded.audit.already_known)):
        why = words.fill("audit.known", {"who": told_as.reader(view)})
        yield told_as.row("known", told_as.number(cell), why)


def _proof_told(draft: Draft, told: dict[str, object]) -> tuple[str, ...]:
    """Return the line on the proof by worlds, and add what it tells; none where none was sought."""
    proof = draft.proof
    if proof is None or not proof.seconds:
        return ()
    told |= {
        **{name: getattr(proof, name) for name in ("wide", "pairs", "worlds", "recounted")},
        "narrow": len(proof.narrow),
        "unseen": proof.unseen,
        "seconds": proof.seconds,
    }
    return ("proved",)


def _not_proved(draft: Draft, told_as: _Told) -> Iterator[Row]:
    """Yield the numbers that worlds did not prove wide: at first, and to the end."""
    if draft.proof is None:
        return
    for cell in draft.proof.refused:
        why = told_as.words.text("audit.refused")
        yield told_as.row("refused", told_as.number(cell), why)
    for cell, reader in draft.proof.narrow:
        why = told_as.words.fill("audit.narrow", {"who": told_as.reader(reader)})
        yield told_as.row("narrow", told_as.number(cell), why)


def _relations(draft: Draft, told_as: _Told) -> Iterator[Row]:
    """Yield what readers are told of numbers beside each other: why, and how often."""
    words = told_as.words
    for reason, is_certain, count in draft.told:
        why = "" if is_certain else words.text("audit.probable")
        yield told_as.row("relation", words.text(f"relation.{reason}"), why, cells=count)
