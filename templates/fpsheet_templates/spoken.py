"""A form as it is told in one language: what a person reads is made from this value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpsheet_templates.form import Form


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """A form in one language.

    Attributes:
        form: The form, which holds every text.
        language: Language tag ("da").
    """

    form: Form
    language: str

    def of_kommune(self, kommune_kode: str) -> "SpokenForm":
        """Return the form in the words of a kommune's country; as it is where none is known."""
        kommune = self.form.kommuner.get(kommune_kode)
        form = self.form.in_words_of(kommune.jurisdiction) if kommune else self.form
        return replace(self, form=form)

    def text(self, key: str) -> str:
        """Return a text of the catalogue.

        Raises:
            SpecError: The catalogue lacks it.
        """
        return self.form.texts.get(key, self.language)

    def fill(self, key: str, values: Mapping[str, object]) -> str:
        """Return a text of the catalogue with its placeholders filled.

        Raises:
            SpecError: The catalogue lacks it, or it names a placeholder without a value.
        """
        return self.form.texts.fill(key, self.language, values)

    def sheet_title(self, sheet_id: str) -> str:
        """Return the name of a sheet on its tab."""
        return self.form.sheet_title(sheet_id, self.language)

    def label(self, sheet_id: str, field_id: str) -> str:
        """Return the heading of a field."""
        return self.form.field_label(sheet_id, field_id, self.language)

    def help(self, sheet_id: str, field_id: str) -> str:
        """Return the help of a field."""
        return self.form.field_help(sheet_id, field_id, self.language)
