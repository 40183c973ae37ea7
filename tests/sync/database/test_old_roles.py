"""The rights that the guide gave before, and an edition's row as it was read: both gave way.

Each attack is tried in the same test against the rights of today's guide, or today's reader. What
withstands it in whole is named beside it in docs/attacks.md.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from fpsheet_sync.database import schema
from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_templates.errors import StoreError
from tests.support.roles import guide_script, refuse, roles_of
from tests.support.submissions import new_store, send

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fpsheet_sync.database.store import Store

BEFORE = """
CREATE ROLE foer LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO foer;
REVOKE ALL ON vault, original FROM foer;
GRANT INSERT ON publikation, adgangslog TO foer;
GRANT UPDATE ON loghoved TO foer;
"""
"""What the guide gave who publishes."""

OTHERS_NAME = """
INSERT INTO adgangslog (id, tid, bruger, handling, detaljer, forrige, kaede)
 SELECT id + 1, now(), 'minister', 'sync', '{}', kaede, repeat('a', 64)
 FROM adgangslog ORDER BY id DESC LIMIT 1 RETURNING bruger
"""


@pytest.fixture
def urls(pg_database: str) -> Iterator[dict[str, str]]:
    """URL of a database with one citizen as who published before, and as the roles of today."""
    store = new_store(pg_database)
    send(store, "# borger\n| id | cpr | sagsbehandler |\n| 1 | 6101801234 | AB |")
    store.close()
    with roles_of(BEFORE + guide_script(), pg_database) as urls:
        yield urls


def answer(url: str, statement: str) -> Sequence[object]:
    """Return what the server answers a role, as the first column of each row."""
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement)).scalars().all()
    engine.dispose()
    return found


@pytest.mark.pg
def test_a_role_that_wrote_the_log_itself_wrote_in_any_name(urls: dict[str, str]) -> None:
    """The line says what its writer says, and the head follows it, or goes where nobody can."""
    head = "UPDATE loghoved SET antal = 99 RETURNING antal"
    assert answer(urls["foer"], OTHERS_NAME) == ["minister"]
    assert answer(urls["foer"], head) == [99]
    assert "minister" in answer(urls["foer"], "SELECT bruger FROM adgangslog")
    for role in ("udgivelse", "opslag"):
        refuse(urls[role], OTHERS_NAME)
        refuse(urls[role], head)


@pytest.mark.pg
def test_a_role_that_saw_all_tables_saw_birth_dates_and_quarantine(urls: dict[str, str]) -> None:
    """Vault and originals were closed to it, and nothing else was."""
    born, held = "SELECT foedselsdato FROM person", "SELECT vaerdier FROM karantaene"
    assert answer(urls["foer"], born) == [date(1980, 1, 1)]
    assert answer(urls["foer"], held) == []
    refuse(urls["udgivelse"], born)
    refuse(urls["udgivelse"], held)


def test_a_row_of_an_edition_that_was_taken_as_it_came_ended_in_a_traceback(store: Store) -> None:
    """A role that publishes may write it; every later publication asks each row's settings first.

    Today it is told of, with the number of the row.
    """
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    row = {"id": 7, "omraade": "GL", "fra": date(2025, 1, 1), "til": date(2025, 12, 31)}
    row |= {"nummer": 1, "aftryk": "a" * 64, "til_og_med": 1, "tilstand": "b" * 64}
    row |= {"opgjort": moment.date(), "oprettet": moment, "indstillinger": []}
    with store.write() as connection:
        connection.execute(schema.publikation.insert(), row | {"celler": b"", "udgaver": b""})
    with store.read() as connection:
        for kept in connection.execute(schema.publikation.select()):
            with pytest.raises(AttributeError):
                kept.indstillinger.get("tilbagetrukket")
        with pytest.raises(StoreError) as caught:
            read_publications(connection, "GL")
    assert "id = 7" in f"{caught.value} {caught.value.remedy}"
