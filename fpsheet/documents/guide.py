"""docs/vejledning-*.md: the guides, prose of floor 1 around what the form itself says.

A guide is `data/guide/<reader>.md`, in Danish. `{{word argument …}}` in it is replaced by a list
from the form, so that no field, code or rule is written twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files

from fpsheet.documents.glossary import label_in_both
from fpsheet.documents.markdown import markdown_table
from fpsheet.workbook.koder import all_lists
from fpsheet_templates.codes import Code
from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import Always
from fpsheet_templates.form import ColumnRole, Field, Form, Sheet
from fpsheet_templates.load import load_texts
from fpsheet_templates.spoken import SpokenForm
from fpsheet_templates.table import load_tables
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.catalogue import CatalogueLine, catalogue_lines

READERS = ("sagsbehandler", "koordinator", "departement")

_PLACE = re.compile(r"\{\{(\w+)((?: [\w.,]+)*)\}\}")
_NAMES = ("kommune",)
"""Lists of names that nobody looks up in a guide."""


def guide_markdown(form: Form, reader: str) -> str:
    """Return the guide of a reader, its lists filled in.

    Raises:
        SpecError: The guide asks for a list there is none of.
    """
    text = files("fpsheet_templates").joinpath("data", "guide", f"{reader}.md").read_text("utf-8")

    def fill(found: re.Match[str]) -> str:
        make = _LISTS.get(found.group(1))
        if make is None:
            raise SpecError(f"The guide {reader}.md asks for an unknown list: {found.group()}.")
        return make(form, *found.group(2).split())

    return _PLACE.sub(fill, text)


def _text(form: Form, key: str) -> str:
    return form.texts.get(key, BASE_LANGUAGE)


def _step(form: Form, number: str) -> str:
    """Return a step as it stands on the sheet Vejledning, with a heading."""
    title = _text(form, f"workbook.guide.trin_{number}_titel")
    return f"## {title}\n\n{_text(form, f'workbook.guide.trin_{number}')}"


def _fields(form: Form) -> str:
    """Return a table per entry sheet with a line per column."""
    header = [
        _text(form, f"workbook.guide.{name}") for name in ("felt", "hjaelp", "kraevet", "bemaerk")
    ]
    parts = []
    for sheet in form.entry_sheets():
        parts += [_sheet_heading(form, sheet), _text(form, f"sheet.{sheet.id}.intro")]
        shown = (field for field in sheet.fields if field.role is not ColumnRole.ROW_ID)
        parts.append(markdown_table(header, [list(_cells(form, sheet, f)) for f in shown]))
    return "\n\n".join(parts)


def _sheet_heading(form: Form, sheet: Sheet) -> str:
    return f"## {form.sheet_title(sheet.id, BASE_LANGUAGE)}"


def _cells(form: Form, sheet: Sheet, field: Field) -> Iterator[str]:
    yield form.field_label(sheet.id, field.id, BASE_LANGUAGE)
    yield form.field_help(sheet.id, field.id, BASE_LANGUAGE)
    if field.required is None:
        yield ""
    else:
        always = isinstance(field.required, Always)
        yield _text(form, f"workbook.guide.{'altid' if always else 'nogle_gange'}")
    local = _text(form, "workbook.guide.lokal") if field.local else ""
    yield ". ".join(part for part in (local, _only(form, field.jurisdictions)) if part)


def _only(form: Form, jurisdictions: frozenset[str]) -> str:
    """Return "Kun i Grønland" for what one country alone has; nothing for what both have."""
    if len(jurisdictions) > 1:
        return ""
    return _text(form, f"workbook.guide.kun_{min(jurisdictions).lower()}")


def _codes(form: Form) -> str:
    """Return a table per list with what is picked, its code and where it holds."""
    header = [_text(form, key) for key in ("workbook.koder.label", "workbook.koder.code")] + [
        _text(form, "workbook.guide.bemaerk")
    ]
    parts = []
    for name in all_lists(form):
        if name not in _NAMES:
            parts.append(f"## {_text(form, f'workbook.liste.{name}')}")
            offered = (code for code in form.code_lists[name].codes if not code.is_replaced)
            rows = [_code_cells(form, code) for code in offered]
            parts.append(markdown_table(header, rows))
    return "\n\n".join(parts)


def _code_cells(form: Form, code: Code) -> list[str]:
    label = label_in_both(code, BASE_LANGUAGE, _text(form, "workbook.guide.i_dk"))
    return [label, code.id, _only(form, code.jurisdictions)]


def _status(form: Form) -> str:
    """Return a table per sheet with the rules whose fault the row's status names."""
    header = [
        form.field_label(form.entry_sheets()[0].id, "status", BASE_LANGUAGE),
        *(_text(form, f"catalogue.column.{column}") for column in ("severity", "remedy", "code")),
    ]
    parts = []
    for sheet in form.entry_sheets():
        title = form.sheet_title(sheet.id, BASE_LANGUAGE)
        lines = [
            line
            for line in catalogue_lines(SpokenForm(form, BASE_LANGUAGE))
            if line.status and line.sheet == title
        ]
        if lines:
            rows = [[line.status, line.severity, line.remedy, line.code] for line in lines]
            parts += [_sheet_heading(form, sheet), markdown_table(header, rows)]
    return "\n\n".join(parts)


def _rules(form: Form, severities: str, *levels: str) -> str:
    """Return a table of the rules of some severities and levels: what is wrong, what to do."""
    header = [_text(form, f"catalogue.column.{name}") for name in ("message", "remedy", "code")]

    def is_wanted(line: CatalogueLine) -> bool:
        return line.level in levels and line.severity in severities.split(",")

    lines = filter(is_wanted, catalogue_lines(SpokenForm(form, BASE_LANGUAGE)))
    return markdown_table(header, ([line.message, line.remedy, line.code] for line in lines))


def _tables(form: Form) -> str:
    """Return a line per statistics table: number, title, what it shows, where it is made."""
    texts = load_texts("tables.toml")
    rows = []
    for table in load_tables():
        key = f"statistics.table.{table.id}"
        words = [texts.get(f"{key}.{name}", BASE_LANGUAGE) for name in ("title", "measure")]
        internal = _text(form, "workbook.guide.kun_intern") if table.is_internal else ""
        limits = filter(None, (_only(form, table.jurisdictions), internal))
        rows.append([table.id, *words, ". ".join(limits)])
    header = ["", *(_text(form, f"workbook.guide.{key}") for key in ("tabel", "viser", "bemaerk"))]
    return markdown_table(header, rows)


_LISTS: Mapping[str, Callable[..., str]] = {
    "text": _text,
    "step": _step,
    "fields": _fields,
    "codes": _codes,
    "status": _status,
    "rules": _rules,
    "tables": _tables,
}
