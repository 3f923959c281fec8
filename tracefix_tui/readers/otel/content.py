"""What the dialects share: input and output values, attributes carried nowhere else, what a replay may claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tracefix_tui.model.call import LLMCall, Replay
from tracefix_tui.model.message import Message, TextPart
from tracefix_tui.readers.otel.flat import Event, FlatSpan
from tracefix_tui.readers.values import drop_vectors, maybe_json, vectors_note

REDACTED = "__REDACTED__"
NOT_CAPTURED = "content not captured: the trace holds no prompt for this call"
NO_OUTPUT = "content not captured: the trace holds no output for this call"
NO_SCHEMAS = "tool schemas are not in the trace, but the model called tools"
NO_MODEL = "the requested model is not in the trace"
RESPONSE_MODEL = "the trace names only the model that answered; it stands for the requested one"
_BULK_EVENTS = ("chunk", "gen_ai.content.completion")


class Losses:
    """Collects the notes on what a span does not hold whole."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}
        self._vectors: list[int] = []

    def add(self, note: str) -> None:
        """One note, kept once."""
        self._notes.setdefault(note)

    def without_vectors(self, value: Any) -> Any:
        """The value without embedding vectors; their sizes are noted."""
        value, sizes = drop_vectors(value)
        self._vectors += sizes
        return value

    def dropped(self, size: int) -> None:
        """Note one vector of this size."""
        self._vectors.append(size)

    def notes(self) -> tuple[str, ...]:
        """All notes, each once."""
        vectors = (vectors_note(self._vectors),) if self._vectors else ()
        return (*self._notes, *vectors)


def read_value(span: FlatSpan, key: str, mime_key: str, losses: Losses) -> Any:
    """An input or output value: objects and lists parsed, unless its type says that it is text; other text as it is."""
    value = span.attributes.get(key)
    if value is None and span.attributes.has(key):
        value = span.attributes.nested(key)
    if not isinstance(value, str):
        return losses.without_vectors(value)
    if REDACTED in value:
        losses.add(f"redacted: {key} was masked when it was recorded")
    mime = span.attributes.text(mime_key) or ""
    if mime == "text/plain":
        return value
    parsed = maybe_json(value, 1)
    parsed = parsed if isinstance(parsed, (dict, list)) else value
    if mime.endswith("json") and parsed is value and value.lstrip()[:1] in ("{", "["):
        losses.add(f"truncated: {key} is not whole JSON")
    return losses.without_vectors(parsed)


def leftover(span: FlatSpan, carried: Sequence[str], losses: Losses) -> dict[str, Any]:
    """The attributes and events that are carried nowhere else in a detail; `carried` are keys and prefixes."""
    out = {}
    for key, value in span.attributes.flat().items():
        if not any(key == name or key.startswith(name + ".") for name in carried):
            out[key] = losses.without_vectors(value)
    events = [_event(event) for event in span.events if not any(word in event.name for word in _BULK_EVENTS)]
    if events:
        out["events"] = events
    if span.scope:
        out["otel.scope.name"] = span.scope
    return out


def _event(event: Event) -> dict[str, Any]:
    return {"name": event.name, "time_ns": event.ns, **dict(event.attributes)}


def first_event_ns(span: FlatSpan, *names: str) -> int | None:
    """The time of the first event with one of these names."""
    return next((event.ns for event in span.events if event.name in names), None)


def judged(call: LLMCall, notes: Iterable[str] = ()) -> tuple[Replay, tuple[str, ...]]:
    """How faithfully a call can be sent again, and why not better. `notes` are further things known to be missing."""
    if not call.messages:
        return "impossible", (NOT_CAPTURED,)
    found = list(notes)
    if call.request_model is None:
        found.append(NO_MODEL)
    called = any(m.tool_calls for m in (*call.messages, *call.output))
    if called and not call.tools and call.raw_request is None:
        found.append(NO_SCHEMAS)
    elif any(tool.parameters is None for tool in call.tools):
        found.append("a tool's parameter schema is not in the trace")
    if any(_is_masked(message) for message in call.messages):
        found.append("some messages were masked when they were recorded")
    return ("approximate" if found else "exact"), tuple(dict.fromkeys(found))


def _is_masked(message: Message) -> bool:
    return any(REDACTED in part.text for part in message.parts if isinstance(part, TextPart))
