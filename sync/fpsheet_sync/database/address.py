"""Addresses of databases, as the settings name them: `sqlite:///central.db`, `postgresql://…`."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fpsheet_sync.database.errors import store_failure

_KINDS = ("sqlite", "postgresql", "postgres")


def need_known_kind(url: str) -> None:
    """Refuse the address of a database of a kind that is not used.

    An address that cannot be read at all is refused where it is opened.

    Raises:
        StoreError: It is of another kind.
    """
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        return
    if kind not in _KINDS:
        raise store_failure("url")


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite URL; None for a server, an unreadable URL, or memory."""
    try:
        address = make_url(url)
    except ArgumentError:
        return None
    is_file = address.get_backend_name() == "sqlite" and address.database not in {None, ":memory:"}
    return Path(str(address.database)) if is_file else None


def database_name(url: str) -> str:
    """Return the name of a server's database; `central` where the address names none."""
    try:
        return make_url(url).database or "central"
    except ArgumentError:
        return "central"


def shown_address(url: str) -> str:
    """Return an address without its password, for messages."""
    return make_url(url).render_as_string()
