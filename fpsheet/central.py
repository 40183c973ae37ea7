"""The central database as the program opens it: address, key file, first use."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from fpsheet_sync.database.access_log import Entry
from fpsheet_sync.database.address import database_name, need_known_kind, shown_address, sqlite_file
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.keys import (
    SECRET_BYTES,
    Keys,
    read_clerk_secret,
    read_keys,
    read_rounding_secret,
    write_keys,
    write_rounding_secret,
)
from fpsheet_sync.database.log_check import LogCheck
from fpsheet_sync.database.log_end import LogMark
from fpsheet_sync.database.log_seal import Sealer, clerk_key
from fpsheet_sync.database.store import Store, holds_nothing, key_of, noted_key, open_store
from fpsheet_templates.errors import StoreError
from fpsheet_templates.form import Form

KEY_SUFFIX = ".noegle"
ROUNDING_SUFFIX = ".afrunding"
"""Ends the name of the file with the secret of the rounding."""
CLERK_SUFFIX = ".lognoegle"
"""Ends the name of the file with a clerk's own key, for who has not got the database's."""


@dataclass(frozen=True, slots=True)
class Central:
    """Where the central database and its keys are.

    Attributes:
        url: SQLAlchemy URL.
        key_file: File with the secret, outside the database.
        form: The form whose records it holds.
    """

    url: str
    key_file: Path
    form: Form = field(repr=False)

    @property
    def clerk_file(self) -> Path:
        """Return the file of the clerk's own key, beside the key file or where it would be."""
        return self.key_file.with_suffix(CLERK_SUFFIX)

    @property
    def mark(self) -> LogMark:
        """Return where the end of this database's log is noted, beside the key file."""
        file = sqlite_file(self.url)
        name = file.stem if file is not None else database_name(self.url)
        return LogMark(self.key_file.with_name(f"{name}.logende"))

    @property
    def is_new(self) -> bool:
        """Return whether the database is an SQLite file that does not exist yet."""
        file = sqlite_file(self.url)
        return file is not None and not file.exists()


def locate_central(url: str, form: Form, key_file: Path | None = None) -> Central:
    """Return the database of a URL with its key file: the one named, else the usual place.

    The usual place is beside an SQLite file under the same name, and the user's configuration
    folder for a server. A departement moves it to where the back-ups of the database do not go.
    """
    if key_file is not None:
        return Central(url, key_file, form)
    file = sqlite_file(url)
    if file is not None:
        return Central(url, file.with_suffix(KEY_SUFFIX), form)
    folder = Path(platformdirs.user_config_dir("fpsheet"))
    return Central(url, folder / f"{database_name(url)}{KEY_SUFFIX}", form)


def open_central(
    central: Central,
    *,
    create: bool = False,
    lift: bool = False,
    with_keys: bool = True,
    with_mark: bool = True,
) -> Store:
    """Open the database.

    Args:
        central: Where it is.
        create: Make it and its key where it is new, and lift an older one.
        lift: Lift an older one; none is made.
        with_keys: Read the keys as well; statistics need none, and use them for seals alone.
        with_mark: Note the end of the log beside the key; not of a database that is thrown away.

    Raises:
        StoreError: It is missing, locked, of another version, or the keys are not its own.
    """
    need_known_kind(central.url)
    file = sqlite_file(central.url)
    if file is not None and not file.exists() and not create:
        # Told before the key, which would lie beside it, is found missing.
        raise store_failure("missing", {"sted": file})
    keys = _keys(central, create=create) if with_keys else None
    mark = central.mark if with_mark else None
    store = open_store(central.url, central.form, keys=keys, create=create, lift=lift, mark=mark)
    return store if keys else replace(store, sealer=_sealer(central, store))


def _sealer(central: Central, store: Store) -> Sealer | None:
    """Return what seals the log of a store without keys: the database's key, or the clerk's."""
    with suppress(StoreError):
        keys = read_keys(central.key_file)
        if keys.id == key_of(store):
            return keys
    if central.clerk_file.is_file():
        return clerk_key(read_clerk_secret(central.clerk_file))
    return None


def read_secret(central: Central) -> bytes:
    """Return the secret by which numbers are rounded up or down; the same for every edition.

    It lies in a file of its own beside the key file, so that those who publish need no key to CPR
    numbers. The first time it is made: from the key where that is there, else by chance. Where it
    was lost another one is made: numbers that were printed once keep their print all the same.

    Raises:
        StoreError: The file is no such file, or cannot be read or written.
    """
    file = central.key_file.with_suffix(ROUNDING_SUFFIX)
    if file.exists():
        return read_rounding_secret(file)
    has_key = central.key_file.is_file()
    made = read_keys(central.key_file).rounding if has_key else secrets.token_bytes(SECRET_BYTES)
    return write_rounding_secret(file, made)


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Lines of the access log.

    Attributes:
        entries: Those asked for, oldest first.
        check: What came of looking at the whole log.
        has_keys: The seals were tried with the key of the database.
    """

    entries: tuple[Entry, ...]
    check: LogCheck
    has_keys: bool


def _keys(central: Central, *, create: bool) -> Keys:
    # A key is made for a new database alone: a lost key must be missed, not replaced.
    if not create or central.key_file.exists():
        return read_keys(central.key_file)
    if sqlite_file(central.url) is None:
        is_taken = noted_key(central.url, central.form) != ""
    else:
        is_taken = not (central.is_new or holds_nothing(central.url, central.form))
    if is_taken:
        values = {"sted": shown_address(central.url), "noegle": central.key_file}
        raise store_failure("no_key_for", values)
    return write_keys(central.key_file, secrets.token_bytes(SECRET_BYTES))
