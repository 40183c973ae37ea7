"""The list of findings as rows of text: what every spreadsheet program is given to show."""

from collections.abc import Iterable
from dataclasses import dataclass

from fpsheet.returned.finding_list_rows import FaultRow, may_be_explained
from fpsheet.returned.finding_words import FindingWording
from fpsheet_templates.spoken import SpokenForm


@dataclass(frozen=True, slots=True)
class FindingColumn:
    """One column of the list: identifier, width in characters, whether it is hidden."""

    id: str
    width: float
    hidden: bool = False


COLUMNS = (
    FindingColumn("noegle", 10, hidden=True),
    FindingColumn("aftryk", 10, hidden=True),
    FindingColumn("alvor", 17),
    FindingColumn("ark", 14),
    FindingColumn("celle", 8),
    FindingColumn("felt", 22),
    FindingColumn("fejl", 44),
    FindingColumn("raad", 44),
    FindingColumn("sagsbehandler", 15),
    FindingColumn("forklaring", 32),
    FindingColumn("kode", 10),
)

TITLE_CELL = "C1"
IDENTITY_ROW = 2
"""Hidden; by it the list is found again under any name."""
HEADING_ROW = 3
FIRST_ROW = 4

TITLE_HEIGHT = 26
HEADING_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One row of the list.

    Attributes:
        values: One text per column, empty where there is nothing to say.
        place: Tab and cell of the finding, to be linked to; None when it has none.
        explainable: Whether an explanation may be written.
    """

    values: tuple[str, ...]
    place: tuple[str, str] | None
    explainable: bool


def column_letter(column_id: str) -> str:
    """Return the letter of a column of the list.

    >>> column_letter("celle")
    'E'
    """
    return chr(ord("A") + [column.id for column in COLUMNS].index(column_id))


def identity() -> tuple[str, ...]:
    """Return the texts of the identity row, one per column."""
    return tuple(f"fejlliste.{column.id}" for column in COLUMNS)


def headings(spoken: SpokenForm) -> tuple[str, ...]:
    """Return the texts of the heading row, one per column; a hidden column has none."""
    return tuple(
        "" if column.hidden else spoken.text(f"returned.column.{column.id}") for column in COLUMNS
    )


def make_fault_line(row: FaultRow, wording: FindingWording) -> FaultLine:
    """Return what the list says of a finding."""
    finding, words = row.finding, wording.of(row.finding)
    values = (
        row.key,
        row.fingerprint,
        words.severity,
        words.tab,
        finding.cell,
        words.label,
        words.message,
        _advice(row, words.remedy, wording.spoken),
        row.caseworker,
        row.explanation,
        finding.code,
    )
    place = None
    if finding.cell and finding.row and finding.title:
        place = finding.title, finding.cell if finding.column else f"A{finding.row}"
    return FaultLine(values, place, may_be_explained(finding))


def _advice(row: FaultRow, remedy: str, spoken: SpokenForm) -> str:
    """Return what to do, with what the cell shows where that is to be typed again."""
    if not row.shown:
        return remedy
    return f"{remedy} {spoken.fill('returned.shown', {'vist': row.shown})}"


def link_location(place: tuple[str, str]) -> str:
    """Return a place as a link inside the workbook names it.

    >>> link_location(("Bo's ark", "D4"))
    "'Bo''s ark'!D4"
    """
    tab, cell = place
    quoted = tab.replace("'", "''")
    return f"'{quoted}'!{cell}"


def free_title(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for the list that no tab has: the one wanted, else with a number.

    >>> free_title("Fejlliste", ["Job", "FEJLLISTE"])
    'Fejlliste 2'
    """
    used = {title.casefold() for title in taken}
    numbered = (wanted if n == 1 else f"{wanted} {n}" for n in range(1, len(used) + 2))
    return next(name for name in numbered if name.casefold() not in used)
