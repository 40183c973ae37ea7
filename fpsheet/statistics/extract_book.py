"""Exports: lists with CPR numbers for other systems, as workbooks."""

from fpsheet.table_book.book import Line, Page, PageColumn, PageKind
from fpsheet.table_book.list_book import list_book, list_columns
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.statistics.facts.extract import Extract, ExtractKind, Mark, WantedExtract
from fpsheet_sync.statistics.facts.pension import FOER_REFORM
from fpsheet_templates.form import FieldType, Form
from fpsheet_templates.load import load_lists
from fpsheet_templates.spoken import SpokenForm
from fpsheet_templates.table import UOPLYST
from fpsheet_validation.list_check import SKATTESVAR

_WORDS = {"niveau": (FOER_REFORM, UOPLYST), "aendret": tuple(Mark)}
"""Column → words that no code list has."""


def write_extract(extract: Extract, form: Form, wanted: WantedExtract) -> bytes:
    """Return an export as a workbook marked FORTROLIGT.

    The list for Skattestyrelsen has the columns of its answer (`import skat`), to be filled in.
    """
    language = wanted.language
    lists, spoken = SpokenForm(load_lists(form), language), SpokenForm(form, language)
    is_skat = wanted.kind is ExtractKind.SKAT
    columns = (
        list_columns(lists, SKATTESVAR)
        if is_skat
        else tuple(_column(spoken, name) for name in extract.columns)
    )
    shown = {"day": f"{wanted.day:%d-%m-%Y}", "count": len(extract.rows)}
    lines = [
        lists.fill(f"command.export.{wanted.kind}.line", shown),
    ]
    if extract.compared_with is not None:
        since = {"day": f"{extract.compared_with:%d-%m-%Y}"}
        lines.append(lists.fill("command.export.since_line", since))
    rest = (None,) * (len(columns) - len(extract.columns))
    page = Page(
        name=lists.text(f"command.export.{wanted.kind}.sheet"),
        kind=PageKind.LIST,
        title="",
        lines=tuple(map(Line, lines)),
        columns=columns,
        rows=tuple((*row, *rest) for row in extract.rows),
        table="tUdtraek",
    )
    mark = lists.text("list.confidential")
    return write_xlsx(list_book(page, language=language, made_on=wanted.day, mark=mark))


def _column(spoken: SpokenForm, name: str) -> PageColumn:
    """Return the column of an identifier, with heading and words of the form where it has them."""
    form = spoken.form
    for sheet in ("vurdering", "afgoerelse", "borger"):
        own = next((each for each in form.sheet(sheet).fields if each.id == name), None)
        if own is not None:
            label, kind = spoken.label(sheet, name), own.type
            break
    else:
        label, kind = spoken.text(f"command.export.column.{name}"), FieldType.TEXT
    codes = form.code_lists[name].codes if name in form.code_lists else ()
    words = {code.id: code.label(spoken.language) for code in codes}
    for word in _WORDS.get(name, ()):
        words[word] = spoken.text(f"command.export.word.{word}")
    return PageColumn(label, kind, 30 if name == "kommune" else 20, words)
