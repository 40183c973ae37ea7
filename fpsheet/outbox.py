"""The outbox: a checked workbook on its way to the departement, without what must stay."""

from pathlib import Path

from fpsheet.files import write_whole
from fpsheet.transport.payload import Payload, read_payload, without_local, write_payload
from fpsheet_templates.form import Form
from fpsheet_validation.raw import RawWorkbook

PLAIN_MAGIC = b"fpsheet-payload 1\n"
"""Begins a file that is neither signed nor sealed; taken only where the inbox is trusted."""

SUFFIX = ".fpsheet"
_HASH_LENGTH = 12


def send_plain(workbook: RawWorkbook, form: Form, folder: Path) -> Path:
    """Put a workbook into a folder, unsigned. The same workbook gets the same file.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    payload = Payload(without_local(workbook, form))
    path = folder / package_name(workbook)
    write_whole(path, PLAIN_MAGIC + write_payload(payload))
    return path


def package_name(workbook: RawWorkbook) -> str:
    """Name the file of a workbook; the name means nothing to whoever receives it."""
    meta = workbook.meta
    kommune, aar = meta.get("kommune_kode", ""), meta.get("aar", "")
    return f"{kommune}-{aar}-{workbook.sha256[:_HASH_LENGTH]}{SUFFIX}"


def open_plain(data: bytes) -> Payload | None:
    """Open an unsigned file; None when it is none.

    Raises:
        PayloadError: It is damaged.
    """
    if not data.startswith(PLAIN_MAGIC):
        return None
    return read_payload(data[len(PLAIN_MAGIC) :])
