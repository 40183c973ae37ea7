"""The zip around the parts: the same parts give the same bytes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can say; the time of building is no part of the content."""

_CONTENT_TYPES = "[Content_Types].xml"
_CORE = "docProps/core.xml"


def open_zip(data: bytes) -> ZipFile:
    r"""Open a zip of parts; folders have `/` between them, also where the .NET of old wrote `\`.

    Raises:
        BadZipFile: It is none.
    """
    archive = ZipFile(BytesIO(data))
    for info in archive.infolist():
        info.filename = info.filename.replace("\\", "/")
        archive.NameToInfo[info.filename] = info
    return archive


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    with open_zip(data) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


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
