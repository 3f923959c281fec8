"""Large OTLP/JSON files: where each span stands in the bytes, so that only those that are opened are parsed.

Quotes inside JSON strings are escaped, so the bytes `"traceId"` followed by a colon are always a key. That lets plain
byte search find the spans. Whatever does not look exactly as expected gives None, and the file is parsed as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from tracefix_tui.readers.otel import encoding
from tracefix_tui.readers.otel.flat import Attributes, Event, FlatSpan
from tracefix_tui.readers.otel.openinference import KIND
from tracefix_tui.readers.values import mend_values

_HEADER = re.compile(rb'\s*\[?\s*\{\s*"resourceSpans"\s*:')
_KEY_END = re.compile(rb'"\s*:')
_CLOSERS = re.compile(rb'(?:[\s\]}]|,\s*"schemaUrl"\s*:\s*"[^"\\]*")*')
_STATUS = re.compile(rb'"status"\s*:\s*\{\s*(?:"code"\s*:\s*([012]))?\s*\}[\s,\]}]*\Z')
_KIND = re.compile(rb'"openinference\.span\.kind"\s*,\s*"value"\s*:\s*\{\s*"stringValue"\s*:\s*"(\w+)"\s*\}')
_KIND_KEY = b'"openinference.span.kind"'
_TRACE_KEY, _TIME_KEY, _ATTRIBUTES = b'"traceId"', b'"startTimeUnixNano"', b'"attributes"'
_OTHER_SIGNALS = (b'"resourceLogs"', b'"resourceMetrics"')
_MAX_BOUNDARIES = 200
_KEPT = 256
_ODD = "the bytes are not laid out as expected"


@dataclass(slots=True)
class _Place:
    """Where a span stands, and the resource and scope it stands in."""

    start: int
    end: int
    resource: dict[str, Any]
    scope: str
    linked: bool


class _File:
    """The bytes of a file, parsed span by span. The last few are kept parsed: neighbours are read together."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.span = lru_cache(_KEPT)(partial(_parsed, data))


