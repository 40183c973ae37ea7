"""The inbox: which files of a folder are submissions, and which are traces of other programs."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fpsheet.outside import reaching
from fpsheet_templates.errors import UsageError
from fpsheet_templates.failure import make_failure

QUIET = timedelta(seconds=5)
"""A workbook that changed less than this ago may still be on its way in."""

PACKAGE_SUFFIX = ".fpsheet"
_LOCK_FILE = re.compile(r"~\$|\.~lock\.")
_PART_FILE = re.compile(r"\.(part|tmp|crdownload|partial|lock|download)$", re.IGNORECASE)
_UNSEEN = re.compile(r"\.|(desktop\.ini|thumbs\.db)$", re.IGNORECASE)

_PIECE, _HEAD = 1 << 20, 128

_TIMES = ("mtime", "LastModified", "last_modified", "modified", "created")
"""What file systems call the time of the last change; some know only when a file was made."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of the inbox.

    Attributes:
        path: Full path, or address where the inbox has one (`memory://post/ind/956.xlsx`).
        name: File name.
        modified_at: When the folder says that it last changed, UTC; None where it does not say.
            Tells only what may still be on its way in, and in which order files are read; when a
            workbook was saved it says itself.
        size: Bytes.
        folder: Name of the folder of the inbox that it lies in, however deep; empty for none.
    """

    path: str
    name: str
    modified_at: datetime | None
    size: int
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a folder holds, sorted by name.

    Names mean nothing but this: "(1)" and "conflicted copy" are files like any other, since
    what a file is, its contents say.

    Attributes:
        arrivals: Workbooks, packages, and whatever else was laid there.
        waiting: Workbooks that changed so lately that they may be half copied.
        traces: Lock files and part files of other programs: nothing to take in, but to be told of.
        ignored: What no person sees: hidden files and those of the system.
        closed: Folders in it that may not be read.
    """

    arrivals: tuple[Arrival, ...]
    waiting: tuple[Arrival, ...]
    traces: tuple[Arrival, ...]
    ignored: tuple[str, ...]
    closed: tuple[str, ...] = ()


def list_inbox(url: str, *, now: datetime) -> Inbox:
    """List an inbox, subfolders included.

    Args:
        url: A local folder or any fsspec address.
        now: Present time, UTC.

    Raises:
        UsageError: There is no such folder.
        OutsideError: It cannot be reached.
    """
    from fsspec.core import url_to_fs

    with reaching(url):
        system, root = url_to_fs(url)
        if not system.isdir(root):
            raise make_failure(UsageError, "error.usage.inbox", {"sted": url})
        listed = system.find(root, detail=True)
        closed = () if "://" in url else _closed_folders(root)
    address = system.unstrip_protocol if "://" in url else str
    walked = _walk(listed, address, len(root.rstrip("/")))
    found = sorted(walked, key=lambda arrival: arrival.path)
    good = [entry for entry in found if _is_candidate(entry.name)]
    waiting = tuple(entry for entry in good if _is_moving(entry, now))
    arrivals = tuple(entry for entry in good if entry not in waiting)
    traces = tuple(entry for entry in found if _is_trace(entry.name))
    ignored = tuple(entry.name for entry in found if entry not in {*good, *traces})
    return Inbox(arrivals, waiting, traces, ignored, closed)


def read_arrival(arrival: Arrival) -> bytes:
    """Return the bytes of a file of the inbox.

    Raises:
        OutsideError: It vanished, is locked or cannot be reached; the next run sees it again.
    """
    from fsspec.core import url_to_fs

    with reaching(arrival.path):
        system, path = url_to_fs(arrival.path)
        content: bytes = system.cat_file(path)
    return content


def _closed_folders(root: str) -> tuple[str, ...]:
    """Return the folders below a local one that may not be read: fsspec passes over them."""
    closed: list[str] = []
    for _ in os.walk(root, onerror=lambda error: closed.append(str(error.filename))):
        pass
    return tuple(sorted(closed))


def digest_arrival(arrival: Arrival) -> tuple[str, bytes]:
    """Return the SHA-256 of a file and its first bytes, without ever holding more than a piece.

    Raises:
        OutsideError: It vanished, is locked or cannot be reached; the next run sees it again.
    """
    from fsspec.core import url_to_fs

    digest, head = hashlib.sha256(), b""
    with reaching(arrival.path):
        system, path = url_to_fs(arrival.path)
        with system.open(path, "rb") as file:
            while piece := file.read(_PIECE):
                head = head or piece[:_HEAD]
                digest.update(piece)
    return digest.hexdigest(), head


def _walk(
    details: dict[str, dict[str, object]], address: Callable[[str], str], start: int
) -> Iterator[Arrival]:
    for path, info in details.items():
        if info.get("type") == "file":
            *folders, name = path[start:].replace("\\", "/").strip("/").split("/")
            size = info.get("size")
            moment = _moment(next((info[key] for key in _TIMES if info.get(key)), None))
            size = size if isinstance(size, int) else 0
            yield Arrival(address(path), name, moment, size, folders[0] if folders else "")


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return None


def is_lock_file(name: str) -> bool:
    """Return whether a program made a file only to show that it has another one open."""
    return _LOCK_FILE.match(name) is not None


def _is_candidate(name: str) -> bool:
    """Return whether somebody may have meant to send a file: all but what programs leave behind.

    Other kinds of file are not passed over: reading tells what each is.
    """
    return not (_is_trace(name) or _UNSEEN.match(name))


def _is_trace(name: str) -> bool:
    """Return whether a program left a file that a person sees beside the workbook."""
    return is_lock_file(name) or bool(_PART_FILE.search(name) and not _UNSEEN.match(name))


def _is_moving(arrival: Arrival, now: datetime) -> bool:
    # `submit` lets a package appear whole, and one that was cut on the way does not open.
    if arrival.name.lower().endswith(PACKAGE_SUFFIX):
        return False
    return arrival.modified_at is not None and now - arrival.modified_at < QUIET
