"""The readers: which one reads a value of a file, and how their traces become one `TraceFile`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from tracefix_tui.model.errors import BadInput, UnreadableTrace
from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Source, Span, Trace, TraceFile

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "tracefix_tui.readers"

# In order of detection: the first whose `sniff` says yes reads the value. Each module has a `READER`.
_BUILT_IN = (
    "tracefix_tui.readers.otel.otlp",
    "tracefix_tui.readers.langfuse",
    "tracefix_tui.readers.langsmith",
    "tracefix_tui.readers.litellm_log",
    "tracefix_tui.readers.pipeline",
    "tracefix_tui.readers.phoenix",
    "tracefix_tui.readers.otel.console",
)

_WRAPPERS = ("data", "runs", "events", "spans", "traces", "observations", "items", "results")
_MAX_LAYERS = 3


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a reader made of its values. `hint` says what to do next where it found no trace in them."""

    traces: tuple[Trace, ...]
    warnings: tuple[str, ...] = ()
    partial: bool = False
    format: str = ""
    hint: str = ""


class Reader(Protocol):
    """Reads one system's exports. `sniff` must be cheap and never raise; `read` gets every value it said yes to."""

    name: str

    def sniff(self, value: Any) -> bool:
        """Whether this JSON value is one this reader knows."""
        ...

    def read(self, values: list[Any]) -> ReadResult:
        """The traces of these values; what cannot be read becomes a warning."""
        ...


def readers() -> Iterator[Reader]:
    """All readers in order of detection: the built-in ones, then those of installed packages.

    A package adds one with an entry point in the group `tracefix_tui.readers` that loads a `Reader`. Each is imported
    when the iteration reaches it: most files are known to one of the first.
    """
    for name in _BUILT_IN:
        yield _built_in(name)
    yield from _installed()


@cache
def _built_in(name: str) -> Reader:
    found: Reader = importlib.import_module(name).READER
    return found


@cache
def _installed() -> tuple[Reader, ...]:
    from importlib.metadata import entry_points  # 20 ms, and only for a file that no built-in reader knows

    return tuple(_loaded(point) for point in entry_points(group=ENTRY_POINTS))


def _loaded(point: EntryPoint) -> Reader:
    try:
        found = point.load()
    except (ImportError, AttributeError) as problem:
        raise BadInput(
            f"the trace reader of an installed package cannot be loaded: {problem}",
            where=point.value,
            hint="Update or uninstall that package",
        ) from None
    made: Reader = found() if isinstance(found, type) else found
    return made


def format_names() -> tuple[str, ...]:
    """The names of the formats that can be read, in order of detection."""
    return tuple(reader.name for reader in readers())


def read_values(values: Sequence[Any], path: str, warnings: Sequence[str] = (), partial: bool = False) -> TraceFile:
    """The traces in the JSON values of one input; raises `UnreadableTrace` where there are none."""
    sorting = _Sorting()
    for value in values:
        sorting.add(value)
    results = [reader.read(found) for reader, found in sorting.found()]
    traces = _merged([trace for result in results for trace in result.traces])
    notes = [*warnings, *sorting.warnings(), *(w for result in results for w in result.warnings)]
    if not traces:
        raise _no_trace(path, results, notes, values)
    formats = dict.fromkeys(name for result in results if result.traces for name in result.format.split("+"))
    cut = partial or sorting.more_pages or any(result.partial for result in results)
    return TraceFile(Source("+".join(formats), path, tuple(notes), cut), tuple(traces))


def _no_trace(path: str, results: Sequence[ReadResult], notes: Sequence[str], values: Sequence[Any]) -> UnreadableTrace:
    hint = next((result.hint for result in results if result.hint), "")
    if results:
        why = "; ".join(notes) or "the file holds no spans"
        return UnreadableTrace(path, "", why, hint or "Export the trace with its spans and open that file")
    known = ", ".join(format_names())
    where = "; ".join(notes) if values and len(notes) > 1 else ""
    why = f"this is JSON, but not a trace format that is known here ({_shape(values[0]) if values else 'no values'})"
    return UnreadableTrace(path, where, why, f"Formats that are read: {known}")


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        keys = ", ".join(str(key)[:40] for key in list(value)[:6])
        return f"an object with the keys {keys}" if keys else "an empty object"
    if isinstance(value, list):
        return f"a list of {plural(len(value), 'item')}" + (f", the first {_shape(value[0])}" if value else "")
    return {str: "a text", bool: "a boolean", type(None): "null"}.get(type(value), "a number")


