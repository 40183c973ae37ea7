"""The reading process, seen from inside: takes files, gives raw workbooks, one after the other.

It talks to its parent over its standard input and output, in pieces with their length before
them. Whatever else may want to print (a panic in the bulk reader prints what it choked on) goes
nowhere. A file that brings the process down brings down nothing else.
"""

import os
import pickle
import struct
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from fpsheet.intake.plan import ReadingPlan

LENGTH = struct.Struct(">Q")
"""Length of the piece that follows."""


def serve() -> None:
    """Read files until the parent closes the pipe."""
    tasks = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with tasks, answers:
        _silence()
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


def _serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    # Imported while the parent is still busy with its own imports.
    from fpsheet.intake.guard import limit_memory, set_alarm
    from fpsheet.intake.reading import read_bytes

    is_limited = False
    while (task := read_piece(tasks)) is not None and (data := read_piece(tasks)) is not None:
        plan: ReadingPlan
        name, plan = pickle.loads(task)  # noqa: S301 - written by the parent
        if not is_limited:
            limit_memory(plan.limits.memory_bytes)
            is_limited = True
        set_alarm(plan.limits.seconds)
        outcome = read_bytes(data, name=name, plan=plan)
        set_alarm(0)
        write_piece(answers, pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL))


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
