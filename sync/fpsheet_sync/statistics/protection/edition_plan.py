"""What edition is to be made: of which country, days and commits, and how it is rounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_sync.statistics.tables.release import ReleaseRequest
from fpsheet_templates.form import Form

if TYPE_CHECKING:
    # Not loaded here: it brings the solver along.
    from fpsheet_sync.statistics.certificate.certify import Tell


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """What is to be made.

    Attributes:
        form: The form.
        area: "GL" or "DK".
        period: Days counted.
        counted_on: The day printed as "opgjort pr.".
        as_of: Number of the last commit to know of.
        languages: Languages of the editions.
        threshold: Numbers of fewer citizens or cases than it are small.
        publisher: What is printed of who publishes: name and contact.
        benchmarks: Figures to compare with; those kept in the database when None.
        base: What public numbers are rounded to a multiple of.
        secret: Key of the chance in the rounding; internal editions need none.
        minutes: How long rounding and audit may take.
        certify_seconds: How long worlds of citizens are sought that prove the prints wide
            (`proof.py`), for each period there are editions of; 0 for not at all.
        told: Told how many numbers are rounded, and of how many.
        proved: Told how many small numbers and readers are proved wide, and of how many.
    """

    form: Form
    area: str
    period: Period
    counted_on: date
    as_of: int
    languages: tuple[str, ...]
    threshold: int
    publisher: Mapping[str, str]
    benchmarks: tuple[Benchmark, ...] | None = None
    base: int = 5
    secret: bytes = field(default=b"", repr=False)
    minutes: int = 30
    certify_seconds: int = 0
    told: "Tell | None" = field(default=None, repr=False)
    proved: "Tell | None" = field(default=None, repr=False)

    def request(
        self, language: str, state: str, figures: tuple[Benchmark, ...], *, is_public: bool = False
    ) -> ReleaseRequest:
        """Return what is counted and laid out for the country."""
        return ReleaseRequest(
            period=self.period,
            area=self.area,
            language=language,
            counted_on=self.counted_on,
            as_of=self.as_of,
            state=state,
            benchmarks=figures,
            with_persons=is_public,
        )
