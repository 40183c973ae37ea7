"""What lies outside the program: rights, space, networks, drivers. A failure there is told as such.

Exit code 2 and a sentence of its own: nobody is sent to those who look after the program.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from fpsheet.file_name import spoken_name
from fpsheet_templates.errors import FpsheetError, OutsideError
from fpsheet_templates.failure import make_failure

NO_ROOM = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})
"""What the system says where a disk is full, or a person's share of it."""

_GONE = frozenset({errno.ENODEV, errno.ESTALE})
"""Said of a drive or a share that was taken away; a path that is missing has classes of its own."""


@contextmanager
def reaching(place: str) -> Iterator[None]:
    """Turn whatever a file system raises inside the block into an OutsideError.

    Args:
        place: The folder, file or address that is reached for.

    Raises:
        OutsideError: It cannot be used.
    """
    try:
        yield
    except FpsheetError:
        raise
    except Exception as error:  # noqa: BLE001 - every kind of address raises kinds of its own
        # The cause may hold an address with its password, or a name with a number.
        raise outside_failure(error, place) from None


def outside_failure(error: Exception, place: str) -> OutsideError:
    """Return the failure of something outside, worded by what the system said.

    Args:
        error: What was raised.
        place: What was reached for; a password and a CPR number in it are not shown.
    """
    values = {"sted": spoken_name(_without_password(place)), "kind": type(error).__name__}
    if isinstance(error, ImportError):
        values["kind"] = error.name or type(error).__name__
    return make_failure(OutsideError, f"error.outside.{_kind_of(error)}", values)


def _kind_of(error: Exception) -> str:
    match error:
        case ImportError():
            return "driver"
        case OSError(errno=number) if number in NO_ROOM:
            return "full"
        case PermissionError() | OSError(errno=errno.EROFS):
            return "denied"
        case FileNotFoundError() | NotADirectoryError() | IsADirectoryError():
            return "gone"
        case OSError(errno=number) if number in _GONE:
            return "gone"
        case TimeoutError() | ConnectionError():
            return "unreachable"
        case _:
            return "failed"


def _without_password(place: str) -> str:
    parts = urlsplit(place) if "://" in place else None
    if parts is None or "@" not in parts.netloc:
        return place
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
