"""The database is made by migrations alone, and they give exactly the tables of the form."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import create_engine, inspect, select, text

import fpsheet_sync.migrations
from fpsheet.cli.program import run
from fpsheet_sync.database import schema
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.log_check import check_log
from fpsheet_sync.database.migrate import HEAD, upgrade
from fpsheet_sync.database.store import _reach, open_store
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.schema import SCHEMA
from tools.make_migration import render_difference

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"a" * 32


def test_migrations_give_the_tables_of_the_form(store_url: str) -> None:
    """A database made by every migration in turn has no difference from the metadata."""
    store = open_store(store_url, load_form(), create=True)
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMA.metadata()) == []
    store.close()


def test_head_is_the_newest_script() -> None:
    """The version the program expects is the newest migration there is."""
    folder = fpsheet_sync.migrations.__path__[0]
    assert ScriptDirectory(folder).get_heads() == [HEAD]


def test_each_migration_has_a_number_of_its_own() -> None:
    """Of two with one number Alembic takes one, and the tables lack what the other makes."""
    folder = files(fpsheet_sync.migrations) / "versions"
    names = [file.name for file in folder.iterdir() if file.name.startswith("v0")]
    assert sorted(name[1:5] for name in names) == [f"{n:04d}" for n in range(1, int(HEAD) + 1)]


def test_creating_twice_changes_nothing(store_url: str) -> None:
    """Opening with `create` where everything is there already is harmless."""
    open_store(store_url, load_form(), create=True).close()
    store = open_store(store_url, load_form(), create=True)
    with store.read() as connection:
        assert set(SCHEMA.metadata().tables) < set(inspect(connection).get_table_names())
    store.close()


def test_missing_database_is_told(tmp_path: Path) -> None:
    """A database that is not there is not made by reading."""
    place = tmp_path / "central.db"
    with pytest.raises(StoreError, match="ingen database"):
        open_store(f"sqlite:///{place}", load_form())
    assert not place.exists()


def test_empty_and_foreign_databases_are_told(tmp_path: Path) -> None:
    """An empty file, another program's database and a text file each have their sentence."""
    place = tmp_path / "central.db"
    place.touch()
    with pytest.raises(StoreError, match="er tom"):
        open_store(f"sqlite:///{place}", load_form())
    place.write_text("ikke en database " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="ikke en database, som fpsheet kender"):
        open_store(f"sqlite:///{place}", load_form())


@pytest.mark.parametrize(("version", "says"), [("0000", "tidligere"), ("9999", "nyere")])
def test_other_versions_are_told(tmp_path: Path, version: str, says: str) -> None:
    """A database of another version is not touched; the sentence says which way."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    store = open_store(url, load_form(), create=True)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    store.close()
    with pytest.raises(StoreError, match=says):
        open_store(url, load_form())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE job DROP COLUMN branche", r"har job\.branche, databasen på .* har ikke"),
        ("DROP TABLE overdragelse", r"har overdragelse\.kommune_kode, .*overdragelse\.dato"),
    ],
)
def test_a_column_of_the_form_that_is_missing_is_named(
    store_url: str, change: str, says: str
) -> None:
    """A database of the right version without a column of the form is refused, and says which."""
    store = open_store(store_url, load_form(), create=True)
    with store.write() as connection:
        connection.execute(text(change))
    store.close()
    for create, lift in ((False, False), (True, False), (False, True)):
        with pytest.raises(StoreError, match=says) as refusal:
            open_store(store_url, load_form(), create=create, lift=lift)
        assert "tools.make_migration" in str(refusal.value)


def test_a_column_that_the_form_has_not_is_left_alone(store_url: str) -> None:
    """What another program added stands in nobody's way."""
    store = open_store(store_url, load_form(), create=True)
    with store.write() as connection:
        connection.execute(text("ALTER TABLE job ADD COLUMN note TEXT"))
    store.close()
    open_store(store_url, load_form()).close()


def test_db_info_says_which_column_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with 2, and with the column and the remedy in the language asked for."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    store = open_store(url, load_form(), create=True)
    with store.write() as connection:
        connection.execute(text("ALTER TABLE job DROP COLUMN branche"))
    store.close()
    for command in (["db", "info"], ["db", "upgrade"], ["status"]):
        asked = ["--lang", "en", *command, "--db", url]
        assert run(asked, environment={"FPSHEET_CONFIG": str(tmp_path / "x.toml")}) == 2
        told = capsys.readouterr().err
        assert "The form has job.branche, the database at" in told
        assert "run fpsheet db upgrade" in told


def test_the_maker_of_migrations_finds_nothing_to_write() -> None:
    """The form and the newest migration agree, so that the next one begins with its own change."""
    assert render_difference() == ""


def test_keys_belong_to_one_database(store_url: str) -> None:
    """The keys a database was first opened with are the only ones it takes."""
    first, second = derive_keys(b"a" * 32), derive_keys(b"b" * 32)
    open_store(store_url, load_form(), create=True, keys=first).close()
    open_store(store_url, load_form(), keys=first).close()
    open_store(store_url, load_form()).close()
    with pytest.raises(StoreError, match="hører ikke til"):
        open_store(store_url, load_form(), keys=second)


