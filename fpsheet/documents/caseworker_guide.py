"""docs/vejledning-sagsbehandler.md: how to work in the workbook, and what each column takes."""

from collections.abc import Iterator

from fpsheet.documents.markdown import markdown_table
from fpsheet.workbook.vejledning import STEPS
from fpsheet_templates.expression import Always
from fpsheet_templates.form import ColumnRole, Field, Form, Sheet
from fpsheet_templates.text import BASE_LANGUAGE


def caseworker_guide_markdown(form: Form) -> str:
    """Give the guide in Danish: the steps, a table per sheet, and the words of each list."""
    parts = [
        f"# {form.texts.get('workbook.guide.titel')}",
        form.texts.get("workbook.guide.indledning"),
    ]
    for number in range(1, STEPS + 1):
        parts.append(f"## {form.texts.get(f'workbook.guide.trin_{number}_titel')}")
        parts.append(form.texts.get(f"workbook.guide.trin_{number}"))
    for sheet in form.entry_sheets():
        parts.append(f"## {form.sheet_title(sheet.id, BASE_LANGUAGE)}")
        parts.append(form.texts.get(f"sheet.{sheet.id}.intro"))
        names = ("felt", "hjaelp", "kraevet", "bemaerk")
        header = [form.texts.get(f"workbook.guide.{name}") for name in names]
        rows = [list(_cells(form, sheet, field)) for field in sheet.fields if _is_shown(field)]
        parts.append(markdown_table(header, rows))
    return "\n\n".join(parts) + "\n"


def _is_shown(field: Field) -> bool:
    return field.role is not ColumnRole.ROW_ID


def _cells(form: Form, sheet: Sheet, field: Field) -> Iterator[str]:
    def say(key: str) -> str:
        return form.texts.get(f"workbook.guide.{key}")

    yield form.field_label(sheet.id, field.id, BASE_LANGUAGE)
    yield form.field_help(sheet.id, field.id, BASE_LANGUAGE)
    always = isinstance(field.required, Always)
    yield say("altid") if always else say("nogle_gange") if field.required is not None else ""
    places = sorted(field.jurisdictions)
    only = say(f"kun_{places[0].lower()}") if len(places) == 1 else ""
    yield ". ".join(part for part in (say("lokal") if field.local else "", only) if part)
