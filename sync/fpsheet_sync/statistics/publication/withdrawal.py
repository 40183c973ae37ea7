"""Withdrawn editions: which, when and why. What they printed stays known to their readers.

It is kept with the settings of the edition, which the role that hands editions out may read.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, update

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.errors import need_no_cpr, store_failure
from fpsheet_sync.statistics.publication.publication import Publication

_SETTING = "tilbagetrukket"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an edition no longer stands.

    Attributes:
        day: The day it was withdrawn, at the desk that did.
        reason: Why, as the next edition prints it.
    """

    day: date
    reason: str


def withdrawal_of(publication: Publication) -> Withdrawal | None:
    """Return the withdrawal of an edition; None where it stands."""
    found = publication.settings.get(_SETTING)
    if found is None:
        return None
    return Withdrawal(date.fromisoformat(found["dag"]), str(found["begrundelse"]))


def withdraw(
    connection: Connection, publication: Publication, gone: Withdrawal, actor: Actor
) -> None:
    """Withdraw an edition; the access log says who did and why.

    Args:
        connection: The database.
        publication: The edition.
        gone: The day at the desk, and why.
        actor: Who does.

    Raises:
        StoreError: It is withdrawn already, or the reason holds a CPR number.
    """
    need_no_cpr(gone.reason)
    before = withdrawal_of(publication)
    if before is not None:
        told = {"nummer": publication.number, "dag": f"{before.day:%d-%m-%Y}"}
        raise store_failure("withdrawn", {**told, "begrundelse": before.reason})
    table = schema.publikation
    said = {"dag": gone.day.isoformat(), "begrundelse": gone.reason}
    settings = {**publication.settings, _SETTING: said}
    own = table.c.id == publication.id
    connection.execute(update(table).where(own).values(indstillinger=settings))
    days = {"fra": str(publication.period.fra), "til": str(publication.period.til)}
    about = {"omraade": publication.area, "udgave": publication.number, "grund": gone.reason}
    log_access(connection, actor, Deed("tilbagetrukket", details=about | days))
