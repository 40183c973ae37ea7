"""The proof by worlds, as a part of publication: what the certificate says of the prints chosen."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.prints import MANY, readers_window
from fpsheet_sync.disclosure.rounding import Rounded
from fpsheet_sync.statistics.certificate.case import Case
from fpsheet_sync.statistics.certificate.certify import certify
from fpsheet_sync.statistics.certificate.citizen_column import Place
from fpsheet_sync.statistics.certificate.paper import (
    CertifiedCell,
    CertifiedPaper,
    PaperLine,
    read_paper,
)
from fpsheet_sync.statistics.certificate.people import People
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.kept_rounding import Before
from fpsheet_sync.statistics.stat_table import Release
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, number_of

RECOUNTED = 12
"""Worlds counted again as the tables are, at each publication; `tools/certify_editions.py` all."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What worlds of citizens prove of an edition.

    Attributes:
        pairs: How many small numbers and readers there are.
        wide: Of how many it is proved that the number has enough values for the reader.
        narrow: Numbers for which too few worlds were found, with the reader.
        refused: Numbers that were narrow as they were rounded first, and so were rounded anew.
        worlds: How many worlds prove it.
        recounted: How many of them were counted again as the tables are, and were as told.
        seconds: How long the search might take.
    """

    pairs: int = 0
    wide: int = 0
    narrow: tuple[tuple[CellId, str], ...] = ()
    refused: tuple[CellId, ...] = ()
    worlds: int = 0
    recounted: int = 0
    seconds: int = 0

    @property
    def unseen(self) -> int:
        """Return how many small numbers and readers were not looked at in time."""
        return self.pairs - self.wide - len(self.narrow)


@dataclass(frozen=True)
class ProofGround:
    """What is certified.

    Attributes:
        plan: What is made.
        releases: The editions in full, of the tables that are made for publication.
        kommuner: Those that know their own numbers.
        before: What earlier editions told.
        periods: How many periods there are editions of, that of the plan among them.
        people: The citizens.
    """

    plan: EditionPlan
    releases: tuple[Release, ...]
    kommuner: tuple[str, ...]
    before: Before
    periods: int
    people: People = field(repr=False)

    def case(self, rounded: Rounded) -> Case:
        """Put together what a reader has of the prints that were chosen."""
        settings = rounded.settings
        own = [each.own_values for each in rounded.outcomes if each.own_values]
        return Case(
            paper=CertifiedPaper(
                read_paper(self.releases, _Teller(self.before, rounded)), settings.base - 1
            ),
            columns=self.people.columns,
            kommuner=self.kommuner,
            threshold=settings.threshold,
            values=settings.values,
            own_values=min(own, default=settings.own_values),
        )

    def prove(self, rounded: Rounded, refused: Sequence[CellId]) -> Proof:
        """Look for worlds, and count some of them again.

        Args:
            rounded: The prints that were chosen, and their audit.
            refused: Numbers that were narrow as they were rounded before.
        """
        case = self.case(rounded)
        seconds = self.plan.certify_seconds * self.periods
        deadline = time.monotonic() + seconds
        found = certify(case, self.people.make, deadline, self.plan.proved)
        chosen = found.witnesses[:: max(1, len(found.witnesses) // RECOUNTED)][:RECOUNTED]
        right = [not self.people.recount(case, each) for each in chosen]
        narrow = _named(case, found.narrow, rounded)
        unseen = _named(case, found.unseen, rounded)
        is_right = all(right)
        return Proof(
            pairs=found.pairs,
            wide=found.pairs - len(narrow) - len(unseen) if is_right else 0,
            narrow=narrow,
            refused=tuple(refused),
            worlds=len(found.witnesses),
            recounted=sum(right),
            seconds=seconds,
        )

    def revealed(self, proof: Proof, rounded: Rounded) -> tuple[CellId, ...]:
        """Return the numbers that are narrow by what is printed now, and were not before.

        Args:
            proof: What worlds prove of the prints.
            rounded: The prints.
        """
        narrow = set(proof.narrow)
        if not narrow:
            return ()
        before = self.before.prints
        stood = {
            name: one
            for name, one in rounded.prints.items()
            if before.get(name) and before[name][-1].value == one.value
        }
        if stood:
            # What stands tells nothing new: what is narrow by that alone, nothing takes back.
            narrow -= set(self.prove(replace(rounded, prints=stood), ()).narrow)
        return tuple(sorted({cell for cell, _ in narrow}))


@dataclass(frozen=True)
class _Teller:
    """Gives what is told of a number, by all prints it ever had."""

    before: Before
    rounded: Rounded

    def __call__(self, cell: CertifiedCell) -> PaperLine:
        name = number_of(cell.release, cell.table, cell.column, cell.key).id
        if self.before.exact.get(name) == cell.count:
            return PaperLine(name, cell.count, cell.count, cell.count)
        earlier, now = self.before.prints.get(name, ()), self.rounded.prints.get(name)
        low, high = readers_window(earlier, now, cell.count)
        return PaperLine(name, low, cell.count, min(high, MANY))


def read_ground(
    connection: Connection,
    plan: EditionPlan,
    shown: Sequence[Release],
    before: Before,
    past: Sequence[Release],
) -> ProofGround:
    """Read the citizens, of whom the editions of all periods are counted.

    Args:
        connection: The database.
        plan: What is made.
        shown: Its editions in full, of the tables that are made for publication.
        before: What earlier editions told.
        past: The same of other periods of which editions were published, as these citizens give
            them.
    """
    country = next(each for each in shown if each.area in COUNTRIES).area
    kommuner = tuple(each.area for each in shown if each.area not in COUNTRIES)
    ours = plan.form.kommuner_in(country)
    own = schema_of(connection)
    periods = dict.fromkeys(each.period for each in past if each.period is not None)
    scopes = [Scope(own, each, ours, plan.as_of) for each in (plan.period, *periods)]
    people = People(connection, scopes, country, plan.counted_on)
    return ProofGround(plan, (*shown, *past), kommuner, before, len(scopes), people)


def _named(
    case: Case, found: Mapping[Place, Sequence[str]], rounded: Rounded
) -> tuple[tuple[CellId, str], ...]:
    """Name numbers with their readers, but for those that earlier editions give away."""
    known = set(rounded.audit.already_known)
    named = {
        (CellId(case.paper.lines[place].name), reader)
        for place, readers in found.items()
        for reader in readers
    }
    return tuple(sorted(named - known))
