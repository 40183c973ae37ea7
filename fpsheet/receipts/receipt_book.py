"""A receipt as a workbook for a person: what became of a file, sheet by sheet and row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from operator import add

from fpsheet.returned.answered_workbook import merge_findings
from fpsheet.returned.conflict_list_text import LETTERS, fields_of, side_words
from fpsheet.returned.record_words import told_value
from fpsheet.table_book.book import PROGRAM, Book, Line, Page, PageColumn, PageKind
from fpsheet_sync.ledger.receipt import Receipt, Settlement, ShownConflict, ShownNotice
from fpsheet_sync.merge.commit import Status
from fpsheet_sync.merge.conflict import LATER_COUNTS
from fpsheet_sync.merge.file_merge import SheetOutcome
from fpsheet_sync.merge.state import Plain
from fpsheet_sync.statistics.stat_table import Cell, ColumnKind
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.catalogue import catalogue_lines

_TOTALS = ("xml", "read", "blank", "quarantined")
_FATES = {"quarantined": "waiting"}
"""Fates whose heading is another word: what the merge sets aside waits."""

_TEXT, _COUNT = ColumnKind.DIMENSION, ColumnKind.COUNT

Rows = Sequence[tuple[Cell, ...]]


def receipt_book(receipt: Receipt, spoken: SpokenForm, *, values: bool = True) -> Book:
    """Lay a receipt out.

    Args:
        receipt: The receipt.
        spoken: The form in the language of the workbook.
        values: Whether the values of conflicts are in it; otherwise a line says where they are.
    """
    words = _Words(spoken)
    title = words.fill("title", number=receipt.number)
    pages = (
        _cover(receipt, words, title),
        _totals(receipt, words),
        _merged(receipt, words),
        _waiting(receipt, words),
        _conflicts(receipt, words, values=values),
        _settled(receipt, words),
        _replaced(receipt, words),
        _missing(receipt, words),
        _findings(receipt, words),
    )
    return Book(
        title=title,
        stem=receipt.number,
        publisher=PROGRAM,
        subject=words("subject"),
        keywords=words("keywords"),
        language=spoken.language,
        made_on=_local_moment(receipt, spoken.form).date(),
        pages=tuple(page for page in pages if page is not None),
    )


def _local_moment(receipt: Receipt, form: Form) -> datetime:
    """Return when a file was received, in the time of its kommune; UTC where it has none."""
    kommune = form.kommuner.get(receipt.kommune_kode)
    return kommune.local(receipt.received_at) if kommune else receipt.received_at


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a receipt in one language."""

    spoken: SpokenForm

    def __call__(self, key: str) -> str:
        return self.spoken.text(f"receipt.{key}")

    def fill(self, key: str, **values: object) -> str:
        return self.spoken.fill(f"receipt.{key}", values)

    def sheet(self, name: str) -> str:
        return self.spoken.sheet_title(name) if name else ""

    def column(self, key: str, kind: ColumnKind = _TEXT, width: float = 14) -> PageColumn:
        return PageColumn(self(f"column.{key}"), kind, width)

    def told(self, sheet: str, field: str, value: Plain) -> str:
        return told_value(self.spoken, self.spoken.form.sheet(sheet)[field], value)

    def label(self, sheet: str, field: str) -> str:
        return self.spoken.label(sheet, field)

    def received(self, receipt: Receipt) -> str:
        kommune = self.spoken.form.kommuner.get(receipt.kommune_kode)
        zone = self(f"zone.{kommune.jurisdiction if kommune else 'other'}")
        moment = _local_moment(receipt, self.spoken.form)
        return self.fill("received", moment=f"{moment:%d-%m-%Y %H:%M}", zone=zone)

    def page(self, key: str, columns: Sequence[PageColumn], rows: Rows) -> Page | None:
        """Return a page with a table; None where there is nothing to put on it."""
        if not rows:
            return None
        return Page(
            name=self(f"page.{key}"),
            kind=PageKind.TABLE,
            title=self(f"page.{key}"),
            lines=(Line(self(f"page.{key}_line")),),
            columns=tuple(columns),
            rows=tuple(rows),
        )


def cover_lines(receipt: Receipt, spoken: SpokenForm) -> list[str]:
    """Return what became of a file and what is to be done, for a terminal."""
    words = _Words(spoken)
    title = words.fill("title", number=receipt.number)
    cover = _cover(receipt, words, title)
    # All but the last, which says how to do what the reader has done.
    return [title, *(line.text for line in cover.lines[:-1])]


