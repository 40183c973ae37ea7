"""A received workbook as it is passed along: opened once, its lists and its stamp read once."""

from dataclasses import dataclass, field, replace

from fpsheet.ooxml.archive import Archive, DamagedPackageError
from fpsheet.ooxml.parts import Parts
from fpsheet.ooxml.workbook_part import counts_from_1904
from fpsheet.returned.conflict_choices import ListedChoices, read_choices
from fpsheet.returned.conflict_list_text import KEYS as CONFLICT_KEYS
from fpsheet.returned.explanation import KEYS as FAULT_KEYS
from fpsheet.returned.explanation import FaultList, read_explanations
from fpsheet.returned.own_list import OwnList, find_own_lists
from fpsheet.returned.stamp import StampPlace, find_stamp
from fpsheet_templates.spoken import SpokenForm


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A received workbook that the intake has found safe.

    Attributes:
        archive: Its package.
        faults: The list of findings with its explanations; None where there is none.
        conflicts: The list of conflicts; None where there is none.
        chosen: What was chosen in it.
        stamp: Where the stamp stands; None where the hidden sheet is gone.
    """

    archive: Archive
    faults: FaultList | None = field(default=None, repr=False)
    conflicts: OwnList | None = field(default=None, repr=False)
    chosen: ListedChoices = field(default=ListedChoices(), repr=False)
    stamp: StampPlace | None = None

    def without_data(self) -> "OpenedWorkbook":
        """Return it for a process that is to get the bytes besides."""
        return replace(self, archive=self.archive.without_data())

    def with_data(self, data: bytes) -> "OpenedWorkbook":
        """Return it with the bytes it was opened from."""
        return replace(self, archive=self.archive.with_data(data))


def read_lists(archive: Archive, spoken: SpokenForm) -> OpenedWorkbook:
    """Read what a person wrote into the lists of a workbook, and where its stamp stands.

    Args:
        archive: A workbook that the intake has found safe.
        spoken: The form in the language of what is made.

    Findings: HIS-021, HIS-022, HIS-023.
    """
    parts = Parts(archive)
    try:
        own = find_own_lists(parts, spoken.form, (FAULT_KEYS, CONFLICT_KEYS))
        faults, conflicts = own.found
        chosen = ListedChoices()
        if conflicts is not None:
            chosen = read_choices(conflicts, spoken, date1904=counts_from_1904(parts))
        explained = None if faults is None else read_explanations(faults)
        return OpenedWorkbook(archive, explained, conflicts, chosen, find_stamp(parts, own.heads))
    except DamagedPackageError:
        return OpenedWorkbook(archive)
