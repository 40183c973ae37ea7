"""A clerk's own key to the access log: made by the clerk, vouched for by who has the database's.

What passes between the two is a small file with the public half and the user's name; its digits
are read aloud, as those of a kommune's key are.
"""

import json
import secrets
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from fpsheet.central import Central, open_central
from fpsheet.files import plain_name, write_whole
from fpsheet.transport.fingerprint import is_heard, spoken_fingerprint
from fpsheet_sync.database.access_log import CLERK, Actor, Deed, log_look
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.keys import SECRET_BYTES, read_clerk_secret, write_clerk_secret
from fpsheet_sync.database.log_seal import PUBLIC_DIGITS, clerk_key
from fpsheet_sync.outside_json import read_json

_KIND = "log key"
_SPOKEN = b"fpsheet log key 1\0"


@dataclass(frozen=True, slots=True)
class ClerkPublic:
    """The public half of a clerk's key.

    Attributes:
        user: The user of the machine whose it is.
        key: 64 hexadecimal digits.
    """

    user: str
    key: str

    @property
    def digits(self) -> str:
        """Return the digits to be read aloud: they say whose key it is, too."""
        return spoken_fingerprint(_SPOKEN + self.user.encode() + b"\0" + bytes.fromhex(self.key))


@dataclass(frozen=True, slots=True)
class _ClerkFile:
    """The file that passes between the clerk and who has the database's key."""

    fpsheet: Literal["log key"]
    user: str
    key: Annotated[str, StringConstraints(pattern=f"^[0-9a-f]{{{PUBLIC_DIGITS}}}$")]


def make_clerk_key(central: Central, user: str) -> tuple[ClerkPublic, Path]:
    """Make the key of a clerk, unless it is there; return the public half and its file.

    Raises:
        StoreError: The key cannot be written, or the file there is none.
        WorkbookFileError: The public half cannot be written.
    """
    if not central.clerk_file.exists():
        write_clerk_secret(central.clerk_file, secrets.token_bytes(SECRET_BYTES))
    public = ClerkPublic(user, clerk_key(read_clerk_secret(central.clerk_file)).id)
    file = central.clerk_file.with_name(plain_name(f"lognoegle-{user}.json"))
    content = {"fpsheet": _KIND, "user": user, "key": public.key}
    write_whole(file, (json.dumps(content, indent=1) + "\n").encode())
    return public, file


def vouch_for(central: Central, file: Path, heard: str, actor: Actor) -> ClerkPublic:
    """Note in the log, under the seal of the database's key, whose a clerk's key is.

    Raises:
        StoreError: The file is no public half, its digits are not those that were heard, or the
            database or its key could not be used.
    """
    public = _read_public(file)
    if not is_heard(heard, public.digits):
        raise store_failure("clerk_digits")
    with closing(open_central(central)) as store:
        details = {"noegle": public.key, "bruger": public.user}
        log_look(store, actor, Deed(CLERK, details=details))
    return public


def _read_public(file: Path) -> ClerkPublic:
    try:
        said = read_json(file.read_bytes(), _ClerkFile, extra="ignore")
    except (OSError, ValueError):
        raise store_failure("clerk_public", {"sted": file}) from None
    return ClerkPublic(said.user, said.key)
