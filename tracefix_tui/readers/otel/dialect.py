"""What a dialect of span attributes is: it claims spans, names their kind, and decodes their content."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tracefix_tui.model.trace import SpanDetail, SpanKind, Status
from tracefix_tui.readers.otel.flat import FlatSpan


@dataclass(slots=True)
class TraceFacts:
    """What a span tells about its whole trace."""

    session_id: str | None = None
    user_id: str | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


class Dialect(ABC):
    """One convention for span attributes. A new one is a module with a subclass, named in `dialects.DIALECTS`."""

    name = ""

    @abstractmethod
    def claims(self, span: FlatSpan) -> bool:
        """Whether the span is written in this dialect. Called for every span: look at few keys."""

    @abstractmethod
    def kind(self, span: FlatSpan) -> SpanKind:
        """The kind of a claimed span."""

    @abstractmethod
    def detail(self, span: FlatSpan, siblings: Sequence[FlatSpan]) -> SpanDetail:
        """The content of a claimed span; `siblings` are the spans with the same parent, itself among them.

        Called when the span is first opened. It never raises for odd content but says so in `lossy`.
        """

    def status(self, span: FlatSpan) -> tuple[Status, str]:
        """(status, message) of a claimed span; the message is empty where there is none."""
        return span.status, span.message

    def facts(self, span: FlatSpan) -> TraceFacts | None:
        """What a claimed span tells about its trace."""
        return None
