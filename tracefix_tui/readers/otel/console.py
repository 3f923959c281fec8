"""Spans as OpenTelemetry's Python SDK prints them: one JSON object each, ids with `0x`, times as ISO text."""

from __future__ import annotations

from functools import partial
from typing import Any

from tracefix_tui.model.trace import Status
from tracefix_tui.readers.otel.assemble import assemble
from tracefix_tui.readers.otel.flat import Attributes, Event, FlatSpan
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.values import normal_id, parse_time

_STATUS: dict[Any, Status] = {"OK": "ok", "ERROR": "error"}


class ConsoleReader:
    """Reads what `ConsoleSpanExporter` and `span.to_json()` write."""

    name = "otel-console"

    def sniff(self, value: Any) -> bool:
        """A span with a context and a kind such as `SpanKind.CLIENT`."""
        return (
            isinstance(value, dict)
            and isinstance(value.get("context"), dict)
            and str(value.get("kind")).startswith("SpanKind.")
            and "start_time" in value
        )

    def read(self, values: list[Any]) -> ReadResult:
        """All spans, grouped by trace."""
        made = assemble(_span(value) for value in values)
        name = "+".join(f"{self.name}/{dialect}" for dialect in made.dialects) or self.name
        return ReadResult(made.traces, tuple(made.warnings), False, name)


def _span(raw: dict[str, Any]) -> FlatSpan:
    context, status, attributes = raw["context"], raw.get("status"), raw.get("attributes")
    status = status if isinstance(status, dict) else {}
    resource = raw.get("resource")
    about = resource.get("attributes") if isinstance(resource, dict) else None
    return FlatSpan(
        trace_id=normal_id(context.get("trace_id"), 16) or "",
        id=normal_id(context.get("span_id"), 8) or "",
        parent_id=normal_id(raw.get("parent_id"), 8),
        name=str(raw.get("name") or ""),
        attributes=Attributes(attributes if isinstance(attributes, dict) else {}),
        start_ns=parse_time(raw.get("start_time")),
        end_ns=parse_time(raw.get("end_time")),
        status=_STATUS.get(status.get("status_code"), "unset"),
        message=str(status.get("description") or ""),
        resource=about if isinstance(about, dict) else {},
        read_events=partial(plain_events, raw.get("events")),
    )


def plain_events(raw: Any) -> list[Event]:
    """Events as objects with a name, a timestamp and plain attributes."""
    events = []
    for item in raw if isinstance(raw, list) else ():
        if isinstance(item, dict):
            attributes = item.get("attributes")
            events.append(
                Event(
                    str(item.get("name") or ""),
                    parse_time(item.get("timestamp")),
                    attributes if isinstance(attributes, dict) else {},
                )
            )
    return events


READER = ConsoleReader()
