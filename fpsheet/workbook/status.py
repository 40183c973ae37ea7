"""The live status: hidden columns that read a row and find its first fault, and its words.

Left to right: one column per field with its value as read, the cleaned texts of CPR and dates,
then the name of the first fault (in several steps, because a formula may nest 64 levels), its
line in the table of sentences on the hidden sheet, and the heading of the cell to mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fpsheet.workbook.cell_reading import (
    CellNames,
    birth_number,
    named_formulas,
    text_formula,
    value_formula,
)
from fpsheet.workbook.formula import quote_text, readable
from fpsheet.workbook.formula_parts import EMPTY, and_, blank, if_
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_fault import (
    BIRTH_NUMBER,
    CPR_IN_TEXT,
    CPR_NUMBER,
    MISSING,
    RowFault,
    fault_key,
    row_faults,
)
from fpsheet.workbook.sheet_layout import (
    Calculated,
    cell_name,
    codes_name,
    entries_name,
    header_text,
    holds_cpr_name,
    raw_row_name,
    read_row_name,
    value_name,
    visible_name,
    written_name,
)
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet
from fpsheet_templates.rule import Severity

FAULT_SIGN, WARNING_SIGN, FINE_SIGN, ANNULLED_SIGN = "✖", "⚠", "✔", "–"

STATUS_KEYS, STATUS_TEXTS, STATUS_HEADINGS = "status_kode", "status_tekst", "status_felt"
"""Names of the columns of the table of sentences."""

FINE, ANNULLED = "ok", "annulleret"
_GO_ON = "?"
"""Stands in a step that found nothing, so that the next one looks."""

_STEP = 40
"""Conditions in one formula; Excel nests at most 64 levels."""

FAULT_COLUMN, LINE_COLUMN, HEADING_COLUMN = "fund", "nr", "felt"


@dataclass(frozen=True, slots=True)
class StatusSentence:
    """One line of the table of sentences.

    Attributes:
        key: What the fault column holds.
        heading: Heading of the cell to mark; empty where none is.
        text: What the person reads.
    """

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetStatus:
    """The status of one sheet.

    Attributes:
        formula: Formula of the Status column.
        columns: The hidden columns it stands on.
        lines: Its lines in the table of sentences.
    """

    formula: str
    columns: tuple[Calculated, ...]
    lines: tuple[StatusSentence, ...]


def make_status(issue: Issue, sheet: Sheet) -> SheetStatus:
    """Return the live status of an entry sheet."""
    faults = row_faults(issue, sheet)
    line = value_name(sheet.id, LINE_COLUMN)
    columns = (*_reading_columns(issue, sheet), *_fault_columns(issue, sheet, faults))
    return SheetStatus(
        formula=if_(blank(line), EMPTY, f"INDEX({STATUS_TEXTS},{line})"),
        columns=columns,
        # A number can be out of range as it is read and as the form has it: one sentence.
        lines=tuple(dict.fromkeys(_lines(issue, sheet, faults))),
    )


def common_lines(issue: Issue) -> tuple[StatusSentence, ...]:
    """Return the lines of every sheet: in order, annulled. Looked up most, so they stand first."""
    return (
        StatusSentence(FINE, "", f"{FINE_SIGN} {issue.text('workbook.status.ok')}"),
        StatusSentence(ANNULLED, "", f"{ANNULLED_SIGN} {issue.text('workbook.status.annulleret')}"),
    )


def _reading_columns(issue: Issue, sheet: Sheet) -> Iterator[Calculated]:
    with_text = {FieldType.CPR, FieldType.DATE}
    for field in sheet.entry_fields():
        names = _names(sheet, field)
        formula, label = value_formula(field, names), issue.label(sheet.id, field.id)
        column = _helper(issue, sheet, field.id, formula, label)
        yield replace(column, named=tuple(named_formulas(field, names)))
    for field in sheet.entry_fields():
        if field.type in with_text:
            formula = text_formula(field, _names(sheet, field))
            label = f"{issue.label(sheet.id, field.id)} ({_text_id(field)})"
            yield _helper(issue, sheet, _text_id(field), formula, label)
    cpr = value_name(sheet.id, "cpr")
    # Deadlines look for the citizen's next row.
    number = _helper(issue, sheet, CPR_NUMBER, if_(f"LEN({cpr})=10", f"--{cpr}", EMPTY), CPR_NUMBER)
    yield replace(number, looks_below=True)
    if sheet.key_fields() == (sheet["cpr"],):
        formula = birth_number(cpr)
        yield _helper(issue, sheet, BIRTH_NUMBER, formula, BIRTH_NUMBER)


def _names(sheet: Sheet, field: Field) -> CellNames:
    return CellNames(
        cell=cell_name(sheet.id, field.id),
        text=value_name(sheet.id, _text_id(field)),
        entries=entries_name(field.codes),
        codes=codes_name(field.codes),
        visible=visible_name(sheet.id, field.id),
        written=written_name(sheet.id, field.id),
        holds_cpr=holds_cpr_name(sheet.id, field.id),
    )


def _text_id(field: Field) -> str:
    return f"tekst_{field.id}"


def _helper(issue: Issue, sheet: Sheet, column_id: str, formula: str, label: str) -> Calculated:
    header = f"{issue.text('workbook.status.beregnet')}: {label}"
    return Calculated(f"#{column_id}", value_name(sheet.id, column_id), header, formula)


def _fault_columns(issue: Issue, sheet: Sheet, faults: Sequence[RowFault]) -> Iterator[Calculated]:
    steps = [faults[start : start + _STEP] for start in range(0, len(faults), _STEP)]
    before = ""
    for number, step in enumerate(steps, start=1):
        is_last = number == len(steps)
        chain = _chain(sheet, step, FINE if is_last else _GO_ON)
        if before:
            formula = if_(f'{before}<>"{_GO_ON}"', before, chain)
        else:
            formula = _with_blank_and_annulled(sheet, chain, faults)
        column_id = FAULT_COLUMN if is_last else f"{FAULT_COLUMN}_{number}"
        before = value_name(sheet.id, column_id)
        yield _helper(issue, sheet, column_id, formula, column_id)
    line = if_(blank(before), EMPTY, f"MATCH({before},{STATUS_KEYS},0)")
    yield _helper(issue, sheet, LINE_COLUMN, line, LINE_COLUMN)
    number_name = value_name(sheet.id, LINE_COLUMN)
    heading = if_(blank(number_name), EMPTY, f"INDEX({STATUS_HEADINGS},{number_name})&{EMPTY}")
    yield _helper(issue, sheet, HEADING_COLUMN, heading, HEADING_COLUMN)


def _chain(sheet: Sheet, faults: Sequence[RowFault], end: str) -> str:
    """Return a formula that names the first of the faults, or what stands at the end."""
    chain = quote_text(end)
    for fault in reversed(faults):
        chain = if_(fault.condition, _key_formula(sheet, fault), chain)
    return chain


def _key_formula(sheet: Sheet, fault: RowFault) -> str:
    """Return a formula for the key of a fault; a cell that cannot be read says itself why."""
    if fault.is_row_rule:
        return quote_text(fault.codes[0])
    if len(fault.codes) == 1:
        return quote_text(fault_key(sheet.id, fault.field, fault.codes[0]))
    own = value_name(sheet.id, fault.field)
    return f"{quote_text(fault_key(sheet.id, fault.field, ''))}&MID({own},2,9)"


def _with_blank_and_annulled(sheet: Sheet, chain: str, faults: Sequence[RowFault]) -> str:
    """Put the cases before a chain where the row is not judged in full."""
    annul = next(f.id for f in sheet.fields if f.role is ColumnRole.ANNUL)
    name = value_name(sheet.id, annul)
    still = [fault for fault in faults if _judges_annulled(fault)]
    annulled = _chain(sheet, still, ANNULLED)
    raw, read = raw_row_name(sheet.id), read_row_name(sheet.id)
    judged = if_(and_(*readable(name)), annulled, chain)
    seen = if_(f"SUMPRODUCT(--({read}<>{EMPTY}))=0", EMPTY, judged)
    return if_(f"COUNTA({raw})=0", EMPTY, seen)


def _judges_annulled(fault: RowFault) -> bool:
    """Return whether a fault counts in an annulled row: whose it is, and what is sent with it."""
    is_identity = not fault.is_row_rule and (len(fault.codes) > 1 or fault.codes == (MISSING,))
    return (fault.field == "cpr" and is_identity) or fault.codes == (CPR_IN_TEXT,)


def _lines(issue: Issue, sheet: Sheet, faults: Sequence[RowFault]) -> Iterator[StatusSentence]:
    for fault in faults:
        heading = header_text(issue, sheet.id, sheet[fault.field])
        for code in fault.codes:
            grave = issue.form.rule(code).severity is Severity.FEJL
            sign = FAULT_SIGN if grave else WARNING_SIGN
            text = issue.text(f"rule.{code}.status")
            if fault.is_row_rule:
                yield StatusSentence(code, heading, f"{sign} {text}")
            else:
                label = issue.label(sheet.id, fault.field)
                key = fault_key(sheet.id, fault.field, code)
                yield StatusSentence(key, heading, f"{sign} {label}: {text}")
