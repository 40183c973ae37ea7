"""Verdict: all that is known of one file after it was read and checked."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from fpsheet.returned.opened_workbook import OpenedWorkbook
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.finding import Finding, count_by_severity
from fpsheet_validation.raw import SheetTotals
from fpsheet_validation.typed import Check


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of reading and checking a file.

    Attributes:
        path: The file.
        findings: Every finding, those of the file itself first.
        check: The checked rows; None when the file could not be read.
        levels: Levels of rules that were asked beyond the file itself: history, between.
        is_list: Whether it is a list that others fill, not a kommune's workbook.
        opened: Its package, and what was written into the lists of findings and conflicts in it;
            None where it could not be read, or is none that is returned.
    """

    path: Path
    findings: tuple[Finding, ...]
    check: Check | None
    levels: frozenset[RuleLevel] = frozenset()
    is_list: bool = False
    opened: OpenedWorkbook | None = field(default=None, repr=False)

    @property
    def unasked(self) -> tuple[RuleLevel, ...]:
        """Return the levels of rules that need more than the file and were not asked."""
        beyond = (RuleLevel.HISTORY, RuleLevel.BETWEEN)
        return () if self.refused else tuple(level for level in beyond if level not in self.levels)

    @property
    def accepted(self) -> bool:
        """Return whether nothing blocks and every rule ran."""
        return self.check is not None and self.check.accepted and not self.blocking

    @property
    def blocking(self) -> bool:
        """Return whether there is a KRITISK or a FEJL."""
        counts = self.counts
        return counts[Severity.KRITISK] + counts[Severity.FEJL] > 0

    @property
    def refused(self) -> bool:
        """Return whether nothing of the file may be used.

        It cannot be read, or a sheet or column is missing, so that some rules could not run: its
        cases might break them.
        """
        if self.check is None or self.check.not_run:
            return True
        return self.counts[Severity.KRITISK] > 0

    @property
    def outcome(self) -> str:
        """Return the key of the outcome in words: `accepted`, `waits`, `refused`, or a list's.

        A workbook with errors can be sent; the cases that have them wait until they are corrected.
        A list of others (national figures, a tax answer) is taken whole or not at all.
        """
        if self.is_list:
            return "list_accepted" if self.accepted else "list_refused"
        if self.accepted:
            return "accepted"
        return "refused" if self.refused else "waits"

    def without_rows(self) -> "Verdict":
        """Return the verdict with its totals and nothing that stood in the file: light to send."""
        light = self.without_cells()
        if light.check is None:
            return light
        return replace(light, opened=None, check=replace(light.check, sheets={}, blocked={}))

    def without_cells(self) -> "Verdict":
        """Return the verdict with its checked rows, and not the cells as they were read.

        Of the file it keeps the directory and what was written into its lists, not the bytes.
        """
        if self.check is None:
            return self
        raw = self.check.raw
        sheets = {
            name: replace(sheet, frame=sheet.frame.clear(), kinds={})
            for name, sheet in raw.sheets.items()
        }
        light = replace(raw, cover={}, sheets=sheets)
        opened = self.opened and self.opened.without_data()
        return replace(self, check=replace(self.check, raw=light), opened=opened)

    @property
    def counts(self) -> dict[Severity, int]:
        """Count findings per severity, zero included."""
        return count_by_severity(self.findings)

    @property
    def totals(self) -> SheetTotals:
        """Return the control totals over all sheets."""
        sheets = self.check.raw.sheets.values() if self.check else ()
        own = [sheet.totals for sheet in sheets]
        return SheetTotals(
            xml=sum(totals.xml for totals in own),
            read=sum(totals.read for totals in own),
            blank=sum(totals.blank for totals in own),
            quarantined=sum(totals.quarantined for totals in own),
        )
