"""What `report --explain` shows: a printed figure and the records behind it."""

from typing import TYPE_CHECKING

from fpsheet.cli.command import CommandUsageError
from fpsheet.cli.session import Session
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet.central import Central
    from fpsheet.statistics.edition_order import Order
    from fpsheet.statistics.explain_figure import ExplainedFigure
    from fpsheet_sync.statistics.publication.cited_records import Behind

_HASH = 8
_COLUMNS = ("part", "kommune", "sheet", "cell", "file", "row_id", "unit", "value", "cause")

Asked = tuple[tuple[str, str], tuple[str, ...]]
"""Table and cell; the areas named."""


def show_explanation(
    session: Session, order: "Order", asked: "Asked", central: "Central", *, as_json: bool
) -> int:
    """Show the records behind a cell of an internal edition.

    Args:
        session: The session.
        order: Period and day of the edition.
        asked: Table and cell, and the areas named on the command line.
        central: The database.
        as_json: For a program and not for a person.
    """
    from fpsheet.departement.statistics_steps import explain_figure
    from fpsheet.statistics.explain_figure import PrintedCell

    (table, cell), areas = asked
    if len(areas) > 1:
        raise CommandUsageError(session.words.get("command.report.explain_area"))
    printed = PrintedCell(table, cell, area=areas[0].upper() if areas else "")
    actor = session.actor()
    found = explain_figure(central, order, printed, actor)
    show_explained(session, found, as_json=as_json)
    return 0


def show_explained(session: Session, found: "ExplainedFigure", *, as_json: bool) -> None:
    """Show a figure and the records behind it, to a person or to a program."""
    if as_json:
        session.console(as_json=True).give(_value(found))
    else:
        _show(session, found)


def _value(found: "ExplainedFigure") -> dict[str, object]:
    return {
        "title": found.title,
        "row": list(found.row),
        "column": found.column,
        "printed": found.printed,
        "numbers": found.numbers,
        "behind": [
            {
                "column": each.part,
                "unit": each.unit,
                "kommune_kode": each.kommune_kode,
                "counts_in": each.counts_in,
                "sheet": each.sheet,
                "cell": each.cell,
                "sha256": each.sha256,
                "row_id": each.row_id,
                "value": each.value,
                "cause": each.cause,
            }
            for each in found.behind
        ],
    }


def _line(spoken: SpokenForm, found: "ExplainedFigure", each: "Behind") -> dict[str, str]:
    """Return the cells of a record's line; a column that no line fills is not shown."""
    causes = [spoken.text(f"statistics.cause.{cause}") for cause in each.cause.split()]
    return {
        "part": found.labels[each.part] if len(found.labels) > 1 else "",
        "kommune": each.kommune_kode,
        "sheet": spoken.sheet_title(each.sheet) if each.sheet else "",
        "cell": each.cell,
        "file": each.sha256[:_HASH],
        "row_id": each.row_id,
        # A case is its row, which stands there already.
        "unit": "" if "/" in each.unit else each.unit[:_HASH],
        "value": "" if each.value is None else f"{each.value:g}".replace(".", ","),
        "cause": "; ".join(causes),
    }


def _show(session: Session, found: "ExplainedFigure") -> None:
    words, form, console = session.words, session.form(), session.console()
    console.say(found.title)
    console.say(f"{'; '.join((*found.row, found.column))}: {found.printed}")
    for label, number in found.numbers.items():
        told = {"label": label, "number": number}
        console.say(words.fill("command.report.explain_number", told))
    console.say(words.fill("command.report.explain_rows", {"rows": len(found.behind)}))
    if not found.behind:
        return
    console.say()
    lines = [_line(SpokenForm(form, words.language), found, each) for each in found.behind]
    shown = [name for name in _COLUMNS if any(line[name] for line in lines)]
    header = [words.get(f"command.report.explained.{name}") for name in shown]
    console.table(header, [[line[name] for name in shown] for line in lines])
    console.say()
    console.say(words.get("command.report.explain_confidential"))
