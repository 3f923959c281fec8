"""Model calls of Langfuse: the framework's own input and output, with what the metadata adds to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tracefix_tui.model.call import LLMCall, PromptRef, ToolDef, Usage
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message
from tracefix_tui.readers.langfuse_rows import Row
from tracefix_tui.readers.otel.content import NO_OUTPUT, Losses, judged
from tracefix_tui.readers.otel.flat import Attributes
from tracefix_tui.readers.otel.request_body import read_body
from tracefix_tui.readers.shapes.fields import is_tool_definition
from tracefix_tui.readers.shapes.messages import holds_messages, lossy_notes, read_messages, text_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.parts import read_tool_calls, text_of
from tracefix_tui.readers.shapes.requests import RequestFacts, tool_choice
from tracefix_tui.readers.shapes.responses import ResponseFacts, finish_reason, read_response
from tracefix_tui.readers.shapes.tools import read_tools
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import json_list, json_object, maybe_json, number, text_or_none

_ONLY_TEXT = "only the text of the input is in the trace: it is sent as one user message"
_NO_START = "the trace begins with the answer of a tool: the turns before it are not in it"
_MEDIA = "external_ref: media of this call lie in Langfuse's store, not in the file"
_GARBAGE = "the framework recorded the names of the message fields in place of the messages"
_NOT_PARAMS = frozenset(
    {"model", "model_name", "messages", "tools", "system", "system_instruction", "toolChoice", "finishReason", "stream"}
)
_REQUEST = "gen_ai.request."
_SUFFIXES = frozenset({"chat", "responses", "messages", "completion", "generative-ai", "embedding"})


def read_call(row: Row, template: Json, losses: Losses) -> LLMCall:
    """The call of a generation; `template` is the prompt's text where another span of the trace holds it."""
    a, asked = row.attributes, json_object(row.get("modelParameters"))
    call, notes = _request(row, a, asked)
    for note in lossy_notes(call.messages):
        losses.add(note)
    response = read_response(row.get("output")) or ResponseFacts()
    output = response.output or _output(row, a)
    if not output and row.status[0] != "error":
        losses.add(NO_OUTPUT)
    if any("@@@langfuseMedia:" in message.text for message in (*call.messages, *output)):
        losses.add(_MEDIA)
        notes.append(_MEDIA)
    call = replace(
        call,
        response_model=a.text("gen_ai.response.model", "ai.response.model", "llm.response.model") or response.model,
        provider=_provider(row, a, asked),
        output=output,
        usage=_usage(row, response),
        cost=_cost(row),
        finish_reason=_finish(a, asked) or response.finish_reason,
        prompt=_prompt(row, a, template),
    )
    replay, why = judged(call, notes)
    return replace(call, replay=replay, replay_notes=why)


def _request(row: Row, a: Attributes, asked: dict[str, Any]) -> tuple[LLMCall, list[str]]:
    given = _unwrapped(maybe_json(row.get("input")))
    body, facts = read_body(given)
    messages, source, notes = _messages(row, given, facts)
    beside: dict[str, str] = {}
    if body is None and isinstance(given, dict) and given.get("system"):
        beside["system"] = "as the first system message"
    if messages and not any(m.role in ("system", "developer") for m in messages):
        system = _system(a, asked)
        messages = (*system, *messages)
        if system:
            beside["messages"] = "the system text is recorded in the metadata; it is put in front"
    params = {key.removeprefix(_REQUEST): a.get(key) for key in a if key.startswith(_REQUEST)}
    params = {**params, **asked}
    stream = params.get("stream", params.get("is_stream"))
    choice = tool_choice(asked.get("toolChoice") or asked.get("tool_choice") or a.get("ai.prompt.toolChoice"))
    form = maybe_json(asked.get("response_format"))
    tools = _tools(row, a, asked, given, facts)
    if tools and not (facts and facts.tools):
        beside["tools"] = "recorded in the metadata, not in the input"
    if choice and not (facts and facts.tool_choice):
        beside["tool_choice"] = "recorded in the metadata, not in the input"
    call = LLMCall(
        request_model=_model(row, a, asked, facts),
        api=facts.api if facts and facts.api != "unknown" else "chat",
        messages=messages,
        params={**clean_params(params), **(facts.params if facts else {})},
        params_raw={**raw_params(params, _NOT_PARAMS), **(facts.params_raw if facts else {})},
        tools=tools,
        tool_choice=(facts.tool_choice if facts else None) or choice,
        response_format=(facts.response_format if facts else None)
        or (form if isinstance(form, dict) and form else None),
        stream={"true": True, "false": False}.get(str(stream).lower()),
        raw_request=body,
        request_source="raw request body" if body else source if messages else "none",  # type: ignore[arg-type]
        beside=beside,
    )
    return call, notes


def _unwrapped(given: Any) -> Any:
    """The arguments of a traced function: what it was called with, where that holds the request."""
    if not isinstance(given, dict) or not (given.keys() <= {"args", "kwargs"}):
        return given
    if isinstance(given.get("kwargs"), dict) and given["kwargs"]:
        return given["kwargs"]
    args = json_list(given.get("args"))
    return args[0] if len(args) == 1 else args


