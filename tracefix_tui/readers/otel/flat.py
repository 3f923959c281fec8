"""The common form of a span: its attributes by dotted key, decoded when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracefix_tui.model.trace import Status
from tracefix_tui.readers.values import is_absent, maybe_json, number, text_or_none, undot, unflatten, whole


def plain(value: Any) -> Any:
    """The value itself: for carriers that write plain JSON."""
    return value


class Attributes:
    """Attributes of a span by dotted key. `decode` turns a recorded value into a plain one, each time it is read."""

    __slots__ = ("_decode", "_raw")

    def __init__(self, raw: Mapping[str, Any], decode: Callable[[Any], Any] = plain) -> None:
        self._raw = raw
        self._decode = decode

    def get(self, key: str) -> Any:
        """The value of a key; None where it is absent, null or NaN."""
        raw = self._raw.get(key)
        if raw is None:
            return None
        value = self._decode(raw)
        return None if is_absent(value) else value

    def first(self, *keys: str) -> Any:
        """The value of the first of these keys that has one."""
        return next((value for key in keys if (value := self.get(key)) is not None), None)

    def text(self, *keys: str) -> str | None:
        """The first of these keys that holds a text that is not empty."""
        return next((text for key in keys if (text := text_or_none(self.get(key))) is not None), None)

    def number(self, key: str) -> float | None:
        """A number, also from a text."""
        return number(self.get(key))

    def whole(self, *keys: str) -> int | None:
        """The first of these keys that holds a whole number."""
        return next((count for key in keys if (count := whole(self.get(key))) is not None), None)

    def has(self, prefix: str) -> bool:
        """Whether the key, or any key below it, is there."""
        return self.get(prefix) is not None or any(key.startswith(prefix + ".") for key in self._raw)

    def nested(self, prefix: str) -> Any:
        """What stands at a key: a structure, JSON text of one, or one spread over dotted keys below it. None if absent.

        Some servers parse JSON text at ingest and give it back spread over keys, so every reader takes all forms.
        """
        start = len(prefix) + 1
        below = [(key[start:], self.get(key)) for key in self._raw if key.startswith(prefix + ".")]
        below = [(key, undot(value)) for key, value in below if value is not None]
        if below:
            return unflatten(below)
        value = self.get(prefix)
        return undot(maybe_json(value)) if isinstance(value, (str, list, dict)) else value

    def flat(self) -> dict[str, Any]:
        """All attributes that have a value, decoded."""
        return {key: value for key in self._raw if (value := self.get(key)) is not None}

    def __contains__(self, key: str) -> bool:
        """Whether the key itself has a value."""
        return self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._raw)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span: a span event, or a log record that belongs to it."""

    name: str
    ns: int | None
    attributes: Mapping[str, Any]
    body: Any = None


@dataclass(slots=True)
class FlatSpan:
    """A span as every carrier gives it. Events and notes are read when they are needed; `records` are its log records.

    Notes say what the exporter left out of this span.
    """

    trace_id: str
    id: str
    parent_id: str | None
    name: str
    attributes: Attributes
    start_ns: int | None = None
    end_ns: int | None = None
    status: Status = "unset"
    message: str = ""
    scope: str = ""
    resource: Mapping[str, Any] = field(default_factory=dict)
    read_events: Callable[[], list[Event]] = list
    records: Sequence[Event] = ()
    read_notes: Callable[[], tuple[str, ...]] = tuple

    @property
    def events(self) -> list[Event]:
        """The span events, in the order recorded."""
        return self.read_events()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the exporter left out."""
        return self.read_notes()
