"""Small traces of a garden shop's assistant, in the spellings that exporters use."""

from __future__ import annotations

import base64
import json
from typing import Any

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ROOT, LLM, FIND, TOOL = "00f067aa0ba902b7", "11f067aa0ba902b7", "22f067aa0ba902b7", "33f067aa0ba902b7"
START = 1_760_000_000_123_456_789
QUESTION = "When do I plant tulips?"
ANSWER = "Plant tulips in October [g-12]."
BODY = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "system", "content": "Answer from:\n[g-12] Tulips go in in October."},
        {"role": "user", "content": QUESTION},
    ],
    "temperature": 0.3,
    "max_tokens": 90,
}
REPLY = {
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}],
    "usage": {
        "prompt_tokens": 40,
        "completion_tokens": 9,
        "total_tokens": 49,
        "prompt_tokens_details": {"cached_tokens": 16},
    },
}
SCHEMA = {"type": "object", "properties": {"plant": {"type": "string"}}, "required": ["plant"]}


def llm_attributes() -> dict[str, Any]:
    """A chat call as OpenInference's instrumentation of a client records it."""
    return {
        "openinference.span.kind": "LLM",
        "input.value": json.dumps(BODY),
        "input.mime_type": "application/json",
        "output.value": json.dumps(REPLY),
        "output.mime_type": "application/json",
        "llm.model_name": "gpt-4o-mini-2024-07-18",
        "llm.provider": "openai",
        "llm.invocation_parameters": json.dumps({"model": "gpt-4o-mini", "temperature": 0.3, "max_tokens": 90}),
        "llm.token_count.prompt": 40,
        "llm.token_count.completion": 9,
        "llm.token_count.prompt_details.cache_read": 16,
        "llm.prompt_template.template": "Answer from:\n{context}",
        "llm.prompt_template.version": "v2",
        "llm.prompt_template.variables": json.dumps({"context": "[g-12] Tulips go in in October."}),
    }


def find_attributes() -> dict[str, Any]:
    """A retrieval of two passages."""
    return {
        "openinference.span.kind": "RETRIEVER",
        "input.value": QUESTION,
        "input.mime_type": "text/plain",
        "retrieval.documents.0.document.id": "g-12",
        "retrieval.documents.0.document.content": "Tulips go in in October.",
        "retrieval.documents.0.document.score": 0.9,
        "retrieval.documents.0.document.metadata": json.dumps({"source": "bulbs.md"}),
        "retrieval.documents.1.document.id": "g-40",
        "retrieval.documents.1.document.content": "Dahlias rest in winter.",
        "retrieval.documents.1.document.score": 0.4,
    }


def spans() -> list[dict[str, Any]]:
    """(the plain form) A root with a retrieval, a model call and a tool that failed."""
    about = {
        "session.id": "s-1",
        "user.id": "u-1",
        "tag.tags": ["spring", "shop"],
        "metadata": json.dumps({"tier": "pro"}),
    }
    tool = {
        "openinference.span.kind": "TOOL",
        "tool.name": "stock",
        "tool_call.id": "c-1",
        "input.value": '{"plant": "tulip"}',
    }
    return [
        span(ROOT, None, "answer", {"openinference.span.kind": "CHAIN", "input.value": QUESTION, **about}),
        span(FIND, ROOT, "find", find_attributes(), at=1),
        span(LLM, ROOT, "ChatCompletion", llm_attributes(), at=2),
        span(TOOL, ROOT, "stock", tool, at=3, error="warehouse closed"),
    ]


def span(
    span_id: str,
    parent: str | None,
    name: str,
    attributes: dict[str, Any],
    at: int = 0,
    error: str = "",
    events: Any = (),
) -> dict[str, Any]:
    """A span with plain attributes; `at` is in milliseconds after the start."""
    return {
        "id": span_id,
        "parent": parent,
        "name": name,
        "start": START + at * 1_000_000,
        "end": START + at * 1_000_000 + 500_000,
        "attributes": attributes,
        "error": error,
        "events": list(events),
    }


def encode(value: Any, *, snake: bool = False, text_ints: bool = True) -> dict[str, Any]:
    """A plain value as an OTLP `AnyValue`."""
    name = (lambda s: s + "_value") if snake else (lambda s: s + "Value")
    if isinstance(value, bool):
        return {name("bool"): value}
    if isinstance(value, int):
        return {name("int"): str(value) if text_ints else value}
    if isinstance(value, float):
        return {name("double"): value}
    if isinstance(value, list):
        return {name("array"): {"values": [encode(v, snake=snake, text_ints=text_ints) for v in value]}}
    if isinstance(value, dict):
        return {name("kvlist"): {"values": pairs(value, snake=snake, text_ints=text_ints)}}
    return {name("string"): value}


