"""The check of a list that another office filled in: cells, rows, and what binds its rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from fpsheet_templates.form import REPORTING_YEARS, Form
from fpsheet_templates.kommune import COUNTRIES
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.finding import is_accepted, sort_findings
from fpsheet_validation.fold import faulty_cells
from fpsheet_validation.hit import Hit
from fpsheet_validation.hit_wording import to_findings
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.rules.row_schema import check_sheet
from fpsheet_validation.setting import read_setting
from fpsheet_validation.typed import ROW, Check, TypedSheet

LANDSTAL, SKATTESVAR = "landstal", "skattesvar"
TILKENDELSER, AFSLAG, MAAL = "tilkendelser", "afslag", "tilbagevisninger_maal"
BEFOLKNING = "befolkning_18_66"
QUARTER = "kvartal"
"""Field of a national figure that is blank where it is of a whole year."""
_COUNTERPART = {TILKENDELSER: AFSLAG, AFSLAG: TILKENDELSER}

Row = dict[str, object]


def check_list(raw: RawWorkbook, lists: Form, *, today: date) -> Check:
    """Check a list: every cell by the rules of cells, every row against the others.

    Args:
        raw: The list as intake read it.
        lists: The lists (`fpsheet_templates.load.load_lists`).
        today: The day of the check.

    Findings: FLT-001 to FLT-025, CPR-001 to CPR-003, LST-005 to LST-021 save LST-020, which
        only the database can tell.
    """
    # A list does not say when it was handed out, so what came after the first ones may lack.
    setting = replace(read_setting(raw, lists, today=today), version=1)
    hits, sheets, not_run = list[Hit](), dict[str, TypedSheet](), set[str]()
    for sheet_id, own in raw.sheets.items():
        parsed = parse_sheet(own, setting)
        verdict = check_sheet(parsed.typed, setting)
        hits += [*parsed.hits, *map(_of_a_list, verdict.hits)]
        sheets[sheet_id] = parsed.typed
        not_run |= verdict.not_run
    faulty = {(sheet, row) for sheet, row, _ in faulty_cells(hits, lists)}
    faulty |= {(hit.sheet, hit.row) for hit in hits if hit.code == "LST-007"}
    for sheet_id, typed in sheets.items():
        keys = [field.id for field in lists.sheet(sheet_id).key_fields()]
        if typed.missing:
            continue
        rows = list(typed.frame.iter_rows(named=True))
        if typed.frame.is_empty():
            hits.append(Hit(sheet_id, 0, "", "LST-005"))
        sound = [row for row in rows if (sheet_id, row[ROW]) not in faulty]
        hits += _repeated(typed, sound, keys)
        hits += _RULES[sheet_id](sound, rows)
    findings = sort_findings(to_findings(hits, raw, sheets, lists), lists)
    return Check(
        raw=raw,
        sheets=sheets,
        findings=findings,
        blocked={},
        not_run=tuple(sorted(not_run)),
        accepted=is_accepted(findings) and not not_run,
    )


def _of_a_list(hit: Hit) -> Hit:
    """Return the hit as it is said of a list, where a line cannot be annulled."""
    return hit._replace(code="LST-007") if hit.code == "FLT-001" else hit


def _repeated(typed: TypedSheet, rows: list[Row], keys: list[str]) -> Iterator[Hit]:
    """Yield the rows that are about the same as an earlier one (LST-006), blank answers aside."""
    first: dict[tuple[object, ...], int] = {}
    for row in rows:
        number, key = int(str(row[ROW])), tuple(row[name] for name in keys)
        blank = {name for name, value in zip(keys, key, strict=True) if value is None}
        earlier = number if blank - {QUARTER} else first.setdefault(key, number)
        if earlier != number:
            other = f"{typed.columns.get(keys[0], '')}{earlier}"
            yield Hit(typed.sheet, number, keys[0], "LST-006", other)


def _check_figures(rows: list[Row], every: list[Row]) -> Iterator[Hit]:
    """Check national figures: areas, quarters, counterparts and gaps (LST-010 to LST-013).

    A row that is itself at fault may be the counterpart of another.
    """
    said = {(row["omraade"], row["aar"], row[QUARTER], row["maal"]) for row in every}
    years: dict[tuple[object, object], list[int]] = {}
    for row in every:
        if row[QUARTER] is None and int(str(row["aar"] or 0)) >= REPORTING_YEARS.start:
            years.setdefault((row["omraade"], row["maal"]), []).append(int(str(row["aar"])))
    for row in rows:
        number, area, measure = int(str(row[ROW])), row["omraade"], str(row["maal"])
        if measure != BEFOLKNING and (area in COUNTRIES) != (measure != MAAL):
            yield Hit(LANDSTAL, number, "omraade", "LST-012")
            continue
        other = _COUNTERPART.get(measure)
        if row[QUARTER] is not None and not other:
            yield Hit(LANDSTAL, number, QUARTER, "LST-013")
            continue
        if other and (area, row["aar"], row[QUARTER], other) not in said:
            yield Hit(LANDSTAL, number, "maal", "LST-011")
        if row[QUARTER] is not None:
            continue
        year = int(str(row["aar"]))
        before = max((each for each in years[area, measure] if each < year), default=year - 1)
        if before < year - 1:
            yield Hit(LANDSTAL, number, "aar", "LST-010", _span(before + 1, year - 1))


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _check_incomes(rows: list[Row], every: list[Row]) -> Iterator[Hit]:
    """Check incomes: none ends before it begins (LST-021)."""
    del every
    for row in rows:
        start, end = row["fra_dato"], row["til_dato"]
        if isinstance(start, date) and isinstance(end, date) and end < start:
            yield Hit(SKATTESVAR, int(str(row[ROW])), "til_dato", "LST-021")


_RULES: Mapping[str, Callable[[list[Row], list[Row]], Iterator[Hit]]] = {
    LANDSTAL: _check_figures,
    SKATTESVAR: _check_incomes,
}
