"""What the merge tells about a file as a whole: missing rows, conflicts, notices."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.content import ROW, Frames
from fpsheet_sync.merge.lineage import Ancestry
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.sorted_column import SortedColumn
from fpsheet_sync.merge.soundness import Unfit
from fpsheet_sync.merge.state import Hold, Key, Notice, State
from fpsheet_sync.merge.submitted_file import File
from fpsheet_templates.form import Form
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.finding import Finding, make_finding, sort_findings

ABOUT_LISTS = frozenset({"HIS-021", "HIS-022", "HIS-023"})
"""Codes about what a person wrote into the lists of a returned workbook."""
NO_TIME = "HIS-027"
"""Tells that a file does not say when it was saved."""
TOLD_AGAIN = ABOUT_LISTS | {NO_TIME}
"""Codes of the check that the receipt tells too."""

_TWO_ROWS = "BRG-034"
"""The rule against two rows of one citizen, one under a former number."""


def tell_again(form: Form, findings: Iterable[Mapping[str, str]]) -> Iterator[Finding]:
    """Yield what the check said of the lists and the time of a file, for the receipt."""
    for said in findings:
        if said.get("code") in TOLD_AGAIN:
            details = {name: said[name] for name in ("liste", "sted") if name in said}
            yield make_finding(form, said["code"], details=details)


def tell_file(
    file: File,
    ancestry: Ancestry,
    missing: Iterable[tuple[str, str]],
    hold: Hold | None,
    *,
    moved: Iterable[SortedColumn] = (),
) -> Iterator[Finding]:
    """Yield the findings about a whole sheet or the whole file.

    Findings: HIS-001, HIS-002, HIS-019, HIS-020, HIS-024.
    """
    form = file.layouts.form
    if hold is not None:
        yield make_finding(form, "HIS-002", details={"antal": hold.lost, "af": hold.of})
    for one in moved:
        details = {"antal": one.moved, "af": one.rows}
        for name in one.fields:
            yield make_finding(form, "HIS-024", sheet=one.sheet, field=name, details=details)
    sheets = [sheet for sheet, _ in missing]
    for name in file.layouts:
        if name in sheets:
            details = {"antal": sheets.count(name)}
            yield make_finding(form, "HIS-001", sheet=name, details=details)
    if not ancestry.stamped:
        yield make_finding(form, "HIS-019")
    if file.no_cases and any(not frame.is_empty() for frame in file.rows.values()):
        yield make_finding(form, "HIS-020", sheet="forside", field="ingen_sager")


def tell_clashes(
    before: State, after: State, touched: Iterable[Key], source: int
) -> Iterator[Finding]:
    """Yield the findings about conflicts and notices that a file caused.

    Findings: HIS-009, HIS-011.
    """
    for key in touched:
        rows = [claim.row for claim in after.conflicts[key].claims if claim.source == source]
        yield _about(after.layouts, "HIS-009", key, rows[0] if rows else 0)
    for key, notice in new_notices(before, after):
        yield _about(after.layouts, notice.code, key, notice.row)


def tell_refused(form: Form, keys: Iterable[Key]) -> Iterator[Finding]:
    """Yield the findings about choices that break a rule of their row or citizen.

    Findings: HIS-021.
    """
    for sheet, row_id, _ in keys:
        place = f"{form.sheet_title(sheet, BASE_LANGUAGE)} {row_id}"
        details = {"liste": form.texts.get("conflicts.sheet", BASE_LANGUAGE), "sted": place}
        yield make_finding(form, "HIS-021", details=details)


def tell_unfit(unfit: Iterable[Unfit], state: State, rows: Frames) -> Iterator[Finding]:
    """Yield the findings about cases that a file and others make up against the rules.

    Args:
        unfit: The cases.
        state: The state in which they break the rules.
        rows: The rows of the file; the first of each case is told of.

    Findings: HIS-025.
    """
    for case in unfit:
        own = ((name, frame.filter(_is_of(case, state, name))[ROW]) for name, frame in rows.items())
        sheet, numbers = next((name, found) for name, found in own if not found.is_empty())
        details = {"regler": ", ".join(sorted(case.codes))}
        row = int(str(numbers.min()))
        form = state.layouts.form
        yield make_finding(form, "HIS-025", sheet=sheet, row=row, field="cpr", details=details)


def tell_doubled(form: Form, rows: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    """Yield the findings about rows that would give a citizen two records.

    Args:
        form: The form.
        rows: Their sheets and Excel rows.

    Findings: HIS-025.
    """
    details = {"regler": _TWO_ROWS}
    for sheet, row in rows:
        yield make_finding(form, "HIS-025", sheet=sheet, row=row, field="cpr", details=details)


def _is_of(case: Unfit, state: State, sheet: str) -> pl.Expr:
    """Return the condition that a row of a file is a record of a case."""
    records = state.rows[sheet].filter(pl.col(BORGER).is_in(sorted(case.numbers)))
    return pl.col(ROW_ID).is_in(records[ROW_ID].implode())


def new_notices(before: State, after: State) -> Iterator[tuple[Key, Notice]]:
    """Yield the notices that came with a file, and where each is."""
    for key, notices in after.notices.items():
        for notice in notices[len(before.notices.get(key, ())) :]:
            yield key, notice


def _about(layouts: Layouts, code: str, key: Key, row: int) -> Finding:
    sheet, _, group = key
    first = layouts[sheet].groups[group][0]
    name = "cpr" if first == BORGER else first
    return make_finding(layouts.form, code, sheet=sheet, row=row, field=name)


def finish(findings: Iterable[Finding], file: File) -> tuple[Finding, ...]:
    """Return findings with their column letters, in order."""
    lettered = (
        replace(f, column=file.columns.get(f.sheet, {}).get(f.field, "") if f.row else "")
        for f in findings
    )
    return sort_findings(lettered, file.layouts.form)