def _cover(receipt: Receipt, words: _Words, title: str) -> Page:
    kommune = words.spoken.form.kommuner.get(receipt.kommune_kode)
    name = f"{receipt.kommune_kode} {kommune.name}" if kommune else receipt.kommune_kode
    lines = [
        Line(words(f"status.{_headline(receipt)}"), heading=True),
        Line(words.fill("kommune", kommune=name)),
        Line(words.fill("aar", aar=receipt.aar)),
        Line(words.received(receipt)),
        Line(words.fill("workbook", workbook=receipt.workbook_id)),
        Line(words.fill("hash", sha256=receipt.sha256)),
        Line(_counts(receipt, words)),
    ]
    if receipt.unexplained:
        lines.append(Line(words.fill("unexplained", count=receipt.unexplained)))
    if receipt.no_cases:
        lines.append(Line(words("no_cases")))
    if receipt.held:
        lines.append(Line(words.fill("held", lost=receipt.held[0], of=receipt.held[1])))
    lines += _deadlines(receipt, words)
    lines.append(Line(words("next"), heading=True))
    lines += [Line(words(key)) for key in _steps(receipt)]
    lines.append(Line(words("receive")))
    return Page(words("page.cover"), PageKind.COVER, title, tuple(lines))


def _deadlines(receipt: Receipt, words: _Words) -> Iterator[Line]:
    """Yield what the kommune asked for and was granted."""
    for key, day in (("asked", receipt.asked), ("granted", receipt.granted)):
        if day:
            yield Line(words.fill(key, day=f"{date.fromisoformat(day):%d-%m-%Y}"))


def _headline(receipt: Receipt) -> str:
    """Return what became of a file in one word; where something must be chosen, not all is well."""
    if receipt.status is Status.MERGED and receipt.conflicts:
        return "konflikt"
    if receipt.status is Status.MERGED and receipt.unexplained:
        return "svar"
    return receipt.status.value


def _counts(receipt: Receipt, words: _Words) -> str:
    counts = {severity.value: 0 for severity in Severity} | dict(receipt.counts)
    return words.fill("counts", **counts)


def _steps(receipt: Receipt) -> Iterator[str]:
    """Yield what the kommune has to do, the most urgent first."""
    steps = {
        "next_held": receipt.status is Status.HELD,
        "next_conflicts": bool(receipt.conflicts),
        "next_waiting": bool(receipt.waiting),
        "next_unexplained": bool(receipt.unexplained),
        "next_missing": bool(receipt.missing) and receipt.held is None,
        "next_replaced": any(found["code"] == LATER_COUNTS for found in receipt.findings),
    }
    wanted = [key for key, is_wanted in steps.items() if is_wanted]
    yield from wanted or ["next_none"]


def _totals(receipt: Receipt, words: _Words) -> Page | None:
    columns = [words.column("sheet", width=18), *(words.column(k, _COUNT, 16) for k in _TOTALS)]
    numbers = {name: tuple(total) for name, total in receipt.totals.items()}
    return words.page("totals", columns, _summed(numbers, words))


def _merged(receipt: Receipt, words: _Words) -> Page | None:
    fates = [field.name for field in fields(SheetOutcome)]
    columns = [
        words.column("sheet", width=18),
        *(words.column(_FATES.get(fate, fate), _COUNT, 13) for fate in fates),
    ]
    numbers = {
        name: tuple(getattr(outcome, fate) for fate in fates)
        for name, outcome in receipt.sheets.items()
    }
    return words.page("merged", columns, _summed(numbers, words))


def _summed(numbers: Mapping[str, tuple[int, ...]], words: _Words) -> Rows:
    rows: list[tuple[Cell, ...]] = [(words.sheet(name), *row) for name, row in numbers.items()]
    total: tuple[int, ...] = ()
    for row in numbers.values():
        total = tuple(map(add, total, row)) if total else row
    return [*rows, (words("column.total"), *total)] if rows else []


def _waiting(receipt: Receipt, words: _Words) -> Page | None:
    codes = {code for row in receipt.waiting for code in row.codes}
    lines = catalogue_lines(words.spoken, codes)
    sentences = {line.code: line.message for line in lines}
    columns = [
        words.column("place", width=26),
        words.column("row_id", width=20),
        words.column("rules", width=20),
        words.column("why", width=80),
    ]
    rows = [
        (
            words.fill("place", sheet=words.sheet(row.sheet), row=row.row),
            row.row_id,
            ", ".join(row.codes),
            " ".join(sentences[code] for code in row.codes if code in sentences)
            or words("same_case"),
        )
        for row in receipt.waiting
    ]
    return words.page("waiting", columns, rows)


