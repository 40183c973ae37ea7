"""Terms: the words of the field and the program, one definition each; the acts they come from."""

import csv
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


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the field, in Danish.

    Attributes:
        act: Its name and number.
        about: What of it the form rests on.
        jurisdiction: "GL" or "DK".
        valid_from: First day, ISO; empty where it was not found.
        valid_to: First day it no longer holds; empty while it does.
        source: Where it was read, and what of it was not found.
    """

    act: str
    about: str
    jurisdiction: str
    valid_from: str
    valid_to: str
    source: str


def load_acts() -> tuple[Act, ...]:
    """Load the acts in the order of the file."""
    text = (files("fpsheet_templates") / "data" / "acts.csv").read_text(encoding="utf-8")
    return tuple(Act(**row) for row in csv.DictReader(text.splitlines()))
