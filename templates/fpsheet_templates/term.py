"""Terms: the words of the field and the program, one definition each."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the glossary.

    Attributes:
        id: Identifier used in code, database and files.
        da: The Danish word.
        definition_da: What is meant here, in Danish.
        definition_en: What is meant here, in English.
        source: Law, guide or decision the meaning comes from.
    """

    id: str
    da: str
    definition_da: str
    definition_en: str
    source: str


def load_terms() -> tuple[Term, ...]:
    """Load the terms in the order of the file."""
    text = (files("fpsheet_templates") / "data" / "terms.toml").read_text(encoding="utf-8")
    return tuple(Term(**entry) for entry in tomllib.loads(text)["term"])
