"""Texts a person reads, by key and language. Danish is complete; others fall back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpsheet_templates.errors import SpecError

BASE_LANGUAGE = "da"


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text of the form and the program.

    Attributes:
        by_language: Language tag → dotted key → text. A new language is one more folder
            `data/text/<tag>/` with the same keys; no code knows the tags.
        country: "GL" or "DK", whose own words are told where it has some: `label_DK` of `label`.
            Blank for what holds in both.
    """

    by_language: Mapping[str, Mapping[str, str]]
    country: str = ""

    def in_country(self, jurisdiction: str) -> "Texts":
        """Return the texts with a country's own words where it has some."""
        return replace(self, country=jurisdiction)

    def languages(self) -> tuple[str, ...]:
        """Return the language tags, Danish first, the others in alphabetical order."""
        return (BASE_LANGUAGE, *sorted(set(self.by_language) - {BASE_LANGUAGE}))

    def has(self, key: str) -> bool:
        """Return whether the key exists (in Danish, which is complete)."""
        return key in self.by_language[BASE_LANGUAGE]

    def get(self, key: str, language: str = BASE_LANGUAGE) -> str:
        """Return the text of a key; Danish where the language lacks it.

        Raises:
            SpecError: No language has the key.
        """
        own = f"{key}_{self.country}"
        if self.country and self.has(own):
            key = own
        text = self.by_language.get(language, {}).get(key)
        text = self.by_language[BASE_LANGUAGE].get(key) if text is None else text
        if text is None:
            message = f"The text {key} is missing."
            raise SpecError(message)
        return text

    def fill(self, key: str, language: str, values: Mapping[str, object]) -> str:
        """Return a text with its placeholders `{name}` filled.

        Raises:
            SpecError: The text names a placeholder that was not given.
        """
        try:
            return self.get(key, language).format_map(dict(values))
        except KeyError as missing:
            message = f"The text {key} lacks the value {missing}."
            raise SpecError(message) from None
