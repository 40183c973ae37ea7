"""What kind of file some bytes are, told by name and first bytes, before anything is unpacked."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE, Limits

ZIP_START = b"PK\x03\x04"
_ZIP_EMPTY = b"PK\x05\x06"
_OLE_START = b"\xd0\xcf\x11\xe0"
_XML_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_LOCK_PREFIXES = ("~$", ".~lock.")
_HEAD_BYTES = 4096
_FLAT_BYTES = 1 << 16
"""Within so many bytes a document in one XML file says what it is, behind its namespaces."""

_FLAT_OPEN_DOCUMENT = re.compile(
    rb"<(?:\w+:)?document\b[^>]*opendocument\.spreadsheet", re.IGNORECASE | re.DOTALL
)

# An entry of an OLE directory: a name of at most 32 characters, its length, its kind.
_OLE_ENTRY, _OLE_NAME, _OLE_STREAM, _OLE_HEADER = 128, 64, 2, 512
_OLE_SIZES = range(4, 65, 2)
_OLE_CODES = {
    "workbook": "STR-007",
    "book": "STR-007",
    "worddocument": "STR-015",
    "powerpoint document": "STR-015",
}

# BIFF 2 to 5 (Excel 2 to 95): a bare stream that starts with its BOF record.
_BARE_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE | re.DOTALL
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def identify_file(data: bytes, *, name: str, limits: Limits) -> IntakeFinding | None:
    """Tell what the file is instead of a workbook; None when it may be one (it is a zip).

    Findings: STR-003 to STR-007, STR-012 to STR-016.
    """
    if PurePath(name).name.startswith(_LOCK_PREFIXES):
        return IntakeFinding("STR-003")
    if not data:
        return IntakeFinding("STR-004")
    if len(data) > limits.file_bytes:
        return IntakeFinding("STR-005", details=(("graense", str(limits.file_bytes // MEBIBYTE)),))
    if data.startswith(ZIP_START):
        return None
    return IntakeFinding(_code_of_foreign(data))


def _code_of_foreign(data: bytes) -> str:
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    if data.startswith(_OLE_START):
        return _code_of_ole(data)
    # In UTF-16 every other byte is zero.
    flat = data[:_FLAT_BYTES].replace(b"\0", b"")
    if _BARE_BIFF.match(head) or _XML_2003 in flat:
        return "STR-007"
    if _FLAT_OPEN_DOCUMENT.search(flat):
        return "STR-009"
    if head.startswith(b"%PDF-"):
        return "STR-014"
    if _HTML.match(head):
        return "STR-013"
    if not any(head):
        # A download or a synced folder reserves the room first and fills it later.
        return "STR-016"
    if not head.startswith((b"<", _ZIP_EMPTY)) and _is_text(head):
        return "STR-012"
    return "STR-015"


def _code_of_ole(data: bytes) -> str:
    """Tell a password-protected workbook from an old one by the names of the streams."""
    streams = [name.casefold() for name in _ole_streams(data)]
    if {"encryptedpackage", "encryptioninfo"} & {*streams}:
        return "STR-006"
    # A document with another in it has the streams of both, its own first.
    return next((_OLE_CODES[name] for name in streams if name in _OLE_CODES), "STR-015")


def _ole_streams(data: bytes) -> Iterator[str]:
    """List the names of the streams of an OLE file: of whatever has the form of such an entry."""
    for start in range(_OLE_HEADER, len(data) - _OLE_ENTRY + 1, _OLE_ENTRY):
        size, kind = data[start + _OLE_NAME], data[start + _OLE_NAME + 2]
        if kind == _OLE_STREAM and size in _OLE_SIZES:
            yield data[start : start + size - 2].decode("utf-16-le", "replace")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return _CONTROL.search(head) is None
