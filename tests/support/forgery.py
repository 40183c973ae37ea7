"""Packages that are not what they say: changed after signing, or signed and yet not true."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pyrage import encrypt, x25519

from fpsheet.transport.sealed_package import _LENGTHS, _MAGIC, Manifest, _unseal, seal_package

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fpsheet.transport.payload import Payload
    from fpsheet.transport.signing_key import SigningKey


def forge(
    payload: Payload,
    *,
    key: SigningKey,
    identity: str,
    sealed_at: datetime,
    manifest: Mapping[str, object] | None = None,
    content: bytes | None = None,
    sign: bool = True,
) -> bytes:
    """Seal a package for the departement and change its inside.

    Args:
        payload: What it carries.
        key: The kommune's signing key.
        identity: The departement's secret identity.
        sealed_at: When, UTC.
        manifest: Entries of the manifest to put in place of the true ones.
        content: Bytes in place of the payload.
        sign: Whether the changed manifest is signed again.
    """
    recipient = x25519.Identity.from_str(identity).to_public()
    sealed = seal_package(payload, key=key, recipient=str(recipient), sealed_at=sealed_at)
    parts = _unseal(sealed, identity)
    assert parts is not None
    signed, signature, whole = parts
    if manifest:
        signed = Manifest(**{**json.loads(signed), **manifest}).to_bytes()
        signature = key.sign(_MAGIC + signed) if sign else signature
    whole = whole if content is None else content
    lengths = _LENGTHS.pack(len(signed), len(signature), len(whole))
    inside = b"".join((_MAGIC, lengths, signed, signature, whole))
    forged: bytes = encrypt(inside, [recipient])
    return forged


def junk_payload() -> dict[str, object]:
    """Return what makes a package whose signed payload is none."""
    junk = b"junk"
    return {
        "manifest": {"payload_sha256": hashlib.sha256(junk).hexdigest()},
        "content": junk,
    }
