"""Packages: a payload with its manifest, signed by the kommune and sealed for the departement.

Outside an age file (X25519, ChaCha20-Poly1305), which shows neither who sent it nor what it
holds. Inside, in this order: a line that says what it is, the manifest, the signature, the
payload, each with its length. The signature covers the manifest, the manifest names the
payload's hash and the departement's own recipient, so nothing can be exchanged or passed on.
"""

import hashlib
import json
import struct
from dataclasses import asdict, dataclass
from datetime import datetime

from fpsheet.transport.age_header import has_small_header
from fpsheet.transport.fingerprint import spoken_fingerprint
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.payload import Payload, PayloadError, read_payload, write_payload
from fpsheet.transport.signing_key import PublicKey, SigningKey
from fpsheet_sync.outside_json import read_json
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding, make_finding
from fpsheet_validation.raw import RawWorkbook

_MAGIC = b"fpsheet-package 1\n"
_LENGTHS = struct.Struct(">III")
_MOST_BYTES = 64 << 20
"""A package, bytes; a large kommune's is about 1 MB."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the kommune puts its name to.

    Attributes:
        kommune_kode: Sender.
        aar: Reporting year.
        workbook_id: Identity of the workbook.
        sealed_at: When, UTC, ISO.
        recipient: The departement's recipient (`age1…`).
        signer: Name of the signing key (`PublicKey.id`).
        payload_sha256: Hash of the payload's bytes.
        rows: Sheet → rows read.
    """

    kommune_kode: str
    aar: str
    workbook_id: str
    sealed_at: str
    recipient: str
    signer: str
    payload_sha256: str
    rows: dict[str, int]

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """A package found to be what it says.

    Attributes:
        manifest: What the kommune signed.
        payload: The workbook as read, and the explanations.
        sha256: Hash of the signed manifest: the identity of the package, whatever its sealing.
    """

    manifest: Manifest
    payload: Payload
    sha256: str


def seal_package(
    payload: Payload, *, key: SigningKey, recipient: str, sealed_at: datetime
) -> bytes:
    """Return the package. Sealing draws randomness of its own, so two seals of one payload differ.

    Args:
        payload: The workbook, already without local fields.
        key: The kommune's signing key.
        recipient: The departement's public recipient (`age1…`).
        sealed_at: Now, UTC.
    """
    from pyrage import encrypt, x25519

    content = write_payload(payload)
    book = payload.workbook
    manifest = Manifest(
        kommune_kode=book.meta.get("kommune_kode", ""),
        aar=book.meta.get("aar", ""),
        workbook_id=book.meta.get("workbook_id", ""),
        sealed_at=sealed_at.isoformat(),
        recipient=recipient,
        signer=key.public.id,
        payload_sha256=hashlib.sha256(content).hexdigest(),
        rows=_rows(book),
    ).to_bytes()
    signature = key.sign(_MAGIC + manifest)
    lengths = _LENGTHS.pack(len(manifest), len(signature), len(content))
    inside = b"".join((_MAGIC, lengths, manifest, signature, content))
    sealed: bytes = encrypt(inside, [x25519.Recipient.from_str(recipient)])
    return sealed


def open_package(
    data: bytes, *, identity: str, keyring: Keyring, form: Form
) -> tuple[OpenedPackage | None, tuple[Finding, ...]]:
    """Open a package and see that everything in it agrees.

    Args:
        data: The file's bytes.
        identity: The departement's secret identity (`AGE-SECRET-KEY-1…`).
        keyring: Which kommune signs with which key.
        form: For the catalogue of findings.

    Returns:
        The package, or None and the one reason why not.

    Findings:
        PAK-001 damaged or not sealed for us, PAK-002 unknown signer, PAK-003 revoked key,
        PAK-004 wrong signature, PAK-005 sealed for somebody else, PAK-006 payload does not
        match the manifest, PAK-007 kommune of key, manifest and workbook differ, PAK-008 rows
        differ from the manifest, PAK-009 payload damaged or too new.
    """
    code, opened = _open(data, identity=identity, keyring=keyring, form=form)
    if code:
        return None, (make_finding(form, code),)
    return opened, ()


