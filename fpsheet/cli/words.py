"""Words: what the command line says, in the language of the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_texts
from fpsheet_templates.text import BASE_LANGUAGE, Texts

_FILE = "program.toml"
_OPTION = "--lang"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the command line in one language.

    Attributes:
        texts: Every language's texts of the program; the form's are loaded with the form.
        language: Language tag.
    """

    texts: Texts
    language: str

    def get(self, key: str) -> str:
        """Return a text."""
        return self.texts.get(key, self.language)

    def fill(self, key: str, values: Mapping[str, object]) -> str:
        """Return a text with its placeholders filled."""
        return self.texts.fill(key, self.language, values)

    def counted(self, key: str, count: int) -> str:
        """Return a text that counts something: `<key>_one` of one, `<key>_many` of any other."""
        which = "one" if count == 1 else "many"
        return self.fill(f"{key}_{which}", {"count": count})


def load_words(language: str) -> Words:
    """Load the program's own texts; Danish where the language is not known."""
    texts = load_texts(_FILE)
    return Words(texts, language if language in texts.by_language else BASE_LANGUAGE)


def need_language(language: str, words: Words) -> None:
    """Refuse a language that there are no texts in.

    Raises:
        UsageError: There are none; the sentence names those that there are.
    """
    known = words.texts.languages()
    if language and language not in known:
        values = {"value": language, "known": ", ".join(known)}
        raise UsageError(words.fill("program.value.language", values))


def find_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Find the language before anything is parsed, because help and messages need it.

    `--lang en` may stand anywhere among the arguments; else `FPSHEET_LANG`; else Danish.

    >>> find_language(["check", "--lang=en", "F.xlsx"], {})
    'en'
    """
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == _OPTION:
            return following
        if argument.startswith(f"{_OPTION}="):
            return argument.partition("=")[2]
    return environment.get("FPSHEET_LANG", BASE_LANGUAGE)
