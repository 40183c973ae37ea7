"""Replacement CPR numbers over kommuner: one number from two kommuner is two citizens.

Each kommune makes them for itself, so the same ten digits need not be the same citizen; the note
to the tables says that they count in each until the real number is reported.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.store import open_store
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form
from tests.support.editions import YEAR, table
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.stat_table import Cell, Release

SAME = "6101809123"
"""Made by two kommuner, each for a citizen of its own."""


def sheets(number: str) -> str:
    """Return what a kommune reports: an award, a job and a forløb of its citizen."""
    return f"""
# borger
| id | cpr      | pensionist_foer_reform |
| 1  | {number} | nej                    |

# forloeb
| id | cpr      | forloeb_type | start_dato |
| 1  | {number} | andet        | 2025-02-01 |

# job
| id | cpr      | job_type | start_dato |
| 1  | {number} | fleksjob | 2025-03-01 |

# afgoerelse
| id | cpr      | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato |
| 1  | {number} | 2025-03-01      | tilkendelse | mellemste | 2025-04-01    |
"""


def tables(store: Store) -> Release:
    """Count 2025 for Greenland."""
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    with store.read() as connection:
        return compute_release(connection, load_form(), request)


def numbers(made: Release, table_id: str, column: str) -> dict[tuple[str, ...], Cell]:
    """Return a column of the rows of 955, 956 and the country."""
    found = table(made, table_id)
    place = [each.id for each in found.columns].index(column)
    rows = {key: row[place] for key, row in zip(found.keys, found.rows, strict=True)}
    return {key: cell for key, cell in rows.items() if not any(key[1:])}


def test_one_replacement_number_of_two_kommuner_is_two_citizens(tmp_path: Path) -> None:
    """T14, T01, T08 and T15: one in each, two in the country; the note says that it is so."""
    keys = derive_keys(b"\x07" * 32, fictional=False)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(open_store(url, keys=keys, create=True)) as store:
        send(store, sheets(SAME), Sending(kommune="955", workbook="CCCCCCCC"))
        send(store, sheets(SAME), Sending(kommune="956", workbook="AAAAAAAA"))
        made = tables(store)
    for table_id, column in (("T14", "bestand"), ("T01", "borgere"), ("T08", "borgere_sidste_dag")):
        found = numbers(made, table_id, column)
        one = {key[0]: cell for key, cell in found.items()}
        assert (one["955"], one["956"], one[""]) == (1, 1, 2), table_id
        assert "stock_kommune" in table(made, table_id).notes
    # T15: nobody on the day before the period, so both came to it.
    found = numbers(made, "T15", "tilgang")
    assert {key[0]: cell for key, cell in found.items() if cell} == {"955": 1, "956": 1, "": 2}
    assert "stock_kommune" in table(made, "T15").notes
    note = Wording(load_form(), "da").text("note.stock_kommune")
    assert "erstatnings-CPR-nummer" in note
    assert "tæller i hver kommune for sig" in note
