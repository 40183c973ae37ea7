"""The payload of a package: a workbook as read, without what never leaves the kommune.

Not the file itself: names and texts hide in a file's shared strings, comments, other sheets,
chart caches and properties. What travels is every entry cell at its own address, as the intake
read it, so that the departement's check sees what the desk's check saw.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

from fpsheet.files import plain_name
from fpsheet.intake.core_part import to_moment
from fpsheet.intake.forside_reading import sent_cover
from fpsheet_sync.merge.submission import Choice, Explanation
from fpsheet_sync.outside_json import Count, Text, Value, read_json
from fpsheet_templates.errors import SpokenError
from fpsheet_templates.failure import make_failure
from fpsheet_templates.form import META_KEYS, Form, Sheet
from fpsheet_templates.spoken import SpokenForm
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals

if TYPE_CHECKING:
    import polars as pl

_VERSION, _WITH_CHOICES = 1, 2
"""The second version carries choices; only a package that has some says so."""

_ROW = "raekke"

_MOST_BYTES = 256 << 20
"""Inflated payload, bytes; a national kommune's is about 3 MB."""


class PayloadError(SpokenError):
    """The payload is damaged or of a version this program does not know."""


def payload_failure(key: str) -> PayloadError:
    """Return the exception that says a text under `error.payload`."""
    return make_failure(PayloadError, f"error.payload.{key}", {})


@dataclass(frozen=True, slots=True)
class Payload:
    """What a package carries.

    Attributes:
        workbook: The workbook as read; local fields are empty, the file name is a neutral one.
        explanations: What the kommune wrote about its warnings.
        choices: What the kommune chose for open conflicts.
    """

    workbook: RawWorkbook
    explanations: tuple[Explanation, ...] = ()
    choices: tuple[Choice, ...] = ()


def without_local(workbook: RawWorkbook, form: Form) -> RawWorkbook:
    """Empty every field that stays in the kommune; file and tabs lose names of their own."""
    sprog = workbook.meta.get("sprog", "")
    language = sprog if sprog in form.texts.languages() else BASE_LANGUAGE
    sheets = {
        name: _sheet_without_local(raw, form.sheet(name), title=form.sheet_title(name, language))
        for name, raw in workbook.sheets.items()
    }
    cover = sent_cover(workbook.cover, SpokenForm(form, language))
    meta = workbook.meta
    neutral = plain_name(f"{meta.get('kommune_kode', '')}-{meta.get('aar', '')}.xlsx")
    return replace(workbook, name=neutral, sheets=sheets, cover=cover)


def _sheet_without_local(raw: RawSheet, sheet: Sheet, *, title: str) -> RawSheet:
    import polars as pl

    local = [field.id for field in sheet.fields if field.local and field.id in raw.frame.columns]
    frame = raw.frame.with_columns(pl.lit(None, dtype=pl.String()).alias(name) for name in local)
    kinds = {place: kind for place, kind in raw.kinds.items() if place[1] not in local}
    return replace(raw, title=title, frame=frame, kinds=kinds)


def write_payload(payload: Payload) -> bytes:
    """Return the payload as bytes; the same payload gives the same bytes."""
    book = payload.workbook
    content = {
        "version": _WITH_CHOICES if payload.choices else _VERSION,
        "sha256": book.sha256,
        "name": book.name,
        "meta": dict(book.meta),
        "cover": {name: list(value) for name, value in book.cover.items()},
        "missing": list(book.missing),
        "date1904": book.date1904,
        "saved_at": book.saved_at.isoformat() if book.saved_at else "",
        "sheets": {name: _sheet_to_json(raw) for name, raw in book.sheets.items()},
        "explanations": [
            [said.code, said.sheet, said.row, said.text] for said in payload.explanations
        ],
        **({"choices": [asdict(choice) for choice in payload.choices]} if payload.choices else {}),
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 6)


def read_payload(data: bytes, form: Form) -> Payload:
    """Read a payload.

    Args:
        data: The bytes of `write_payload`.
        form: The form whose sheets and fields it may name.

    Raises:
        PayloadError: It is damaged, too large or of an unknown version. The cause is not
            chained: it may hold values.
    """
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, _MOST_BYTES)
        if not unpacker.eof:
            raise payload_failure("too_large")
        if read_json(text, _Version, extra="ignore").version not in {_VERSION, _WITH_CHOICES}:
            raise payload_failure("newer")
        return _payload_of(read_json(text, _Content, extra="ignore"), form)
    except (ValueError, KeyError, TypeError, zlib.error):
        raise payload_failure("unreadable") from None


