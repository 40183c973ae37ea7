"""GLOSSARY.md: every term, field and code, generated from floor 1."""

from collections.abc import Iterator

from fpsheet.documents.markdown import markdown_table
from fpsheet_templates.codes import Code, CodeList
from fpsheet_templates.form import Form, SheetKind
from fpsheet_templates.term import Term

_HEAD = """# Glossary

Generated from the form by `python -m fpsheet.documents`; do not edit. Identifiers are ASCII
(æ→ae, ø→oe, å→aa) and the same in code, database, TOML keys, CSV headings and shell arguments.
The Danish words with æøå stand in the form alone."""


def glossary_markdown(form: Form, terms: tuple[Term, ...]) -> str:
    """Return the whole glossary: terms, fields per sheet, code lists, named constants.

    Kommuner and branches are lists of proper names and stay in their CSV files.
    """
    parts = [_HEAD, "## Terms", _terms(terms), "## Fields", *_fields(form)]
    parts += ["## Code lists", *_code_lists(form), "## Named constants", _constants(form)]
    return "\n\n".join(parts) + "\n"


def _terms(terms: tuple[Term, ...]) -> str:
    rows = ([t.da, f"`{t.id}`", f"{t.definition_da} ({t.definition_en})", t.source] for t in terms)
    return markdown_table(["Term", "Identifier", "Definition", "Source"], rows)


def _fields(form: Form) -> Iterator[str]:
    header = ["Field", "Identifier", "English", "Type", "What is written", "Source"]
    for sheet in form.sheets:
        if sheet.kind not in {SheetKind.ENTRY, SheetKind.COVER}:
            continue
        rows = (
            [
                form.field_label(sheet.id, field.id, "da"),
                f"`{field.id}`",
                form.field_label(sheet.id, field.id, "en"),
                (field.codes and f"code `{field.codes}`") or str(field.type),
                form.field_help(sheet.id, field.id, "da"),
                field.source,
            ]
            for field in sheet.fields
        )
        title = form.sheet_title(sheet.id, "da")
        yield f"### {title} (`{sheet.id}`)\n\n{markdown_table(header, rows)}"


def _code_lists(form: Form) -> Iterator[str]:
    for name, codes in form.code_lists.items():
        if name not in {"kommune", "branche"}:
            yield f"### `{name}`\n\n{_codes(codes)}"


def label_in_both(code: Code, language: str, denmark: str = "DK") -> str:
    """Return the label of a code, and in brackets what Denmark says where it is another."""
    label, own = code.label(language), code.label(language, "DK")
    return label if own == label else f"{label} ({denmark}: {own})"


def _codes(codes: CodeList) -> str:
    rows = (
        [
            label_in_both(code, "da"),
            f"`{code.id}`",
            label_in_both(code, "en"),
            ", ".join(sorted(code.jurisdictions)),
            code.source,
        ]
        for code in codes.codes
    )
    return markdown_table(["Code", "Identifier", "English", "Where", "Source"], rows)


def _constants(form: Form) -> str:
    rows = (
        [f"`{name}`", str(value), form.constant_sources[name]]
        for name, value in form.constants.items()
    )
    return markdown_table(["Name", "Value", "Source"], rows)
