"""Decoding a span when it is opened, so that no content, however odd, stops the trace from showing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracefix_tui.model.trace import SpanDetail

TOO_DEEP = "not decoded: the content is nested too deeply to be shown"


def when_opened(read: Callable[..., SpanDetail], *args: Any) -> Callable[[], SpanDetail]:
    """A `load` for a span that calls `read` with these arguments; content nested too deeply becomes a lossy note."""
    return _Load(read, args)


class _Load:
    """A call to be made later; there is one for every span, so it is kept small."""

    __slots__ = ("_args", "_read")

    def __init__(self, read: Callable[..., SpanDetail], args: tuple[Any, ...]) -> None:
        self._read, self._args = read, args

    def __call__(self) -> SpanDetail:
        try:
            return self._read(*self._args)
        except RecursionError:
            return SpanDetail(lossy=(TOO_DEEP,))
