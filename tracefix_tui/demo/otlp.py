"""Writes spans as OTLP/JSON with OpenInference attributes, as an instrumented application would export them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracefix_tui.model.json_value import Json, JsonObject

_EPOCH_NS = 1_795_170_780_000_000_000
_SPAN_KIND_INTERNAL = 1


@dataclass
class TraceWriter:
    """Collects the spans of one trace. Times are milliseconds from its start."""

    trace_id: str
    service: str
    spans: list[Json] = field(default_factory=list)

    def span(
        self, parent: int | None, name: str, kind: str, at_ms: int, for_ms: int, attributes: JsonObject, error: str = ""
    ) -> int:
        """Add a span below another, by number (None: the root), and give its own number."""
        number = len(self.spans) + 1
        start = _EPOCH_NS + at_ms * 1_000_000
        self.spans.append(
            {
                "traceId": self.trace_id,
                "spanId": self._id(number),
                "parentSpanId": "" if parent is None else self._id(parent),
                "name": name,
                "kind": _SPAN_KIND_INTERNAL,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + for_ms * 1_000_000),
                "attributes": [_attribute(k, v) for k, v in {"openinference.span.kind": kind, **attributes}.items()],
                "status": {"code": 2, "message": error} if error else {"code": 1},
            }
        )
        return number

    def export(self) -> JsonObject:
        """The whole trace as one `ExportTraceServiceRequest` in JSON."""
        scope: Json = {"name": "openinference.instrumentation.openai", "version": "0.1"}
        resource: Json = {"attributes": [_attribute("service.name", self.service)]}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": self.spans}]}]}

    def _id(self, number: int) -> str:
        return f"{self.trace_id[:12]}{number:04x}"


def _attribute(key: str, value: Json) -> Json:
    if isinstance(value, bool):
        return {"key": key, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}
    if isinstance(value, float):
        return {"key": key, "value": {"doubleValue": value}}
    if isinstance(value, list):
        return {"key": key, "value": {"arrayValue": {"values": [{"stringValue": str(v)} for v in value]}}}
    return {"key": key, "value": {"stringValue": str(value)}}
