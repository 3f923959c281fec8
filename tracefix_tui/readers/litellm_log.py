"""LiteLLM's standard logging payloads, as its callbacks, proxy logs and spend logs write them: one call per object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tracefix_tui.model.call import LLMCall, PromptRef, Usage
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Retrieval, Span, SpanDetail, SpanKind, Trace
from tracefix_tui.readers.lazy import when_opened
from tracefix_tui.readers.otel.content import NO_OUTPUT, Losses, judged
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.shapes.documents import read_documents
from tracefix_tui.readers.shapes.messages import read_messages, text_messages
from tracefix_tui.readers.shapes.requests import read_request
from tracefix_tui.readers.shapes.responses import ResponseFacts, read_response
from tracefix_tui.readers.shapes.secrets import safe_body, without_secrets
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import json_list, json_object, maybe_json, number, parse_time, text_or_none

_REDACTED = "redacted-by-litellm"
_WAS_REDACTED = "redacted: LiteLLM was told not to log messages"
_KINDS: tuple[tuple[str, SpanKind], ...] = (
    ("embedding", "embedding"),
    ("rerank", "reranker"),
    ("moderation", "guardrail"),
    ("image", "other"),
    ("speech", "other"),
    ("transcription", "other"),
    ("mcp", "tool"),
)
_KEPT = (
    "call_type",
    "model_group",
    "cache_hit",
    "cost_breakdown",
    "error_information",
    "request_tags",
    "guardrail_information",
)


class LiteLLMReader:
    """Reads LiteLLM payloads."""

    name = "litellm"

    def sniff(self, value: Any) -> bool:
        """A standard logging payload, or a row of the proxy's spend log."""
        if not isinstance(value, dict) or not isinstance(value.get("call_type"), str):
            return False
        return "litellm_call_id" in value or ("request_id" in value and "startTime" in value and "spend" in value)

    def read(self, values: list[Any]) -> ReadResult:
        """The calls of these values, those with the same trace id together."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in values:
            groups.setdefault(text_or_none(row.get("trace_id")) or _id(row), []).append(row)
        return ReadResult(tuple(_trace(trace_id, rows) for trace_id, rows in groups.items()), format="litellm")


READER = LiteLLMReader()


def _id(row: dict[str, Any]) -> str:
    return (
        text_or_none(row.get("id"))
        or text_or_none(row.get("litellm_call_id"))
        or text_or_none(row.get("request_id"))
        or "call"
    )


def _kind(row: dict[str, Any]) -> SpanKind:
    return next((kind for word, kind in _KINDS if word in row["call_type"]), "llm")


def _trace(trace_id: str, rows: list[dict[str, Any]]) -> Trace:
    spans: list[Span] = []
    used: set[str] = set()
    for row in rows:
        ident = _id(row)
        while ident in used:  # a retry may repeat the id of the call
            ident += "+"
        used.add(ident)
        spans.append(_span(ident, row))
    meta = [json_object(row.get("metadata")) for row in rows]
    asked = [json_object(row.get("model_parameters")) for row in rows]
    users = [
        row.get("end_user") or row.get("user") or a.get("user") or m.get("user_api_key_end_user_id")
        for row, a, m in zip(rows, asked, meta, strict=True)
    ]
    sessions = [row.get("session_id") or m.get("session_id") for row, m in zip(rows, meta, strict=True)]
    return Trace(
        id=trace_id,
        spans=tuple(spans),
        name=text_or_none(meta[0].get("trace_name")) or spans[0].name,
        session_id=next((text for s in sessions if (text := text_or_none(s)) is not None), None),
        user_id=next((text for u in users if (text := text_or_none(u)) is not None), None),
        tags=tuple(dict.fromkeys(str(tag) for row in rows for tag in json_list(row.get("request_tags")))),
        metadata=_metadata(meta[0]),
    )


def _metadata(meta: dict[str, Any]) -> dict[str, Any]:
    """What the caller attached; the proxy's bookkeeping of keys and budgets is left out."""
    kept = {k: v for k, v in meta.items() if v not in (None, "", [], {}) and not k.startswith("user_api_key")}
    cleaned: dict[str, Any] = without_secrets(kept)
    return cleaned


def _span(ident: str, row: dict[str, Any]) -> Span:
    failed = row.get("status") == "failure" or bool(row.get("error_str"))
    return Span(
        ident,
        " ".join(filter(None, (row["call_type"], text_or_none(row.get("model"))))),
        _kind(row),
        start_ns=parse_time(row.get("startTime")),
        end_ns=parse_time(row.get("endTime")),
        status="error" if failed else "ok",
        error=_error(row) if failed else None,
        load=when_opened(_detail, row),
    )


