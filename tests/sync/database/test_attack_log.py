"""Attacks on the access log by the owner of the database, who has no key of ours.

The chain is made again here from what `docs/adr/0019-roles-and-log.md` says of it, and shares no
code with the program.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, text

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import CLERK, Actor, Deed, log_access
from fpsheet_sync.database.log_check import check_log
from fpsheet_sync.database.log_end import LogEnd, LogMark, Note
from fpsheet_sync.database.log_seal import clerk_key
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.submissions import KEYS, START, Sending, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store

CITIZEN = "6101801234"
SPY = Actor("spion", START)
CLERK_SECRET = b"\x05" * 32


@pytest.fixture
def marked(store: Store, tmp_path: Path) -> Store:
    """A database with four sealed lines, whose end is noted outside: 3 is the look of a spy."""
    noted = replace(store, mark=LogMark(tmp_path / "central.logende"))
    for minute in range(2):
        sync(noted, submit(f"# borger\n| id | cpr |\n| 1 | {CITIZEN} |", Sending(minute=minute)))
    history(noted, CITIZEN, actor=SPY)
    sync(noted, submit("# forloeb\n| id | cpr |", Sending(minute=5)))
    assert kinds(noted) == set()
    return noted


def kinds(store: Store, notes: tuple[Note, ...] = ()) -> set[tuple[int, str]]:
    """Return the lines at which something is wrong, and what."""
    return {(one.line, one.kind) for one in check_log(store, notes).faults}


def rows(connection: Connection) -> list[dict[str, Any]]:
    """Return the lines of the log."""
    table = schema.adgangslog
    return [dict(row) for row in connection.execute(table.select().order_by(table.c.id)).mappings()]


def chain_anew(connection: Connection, lines: list[dict[str, Any]]) -> None:
    """Put lines in place of the log, numbered and chained as if they had always been there."""
    before = "0" * 64
    for number, line in enumerate(lines, start=1):
        said = [
            number,
            line["tid"].astimezone(UTC).isoformat(),
            line["bruger"],
            line["handling"],
            line["kommune_kode"] or "",
            line["borger"] or "",
            line["detaljer"],
        ]
        whole = "\n".join((before, line["server_bruger"] or "", json.dumps(said, sort_keys=True)))
        link = hashlib.sha256(whole.encode()).hexdigest()
        line |= {"id": number, "forrige": before, "kaede": link}
        before = link
    table, head = schema.adgangslog, schema.loghoved
    connection.execute(table.delete())
    connection.execute(table.insert(), lines)
    connection.execute(head.update().values(antal=len(lines), kaede=before))


def one_more(store: Store) -> None:
    """Have an honest run add a line after the attack; it must not make the log look whole."""
    sync(store, submit("# forloeb\n| id | cpr |", Sending(minute=9)))


def test_the_chain_of_this_file_is_that_of_the_program(marked: Store) -> None:
    """Made again without a change, the log is whole: what follows fails for its own reason."""
    with marked.write() as connection:
        chain_anew(connection, rows(connection))
    assert kinds(marked) == set()


def test_lines_cut_off_are_seen_though_the_head_was_made_to_fit(marked: Store) -> None:
    """The look of the spy and what follows is gone; the note beside the key knows of four lines."""
    with marked.write() as connection:
        chain_anew(connection, rows(connection)[:2])
    assert kinds(marked) == {(4, "note")}
    for _ in range(3):
        one_more(marked)
    assert kinds(marked) == {(4, "note")}


def test_seals_set_to_nothing_are_missed(marked: Store) -> None:
    """Without its seal a line is as good as forged, also where chain and head fit."""
    with marked.write() as connection:
        connection.execute(text("UPDATE adgangslog SET segl = NULL, segl_noegle = NULL"))
    assert kinds(marked) == {(line, "unsealed") for line in range(1, 5)}
    one_more(marked)
    assert kinds(marked) == {(line, "unsealed") for line in range(1, 5)}


def test_an_older_seal_put_back_fits_no_other_line(marked: Store) -> None:
    """Cut off, and a line of one's own with a seal of an earlier line: it is not that line's."""
    with marked.write() as connection:
        lines = rows(connection)
        chain_anew(connection, [*lines[:2], lines[3] | {"segl": lines[1]["segl"]}])
    assert (3, "unsealed") in kinds(marked)


def test_a_line_taken_out_and_the_rest_chained_anew_is_seen(marked: Store) -> None:
    """The spy's line is gone, the rest renumbered: the seals after it fit no more, now or later."""
    with marked.write() as connection:
        lines = rows(connection)
        chain_anew(connection, [*lines[:2], *lines[3:]])
    assert kinds(marked) >= {(3, "unsealed"), (4, "note")}
    one_more(marked)
    assert kinds(marked) >= {(3, "unsealed"), (4, "note")}


def test_a_line_turned_into_somebody_elses_is_seen(marked: Store) -> None:
    """Another name in the line, and every link made again."""
    with marked.write() as connection:
        lines = rows(connection)
        lines[2]["bruger"] = "en anden"
        chain_anew(connection, lines)
    assert kinds(marked) >= {(3, "unsealed")}


def test_an_older_copy_of_the_whole_database_is_seen(marked: Store) -> None:
    """Every line, seal and head of the copy is true; only what was noted outside tells."""
    with marked.read() as connection:
        copy = rows(connection)
    end = LogEnd(5, "")
    one_more(marked)
    with marked.write() as connection:
        chain_anew(connection, copy)
    without = replace(marked, mark=None)
    assert kinds(without) == set()
    assert kinds(marked) == {(end.lines, "note")}