def _parsed(data: bytes, start: int, end: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A span as an object, and its attributes by key; both empty where its bytes are damaged."""
    try:
        raw = _parse(data, start, end)[0]
    except ValueError:
        return {}, {}
    return raw, encoding.keyed(raw.get("attributes"))


class _Piece:
    """The bytes of one span, parsed when something of it is read."""

    __slots__ = ("_end", "_file", "_start")

    def __init__(self, file: _File, start: int, end: int) -> None:
        self._file, self._start, self._end = file, start, end

    @property
    def raw(self) -> dict[str, Any]:
        """The span as an object; empty where its bytes are damaged."""
        return self._file.span(self._start, self._end)[0]

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes by key, not yet decoded."""
        return self._file.span(self._start, self._end)[1]

    def events(self) -> list[Event]:
        """Its events."""
        return encoding.events(self.raw.get("events"))

    def notes(self) -> tuple[str, ...]:
        """What its exporter left out, or that its bytes are damaged."""
        return encoding.dropped(self.raw) if self.raw else ("damaged: the JSON of this span cannot be read",)


class _LateAttributes(Attributes):
    """Attributes of which the kind is known and the rest is parsed when it is asked for."""

    __slots__ = ("_kind", "_piece")

    def __init__(self, piece: _Piece, kind: str) -> None:
        self._decode = encoding.any_value
        self._piece, self._kind = piece, kind

    @property
    def _raw(self) -> Mapping[str, Any]:  # type: ignore[override]
        return self._piece.attributes

    def get(self, key: str) -> Any:
        """The kind without parsing; any other value from the parsed span."""
        return self._kind if key == KIND else super().get(key)


def scan(data: bytes) -> list[FlatSpan] | None:
    """The spans of a large file, their content not yet parsed; None where the file must be parsed as a whole."""
    if not _HEADER.match(data, 0, 400):
        return None
    file, shared = _File(data), dict[str, str]()
    try:
        return [_span(file, place, shared) for place in _places(data)]
    except ValueError:
        return None


def _places(data: bytes) -> Iterator[_Place]:
    """The spans in order. Each begins with its trace id and has a start time; links have no start time."""
    starts = list(_starts(data))
    if not starts:
        raise ValueError(_ODD)
    resource, scope = _surroundings(data, 0, starts[0][0])
    boundaries = 0
    for number, (start, linked) in enumerate(starts):
        last = number + 1 == len(starts)
        after = len(data) if last else starts[number + 1][0]
        end, follows = after, data[max(start, after - 200) : after].rstrip()
        if last or linked or follows[-1:] != b"," or follows[:-1].rstrip()[-1:] != b"}":
            boundaries += not linked
            end = _parse(data, start, after)[1]
        yield _Place(start, end, resource, scope, linked)
        if last and not _CLOSERS.fullmatch(data, end):
            raise ValueError(_ODD)
        if end != after and not last and data[end:after].strip() != b",":
            resource, scope = _next_surroundings(data, end, after, resource)
        if boundaries > _MAX_BOUNDARIES and boundaries * 10 > number:
            raise ValueError(_ODD)


def _starts(data: bytes) -> Iterator[tuple[int, bool]]:
    """(where a span begins, whether it holds links) for every span."""
    at, begun, linked = _find_key(data, _TRACE_KEY, 0, len(data)), -1, False
    while at >= 0:
        following = _find_key(data, _TRACE_KEY, at + 1, len(data))
        opened = data.rfind(b"{", max(0, at - 400), at)
        if opened < 0 or data[opened + 1 : at].strip():
            raise ValueError(_ODD)
        if _find_key(data, _TIME_KEY, at, following if following >= 0 else len(data)) >= 0:
            if begun >= 0:
                yield begun, linked
            begun, linked = opened, False
        elif begun < 0:
            raise ValueError(_ODD)
        else:
            linked = True
        at = following
    if begun >= 0:
        yield begun, linked


def _find_key(data: bytes, key: bytes, start: int, end: int) -> int:
    """Where a key stands; -1 if nowhere. The same text as a value is passed over."""
    at = data.find(key, start, end)
    while at >= 0 and not _KEY_END.match(data, at + len(key) - 1):
        at = data.find(key, at + 1, end)
    return at


def _surroundings(data: bytes, start: int, end: int) -> tuple[dict[str, Any], str]:
    """Attributes of the resource and name of the scope in the text before the first span of a group."""
    if not data[start:end].rstrip().endswith(b"[") or _find_key(data, b'"spans"', start, end) < 0:
        raise ValueError(_ODD)
    at, named = _find_key(data, b'"resource"', start, end), _find_key(data, b'"scope"', start, end)
    resource = _parse(data, data.find(b"{", at), end)[0] if at >= 0 else {}
    scope = _parse(data, data.find(b"{", named), end)[0] if named >= 0 else {}
    return encoding.decoded(resource.get("attributes")), str(scope.get("name") or "")


def _next_surroundings(data: bytes, start: int, end: int, before: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """As `_surroundings`, between two groups; a scope without a resource of its own stays in the one before."""
    closed = _CLOSERS.match(data, start, end)
    opened = data.find(b"{", start, end)
    if closed is None or opened < 0 or data[closed.end() : opened].strip() not in (b"", b","):
        raise ValueError(_ODD)
    if any(_find_key(data, signal, start, end) >= 0 for signal in _OTHER_SIGNALS):
        raise ValueError(_ODD)
    resource, scope = _surroundings(data, start, end)
    new = _find_key(data, b'"scopeSpans"', start, end) >= 0
    return (resource if new else before), scope


def _parse(data: bytes, start: int, end: int) -> tuple[dict[str, Any], int]:
    """The object that begins at `start`, and where it ends."""
    text = data[start:end].decode("utf-8", "replace")
    try:
        value, stop = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        raise ValueError(_ODD) from None
    if not isinstance(value, dict):
        raise ValueError(_ODD)
    if "\\ud" in text or "\\uD" in text:
        value = mend_values(value)
    return value, start + (stop if text.isascii() else len(text[:stop].encode("utf-8")))


def _span(file: _File, place: _Place, shared: dict[str, str]) -> FlatSpan:
    """A span from the fields before its attributes, where they hold all the tree needs; else from all of it.

    Texts that many spans have are kept once, in `shared`.
    """
    data, piece = file.data, _Piece(file, place.start, place.end)
    attributes = _find_key(data, _ATTRIBUTES, place.start, place.end)
    kind = _kind(data, attributes, place.end)
    head = _head(data, place.start, attributes) if kind else None
    if head is not None and "status" not in head:
        status = _STATUS.match(data[max(attributes, data.rfind(b'"status"', attributes, place.end)) : place.end])
        head = {**head, "status": {"code": int(status[1])} if status[1] else {}} if status else None
    if head is None or "endTimeUnixNano" not in head:
        raw = piece.raw
        if not raw:
            raise ValueError(_ODD)
        return encoding.span(raw, place.resource, place.scope)
    flat = encoding.span(head, place.resource, place.scope)
    flat.trace_id, flat.name = (shared.setdefault(text, text) for text in (flat.trace_id, flat.name))
    flat.parent_id = shared.setdefault(flat.parent_id, flat.parent_id) if flat.parent_id else flat.parent_id
    flat.attributes = _LateAttributes(piece, kind)
    flat.read_events, flat.read_notes = piece.events, piece.notes
    return flat


def _kind(data: bytes, start: int, end: int) -> str:
    """The OpenInference kind among the attributes; empty where there is none."""
    at = data.find(_KIND_KEY, start, end) if start >= 0 else -1
    found = _KIND.match(data, at, end) if at >= 0 else None
    return found[1].decode("ascii", "replace") if found else ""


def _head(data: bytes, start: int, end: int) -> dict[str, Any] | None:
    try:
        head = json.loads(data[start:end].rstrip().rstrip(b",") + b"}")
    except ValueError:
        return None
    return head if isinstance(head, dict) else None
