"""`python -m fpsheet.documents.untranslated LANGUAGE`: what a translator has yet to write.

Prints TOML with the Danish text behind each key, file by file, to be filled in and put into
`data/text/<language>/`, then the codes without a label. Nothing printed: nothing is missing.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files

from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form, load_texts
from fpsheet_templates.text import BASE_LANGUAGE

TEXT_FOLDER = "templates/fpsheet_templates/data/text"
CODE_FOLDER = "templates/fpsheet_templates/data/codes"


def untranslated_texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return what a language lacks: file name → key → Danish text. Files that lack nothing are out.

    A language that has no folder yet lacks everything.
    """
    folder = files("fpsheet_templates") / "data" / "text" / BASE_LANGUAGE
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    missing: dict[str, Mapping[str, str]] = {}
    for name in names:
        by_language = load_texts(name).by_language
        own = by_language.get(language, {})
        lacking = {k: text for k, text in by_language[BASE_LANGUAGE].items() if k not in own}
        if lacking:
            missing[name] = lacking
    return missing


def untranslated_codes(form: Form, language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the codes without a label in a language: code list → code → Danish label."""
    lists = {
        name: {
            code.id: code.label(BASE_LANGUAGE)
            for code in codes.codes
            if language not in code.labels
        }
        for name, codes in form.code_lists.items()
    }
    return {name: codes for name, codes in lists.items() if codes}


def untranslated_document(form: Form, language: str) -> str:
    """Return the TOML that a translator fills in; empty when nothing is missing."""
    return "".join(f"{line}\n" for line in _lines(form, language))


def _lines(form: Form, language: str) -> Iterator[str]:
    for name, texts in untranslated_texts(language).items():
        yield f"# {TEXT_FOLDER}/{language}/{name}"
        for key, text in texts.items():
            yield f"{_dotted(key)} = {json.dumps(text, ensure_ascii=False)}"
        yield ""
    for name, codes in untranslated_codes(form, language).items():
        yield f'# {CODE_FOLDER}/{name}.csv, column "{language}"'
        yield from (f"# {code} = {label}" for code, label in codes.items())


def _dotted(key: str) -> str:
    """Return a key as TOML takes it: a part with other signs than letters in quotes."""
    plain = (part.replace("_", "").replace("-", "").isalnum() for part in key.split("."))
    parts = zip(key.split("."), plain, strict=True)
    return ".".join(part if is_plain else json.dumps(part) for part, is_plain in parts)


def main(arguments: list[str] | None = None) -> int:
    """Print what is missing; the exit code is 1 when something is."""
    parser = argparse.ArgumentParser(description="What a translation has yet to say.")
    parser.add_argument("language")
    text = untranslated_document(load_form(), parser.parse_args(arguments).language)
    sys.stdout.write(text)
    return int(bool(text))


if __name__ == "__main__":
    sys.exit(main())
