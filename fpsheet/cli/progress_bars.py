"""Progress: bars on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fpsheet.cli.words import Words
from fpsheet.progress import Progress, Silent, Step

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


@contextmanager
def show_progress(words: Words, *, quiet: bool) -> Iterator[Progress]:
    """Show bars on standard error for the length of the block.

    Args:
        words: Names of the steps.
        quiet: Whether a program listens; then, and without a terminal, nothing is shown.
    """
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description:<24}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars, words)


@dataclass(frozen=True, slots=True)
class _Bars:
    """Progress shown by rich, a bar for each step."""

    bars: "RichProgress"
    words: Words
    tasks: "dict[Step, TaskID]" = field(default_factory=dict)

    def start(self, step: Step, *, total: int) -> None:
        """Show a new bar."""
        name = self.words.get(f"program.step.{step.value}")
        self.tasks[step] = self.bars.add_task(name, total=total)

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Move the step's bar."""
        self.bars.advance(self.tasks[step], parts)
