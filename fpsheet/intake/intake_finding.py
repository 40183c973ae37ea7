"""What intake finds wrong, before the catalogue gives it its severity."""

from dataclasses import dataclass

from fpsheet_templates.form import Form
from fpsheet_validation.finding import NO_ROW, Finding, make_finding


@dataclass(frozen=True, slots=True)
class IntakeFinding:
    """One finding of the intake. The reading process knows no catalogue, so it has no severity.

    Attributes:
        code: Code in the catalogue (`STR-021`).
        sheet: Sheet identifier; empty for the file as a whole.
        title: Name on the tab in this file.
        row: Excel row, or `NO_ROW`.
        column: Column letter in this file.
        field: Field identifier.
        details: Values for the sentence: limits, counts, addresses. Never a cell's value, and
            never a part's name, which whoever made the file may have chosen.
    """

    code: str
    sheet: str = ""
    title: str = ""
    row: int = NO_ROW
    column: str = ""
    field: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def to_finding(self, form: Form) -> Finding:
        """Return the finding with the catalogue's severity."""
        return make_finding(
            form,
            self.code,
            sheet=self.sheet,
            title=self.title,
            row=self.row,
            column=self.column,
            field=self.field,
            details=dict(self.details),
        )
