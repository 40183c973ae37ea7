"""Progress: how far a long step has come, told to whoever shows it."""

from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """The steps of the pipeline, in order."""

    BUILD = "build"
    CHECK = "check"
    PLAN = "plan"
    APPLY = "apply"
    COMPUTE = "compute"
    ROUND = "round"
    WRITE = "write"


class Progress(Protocol):
    """Somebody who is told."""

    def start(self, step: Step, *, total: int) -> None:
        """A step begins that has this many parts."""

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Some parts of a step are done."""


class Silent:
    """Nobody looks."""

    def start(self, step: Step, *, total: int) -> None:
        """Do nothing."""

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Do nothing."""