class _Sorting:
    """Hands each value, unwrapped, to the first reader that knows it."""

    def __init__(self) -> None:
        self.more_pages = False
        self._values: dict[str, tuple[Reader, list[Any]]] = {}
        self._unknown = 0
        self._seen: dict[tuple[str, ...], Reader] = {}

    def add(self, value: Any) -> None:
        """Sort one value of the file."""
        if not self._place(value, 0):
            self._unknown += 1

    def found(self) -> list[tuple[Reader, list[Any]]]:
        """Readers with the values each is to read, in the order of the file."""
        return list(self._values.values())

    def warnings(self) -> list[str]:
        """What was skipped, and whether the export has more pages."""
        out = []
        if self._unknown and self._values:
            out.append(f"{plural(self._unknown, 'entry', 'entries')} of the file skipped: not of a known format")
        if self.more_pages:
            out.append("the export has more pages than this file holds (its cursor is set): fetch and add the rest")
        return out

    def _place(self, value: Any, layer: int) -> bool:
        reader = self._reader_of(value)
        if reader is not None:
            self._values.setdefault(reader.name, (reader, []))[1].append(value)
            return True
        if layer >= _MAX_LAYERS:
            return False
        inner = self._unwrapped(value)
        if inner is None:
            return False
        placed = [self._place(item, layer + 1) for item in inner]
        if any(placed):
            self._unknown += placed.count(False)
            return True
        return False

    def _reader_of(self, value: Any) -> Reader | None:
        """The first reader that knows the value; the last answer for the same keys is tried first."""
        keys = tuple(value) if isinstance(value, dict) else None
        if keys is not None and (known := self._seen.get(keys)) is not None and known.sniff(value):
            return known
        for reader in readers():
            if reader.sniff(value):
                if keys is not None and len(self._seen) < 1_000:
                    self._seen[keys] = reader
                return reader
        return None

    def _unwrapped(self, value: Any) -> list[Any] | None:
        if isinstance(value, list):
            return value
        if not isinstance(value, dict) or not value:
            return None
        for key in _WRAPPERS:
            if isinstance(value.get(key), list):
                self.more_pages = self.more_pages or _has_more(value)
                return list(value[key])
        if all(isinstance(item, list) for item in value.values()):
            return list(value.values())
        return None


def _has_more(page: dict[str, Any]) -> bool:
    """Whether a page of an API says that others follow."""
    cursors, meta = page.get("cursors"), page.get("meta")
    following = [page.get("next_cursor"), page.get("cursor")]
    following += [cursors.get("next")] if isinstance(cursors, dict) else []
    if isinstance(meta, dict):
        following.append(meta.get("cursor"))
        number, pages = meta.get("page"), meta.get("totalPages")
        if isinstance(number, int) and isinstance(pages, int) and number < pages:
            return True
    return any(following)


def _merged(traces: list[Trace]) -> list[Trace]:
    """Traces with the same id made one, in the order of first appearance; the first reader's facts win."""
    by_id: dict[str, Trace] = {}
    for trace in traces:
        before = by_id.get(trace.id)
        by_id[trace.id] = _joined(before, trace) if before else trace
    return list(by_id.values())


def _joined(a: Trace, b: Trace) -> Trace:
    spans: dict[str, Span] = {span.id: span for span in a.spans}
    extra = tuple(span for span in b.spans if span.id not in spans)
    return replace(
        a,
        spans=a.spans + extra,
        name=a.name or b.name,
        session_id=a.session_id or b.session_id,
        user_id=a.user_id or b.user_id,
        tags=tuple(dict.fromkeys(a.tags + b.tags)),
        metadata={**b.metadata, **a.metadata},
        scores=a.scores + b.scores,
    )
