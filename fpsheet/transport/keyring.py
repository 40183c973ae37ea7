"""The keyring: which kommune signs with which key, kept by the departement."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from fpsheet.secret_file import write_secret
from fpsheet.transport.fingerprint import is_heard
from fpsheet.transport.signing_key import PublicKey, key_failure
from fpsheet_sync.outside_json import read_json

MOST_ACTIVE = 2
"""Keys in force per kommune: the one in use, and its successor or stand-in."""


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A public key in the keyring.

    Attributes:
        public: The key.
        enrolled_at: When its fingerprint was read aloud and compared, UTC.
        enrolled_by: Who compared it.
        revoked_at: When it stopped to hold, UTC; None while in force.
        reason: Why it was revoked.
    """

    public: PublicKey
    enrolled_at: datetime
    enrolled_by: str
    revoked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _KeyringEntry:
    """A key as the keyring's file holds it."""

    kommune: str
    key: str
    enrolled_at: datetime
    enrolled_by: str
    revoked_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every key ever enrolled; a revoked key stays, so that old packages can be judged."""

    keys: tuple[EnrolledKey, ...] = ()

    def find(self, key_id: str) -> EnrolledKey | None:
        """Return the key that packages name so, in force or not; no two kommuner share one."""
        return next((key for key in self.keys if key.public.id == key_id), None)

    def active(self, kommune_kode: str) -> tuple[EnrolledKey, ...]:
        """Return a kommune's keys in force, oldest first."""
        return tuple(
            key
            for key in self.keys
            if key.public.kommune_kode == kommune_kode and key.revoked_at is None
        )

    @property
    def kommuner(self) -> frozenset[str]:
        """Return the kommuner that have a key, or had one."""
        return frozenset(key.public.kommune_kode for key in self.keys)

    def with_revoked(self) -> "Keyring":
        """Return the keyring as if no key had ever been revoked, to read what was accepted once."""
        return Keyring(tuple(replace(key, revoked_at=None) for key in self.keys))

    def enrol(self, public: PublicKey, *, heard: str, at: datetime, by: str) -> "Keyring":
        """Add a key whose fingerprint was heard from the kommune itself.

        Args:
            public: The key as received.
            heard: The digits the kommune read aloud; spaces do not matter.
            at: Now, UTC.
            by: Who listened.

        Raises:
            KeyFileError: The digits differ, the key is known, or the kommune has two already.
        """
        if not is_heard(heard, public.fingerprint):
            raise key_failure("other_digits")
        if self.find(public.id) is not None:
            raise key_failure("enrolled")
        if len(self.active(public.kommune_kode)) >= MOST_ACTIVE:
            raise key_failure("two_keys", kommune=public.kommune_kode)
        return Keyring((*self.keys, EnrolledKey(public, at, by)))

    def revoke(self, fingerprint: str, *, at: datetime, reason: str) -> "Keyring":
        """Let a key hold no longer.

        Args:
            fingerprint: Its digits, or those noted before they said whose key it is.
            at: Now, UTC.
            reason: Why.

        Raises:
            KeyFileError: No key in force has the digits.
        """
        places = [
            place
            for place, key in enumerate(self.keys)
            if key.revoked_at is None and _is_named(key.public, fingerprint)
        ]
        if not places:
            raise key_failure("nobodys_digits")
        keys = list(self.keys)
        keys[places[0]] = replace(keys[places[0]], revoked_at=at, reason=reason)
        return Keyring(tuple(keys))


def _is_named(public: PublicKey, digits: str) -> bool:
    return is_heard(digits, public.fingerprint) or is_heard(digits, public.id)


def load_keyring(path: Path) -> Keyring:
    """Read the keyring; a missing file is an empty keyring.

    Raises:
        KeyFileError: The file is damaged.
    """
    if not path.is_file():
        return Keyring()
    try:
        entries = read_json(path.read_bytes(), list[_KeyringEntry])
        return Keyring(tuple(_enrolled(entry) for entry in entries))
    except ValueError:
        raise key_failure("keyring", fil=path.name) from None


def save_keyring(keyring: Keyring, path: Path) -> None:
    """Write the keyring whole.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    content = json.dumps(list(_to_json(keyring.keys)), indent=1, ensure_ascii=False)
    write_secret(path, (content + "\n").encode())


def _to_json(keys: Iterable[EnrolledKey]) -> Iterable[dict[str, str | None]]:
    for key in keys:
        plain = asdict(key)
        yield {
            "kommune": key.public.kommune_kode,
            "key": b64encode(key.public.key).decode(),
            "enrolled_at": key.enrolled_at.isoformat(),
            "enrolled_by": plain["enrolled_by"],
            "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
            "reason": plain["reason"],
        }


def _enrolled(entry: _KeyringEntry) -> EnrolledKey:
    public = PublicKey(entry.kommune, b64decode(entry.key, validate=True))
    return EnrolledKey(public, entry.enrolled_at, entry.enrolled_by, entry.revoked_at, entry.reason)