def _messages(row: Row, given: Any, facts: RequestFacts | None) -> tuple[tuple[Message, ...], str, list[str]]:
    if _is_garbage(given):
        return (), "none", [_GARBAGE]
    messages = facts.messages if facts else read_messages(given)
    notes = [*(facts.notes if facts else lossy_notes(messages))]
    source = "reconstructed text" if lossy_notes(messages) else "structured messages"
    if not messages and given not in (None, "", [], {}):
        messages, notes = text_messages(text_of(given)), [_ONLY_TEXT]
        source = "reconstructed text"
    elif messages and facts is None and not holds_messages(given) and not lossy_notes(messages):
        notes, source = [_ONLY_TEXT], "reconstructed text"
    if messages and messages[0].role == "tool":
        notes.append(_NO_START)
    return messages, source, notes


def _is_garbage(given: Any) -> bool:
    """`[{"content": "role"}, {"content": "content"}]`: the keys of an object written where its items should be."""
    if not isinstance(given, (list, dict)) or not given:
        return False
    items = given if isinstance(given, list) else [given]
    return all(isinstance(i, dict) and set(i) == {"content"} and i["content"] in ("role", "content") for i in items)


def _system(a: Attributes, asked: dict[str, Any]) -> tuple[Message, ...]:
    found = a.nested("gen_ai.system_instructions") or asked.get("system_instruction")
    read = text_messages(found, "system") if isinstance(found, str) else read_messages(found, "system")
    return tuple(replace(message, role="system") for message in read)


def _tools(
    row: Row, a: Attributes, asked: dict[str, Any], given: Any, facts: RequestFacts | None
) -> tuple[ToolDef, ...]:
    """The first place that names tools; Langfuse's integrations know at least seven."""
    if facts and facts.tools:
        return facts.tools
    described = [maybe_json(tool) for tool in json_list(a.nested("llm.tools"))]
    schemas = [
        tool["tool"].get("json_schema")
        for tool in described
        if isinstance(tool, dict) and isinstance(tool.get("tool"), dict)
    ]
    asked_of = json_object(a.nested("model_request_parameters"))
    functions = [*json_list(asked_of.get("function_tools")), *json_list(asked_of.get("output_tools"))]
    listed = [m["content"] for m in given if is_tool_definition(m)] if isinstance(given, list) else []
    places = (
        row.get("toolDefinitions"),
        row.metadata.get("tools"),
        a.nested("gen_ai.tool.definitions"),
        a.nested("ai.prompt.tools"),
        schemas,
        functions,
        asked.get("tools"),
        listed,
    )
    return next((tools for place in places if (tools := read_tools(place))), ())


def _model(row: Row, a: Attributes, asked: dict[str, Any], facts: RequestFacts | None) -> str | None:
    """The requested model; the observation's own field may hold the one that answered."""
    if facts and facts.model:
        return facts.model
    return (
        a.text("gen_ai.request.model", "ai.model.id")
        or text_or_none(asked.get("model"))
        or text_or_none(row.metadata.get("ls_model_name"))
        or row.text("model")
    )


def _provider(row: Row, a: Attributes, asked: dict[str, Any]) -> str | None:
    named = a.text("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider")
    if named is None:
        system = asked.get("system")
        short = isinstance(system, str) and len(system) < 40 and " " not in system
        named = (system if short else None) or text_or_none(asked.get("provider"))
    named = named or text_or_none(row.metadata.get("ls_provider"))
    head, _, tail = (named or "").partition(".")
    return head if tail in _SUFFIXES else named


def _output(row: Row, a: Attributes) -> tuple[Message, ...]:
    gave = row.get("output")
    found = read_messages(gave, "assistant")
    own = tuple(message for message in found if message.role == "assistant")
    output = own or found
    if not output and gave not in (None, "", [], {}):
        output = text_messages(text_of(gave), "assistant")
    if not any(message.tool_calls for message in output):
        calls = read_tool_calls(json_list(a.nested("ai.response.toolCalls"))) or read_tool_calls(
            [maybe_json(call) for call in json_list(row.get("toolCalls"))]
        )
        if calls:
            first = output[0] if output else Message("assistant")
            output = (replace(first, tool_calls=calls), *output[1:])
    return output


def _usage(row: Row, response: ResponseFacts) -> Usage:
    for counted in (json_object(row.get("usageDetails")), json_object(row.get("usage"))):
        found = read_usage(counted)
        if found != Usage():
            return found
    totals = {name: row.get(name + "Tokens") for name in ("prompt", "completion", "total")}
    found = read_usage({key: value for key, value in totals.items() if value})
    return found if found != Usage() else response.usage


def _cost(row: Row) -> float | None:
    """US dollars; a total of zero without details means that Langfuse knew no price."""
    details = json_object(row.get("costDetails"))
    total = number(details.get("total"))
    if total is None:
        total = number(row.get("totalCost")) or number(row.get("calculatedTotalCost"))
    return total if total or details else None


def _finish(a: Attributes, asked: dict[str, Any]) -> str | None:
    listed = json_list(a.nested("gen_ai.response.finish_reasons"))
    return finish_reason(
        asked.get("finishReason") or a.get("ai.response.finishReason") or (listed[0] if listed else None)
    )


def _prompt(row: Row, a: Attributes, template: Json) -> PromptRef | None:
    linked = json_object(a.nested("ai.telemetry.metadata.langfusePrompt")) or json_object(
        row.metadata.get("langfusePrompt")
    )
    name = row.text("promptName") or text_or_none(linked.get("name"))
    if name is None:
        return None
    version = row.text("promptVersion") or text_or_none(linked.get("version"))
    text = linked.get("prompt") or template
    return PromptRef(
        name, version, text if isinstance(text, (str, list)) else None, {}, "mustache" if text else "unknown"
    )