def _conflicts(receipt: Receipt, words: _Words, *, values: bool) -> Page | None:
    sides = max((len(conflict.claims) for conflict in receipt.conflicts), default=0)
    letters = LETTERS[: sides if values else 0]
    columns = [
        words.column("sheet", width=16),
        words.column("row_id", width=20),
        words.column("field", width=24),
        *([words.column("agreed", width=24)] if values else []),
        *(PageColumn(words.fill("column.side", letter=one), _TEXT, 34) for one in letters),
        words.column("conflict", width=14),
    ]
    rows = [
        row
        for conflict in receipt.conflicts
        for row in _conflict_rows(conflict, receipt, words, len(letters))
    ]
    page = words.page("conflicts", columns, rows)
    if page is None or values:
        return page
    return replace(page, lines=(*page.lines, Line(words("hidden"))))


def _conflict_rows(
    conflict: ShownConflict, receipt: Receipt, words: _Words, sides: int
) -> Iterator[tuple[Cell, ...]]:
    place = words.sheet(conflict.sheet), conflict.row_id
    for field in fields_of(conflict, words.spoken.form):
        told: list[Cell] = []
        if sides:
            told.append(words.told(conflict.sheet, field, conflict.agreed.get(field)))
            told += _claims(conflict, field, receipt, words, sides)
        yield *place, words.label(conflict.sheet, field), *told, conflict.id


def _claims(
    about: ShownConflict | Settlement, field: str, receipt: Receipt, words: _Words, sides: int
) -> list[Cell]:
    """Return what each side says of a field and where, in as many cells as there are sides."""
    told: list[Cell] = []
    for claim in about.claims:
        value = words.told(about.sheet, field, claim.values.get(field))
        told.append(f"{value} ({side_words(claim, receipt, words.spoken)})")
    return told + [""] * (sides - len(told))


def _settled(receipt: Receipt, words: _Words) -> Page | None:
    sides = max((len(choice.claims) for choice in receipt.settled), default=0)
    columns = [
        words.column("sheet", width=16),
        words.column("row_id", width=20),
        words.column("field", width=24),
        words.column("value", width=30),
        words.column("by", width=24),
        words.column("reason", width=40),
        *(PageColumn(words.fill("column.side", letter=one), _TEXT, 34) for one in LETTERS[:sides]),
        words.column("conflict", width=14),
    ]
    rows = [
        (
            words.sheet(choice.sheet),
            choice.row_id,
            words.label(choice.sheet, field),
            words.told(choice.sheet, field, value),
            choice.by,
            choice.reason,
            *_claims(choice, field, receipt, words, sides),
            choice.conflict_id,
        )
        for choice in receipt.settled
        for field, value in choice.values.items()
    ]
    return words.page("settled", columns, rows)


def _replaced(receipt: Receipt, words: _Words) -> Page | None:
    columns = [
        words.column("sheet", width=16),
        words.column("row_id", width=20),
        words.column("field", width=24),
        words.column("kept", width=44),
        words.column("left", width=30),
    ]
    rows = [row for notice in receipt.replaced for row in _replaced_rows(notice, receipt, words)]
    return words.page("replaced", columns, rows)


def _replaced_rows(
    notice: ShownNotice, receipt: Receipt, words: _Words
) -> Iterator[tuple[Cell, ...]]:
    sheet, kept = notice.sheet, notice.kept
    for field, value in kept.values.items():
        before = notice.left.get(field)
        if value == before:
            continue
        side = side_words(kept, receipt, words.spoken)
        told = f"{words.told(sheet, field, value)} ({side})"
        label = words.label(sheet, field)
        yield words.sheet(sheet), notice.row_id, label, told, words.told(sheet, field, before)


def _missing(receipt: Receipt, words: _Words) -> Page | None:
    columns = [words.column("sheet", width=18), words.column("row_id", width=24)]
    rows = [(words.sheet(sheet), row_id) for sheet, row_id in receipt.missing]
    return words.page("missing", columns, rows)


def _findings(receipt: Receipt, words: _Words) -> Page | None:
    columns = [
        words.column("severity", width=14),
        words.column("sheet", width=16),
        words.column("cell", width=9),
        words.column("message", width=70),
        words.column("remedy", width=60),
        words.column("rule", width=10),
    ]
    rows = [
        (
            words.spoken.text(f"returned.severity.{found.severity}"),
            found.spoken_tab(words.spoken),
            found.cell,
            found.message(words.spoken),
            found.remedy(words.spoken),
            found.code,
        )
        for found in merge_findings(receipt)
    ]
    return words.page("findings", columns, rows)
