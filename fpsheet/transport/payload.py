"""The payload of a package: a workbook as read, without what never leaves the kommune.

Not the file itself: names and texts hide in a file's shared strings, comments, other sheets,
chart caches and properties. What travels is every entry cell at its own address, as the intake
read it, so that the departement's check sees what the desk's check saw.
"""

import json
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from fpsheet.files import plain_name
from fpsheet.intake.core_part import to_moment
from fpsheet.transport.strict import (
    list_of,
    number_of,
    parse_json,
    plain_of,
    table_of,
    text_of,
    text_or_none,
    texts_of,
    truth_of,
)
from fpsheet_sync.merge.submission import Choice, Explanation
from fpsheet_templates.errors import SpokenError
from fpsheet_templates.failure import make_failure
from fpsheet_templates.form import META_KEYS, Form, Sheet
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals

if TYPE_CHECKING:
    import polars as pl

_VERSION, _WITH_CHOICES = 1, 2
"""The second version carries choices; only a package that has some says so."""

_ROW = "raekke"
_SHA256 = re.compile("[0-9a-f]{64}")

_MOST_BYTES = 256 << 20
"""Inflated payload, bytes; a national kommune's is about 3 MB."""


class PayloadError(SpokenError):
    """The payload is damaged or of a version this program does not know."""


def payload_failure(key: str) -> PayloadError:
    """Make the exception of a text under `error.payload`."""
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
    local = {
        f.id for sheet in form.sheets if sheet.id == "forside" for f in sheet.fields if f.local
    }
    # Left out and not emptied: an empty one would be missed by a rule at the departement.
    cover = {name: entry for name, entry in workbook.cover.items() if name not in local}
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
        content = table_of(parse_json(text))
        if content["version"] not in {_VERSION, _WITH_CHOICES}:
            raise payload_failure("newer")
        return _from_json(content, form)
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


def _from_json(content: Mapping[str, object], form: Form) -> Payload:
    entries = {sheet.id: sheet for sheet in form.entry_sheets()}
    meta, cover = table_of(content["meta"]), table_of(content["cover"])
    sheets = {
        name: _sheet_from_json(entries[name], table_of(raw))
        for name, raw in table_of(content["sheets"]).items()
    }
    workbook = RawWorkbook(
        sha256=_hash_of(content["sha256"]),
        name=text_of(content["name"]),
        meta={name: text_of(text) for name, text in meta.items() if name in META_KEYS},
        cover={name: _cover_entry(entry) for name, entry in cover.items()},
        sheets=sheets,
        missing=tuple(entries[name].id for name in texts_of(content["missing"])),
        date1904=truth_of(content["date1904"]),
        saved_at=to_moment(text_of(content.get("saved_at", ""))),
    )
    return Payload(
        workbook,
        tuple(_explanation(said, entries.keys()) for said in list_of(content["explanations"])),
        tuple(_choice(table_of(said)) for said in list_of(content.get("choices", []))),
    )


def _hash_of(value: object) -> str:
    text = text_of(value)
    if _SHA256.fullmatch(text) is None:
        raise ValueError("not a hash")
    return text


def _cover_entry(value: object) -> tuple[str | None, str]:
    entry, cell = list_of(value, length=2)
    return text_or_none(entry), text_of(cell)


def _explanation(value: object, entries: Collection[str]) -> Explanation:
    code, sheet, row, text = list_of(value, length=4)
    name = text_of(sheet)
    if name and name not in entries:
        raise ValueError("not a sheet of the form")
    return Explanation(text_of(code), name, number_of(row), text_of(text))


def _choice(said: Mapping[str, object]) -> Choice:
    values = {name: plain_of(value) for name, value in table_of(said["values"]).items()}
    seen, by, reason = (text_of(said[name]) for name in ("seen", "by", "reason"))
    return Choice(text_of(said["conflict_id"]), values, seen, by, reason)


def _sheet_from_json(sheet: Sheet, raw: Mapping[str, object]) -> RawSheet:
    fields = {field.id for field in sheet.fields}
    kinds = [_kind_of(entry) for entry in list_of(raw["kinds"])]
    columns = {name: text_of(value) for name, value in table_of(raw["columns"]).items()}
    missing = texts_of(raw["missing"])
    frame = _frame_of(table_of(raw["rows"]))
    named = {*columns, *missing, *frame.columns, *(field for (_, field), _ in kinds)}
    if not named <= {*fields, _ROW}:
        raise ValueError("not a field of the sheet")
    xml, read, blank, quarantined = map(number_of, list_of(raw["totals"], length=4))
    return RawSheet(
        sheet=sheet.id,
        title=text_of(raw["title"]),
        frame=frame,
        columns=columns,
        missing=missing,
        kinds=dict(kinds),
        totals=SheetTotals(xml, read, blank, quarantined),
    )


def _kind_of(value: object) -> tuple[tuple[int, str], frozenset[CellKind]]:
    row, field, kinds = list_of(value, length=3)
    return (number_of(row), text_of(field)), frozenset(map(CellKind, texts_of(kinds)))


def _frame_of(rows: Mapping[str, object]) -> "pl.DataFrame":
    """Return the rows: each Excel row once, and every column as long as the others."""
    import polars as pl

    numbers = [number_of(value) for value in list_of(rows[_ROW])]
    if len(set(numbers)) < len(numbers) or 0 in numbers:
        raise ValueError("a row that stands twice, or nowhere")
    columns = [pl.Series(_ROW, numbers, dtype=pl.Int32())]
    for name in rows.keys() - {_ROW}:
        texts = [text_or_none(value) for value in list_of(rows[name], length=len(numbers))]
        columns.append(pl.Series(name, texts, dtype=pl.String()))
    return pl.DataFrame(columns).select(list(rows))
