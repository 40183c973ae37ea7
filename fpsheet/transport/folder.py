"""A folder files are put into: local, or any fsspec address. Files appear there whole."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fpsheet.files import PART_SUFFIX, not_written, part_name, plain_name, write_whole
from fpsheet.outside import reaching

_SCHEME = "://"
_ANYBODY, _GROUP, _GROUP_FOLDER = 0o666, 0o640, 0o750
_STALE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder by its path or address (`//server/share/out`, `memory://out`).

    Attributes:
        url: Where it is.
        is_private: What is put there is for its owner and group alone, where the system knows them.
    """

    url: str
    is_private: bool = False

    def put(self, name: str, data: bytes) -> str:
        """Write a file: under another name first, then renamed. Folders are made.

        Args:
            name: Plain names (`fpsheet.files.plain_name`) with `/` between them: nothing is ever
                written outside the folder.
            data: Its bytes.

        Returns:
            Its path, or its address.

        Raises:
            WorkbookFileError: A file on this machine cannot be written.
            OutsideError: The address cannot be reached or written.
        """
        name = "/".join(map(plain_name, name.split("/")))
        if _SCHEME not in self.url:
            local = Path(self.url) / name
            if self.is_private:
                self._need_no_link(local.parent)
                with suppress(OSError):  # told when the file is written
                    local.parent.mkdir(mode=_GROUP_FOLDER, parents=True, exist_ok=True)
            write_whole(local, data, mode=_GROUP if self.is_private else _ANYBODY)
            return str(local)
        from fsspec.core import url_to_fs

        with reaching(self.url):
            system, root = url_to_fs(self.url)
            path = f"{root.rstrip('/')}/{name}"
            folder, _, file = path.rpartition("/")
            beside = f"{folder}/{part_name(file)}"
            try:
                system.makedirs(folder, exist_ok=True)
                system.pipe_file(beside, data)
                system.mv(beside, path)
            except Exception:
                with suppress(Exception):
                    system.rm_file(beside)
                raise
        return str(system.unstrip_protocol(path))

    def _need_no_link(self, folder: Path) -> None:
        """Refuse a folder within this one that somebody made lead elsewhere.

        Raises:
            WorkbookFileError: It is a link, or lies behind one.
        """
        here = Path(self.url)
        there = Path(os.path.realpath(here), folder.relative_to(here))
        if Path(os.path.realpath(folder)) != there:
            raise not_written(str(folder), what="link")

    def sweep(self, now: datetime) -> None:
        """Remove what killed runs left half written in a local folder, an hour ago or more.

        What is younger may be another run's at this moment.
        """
        if _SCHEME in self.url:
            return
        for left in Path(self.url).rglob(f".*{PART_SUFFIX}"):
            with suppress(OSError):
                if now.timestamp() - left.stat().st_mtime > _STALE.total_seconds():
                    left.unlink()

    def get(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where it is not there.

        Raises:
            OutsideError: The folder cannot be reached.
        """
        with reaching(self.url):
            if _SCHEME not in self.url:
                local = Path(self.url) / name
                return local.read_bytes() if local.is_file() else None
            from fsspec.core import url_to_fs

            system, root = url_to_fs(self.url)
            path = f"{root.rstrip('/')}/{name}"
            return bytes(system.cat_file(path)) if system.isfile(path) else None

    def names(self, pattern: str) -> list[str]:
        """Return the names of the files that fit a pattern (`*/*.json`), with `/`, in order.

        Raises:
            OutsideError: The folder cannot be reached.
        """
        with reaching(self.url):
            if _SCHEME not in self.url:
                here = Path(self.url)
                return sorted(one.relative_to(here).as_posix() for one in here.glob(pattern))
            from fsspec.core import url_to_fs

            system, root = url_to_fs(self.url)
            root = root.rstrip("/")
            return sorted(path[len(root) + 1 :] for path in system.glob(f"{root}/{pattern}"))

    def rename(self, name: str, new: str) -> None:
        """Rename a file within its folder; do nothing where it is not there.

        Raises:
            OutsideError: The folder cannot be reached or written.
        """
        with reaching(self.url):
            if _SCHEME not in self.url:
                local = Path(self.url) / name
                if local.is_file():
                    local.replace(Path(self.url) / new)
                return
            from fsspec.core import url_to_fs

            system, root = url_to_fs(self.url)
            if system.isfile(f"{root.rstrip('/')}/{name}"):
                system.mv(f"{root.rstrip('/')}/{name}", f"{root.rstrip('/')}/{new}")


def folder_beside(url: str, name: str) -> str:
    """Return the address of a folder beside another.

    >>> folder_beside("memory://post/ind", "kvitteringer")
    'memory://post/kvitteringer'
    """
    if _SCHEME not in url:
        # The folder one stands in has no name to go up from.
        return str((Path(url) if Path(url).name else Path(url).resolve()).parent / name)
    scheme, _, path = url.partition(_SCHEME)
    before, slash, _ = path.rstrip("/").rpartition("/")
    return f"{scheme}{_SCHEME}{before}{slash}{name}"


def is_inside(url: str, folder: str) -> bool:
    """Return whether a folder is another one, or lies in it.

    >>> is_inside("memory://post/ind/ud", "memory://post/ind"), is_inside("a/../b", "b")
    (True, True)
    """
    if (_SCHEME in url) != (_SCHEME in folder):
        return False
    if _SCHEME in url:
        return f"{url.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")
    return Path(url).resolve().is_relative_to(Path(folder).resolve())
