"""The zip around a workbook: its directory checked, its entries unpacked while counting.

Python's `zipfile` reads the directory; everything a hostile or broken file can say there is
compared with what the local headers and the data say. Unpacking is bounded by the size the
directory gives, and the sum of those sizes by the limits, so no more is ever unpacked.
"""

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE, Limits

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_START = b"PK\x03\x04"
_END_START = b"PK\x05\x06"
_END_REACH = 22 + 65_535
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|[\x00-\x1f]|(?:^|/)\.{1,2}(?:/|$)|//")
# What zipfile raises on a directory it cannot make sense of.
_DIRECTORY_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    OverflowError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Archive:
    r"""A zip whose directory agrees with its contents.

    Attributes:
        data: The file's bytes.
        entries: Part name → directory entry, folders left out, in file order. Names have `/`
            between folders, also where a program of Windows wrote `\`.
        starts: Part name → where its packed data start.
    """

    data: bytes
    entries: dict[str, zipfile.ZipInfo]
    starts: dict[str, int]

    def inflate(self, name: str) -> bytes | IntakeFinding:
        """Unpack one part.

        Findings: STR-017 when the data are damaged, or more than the directory says.
        """
        entry, start = self.entries[name], self.starts[name]
        packed = memoryview(self.data)[start : start + entry.compress_size]
        if entry.compress_type == zipfile.ZIP_STORED:
            content = bytes(packed)
        else:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflater.decompress(packed, entry.file_size + 1)
            except zlib.error:
                return IntakeFinding("STR-017")
            if len(content) > entry.file_size:
                return IntakeFinding("STR-017")
            if not inflater.eof and entry.file_size:
                return IntakeFinding("STR-017")
        if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
            return IntakeFinding("STR-017")
        return content


def open_archive(data: bytes, *, limits: Limits) -> Archive | IntakeFinding:
    """Read and check the directory of a zip.

    Findings: STR-016, STR-017, STR-020 to STR-025, STR-033.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as directory:
            infos = directory.infolist()
    except _DIRECTORY_ERRORS:
        return IntakeFinding("STR-017" if _END_START in data[-_END_REACH:] else "STR-016")
    if len(infos) > limits.parts:
        return IntakeFinding("STR-033", details=(("graense", str(limits.parts)),))
    entries = {_part_name(info): info for info in infos if not _part_name(info).endswith("/")}
    fault = _check_names(infos) or _check_sizes(entries.values(), len(data), limits)
    if fault:
        return fault
    starts = _find_starts(data, entries)
    return starts if isinstance(starts, IntakeFinding) else Archive(data, entries, starts)


def _part_name(info: zipfile.ZipInfo) -> str:
    return _slashed(info.filename)


def _slashed(name: str) -> str:
    r"""Return a name with `/` between folders: the .NET of old wrote `\`, and Excel reads it."""
    return name.replace("\\", "/")


def _check_names(infos: list[zipfile.ZipInfo]) -> IntakeFinding | None:
    seen: set[str] = set()
    for info in infos:
        for name in (_slashed(info.orig_filename), _slashed(unquote(info.orig_filename))):
            if _UNSAFE_NAME.search(name):
                return IntakeFinding("STR-021")
        # Part names are the same without regard to case and to how their letters are composed.
        folded = unicodedata.normalize("NFC", unquote(_part_name(info))).casefold()
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


def _find_starts(
    data: bytes, entries: dict[str, zipfile.ZipInfo]
) -> dict[str, int] | IntakeFinding:
    """Return where each entry's data start; a fault where two share bytes or headers disagree."""
    starts = {}
    end_before = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].header_offset):
        header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size:
            return IntakeFinding("STR-017")
        signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        name_start = entry.header_offset + _LOCAL_HEADER.size
        encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
        local_name = data[name_start : name_start + name_length].decode(encoding, "replace")
        if signature != _LOCAL_START or local_name != entry.orig_filename:
            return IntakeFinding("STR-017")
        if entry.header_offset < end_before:
            return IntakeFinding("STR-023")
        starts[name] = name_start + name_length + extra_length
        end_before = starts[name] + entry.compress_size
        if end_before > len(data):
            return IntakeFinding("STR-017")
    return starts
