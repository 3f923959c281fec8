"""Floor 1: trace files of any supported system, read into `Trace`. `open_trace` is the way in."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.model.trace import Source, TraceFile

if TYPE_CHECKING:
    from tracefix_tui.readers.carrier import Carried


_LARGE = 4 << 20


def open_trace(path: str) -> TraceFile:
    """The traces of a file; `-` reads standard input. Raises `UnreadableTrace` for a file that holds none."""
    return read_bytes(_bytes_of(path), path)


def open_values(path: str) -> Carried:
    """The JSON values of a file that holds no traces, packed and split as those may be; `-` reads standard input.

    Raises `UnreadableTrace` where nothing of it is JSON.
    """
    from tracefix_tui.readers.carrier import unpack

    return unpack(_bytes_of(path), path)


def _bytes_of(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    if not path:
        raise UnreadableTrace("''", "", "no file is named", "Name one, or - for standard input")
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise UnreadableTrace(path, "", "there is no such file", "Check the path") from None
    except IsADirectoryError:
        raise UnreadableTrace(path, "", "this is a folder", "Name one file in it") from None
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise UnreadableTrace(path, "", f"it cannot be read: {why}", "Check the path and its permissions") from None


def read_bytes(data: bytes, path: str) -> TraceFile:
    """The traces in the bytes of a file; `path` only names it in messages."""
    from tracefix_tui.readers.carrier import unpack  # here, so that naming the package costs nothing

    large = len(data) > _LARGE
    with _no_collection(large=large):
        if large and (found := _read_large(data, path)) is not None:
            return found
        carried = unpack(data, path)
        del data  # as large as all that is made of it
        return _read(carried, path)


def _read_large(data: bytes, path: str) -> TraceFile | None:
    from tracefix_tui.readers.otel.otlp import READER

    result = READER.read_large(data)
    if result is None or not result.traces:
        return None
    return TraceFile(Source(result.format, path, result.warnings, result.partial), result.traces)


def _read(carried: Carried, path: str) -> TraceFile:
    from tracefix_tui.readers.registry import read_values

    try:
        return read_values(carried.values, path, carried.warnings, carried.partial)
    except UnreadableTrace as refusal:
        if carried.damage is None:
            raise
        where, why = carried.damage
        hint = "Export or download it again: nothing whole is left of a trace"
        raise UnreadableTrace(path, where, why, hint) from refusal


@contextmanager
def _no_collection(*, large: bool) -> Iterator[None]:
    """Without garbage collection: parsing makes millions of live objects, and going over them doubles its time.

    Those of a large file are never gone over: they live as long as the trace is open, and each look at them would be a
    pause of a quarter of a second.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
        if large:
            gc.freeze()
    finally:
        if running:
            gc.enable()
