"""A package as it lies in its bytes: opened once, and passed along to everything that reads it."""

import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TypeVar, cast

from fpsheet.ooxml.deflate import DamagedDataError, check_sum, inflate

T = TypeVar("T")

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_START = b"PK\x03\x04"
_UTF8 = 0x800
_DIRECTORY_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    OverflowError,
    ValueError,
    struct.error,
)
"""What `zipfile` raises on a directory it cannot make sense of."""


class DamagedPackageError(Exception):
    """A part that is needed is missing, damaged or no XML; `returned` says so in words."""


class SharedBytesError(DamagedPackageError):
    """Two parts of a zip share bytes."""


@dataclass(frozen=True, slots=True)
class Archive:
    r"""A zip whose directory agrees with its contents.

    Attributes:
        data: The file's bytes; empty where it travels without them (`without_data`).
        entries: Part name → directory entry, folders left out, in file order. Names have `/`
            between folders, also where a program of Windows wrote `\`.
        starts: Part name → where its packed data start.
    """

    data: bytes = field(repr=False)
    entries: Mapping[str, zipfile.ZipInfo]
    starts: Mapping[str, int]
    _read: dict[tuple[str, object], object] = field(
        default_factory=dict[tuple[str, object], object], repr=False, compare=False
    )

    def packed(self, name: str) -> memoryview:
        """Return a part's bytes as they lie in the zip."""
        start = self.starts[name]
        return memoryview(self.data)[start : start + self.entries[name].compress_size]

    def inflate(self, name: str) -> bytes:
        """Unpack one part; never more than the directory says.

        Raises:
            DamagedPackageError: The data are damaged, or more or less than the directory says.
        """
        entry, packed = self.entries[name], self.packed(name)
        if entry.compress_type == zipfile.ZIP_STORED:
            content = bytes(packed)
        else:
            try:
                content = inflate(packed, entry.file_size)
            except DamagedDataError:
                raise DamagedPackageError from None
        if len(content) != entry.file_size or check_sum(content) != entry.CRC:
            raise DamagedPackageError
        return content

    def read(self, name: str, reader: Callable[[bytes, str], T], unpack: Callable[[], bytes]) -> T:
        """Return what a reader makes of a part as it was received; it reads a part once.

        Args:
            name: The part.
            reader: Function of its content and its name. What it returns is small and plain, is
                changed by nobody, and travels with the package.
            unpack: Returns the content; asked for where the part was not read before.
        """
        key = name, reader
        if key not in self._read:
            self._read[key] = reader(unpack(), name)
        return cast("T", self._read[key])

    def without_data(self) -> "Archive":
        """Return the package for a process that has its bytes, or is to get them besides."""
        return replace(self, data=b"")

    def with_data(self, data: bytes) -> "Archive":
        """Return the package with the bytes it was opened from."""
        return replace(self, data=data)


def open_archive(data: bytes) -> Archive:
    """Open a package that the intake has judged, or that this program made.

    Raises:
        DamagedPackageError: It is no zip, or one whose directory does not agree with it.
    """
    entries = name_entries(list_entries(data))
    return Archive(data, entries, find_starts(data, entries))


def list_entries(data: bytes) -> list[zipfile.ZipInfo]:
    """Read the directory of a zip.

    Raises:
        DamagedPackageError: It has none that can be read.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as directory:
            return directory.infolist()
    except _DIRECTORY_ERRORS:
        raise DamagedPackageError from None


def name_entries(infos: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of a zip by the names of their parts; folders are none."""
    named = ((slashed(info.filename), info) for info in infos)
    return {name: info for name, info in named if not name.endswith("/")}


def slashed(name: str) -> str:
    r"""Return a name with `/` between folders: the .NET of old wrote `\`, and Excel reads it."""
    return name.replace("\\", "/")


def find_starts(data: bytes, entries: Mapping[str, zipfile.ZipInfo]) -> dict[str, int]:
    """Return where each part's data start.

    Raises:
        SharedBytesError: Two parts share bytes.
        DamagedPackageError: A local header disagrees with the directory.
    """
    starts = dict[str, int]()
    end_before = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].header_offset):
        header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size:
            raise DamagedPackageError
        signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        name_start = entry.header_offset + _LOCAL_HEADER.size
        encoding = "utf-8" if entry.flag_bits & _UTF8 else "cp437"
        local_name = data[name_start : name_start + name_length].decode(encoding, "replace")
        if signature != _LOCAL_START or local_name != entry.orig_filename:
            raise DamagedPackageError
        if entry.header_offset < end_before:
            raise SharedBytesError
        starts[name] = name_start + name_length + extra_length
        end_before = starts[name] + entry.compress_size
        if end_before > len(data):
            raise DamagedPackageError
    return starts
