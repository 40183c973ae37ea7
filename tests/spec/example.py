"""Examples of rules: small tables that a rule passes or fails, read from `rules/*.md`.

    ## FOR-001

    Passes:

    #### forloeb
    | start_dato | slut_dato  |
    | 2026-01-05 | 2026-02-01 |

    Fails at forloeb!F4:

    #### forloeb
    | start_dato | slut_dato  |
    | 2026-01-05 | 2025-02-01 |

A table shows the fields the rule is about; the others have the values of `_USUAL`, and a citizen
of a row who has no row in a table `borger` gets a usual one when there is no such table. Rows
begin at Excel row 4. "Fails at" lists every finding of the example, those of `_EVERYWHERE` left
out; a finding of another rule is written with its code (`FLT-001 forloeb!F4`). In brackets the
setting may be changed: `Passes (kommune 707, aar 2025):`, and `xml 9` for the rows that the file
is said to have.

A date is a date cell and a number a number cell, unless a sign says otherwise: `'text` in a
column of dates or numbers, `=formula`, `#REF!`, `SAND`, `~number` in a column of text, `^` for a
cell under a merged range, `§text` for a text that intake has repaired, `-` for an empty cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from fpsheet_templates.form import FieldType
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import CellKind, RawSheet, RawWorkbook, SheetTotals
from tests.support.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fpsheet_templates.form import Field, Form
    from fpsheet_validation.typed import Check

TODAY = date(2026, 3, 2)
FIRST_ROW = 4
RULES = Path(__file__).parent / "rules"

_EVERYWHERE = frozenset({"CPR-005"})
"""Every CPR number of the tests is a replacement number, and the check says so each time."""

_CITIZEN = "710776-0001"
_USUAL: Mapping[str, Mapping[str, str]] = {
    "borger": {
        "cpr": _CITIZEN,
        "ansoegning_dato": "2016-01-04",
        "pensionist_foer_reform": "Nej",
        "sagsbehandler": "AB",
    },
    "forloeb": {"cpr": _CITIZEN, "forloeb_type": "Afklaringsforløb", "start_dato": "2026-01-05"},
    "vurdering": {
        "cpr": _CITIZEN,
        "vurdering_dato": "2026-01-05",
        "arbejdsevne_pct": "40",
        "maks_timer_pr_uge": "30",
    },
    "job": {
        "cpr": _CITIZEN,
        "job_type": "Fleksjob",
        "start_dato": "2026-01-05",
        "timer_pr_uge": "20",
        "branche": "G Handel",
    },
    "afgoerelse": {
        "cpr": _CITIZEN,
        "afgoerelse_dato": "2026-02-02",
        "afgoerelse": "Afslag",
        "instans": "Kommunalbestyrelsen",
    },
    "indkomst": {
        "cpr": _CITIZEN,
        "indkomst_kilde": "Anden pension",
        "fra_dato": "2026-01-05",
        "oplyst_af": "Borgeren",
    },
    "overdragelse": {
        "cpr": _CITIZEN,
        "til_kommune": "101 Københavns Kommune",
        "dato": "2026-03-01",
    },
}
_COVER = {"kontaktperson": "Fiktiv Kontakt", "e_mail": "fiktiv@kommune.example"}
_SIGNS = {
    "'": CellKind.TEXT,
    "=": CellKind.FORMULA,
    "~": CellKind.NUMBER,
    "^": CellKind.MERGED,
    "§": CellKind.REPAIRED,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one rule.

    Attributes:
        code: The rule.
        line: Line in its file, for the name of the test.
        fails_at: `code sheet!cell` of every finding; empty for an example that passes.
        setting: `kommune`, `aar`, `xml`, as far as they are not the usual.
        tables: The tables, as text.
    """

    code: str
    line: int
    fails_at: frozenset[str] = frozenset()
    setting: Mapping[str, str] = field(default_factory=dict)
    tables: str = ""

    @property
    def name(self) -> str:
        """Give a name for the test report."""
        return f"{self.code}:{self.line}:{'fails' if self.fails_at else 'passes'}"


def read_examples() -> tuple[Example, ...]:
    """Read every example of every file, in the order of the files."""
    return tuple(example for file in sorted(RULES.glob("*.md")) for example in _read_file(file))


def _read_file(file: Path) -> Iterator[Example]:
    code, current = "", None
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if found := re.fullmatch(r"## ([A-Z]{3}-\d{3})", line):
            code = found[1]
        begins = re.fullmatch(r"(Passes|Fails at (?P<at>[^(]+?))( \((?P<set>.+)\))?:", line)
        if begins or line.startswith("## "):
            if current:
                yield current
            current = None
        if begins:
            current = Example(
                code, number, _expected(code, begins["at"]), _setting(begins["set"] or "")
            )
        elif current:
            current = replace(current, tables=f"{current.tables}{line}\n")
    if current:
        yield current


