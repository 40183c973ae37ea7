"""Failures of the store, each with the sentence and the remedy that the texts give it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fpsheet_templates.errors import StoreError
from fpsheet_templates.failure import make_failure
from fpsheet_validation.cells.cpr import text_holds_cpr

_NOTHING: Mapping[str, object] = {}

# What drivers say → key of our sentence. A driver's own text may hold values and is not shown.
_SAYINGS = {
    "is locked": "locked",
    "lock timeout": "locked",
    "disk is full": "full",
    "no space left": "full",
    "disk i/o error": "full",
    "file too large": "full",
    "could not extend file": "full",
    "readonly database": "readonly",
    "read-only transaction": "readonly",
    "permission denied": "role",
    "unable to open database file": "missing",
    "password authentication failed": "login",
    "no password supplied": "login",
    "no pg_hba.conf entry": "login",
    'role "': "login",
    "does not exist": "missing",
    "file is not a database": "foreign",
    "connection failed": "unreachable",
    "connection refused": "unreachable",
    "connection is bad": "unreachable",
    "could not connect": "unreachable",
    "closed the connection": "unreachable",
    "connection is closed": "unreachable",
    "connection timed out": "unreachable",
    "timeout expired": "unreachable",
    "terminating connection": "unreachable",
    "is starting up": "unreachable",
    "is shutting down": "unreachable",
    "too many clients": "unreachable",
    "could not translate host name": "unreachable",
    "failed to resolve host": "unreachable",
}


class UnfitValueError(Exception):
    """A value of a file does not fit its column of the database: a fault of the program."""


def store_failure(key: str, values: Mapping[str, object] = _NOTHING) -> StoreError:
    """Return the exception that says a text (`locked` for `error.store.locked`)."""
    return make_failure(StoreError, f"error.store.{key}", values)


def need_no_cpr(reason: str) -> None:
    """Refuse a reason that would be kept with a CPR number in it.

    Raises:
        StoreError: The text holds what looks like a CPR number.
    """
    if text_holds_cpr(reason):
        raise store_failure("cpr_in_reason")


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn what a database driver raises inside the block into a StoreError.

    Args:
        place: The address shown to the reader, without password.

    Raises:
        UnfitValueError: A value does not fit its column; the database itself is well.
    """
    # Imported here, because processes that use no database raise these failures too.
    from sqlalchemy.exc import ArgumentError, DBAPIError  # noqa: PLC0415

    try:
        yield
    except ArgumentError:
        raise store_failure("url") from None
    except ModuleNotFoundError:
        raise store_failure("driver", {"sted": place}) from None
    except DBAPIError as error:
        if any(kind.__name__ == "DataError" for kind in type(error.orig).__mro__):
            raise UnfitValueError(type(error.orig).__name__) from None
        said = str(error.orig).casefold()
        key = next((key for saying, key in _SAYINGS.items() if saying in said), "failed")
        values = {"sted": place, "kind": type(error.orig).__name__}
        # The cause holds statements and values, so it goes no further.
        raise store_failure(key, values) from None