def _sheet_to_json(raw: RawSheet) -> dict[str, object]:
    totals = raw.totals
    return {
        "title": raw.title,
        "columns": dict(raw.columns),
        "missing": list(raw.missing),
        "totals": [totals.xml, totals.read, totals.blank, totals.quarantined],
        "kinds": [[row, name, sorted(kinds)] for (row, name), kinds in sorted(raw.kinds.items())],
        "rows": raw.frame.to_dict(as_series=False),
    }


@dataclass(frozen=True, slots=True)
class _Version:
    version: int


@dataclass(frozen=True, slots=True)
class _SheetContent:
    """A sheet as a payload holds it; `rows` has a list for each column."""

    title: Text
    columns: dict[Text, Text]
    missing: tuple[Text, ...]
    totals: tuple[Count, Count, Count, Count]
    kinds: list[tuple[Count, Text, frozenset[CellKind]]]
    rows: dict[Text, list[Text | Count | None]]


@dataclass(frozen=True, slots=True)
class _ChoiceContent:
    conflict_id: Text
    values: dict[Text, Value]
    seen: Text
    by: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class _Content:
    """A payload as `write_payload` writes it."""

    version: int
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    name: Text
    meta: dict[Text, Text]
    cover: dict[Text, tuple[Text | None, Text]]
    missing: tuple[Text, ...]
    date1904: bool
    sheets: dict[Text, _SheetContent]
    explanations: list[tuple[Text, Text, Count, Text]]
    choices: tuple[_ChoiceContent, ...] = ()
    saved_at: Text = ""


def _payload_of(content: _Content, form: Form) -> Payload:
    entries = {sheet.id: sheet for sheet in form.entry_sheets()}
    explanations = tuple(Explanation(*said) for said in content.explanations)
    if not {said.sheet for said in explanations} <= {"", *entries}:
        raise ValueError("not a sheet of the form")
    workbook = RawWorkbook(
        sha256=content.sha256,
        name=content.name,
        meta={name: text for name, text in content.meta.items() if name in META_KEYS},
        cover=content.cover,
        sheets={name: _sheet_of(entries[name], raw) for name, raw in content.sheets.items()},
        missing=tuple(entries[name].id for name in content.missing),
        date1904=content.date1904,
        saved_at=to_moment(content.saved_at),
    )
    choices = (
        Choice(said.conflict_id, said.values, said.seen, said.by, said.reason)
        for said in content.choices
    )
    return Payload(workbook, explanations, tuple(choices))


def _sheet_of(sheet: Sheet, raw: _SheetContent) -> RawSheet:
    frame = _frame_of(raw.rows)
    kinds = {(row, field): kinds for row, field, kinds in raw.kinds}
    named = {*raw.columns, *raw.missing, *frame.columns, *(field for _, field in kinds)}
    if not named <= {_ROW, *(field.id for field in sheet.fields)}:
        raise ValueError("not a field of the sheet")
    return RawSheet(
        sheet=sheet.id,
        title=raw.title,
        frame=frame,
        columns=raw.columns,
        missing=raw.missing,
        kinds=kinds,
        totals=SheetTotals(*raw.totals),
    )


def _frame_of(rows: Mapping[str, Sequence[str | int | None]]) -> "pl.DataFrame":
    """Return the rows: each Excel row once, and every column as long as the others."""
    import polars as pl

    numbers = rows[_ROW]
    if len(set(numbers)) < len(numbers) or 0 in numbers or None in numbers:
        raise ValueError("a row that stands twice, or nowhere")
    # A number among texts, a text among numbers, or a column of another length is a TypeError or
    # an error of polars, which is told as damage.
    columns = [
        pl.Series(name, cells, dtype=pl.Int32() if name == _ROW else pl.String())
        for name, cells in rows.items()
    ]
    if {len(column) for column in columns} != {len(numbers)}:
        raise ValueError("columns of different lengths")
    return pl.DataFrame(columns)
