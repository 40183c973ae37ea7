"""Failures that are said in the reader's language."""

from collections.abc import Mapping
from typing import TypeVar

from fpsheet_templates.errors import SpokenError
from fpsheet_templates.load import load_texts
from fpsheet_templates.text import BASE_LANGUAGE

Failure = TypeVar("Failure", bound=SpokenError)


def make_failure(kind: type[Failure], key: str, values: Mapping[str, object]) -> Failure:
    """Return the exception that says a text (`error.store.locked`), in Danish to begin with.

    Raises:
        SpecError: There is no such text.
    """
    sentence, remedy = _say(key, values, BASE_LANGUAGE)
    failure = kind(sentence, remedy=remedy)
    failure.key, failure.values = key, values
    return failure


def in_language(failure: SpokenError, language: str) -> str:
    """Say what failed, and what to do, in a language."""
    if not failure.key:
        return str(failure)
    return " ".join(_say(failure.key, failure.values, language)).strip()


def _say(key: str, values: Mapping[str, object], language: str) -> tuple[str, str]:
    texts = load_texts()
    sentence, remedy = (
        texts.fill(f"{key}.{part}", language, values) for part in ("sentence", "remedy")
    )
    return sentence, remedy
