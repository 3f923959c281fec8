"""The files that were opened: small ones are read before the first paint, big ones while the app is up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracefix_tui.model.errors import TracefixError
from tracefix_tui.model.trace import Trace, TraceFile

SMALL = 1_000_000


@dataclass(frozen=True)
class Entry:
    """A trace and the file it came from."""

    file: TraceFile
    trace: Trace


@dataclass
class Library:
    """Traces in the order of their files. `waiting` are paths still to be read, `failed` one-line messages."""

    entries: list[Entry] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, paths: Sequence[str]) -> Library:
        """Read what is small; raises the error of a single file that cannot be read."""
        library = cls()
        for path in paths:
            if path != "-" and _size(path) > SMALL:
                library.waiting.append(path)
                continue
            try:
                library.add(read(path))
            except TracefixError as error:
                if len(paths) == 1:
                    raise
                library.failed.append(str(error))
        return library

    def add(self, file: TraceFile) -> None:
        """Take in what a file held."""
        self.entries += [Entry(file, trace) for trace in file.traces]
        source = file.source
        self.notes += [f"{source.path}: {warning}" for warning in source.warnings]
        if source.partial:
            self.notes.append(f"{source.path}: the file is incomplete; what could be read is shown")
        if not file.traces:
            self.failed.append(f"{source.path}: holds no trace")


def read(path: str) -> TraceFile:
    """Read one file; raises `UnreadableTrace`."""
    from tracefix_tui.readers import open_trace

    return open_trace(path)


def size_words(path: str) -> str:
    """`104 MB`."""
    return f"{_size(path) / 1e6:,.0f} MB"


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
