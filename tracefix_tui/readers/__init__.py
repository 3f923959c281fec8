"""Floor 1: trace files of any supported system, read into `Trace`. `open_trace` is the way in."""

from __future__ import annotations

import sys
from pathlib import Path

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.model.trace import TraceFile


def open_trace(path: str) -> TraceFile:
    """The traces of a file; `-` reads standard input. Raises `UnreadableTrace` for a file that holds none."""
    if path == "-":
        return read_bytes(sys.stdin.buffer.read(), "-")
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise UnreadableTrace(path, "", "there is no such file", "Check the path") from None
    except IsADirectoryError:
        raise UnreadableTrace(path, "", "this is a folder", "Name one file in it") from None
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise UnreadableTrace(path, "", f"it cannot be read: {why}", "Check the path and its permissions") from None
    return read_bytes(data, path)


def read_bytes(data: bytes, path: str) -> TraceFile:
    """The traces in the bytes of a file; `path` only names it in messages."""
    from tracefix_tui.readers.carrier import unpack
    from tracefix_tui.readers.registry import read_values

    carried = unpack(data, path)
    try:
        return read_values(carried.values, path, carried.warnings, carried.partial)
    except UnreadableTrace as refusal:
        if carried.damage is None:
            raise
        where, why = carried.damage
        raise UnreadableTrace(path, where, why, refusal.hint) from None
