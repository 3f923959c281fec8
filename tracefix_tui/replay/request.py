"""From a recorded call to the request that sends it again, with a report on every recorded field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from tracefix_tui.model.attempt import FidelityEntry, Request
from tracefix_tui.model.call import LLMCall, ToolDef
from tracefix_tui.model.errors import ReplayImpossible
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, ReasoningPart, TextPart
from tracefix_tui.readers.shapes.requests import read_request
from tracefix_tui.readers.shapes.secrets import without_secrets
from tracefix_tui.replay.fidelity import LOOKS_SECRET, Notes, report_messages, report_params, report_raw
from tracefix_tui.replay.params import is_replayed
from tracefix_tui.replay.providers import litellm_name

_NEED_TOOLS = ("tool_choice", "parallel_tool_calls")


@dataclass(frozen=True, slots=True)
class _Source:
    """What the request is built from; `raw` is the recorded body when that is the source."""

    messages: tuple[Message, ...]
    params: JsonObject
    tools: tuple[ToolDef, ...]
    tool_choice: Json
    response_format: Json
    stream: bool | None
    raw: JsonObject | None = None
    whole: bool = False
    api: str = "unknown"
    remarks: tuple[str, ...] = ()


def build_request(call: LLMCall, model: str | None = None) -> tuple[Request, tuple[FidelityEntry, ...]]:
    """The request that repeats a recorded call, and what became of each recorded field.

    Built from the raw request body where the trace holds one, else from structured messages, else from reconstructed
    text. `model` replaces the recorded one. Endpoints, keys and headers of the trace are never in it. Raises
    `ReplayImpossible` when no messages or no model were recorded.
    """
    notes = Notes()
    source = _source(call)
    name = _model(call, source, model, notes)
    messages = _sendable(source.messages, notes)
    params = _params(source, name, notes)
    if not source.tools and (source.tool_choice is not None or "parallel_tool_calls" in params):
        params.pop("parallel_tool_calls", None)
        for field in _NEED_TOOLS:
            notes.explain(field, "left out", "no tool definitions were recorded, and providers refuse it without them")
        source = replace(source, tool_choice=None)
    request = Request(name, messages, params, source.tools, source.tool_choice, source.response_format)
    for field, where in call.beside.items():
        notes.add(field, "changed", where)
    report_messages(request, "raw request body" if source.raw else call.request_source, source.api, source.raw, notes)
    if source.raw is not None:
        report_raw(source.raw, request, notes)
    report_params(call, request, notes, whole=source.whole)
    _report_stream(source.stream, notes)
    remarks = dict.fromkeys((*call.replay_notes, *source.remarks))
    if remarks:
        notes.add("recording", "changed", "; ".join(remarks))
    return request, notes.entries


def _source(call: LLMCall) -> _Source:
    if call.replay == "impossible":
        why = "; ".join(call.replay_notes) or "the recording does not hold what the model was asked"
        raise ReplayImpossible(why, hint="Choose another call, or write the messages by hand")
    facts = read_request(call.raw_request) if call.raw_request else None
    if facts is not None and facts.messages:
        whole = isinstance(cast(JsonObject, call.raw_request).get("model"), str)
        return _Source(
            messages=facts.messages,
            params=dict(facts.params) if whole else {**call.params, **facts.params},
            tools=facts.tools if whole or facts.tools else call.tools,
            tool_choice=facts.tool_choice if whole or facts.tool_choice is not None else call.tool_choice,
            response_format=facts.response_format
            if whole or facts.response_format is not None
            else call.response_format,
            stream=facts.stream if facts.stream is not None else call.stream,
            raw=call.raw_request,
            whole=whole,
            api=facts.api,
            remarks=facts.notes,
        )
    if not call.messages:
        raise ReplayImpossible(
            "the recording holds no messages for this call",
            hint="Record message content in your tracing setup, or choose another call",
        )
    return _Source(call.messages, dict(call.params), call.tools, call.tool_choice, call.response_format, call.stream)


def _model(call: LLMCall, source: _Source, wanted: str | None, notes: Notes) -> str:
    """The model asked for, else the recorded request's; the response's only where nothing else was recorded."""
    body = source.raw.get("model") if source.raw else None
    requested = call.request_model or (body if isinstance(body, str) else None)
    if wanted:
        notes.add("model", "changed", f"replaced by {wanted}" + (f" (recorded: {requested})" if requested else ""))
        return wanted
    recorded = requested or call.response_model
    if not recorded:
        raise ReplayImpossible(
            "the recording does not name the model",
            hint="Name one: --model offline/extractive, openai/gpt-4o-mini, ...",
        )
    name = litellm_name(recorded, call.provider)
    if requested is None:
        notes.add("model", "changed", f"the requested model was not recorded; {recorded} is what answered")
    else:
        notes.add("model", "sent", "" if name == recorded else f"as {name}, which is how LiteLLM names it")
    return name


def _params(source: _Source, model: str, notes: Notes) -> JsonObject:
    """The parameters that are safe to hand on: sampling settings by an allow list, nothing that steers the call."""
    out: JsonObject = {}
    for name, value in source.params.items():
        count = isinstance(value, int) and value > 1
        if not is_replayed(name, model):
            continue
        if name == "n" and count:
            notes.explain(name, "left out", "a run keeps one answer; repeat the run instead (-n)")
        elif without_secrets(value) != value:
            notes.explain(name, "left out", LOOKS_SECRET)
        else:
            out[name] = value
    if "max_tokens" in out and "max_completion_tokens" in out:
        del out["max_tokens"]
        notes.explain("max_tokens", "left out", "max_completion_tokens is the same limit, and providers refuse both")
    return out


def _sendable(messages: tuple[Message, ...], notes: Notes) -> tuple[Message, ...]:
    """The messages with what every provider insists on: ids of tool calls, and some content."""
    out: list[Message] = []
    waiting: list[str] = []
    for i, message in enumerate(messages):
        if message.tool_calls:
            waiting = []
            calls = []
            for j, call in enumerate(message.tool_calls):
                if call.id is None:
                    call = replace(call, id=f"call_{i}_{j}")
                    notes.add(
                        f"messages[{i}].tool_calls[{j}].id",
                        "changed",
                        "not recorded; made up, since providers insist on one",
                    )
                waiting.append(cast(str, call.id))
                calls.append(call)
            message = replace(message, tool_calls=tuple(calls))
        elif message.role == "tool":
            message = _with_call_id(message, i, waiting, notes)
        elif message.parts and all(isinstance(part, ReasoningPart) for part in message.parts):
            message = replace(message, parts=(*message.parts, TextPart("")))
            notes.add(f"messages[{i}].content", "changed", "empty text: only the model's reasoning was recorded")
        out.append(message)
    return tuple(out)


def _with_call_id(message: Message, i: int, waiting: list[str], notes: Notes) -> Message:
    """A tool's result tied to the call it answers: by its own id, else the next call without an answer."""
    if message.tool_call_id is not None:
        if message.tool_call_id in waiting:
            waiting.remove(message.tool_call_id)
        return message
    if not waiting:
        return message
    notes.add(f"messages[{i}].tool_call_id", "changed", "not recorded; taken from the call before it")
    return replace(message, tool_call_id=waiting.pop(0))


def _report_stream(stream: bool | None, notes: Notes) -> None:
    if stream is None:
        return
    notes.drop("stream")
    if stream:
        notes.add("stream", "sent")
    else:
        notes.add("stream", "changed", "replays stream, so that they can be watched and stopped")
