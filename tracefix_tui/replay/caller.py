"""Asking a model: what a caller is, the parts a stream is made of, and running one request to its result."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from tracefix_tui.model.attempt import Request, Result
from tracefix_tui.model.errors import ProviderError
from tracefix_tui.model.message import Message, Part, ReasoningPart, TextPart, ToolCall


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's own thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of one tool call: `id` and `name` come once, `arguments` in pieces that are joined as they are."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing came yet and the caller waits, in seconds, before it tries again."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a stream that was not cut by an error. Its result holds everything but the output."""

    result: Result


Event: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Waiting | Finished


class Caller(Protocol):
    """A model that can be asked."""

    def stream(self, request: Request, stop: threading.Event, repeat: int = 0) -> Iterator[Event]:
        """The parts of one answer as they come, ended by `Finished`; raises `ProviderError` for less than that.

        When `stop` is set the stream ends at once with a `Finished` whose result says `stopped`. `repeat` counts the
        runs of one request, for callers that draw at random.
        """
        ...


class Assembly:
    """The message that a stream's parts add up to."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[ToolCall] = []
        self._open: dict[int, int] = {}

    def add(self, event: Event) -> bool:
        """Take one event in; True when it brought a part of the answer."""
        if isinstance(event, TextDelta):
            self._text.append(event.text)
        elif isinstance(event, ReasoningDelta):
            self._reasoning.append(event.text)
        elif isinstance(event, ToolCallDelta):
            self._add_call(event)
        else:
            return False
        return True

    def message(self) -> Message | None:
        """The assistant's message so far; None when nothing came."""
        parts: list[Part] = []
        if self._reasoning:
            parts.append(ReasoningPart("".join(self._reasoning)))
        if self._text:
            parts.append(TextPart("".join(self._text)))
        if not parts and not self._calls:
            return None
        return Message("assistant", tuple(parts), tuple(self._calls))

    def _add_call(self, delta: ToolCallDelta) -> None:
        """A new id at a known index starts another call: some servers number every call 0."""
        at = self._open.get(delta.index)
        known = self._calls[at] if at is not None else None
        if at is None or known is None or (delta.id and known.id and delta.id != known.id):
            self._open[delta.index] = len(self._calls)
            self._calls.append(ToolCall(delta.id, delta.name or "", delta.arguments))
            return
        self._calls[at] = ToolCall(
            known.id or delta.id, known.name or delta.name or "", known.arguments + delta.arguments
        )


def run(
    request: Request,
    caller: Caller,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    *,
    repeat: int = 0,
) -> Result:
    """Ask once and wait for the end. A failure is told in `Result.error`, and what came before it is kept."""
    result, _ = _run(request, caller, on_event, stop, repeat)
    return result


def run_or_raise(
    request: Request,
    caller: Caller,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    *,
    repeat: int = 0,
) -> Result:
    """Like `run`, but a failure raises its `ProviderError`."""
    result, failure = _run(request, caller, on_event, stop, repeat)
    if failure is not None:
        raise failure
    return result


def _run(
    request: Request,
    caller: Caller,
    on_event: Callable[[Event], None] | None,
    stop: threading.Event | None,
    repeat: int,
) -> tuple[Result, ProviderError | None]:
    assembly, result, failure = Assembly(), Result(), None
    started, first = time.perf_counter(), None
    try:
        for event in caller.stream(request, stop or threading.Event(), repeat):
            if assembly.add(event) and first is None:
                first = time.perf_counter()
            if isinstance(event, Finished):
                result = event.result
            if on_event is not None:
                on_event(event)
    except ProviderError as error:
        failure = error
        elapsed = (time.perf_counter() - started) * 1000
        result = Result(
            error=str(error), latency_ms=elapsed, ttft_ms=None if first is None else (first - started) * 1000
        )
    output = assembly.message()
    if output is None and failure is None and not result.stopped:
        output = Message("assistant")  # the model answered, with nothing
    return replace(result, output=output), failure
