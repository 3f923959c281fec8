"""Locks between processes. They end with the processes that hold them, so a kill never leaves one behind."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.01


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[bool]:
    """Hold the lock of a file, waiting at most `timeout` seconds. Yields whether it is held; the file stays."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield wait_for(handle, timeout)
    finally:
        os.close(handle)


def wait_for(handle: int, timeout: float) -> bool:
    """Take the lock of an open file, waiting at most `timeout` seconds; True once it is held.

    The lock belongs to the open file, not to the process: a child that inherits the handle holds it too, and it is
    free when the last of them has ended.
    """
    end = time.monotonic() + timeout
    while not _try_lock(handle):
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)
    return True


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, 0x7FFFFFFF, os.SEEK_SET)  # far behind the content, as a locked byte cannot be read by others
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
