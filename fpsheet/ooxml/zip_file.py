"""The zip around the parts: the same parts give the same bytes."""

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fpsheet.ooxml.archive import Archive, open_archive
from fpsheet.ooxml.deflate import check_sum, deflate

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can say; the time of building is no part of the content."""

_UTF8, _DESCRIPTOR, _HOW_HARD = 0x800, 0x8, 0x6
_PLAIN_FLAGS = _UTF8 | _DESCRIPTOR | _HOW_HARD
_VERSION = 20
_OWN_ATTRIBUTES = 0o600 << 16
_LOCAL_SIGN = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
"""Heads of a zip (APPNOTE.TXT 6.3, 4.3.7, 4.3.12 and 4.3.16)."""

_CONTENT_TYPES = "[Content_Types].xml"
_CORE = "docProps/core.xml"


@dataclass(frozen=True, slots=True)
class PackedPart:
    """A part as it lies in a zip.

    Attributes:
        name: Its name.
        date_time: What the zip says of its time: year, month, day, hour, minute, second.
        method: How it is packed: stored or deflated.
        system: On what kind of system it was made.
        attributes: What that system knows of it.
        crc: Check sum of its content.
        size: Bytes of its content.
        packed: Its bytes in the zip.
    """

    name: str
    date_time: tuple[int, int, int, int, int, int]
    method: int
    system: int
    attributes: int
    crc: int
    size: int
    packed: bytes = field(repr=False)


def packed_part(archive: Archive, part: str, name: str) -> PackedPart | None:
    """Return a part of a package as it lies there; None where it lies otherwise than plain zips do.

    Args:
        archive: The package.
        part: The part.
        name: The name it gets.
    """
    info = archive.entries[part]
    if info.flag_bits & ~_PLAIN_FLAGS:
        return None
    return PackedPart(
        name=name,
        date_time=info.date_time,
        method=info.compress_type,
        system=info.create_system,
        attributes=info.external_attr or _OWN_ATTRIBUTES,
        crc=info.CRC,
        size=info.file_size,
        packed=bytes(archive.packed(part)),
    )


def pack_part(name: str, content: bytes, *, like: ZipInfo | None = None) -> PackedPart:
    """Pack a part.

    Args:
        name: Its name.
        content: Its content.
        like: The entry whose time, way of packing and attributes it takes over; ours if None.
    """
    method = ZIP_STORED if like and like.compress_type == ZIP_STORED else ZIP_DEFLATED
    return PackedPart(
        name=name,
        date_time=like.date_time if like else _ZIP_TIME,
        method=method,
        system=like.create_system if like else 0,  # ours are the same on every system
        attributes=(like.external_attr if like else 0) or _OWN_ATTRIBUTES,
        crc=check_sum(content),
        size=len(content),
        packed=content if method == ZIP_STORED else deflate(content),
    )


def join_parts(parts: Iterable[PackedPart]) -> bytes:
    """Return the zip of parts that are packed already, in their order."""
    pieces, directory, offset = list[bytes](), list[bytes](), 0
    for part in parts:
        name, flags = _name_in_zip(part.name)
        day, moment = _dos_time(part.date_time)
        common = (
            flags,
            part.method,
            moment,
            day,
            part.crc,
            len(part.packed),
            part.size,
            len(name),
            0,
        )
        head = _LOCAL_HEADER.pack(_LOCAL_SIGN, _VERSION, *common)
        made = _VERSION | part.system << 8
        entry = (*common, 0, 0, 0, part.attributes, offset)
        directory += (_ENTRY.pack(b"PK\x01\x02", made, _VERSION, *entry), name)
        pieces += (head, name, part.packed)
        offset += len(head) + len(name) + len(part.packed)
    count, size = len(directory) // 2, sum(map(len, directory))
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    return b"".join((*pieces, *directory, end))


def _name_in_zip(name: str) -> tuple[bytes, int]:
    return (name.encode(), 0) if name.isascii() else (name.encode(), _UTF8)


def _dos_time(moment: tuple[int, int, int, int, int, int]) -> tuple[int, int]:
    """Return day and time as a zip writes them."""
    year, month, day, hour, minute, second = moment
    return (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name.

    Raises:
        DamagedPackageError: It is none.
    """
    archive = open_archive(data)
    return {name: archive.inflate(name) for name in archive.entries}


def pack(parts: Mapping[str, bytes], *, issued_at: datetime) -> bytes:
    """Zip parts, the list of content types first, the others by name.

    Args:
        parts: Part name to content.
        issued_at: Stands in the document's properties as time of making and of change.
    """
    names = sorted(parts, key=lambda name: (name != _CONTENT_TYPES, name != "_rels/.rels", name))
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in names:
            info = ZipInfo(name, date_time=_ZIP_TIME)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 0  # the same on every system
            content = _stamp(parts[name], issued_at) if name == _CORE else parts[name]
            archive.writestr(info, content, compresslevel=6)
    return target.getvalue()


def _stamp(core: bytes, issued_at: datetime) -> bytes:
    moment = issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    pattern = rb"(<dcterms:(created|modified)[^>]*>)[^<]*"
    return re.sub(pattern, lambda found: found.group(1) + moment, core)