def _open(
    data: bytes, *, identity: str, keyring: Keyring, form: Form
) -> tuple[str, OpenedPackage | None]:
    parts = _unseal(data, identity)
    if parts is None:
        return "PAK-001", None
    signed, signature, content = parts
    manifest = _read_manifest(signed)
    if manifest is None:
        return "PAK-001", None
    code = _judge_signer(manifest, signed, signature, keyring) or _judge_contents(
        manifest, content, recipient=recipient_of(identity)
    )
    if code:
        return code, None
    try:
        payload = read_payload(content, form)
    except PayloadError:
        return "PAK-009", None
    code = _judge_workbook(manifest, payload.workbook)
    package = OpenedPackage(manifest, payload, hashlib.sha256(signed).hexdigest())
    return code, None if code else package


def _unseal(data: bytes, identity: str) -> tuple[bytes, bytes, bytes] | None:
    from pyrage import DecryptError, decrypt, x25519

    if len(data) > _MOST_BYTES or not has_small_header(data):
        return None
    try:
        inside: bytes = decrypt(data, [x25519.Identity.from_str(identity)])
    except DecryptError:
        return None
    start = len(_MAGIC) + _LENGTHS.size
    if not inside.startswith(_MAGIC) or len(inside) < start:
        return None
    lengths = _LENGTHS.unpack_from(inside, len(_MAGIC))
    if start + sum(lengths) != len(inside):
        return None
    one, two = start + lengths[0], start + lengths[0] + lengths[1]
    return inside[start:one], inside[one:two], inside[two:]


def _read_manifest(signed: bytes) -> Manifest | None:
    try:
        return read_json(signed, Manifest)
    except ValueError:
        return None


def _judge_signer(manifest: Manifest, signed: bytes, signature: bytes, keyring: Keyring) -> str:
    enrolled = keyring.find(manifest.signer)
    if enrolled is None:
        return "PAK-002"
    if not is_signed(enrolled.public, _MAGIC + signed, signature):
        return "PAK-004"
    if enrolled.revoked_at is not None:
        return "PAK-003"
    return "" if enrolled.public.kommune_kode == manifest.kommune_kode else "PAK-007"


def _judge_contents(manifest: Manifest, content: bytes, *, recipient: str) -> str:
    if manifest.recipient != recipient:
        return "PAK-005"
    same = hashlib.sha256(content).hexdigest() == manifest.payload_sha256
    return "" if same else "PAK-006"


def _judge_workbook(manifest: Manifest, workbook: RawWorkbook) -> str:
    meta = workbook.meta
    if meta.get("kommune_kode") != manifest.kommune_kode:
        return "PAK-007"
    same = (manifest.aar, manifest.workbook_id) == (meta.get("aar"), meta.get("workbook_id"))
    return "" if same and manifest.rows == _rows(workbook) else "PAK-008"


def _rows(workbook: RawWorkbook) -> dict[str, int]:
    return {name: raw.frame.height for name, raw in workbook.sheets.items()}


def recipient_of(identity: str) -> str:
    """Return the public recipient of a secret identity."""
    from pyrage import x25519

    return str(x25519.Identity.from_str(identity).to_public())


def is_signed(public: PublicKey, message: bytes, signature: bytes) -> bool:
    """Return whether a signature over a message is of a key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public.key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def new_identity() -> tuple[str, str]:
    """Make the departement's key pair: secret identity and public recipient."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_fingerprint(recipient: str) -> str:
    """Return the digits a kommune compares before it trusts the departement's recipient.

    Args:
        recipient: What the departement hands out: its recipient, and its signing key below.
    """
    return spoken_fingerprint(recipient.strip().encode())