def _error(row: dict[str, Any]) -> str:
    info = json_object(row.get("error_information"))
    text = text_or_none(row.get("error_str")) or text_or_none(info.get("error_message"))
    return str(without_secrets(text or text_or_none(info.get("error_class")) or "failed; the log says no more"))


def _detail(row: dict[str, Any]) -> SpanDetail:
    losses = Losses()
    kind = _kind(row)
    given = losses.without_vectors(maybe_json(row.get("messages")))
    gave = losses.without_vectors(maybe_json(row.get("response")))
    attributes = {key: row[key] for key in _KEPT if row.get(key) not in (None, "", [], {})}
    streamed = parse_time(row.get("completionStartTime"))
    # A call that did not stream repeats the end of the call here.
    first = streamed if streamed != parse_time(row.get("endTime")) else None
    return SpanDetail(
        input=given,
        output=gave,
        llm=_call(row, losses) if kind == "llm" else None,
        retrieval=Retrieval(text_or_none(given), read_documents(gave)) if kind == "reranker" else None,
        lossy=losses.notes(),
        attributes=without_secrets(attributes),
        decisions=("answered from the cache",) if row.get("cache_hit") in (True, "True", "true") else (),
        first_token_ns=first,
    )


def _call(row: dict[str, Any], losses: Losses) -> LLMCall:
    body = _body(row)
    hidden = _is_redacted(row)
    if hidden:
        losses.add(_WAS_REDACTED)
    facts = read_request(body) if not hidden else None
    response = read_response(row.get("response")) or ResponseFacts()
    output = response.output or _output(row.get("response"))
    failed = row.get("status") == "failure"
    if not output and not failed:
        losses.add(NO_OUTPUT)
    call = facts.as_call(safe_body(body)) if facts and facts.messages else LLMCall(request_source="none")
    stream = row.get("stream")
    call = replace(
        call,
        request_model=text_or_none(row.get("model")) or call.request_model,
        response_model=response.model,
        provider=text_or_none(row.get("custom_llm_provider")),
        output=output,
        usage=_usage(row, response, failed),
        cost=number(row.get("response_cost", row.get("spend"))),
        finish_reason=response.finish_reason,
        stream=stream if isinstance(stream, bool) else call.stream,
        prompt=_prompt(row),
    )
    replay, why = judged(call, facts.notes if facts else ())
    return replace(call, replay=replay, replay_notes=(_WAS_REDACTED,) if hidden else why)


def _body(row: dict[str, Any]) -> dict[str, Any]:
    """The request: messages and parameters, which LiteLLM logs apart. Never its endpoint, keys or headers."""
    asked = json_object(row.get("model_parameters"))
    given = maybe_json(row.get("messages"))
    model = text_or_none(row.get("model"))
    if not given:
        sent = json_object(row.get("proxy_server_request"))
        sent = json_object(sent.get("body")) or sent
        return {**sent, "model": model or sent.get("model")}
    kind = row["call_type"]
    key = (
        "input"
        if "responses" in kind
        else "prompt"
        if "text_completion" in kind and isinstance(given, str)
        else "messages"
    )
    if key == "messages" and isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return {"model": model, key: given, **{k: v for k, v in asked.items() if k not in ("model", key)}}


def _is_redacted(row: dict[str, Any]) -> bool:
    given = maybe_json(row.get("messages"))
    items = given if isinstance(given, list) else [given]
    return any((item.get("content") if isinstance(item, dict) else item) == _REDACTED for item in items)


def _output(response: Any) -> tuple[Message, ...]:
    value = maybe_json(response)
    if isinstance(value, str):
        return text_messages(value, "assistant") if value != _REDACTED else ()
    return tuple(m for m in read_messages(value, "assistant") if m.role == "assistant")


def _usage(row: dict[str, Any], response: ResponseFacts, failed: bool) -> Usage:
    recorded = read_usage(json_object(row.get("metadata")).get("usage_object"))
    found = recorded if recorded != Usage() else response.usage
    if found != Usage() or failed:
        return found
    return read_usage({name: row.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")})


def _prompt(row: dict[str, Any]) -> PromptRef | None:
    meta = json_object(json_object(row.get("metadata")).get("prompt_management_metadata"))
    name = text_or_none(meta.get("prompt_id"))
    if name is None:
        return None
    return PromptRef(name, text_or_none(meta.get("prompt_version")), None, json_object(meta.get("prompt_variables")))
