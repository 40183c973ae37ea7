"""A receipt as a file: JSON with a seal over its contents, open or closed for one kommune.

The values of a conflict are case data. They stand in a receipt only where it is closed for the
kommune itself, or where whole workbooks travel openly anyway (docs/adr/0017-receipts.md).
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fpsheet.transport.age_header import has_small_header
from fpsheet.transport.signing_key import PublicKey, SigningKey
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.outside_json import read_json
from fpsheet_templates.errors import FpsheetError
from fpsheet_templates.load import load_texts

SUFFIX, SEALED_SUFFIX = ".json", ".kvittering"
WITHDRAWN = "-gaelder-ikke-"
"""Stands in the name of a receipt whose number is no more its file's after a restore."""
_SEAL = "segl"
_MOST_BYTES = 64 << 20


class ReceiptError(FpsheetError):
    """A receipt is no whole receipt of ours, or not for who opens it."""


def receipt_error(reason: str, language: str = "da", **values: object) -> ReceiptError:
    """Return the failure of a receipt, with its remedy."""
    texts = load_texts("receipt.toml")
    sentence = texts.get(f"receipt.error.{reason}", language)
    remedy = texts.fill(f"receipt.error.{reason}_remedy", language, values)
    return ReceiptError(sentence, remedy=remedy)


def without_values(receipt: Receipt) -> Receipt:
    """Return a receipt that tells where conflicts are, and not what the sides say."""
    conflicts = tuple(
        replace(
            conflict,
            agreed={},
            claims=tuple(replace(claim, values={}) for claim in conflict.claims),
        )
        for conflict in receipt.conflicts
    )
    return replace(receipt, conflicts=conflicts, settled=(), replaced=())


def write_receipt(receipt: Receipt, signer: SigningKey | None = None) -> bytes:
    """Return the file of a receipt; the same receipt and signer give the same bytes."""
    said = receipt.to_dict()
    message = _message(said)
    seal = {"sha256": hashlib.sha256(message).hexdigest()}
    if signer is not None:
        seal["underskrift"] = b64encode(signer.sign(message)).decode()
    return (json.dumps({**said, _SEAL: seal}, ensure_ascii=False, indent=1) + "\n").encode()


def read_receipt(data: bytes, signer: PublicKey | None = None, *, language: str = "da") -> Receipt:
    """Read the file of a receipt.

    Args:
        data: Its bytes.
        signer: The departement's key, where the kommune has it; then its signature must be there.
        language: Language of a refusal.

    Raises:
        ReceiptError: It is half written, altered, of another kind, or not signed by the signer.
    """
    message, seal = _parse(data, language)
    if seal.get("sha256") != hashlib.sha256(message).hexdigest():
        raise receipt_error("altered", language)
    if signer is not None and not _is_signed(signer, message, seal.get("underskrift", "")):
        raise receipt_error("unsigned", language)
    try:
        return read_json(message, Receipt)
    except ValueError:
        raise receipt_error("newer", language) from None


def find_receipt(data: bytes, signer: PublicKey | None = None) -> Receipt | None:
    """Return the receipt in a file; None for what is no whole receipt of ours.

    Args:
        data: The bytes of the file.
        signer: Who signed it, where receipts are signed.
    """
    try:
        return read_receipt(data, signer)
    except ReceiptError:
        return None


def seal_receipt(data: bytes, keys: Sequence[PublicKey]) -> bytes:
    """Close a receipt so that only the kommune that holds one of the keys can open it."""
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from pyrage import encrypt, ssh

    recipients = [
        ssh.Recipient.from_str(
            Ed25519PublicKey.from_public_bytes(key.key)
            .public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH)
            .decode()
        )
        for key in keys
    ]
    sealed: bytes = encrypt(data, recipients)
    return sealed


def unseal_receipt(data: bytes, key: SigningKey, *, language: str = "da") -> bytes:
    """Open a closed receipt with the kommune's own key.

    Raises:
        ReceiptError: It is damaged, or closed for another key.
    """
    from cryptography.hazmat.primitives import serialization as s
    from pyrage import DecryptError, decrypt, ssh

    if len(data) > _MOST_BYTES or not has_small_header(data):
        raise receipt_error("closed", language)
    own = key.private.private_bytes(s.Encoding.PEM, s.PrivateFormat.OpenSSH, s.NoEncryption())
    try:
        opened: bytes = decrypt(data, [ssh.Identity.from_buffer(own)])
    except DecryptError:
        raise receipt_error("closed", language) from None
    return opened


@dataclass(frozen=True, slots=True)
class _Sealed:
    segl: dict[str, str]


def _parse(data: bytes, language: str) -> tuple[bytes, dict[str, str]]:
    """Return what a seal is over, and the seal."""
    if len(data) > _MOST_BYTES:
        raise receipt_error("broken", language)
    try:
        seal = read_json(data, _Sealed, extra="ignore").segl
        said = read_json(data, dict[str, Any])
        return _message({name: each for name, each in said.items() if name != _SEAL}), seal
    except ValueError:
        raise receipt_error("broken", language) from None


def _message(said: Mapping[str, Any]) -> bytes:
    plain = json.dumps(
        said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return plain.encode()


def _is_signed(signer: PublicKey, message: bytes, signature: str) -> bool:
    from fpsheet.transport.sealed_package import is_signed

    try:
        return is_signed(signer, message, b64decode(signature, validate=True))
    except ValueError:
        return False
