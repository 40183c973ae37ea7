"""The outbox: a checked workbook on its way to the departement, without what must stay."""

from dataclasses import dataclass
from datetime import datetime

from fpsheet.files import plain_name
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import PACKAGE_SUFFIX
from fpsheet.transport.payload import Payload, payload_failure, read_payload, write_payload
from fpsheet.transport.sealed_package import seal_package
from fpsheet.transport.signing_key import SigningKey
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_texts
from fpsheet_validation.raw import RawWorkbook

PLAIN_MAGIC = b"fpsheet-payload 1 "
"""Begins a file that is neither signed nor sealed; taken only where the inbox is trusted.

The hash of the workbook and a line feed follow, so that a file received before is known by its
first line.
"""

_HASH_LENGTH = 12
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a package is signed and sealed with: the kommune's key, the departement's recipient."""

    key: SigningKey
    recipient: str
    now: datetime


def send_plain(payload: Payload, folder: Folder) -> str:
    """Put a workbook into a folder, unsigned, and return its place there.

    The same workbook gets the same file.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    head = PLAIN_MAGIC + payload.workbook.sha256.encode() + b"\n"
    return folder.put(package_name(payload.workbook), head + write_payload(payload))


def send_sealed(payload: Payload, folder: Folder, *, sealing: Sealing) -> str:
    """Put a package into a folder, signed by the kommune and sealed for the departement.

    Returns:
        Its place there.

    Raises:
        UsageError: The key is that of another kommune than the workbook.
        WorkbookFileError: The folder cannot be written.
    """
    _need_same_kommune(payload.workbook, sealing.key)
    sealed = seal_package(
        payload, key=sealing.key, recipient=sealing.recipient, sealed_at=sealing.now
    )
    return folder.put(package_name(payload.workbook), sealed)


def _need_same_kommune(workbook: RawWorkbook, key: SigningKey) -> None:
    """Refuse what the departement would refuse as PAK-007, before it is sent."""
    code = workbook.meta.get("kommune_kode", "")
    if code == key.public.kommune_kode:
        return
    texts, language = load_texts("program.toml"), workbook.meta.get("sprog", "da")
    codes = {"key": key.public.kommune_kode, "kommune": code}
    told = texts.fill("command.submit.other_key", language, codes)
    raise UsageError(told, remedy=texts.get("command.submit.other_key_remedy", language))


def package_name(workbook: RawWorkbook) -> str:
    """Name the file of a workbook; the name means nothing to whoever receives it."""
    meta = workbook.meta
    kommune, aar = meta.get("kommune_kode", ""), meta.get("aar", "")
    return plain_name(f"{kommune}-{aar}-{workbook.sha256[:_HASH_LENGTH]}{PACKAGE_SUFFIX}")


def open_plain(data: bytes, form: Form) -> Payload | None:
    """Open an unsigned file, whose fields are those of a form; None when it is none.

    Raises:
        PayloadError: It is damaged, or its first line names another workbook.
    """
    named = workbook_hash(data)
    if named is None:
        return None
    payload = read_payload(data.partition(b"\n")[2], form)
    if payload.workbook.sha256 != named:
        raise payload_failure("other_workbook")
    return payload


def workbook_hash(data: bytes) -> str | None:
    """Return the hash of the workbook that an unsigned file carries; None when it is none."""
    if not data.startswith(PLAIN_MAGIC):
        return None
    start = len(PLAIN_MAGIC)
    return data[start : start + _SHA256_LENGTH].decode("ascii", "replace")
