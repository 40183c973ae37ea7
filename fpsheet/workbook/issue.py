"""The issue of a workbook: what every sheet of it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fpsheet_templates.form import Form
from fpsheet_templates.kommune import Kommune
from fpsheet_templates.spoken import SpokenForm


@dataclass(frozen=True, slots=True)
class Issue:
    """To whom, when and of which form a workbook is issued.

    Attributes:
        form: The form.
        kommune: The kommune.
        aar: Reporting year.
        language: Language of the workbook.
        workbook_id: Eight characters, see `mint_workbook_id`.
        issued_at: Moment of issue, with time zone.
        parent: Commit that the content descends from; empty for a blank workbook.
        titles: Sheet identifier → name on its tab, where it is not that of the form.
    """

    form: Form
    kommune: Kommune
    aar: int
    language: str
    workbook_id: str
    issued_at: datetime
    parent: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def spoken(self) -> SpokenForm:
        """Return the form in the workbook's language."""
        return SpokenForm(self.form, self.language)

    @property
    def jurisdiction(self) -> str:
        """Return "GL" or "DK"."""
        return self.kommune.jurisdiction

    @property
    def kommune_name(self) -> str:
        """Return code and name of the kommune."""
        return f"{self.kommune.code} {self.kommune.name}"

    @property
    def footer(self) -> str:
        """Return the text at the foot of printed pages."""
        return f"{self.kommune_name} · {self.aar}"

    def text(self, key: str) -> str:
        """Return a text in the workbook's language."""
        return self.form.texts.get(key, self.language)

    def intro(self, sheet_id: str) -> str:
        """Return what a sheet is for, in the words of the country where it has its own."""
        own = f"sheet.{sheet_id}.intro_{self.jurisdiction}"
        return self.text(own if self.form.texts.has(own) else f"sheet.{sheet_id}.intro")

    def title(self, sheet_id: str) -> str:
        """Return the name on the tab of a sheet."""
        own = self.titles.get(sheet_id)
        return own or self.form.sheet_title(sheet_id, self.language)

    def label(self, sheet_id: str, field_id: str) -> str:
        """Return the label of a field."""
        return self.form.field_label(sheet_id, field_id, self.language)

    def help(self, sheet_id: str, field_id: str) -> str:
        """Return what to enter in a field, in the words of the country."""
        return self.form.field_help(sheet_id, field_id, self.language, self.jurisdiction)
