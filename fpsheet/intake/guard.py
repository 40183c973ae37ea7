"""Limits of the reading process: on itself before it reads, and on it from outside.

What holds where:

- Linux: the parent looks at the memory the process has, twenty times a second, and ends it above
  the limit. RLIMIT_DATA at one and a half times the limit stops what comes all at once. It is not
  the limit itself, because polars' allocator may wait for ever when it gets no memory. RLIMIT_AS
  would count the address space that polars merely reserves, over 600 MB before any file.
- Windows: memory by a job object that the process puts itself into.
- Elsewhere: memory by a thread of the process that looks at the largest size it has had.
- Time: the parent ends the process everywhere; on POSIX systems an alarm does it as well, should
  the parent be gone.
- Parent: a process ends within a second of the one that started it, also in the middle of a file.
- No core dump is written anywhere, for it would hold the file's data.
"""

import mmap
import os
import sys
import threading
import time
from pathlib import Path

WATCH_SECONDS = 0.05
"""Seconds from one look at the memory of a process to the next."""

_GRACE_SECONDS = 5.0
_PARENT_SECONDS = 0.5
PARENT_GONE = 87
"""Exit code of a process that ended itself because the one that started it had ended."""

OUT_OF_MEMORY = 86
"""Exit code of a process that ended itself for its memory."""


def memory_of(process: int) -> int:
    """Return the bytes of memory that a process has; 0 where the system cannot be asked."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE


def end_with_parent() -> None:
    """End this process soon after the one that started it, whatever it is doing then."""
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()


def _follow(parent: int) -> None:
    wait_for_end(parent)
    os._exit(PARENT_GONE)


if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE, _FOR_EVER = 0x0010_0000, 0xFFFF_FFFF

    def wait_for_end(process: int) -> None:
        """Wait until a process has ended."""
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(_SYNCHRONIZE, 0, process))
        if not handle:
            threading.Event().wait()  # it cannot be asked; the pipe ends this process then
        kernel.WaitForSingleObject(handle, _FOR_EVER)

    _LIMIT_PROCESS_MEMORY = 0x100
    _EXTENDED_LIMIT_INFORMATION = 9
    _NO_DIALOGUES = 0x0001 | 0x0002

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", ctypes.c_uint32),
            ("smallest_set", ctypes.c_size_t),
            ("largest_set", ctypes.c_size_t),
            ("processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t),
            ("priority", ctypes.c_uint32),
            ("scheduling", ctypes.c_uint32),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("basic", _BasicLimits),
            ("counters", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("process_peak", ctypes.c_size_t),
            ("job_peak", ctypes.c_size_t),
        )

    def limit_memory(limit: int) -> None:
        """Let the process end when it asks for more memory than the limit, in bytes."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.SetErrorMode(_NO_DIALOGUES)
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.basic.flags = _LIMIT_PROCESS_MEMORY
        limits.process_memory = limit
        kernel.SetInformationJobObject(
            job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))

    def set_alarm(seconds: float) -> None:
        """Leave the time to the parent: the system has no such alarm."""

else:

    def wait_for_end(process: int) -> None:
        """Wait until the process that started this one has ended."""
        while os.getppid() == process:
            time.sleep(_PARENT_SECONDS)

    import resource
    import signal

    def limit_memory(limit: int) -> None:
        """Let the process end when it asks for more memory than the limit, in bytes."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            bound = limit + limit // 2
            bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
        else:
            threading.Thread(target=_watch_size, args=(limit,), daemon=True).start()

    def set_alarm(seconds: float) -> None:
        """Let the process end after a time, where the system can; 0 takes it back."""
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS if seconds else 0.0)

    def _watch_size(limit: int) -> None:
        """End the process when it has been larger than the limit (macOS counts in bytes)."""
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < limit:
            time.sleep(WATCH_SECONDS)
        os._exit(OUT_OF_MEMORY)
