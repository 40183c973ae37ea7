"""What a workbook shows of a kommune's records: whole cases that the check would let through.

Records in force may come from several workbooks, or from two steps of one change, and need not
fit together in one workbook: a citizen under two CPR numbers, a row that two workbooks have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from fpsheet_sync.citizens.merged_person import merge_persons
from fpsheet_sync.citizens.vault import with_cpr
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layout, Layouts
from fpsheet_sync.merge.content import Frames
from fpsheet_sync.merge.lineage import SOURCE
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.state import State
from fpsheet_templates.rule import Severity
from fpsheet_validation.record_check import Reporting, check_records
from fpsheet_validation.rules.duplicate_rules import MAY_BE_TWO

_FORMER = "former"
_UNANSWERED = "FLT-001"
"""A field that the form asks for since: the row is shown, and the caseworker answers."""
_GRAVE = {Severity.FEJL, Severity.KRITISK}


@dataclass(frozen=True, slots=True)
class ShownState:
    """Records as a workbook shows them.

    Attributes:
        rows: Sheet → records, as the state has them, annulled ones left out.
        hidden: Number of records in force that are not shown.
    """

    rows: Frames = field(repr=False)
    hidden: int = 0


def show_state(state: State, cprs: Mapping[str, str], reporting: Reporting) -> ShownState:
    """Choose what a workbook shows of the records in force.

    Each citizen stands under the newest CPR number that the kommune told, once on Borgere; of
    two records of one natural key the later one is shown. Cases that break a rule all the same
    are left out whole, but for those that lack an answer the form did not ask for when they came.
    What is hidden stays in force.

    Args:
        state: The records in force.
        cprs: Pseudonym → CPR number.
        reporting: Whose records, for which year, on which day.
    """
    valid = {name: frame.filter(pl.col(ANNULLER).is_null()) for name, frame in state.rows.items()}
    newest = _newest_numbers(valid["borger"])
    shown = {
        name: _without_twins(state.layouts[name], _under_newest(frame, newest))
        for name, frame in valid.items()
    }
    while faulty := _faulty_citizens(state.layouts, shown, cprs, reporting):
        shown = {
            name: frame.filter(~pl.col(BORGER).is_in(sorted(faulty)))
            for name, frame in shown.items()
        }
    hidden = sum(valid[name].height - shown[name].height for name in valid)
    return ShownState(shown, hidden)


def _newest_numbers(citizens: pl.DataFrame) -> Mapping[str, str]:
    """Return former pseudonym → the one that the kommune knows the citizen by now."""
    links = citizens.filter(pl.col("tidligere_cpr").is_not_null())
    return merge_persons(links.select(BORGER, "tidligere_cpr").iter_rows())


def _under_newest(frame: pl.DataFrame, newest: Mapping[str, str]) -> pl.DataFrame:
    is_former = pl.col(BORGER).is_in(sorted(newest)).fill_null(value=False)
    return frame.with_columns(
        pl.col(BORGER).replace(list(newest), list(newest.values())), is_former.alias(_FORMER)
    )


def _without_twins(layout: Layout, frame: pl.DataFrame) -> pl.DataFrame:
    """Keep one record per natural key: not under a former number, else the later one."""
    key = [name for name in layout.values if name != ANNULLER]
    if layout.sheet not in MAY_BE_TWO:
        key = list(layout.key)
    kept = (
        frame.sort(_FORMER, SOURCE, ROW_ID, descending=[False, True, False])
        .unique(key, keep="first", maintain_order=True)
        .sort(ROW_ID)
    )
    return kept.drop(_FORMER)


def _faulty_citizens(
    layouts: Layouts, shown: Frames, cprs: Mapping[str, str], reporting: Reporting
) -> frozenset[str]:
    """Return the citizens with a record that the check would hold in a workbook."""
    records = {name: _with_numbers(layouts[name], shown[name], cprs) for name in shown}
    faulty: set[str] = set()
    for found in check_records(records, layouts.form, reporting).findings:
        if found.severity in _GRAVE and found.row and found.code != _UNANSWERED:
            faulty.add(str(shown[found.sheet][BORGER][found.row - 1]))
    return frozenset(faulty)


def _with_numbers(layout: Layout, frame: pl.DataFrame, cprs: Mapping[str, str]) -> pl.DataFrame:
    frame = with_cpr(frame, BORGER, dict(cprs), "cpr")
    for column in layout.secrets:
        frame = with_cpr(frame, column, dict(cprs), column)
    return frame
