"""Examples of rules: small tables that a rule passes or fails, read from `rules/*.md`.

    ## FOR-001

    Passes:

    #### forloeb
    | start_dato | slut_dato  |
    | 2026-01-05 | 2026-02-01 |

    Fails at forloeb!slut_dato:4:

    #### forloeb
    | start_dato | slut_dato  |
    | 2026-01-05 | 2025-02-01 |

A table shows the fields the rule is about; the others have the values of `_USUAL`, and a citizen
of a row who has no row in a table `borger` gets a usual one when there is no such table. Rows
begin at Excel row 4. "Fails at" names cells by field and row, and lists every finding of the
example, those of `_EVERYWHERE` left out; a finding of another rule is written with its code
(`FLT-001 forloeb!slut_dato:4`). In brackets the setting may be changed:
`Passes (kommune 707, aar 2025):`, `today 2027-07-05`, and `xml 9` for the rows that the file is
said to have.

A date is a date cell and a number a number cell, unless a sign says otherwise: `'text` in a
column of dates or numbers, `=formula`, `#REF!`, `SAND`, `~number` in a column of text, `^` for a
cell under a merged range, `§text` for a text that intake has repaired, `-` for an empty cell, and
for a number in a format that shows it otherwise `%` (per cent), `¤` (money), `¨` (a day or a time)
and `°` (zeros in front).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet_templates.form import FieldType, Form
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import CellKind
from tests.support.rows import FIRST_ROW, Kinds, make_raw_sheet, make_raw_workbook
from tests.support.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fpsheet_templates.form import Field, Form
    from fpsheet_validation.raw import RawSheet, RawWorkbook
    from fpsheet_validation.typed import Check

TODAY = date(2026, 3, 2)
RULES = Path(__file__).parent / "examples"

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
        "til_kommune": "957 Qeqqata Kommunia",
        "dato": "2026-03-01",
    },
}
_COVER = ("kontaktperson", "e_mail", "ingen_sager", "journal_adresse", "frist_oensket")
_SIGNS = {
    "'": CellKind.TEXT,
    "=": CellKind.FORMULA,
    "~": CellKind.NUMBER,
    "^": CellKind.MERGED,
    "§": CellKind.REPAIRED,
    "%": CellKind.PERCENT,
    "¤": CellKind.CURRENCY,
    "¨": CellKind.DAY,
    "°": CellKind.ZEROS,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one rule.

    Attributes:
        code: The rule.
        line: Line in its file, for the name of the test.
        fails_at: `code sheet!cell` of every finding; empty for an example that passes.
        setting: `kommune`, `aar`, `today`, `xml`, as far as they are not the usual.
        tables: The tables, as text.
    """

    code: str
    line: int
    fails_at: frozenset[str] = frozenset()
    setting: Mapping[str, str] = field(default_factory=dict)
    tables: str = ""

    @property
    def name(self) -> str:
        """Return a name for the test report."""
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
    today = date.fromisoformat(example.setting.get("today", TODAY.isoformat()))
    return check_workbook(example_workbook(example, form), form, today=today)


def expected_at(example: Example, check: Check) -> frozenset[str]:
    """Return the places of an example with cells as the workbook has them."""

    def cell(found: re.Match[str]) -> str:
        return f"{found[1]}!{check.raw.sheets[found[1]].columns[found[2]]}{found[3]}"

    return frozenset(re.sub(r"(\w+)!([a-z0-9_]+):(\d+)", cell, at) for at in example.fails_at)


def found_at(check: Check, code: str) -> frozenset[str]:
    """Return `code sheet!cell` of the findings; of those everywhere only the rule's own."""
    return frozenset(
        f"{finding.code} {finding.sheet}!{finding.cell}"
        for finding in check.findings
        if finding.code == code or finding.code not in _EVERYWHERE
    )


def assert_places_exist(check: Check, form: Form) -> None:
    """Each finding stands at a row and column of the file, or at the file itself, and has words."""
    raw = check.raw
    for finding in check.findings:
        if finding.sheet in raw.sheets:
            sheet = raw.sheets[finding.sheet]
            assert finding.row == 0 or finding.row in sheet.frame["raekke"].to_list()
            assert finding.column == (sheet.columns[finding.field] if finding.field else "")
        elif finding.sheet:
            assert finding.sheet == "forside"
            assert raw.cover[finding.field][1] == finding.cell
        for language in form.texts.languages():
            assert finding.message(SpokenForm(form, language))
            assert finding.remedy(SpokenForm(form, language))


def example_workbook(example: Example, form: Form) -> RawWorkbook:
    """Build what intake would have read."""
    tables = {table.title: list(table.records()) for table in read_tables(example.tables)}
    cover = {
        field_id: (None if entry == "-" else entry, f"C{FIRST_ROW + _COVER.index(field_id)}")
        for record in tables.pop("forside", [])
        for field_id, entry in record.items()
    }
    rows = {sheet: [_usual(sheet, row) for row in records] for sheet, records in tables.items()}
    if rows and "borger" not in rows:
        rows["borger"] = [_usual("borger", {"cpr": cpr}) for cpr in _citizens(rows)]
    sheets = [
        raw_sheet(form, sheet.id, rows.get(sheet.id, []), example.setting.get("xml"))
        for sheet in form.entry_sheets()
    ]
    names = {"kommune": "kommune_kode", "aar": "aar"}
    meta = {names[key]: value for key, value in example.setting.items() if key in names}
    return make_raw_workbook(form, sheets, meta=meta, cover=cover)


def _usual(sheet: str, row: Mapping[str, str | None]) -> dict[str, str | None]:
    return {**_USUAL[sheet], **row}


def _citizens(rows: Mapping[str, list[dict[str, str | None]]]) -> list[str]:
    """Return the CPR numbers of the rows that can be read, each once."""
    seen = dict.fromkeys(str(row["cpr"]) for records in rows.values() for row in records)
    return [cpr for cpr in seen if re.fullmatch(r"\d{6}-?\d{4}", cpr)]


def raw_sheet(
    form: Form, sheet_id: str, rows: list[dict[str, str | None]], xml: str | None = None
) -> RawSheet:
    """Return one sheet from rows in the notation of the examples."""
    sheet = form.sheet(sheet_id)
    kinds: Kinds = {}
    texts = []
    for number, row in enumerate(rows):
        row_id = row.get("raekke_id", f"K7Q2M9XA-{sheet.letter}-{number + 1:04d}")
        record = {"raekke_id": None if row_id == "-" else row_id}
        for entry in sheet.entry_fields():
            record[entry.id], kind = _cell(entry, row.get(entry.id))
            if kind:
                kinds[FIRST_ROW + number, entry.id] = frozenset({kind})
        texts.append(record)
    # Of a form of before, the fields that came later are told to be missing, as intake does.
    own = {field.id for field in sheet.fields}
    newest = load_form().sheet(sheet_id) if form.has_sheet(sheet_id) else sheet
    later = tuple(field.id for field in newest.entry_fields() if field.id not in own)
    raw = make_raw_sheet(form, sheet_id, texts, kinds=kinds, missing=later)
    return replace(raw, totals=replace(raw.totals, xml=int(xml))) if xml else raw


def _cell(entry: Field, written: str | None) -> tuple[str | None, CellKind | None]:
    """Return text and kind of a cell as the reader would print it."""
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
