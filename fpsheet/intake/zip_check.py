"""The zip around a workbook judged: its directory, the names and the sizes of its parts.

Python's `zipfile` reads the directory; everything a hostile or broken file can say there is
compared with what the local headers and the data say. Unpacking is bounded by the size the
directory gives, and the sum of those sizes by the limits, so no more is ever unpacked.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterable
from urllib.parse import unquote

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE, Limits
from fpsheet.ooxml.archive import (
    Archive,
    DamagedPackageError,
    SharedBytesError,
    find_starts,
    list_entries,
    name_entries,
    slashed,
)

_END_START = b"PK\x05\x06"
_END_REACH = 22 + 65_535
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|[\x00-\x1f]|(?:^|/)\.{1,2}(?:/|$)|//")


def check_zip(data: bytes, *, limits: Limits) -> Archive | IntakeFinding:
    """Open a zip, its directory checked.

    Findings: STR-016, STR-017, STR-020 to STR-025, STR-033.
    """
    try:
        infos = list_entries(data)
    except DamagedPackageError:
        return IntakeFinding("STR-017" if _END_START in data[-_END_REACH:] else "STR-016")
    if len(infos) > limits.parts:
        return IntakeFinding("STR-033", details=(("graense", str(limits.parts)),))
    entries = name_entries(infos)
    fault = _check_names(infos) or _check_sizes(entries.values(), len(data), limits)
    if fault:
        return fault
    try:
        return Archive(data, entries, find_starts(data, entries))
    except SharedBytesError:
        return IntakeFinding("STR-023")
    except DamagedPackageError:
        return IntakeFinding("STR-017")


def _check_names(infos: list[zipfile.ZipInfo]) -> IntakeFinding | None:
    seen: set[str] = set()
    for info in infos:
        for name in (slashed(info.orig_filename), slashed(unquote(info.orig_filename))):
            if _UNSAFE_NAME.search(name):
                return IntakeFinding("STR-021")
        # Part names are the same without regard to case and to how their letters are composed.
        folded = unicodedata.normalize("NFC", unquote(slashed(info.filename))).casefold()
        if folded in seen:
            return IntakeFinding("STR-022")
        seen.add(folded)
    return None


def _check_sizes(
    entries: Iterable[zipfile.ZipInfo], file_bytes: int, limits: Limits
) -> IntakeFinding | None:
    total = 0
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            return IntakeFinding("STR-020")
        if entry.compress_type not in _METHODS:
            return IntakeFinding("STR-017")
        if entry.file_size > limits.part_bytes:
            return IntakeFinding("STR-024", details=_megabytes(limits.part_bytes))
        total += entry.file_size
    if total > limits.inflated_bytes:
        return IntakeFinding("STR-024", details=_megabytes(limits.inflated_bytes))
    if total > limits.ratio_from_bytes and total > limits.ratio * file_bytes:
        return IntakeFinding("STR-025", details=(("graense", str(limits.ratio)),))
    return None


def _megabytes(size: int) -> tuple[tuple[str, str], ...]:
    return (("graense", str(size // MEBIBYTE)),)
