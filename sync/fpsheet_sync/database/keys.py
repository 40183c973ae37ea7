"""Keys: what turns CPR numbers into pseudonyms and keeps vault and originals unreadable.

One secret of 32 bytes lies in a file outside the database; a key for each purpose is
derived from it. Without the file the database still gives statistics, but no CPR number and no
original.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fpsheet_sync.database.errors import store_failure

SECRET_BYTES = 32
PSEUDONYM_BYTES = 12
"""96 bits: also the length of the vault's nonce; no collision to fear below 10**13 citizens."""

_NONCE_BYTES, _DIGEST_BYTES = 12, 32

_HEADER = "fpsheet-noegle-1"
_FICTIONAL = "fpsheet-noegle-1-fiktiv"
_ROUNDING = "fpsheet-afrunding-1"
_CLERK = "fpsheet-lognoegle-1"
_BLOCK = 64
_REPLACEMENT_DAY = 60
"""Replacement CPR numbers have 60 added to the day of birth (cpr.dk, erstatningspersonnummer)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys derived from one secret. Their values are never printed.

    Attributes:
        id: Names the secret without telling it (16 hexadecimal digits).
        fictional: The database holds invented citizens only, whose replacement numbers are
            theirs in the whole country.
        rounding: Secret by which published numbers are rounded.
    """

    id: str
    fictional: bool
    rounding: bytes = field(repr=False)
    _pseudonym: bytes = field(repr=False)
    _vault: AESGCM = field(repr=False)
    _original: AESGCMSIV = field(repr=False)
    _nonce: bytes = field(repr=False)
    _first_original: AESGCM = field(repr=False)
    _log: bytes = field(repr=False)
    _posted: bytes = field(repr=False)

    def pseudonyms(self, cprs: Iterable[str], *, kommune_kode: str) -> list[str]:
        """Return the pseudonym of each CPR number (ten digits), in the same order.

        A replacement number (day 61 to 91) is made by each kommune for itself and may collide,
        so there the pseudonym belongs to the kommune as well.
        """
        mac = _hmac(self._pseudonym)
        own = "" if self.fictional else f"{kommune_kode}:"
        return [
            mac((own + cpr if is_replacement(cpr) else cpr).encode())[:PSEUDONYM_BYTES].hex()
            for cpr in cprs
        ]

    def seal_cprs(self, pairs: Iterable[tuple[str, str]]) -> list[bytes]:
        """Encrypt CPR numbers, given as (pseudonym, CPR).

        The nonce is the pseudonym, which belongs to that number alone: the same number always
        gives the same bytes, and a rebuilt vault equals the first.
        """
        encrypt = self._vault.encrypt
        return [encrypt(bytes.fromhex(borger), cpr.encode(), None) for borger, cpr in pairs]

    def open_cpr(self, borger: str, data: bytes) -> str:
        """Decrypt a CPR number.

        Raises:
            StoreError: Another key sealed it, or it was altered.
        """
        try:
            return self._vault.decrypt(bytes.fromhex(borger), data, None).decode()
        except InvalidTag:
            raise store_failure("unreadable") from None

    def seal_original(self, sha256: str, data: bytes) -> bytes:
        """Encrypt the bytes of a file that is kept under a hash.

        The hash is what the sender says (that of the workbook in a package), so it chooses
        nothing: the nonce is an HMAC over it and over the hash of the bytes themselves, which
        stands before the sealed bytes. Both are bound, so no original can be put in the place of
        another. The same file always gives the same bytes, and a rebuilt database equals the first.
        """
        digest = hashlib.sha256(data).digest()
        bound = sha256.encode() + digest
        return digest + self._original.encrypt(self._nonce_of(bound), data, bound)

    def open_original(self, sha256: str, data: bytes) -> bytes:
        """Decrypt the bytes of a file that is kept under a hash.

        Raises:
            StoreError: Another key sealed it, or it was altered or belongs to another hash.
        """
        digest, sealed = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        bound = sha256.encode() + digest
        try:
            opened = self._original.decrypt(self._nonce_of(bound), sealed, bound)
        except (InvalidTag, ValueError):
            raise store_failure("unreadable") from None
        if hashlib.sha256(opened).digest() != digest:
            raise store_failure("unreadable")
        return opened

    def _nonce_of(self, bound: bytes) -> bytes:
        return hmac.digest(self._nonce, bound, "sha256")[:_NONCE_BYTES]

    def seal_anew(self, sha256: str, data: bytes) -> bytes | None:
        """Seal again what version 7 of the database kept; None for bytes that were altered.

        There the nonce was the beginning of the hash that the sender named.
        """
        nonce = bytes.fromhex(sha256)[:_NONCE_BYTES]
        try:
            return self.seal_original(sha256, self._first_original.decrypt(nonce, data, None))
        except InvalidTag:
            return None

    def seal_log(self, lines: int, link: str) -> str:
        """Return what only a holder of the keys can say of the first lines of the access log."""
        return hmac.digest(self._log, f"{lines}:{link}".encode(), "sha256").hex()

    def mark_posted(self, name: str, data: bytes) -> str:
        """Return what only a holder of the keys can say of a file that was sent under a name."""
        said = name.encode() + b"\0" + hashlib.sha256(data).digest()
        return hmac.digest(self._posted, said, "sha256").hex()


