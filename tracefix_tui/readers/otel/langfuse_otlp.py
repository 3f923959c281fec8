"""The attributes that Langfuse's SDKs write on OpenTelemetry spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracefix_tui.model.call import LLMCall, PromptRef
from tracefix_tui.model.trace import Retrieval, SpanDetail, SpanKind, Status, ToolRun
from tracefix_tui.readers.otel.content import NO_OUTPUT, NOT_CAPTURED, RESPONSE_MODEL, Losses, judged, leftover
from tracefix_tui.readers.otel.dialect import Dialect, TraceFacts
from tracefix_tui.readers.otel.documents import NO_TEXT, read_documents
from tracefix_tui.readers.otel.flat import FlatSpan
from tracefix_tui.readers.otel.request_body import read_body
from tracefix_tui.readers.shapes.messages import lossy_notes, read_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.parts import text_of
from tracefix_tui.readers.shapes.responses import finish_reason, read_output
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import json_list, json_object, maybe_json, number, parse_time

_O = "langfuse.observation."
_TYPE = _O + "type"
_KINDS: dict[str, SpanKind] = {
    "generation": "llm",
    "agent": "agent",
    "tool": "tool",
    "chain": "chain",
    "retriever": "retriever",
    "embedding": "embedding",
    "evaluator": "evaluator",
    "guardrail": "guardrail",
}
_CARRIED = (
    _TYPE, _O + "input", _O + "output", _O + "model", _O + "usage_details", _O + "cost_details", _O + "prompt",
    _O + "completion_start_time", "langfuse.trace", "session.id", "user.id",
)  # fmt: skip
_DEFAULTS = "the SDK that recorded this wrote its own defaults for parameters that were not set"


class LangfuseOtlp(Dialect):
    """Observations of Langfuse's SDKs from version 3 on."""

    name = "langfuse"

    def claims(self, span: FlatSpan) -> bool:
        """A span that names its observation type or carries an observation's input."""
        return _TYPE in span.attributes or _O + "input" in span.attributes

    def kind(self, span: FlatSpan) -> SpanKind:
        """By the observation type; `span` and `event` are `other`."""
        return _KINDS.get((span.attributes.text(_TYPE) or "").lower(), "other")

    def status(self, span: FlatSpan) -> tuple[Status, str]:
        """An observation of level ERROR failed, whatever the span's own status."""
        message = span.attributes.text(_O + "status_message") or span.message
        failed = span.attributes.text(_O + "level") == "ERROR"
        return ("error" if failed else span.status), message

    def facts(self, span: FlatSpan) -> TraceFacts:
        """What the SDK propagates to the spans of a trace."""
        a = span.attributes
        return TraceFacts(
            session_id=a.text("session.id", "langfuse.session.id"),
            user_id=a.text("user.id", "langfuse.user.id"),
            name=a.text("langfuse.trace.name"),
            tags=tuple(str(tag) for tag in json_list(a.nested("langfuse.trace.tags"))),
            metadata=json_object(a.nested("langfuse.trace.metadata")),
        )

    def detail(self, span: FlatSpan, siblings: Sequence[FlatSpan]) -> SpanDetail:
        """Input and output, which are whatever the application or a framework handed over."""
        losses, kind, a = Losses(), self.kind(span), span.attributes
        given = losses.without_vectors(maybe_json(a.get(_O + "input")))
        gave = losses.without_vectors(maybe_json(a.get(_O + "output")))
        retrieval = None
        if kind == "retriever":
            retrieval = Retrieval(_query(given), read_documents(gave))
            if retrieval.documents and all(document.content is None for document in retrieval.documents):
                losses.add(NO_TEXT)
        return SpanDetail(
            input=given,
            output=gave,
            llm=_call(span, given, gave, losses) if kind == "llm" else None,
            retrieval=retrieval,
            tool=_tool(span, given, gave) if kind == "tool" else None,
            attributes=leftover(span, _CARRIED, losses),
            lossy=losses.notes(),
            first_token_ns=parse_time(maybe_json(a.get(_O + "completion_start_time"))),
        )


def _call(span: FlatSpan, given: Any, gave: Any, losses: Losses) -> LLMCall:
    a = span.attributes
    asked = json_object(a.nested(_O + "model.parameters"))
    body, facts = read_body(given)
    messages = facts.messages if facts else read_messages(given)
    output = read_output(gave)
    model = a.text(_O + "model.name")
    notes = [*(facts.notes if facts else lossy_notes(messages))]
    if model is not None and (facts is None or facts.model is None):
        notes.append(RESPONSE_MODEL)
    if any(value == "Infinity" for value in asked.values()):
        notes.append(_DEFAULTS)
    if not messages:
        losses.add(NOT_CAPTURED)
    elif not output and span.status != "error":
        losses.add(NO_OUTPUT)
    for note in lossy_notes(messages):
        losses.add(note)
    cost = json_object(a.nested(_O + "cost_details"))
    call = LLMCall(
        request_model=(facts.model if facts else None) or model,
        response_model=model,
        api=facts.api if facts else "chat",
        messages=messages,
        output=output,
        params={**clean_params(asked), **(facts.params if facts else {})},
        params_raw={**raw_params(asked), **(facts.params_raw if facts else {})},
        tools=facts.tools if facts else (),
        tool_choice=facts.tool_choice if facts else None,
        response_format=facts.response_format if facts else None,
        usage=read_usage(json_object(a.nested(_O + "usage_details"))),
        cost=number(cost.get("total")),
        prompt=_prompt(span),
        finish_reason=finish_reason(maybe_json(a.get(_O + "metadata.finish_reason"))),
        stream=facts.stream if facts else None,
        raw_request=body,
        request_source="raw request body" if body else "structured messages" if messages else "none",
    )
    judgement, why = judged(call, notes)
    return replace(call, replay=judgement, replay_notes=why)


def _prompt(span: FlatSpan) -> PromptRef | None:
    """The linked prompt: Langfuse records its name and version, not its text."""
    name, version = span.attributes.text(_O + "prompt.name"), span.attributes.text(_O + "prompt.version")
    return PromptRef(name, version) if name else None


def _arguments(given: Any) -> Any:
    """The arguments of a decorated function: by name where they were given by name."""
    if isinstance(given, dict) and given.keys() == {"args", "kwargs"}:
        return given if given["args"] else given["kwargs"]
    return given


def _query(given: Any) -> str | None:
    given = _arguments(given)
    if isinstance(given, dict) and isinstance(given.get("args"), list) and given["args"]:
        given = given["args"][0]
    if isinstance(given, dict):
        given = next(
            (given[key] for key in ("query", "question", "input", "text") if isinstance(given.get(key), str)), given
        )
    return None if given is None else text_of(given)


def _tool(span: FlatSpan, given: Any, gave: Any) -> ToolRun:
    raw = span.attributes.get(_O + "input")
    return ToolRun(
        name=span.name,
        arguments=_arguments(given),
        arguments_raw=raw if isinstance(raw, str) else None,
        result=gave,
        is_error=span.status == "error" or span.attributes.text(_O + "level") == "ERROR",
    )
