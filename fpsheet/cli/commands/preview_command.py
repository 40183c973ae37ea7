"""The command that shows a kommune its own figures before it sends: preview."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.explain_view import show_explained
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import (
    day_option,
    explain_option,
    file_argument,
    given_file_option,
    json_option,
    out_folder_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_verdict
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from fpsheet.statistics.preview import Moved, Preview
    from fpsheet_sync.statistics.stat_table import Cell, StatTable
    from fpsheet_sync.statistics.tables.benchmark import Benchmark


def make_preview_command(words: Words) -> click.Command:
    """Return the command."""
    return SpokenCommand(
        "preview",
        words=words,
        params=[
            file_argument(words, "file", key="command.preview.file"),
            given_file_option(words, "--earlier", key="command.preview.earlier"),
            given_file_option(words, "--benchmark", key="command.preview.benchmark"),
            explain_option(words, key="command.preview.explain"),
            out_folder_option(words, key="command.preview.out"),
            day_option(words, "--from", name="fra", key="program.option.from_day"),
            day_option(words, "--to", name="til", key="program.option.to_day"),
            today_option(words),
            json_option(words),
        ],
        run=preview_workbook,
    )


@click.pass_obj
def preview_workbook(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    file: Path,
    earlier: Path | None,
    benchmark: Path | None,
    explain: tuple[str, str] | None,
    out: Path | None,
    fra: date | None,
    til: date | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Show the figures a workbook would give; those of its reporting year unless asked."""
    from fpsheet.kommune.steps import (
        compare_previews,
        need_same_kommune,
        preview_file,
        write_preview,
    )
    from fpsheet.statistics.explain_figure import PrintedCell

    question, language = session.question(None, today), session.words.language
    printed = PrintedCell(*explain) if explain else None
    figures = _figures(session, benchmark, today, as_json=as_json) if benchmark else ()
    if figures is None:
        return ExitCode.FINDINGS
    verdict, found = preview_file(file, question, language, (fra, til), printed, figures)
    if found is None:
        show_verdict(session, verdict, as_json=as_json)
        return ExitCode.FINDINGS
    moved = None
    if earlier is not None:
        before_verdict, before = preview_file(
            earlier, question, language, (fra, til), figures=figures
        )
        if before is None:
            show_verdict(session, before_verdict, as_json=as_json)
            return ExitCode.FINDINGS
        need_same_kommune(verdict, before_verdict, earlier, language)
        moved = compare_previews(before, found)
    if found.explained is not None:
        show_explained(session, found.explained, as_json=as_json)
    else:
        _show(session, found, moved, earlier, as_json=as_json)
    if out is not None:
        written = write_preview(found, question.form, out)
        told = session.words.fill("command.preview.written", {"file": written})
        session.console(as_json=as_json).say(told)
    return ExitCode.DONE if verdict.accepted else ExitCode.FINDINGS


def _figures(
    session: Session, path: Path, today: date | None, *, as_json: bool
) -> "tuple[Benchmark, ...] | None":
    """Read the list of published figures; None, and what is wrong shown, where it is not right."""
    from fpsheet.checking.list_file import read_figures

    day = today or session.local_day
    verdict, figures, _ = read_figures(path, session.lists(), today=day)
    if not verdict.accepted:
        show_verdict(session, verdict, as_json=as_json, lists=True)
        return None
    return figures


def _show(
    session: Session,
    found: "Preview",
    moved: "tuple[Moved, ...] | None",
    earlier: Path | None,
    *,
    as_json: bool,
) -> None:
    """Show every table that counts anything, and below them what changed."""
    console, words, release = session.console(as_json=as_json), session.words, found.release
    if as_json:
        tables = [_table_value(table) for table in release.tables]
        console.give(tables if moved is None else {"tables": tables, "moved": _values(moved)})
        return
    console.say(release.title)
    filled = [(table, _filled_rows(table)) for table in release.tables]
    for table, rows in filled:
        if rows:
            console.say()
            console.say(table.title)
            console.fitted_table(_plain_headings(table), rows)
    if not any(rows for _, rows in filled):
        console.say(words.get("command.preview.empty"))
    if moved is not None and earlier is not None:
        console.say()
        key = "moved" if moved else "same"
        console.say(words.fill(f"command.preview.{key}", {"file": earlier.name}))
        if moved:
            _show_moved(session, moved)


def _table_value(table: "StatTable") -> "dict[str, object]":
    """Return a table as a program reads it: headings and rows, `[c]` and its like as text."""
    return {
        "id": table.id,
        "title": table.title,
        "columns": [column.label for column in table.columns],
        "rows": [list(row) for row in table.rows],
    }


def _filled_rows(table: "StatTable") -> "list[tuple[Cell, ...]]":
    """Return the rows that count anything: in a preview the others only hide them."""
    numbers = len(table.dimensions)
    return [
        row
        for row in table.rows
        if any(isinstance(cell, int | float) and cell for cell in row[numbers:])
    ]


def _plain_headings(table: "StatTable") -> list[str]:
    """Return the headings without their notes, which stand in the workbook."""
    return [column.heading for column in table.columns]


def _show_moved(session: Session, moved: "tuple[Moved, ...]") -> None:
    names = ("table", "row", "column", "before", "now", "difference")
    header = [session.words.get(f"command.preview.column.{name}") for name in names]
    rows = [
        (
            each.table,
            "; ".join(each.row),
            each.column,
            _shown(each.before),
            _shown(each.now),
            _difference(each.before, each.now),
        )
        for each in moved
    ]
    session.console().fitted_table(header, rows)


def _shown(cell: "Cell") -> "Cell":
    return "" if cell is None else cell


def _difference(before: "Cell", now: "Cell") -> str:
    """Return how much larger a figure is; nothing where one of the two is no number."""
    old, new = before or 0, now or 0
    if isinstance(old, str) or isinstance(new, str):
        return ""
    return f"{new - old:+.4g}".replace(".", ",")


def _values(moved: "tuple[Moved, ...]") -> list[dict[str, object]]:
    return [
        {
            "table": each.table,
            "row": list(each.row),
            "column": each.column,
            "before": each.before,
            "now": each.now,
        }
        for each in moved
    ]
