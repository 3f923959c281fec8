"""Models behind LiteLLM: streaming, stopping, retrying, counting, and errors in words."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tracefix_tui.model.attempt import Request, Result
from tracefix_tui.model.call import Usage
from tracefix_tui.model.errors import ProviderDown, ProviderError, ProviderTimeout, RateLimited, RequestRejected
from tracefix_tui.model.json_value import JsonObject
from tracefix_tui.replay.caller import Caller, Event, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Waiting
from tracefix_tui.replay.failures import cut_short, explain, filtered, no_key
from tracefix_tui.replay.knowledge import cost_of
from tracefix_tui.replay.loading import load_litellm, skips_mcp
from tracefix_tui.replay.offline.caller import OfflineCaller
from tracefix_tui.replay.params import refused_params
from tracefix_tui.replay.providers import is_offline, provider_of
from tracefix_tui.replay.usage import usage_from

_POLL = 0.05
_LONGEST_WAIT = 60.0
_GRACE = 5.0


def caller_for(model: str, *, timeout: float = 120.0, retries: int = 2, pace: float = 0.0) -> Caller:
    """The caller that asks this model: the offline one needs neither LiteLLM nor a network.

    `timeout` is in seconds; `pace` the seconds between two words of the offline model.
    """
    if is_offline(model):
        return OfflineCaller(pace=pace)
    return LiteLLMCaller(timeout=timeout, retries=retries)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """LiteLLM is loaded and the request goes out now."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """The stream ended; `finish_reason` is None when the provider never said why."""

    finish_reason: str | None


_Item: TypeAlias = "_Loaded | _Ended | BaseException | Any"


@dataclass
class LiteLLMCaller:
    """Asks through LiteLLM. Endpoints and keys come from the environment alone.

    Args:
        timeout: Seconds without a byte after which the call is given up.
        retries: How often a call that failed before its first token, with 429 or 5xx, is made again.
        seed: Sent as `seed` with requests that have none.
        backoff: Seconds before the first retry where the provider does not name a time; doubled each time.
    """

    timeout: float = 120.0
    retries: int = 2
    seed: int | None = None
    backoff: float = 1.0

    def arguments(self, request: Request) -> JsonObject:
        """Exactly what `litellm.completion` is given."""
        arguments: JsonObject = {
            **request.to_litellm(),
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": self.timeout,
            "max_retries": 0,
        }
        if self.seed is not None:
            arguments.setdefault("seed", self.seed)
        if request.tools and skips_mcp():
            arguments["_skip_mcp_handler"] = True
        provider = provider_of(request.model)
        if provider is not None and provider.local and provider.base(os.environ) is None:
            arguments["api_base"] = provider.default_base
        return arguments

    def stream(self, request: Request, stop: threading.Event, repeat: int = 0) -> Iterator[Event]:
        """The parts of the answer; see `Caller`. Waits and tries again where that can help and nothing had come yet."""
        provider = provider_of(request.model)
        missing = provider.missing_keys(os.environ) if provider is not None and not provider.other_ways else ()
        if missing:
            raise no_key(request.model, " and ".join(missing))
        if refused := refused_params(request.params):
            raise RequestRejected(
                f"{', '.join(refused)} cannot be set as a parameter",
                where=request.model,
                hint="Endpoints, keys and headers come from your environment (OPENAI_BASE_URL, OPENAI_API_KEY, ...)",
            )
        for attempt in range(self.retries + 1):
            once = _Once(self.arguments(request), request.model, self.timeout, stop)
            try:
                yield from once.events()
                return
            except (RateLimited, ProviderDown) as error:
                if attempt == self.retries or once.started:
                    raise
                wait = self._wait(error, attempt)
                if wait > _LONGEST_WAIT:
                    raise
                yield Waiting(wait, f"{error.what}; trying again")
                if stop.wait(wait):
                    yield Finished(Result(stopped=True))
                    return

    def _wait(self, error: ProviderError, attempt: int) -> float:
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after
        return self.backoff * float(2**attempt)


@dataclass
class _Once:
    """One call. A reader thread blocks on the network, so that stopping never has to wait for it."""

    arguments: JsonObject
    model: str
    timeout: float
    stop: threading.Event
    started: bool = False
    _items: queue.SimpleQueue[_Item] = field(default_factory=queue.SimpleQueue)
    _abandoned: threading.Event = field(default_factory=threading.Event)
    _sent: float = 0.0
    _first: float | None = None
    _usage: Usage = field(default_factory=Usage)
    _cost: float | None = None
    _response_model: str | None = None

    def events(self) -> Iterator[Event]:
        """The events of this call, up to `Finished`."""
        self._sent = time.perf_counter()
        threading.Thread(target=self._read, name="litellm-call", daemon=True).start()
        try:
            yield from self._events()
        finally:
            self._abandoned.set()

    def _events(self) -> Iterator[Event]:
        while True:
            item = self._next()
            if item is None:
                yield Finished(self._result(None, stopped=True))
                return
            if isinstance(item, _Loaded):
                self._sent = time.perf_counter()
            elif isinstance(item, _Ended):
                yield self._finished(item.finish_reason)
                return
            elif isinstance(item, BaseException):
                raise explain(item, self.model, started=self.started, timeout=self.timeout) from item
            else:
                for event in self._parts(item):
                    self.started = True
                    if self._first is None:
                        self._first = time.perf_counter()
                    yield event

    def _next(self) -> _Item | None:
        """The next item, or None when stopped. A provider that ignores its time limit is given up as well."""
        waited = 0.0
        while not self.stop.is_set():
            try:
                return self._items.get(timeout=_POLL)
            except queue.Empty:
                waited += _POLL
            if waited > self.timeout + _GRACE:
                raise ProviderTimeout(
                    f"no answer within {self.timeout:g} s", where=self.model, hint="Give it a longer time limit"
                )
        return None

    def _finished(self, finish_reason: str | None) -> Finished:
        if finish_reason is None:
            raise cut_short(self.model)
        if finish_reason == "content_filter":
            raise filtered(self.model)
        return Finished(self._result(finish_reason))

    def _result(self, finish_reason: str | None, *, stopped: bool = False) -> Result:
        now = time.perf_counter()
        return Result(
            finish_reason=finish_reason,
            usage=self._usage,
            cost=self._cost,
            latency_ms=(now - self._sent) * 1000,
            ttft_ms=None if self._first is None else (self._first - self._sent) * 1000,
            stopped=stopped,
            response_model=self._response_model,
        )

    def _parts(self, chunk: Any) -> Iterator[Event]:
        hidden = getattr(chunk, "_hidden_params", None) or {}
        answered = hidden.get("provider_response_model")
        self._response_model = answered if isinstance(answered, str) else self._response_model
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = usage_from(usage)
            self._cost = cost_of(self.model, usage)
        for choice in chunk.choices:
            if (choice.index or 0) == 0:
                yield from _delta(choice.delta)

    def _read(self) -> None:
        """The thread that waits for the network. Its top turns any exception into an item."""
        stream = None
        try:
            litellm = load_litellm()
            self._items.put(_Loaded())
            stream = litellm.completion(**self.arguments)
            for chunk in stream:
                if self._abandoned.is_set():
                    return
                self._items.put(chunk)
            self._items.put(_Ended(_finish_reason(stream)))
        except Exception as error:  # whatever LiteLLM raises becomes words in `_events`
            self._items.put(error)
        finally:
            _close(stream)


def _delta(delta: Any) -> Iterator[Event]:
    thinking = getattr(delta, "reasoning_content", None)
    if thinking:
        yield ReasoningDelta(thinking)
    if delta.content:
        yield TextDelta(delta.content)
    for call in delta.tool_calls or ():
        function = call.function
        yield ToolCallDelta(
            call.index or 0,
            call.id,
            function.name if function else None,
            (function.arguments if function else None) or "",
        )


def _finish_reason(stream: Any) -> str | None:
    """What the provider gave as the reason; LiteLLM makes one up in the chunks of a stream that has none."""
    return getattr(stream, "received_finish_reason", None) or getattr(stream, "intermittent_finish_reason", None)


def _close(stream: Any) -> None:
    """Hang up, so that a provider does not go on writing for nobody."""
    inner = getattr(stream, "completion_stream", None)
    close = getattr(inner, "close", None)
    if close is not None:
        close()
