"""OTLP/JSON in each of its spellings: hex and base64 ids, camel and snake keys, numbers as numbers and as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tracefix_tui.model.trace import Status
from tracefix_tui.readers.otel.flat import Attributes, Event, FlatSpan
from tracefix_tui.readers.values import normal_id, parse_time, whole

_STATUS: dict[Any, Status] = {1: "ok", 2: "error", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}
_STATUS |= {"OK": "ok", "ERROR": "error", "Ok": "ok", "Error": "error", "1": "ok", "2": "error"}
_NOTHING: dict[str, Any] = {}
_CAMEL = ("traceId", "spanId", "parentSpanId", "startTimeUnixNano", "endTimeUnixNano")
_SNAKED = ("trace_id", "span_id", "parent_span_id", "start_time_unix_nano", "end_time_unix_nano")


def either(record: dict[str, Any], camel: str, snake: str) -> Any:
    """The value under the camel-case key or, in exports that keep protobuf's names, under the snake-case one."""
    value = record.get(camel)
    return record.get(snake) if value is None else value


def any_value(raw: Any) -> Any:
    """A plain value from an OTLP `AnyValue`; an empty one is None. Fields that are null do not count as set."""
    if not isinstance(raw, dict):
        return raw
    for key, value in raw.items():
        if value is None:
            continue
        if key in ("stringValue", "string_value", "boolValue", "bool_value", "bytesValue", "bytes_value"):
            return value
        if key in ("intValue", "int_value"):
            count = whole(value)
            return value if count is None else count
        if key in ("doubleValue", "double_value"):
            return _double(value)
        if key in ("arrayValue", "array_value"):
            return [any_value(item) for item in _values(value)]
        if key in ("kvlistValue", "kvlist_value"):
            return {key: any_value(item) for key, item in keyed(_values(value)).items()}
    return None


def _values(holder: Any) -> list[Any]:
    values = holder.get("values") if isinstance(holder, dict) else holder
    return values if isinstance(values, list) else []


def _double(value: Any) -> Any:
    """Doubles keep their fraction: `1.0` stays a float. JSON has no NaN, so exporters write it as text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    return value


def keyed(attributes: Any) -> dict[str, Any]:
    """Encoded values by key; the last one wins where a key is repeated."""
    if isinstance(attributes, dict):
        return attributes
    if not isinstance(attributes, list):
        return _NOTHING
    return {str(item.get("key")): item.get("value") for item in attributes if isinstance(item, dict)}


def decoded(attributes: Any) -> dict[str, Any]:
    """Plain values by key."""
    return {key: any_value(value) for key, value in keyed(attributes).items()}


def batch_spans(batch: dict[str, Any]) -> Iterator[FlatSpan]:
    """The spans of an export request (`resourceSpans`), in order."""
    for resource, scope, group in _groups(batch, "resourceSpans", "scopeSpans"):
        spans = group.get("spans")
        for raw in spans if isinstance(spans, list) else ():
            if isinstance(raw, dict):
                yield span(raw, resource, scope)


def batch_records(batch: dict[str, Any]) -> Iterator[tuple[str, str, Event]]:
    """(trace id, span id, record) of the log records of an export request (`resourceLogs`) that belong to a span."""
    for _, _, group in _groups(batch, "resourceLogs", "scopeLogs"):
        records = either(group, "logRecords", "log_records")
        for raw in records if isinstance(records, list) else ():
            if not isinstance(raw, dict):
                continue
            trace_id = normal_id(either(raw, "traceId", "trace_id"), 16)
            span_id = normal_id(either(raw, "spanId", "span_id"), 8)
            if trace_id and span_id:
                yield trace_id, span_id, _record(raw)


def _record(raw: dict[str, Any]) -> Event:
    attributes = decoded(raw.get("attributes"))
    # Before log records had a name of their own, it stood in an attribute.
    name = either(raw, "eventName", "event_name") or attributes.get("event.name") or ""
    time = either(raw, "timeUnixNano", "time_unix_nano") or either(
        raw, "observedTimeUnixNano", "observed_time_unix_nano"
    )
    return Event(str(name), parse_time(time), attributes, any_value(raw.get("body")))


def _groups(batch: dict[str, Any], outer: str, inner: str) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """(resource attributes, scope name, scope group) of a batch; older exports say `instrumentationLibrary...`."""
    resources = either(batch, outer, _snake(outer))
    for resource in resources if isinstance(resources, list) else ():
        if not isinstance(resource, dict):
            continue
        about = resource.get("resource")
        attributes = decoded(about.get("attributes")) if isinstance(about, dict) else _NOTHING
        groups = either(resource, inner, _snake(inner)) or resource.get(
            inner.replace("scope", "instrumentationLibrary")
        )
        for group in groups if isinstance(groups, list) else ():
            if isinstance(group, dict):
                scope = group.get("scope") or group.get("instrumentationLibrary")
                yield attributes, str(scope.get("name") or "") if isinstance(scope, dict) else "", group


def _snake(camel: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in camel)


def span(raw: dict[str, Any], resource: dict[str, Any] = _NOTHING, scope: str = "") -> FlatSpan:
    """The flat form of one OTLP span."""
    status = raw.get("status")
    status = status if isinstance(status, dict) else _NOTHING
    names = _CAMEL if "spanId" in raw else _SNAKED
    return FlatSpan(
        trace_id=normal_id(raw.get(names[0]), 16) or "",
        id=normal_id(raw.get(names[1]), 8) or "",
        parent_id=normal_id(raw.get(names[2]), 8),
        name=str(raw.get("name") or ""),
        attributes=Attributes(keyed(raw.get("attributes")), any_value),
        start_ns=parse_time(raw.get(names[3])),
        end_ns=parse_time(raw.get(names[4])),
        status=_STATUS.get(status.get("code"), "unset"),
        message=str(status.get("message") or ""),
        scope=scope,
        resource=resource,
        read_events=partial(events, raw.get("events")),
        read_notes=partial(dropped, raw),
    )


def events(raw: Any) -> list[Event]:
    """The events of a span."""
    found = []
    for item in raw if isinstance(raw, list) else ():
        if isinstance(item, dict):
            time = parse_time(either(item, "timeUnixNano", "time_unix_nano"))
            found.append(Event(str(item.get("name") or ""), time, decoded(item.get("attributes"))))
    return found


def dropped(raw: dict[str, Any]) -> tuple[str, ...]:
    """What the SDK says it dropped because of its limits, and links, which have no place in a tree."""
    notes = []
    for what in ("Attributes", "Events"):
        count = whole(either(raw, f"dropped{what}Count", f"dropped_{what.lower()}_count"))
        if count:
            notes.append(f"truncated: the exporter dropped {count} {what.lower()} of this span")
    links = raw.get("links")
    if isinstance(links, list) and links:
        notes.append(
            f"links to {len(links)} other spans not shown" if len(links) > 1 else "a link to another span not shown"
        )
    return tuple(notes)
