"""Request bodies of every provider API, as the facts a replay needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tracefix_tui.model.call import LLMCall, ToolDef
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message
from tracefix_tui.readers.shapes.fields import is_tool_definition
from tracefix_tui.readers.shapes.messages import lossy_notes, read_messages, text_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.parts import CALL_TYPES, RESULT_TYPES, block_type
from tracefix_tui.readers.shapes.tools import hosted_tools, read_tools
from tracefix_tui.readers.values import maybe_json

Api = Literal["chat", "responses", "messages", "completion", "generate_content", "unknown"]

_STRUCTURAL = frozenset(
    {
        "model", "messages", "input", "contents", "prompt", "system", "instructions", "system_instruction",
        "systemInstruction", "tools", "functions", "tool_choice", "toolChoice", "function_call", "toolConfig",
        "tool_config", "response_format", "text", "config", "generationConfig", "generation_config", "stream",
        "reasoning",
    }
)  # fmt: skip
_RESPONSES_KEYS = (
    "instructions",
    "previous_response_id",
    "max_output_tokens",
    "reasoning",
    "text",
    "truncation",
    "include",
)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a recorded request body asked. `notes` name what cannot be sent as it was (hosted tools, stored history)."""

    api: Api
    model: str | None = None
    messages: tuple[Message, ...] = ()
    params: JsonObject = field(default_factory=dict)
    params_raw: JsonObject = field(default_factory=dict)
    tools: tuple[ToolDef, ...] = ()
    tool_choice: Json = None
    response_format: Json = None
    stream: bool | None = None
    notes: tuple[str, ...] = ()

    def as_call(self, body: JsonObject) -> LLMCall:
        """The call that this body asked for; `body` is kept as it may be sent again, so without its secrets."""
        return LLMCall(
            request_model=self.model,
            api=self.api,
            messages=self.messages,
            params=self.params,
            params_raw=self.params_raw,
            tools=self.tools,
            tool_choice=self.tool_choice,
            response_format=self.response_format,
            stream=self.stream,
            raw_request=body,
            request_source="raw request body",
        )


def read_request(body: Any) -> RequestFacts | None:
    """The facts of a request body of the chat, Responses, Anthropic, completion or Gemini API; None for others."""
    body = maybe_json(body)
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("contents"), (list, str, dict)):
        return _gemini(body)
    if isinstance(body.get("messages"), list):
        return _anthropic(body) if _is_anthropic(body) else _chat(body)
    if _is_responses(body):
        return _responses(body)
    if isinstance(body.get("prompt"), (str, list)) and body["prompt"]:
        return _completion(body)
    return None


def _is_anthropic(body: dict[str, Any]) -> bool:
    if body.get("system") or "anthropic_version" in body or "stop_sequences" in body:
        return True
    tools = body.get("tools")
    if isinstance(tools, list) and any(isinstance(t, dict) and "input_schema" in t for t in tools):
        return True
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") in ("any", "tool", "auto", "none"):
        return True
    return any(_has_anthropic_block(m) for m in body["messages"])


def _has_anthropic_block(message: Any) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list):
        return False
    return any(
        block_type(b) in ("tool_use", "tool_result", "thinking") or (isinstance(b, dict) and "source" in b)
        for b in content
    )


def _is_responses(body: dict[str, Any]) -> bool:
    asked = body.get("input")
    if "encoding_format" in body or "dimensions" in body or "embed" in str(body.get("model") or ""):
        return False
    if isinstance(asked, str):
        return "model" in body or any(body.get(key) is not None for key in _RESPONSES_KEYS)
    if not isinstance(asked, list) or not asked:
        return asked == [] and body.get("previous_response_id") is not None
    return all(
        isinstance(i, dict)
        and ("role" in i or block_type(i) in CALL_TYPES | RESULT_TYPES | {"message", "reasoning"} or "type" in i)
        for i in asked
    )


def _facts(body: dict[str, Any], api: Api, messages: tuple[Message, ...], **given: Any) -> RequestFacts:
    tools = given.pop("tools", body.get("tools"))
    params = given.pop("params", body)
    notes = [f"the tool {name} is run by the provider and cannot be sent as a function" for name in hosted_tools(tools)]
    stream = body.get("stream")
    model = body.get("model")
    return RequestFacts(
        api=api,
        model=model if isinstance(model, str) and model else None,
        messages=messages,
        params={**clean_params(params), **given.pop("more", {})},
        params_raw=raw_params(params, _STRUCTURAL),
        tools=read_tools(tools),
        stream=stream if isinstance(stream, bool) else None,
        notes=(*notes, *given.pop("notes", ()), *lossy_notes(messages)),
        **given,
    )


def _chat(body: dict[str, Any]) -> RequestFacts:
    listed = [m["content"] for m in body["messages"] if is_tool_definition(m)]
    tools = body.get("tools") or body.get("functions") or listed or None
    choice = maybe_json(body.get("tool_choice", body.get("toolChoice")))
    return _facts(
        body,
        "chat",
        read_messages(body["messages"]),
        tools=tools,
        tool_choice=_choice(choice) if choice is not None else _legacy_choice(body.get("function_call")),
        response_format=_object_or_none(body.get("response_format")),
        more=_effort(body.get("reasoning")),
    )


def _legacy_choice(value: Any) -> Json:
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return {"type": "function", "function": {"name": value["name"]}}
    return value if value in ("auto", "none") else None


