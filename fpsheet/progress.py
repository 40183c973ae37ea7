"""Progress: how far a long step has come, told to whoever shows it."""

from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """The long steps from a workbook to statistics, in order."""

    BUILD = "build"
    CHECK = "check"
    PLAN = "plan"
    APPLY = "apply"
    COMPUTE = "compute"
    ROUND = "round"
    PROVE = "prove"
    WRITE = "write"


class Progress(Protocol):
    """What a long step reports to: it shows how far the step has come."""

    def start(self, step: Step, *, total: int) -> None:
        """Note that a step begins, and how many parts it has."""

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Note that some parts of a step are done."""


class Silent:
    """Progress that is shown nowhere."""

    def start(self, step: Step, *, total: int) -> None:
        """Do nothing."""

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Do nothing."""
