"""Choices: what a person settled in the list of conflicts, read back and judged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fpsheet.returned.conflict_list_text import LETTERS, PREFIX
from fpsheet.returned.own_list import OwnList
from fpsheet.returned.record_words import BLANK, Plain, read_told
from fpsheet_sync.merge.submission import Choice
from fpsheet_templates.form import Field, Form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.cells.cpr import text_holds_cpr
from fpsheet_validation.finding import Finding, make_finding

UNCLEAR, UNNAMED, UNSAFE = "HIS-021", "HIS-022", "HIS-023"


@dataclass(frozen=True, slots=True)
class ListedChoices:
    """What the list of conflicts of a workbook says.

    Attributes:
        choices: The choices that can be used.
        findings: What is wrong with the others.
    """

    choices: tuple[Choice, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the list."""

    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells[f"{PREFIX}.{name}"]


def read_choices(found: OwnList, spoken: SpokenForm, *, date1904: bool) -> ListedChoices:
    """Read the choices of a workbook.

    Args:
        found: Its list of conflicts.
        spoken: The form in the language of what is made.
        date1904: Its dates count from 1904.

    Findings: HIS-021, HIS-022, HIS-023.
    """
    choices: list[Choice] = []
    findings: list[Finding] = []
    for lines in _by_conflict(found):
        if not any(line[name] for line in lines for name in ("valg", "skriv")):
            continue
        wrong, values = _values(lines, spoken, date1904=date1904)
        by, reason = (next((one[n] for one in lines if one[n]), "") for n in ("navn", "grund"))
        if wrong is not None:
            findings.append(_finding(spoken.form, found, UNCLEAR, wrong))
        elif not by or not reason:
            findings.append(_finding(spoken.form, found, UNNAMED, lines[0]))
        elif text_holds_cpr(f"{by}\n{reason}"):
            findings.append(_finding(spoken.form, found, UNSAFE, lines[0]))
        else:
            choices.append(Choice(lines[0]["konflikt"], values, lines[0]["aftryk"], by, reason))
    return ListedChoices(tuple(choices), tuple(findings))


def _by_conflict(found: OwnList) -> Iterator[tuple[_Line, ...]]:
    lines: dict[str, list[_Line]] = {}
    for line in map(_Line, found.rows):
        if line["konflikt"]:
            lines.setdefault(line["konflikt"], []).append(line)
    yield from map(tuple, lines.values())


def _values(
    lines: Sequence[_Line], spoken: SpokenForm, *, date1904: bool
) -> tuple[_Line | None, dict[str, Plain]]:
    """Return field → value, or the line that cannot be used."""
    letter = next((line["valg"].upper() for line in lines if line["valg"]), "")
    values: dict[str, Plain] = {}
    for line in lines:
        if line["skriv"]:
            is_read, value = _typed(line, spoken, date1904=date1904)
            if not is_read:
                return line, {}
            values[line["felt_id"].rpartition(".")[2]] = value
            continue
        sides = _sides(line)
        at = LETTERS.find(letter) if len(letter) == 1 else -1
        if not 0 <= at < len(sides):
            return line, {}
        values[line["felt_id"].rpartition(".")[2]] = sides[at]
    return None, values


def _sides(line: _Line) -> list[Plain]:
    from fpsheet_sync.outside_json import read_json  # pydantic: where somebody chose

    try:
        return read_json(line["sider"].encode(), list[Plain])
    except ValueError:
        return []


def _typed(line: _Line, spoken: SpokenForm, *, date1904: bool) -> tuple[bool, Plain]:
    """Read what was typed as the list shows the values of the field."""
    field = _field(line, spoken.form)
    if line["skriv"] == BLANK:
        return True, None
    if field is None:
        return False, None
    return read_told(spoken, field, line["skriv"], date1904=date1904)


def _field(line: _Line, form: Form) -> Field | None:
    """Return the field of a line; None where the hidden columns were changed."""
    sheet_id, _, field_id = line["felt_id"].partition(".")
    sheets = (sheet for sheet in form.entry_sheets() if sheet.id == sheet_id)
    fields = (field for sheet in sheets for field in sheet.fields)
    return next((field for field in fields if field.id == field_id), None)


def _finding(form: Form, found: OwnList, code: str, line: _Line) -> Finding:
    """Tell of a line of the list by what it is about; the list is no sheet of the form."""
    place = " ".join((line["ark"], line["celle"])).strip()
    return make_finding(form, code, details={"liste": found.title, "sted": place})
