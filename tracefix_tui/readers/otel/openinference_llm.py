"""Model calls as OpenInference records them: the raw request where it is kept, else the flattened messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracefix_tui.model.call import LLMCall, PromptRef, Usage
from tracefix_tui.model.message import Message
from tracefix_tui.readers.otel.content import NO_OUTPUT, RESPONSE_MODEL, Losses, judged
from tracefix_tui.readers.otel.flat import Attributes, FlatSpan
from tracefix_tui.readers.otel.request_body import read_body
from tracefix_tui.readers.shapes.messages import read_message, text_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.parts import text_of
from tracefix_tui.readers.shapes.requests import RequestFacts, tool_choice
from tracefix_tui.readers.shapes.responses import ResponseFacts, finish_reason, read_response
from tracefix_tui.readers.shapes.tools import read_tools
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import json_object, maybe_json

# What invocation parameters repeat of the request besides sampling parameters.
_NOT_PARAMS = frozenset(
    {"model", "model_name", "messages", "tools", "functions", "tool_choice", "response_format", "stream", "_type"}
)
# A template is filled in right before the call; looking further back would parse every step of a long agent.
_NEAR = 20
_ONLY_TEXT = "only the text of the input is in the trace: it is sent as one user message"


def read_call(span: FlatSpan, given: Any, gave: Any, siblings: Sequence[FlatSpan], losses: Losses) -> LLMCall:
    """The call of an LLM span; `given` and `gave` are its input and output values."""
    a = span.attributes
    invoked = json_object(a.nested("llm.invocation_parameters"))
    body, facts = read_body(given)
    response = read_response(gave) or ResponseFacts()
    call = facts.as_call(body) if body is not None and facts is not None else _from_messages(a, invoked, given, facts)
    answered = a.text("llm.response.model_name", "llm.model_name") or response.model
    notes = list(facts.notes) if facts is not None and body is not None else []
    if call.request_source == "reconstructed text":
        notes.append(_ONLY_TEXT)
    requested = call.request_model or a.text("llm.request.model_name") or _model(invoked)
    if requested is None and answered is not None:
        requested = answered
        notes.append(RESPONSE_MODEL)
    output = response.output or _output(a)
    if not output and span.status != "error":
        losses.add(NO_OUTPUT)
    call = replace(
        call,
        request_model=requested,
        response_model=answered if span.status != "error" or response.model else response.model,
        provider=a.text("llm.provider", "llm.system"),
        output=output,
        usage=_usage(a, response),
        cost=a.number("llm.cost.total"),
        finish_reason=finish_reason(a.text("llm.finish_reason")) or response.finish_reason,
        prompt=prompt_of(span, call.messages, siblings),
    )
    judgement, why = judged(call, notes)
    return replace(call, replay=judgement, replay_notes=why)


def _from_messages(a: Attributes, invoked: dict[str, Any], given: Any, facts: RequestFacts | None) -> LLMCall:
    """From the flattened messages; where there are none, from the messages or the text of the input value."""
    messages = _messages(a.nested("llm.input_messages")) or _prompts(a.nested("llm.prompts"))
    source = "structured messages"
    if not messages and facts is not None:
        messages = facts.messages
    if not messages and isinstance(given, str):
        messages, source = text_messages(given), "reconstructed text"
    listed = [_unwrapped(item, "tool").get("json_schema", item) for item in _items(a.nested("llm.tools"))]
    tools = read_tools(listed) or (facts.tools if facts else ()) or read_tools(invoked.get("tools"))
    stream = invoked.get("stream")
    response_format = maybe_json(invoked.get("response_format"))
    return LLMCall(
        request_model=_model(invoked),
        api="completion" if a.has("llm.prompts") else "chat",
        messages=messages,
        params=clean_params(invoked),
        params_raw=raw_params(invoked, _NOT_PARAMS),
        tools=tools,
        tool_choice=tool_choice(invoked.get("tool_choice")),
        response_format=response_format if isinstance(response_format, dict) else None,
        stream=stream if isinstance(stream, bool) else None,
        request_source=source if messages else "none",  # type: ignore[arg-type]
    )


def _model(invoked: dict[str, Any]) -> str | None:
    return next(
        (invoked[key] for key in ("model", "model_name", "model_id") if isinstance(invoked.get(key), str)), None
    )


def _items(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _unwrapped(item: Any, key: str) -> dict[str, Any]:
    inner = item.get(key, item) if isinstance(item, dict) else None
    return inner if isinstance(inner, dict) else {}


def _messages(raw: Any) -> tuple[Message, ...]:
    return tuple(message for item in _items(raw) for message in read_message(_openai(_unwrapped(item, "message"))))


def _openai(raw: dict[str, Any]) -> dict[str, Any]:
    """A flattened message in the shape of chat completions."""
    out = {key: raw[key] for key in ("role", "name", "tool_call_id") if raw.get(key) is not None}
    blocks = [_block(_unwrapped(item, "message_content")) for item in _items(raw.get("contents"))]
    content = raw.get("content")
    out["content"] = blocks if blocks else content if content is None or isinstance(content, str) else text_of(content)
    calls = [_call(_unwrapped(item, "tool_call")) for item in _items(raw.get("tool_calls"))]
    if raw.get("function_call_name"):
        calls.append(
            {"function": {"name": raw["function_call_name"], "arguments": raw.get("function_call_arguments_json")}}
        )
    if calls:
        out["tool_calls"] = calls
    return out


def _block(block: dict[str, Any]) -> dict[str, Any]:
    image = block.get("image")
    if isinstance(image, dict):
        url = image["image"].get("url") if isinstance(image.get("image"), dict) else image.get("url")
        return {"type": "image_url", "image_url": {"url": url}}
    if block.get("type") in (None, "text") and isinstance(block.get("text"), str):
        return {"type": "text", "text": block["text"]}
    return block


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    return {"id": call.get("id"), "type": "function", "function": function if isinstance(function, dict) else {}}


def _prompts(raw: Any) -> tuple[Message, ...]:
    """Prompts of a text completion: one user message each."""
    texts = [item if isinstance(item, str) else _unwrapped(item, "prompt").get("text") for item in _items(raw)]
    return tuple(message for text in texts if isinstance(text, str) for message in text_messages(text))


def _output(a: Attributes) -> tuple[Message, ...]:
    found = _messages(a.nested("llm.output_messages"))
    if found:
        return found
    texts = [_unwrapped(item, "completion").get("text") for item in _items(a.nested("llm.choices"))]
    return tuple(m for text in texts if isinstance(text, str) for m in text_messages(text, "assistant"))


def _usage(a: Attributes, response: ResponseFacts) -> Usage:
    counts = a.nested("llm.token_count")
    if not isinstance(counts, dict):
        return response.usage
    # The names of the two detail groups differ from every provider's; audio and the rest stay in the raw output.
    cached = counts.get("prompt_details")
    if isinstance(cached, dict) and "cache_input" in cached:
        cached.setdefault("cache_read", cached["cache_input"])
    found = read_usage(counts)
    return replace(found, input_includes_cached=response.usage.input_includes_cached)


def prompt_of(span: FlatSpan, messages: Sequence[Message], siblings: Sequence[FlatSpan]) -> PromptRef | None:
    """The recorded template: the span's own, else that of the step before it which wrote one of these messages."""
    own = _template(span.attributes)
    if own is not None:
        return own
    at = span.start_ns or 0
    before = [other for other in siblings if other is not span and (other.start_ns or 0) <= at]
    for other in sorted(before, key=lambda other: other.start_ns or 0, reverse=True)[:_NEAR]:
        found = _template(other.attributes)
        if found is not None and found.variables and _wrote(found, messages):
            return found
    return None


def _template(a: Attributes) -> PromptRef | None:
    template = a.get("llm.prompt_template.template")
    name, version = a.text("prompt.id", "prompt.name"), a.text("llm.prompt_template.version", "prompt.version")
    variables = json_object(a.nested("llm.prompt_template.variables"))
    if template is None and not variables and name is None and version is None:
        return None
    return PromptRef(name, version, template, variables, "fstring" if template is not None else "unknown")


def _wrote(prompt: PromptRef, messages: Sequence[Message]) -> bool:
    """Whether the template, filled in, is the text of one of these messages."""
    if not isinstance(prompt.template, str):
        return False
    text = prompt.template
    for key, value in prompt.variables.items():
        text = text.replace("{" + key + "}", text_of(value))
    return any(message.text == text for message in messages)
