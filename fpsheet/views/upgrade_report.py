"""The report of an upgrade as lines: what was carried, what is new, what needs an answer."""

from collections.abc import Iterator
from pathlib import Path

from fpsheet.upgrade.lifted import Lifted
from fpsheet_templates.spoken import SpokenForm


def render_lifted(lifted: Lifted, spoken: SpokenForm, out: Path) -> Iterator[str]:
    """Yield the lines of the report.

    Args:
        lifted: What came of lifting the workbook.
        spoken: The form in the language of what is made.
        out: Where the workbook was written.
    """

    def say(key: str, **values: object) -> str:
        return spoken.fill(f"command.upgrade.{key}", values)

    if lifted.is_newest:
        yield say("newest", file=out, version=lifted.version)
        return
    yield say("done", file=out, before=lifted.version_before, version=lifted.version)
    yield say("carried", rows=lifted.rows, sheets=lifted.own_sheets, comments=lifted.comments)
    for fresh in lifted.fresh:
        title = spoken.sheet_title(fresh.sheet)
        label = spoken.label(fresh.sheet, fresh.field)
        yield say("fresh", sheet=title, label=label, column=fresh.letter)
    for version in range(lifted.version_before + 1, lifted.version + 1):
        if spoken.form.is_shipped and spoken.form.texts.has(f"command.upgrade.since_{version}"):
            yield say(f"since_{version}")
    for column in lifted.foreign:
        title = spoken.sheet_title(column.sheet)
        if column.field:
            label = spoken.label(column.sheet, column.field)
            yield say("foreign", sheet=title, label=label, column=column.letter)
        else:
            yield say("free", sheet=title, column=column.letter)
    for anew in lifted.renamed:
        title = spoken.sheet_title(anew.sheet)
        yield say("renamed", sheet=title, before=anew.before, after=anew.after)
    for blank in lifted.unanswered(spoken):
        title = spoken.sheet_title(blank.sheet)
        yield say("unanswered", sheet=title, label=blank.label, count=blank.rows)
    yield say("check" if lifted.blocking else "sound", count=lifted.blocking, file=out)
