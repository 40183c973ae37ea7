"""The command demo."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.parameters import choice_option, number_option, out_folder_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpsheet.demo.run import DemoKommune, DemoPlaces

FOLDER = Path("demo")


def make_demo_command(words: Words) -> click.Command:
    """Return the command."""
    return SpokenCommand(
        "demo",
        words=words,
        params=[
            out_folder_option(words, key="command.demo.out", default=FOLDER),
            choice_option(
                words,
                "--scale",
                key="command.demo.scale",
                choices=("small", "national"),
                default="small",
            ),
            number_option(words, "--seed", key="command.demo.seed", default=1),
        ],
        run=show_demo,
    )


@click.pass_obj
def show_demo(session: Session, *, out: Path, scale: str, seed: int) -> int:
    """Invent a country, go the whole way with it, and show where everything lies."""
    from fpsheet.demo.run import Demo, DemoPlaces, run_demo
    from fpsheet.demo.scale import SMALL, national

    form, words = session.form(), session.words
    size = SMALL if scale == "small" else national(form)
    demo = Demo(form, size, seed, language=words.language)
    places = DemoPlaces(out)
    start = perf_counter()
    with session.progress(quiet=False) as progress:
        kommuner = run_demo(demo, places, progress)
    console = session.console()
    seconds = f"{perf_counter() - start:.0f}"
    console.say(words.fill("command.demo.title", {"seconds": seconds}))
    console.say()
    show_kommuner(session, kommuner)
    console.say()
    show_places(session, places)
    return 0


def show_kommuner(session: Session, kommuner: "Sequence[DemoKommune]") -> None:
    """Show how each kommune fared, and the sum."""
    from fpsheet.views.processed_value import outcomes_of
    from fpsheet_templates.rule import Severity

    words, form = session.words, session.form()
    rows: list[list[object]] = []
    for kommune in kommuner:
        outcomes = outcomes_of(kommune.processed).values()
        rows.append(
            [
                f"{kommune.kommune_kode} {form.kommuner[kommune.kommune_kode].name}",
                kommune.rows,
                kommune.counts[Severity.FEJL],
                kommune.counts[Severity.ADVARSEL],
                sum(outcome.new for outcome in outcomes),
                sum(outcome.quarantined for outcome in outcomes),
            ]
        )
    sums = [sum(int(str(row[at])) for row in rows) for at in range(1, len(rows[0]))]
    parts = ("kommune", "rows", "errors", "warnings", "merged", "waiting")
    header = [words.get(f"command.demo.{part}") for part in parts]
    session.console().table(header, [*rows, [words.get("command.demo.sum"), *sums]])


def show_places(session: Session, places: "DemoPlaces") -> None:
    """Show where everything lies, and what to try."""
    console, words = session.console(), session.words
    console.say(words.get("command.demo.where"))
    named = {
        "workbooks": places.workbooks,
        "inbox": places.inbox,
        "database": places.database,
        "receipts": places.receipts,
        "statistics": places.statistics,
    }
    labels = {name: words.get(f"command.demo.{name}") for name in named}
    width = max(map(len, labels.values()))
    for name, place in named.items():
        console.say(f"  {labels[name]:<{width}}  {place}")
    example = min(places.workbooks.iterdir())
    console.say()
    console.say(words.fill("command.demo.next", {"example": example}))
