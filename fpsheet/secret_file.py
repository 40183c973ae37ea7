"""Secret files: written for their owner alone, and told of where others can get at them."""

import os
import re
import stat
import subprocess
from pathlib import Path

from fpsheet.files import write_whole

EVERYBODY, GROUP = "everybody", "group"
"""Who can get at a file where the system names no accounts; keys of our texts."""

_OWNER, _OWNER_FOLDER = 0o600, 0o700
_ACCOUNT = re.compile(r"^\s*(\S.*?):(?:\([^)]*\))+\s*$")
_USUAL = re.compile(r"(?i)(\\SYSTEM$|^BUILTIN\\Admin|^(CREATOR OWNER|OWNER RIGHTS)$)")
"""Accounts of the machine itself, in any language of Windows that is used here."""


def write_secret(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read, in a folder made for the owner alone.

    On Windows a file has the rights of its folder; `readers_of` tells whose those are.

    Raises:
        WorkbookFileError: It cannot be written.
    """
    if not path.parent.exists():
        path.parent.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)
    write_whole(path, data, mode=_OWNER)


def readers_of(path: Path) -> tuple[str, ...]:
    """Name who beside its owner can read or write a file: accounts, `EVERYBODY` or `GROUP`.

    On Windows the accounts that `icacls` lists; where it cannot be asked, whoever has rights to the
    folder, unless the file lies in the user's own.
    """
    if not path.exists():
        return ()
    if os.name == "nt":
        return _readers_on_windows(path)
    mode, above = path.stat().st_mode, path.parent.stat().st_mode
    open_folder = above & stat.S_IWOTH and not above & stat.S_ISVTX
    if mode & stat.S_IRWXO or open_folder:
        return (EVERYBODY,)
    return (GROUP,) if mode & stat.S_IRWXG else ()


def _readers_on_windows(path: Path) -> tuple[str, ...]:
    try:
        asked = subprocess.run(  # noqa: S603 - no shell, and our own path
            ["icacls", str(path)],  # noqa: S607 - a program of Windows itself
            capture_output=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return () if path.resolve().is_relative_to(Path.home()) else (EVERYBODY,)
    said = asked.stdout.decode("oem" if os.name == "nt" else "utf-8", "replace")
    own = f"{os.environ.get('USERDOMAIN', '')}\\{os.environ.get('USERNAME', '')}"
    return others_in(said, str(path), own)


def others_in(said: str, path: str, own: str) -> tuple[str, ...]:
    r"""Return the accounts that `icacls` names for a file, but the user's own and the machine's.

    >>> others_in("k.txt KOM\\ab:(F)\n      BUILTIN\\Users:(I)(RX)\n\nOK", "k.txt", "kom\\AB")
    ('BUILTIN\\Users',)
    """
    lines = said.removeprefix(path).splitlines()
    found = [match[1] for line in lines if (match := _ACCOUNT.match(line))]
    others = {a for a in found if a.casefold() != own.casefold() and not _USUAL.search(a)}
    return tuple(sorted(others))
