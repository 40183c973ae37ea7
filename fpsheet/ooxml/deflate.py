"""Packing and unpacking of the parts of a zip, by ISA-L: the work of zlib in a quarter of the time.

What one packs the other unpacks. The bytes of a packed part are those of the library and its
version; what is in them is not. ISA-L is made for two kinds of processor; on any other machine
(Windows on ARM has no build of it) zlib does the work.
"""

import zlib
from typing import Any

try:
    from isal import isal_zlib
except ImportError:
    _ENGINE: Any = zlib
else:
    _ENGINE = isal_zlib

_RAW = -zlib.MAX_WBITS
"""A zip holds the packed data alone, without the head and the check sum of zlib's own format."""

_LEVEL = 2
"""What ISA-L itself takes; zlib's files are an eighth larger than at level 3, in two thirds of
the time."""


class DamagedDataError(Exception):
    """Packed data that cannot be unpacked."""


def deflate(content: bytes) -> bytes:
    """Pack the content of a part."""
    packer = _ENGINE.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    packed: bytes = packer.compress(content) + packer.flush()
    return packed


def inflate(packed: bytes | memoryview, size: int) -> bytes:
    """Unpack a part that is said to have a size; never more than one byte beyond it.

    Raises:
        DamagedDataError: The data are damaged, or break off.
    """
    unpacker = _ENGINE.decompressobj(_RAW)
    try:
        content: bytes = unpacker.decompress(packed, size + 1)
    except _ENGINE.error:
        raise DamagedDataError from None
    if not unpacker.eof and size:
        raise DamagedDataError
    return content


def check_sum(content: bytes) -> int:
    """Return the CRC-32 of a part, as a zip has it."""
    found: int = _ENGINE.crc32(content)
    return found
