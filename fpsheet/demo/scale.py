"""Scales: which kommuner the demo has, and how large they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fpsheet_templates.form import Form

NATIONAL_ROWS = 10_000
"""Rows of each kommune in the national scale (the benchmark's size)."""

LOKALITETER: Mapping[str, tuple[str, ...]] = {
    "955": ("Qaqortoq", "Narsaq", "Nanortalik"),
    "956": ("Nuuk", "Paamiut", "Tasiilaq", "Ittoqqortoormiit"),
    "957": ("Sisimiut", "Maniitsoq", "Kangerlussuaq"),
    "959": ("Aasiaat", "Qasigiannguit", "Kangaatsiaq", "Qeqertarsuaq"),
    "960": ("Ilulissat", "Uummannaq", "Upernavik", "Qaanaaq"),
    "706": ("Ebeltoft", "Hornslet", "Ryomgård"),
    "707": ("Grenaa", "Auning", "Allingåbro"),
    "730": ("Randers", "Langå", "Assentoft"),
}
"""Towns of the kommuner of the small scale, the largest first."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a demo is.

    Attributes:
        citizens: Kommunekode → number of citizens; none at all means an explicit nil return.
        rows: Kommunekode → number of rows to reach instead, where the size is given so.
        movers: Citizens of each kommune that move to another.
        planted: Kommuner with faults among their rows.
    """

    citizens: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    movers: int = 0
    planted: tuple[str, ...] = ()

    def kommuner(self) -> tuple[str, ...]:
        """Return the kommunekoder in ascending order."""
        return tuple(sorted({*self.citizens, *self.rows}))


# A third of the pensioners of each kommune, by Grønlands Statistik's figures for 2021 where they
# are published by district (SO 202204) and by population where not.
SMALL = Scale(
    citizens={
        "706": 60,
        "707": 55,
        "730": 120,
        "825": 0,
        "955": 110,
        "956": 320,
        "957": 135,
        "959": 105,
        "960": 170,
    },
    movers=3,
    # 959 types without a fault. Those of one country follow each other, so that all kinds come.
    planted=("706", "707", "730", "955", "956", "957", "960"),
)


def national(form: Form, *, kommuner: int = 98, rows: int = NATIONAL_ROWS) -> Scale:
    """Return Denmark's kommuner, or the first of them, each with the same number of rows."""
    danish = sorted(
        kommune.code
        for kommune in form.kommuner.values()
        if kommune.jurisdiction == "DK" and kommune.valid_to is None
    )
    return Scale(rows=dict.fromkeys(danish[:kommuner], rows))
