"""Between kommuner: the same citizen at work in two places, told without showing what is there."""

from collections.abc import Mapping

from sqlalchemy import Connection

from fpsheet_sync.content import Frames
from fpsheet_validation.finding import Finding


def find_between(
    connection: Connection,
    kommune_kode: str,
    placed: Frames,
    columns: Mapping[str, Mapping[str, str]],
) -> tuple[Finding, ...]:
    """Find."""
    return ()