def test_what_an_audit_or_a_receipt_noted_counts_too(marked: Store) -> None:
    """Where the note beside the key is lost, one that travelled tells."""
    with marked.write() as connection:
        lines = rows(connection)
        chain_anew(connection, lines[:2])
    travelled = Note(LogEnd(lines[3]["id"], lines[3]["kaede"]), "kvittering")
    without = replace(marked, mark=None)
    assert kinds(without) == set()
    assert kinds(without, (travelled,)) == {(4, "note")}


def test_a_note_that_cannot_be_read_is_told_and_stays(marked: Store) -> None:
    """Spoilt beside the key, it is no reason to note anew as if nothing had been there."""
    assert marked.mark is not None
    marked.mark.file.write_text("4:hul", encoding="ascii")
    one_more(marked)
    assert kinds(marked) == {(0, "note")}
    assert marked.mark.file.read_text(encoding="ascii") == "4:hul"


def test_a_line_forged_with_a_key_of_ones_own_is_seen(marked: Store) -> None:
    """Signed with a key that nobody vouched for: the key is told, and the log is not whole."""
    own = clerk_key(b"\x09" * 32)
    with replace(marked, sealer=own).write() as connection:
        log_access(connection, Actor("departementet", START), Deed("udgivelse"))
    assert kinds(marked) == {(5, "unknown")}
    with replace(marked, sealer=own).write() as connection:
        details = {"noegle": own.id, "bruger": "departementet"}
        log_access(connection, Actor("departementet", START), Deed(CLERK, details=details))
    assert kinds(marked) == {(5, "unknown"), (6, "unknown")}


def test_a_clerk_signs_in_her_own_name_alone(marked: Store) -> None:
    """Vouched for by who has the key, her lines are good; one in another's name is told."""
    clerk = replace(marked, sealer=clerk_key(CLERK_SECRET))
    with marked.write() as connection:
        details = {"noegle": clerk_key(CLERK_SECRET).id, "bruger": "ane"}
        log_access(connection, Actor("chef", START), Deed(CLERK, details=details))
    for name in ("ane", "chef"):
        with clerk.write() as connection:
            log_access(connection, Actor(name, START), Deed("udgivelse"))
    assert kinds(marked) == {(7, "name")}
    assert check_log(marked).sealed == 6


def test_without_any_key_nothing_is_logged_and_nothing_done(marked: Store) -> None:
    """A run that can seal nothing is refused before it changes anything."""
    url = marked.engine.url.render_as_string(hide_password=False)
    without = open_store(url, load_form())
    with pytest.raises(StoreError, match="kan ikke forsegles"), without.write() as connection:
        log_access(connection, SPY, Deed("udgivelse"))
    without.close()
    assert kinds(marked) == set()


def test_whoever_lacks_the_key_sees_everything_but_its_seals(marked: Store) -> None:
    """A chain that does not fit and a cut are seen without the key."""
    with marked.write() as connection:
        lines = rows(connection)
        lines[2]["bruger"] = "en anden"
        chain_anew(connection, lines)
    without = replace(marked, keys=None)
    assert check_log(without).sealed == 0
    assert kinds(without) == {(4, "note")}


CANNOT = {
    "Den, der har databasen, nøglen og alle noterne": "rewritten_with_everything",
    "Er noterne væk": "cut_off_where_no_note_is_left",
    "Den, der læser tabellerne": "read_beside_the_program",
    "Navnet er maskinens bruger": "sat_at_anothers_machine",
}


def rewritten_with_everything(store: Store) -> None:
    """The look is gone, every link and seal made again, and the note with them."""
    assert store.mark is not None
    with store.write() as connection:
        lines = rows(connection)
        kept = [*lines[:2], *lines[3:]]
        chain_anew(connection, kept)
        seals = [line | {"segl": KEYS.seal_log(line["id"], line["kaede"])} for line in kept]
        chain_anew(connection, seals)
    store.mark.file.write_text(f"3:{seals[-1]['kaede']}\n", encoding="ascii")


def cut_off_where_no_note_is_left(store: Store) -> None:
    """The look and what came after it are cut off, and the note is deleted."""
    assert store.mark is not None
    with store.write() as connection:
        chain_anew(connection, rows(connection)[:2])
    store.mark.file.unlink()


def read_beside_the_program(store: Store) -> None:
    """Case data are read with SQL; no line says so."""
    with store.read() as connection:
        before = len(rows(connection))
        assert connection.execute(text("SELECT borger FROM borger")).first() is not None
        assert len(rows(connection)) == before


def sat_at_anothers_machine(store: Store) -> None:
    """A line in the name that the machine gave, whoever sat there."""
    history(store, CITIZEN, actor=Actor("den, der lod sin maskine stå åben", START))


@pytest.mark.parametrize("beginning", CANNOT)
def test_what_the_log_cannot_prove_is_as_the_guide_says(marked: Store, beginning: str) -> None:
    """Each point of the guide is carried out, and the log looks whole: it is said, not hidden."""
    globals()[CANNOT[beginning]](marked)
    assert kinds(marked) == set()


def test_the_guide_names_just_these_limits() -> None:
    """No point of the guide is untried, and none that is tried is left out of it."""
    guide = (Path(__file__).parents[3] / "docs" / "drift.md").read_text(encoding="utf-8")
    _, _, after = guide.partition("Dette kan loggen ikke bevise:\n\n")
    points = [line[2:] for line in after.partition("\n\n")[0].splitlines()]
    assert len(points) == len(CANNOT)
    assert all(point.startswith(known) for point, known in zip(points, CANNOT, strict=True))