def _expected(code: str, at: str | None) -> frozenset[str]:
    places = (place.strip() for place in (at or "").split(",") if place.strip())
    return frozenset(place if " " in place else f"{code} {place}" for place in places)


def _setting(text: str) -> dict[str, str]:
    pairs = (part.split() for part in text.split(",") if part.strip())
    return {name: value for name, value in pairs}  # noqa: C416 (says what the two are)


def check_example(example: Example, form: Form) -> Check:
    """Check the workbook of an example."""
    return check_workbook(example_workbook(example, form), form, today=TODAY)


def found_at(check: Check, code: str) -> frozenset[str]:
    """Give `code sheet!cell` of the findings; of those that are everywhere only the rule's own."""
    return frozenset(
        f"{finding.code} {finding.sheet}!{finding.cell}"
        for finding in check.findings
        if finding.code == code or finding.code not in _EVERYWHERE
    )


def example_workbook(example: Example, form: Form) -> RawWorkbook:
    """Build what intake would have read."""
    tables = {table.title: list(table.records()) for table in read_tables(example.tables)}
    cover = _COVER | {k: v for row in tables.pop("forside", []) for k, v in row.items()}
    rows = {sheet: [_usual(sheet, row) for row in records] for sheet, records in tables.items()}
    if rows and "borger" not in rows:
        seen = dict.fromkeys(
            str(row["cpr"]).lstrip("§") for records in rows.values() for row in records
        )
        numbers = [cpr for cpr in seen if re.fullmatch(r"\d{6}-?\d{4}", cpr)]
        rows["borger"] = [_usual("borger", {"cpr": cpr}) for cpr in numbers]
    meta = {
        "form_version": str(form.version),
        "workbook_id": "K7Q2M9XA",
        "kommune_kode": example.setting.get("kommune", "956"),
        "aar": example.setting.get("aar", "2026"),
        "sprog": "da",
    }
    sheets = {
        sheet.id: raw_sheet(form, sheet.id, rows.get(sheet.id, []), xml=example.setting.get("xml"))
        for sheet in form.entry_sheets()
    }
    cells = {
        name: (None if value == "-" else value, f"C{FIRST_ROW + number}")
        for number, (name, value) in enumerate((_COVER | {"ingen_sager": None} | cover).items())
    }
    return RawWorkbook("0" * 64, "eksempel.xlsx", meta, cells, sheets)


def _usual(sheet: str, row: Mapping[str, str | None]) -> dict[str, str | None]:
    return {**_USUAL[sheet], **row}


def raw_sheet(
    form: Form,
    sheet_id: str,
    rows: Iterable[Mapping[str, str | None]],
    *,
    xml: str | None = None,
) -> RawSheet:
    """Build one sheet as intake reads it from rows in the notation of the examples."""
    sheet = form.sheet(sheet_id)
    records = list(rows)
    kinds: dict[tuple[int, str], frozenset[CellKind]] = {}
    columns: dict[str, list[str | None]] = {"raekke_id": []}
    for number, record in enumerate(records, start=1):
        row_id = record.get("raekke_id", f"K7Q2M9XA-{sheet.letter}-{number:04d}")
        columns["raekke_id"].append(None if row_id == "-" else row_id)
    for entry in sheet.entry_fields():
        cells = [_cell(entry, record.get(entry.id)) for record in records]
        columns[entry.id] = [text for text, _ in cells]
        for place, (_, kind) in enumerate(cells):
            if kind:
                kinds[FIRST_ROW + place, entry.id] = frozenset({kind})
    frame = pl.DataFrame(
        {"raekke": pl.Series(range(FIRST_ROW, FIRST_ROW + len(records)), dtype=pl.Int32)}
        | {name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    )
    totals = SheetTotals(int(xml or len(records)), len(records), 0)
    letters = {entry.id: chr(ord("A") + place) for place, entry in enumerate(sheet.fields)}
    title = form.sheet_title(sheet_id, "da")
    return RawSheet(sheet_id, title, frame, letters, (), kinds, totals)


def _cell(entry: Field, written: str | None) -> tuple[str | None, CellKind | None]:
    """Give text and kind of a cell as the reader would print it."""
    if written is None or written == "-":
        return None, None
    if written.startswith("#"):
        return None, CellKind.ERROR
    if written in {"SAND", "FALSK"}:
        return str(written == "SAND").lower(), CellKind.BOOLEAN
    kind = _SIGNS.get(written[0])
    text = written[1:] if kind else written
    if kind is CellKind.MERGED:
        return None, kind
    if entry.type is FieldType.DATE and kind is None and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text} 00:00:00", None
    return text, kind
