"""Held files: those that lost too many rows, and wait for a named person to release them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.schema import store_schema


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that is held.

    Attributes:
        number: Number of its commit.
        kommune_kode: Its sender.
        workbook_id: The workbook.
        lost: Rows that it lacks.
        of: Rows that it should have.
    """

    number: int
    kommune_kode: str
    workbook_id: str
    lost: int
    of: int


def read_held(connection: Connection, kommune_kode: str = "") -> tuple[HeldFile, ...]:
    """Give the held files of a kommune, or of all, by number."""
    held, commit = store_schema()["tilbageholdelse"], store_schema()["indberetning"]
    wanted = (
        select(commit.c.id, commit.c.kommune_kode, commit.c.workbook_id, held.c.mistet, held.c.af)
        .join(held, held.c.indberetning_id == commit.c.id)
        .where(in_force_at(held))
        .order_by(commit.c.id)
    )
    if kommune_kode:
        wanted = wanted.where(commit.c.kommune_kode == kommune_kode)
    return tuple(HeldFile(*row) for row in connection.execute(wanted))
