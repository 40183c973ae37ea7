"""The payload of a package: a workbook as read, without what never leaves the kommune.

Not the file itself: names and texts hide in a file's shared strings, comments, other sheets,
chart caches and properties. What travels is every entry cell at its own address, as the intake
read it, so that the departement's check sees what the desk's check saw.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from fpsheet.intake.core_part import to_moment
from fpsheet_sync.submission import Choice, Explanation
from fpsheet_templates.errors import FpsheetError
from fpsheet_templates.form import Form, Sheet
from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals

_VERSION, _WITH_CHOICES = 1, 2
"""The second version carries choices; only a package that has some says so."""

_MOST_BYTES = 256 << 20
"""Inflated payload, bytes; a national kommune's is about 3 MB."""


class PayloadError(FpsheetError):
    """The payload is damaged or of a version this program does not know."""


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
    """Empty every field that stays in the kommune, and forget the file's own name."""
    sheets = {
        name: _sheet_without_local(raw, form.sheet(name)) for name, raw in workbook.sheets.items()
    }
    local = {
        f.id for sheet in form.sheets if sheet.id == "forside" for f in sheet.fields if f.local
    }
    # Left out and not emptied: an empty one would be missed by a rule at the departement.
    cover = {name: entry for name, entry in workbook.cover.items() if name not in local}
    neutral = f"{workbook.meta.get('kommune_kode', '')}-{workbook.meta.get('aar', '')}.xlsx"
    return replace(workbook, name=neutral, sheets=sheets, cover=cover)


def _sheet_without_local(raw: RawSheet, sheet: Sheet) -> RawSheet:
    import polars as pl

    local = [field.id for field in sheet.fields if field.local and field.id in raw.frame.columns]
    frame = raw.frame.with_columns(pl.lit(None, dtype=pl.String()).alias(name) for name in local)
    kinds = {place: kind for place, kind in raw.kinds.items() if place[1] not in local}
    return replace(raw, frame=frame, kinds=kinds)


def write_payload(payload: Payload) -> bytes:
    """Give the payload as bytes; the same payload gives the same bytes."""
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


def read_payload(data: bytes) -> Payload:
    """Read a payload.

    Raises:
        PayloadError: It is damaged, too large or of an unknown version. The cause is not
            chained: it may hold values.
    """
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, _MOST_BYTES)
        if not unpacker.eof:
            raise PayloadError("Pakkens indhold er for stort eller afbrudt.")
        content = json.loads(text)
        if content["version"] not in {_VERSION, _WITH_CHOICES}:
            raise PayloadError("Pakken er lavet af en nyere udgave af fpsheet.")
        return _from_json(content)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise PayloadError("Pakkens indhold kan ikke læses.") from None


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


def _from_json(content: Mapping[str, object]) -> Payload:
    sheets, cover, meta = content["sheets"], content["cover"], content["meta"]
    explanations, missing = content["explanations"], content["missing"]
    choices = content.get("choices", [])
    if not (
        isinstance(sheets, dict)
        and isinstance(choices, list)
        and isinstance(cover, dict)
        and isinstance(meta, dict)
        and isinstance(explanations, list)
        and isinstance(missing, list)
    ):
        raise TypeError
    workbook = RawWorkbook(
        sha256=str(content["sha256"]),
        name=str(content["name"]),
        meta={str(name): str(value) for name, value in meta.items()},
        cover={str(name): (value, str(cell)) for name, (value, cell) in cover.items()},
        sheets={str(name): _sheet_from_json(str(name), raw) for name, raw in sheets.items()},
        missing=tuple(map(str, missing)),
        date1904=bool(content["date1904"]),
        saved_at=to_moment(str(content.get("saved_at", ""))),
    )
    return Payload(
        workbook,
        tuple(
            Explanation(str(code), str(sheet), int(row), str(text))
            for code, sheet, row, text in explanations
        ),
        tuple(_choice(said) for said in choices),
    )


def _choice(said: Mapping[str, object]) -> Choice:
    values = said["values"]
    if not isinstance(values, dict):
        raise TypeError
    seen, by, reason = (str(said[name]) for name in ("seen", "by", "reason"))
    return Choice(str(said["conflict_id"]), values, seen, by, reason)


def _sheet_from_json(name: str, raw: Mapping[str, object]) -> RawSheet:
    import polars as pl

    rows, columns, kinds = raw["rows"], raw["columns"], raw["kinds"]
    totals, missing = raw["totals"], raw["missing"]
    if not (
        isinstance(rows, dict)
        and isinstance(columns, dict)
        and isinstance(kinds, list)
        and isinstance(totals, list)
        and isinstance(missing, list)
    ):
        raise TypeError
    schema = {field: pl.Int32() if field == "raekke" else pl.String() for field in rows}
    return RawSheet(
        sheet=name,
        title=str(raw["title"]),
        frame=pl.DataFrame(rows, schema=schema),
        columns={str(field): str(letter) for field, letter in columns.items()},
        missing=tuple(map(str, missing)),
        kinds={(int(r), str(f)): frozenset(CellKind(k) for k in every) for r, f, every in kinds},
        totals=SheetTotals(*(int(number) for number in totals)),
    )
