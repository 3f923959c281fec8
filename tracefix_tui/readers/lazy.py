"""Decoding a span when it is opened, so that no content, however odd, stops the trace from showing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tracefix_tui.model.trace import SpanDetail

TOO_DEEP = "not decoded: the content is nested too deeply to be shown"


def when_opened(read: Callable[..., SpanDetail], *args: Any) -> Callable[[], SpanDetail]:
    """A `load` for a span that calls `read` with these arguments; content nested too deeply becomes a lossy note."""
    return partial(_load, read, args)


def _load(read: Callable[..., SpanDetail], args: tuple[Any, ...]) -> SpanDetail:
    try:
        return read(*args)
    except RecursionError:
        return SpanDetail(lossy=(TOO_DEEP,))
