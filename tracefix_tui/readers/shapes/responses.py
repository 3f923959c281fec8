"""Answers of every provider API: the choices, the model that gave them, token counts, and why they ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tracefix_tui.model.call import Usage
from tracefix_tui.model.message import Message
from tracefix_tui.readers.shapes.langchain import message_body
from tracefix_tui.readers.shapes.messages import read_message, read_messages, text_messages
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import maybe_json

_FINISH = {
    "end_turn": "stop", "stop_sequence": "stop", "tool_use": "tool_calls", "max_tokens": "length",
    "tool-calls": "tool_calls", "max_output_tokens": "length", "content-filter": "content_filter",
    "safety": "content_filter", "refusal": "content_filter", "tool_call": "tool_calls",
    "function_call": "tool_calls", "completed": "stop",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResponseFacts:
    """What an answer holds; `output` has one message per choice, `finish_reason` is spelled as chat completions do."""

    output: tuple[Message, ...] = ()
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    finish_reason: str | None = None


def read_response(body: Any) -> ResponseFacts | None:
    """The facts of a provider's answer (chat, completion, Responses, Anthropic, Gemini) or of LangChain, or None."""
    body = maybe_json(body)
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("choices"), list):
        return _chat(body)
    if isinstance(body.get("candidates"), list) or _is_adk(body):
        return _gemini(body)
    if isinstance(body.get("generations"), list):
        return _langchain(body)
    if isinstance(body.get("output"), list) and (
        body.get("object") == "response" or "status" in body or "model" in body
    ):
        return _responses(body)
    if isinstance(body.get("content"), list) and ("stop_reason" in body or body.get("type") == "message"):
        return _anthropic(body)
    return None


def read_output(raw: Any) -> tuple[Message, ...]:
    """The messages of whatever was recorded as a model's output: a provider's answer, messages, or plain text."""
    facts = read_response(raw)
    return facts.output if facts is not None else read_messages(raw, "assistant")


def finish_reason(value: Any) -> str | None:
    """Why an answer ended, in the words of chat completions (`length`, `tool_calls`); others as recorded."""
    if not isinstance(value, str) or not value:
        return None
    return _FINISH.get(value.lower(), value.lower() if value.isupper() else value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _chat(body: dict[str, Any]) -> ResponseFacts:
    output: list[Message] = []
    reason: Any = None
    for choice in body["choices"]:
        if not isinstance(choice, dict):
            continue
        message = choice.get("message") or choice.get("delta")
        if isinstance(message, dict):
            output.extend(read_message({"role": "assistant", **message}))
        elif isinstance(choice.get("text"), str):
            output.extend(text_messages(choice["text"], "assistant"))
        reason = reason or choice.get("finish_reason")
    usage = body.get("usage") or body.get("usage_metadata")
    return ResponseFacts(tuple(output), _text(body.get("model")), read_usage(usage), finish_reason(reason))


def _responses(body: dict[str, Any]) -> ResponseFacts:
    turn = _one_turn(read_messages(body["output"], "assistant"))
    reason = "stop" if body.get("status") == "completed" else None
    details = body.get("incomplete_details")
    if isinstance(details, dict):
        reason = finish_reason(details.get("reason"))
    if turn and turn[0].tool_calls and reason == "stop":
        reason = "tool_calls"
    return ResponseFacts(turn, _text(body.get("model")), read_usage(body.get("usage")), reason)


def _one_turn(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """All the assistant's items of one answer as one message; results of tools that the provider ran stay apart."""
    own = [m for m in messages if m.role == "assistant"]
    if not own:
        return messages
    parts = tuple(p for m in own for p in m.parts)
    joined = replace(own[0], parts=parts, tool_calls=tuple(c for m in own for c in m.tool_calls), listed=False)
    return (joined, *(m for m in messages if m.role != "assistant"))


def _anthropic(body: dict[str, Any]) -> ResponseFacts:
    found = read_messages(body["content"], "assistant")
    output = _one_turn(tuple(replace(m, role="assistant", listed=False) if m.role == "user" else m for m in found))
    return ResponseFacts(
        output, _text(body.get("model")), read_usage(body.get("usage")), finish_reason(body.get("stop_reason"))
    )


def _is_adk(body: dict[str, Any]) -> bool:
    """One candidate without its list, as Google's agent kit records it."""
    content = body.get("content")
    return isinstance(content, dict) and isinstance(content.get("parts"), list)


def _gemini(body: dict[str, Any]) -> ResponseFacts:
    candidates = body["candidates"] if isinstance(body.get("candidates"), list) else [body]
    output: list[Message] = []
    reason: Any = None
    for candidate in candidates:
        if isinstance(candidate, dict):
            content = candidate.get("content")
            output.extend(read_message({"role": "model", **content}) if isinstance(content, dict) else ())
            reason = reason or candidate.get("finish_reason") or candidate.get("finishReason")
    usage = body.get("usage_metadata") or body.get("usageMetadata")
    model = body.get("model_version") or body.get("modelVersion")
    return ResponseFacts(tuple(output), _text(model), read_usage(usage), finish_reason(reason))


def _langchain(body: dict[str, Any]) -> ResponseFacts:
    batches = body["generations"]
    first = batches[0] if batches and isinstance(batches[0], list) else batches
    output: list[Message] = []
    usage, model, reason = Usage(), None, None
    for generation in first:
        if not isinstance(generation, dict):
            continue
        message = generation.get("message")
        found = read_message(message, "assistant") if isinstance(message, dict) else ()
        output.extend(found or text_messages(str(generation.get("text") or ""), "assistant"))
        meta = message_body(message).get("response_metadata")
        meta = meta if isinstance(meta, dict) else {}
        info = generation.get("generation_info")
        info = info if isinstance(info, dict) else {}
        counted = message_body(message).get("usage_metadata")
        usage = read_usage(counted) if isinstance(counted, dict) and usage == Usage() else usage
        model = model or _text(meta.get("model_name")) or _text(meta.get("model"))
        reason = reason or finish_reason(
            info.get("finish_reason") or meta.get("finish_reason") or meta.get("stop_reason")
        )
    total = body.get("llm_output")
    total = total if isinstance(total, dict) else {}
    if usage == Usage():
        usage = read_usage(total.get("token_usage") or total.get("usage"))
    return ResponseFacts(
        tuple(output), model or _text(total.get("model_name")) or _text(total.get("model")), usage, reason
    )