def _responses(body: dict[str, Any]) -> RequestFacts:
    asked = body.get("input")
    messages = text_messages(asked) if isinstance(asked, str) else read_messages(asked)
    instructions = body.get("instructions")
    system = (
        text_messages(instructions, "system")
        if isinstance(instructions, str)
        else read_messages(instructions, "system")
    )
    notes = (
        ["earlier turns are held by the provider (previous_response_id)"] if body.get("previous_response_id") else []
    )
    text = body.get("text")
    verbosity = (
        {"verbosity": text["verbosity"]} if isinstance(text, dict) and isinstance(text.get("verbosity"), str) else {}
    )
    return _facts(
        body,
        "responses",
        (*system, *messages),
        tool_choice=_choice(body.get("tool_choice")),
        response_format=_responses_format(text),
        more={**_effort(body.get("reasoning")), **verbosity},
        notes=notes,
    )


def _responses_format(text: Any) -> Json:
    """`text.format` as chat completions spell it: the schema moves under `json_schema`."""
    given = text.get("format") if isinstance(text, dict) else None
    if not isinstance(given, dict) or given.get("type") in (None, "text"):
        return None
    if given["type"] == "json_schema":
        return {"type": "json_schema", "json_schema": {k: v for k, v in given.items() if k != "type" and v is not None}}
    return dict(given)


def _effort(reasoning: Any) -> JsonObject:
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    return {"reasoning_effort": effort} if isinstance(effort, str) and effort else {}


def _anthropic(body: dict[str, Any]) -> RequestFacts:
    system = body.get("system")
    first = text_messages(system, "system") if isinstance(system, str) else read_messages(system or [], "system")
    choice = body.get("tool_choice")
    parallel = (
        {"parallel_tool_calls": False} if isinstance(choice, dict) and choice.get("disable_parallel_tool_use") else {}
    )
    return _facts(
        body,
        "messages",
        (*first, *read_messages(body["messages"])),
        tool_choice=_choice(choice),
        response_format=_object_or_none(body.get("response_format")),
        more=parallel,
    )


def _completion(body: dict[str, Any]) -> RequestFacts:
    prompt, system = body["prompt"], body.get("system")
    messages = text_messages(prompt) if isinstance(prompt, str) else read_messages(prompt)
    first = text_messages(system, "system") if isinstance(system, str) else ()
    notes = ["a completion prompt is sent as one user message"] if "model" in body and not first else []
    return _facts(
        body,
        "completion" if "model" in body else "unknown",
        (*first, *messages),
        tool_choice=_choice(body.get("toolChoice")),
        notes=notes,
    )


def _gemini(body: dict[str, Any]) -> RequestFacts:
    config: dict[str, Any] = {}
    for key in ("generationConfig", "generation_config", "config"):
        if isinstance(body.get(key), dict):
            config.update(body[key])
    system = next((s[k] for s in (body, config) for k in ("systemInstruction", "system_instruction") if s.get(k)), None)
    first = text_messages(system, "system") if isinstance(system, str) else read_messages(system or [], "system")
    contents = body["contents"]
    messages = text_messages(contents) if isinstance(contents, str) else read_messages(contents)
    mode = body.get("toolConfig") or body.get("tool_config") or config.get("tool_config") or config.get("toolConfig")
    return _facts(
        body,
        "generate_content",
        (*(_as_system(m) for m in first), *messages),
        tools=body.get("tools") or config.get("tools"),
        params={
            k: v for k, v in config.items() if k not in _STRUCTURAL and k not in ("response_schema", "responseSchema")
        },
        tool_choice=_gemini_choice(mode),
        response_format=_gemini_format(config),
    )


def _as_system(message: Message) -> Message:
    return replace(message, role="system")


def _gemini_choice(mode: Any) -> Json:
    calling = (
        (mode.get("functionCallingConfig") or mode.get("function_calling_config")) if isinstance(mode, dict) else None
    )
    name = calling.get("mode") if isinstance(calling, dict) else None
    return {"ANY": "required", "AUTO": "auto", "NONE": "none"}.get(str(name))


def _gemini_format(config: dict[str, Any]) -> Json:
    schema = next(
        (
            config[k]
            for k in ("responseJsonSchema", "response_json_schema", "responseSchema", "response_schema")
            if isinstance(config.get(k), dict)
        ),
        None,
    )
    if schema is not None:
        return {"type": "json_schema", "json_schema": {"name": "response", "schema": schema}}
    mime = config.get("responseMimeType") or config.get("response_mime_type")
    return {"type": "json_object"} if mime == "application/json" else None


def _object_or_none(value: Any) -> Json:
    value = maybe_json(value)
    return value if isinstance(value, dict) and value else None


def tool_choice(value: Any) -> Json:
    """A tool choice of any provider as chat completions spell it; None where nothing was chosen."""
    return _choice(maybe_json(value))


def _choice(value: Any) -> Json:
    if isinstance(value, str):
        return {"any": "required"}.get(value, value) if value in ("auto", "none", "required", "any") else None
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    name = value.get("name") or value.get("toolName")
    if kind in ("function", "tool") and isinstance(name, str):
        return {"type": "function", "function": {"name": name}}
    if kind in ("auto", "none", "any", "required"):
        return "required" if kind == "any" else str(kind)
    return value or None