def pairs(attributes: dict[str, Any], **how: bool) -> list[dict[str, Any]]:
    """Attributes as OTLP writes them."""
    return [{"key": key, "value": encode(value, **how)} for key, value in attributes.items()]


def otlp_span(raw: dict[str, Any], trace_id: str = TRACE) -> dict[str, Any]:
    """As the specification and Python's exporter write it."""
    out = {
        "traceId": trace_id,
        "spanId": raw["id"],
        "name": raw["name"],
        "kind": 1,
        "startTimeUnixNano": str(raw["start"]),
        "endTimeUnixNano": str(raw["end"]),
        "attributes": pairs(raw["attributes"]),
        "status": {"code": 2, "message": raw["error"]} if raw["error"] else {},
    }
    if raw["parent"]:
        out["parentSpanId"] = raw["parent"]
    if raw["events"]:
        out["events"] = [
            {
                "name": e["name"],
                "timeUnixNano": str(e.get("ns", raw["start"])),
                "attributes": pairs(e.get("attributes", {})),
            }
            for e in raw["events"]
        ]
    return out


def js_span(raw: dict[str, Any]) -> dict[str, Any]:
    """As JavaScript's exporter writes it: numbers as numbers."""
    return {
        **otlp_span(raw),
        "attributes": pairs(raw["attributes"], text_ints=False),
        "status": {"code": 2, "message": raw["error"]} if raw["error"] else {"code": 0},
    }


def proto_span(raw: dict[str, Any]) -> dict[str, Any]:
    """As protobuf's JSON mapping writes it: ids in base64, enums by name."""
    out = {**otlp_span(raw), "traceId": b64(TRACE), "spanId": b64(raw["id"]), "kind": "SPAN_KIND_INTERNAL"}
    if raw["parent"]:
        out["parentSpanId"] = b64(raw["parent"])
    out["status"] = {"code": "STATUS_CODE_ERROR", "message": raw["error"]} if raw["error"] else {}
    return out


def snake_span(raw: dict[str, Any]) -> dict[str, Any]:
    """As Phoenix gives it back: snake case, every unset field null, numbers as numbers."""
    unset = dict.fromkeys(f"{kind}_value" for kind in ("array", "bool", "bytes", "double", "int", "kvlist", "string"))
    return {
        "trace_id": TRACE,
        "span_id": raw["id"],
        "parent_span_id": raw["parent"],
        "name": raw["name"],
        "kind": "SPAN_KIND_INTERNAL",
        "start_time_unix_nano": raw["start"],
        "end_time_unix_nano": raw["end"],
        "attributes": [
            {"key": key, "value": {**unset, **encode(value, snake=True, text_ints=False)}}
            for key, value in raw["attributes"].items()
        ],
        "events": [],
        "links": None,
        "status": {"code": 2 if raw["error"] else 0, "message": raw["error"] or None},
    }


def rest_span(raw: dict[str, Any]) -> dict[str, Any]:
    """As Phoenix's REST API gives it back."""
    attributes = {key: value for key, value in raw["attributes"].items() if key != "openinference.span.kind"}
    return {
        "id": "U3Bhbjox",
        "name": raw["name"],
        "context": {"trace_id": TRACE, "span_id": raw["id"]},
        "span_kind": raw["attributes"].get("openinference.span.kind", "UNKNOWN"),
        "parent_id": raw["parent"],
        "start_time": "2025-10-09T08:53:20.123456+00:00",
        "end_time": "2025-10-09T08:53:21+00:00",
        "status_code": "ERROR" if raw["error"] else "UNSET",
        "status_message": raw["error"],
        "attributes": attributes,
        "events": [],
    }


def b64(hex_id: str) -> str:
    """A hex id in base64."""
    return base64.b64encode(bytes.fromhex(hex_id)).decode()


def batch(*found: dict[str, Any], scope: str = "garden") -> dict[str, Any]:
    """An export request with these encoded spans."""
    resource = {"attributes": pairs({"service.name": "garden-shop"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": scope}, "spans": list(found)}]}]}


def data(value: Any) -> bytes:
    """A value as the bytes of a JSON file."""
    return json.dumps(value).encode()


def lines(*values: Any) -> bytes:
    """Values as the bytes of a JSONL file."""
    return b"\n".join(data(value) for value in values)
