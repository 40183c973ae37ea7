"""Files appear whole: written beside, then renamed."""

import glob
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

from fpsheet.outside import NO_ROOM
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_texts

PART_SUFFIX = ".part"
"""Ends the name of a file that is not whole yet; the inbox leaves such files alone."""

_UNFIT = re.compile(r"[^0-9A-Za-zÆØÅæøå._ ()-]")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
"""Names that are no files on Windows, whatever ending they have."""

_LONGEST_NAME = 100
_BINARY = getattr(os, "O_BINARY", 0)

PAGE_MARK = b'<meta name="generator" content="fpsheet">'
"""Stands in the head of a page the program made; nobody types in one, so it may be replaced."""


def write_whole(path: Path, data: bytes, *, language: str = "da", mode: int = 0o666) -> None:
    """Write a file so that nobody ever sees a part of it; folders are made.

    Args:
        path: Where.
        data: Its bytes.
        language: Language of a refusal.
        mode: Rights of the file where the system knows them, less what the user's mask takes.

    Raises:
        WorkbookFileError: It cannot be written (open in Excel, no right to, disk full).
    """
    beside = path.with_name(part_name(path.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        # Where nothing can be written, nothing may be removed either; the first failure counts.
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        what = "no_room" if error.errno in NO_ROOM else "not_written"
        raise not_written(str(path), language=language, what=what) from error


def clear_way(paths: Iterable[Path], *, language: str = "da") -> None:
    """Refuse files that cannot be replaced, before any is, and sweep what a killed run left.

    Raises:
        WorkbookFileError: One of them is there and cannot be written (open in Excel, a folder of
            that name).
    """
    for path in paths:
        try:
            if path.exists():
                with path.open("r+b"):
                    pass
            for part in path.parent.glob(f".{glob.escape(path.name)}.*{PART_SUFFIX}"):
                part.unlink(missing_ok=True)
        except OSError as error:
            raise not_written(str(path), language=language) from error


def remove_old(path: Path, data: bytes, *, language: str = "da") -> None:
    """Remove a file that is to hold something else than it does.

    Raises:
        WorkbookFileError: It cannot be removed.
    """
    try:
        if path.exists() and path.read_bytes() != data:
            path.unlink()
    except OSError as error:
        raise not_written(str(path), language=language) from error


def plain_name(text: str) -> str:
    """Return a file name made of any text: one that names a file of its folder on every system.

    Every name made of what others wrote comes from here. Letters, digits and `._ ()-` stay.

    >>> plain_name("../../957/2026"), plain_name("956-2026.xlsx"), plain_name("C:x"), plain_name("")
    ('_.._957_2026', '956-2026.xlsx', 'C_x', '_')
    """
    name = _UNFIT.sub("_", text[:_LONGEST_NAME]).strip(" ").lstrip(".").rstrip(". ")
    return f"_{name}" if not name or _DEVICES.fullmatch(name) else name


def part_name(name: str) -> str:
    """Return a name that nobody else writes under, for a file that is not whole yet."""
    return f".{name}.{uuid4().hex[:8]}{PART_SUFFIX}"


def need_folder(folder: Path, *, language: str = "da") -> None:
    """Refuse a folder in which nothing can be written, before any work is done for it.

    Nothing is left behind, and the folder itself is not made.

    Raises:
        WorkbookFileError: A file has its name or that of a folder above it, or there is no right
            to write.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise not_written(str(folder), language=language, what="no_writing") from error


def not_written(name: str, *, language: str = "da", what: str = "not_written") -> WorkbookFileError:
    """Return the failure of a file, or of a folder (`no_writing`), that cannot be written.

    `no_room` is the failure of a file for which the disk has no room.
    """
    texts = load_texts("program.toml")
    sentence = texts.fill(f"program.value.{what}", language, {"name": name})
    remedy = texts.get(f"program.value.{what}_remedy", language)
    return WorkbookFileError(sentence, remedy=remedy)
