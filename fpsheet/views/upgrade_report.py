"""The report of an upgrade as lines: what was carried, what is new, what needs an answer."""

from collections.abc import Iterator
from pathlib import Path

from fpsheet.upgrade.lifted import Lifted
from fpsheet_templates.form import Form


def render_lifted(lifted: Lifted, form: Form, language: str, out: Path) -> Iterator[str]:
    """Return the lines of the report.

    Args:
        lifted: What came of lifting the workbook.
        form: The newest form.
        language: Language of the report.
        out: Where the workbook was written.
    """

    def say(key: str, **values: object) -> str:
        return form.texts.fill(f"command.upgrade.{key}", language, values)

    if lifted.is_newest:
        yield say("newest", file=out, version=lifted.version)
        return
    yield say("done", file=out, before=lifted.version_before, version=lifted.version)
    yield say("carried", rows=lifted.rows, sheets=lifted.own_sheets, comments=lifted.comments)
    for fresh in lifted.fresh:
        title = form.sheet_title(fresh.sheet, language)
        label = form.field_label(fresh.sheet, fresh.field, language)
        yield say("fresh", sheet=title, label=label, column=fresh.letter)
    for anew in lifted.renamed:
        title = form.sheet_title(anew.sheet, language)
        yield say("renamed", sheet=title, before=anew.before, after=anew.after)
    for sheet, label, count in lifted.unanswered(form, language):
        yield say("unanswered", sheet=form.sheet_title(sheet, language), label=label, count=count)
    yield say("check", count=lifted.blocking, file=out)
