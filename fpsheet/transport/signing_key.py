"""Signing keys: Ed25519, private in the kommune, public at the departement."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from fpsheet.secret_file import write_secret
from fpsheet.transport.fingerprint import spoken_fingerprint
from fpsheet.transport.locked import LockError, lock, unlock
from fpsheet_sync.outside_json import read_json
from fpsheet_templates.errors import SpokenError
from fpsheet_templates.failure import make_failure

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


_KEY_BYTES = 32
"""Length of an Ed25519 key, public or private."""

_LOCKED = "fpsheet signing key "
_SPOKEN = b"fpsheet kommune key 1\0"
_RECEIPTS = b"fpsheet receipts 1"


@dataclass(frozen=True, slots=True)
class _SigningKeyFile:
    """What a signing key's file says without its password."""

    fpsheet: Literal["signing key"]
    kommune: str


@dataclass(frozen=True, slots=True)
class _PublicKeyFile:
    """What a kommune sends for enrolment."""

    fpsheet: Literal["public key"]
    kommune: str
    key: str


KeyFile = TypeVar("KeyFile", _SigningKeyFile, _PublicKeyFile)


class KeyFileError(SpokenError):
    """A key file is missing, of another kind, or locked with another password."""


def key_failure(key: str, **values: object) -> KeyFileError:
    """Return the exception that says a text under `error.key`."""
    return make_failure(KeyFileError, f"error.key.{key}", values)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A kommune's public key.

    Attributes:
        kommune_kode: Whose key it is.
        key: 32 bytes.
    """

    kommune_kode: str
    key: bytes

    @property
    def id(self) -> str:
        """Return the name of the key in packages: digits of the key alone, whoever's it is."""
        return spoken_fingerprint(self.key)

    @property
    def fingerprint(self) -> str:
        """Return the digits to be read aloud at enrolment: they say whose key it is, too."""
        return spoken_fingerprint(_SPOKEN + self.kommune_kode.encode() + b"\0" + self.key)

    def to_bytes(self) -> bytes:
        """Return the file that the kommune sends for enrolment."""
        content = {
            "fpsheet": "public key",
            "kommune": self.kommune_kode,
            "key": b64encode(self.key).decode(),
        }
        return (json.dumps(content, indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A kommune's private key. It is never printed: its text form is its fingerprint."""

    kommune_kode: str
    private: "Ed25519PrivateKey"

    @property
    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey(self.kommune_kode, self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self.private.sign(message)

    def __repr__(self) -> str:
        """Say which key it is and nothing of it."""
        return f"SigningKey({self.kommune_kode}, {self.public.fingerprint})"


def new_signing_key(kommune_kode: str) -> SigningKey:
    """Make a new key; its randomness is the operating system's, as a key's must be."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SigningKey(kommune_kode, Ed25519PrivateKey.generate())


def departement_key(identity: str) -> SigningKey:
    """Return the key the departement signs receipts with; it follows from its secret identity."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    seed = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_RECEIPTS).derive(identity.encode())
    return SigningKey("", Ed25519PrivateKey.from_private_bytes(seed))


def save_signing_key(key: SigningKey, path: Path, *, password: str) -> None:
    """Write a key to a file that only its owner may read, locked with a password.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    locked = lock(
        key.private.private_bytes_raw(), password=password, what=_LOCKED + key.kommune_kode
    )
    content = {"fpsheet": "signing key", "kommune": key.kommune_kode, **locked}
    write_secret(path, (json.dumps(content, indent=1) + "\n").encode())


def load_signing_key(path: Path, *, password: str) -> SigningKey:
    """Read a key.

    Raises:
        KeyFileError: The file is missing or no key of ours, or the password is wrong.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    kommune = read_owner(path)
    try:
        content = read_json(path.read_bytes(), dict[str, str | int])
        if "pem" in content:
            private = _read_pem(str(content["pem"]), password)
        else:
            raw = unlock(content, password=password, what=_LOCKED + kommune)
            private = Ed25519PrivateKey.from_private_bytes(raw)
    except (ValueError, TypeError, LockError):
        raise key_failure("locked", fil=path.name) from None
    return SigningKey(kommune, private)


def _read_pem(pem: str, password: str) -> "Ed25519PrivateKey":
    """Read a key as it was locked first: PKCS 8, which a fast computer tries quickly.

    Raises:
        ValueError: The password is another.
        TypeError: It is a key of another kind.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private = load_pem_private_key(pem.encode(), password=password.encode())
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("a key of another kind")
    return private


def read_owner(path: Path) -> str:
    """Return the kommune of a key that stays locked.

    Raises:
        KeyFileError: The file is missing or no key of ours.
    """
    return _read(path, _SigningKeyFile).kommune


def load_public_key(path: Path) -> PublicKey:
    """Read the public key that a kommune has sent.

    Raises:
        KeyFileError: The file is missing or no public key of ours.
    """
    content = _read(path, _PublicKeyFile)
    try:
        key = b64decode(content.key, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise key_failure("cut", fil=path.name)
    return PublicKey(content.kommune, key)


def _read(path: Path, kind: type[KeyFile]) -> KeyFile:
    try:
        return read_json(path.read_bytes(), kind, extra="ignore")
    except OSError:
        raise key_failure("missing", fil=path.name) from None
    except ValueError:
        raise key_failure("no_key", fil=path.name) from None
