"""Files that are whole or not there: atomic writes, and the clearing of what a killed process left."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

_STALE_AFTER = 60.0
_MARK = ".writing"


def write_atomic(path: Path, data: bytes, *, temporary: Path | None = None, mode: int | None = None) -> None:
    """Replace a file as one step: readers see the old bytes or the new ones, also after a crash or a power cut.

    `temporary` names the file that is written first; by default one that `sweep` recognises. `mode` sets the
    permissions; by default those of the file that is replaced are kept.
    """
    temporary = temporary or path.with_name(f".{path.name}.{threading.get_ident()}.{os.getpid()}{_MARK}")
    try:
        write_synced(temporary, data, mode if mode is not None else _mode_of(path))
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_synced(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        if mode is not None and sys.platform != "win32":
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk knows the folder's names; Windows has no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove the temporary files of writers that died: their process is gone, or they are a minute old."""
    try:
        found = [entry for entry in os.scandir(folder) if entry.name.endswith(_MARK)]
    except OSError:
        return
    for entry in found:
        writer = entry.name.removesuffix(_MARK).rpartition(".")[2]
        if not writer.isdigit() or not _alive(int(writer)) or _old(entry):
            Path(entry.path).unlink(missing_ok=True)


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return None


def _old(entry: os.DirEntry[str]) -> bool:
    try:
        return time.time() - entry.stat().st_mtime > _STALE_AFTER
    except OSError:
        return False


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # os.kill ends the process there; the age decides instead
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
