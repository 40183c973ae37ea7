"""Events of a citizen: what each entry sheet tells of one row, as formulas of a row's position."""

from collections.abc import Callable
from dataclasses import dataclass

from fpsheet.workbook.formula import quote_text, unreadable
from fpsheet.workbook.formula_parts import EMPTY, blank, if_, if_error, is_number
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import (
    CALCULATED_MARK,
    codes_name,
    column_name,
    entries_name,
)
from fpsheet_templates.form import Field, FieldType, Form

NESTED_SHEET, PARENT_TYPE = "forloeb", "revurdering"
"""A forløb inside a revurdering is shown under it."""

LONGEST = 900
"""More characters than the particulars of an event have: a text of 500, and the rest."""

Column = Callable[["Teller"], str]


def _nothing(_: "Teller") -> str:
    return EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """How the rows of one entry sheet are told.

    Attributes:
        sheet: Sheet identifier.
        start: Field with the first day.
        end: Field with the last day; empty where an event is a day.
        limit: Rows of one citizen that are shown.
        what: Formula text of what happened.
        details: Formula text of the particulars.
        result: Formula text of the outcome.
        hours: Field with hours per week; may be empty.
    """

    sheet: str
    start: str
    end: str = ""
    limit: int
    what: Column
    details: Column = _nothing
    result: Column = _nothing
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Formulas for the values of one row of an entry sheet.

    Attributes:
        issue: The issue.
        sheet: Sheet identifier.
        position: Formula text of the row's position below the heading, from 1.
    """

    issue: Issue
    sheet: str
    position: str

    def value(self, field_id: str) -> str:
        """Return a formula for a field's value as read."""
        column = column_name(self.sheet, f"{CALCULATED_MARK}{field_id}")
        return f"INDEX({column},{self.position})"

    def has(self, field_id: str) -> bool:
        """Return whether the sheet has a field; it lacks those of the other country."""
        return any(field.id == field_id for field in self._form().sheet(self.sheet).fields)

    def shown(self, field_id: str) -> str:
        """Return a formula for a value; what cannot be read shows as a question mark."""
        value = self.value(field_id)
        return if_(unreadable(value), '"?"', value)

    def label(self, field_id: str) -> str:
        """Return a formula for the label of a code field, empty where there is none."""
        if not self.has(field_id):
            return EMPTY
        codes = self._form().sheet(self.sheet)[field_id].codes
        line = f"MATCH({self.value(field_id)},{codes_name(codes)},0)"
        return if_error(f"INDEX({entries_name(codes)},{line})", EMPTY)

    def labels(self, *field_ids: str) -> str:
        """Return a formula for several labels, set off from each other."""
        texts = [self.label(field_id) for field_id in field_ids if self.has(field_id)]
        joined = "&".join(if_(blank(text), EMPTY, f'", "&{text}') for text in texts)
        return f"MID({joined},3,200)"

    def told(self, *field_ids: str) -> str:
        """Return a formula for several values, each with its heading: `Motivation: God; …`."""
        sheet = self._form().sheet(self.sheet)
        # A form of an earlier version or of the other country lacks some of them.
        fields = [field for field in sheet.fields if field.id in field_ids]
        fields.sort(key=lambda field: field_ids.index(field.id))
        parts = []
        for field in fields:
            value = self._plainly(field)
            heading = quote_text(f"; {self.issue.label(self.sheet, field.id)}: ")
            parts.append(if_(blank(value), EMPTY, f"{heading}&{value}"))
        return f"MID({'&'.join(parts)},3,{LONGEST})" if parts else EMPTY

    def _plainly(self, field: Field) -> str:
        """Return a formula for a value as a person reads it; empty where there is none."""
        if field.type is FieldType.CODE:
            return self.label(field.id)
        if field.type is FieldType.DATE:
            # Not by TEXT, whose formats are other letters in a Danish Excel.
            day = self.value(field.id)
            parts = f'RIGHT("0"&DAY({day}),2)&"-"&RIGHT("0"&MONTH({day}),2)&"-"&YEAR({day})'
            return if_(is_number(day), parts, EMPTY)
        return f'INDEX({column_name(self.sheet, field.id)},{self.position})&""'

    def text(self, key: str) -> str:
        """Return a text of the workbook as a formula holds it."""
        return quote_text(self.issue.text(f"workbook.overblik.{key}"))

    def _form(self) -> Form:
        return self.issue.form


EVENTS = (
    Event(
        sheet="borger",
        start="ansoegning_dato",
        limit=3,
        what=lambda row: row.text("ansoegning"),
    ),
    Event(
        sheet=NESTED_SHEET,
        start="start_dato",
        end="slut_dato",
        limit=40,
        what=lambda row: row.label("forloeb_type"),
        details=lambda row: row.told(
            *("revalideringstiltag", "indstilling", "moedeleder", "motivation", "uden_for_cyklus"),
            *("journal_nr", "tekst"),
        ),
        result=lambda row: row.label("resultat"),
        hours="timer_pr_uge",
    ),
    Event(
        sheet="vurdering",
        start="vurdering_dato",
        limit=30,
        what=lambda row: row.text("vurdering"),
        details=lambda row: row.told("endeligt_afklaret", "journal_nr", "tekst"),
        hours="maks_timer_pr_uge",
    ),
    Event(
        sheet="job",
        start="start_dato",
        end="slut_dato",
        limit=40,
        what=lambda row: row.label("job_type"),
        details=lambda row: row.told("branche", "opfoelgning_dato", "journal_nr", "tekst"),
        hours="timer_pr_uge",
    ),
    Event(
        sheet="afgoerelse",
        start="afgoerelse_dato",
        limit=30,
        what=lambda row: f'{row.text("afgoerelse")}&": "&{row.label("afgoerelse")}',
        details=lambda row: row.told(
            *("instans", "virkning_dato", "paaklaget_dato", "foreliggende_grundlag"),
            *("uden_team", "automatisk_hoejeste", "journal_nr", "tekst"),
        ),
        result=lambda row: row.labels(
            *("niveau", "bortfald_aarsag", "afslagsaarsag", "tilbagevisningsaarsag_1"),
            *("tilbagevisningsaarsag_2", "tilbagevisningsaarsag_3"),
        ),
    ),
    Event(
        sheet="indkomst",
        start="fra_dato",
        end="til_dato",
        limit=30,
        what=lambda row: f'{row.text("indkomst")}&": "&{row.label("indkomst_kilde")}',
        details=lambda row: row.told("oplyst_af", "journal_nr", "tekst"),
    ),
    Event(
        sheet="overdragelse",
        start="dato",
        limit=10,
        what=lambda row: row.text("flytning"),
        details=lambda row: row.told("til_kommune", "journal_nr", "tekst"),
    ),
)
"""What is told of each sheet, in the order in which events of one day are shown."""
