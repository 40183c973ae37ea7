"""The reading process, seen from inside: does tasks on files, one after the other.

It talks to its parent over its standard input and output, in pieces with their length before
them. Whatever else may want to print (a panic in the bulk reader prints what it choked on) goes
nowhere. A file that brings the process down brings down nothing else.
"""

import gc
import importlib
import os
import pickle
import pkgutil
import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING

from fpsheet.intake.guard import end_with_parent

if TYPE_CHECKING:
    from fpsheet.intake.limits import Limits
    from fpsheet.intake.plan import ReadingPlan
    from fpsheet.intake.reading import BytesRead

LENGTH = struct.Struct(">Q")
"""Length of the piece that follows."""

_FEW_ROUNDS = 50_000
"""Objects more than were freed before the collector looks for circles; Python's own is 700."""

_NOTHING = pickle.dumps(None)
_UNREADABLE = 70
"""Exit code of a process that could not go on with a file."""


def serve(needed: str) -> None:
    """Do tasks until the parent closes the pipe.

    Args:
        needed: Module to load before the first task, with all that it loads.
    """
    tasks = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with tasks, answers:
        _silence()
        end_with_parent()
        # Loaded while the parent is still busy with its own imports.
        importlib.import_module(needed)
        # What is loaded stays: the collector need not go through it again for every few files.
        # Few of the objects that a file leaves refer to each other in circles: those may wait.
        gc.freeze()
        gc.set_threshold(_FEW_ROUNDS)
        _serve(tasks, answers)


def write_piece(stream: IO[bytes], piece: bytes) -> None:
    """Write one piece."""
    stream.write(LENGTH.pack(len(piece)))
    stream.write(piece)
    stream.flush()


def read_piece(stream: IO[bytes]) -> bytes | None:
    """Read one piece; None when the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    piece = stream.read(length)
    return piece if len(piece) == length else None


def read_or_end(data: bytes, *, name: str, plan: "ReadingPlan") -> "BytesRead":
    """Read a file in this process, which ends where that goes wrong: the parent tells of it."""
    from fpsheet.intake.reading import read_bytes

    try:
        return read_bytes(data, name=name, plan=plan)
    except BaseException:  # noqa: BLE001 - a panic of the bulk reader is no ordinary exception
        os._exit(_UNREADABLE)


def read_and_send(data: bytes, *, name: str, plan: "ReadingPlan") -> "BytesRead":
    """Read a file for the process that sent its bytes: they are not sent back."""
    read = read_or_end(data, name=name, plan=plan)
    return replace(read, archive=read.archive and read.archive.without_data())


def _serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    from fpsheet.intake.guard import limit_memory, set_alarm

    kept = pickle.loads(read_piece(tasks) or _NOTHING)  # noqa: S301 - written by the parent
    shared = () if kept is None else (kept,)
    is_limited = False
    while (task := read_piece(tasks)) is not None:
        limits: Limits
        name, arguments, limits = pickle.loads(task)  # noqa: S301 - as above
        if not is_limited:
            limit_memory(limits.memory_bytes)
            is_limited = True
        set_alarm(limits.seconds)
        answer = _answer(partial(pkgutil.resolve_name(name), *shared, **arguments))
        set_alarm(0)
        write_piece(answers, answer)


def _answer(run: Callable[[], object]) -> bytes:
    """Return whether the task was done, and what came of it: its result, or what it raised."""
    try:
        outcome = True, run()
    except Exception as error:  # noqa: BLE001 - raised again where the task was given
        outcome = False, _portable(error)
    return pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)


def _portable(error: Exception) -> Exception:
    """Return an exception that arrives: itself, or one that names its class."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - written here
    except Exception:  # noqa: BLE001 - whatever an exception holds
        return RuntimeError(type(error).__name__)
    return error


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
