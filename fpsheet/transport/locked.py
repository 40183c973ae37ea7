"""Locked with a password: what a secret file holds, closed by a key that is slow to try.

The key comes from the password by scrypt (RFC 7914) with 128 MB and about half a second a try; the
contents are sealed with AES-256-GCM under a salt and a nonce of their own, bound to what they are.
"""

import os
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from fpsheet_templates.errors import FpsheetError

SHORTEST_PASSWORD = 12
"""Characters: a file with a key can be tried at leisure by whoever has a copy of it."""

_COST, _BLOCK, _LANES = 1 << 17, 8, 1
"""OWASP's password storage guidance for scrypt, read 2026-11-29: N = 2^17, r = 8, p = 1."""

_DEAREST = 1 << 20
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_FEWEST_DIFFERENT = 6
_USUAL = ("password", "adgangskode", "kodeord", "fpsheet", "qwerty", "123456", "abcdef", "hemmelig")
"""Beginnings of what is tried first; a password may hold one of them, but more must be left."""


class LockError(FpsheetError):
    """The password is wrong, or what was locked was altered."""


def lock(secret: bytes, *, password: str, what: str) -> dict[str, str | int]:
    """Close a secret; return what a file of JSON holds of it.

    Args:
        secret: What is to be closed.
        password: What opens it.
        what: What it is and whose: bound, so that one cannot stand for another.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_key_of(password, salt, _COST)).encrypt(nonce, secret, what.encode())
    return {"scrypt": _COST, "salt": _text(salt), "locked": _text(nonce + sealed)}


def unlock(content: Mapping[str, object], *, password: str, what: str) -> bytes:
    """Open what `lock` closed.

    Raises:
        LockError: The password is another, or something was altered.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        cost = int(str(content["scrypt"]))
        salt, data = (b64decode(str(content[name]), validate=True) for name in ("salt", "locked"))
        if not _BLOCK < cost <= _DEAREST:
            raise LockError("another cost than ours")
        cipher = AESGCM(_key_of(password, salt, cost))
        return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], what.encode())
    except (KeyError, ValueError, InvalidTag):
        raise LockError("not opened") from None


def is_trivial(password: str) -> bool:
    """Return whether a password is among what is tried first.

    >>> is_trivial("aaaaaaaaaaaa"), is_trivial("Password1234"), is_trivial("kun til prøve")
    (True, True, False)
    """
    rest = password.casefold()
    for usual in _USUAL:
        rest = rest.replace(usual, "")
    steps = Counter(ord(b) - ord(a) for a, b in pairwise(rest))
    is_row = bool(steps) and steps.most_common(1)[0][1] > len(rest) / 2
    return password.isdigit() or len(set(rest)) < _FEWEST_DIFFERENT or is_row


def _key_of(password: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, _KEY_BYTES, cost, _BLOCK, _LANES).derive(password.encode())


def _text(data: bytes) -> str:
    return b64encode(data).decode()
