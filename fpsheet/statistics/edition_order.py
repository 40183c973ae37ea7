"""Which statistics are ordered, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from pathlib import Path

from fpsheet.statistics.page_layout import Publisher
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.statistics.publication.publication import Publication
from fpsheet_sync.statistics.stat_table import Period


@dataclass(frozen=True, slots=True)
class Order:
    """Which statistics are wanted.

    Attributes:
        period: Days counted, both ends inclusive.
        counted_on: The day printed as "opgjort pr.".
        language: Language of the workbooks.
        kommuner: Only these kommuner's editions; the national ones and all kommuner when empty.
        internal: The edition that must not be passed on, every number exact.
        as_of: Count as the database was at the end of this day; as it is now when None.
        zone: Where that day ends.
        edition: Give this published edition again; 0 for none in particular.
        threshold: Numbers of fewer citizens or cases than it are small.
        base: What the numbers of a public edition are rounded to a multiple of.
        minutes: How long rounding a country and its audit may take.
        certify_seconds: How long worlds of citizens are sought for an edition that is published
            (`proof.Proof`), for each period there are editions of; 0 for not at all.
        secret: Key of the chance in the rounding (`central.read_secret`); internal editions need
            none.
        publisher: Who publishes.
        actor: Who freezes and numbers what is written; None to publish nothing.
        reader: Who asks for an internal edition, for the log.
    """

    period: Period
    counted_on: date
    language: str
    kommuner: tuple[str, ...] = ()
    as_of: date | None = None
    zone: tzinfo = UTC
    edition: int = 0
    internal: bool = False
    threshold: int = 5
    base: int = 5
    minutes: int = 30
    certify_seconds: int = 0
    secret: bytes = field(default=b"", repr=False)
    publisher: Publisher = field(default_factory=Publisher)
    actor: Actor | None = None
    reader: Actor | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What came of an order.

    Attributes:
        files: The workbooks; the same tables lie beside each as ODS and CSV.
        folder: The folder they lie in.
        inside: The folder of the audit, which is for inside; None where none was written.
        editions: The published editions they are, by country.
        new: Countries whose edition was published by this order.
        plain: Sentences on small numbers that everybody has from earlier editions, whatever is
            printed now.
        unseen: Sentences on small numbers that the proof by worlds did not come to in time.
        absent: Kommuner asked for of which there is nothing to write.
        why_nothing: Why no file was written; empty where some was.
        remedy: What to do about it.
    """

    files: tuple[Path, ...] = ()
    folder: Path = field(default_factory=Path)
    inside: Path | None = None
    editions: Mapping[str, Publication] = field(default_factory=dict)
    new: frozenset[str] = frozenset()
    plain: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    why_nothing: str = ""
    remedy: str = ""