def is_replacement(cpr: str) -> bool:
    """Return whether a CPR number (ten digits) is a replacement number (day 61 to 91).

    >>> is_replacement("6101801234"), is_replacement("0101801234")
    (True, False)
    """
    return int(cpr[:2]) > _REPLACEMENT_DAY


def derive_keys(secret: bytes, *, fictional: bool = False) -> Keys:
    """Derive the keys from a secret.

    Args:
        secret: 32 bytes.
        fictional: For demonstrations and tests, see `Keys.fictional`. It changes every key, so
            that a database of invented citizens never opens with keys for real ones.

    Raises:
        StoreError: The secret has not 32 bytes.
    """
    if len(secret) != SECRET_BYTES:
        raise store_failure("key_length")
    if fictional:
        secret = _expand(secret, "fictional")
    return Keys(
        id=_expand(secret, "id", 8).hex(),
        fictional=fictional,
        rounding=_expand(secret, "rounding"),
        _pseudonym=_expand(secret, "pseudonym"),
        _vault=AESGCM(_expand(secret, "vault")),
        _original=AESGCMSIV(_expand(secret, "original 2")),
        _nonce=_expand(secret, "original nonce 2"),
        _first_original=AESGCM(_expand(secret, "original")),
        _log=_expand(secret, "log"),
        _posted=_expand(secret, "posted"),
    )


def read_keys(path: Path) -> Keys:
    """Read a key file.

    Raises:
        StoreError: The file is missing or is no key file.
    """
    header, secret = _read_secret(path, {_HEADER, _FICTIONAL}, "key_file")
    return derive_keys(secret, fictional=header == _FICTIONAL)


def read_rounding_secret(path: Path) -> bytes:
    """Read the file with the secret of the rounding.

    Raises:
        StoreError: The file is missing or is no such file.
    """
    return _read_secret(path, {_ROUNDING}, "rounding_file")[1]


def read_clerk_secret(path: Path) -> bytes:
    """Read the file with the secret of a clerk's own key (`log_seal.clerk_key`).

    Raises:
        StoreError: The file is missing or is no such file.
    """
    return _read_secret(path, {_CLERK}, "clerk_file")[1]


def write_clerk_secret(path: Path, secret: bytes) -> None:
    """Write the file with the secret of a clerk's own key; one that is there stays.

    Raises:
        StoreError: It exists already, or cannot be written.
    """
    _write_new(path, _CLERK, secret)


def write_keys(path: Path, secret: bytes, *, fictional: bool = False) -> Keys:
    """Write a new key file that only its owner may read (where the system knows owners).

    Raises:
        StoreError: The file exists already, or cannot be written.
    """
    keys = derive_keys(secret, fictional=fictional)
    _write_new(path, _FICTIONAL if fictional else _HEADER, secret)
    return keys


def _write_new(path: Path, header: str, secret: bytes) -> None:
    try:
        _write_secret(path, header, secret)
    except FileExistsError:
        raise store_failure("key_exists", {"sted": path}) from None
    except OSError:
        raise store_failure("key_unwritable", {"sted": path}) from None


def write_rounding_secret(path: Path, secret: bytes) -> bytes:
    """Write the file with the secret of the rounding, and return what it holds.

    Somebody else may have written it meanwhile: theirs stands.

    Raises:
        StoreError: The file cannot be written.
    """
    try:
        _write_secret(path, _ROUNDING, secret)
    except FileExistsError:
        return read_rounding_secret(path)
    except OSError:
        raise store_failure("rounding_unwritable", {"sted": path}) from None
    return secret


def _read_secret(path: Path, headers: Collection[str], failure: str) -> tuple[str, bytes]:
    """Return the header and the secret of a file; the failure where it holds none."""
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        raise store_failure(failure, {"sted": path}) from None
    is_ours = len(lines) == 2 and lines[0] in headers  # noqa: PLR2004 - header and secret
    try:
        secret = bytes.fromhex(lines[1]) if is_ours else b""
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise store_failure(failure, {"sted": path})
    return lines[0], secret


def _write_secret(path: Path, header: str, secret: bytes) -> None:
    """Write a new file that only its owner may read (where the system knows owners).

    Raises:
        FileExistsError: It is there already.
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
        file.write(f"{header}\n{secret.hex()}\n")


def _expand(secret: bytes, purpose: str, length: int = SECRET_BYTES) -> bytes:
    return HKDFExpand(SHA256(), length, f"fpsheet {purpose}".encode()).derive(secret)


def _hmac(key: bytes) -> Callable[[bytes], bytes]:
    """Return HMAC-SHA256 under one key, its two key blocks hashed once.

    `hmac.digest` sets OpenSSL up anew for every call, which costs three times as much.
    """
    padded = key.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def mac(message: bytes) -> bytes:
        inside, outside = inner.copy(), outer.copy()
        inside.update(message)
        outside.update(inside.digest())
        return outside.digest()

    return mac
