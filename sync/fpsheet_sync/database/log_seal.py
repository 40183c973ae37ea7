"""Seals of the access log: every line is vouched for by a key that lies outside the database.

A run that has the key of the database seals with it (HMAC). A clerk without it, who publishes,
signs with a key of his own (Ed25519), and whoever holds the database's key has noted in the log
whose it is. A line without a seal that fits was written, or written anew, without a key.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from fpsheet_sync.database.keys import Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PUBLIC_DIGITS = 64
"""Length of the name of a clerk's key, which tells it from that of a database's."""


class Sealer(Protocol):
    """What seals lines of the log: the keys of the database, or a clerk's own."""

    @property
    def id(self) -> str:
        """Return the name of the key, as the line has it."""
        raise NotImplementedError

    def seal_log(self, lines: int, link: str) -> str:
        """Return what only a holder of the key can say of a line: its number and its link."""
        raise NotImplementedError


class SealState(StrEnum):
    """What the seal of a line is worth."""

    GOOD = "good"
    UNTRIED = "untried"
    """Made with the key of the database, which is not at hand."""
    FALSE = "unsealed"
    UNKNOWN = "unknown"
    """Signed with a key that nobody vouched for."""
    OTHER_NAME = "name"
    """Signed with the key of somebody else than the line names."""


@dataclass(frozen=True, slots=True)
class ClerkKey:
    """The key with which a clerk who lacks the database's key signs lines of the log.

    Attributes:
        id: The public half, in hexadecimal digits.
    """

    id: str
    _private: "Ed25519PrivateKey" = field(repr=False)

    def seal_log(self, lines: int, link: str) -> str:
        """Return the signature of a line."""
        return self._private.sign(_said(lines, link)).hex()


def clerk_key(secret: bytes) -> ClerkKey:
    """Return the key of a secret of 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - few need it
        Ed25519PrivateKey,
    )

    private = Ed25519PrivateKey.from_private_bytes(secret)
    return ClerkKey(private.public_key().public_bytes_raw().hex(), private)


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a line of the log.

    Attributes:
        text: What it says.
        key_id: The name of the key.
        number: Number of the line.
        link: Its link.
        user: Its user.
    """

    text: str
    key_id: str
    number: int
    link: str
    user: str


def judge_seal(seal: Seal, keys: Keys | None, clerks: Mapping[str, str]) -> SealState:
    """Tell what the seal of a line is worth.

    Args:
        seal: The seal.
        keys: The keys of the database, where they are at hand.
        clerks: Clerk's key → the user whose it is.
    """
    if len(seal.key_id) == PUBLIC_DIGITS:
        if not _is_signed(seal):
            return SealState.FALSE
        owner = clerks.get(seal.key_id)
        if owner is None:
            return SealState.UNKNOWN
        return SealState.GOOD if owner == seal.user else SealState.OTHER_NAME
    if not seal.text:
        return SealState.FALSE
    if keys is None:
        return SealState.UNTRIED
    is_ours = hmac.compare_digest(keys.seal_log(seal.number, seal.link), seal.text)
    return SealState.GOOD if is_ours else SealState.FALSE


def _said(lines: int, link: str) -> bytes:
    return f"fpsheet log 1:{lines}:{link}".encode()


def _is_signed(seal: Seal) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - few need it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.key_id))
        public.verify(bytes.fromhex(seal.text), _said(seal.number, seal.link))
    except (ValueError, InvalidSignature):
        return False
    return True
