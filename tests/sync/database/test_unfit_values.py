"""A value that its column cannot hold is told of its file, and leaves the database as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database.errors import UnfitValueError
from tests.support.submissions import Sending, rows, send, submit, sync

if TYPE_CHECKING:
    from tests.support.stores import Stores

FORLOEB = """
# forloeb
| id | cpr        | forloeb_type | start_dato |
| 1  | 6101801234 | revurdering  | 2026-01-05 |
"""


@pytest.mark.pg
@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_an_identity_longer_than_its_column_stops_no_other_file(stores: Stores) -> None:
    """PostgreSQL refuses it; nothing of it stays, its words are not told, the next goes on."""
    store = stores.first()
    unfit = submit(FORLOEB, Sending(workbook="SECRET" * 20))
    with pytest.raises(UnfitValueError) as caught:
        sync(store, unfit)
    assert "SECRET" not in f"{caught.value!r} {caught.value.__cause__!r}"
    receipt = send(store, FORLOEB, Sending(minute=1))
    assert receipt.sheets["forloeb"].new == 1
    assert rows(store).height == 1