def test_second_writer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a second writer waits, and then says that the database is busy."""
    monkeypatch.setattr("fpsheet_sync.database.store.LOCK_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'central.db'}"
    one, two = open_store(url, load_form(), create=True), open_store(url, load_form())
    with one.write(), pytest.raises(StoreError, match="optaget"), two.write():
        pass
    one.close()
    two.close()


def test_an_older_log_and_older_rows_are_lifted(tmp_path: Path) -> None:
    """Version 6: the log gets its head, and an emptied value leaves the packed rows."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    engine = create_engine(url)
    buffer = BytesIO()
    frame = pl.DataFrame({"raekke": [4, 4, 5], "lokalitet": ["se 630276-9417", "Nuuk", "Nuuk"]})
    emptied = pl.when(pl.col("lokalitet") == "Nuuk").then("lokalitet").alias("lokalitet")
    frame.with_columns(emptied).write_ipc(buffer, compression="zstd")
    with engine.begin() as connection:
        upgrade(connection, "0006")
        connection.execute(
            text(
                "INSERT INTO indberetning (id, art, kommune_kode, aar, sha256, workbook_id, parent,"
                " form_version, received_at, udfyldt,"
                " no_cases, status, raekker, fund, findings, kolonner)"
                " VALUES (1, 'x', '956', 0, 'x', 'SKAT0956', '', 1, '2026-01-01 00:00:00', 0,"
                " 0, 'x', '{}', '{}', '[]', '{}')"
            )
        )
        connection.execute(
            text("INSERT INTO indhold (indberetning_id, ark, data) VALUES (1, 'indkomst', :data)"),
            {"data": buffer.getvalue()},
        )
        connection.execute(
            text(
                "INSERT INTO adgangslog (id, tid, bruger, handling, detaljer, forrige, kaede)"
                " VALUES (1, '2026-01-01 00:00:00', 'x', 'sync', '{}', :first, :link)"
            ),
            {"first": "0" * 64, "link": "a" * 64},
        )
        keys = derive_keys(SECRET)
        upgrade(connection.execution_options(fpsheet_keys=keys))
        head = connection.execute(text("SELECT antal, kaede FROM loghoved")).one()
        seal = connection.execute(text("SELECT segl, segl_noegle FROM adgangslog")).one()
        (data,) = connection.execute(text("SELECT data FROM indhold")).one()
    engine.dispose()
    assert tuple(head) == (1, "a" * 64)
    assert tuple(seal) == (keys.seal_log(1, "a" * 64), keys.id)
    kept, unpacked = pl.read_ipc(BytesIO(data)), BytesIO()
    assert kept.rows() == [(4, None), (6, "Nuuk"), (5, "Nuuk")]
    kept.write_ipc(unpacked, compression="uncompressed")
    assert b"9417" not in unpacked.getvalue()


def test_a_forged_log_is_not_sealed_when_it_is_lifted(tmp_path: Path) -> None:
    """The old seal of the head does not fit: no line gets a seal, and the log stays broken."""
    url, keys = f"sqlite:///{tmp_path / 'central.db'}", derive_keys(SECRET)
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0009")
        connection.execute(
            text(
                "INSERT INTO adgangslog (id, tid, bruger, handling, detaljer, forrige, kaede)"
                " VALUES (1, '2026-01-01 00:00:00', 'x', 'sync', '{}', :first, :link)"
            ),
            {"first": "0" * 64, "link": "a" * 64},
        )
        forged = {"link": "a" * 64, "seal": keys.seal_log(1, "b" * 64)}
        connection.execute(
            text("UPDATE loghoved SET antal = 1, kaede = :link, seglet_antal = 1, segl = :seal"),
            forged,
        )
    engine.dispose()
    with pytest.raises(StoreError, match="kræver nøglen"):
        open_store(url, load_form(), create=True)
    store = open_store(url, load_form(), create=True, keys=keys)
    assert {(one.line, one.kind) for one in check_log(store).faults} == {
        (1, "altered"),
        (1, "unsealed"),
    }
    store.close()


def test_originals_of_version_7_are_sealed_anew(store_url: str) -> None:
    """The old nonce was the beginning of the named hash; what was altered stays, unreadable."""
    keys, sha256 = derive_keys(SECRET), "ab" * 32
    cipher = AESGCM(HKDFExpand(SHA256(), 32, b"fpsheet original").derive(SECRET))
    good = cipher.encrypt(bytes.fromhex(sha256)[:12], b"projektmappen", None)
    rows = {sha256: good, "cd" * 32: b"altered" * 9, "ef" * 32: b""}
    engine = _reach(store_url, load_form(), None).engine
    table, setting = schema.original, schema.opsaetning
    with engine.begin() as connection:
        upgrade(connection, "0007")
        connection.execute(setting.insert(), {"navn": "noegle_id", "vaerdi": keys.id})
        for name, data in rows.items():
            connection.execute(table.insert(), {"sha256": name, "noegle_id": keys.id, "data": data})
    engine.dispose()
    for wrong, said in ((None, "kræver nøglen"), (derive_keys(b"x" * 32), "hører ikke til")):
        with pytest.raises(StoreError, match=said):
            open_store(store_url, load_form(), create=True, keys=wrong)
    store = open_store(store_url, load_form(), create=True, keys=keys)
    with store.read() as connection:
        found = {row.sha256: bytes(row.data) for row in connection.execute(select(table))}
    store.close()
    assert keys.open_original(sha256, found[sha256]) == b"projektmappen"
    assert good not in found[sha256]
    assert found["cd" * 32] == b"altered" * 9
    assert found["ef" * 32] == b""
