"""The access log as tests look at it: whether it is whole, and which files were refused."""

from sqlalchemy import select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.log_check import check_log
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.refusal_log import ACTION, Refusal


def find_break(store: Store) -> int | None:
    """Return the number of the first line that something is wrong with; None for a whole log."""
    return next((fault.line for fault in check_log(store).faults), None)


def read_refusals(store: Store) -> list[tuple[Actor, Refusal]]:
    """Return every file that was ever refused, oldest first, with when and by whose run."""
    table = schema.adgangslog
    wanted = select(table.c.bruger, table.c.tid, table.c.detaljer).where(table.c.handling == ACTION)
    with store.read() as connection:
        return [
            (
                Actor(row.bruger, row.tid),
                Refusal(row.detaljer["fil"], tuple(row.detaljer["regler"])),
            )
            for row in connection.execute(wanted.order_by(table.c.id))
        ]
