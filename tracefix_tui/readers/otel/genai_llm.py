"""Model calls under OpenTelemetry's conventions: content in span attributes, in events or in log records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from tracefix_tui.model.call import LLMCall, PromptRef, Usage
from tracefix_tui.model.message import Message
from tracefix_tui.readers.otel.content import NO_OUTPUT, NOT_CAPTURED, RESPONSE_MODEL, Losses, judged
from tracefix_tui.readers.otel.flat import Attributes, Event, FlatSpan
from tracefix_tui.readers.shapes.messages import read_message, read_messages, text_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.responses import finish_reason
from tracefix_tui.readers.shapes.tools import read_tools
from tracefix_tui.readers.values import maybe_json, number, whole

_HOW = "set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT where the application runs to record it"
_DETAILS = "gen_ai.client.inference.operation.details"
_LEGACY = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool", "developer")}
_CHOICE = "gen_ai.choice"
_REQUEST, _OPENAI = "gen_ai.request.", "gen_ai.openai.request."
_NOT_PARAMS = frozenset({"model", "stream", "response_format"})
_APIS: dict[str, Literal["completion", "generate_content"]] = {
    "text_completion": "completion",
    "generate_content": "generate_content",
}
_NO_FORMAT = "a JSON answer was asked for, but its schema is not in the trace"


def read_call(span: FlatSpan, losses: Losses) -> LLMCall:
    """The call of an LLM span. Where content was not captured, the call says so and cannot be replayed."""
    a = span.attributes
    messages, output, ended = _content(span)
    notes = []
    requested, answered = a.text("gen_ai.request.model"), a.text("gen_ai.response.model")
    if requested is None and answered is not None:
        notes.append(RESPONSE_MODEL)
    if not messages:
        losses.add(f"{NOT_CAPTURED}; {_HOW}")
    elif not output and span.status != "error":
        losses.add(NO_OUTPUT)
    asked = _params(a)
    response_format, format_note = _response_format(a)
    notes += [format_note] if format_note else []
    reasons = maybe_json(a.get("gen_ai.response.finish_reasons"), 1)
    stream = a.first("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming")
    name = a.text("gen_ai.prompt.name")
    call = LLMCall(
        request_model=requested or answered,
        response_model=answered,
        provider=a.text("gen_ai.provider.name", "gen_ai.system"),
        api=_APIS.get(a.text("gen_ai.operation.name") or "", "chat"),
        messages=messages,
        output=output,
        params=clean_params(asked),
        params_raw=raw_params(asked, _NOT_PARAMS),
        tools=read_tools(a.nested("gen_ai.tool.definitions")) or read_tools(a.nested("llm.request.functions")),
        response_format=response_format,
        usage=_usage(a),
        cost=number(a.first("gen_ai.usage.cost", "operation.cost")),
        prompt=PromptRef(name, a.text("gen_ai.prompt.version")) if name else None,
        finish_reason=finish_reason(reasons[0] if isinstance(reasons, list) and reasons else ended),
        stream=stream if isinstance(stream, bool) else None,
        request_source="structured messages" if messages else "none",
    )
    judgement, why = judged(call, notes)
    return replace(call, replay=judgement, replay_notes=why)


def _params(a: Attributes) -> dict[str, Any]:
    """What was asked beside the messages, under the names of the request."""
    out = {}
    for prefix in (_OPENAI, _REQUEST):
        for key in a:
            if key.startswith(prefix) and (value := a.get(key)) is not None:
                out[key.removeprefix(prefix)] = value
    return {key: value for key, value in out.items() if key not in _NOT_PARAMS}


def _response_format(a: Attributes) -> tuple[Any, str | None]:
    asked = a.text("gen_ai.openai.request.response_format", "gen_ai.output.type", "gen_ai.request.response_format")
    if asked == "json_object":
        return {"type": "json_object"}, None
    return None, _NO_FORMAT if asked in ("json", "json_schema") else None


def _usage(a: Attributes) -> Usage:
    usage = "gen_ai.usage."
    return Usage(
        input=a.whole(usage + "input_tokens", usage + "prompt_tokens"),
        output=a.whole(usage + "output_tokens", usage + "completion_tokens"),
        total=a.whole(usage + "total_tokens", "llm.usage.total_tokens"),
        cache_read=a.whole(
            usage + "cache_read.input_tokens", usage + "cache_read_input_tokens", usage + "details.cache_read_tokens"
        ),
        cache_write=a.whole(
            usage + "cache_creation.input_tokens",
            usage + "cache_creation_input_tokens",
            usage + "details.cache_write_tokens",
        ),
        reasoning=a.whole(
            usage + "reasoning.output_tokens", usage + "reasoning_tokens", usage + "details.reasoning_tokens"
        ),
    )


def _content(span: FlatSpan) -> tuple[tuple[Message, ...], tuple[Message, ...], str | None]:
    """(messages, output, finish reason) from the first place that holds any."""
    a = span.attributes
    found = _structured(lambda key: a.nested(key))
    if not found[0] and not found[1]:
        found = _from_events([*span.events, *span.records])
    if not found[0] and not found[1]:
        found = _flattened(a)
    messages, output, ended = found
    messages = messages if any(m.parts or m.tool_calls for m in messages) else ()
    return messages, tuple(m for m in output if m.parts or m.tool_calls), ended


def _structured(get: Any) -> tuple[tuple[Message, ...], tuple[Message, ...], str | None]:
    """Messages with parts, as JSON text or as a structure."""
    instructions = get("gen_ai.system_instructions")
    system = (
        text_messages(instructions, "system")
        if isinstance(instructions, str)
        else read_messages(instructions, "system")
    )
    given, gave = maybe_json(get("gen_ai.input.messages")), maybe_json(get("gen_ai.output.messages"))
    messages = (*(replace(m, role="system") for m in system), *read_messages(given))
    ended = (
        next((m.get("finish_reason") for m in gave if isinstance(m, dict)), None) if isinstance(gave, list) else None
    )
    return messages, read_messages(gave, "assistant"), ended


def _from_events(events: Iterable[Event]) -> tuple[tuple[Message, ...], tuple[Message, ...], str | None]:
    """One event for the whole call, or one per message with the message as its body."""
    messages: list[dict[str, Any]] = []
    choices: list[tuple[int, dict[str, Any]]] = []
    ended = None
    for event in events:
        if event.name == _DETAILS:
            attributes = Attributes(event.attributes)
            return _structured(attributes.nested)
        if event.name == "gen_ai.content.prompt":
            messages.extend(_listed(event.attributes.get("gen_ai.prompt"), "user"))
        elif event.name == "gen_ai.content.completion":
            choices.extend((0, m) for m in _listed(event.attributes.get("gen_ai.completion"), "assistant"))
        elif event.name in _LEGACY:
            messages.append(_legacy(event, _LEGACY[event.name]))
        elif event.name == _CHOICE:
            body = _body(event)
            ended = ended or body.get("finish_reason")
            message = maybe_json(body.get("message"), 1)
            message = message if isinstance(message, dict) else {"content": message} if message is not None else body
            choices.append((whole(body.get("index")) or 0, {"role": "assistant", **message}))
    output = [m for _, raw in sorted(choices, key=lambda choice: choice[0]) for m in read_message(raw)]
    return read_messages(messages), tuple(output), ended


def _listed(value: Any, role: str) -> list[dict[str, Any]]:
    value = maybe_json(value, 1)
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return [m for m in value if isinstance(m, dict)] if isinstance(value, list) else []


def _body(event: Event) -> dict[str, Any]:
    """The body of a log record; span events, which have none, carry it in attributes."""
    body = maybe_json(event.body, 1)
    if body is None:
        body = maybe_json(event.attributes.get("gen_ai.event.content"), 1)
    if body is None:
        body = {key.removeprefix("gen_ai."): value for key, value in event.attributes.items()}
    return body if isinstance(body, dict) else {"content": body}


def _legacy(event: Event, role: str) -> dict[str, Any]:
    body = dict(_body(event))
    body.setdefault("role", role)
    body["tool_calls"] = maybe_json(body.get("tool_calls"), 1)
    if role == "tool" and "tool_call_id" not in body:
        body["tool_call_id"] = body.get("id")
    return {
        key: value for key, value in body.items() if key in ("role", "content", "tool_calls", "tool_call_id", "name")
    }


def _flattened(a: Attributes) -> tuple[tuple[Message, ...], tuple[Message, ...], str | None]:
    """The oldest form: `gen_ai.prompt.N.role`, one attribute per field of a message."""
    given, gave = a.nested("gen_ai.prompt"), a.nested("gen_ai.completion")
    messages = read_messages(given) if isinstance(given, list) else ()
    output = read_messages(gave, "assistant") if isinstance(gave, list) else ()
    ended = gave[0].get("finish_reason") if isinstance(gave, list) and gave and isinstance(gave[0], dict) else None
    return messages, output, ended
