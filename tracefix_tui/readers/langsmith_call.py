"""Model calls of LangSmith: LangChain's messages with invocation parameters, or a provider's own request body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracefix_tui.model.call import LLMCall, Usage
from tracefix_tui.model.message import Message
from tracefix_tui.readers.langsmith_prompt import prompt_of
from tracefix_tui.readers.langsmith_runs import Run
from tracefix_tui.readers.otel.content import NO_OUTPUT, Losses, judged
from tracefix_tui.readers.otel.request_body import read_body
from tracefix_tui.readers.shapes.messages import lossy_notes, read_messages, text_messages
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.parts import text_of
from tracefix_tui.readers.shapes.requests import RequestFacts, tool_choice
from tracefix_tui.readers.shapes.responses import ResponseFacts, read_response
from tracefix_tui.readers.shapes.tools import hosted_tools, read_tools
from tracefix_tui.readers.shapes.usage import read_usage
from tracefix_tui.readers.values import json_object, maybe_json, number, text_or_none

_ONLY_TEXT = "only the text of the input is in the trace: it is sent as one user message"
_ONE_OF_BATCH = "the run holds a batch of prompts: only the first is read"
_COMPLETION = "a completion prompt is sent as one user message"
_STORED = "external_ref: inputs or outputs lie in LangSmith's object store, not in the file"
_MODEL_KEYS = ("model", "model_name", "model_id", "deployment_name", "azure_deployment")
_NOT_PARAMS = frozenset(
    {*_MODEL_KEYS, "messages", "tools", "functions", "tool_choice", "response_format", "stream", "_type"}
)


def read_call(run: Run, siblings: Sequence[Run], losses: Losses) -> LLMCall:
    """The call of an llm run; `siblings` are the runs with the same parent, where the prompt's template may be."""
    body, facts = read_body(run.inputs)
    if body is not None and facts is not None:
        call, notes = facts.as_call(body), list(facts.notes)
    else:
        call, notes = _from_langchain(run, facts)
    for note in lossy_notes(call.messages):
        losses.add(note)
    if not run.inputs and run.raw.get("inputs_s3_urls"):
        losses.add(_STORED)
    response = read_response(run.outputs) or ResponseFacts()
    output = response.output or _output(run.outputs)
    if not output and run.status[0] != "error":
        losses.add(NO_OUTPUT)
    call = replace(
        call,
        request_model=call.request_model or text_or_none(run.metadata.get("ls_model_name")),
        response_model=response.model,
        provider=text_or_none(run.metadata.get("ls_provider")) or _provider_of(run),
        output=output,
        usage=_usage(run, response),
        cost=number(run.raw.get("total_cost")),
        finish_reason=response.finish_reason,
        prompt=prompt_of(run, siblings),
    )
    replay, why = judged(call, notes)
    return replace(call, replay=replay, replay_notes=why)


def _from_langchain(run: Run, facts: RequestFacts | None) -> tuple[LLMCall, list[str]]:
    asked = json_object(run.extra.get("invocation_params")) or _standard_params(run)
    messages, notes, api = _messages(run.inputs, facts)
    form = maybe_json(asked.get("response_format"))
    tools = asked.get("tools") or asked.get("functions") or json_object(run.extra.get("options")).get("tools")
    notes += [
        f"the tool {name} is run by the provider and cannot be sent as a function" for name in hosted_tools(tools)
    ]
    stream = asked.get("stream", asked.get("streaming"))
    rebuilt = bool(lossy_notes(messages)) or _ONLY_TEXT in notes
    call = LLMCall(
        request_model=next((m for key in _MODEL_KEYS if (m := text_or_none(asked.get(key))) is not None), None),
        api=api,  # type: ignore[arg-type]
        messages=messages,
        params=clean_params(asked),
        params_raw=raw_params(asked, _NOT_PARAMS),
        tools=read_tools(tools) or (facts.tools if facts else ()),
        tool_choice=tool_choice(asked.get("tool_choice")),
        response_format=form if isinstance(form, dict) and form else None,
        stream=stream if isinstance(stream, bool) else None,
        request_source="none" if not messages else "reconstructed text" if rebuilt else "structured messages",
    )
    return call, notes


def _standard_params(run: Run) -> dict[str, Any]:
    """What the SDK writes for every provider (`ls_temperature`), for runs without the model's own parameters."""
    standard = {k: v for k, v in run.metadata.items() if k.startswith("ls_") and not isinstance(v, dict)}
    own = json_object(run.metadata.get("ls_invocation_params"))
    named = {"model": standard["ls_model_name"]} if standard.get("ls_model_name") else {}
    kept = ("ls_temperature", "ls_max_tokens", "ls_stop", "ls_top_p")
    return {**{key.removeprefix("ls_"): standard[key] for key in kept if key in standard}, **own, **named}


def _messages(inputs: dict[str, Any], facts: RequestFacts | None) -> tuple[tuple[Message, ...], list[str], str]:
    """(messages, notes, api). LangChain lists messages once more, because a run may be a batch."""
    listed = inputs.get("messages")
    if isinstance(listed, list) and listed and all(isinstance(item, list) for item in listed):
        found = read_messages(listed[0])
        return found, [*lossy_notes(found), *([_ONE_OF_BATCH] if len(listed) > 1 else [])], "chat"
    prompts = inputs.get("prompts")
    if isinstance(prompts, list) and prompts and isinstance(prompts[0], str):
        notes = [_COMPLETION, *([_ONE_OF_BATCH] if len(prompts) > 1 else [])]
        return text_messages(prompts[0]), notes, "completion"
    if facts is not None and facts.messages:
        return facts.messages, list(facts.notes), facts.api
    single = next(iter(inputs.values())) if len(inputs) == 1 else inputs
    found = read_messages(inputs) or (read_messages(single) if isinstance(single, (list, dict)) else ())
    if found:
        return found, list(lossy_notes(found)), "chat"
    return (text_messages(text_of(single)), [_ONLY_TEXT], "chat") if inputs else ((), [], "unknown")


def _output(outputs: dict[str, Any]) -> tuple[Message, ...]:
    if not outputs:
        return ()
    single = outputs.get("output", outputs.get("message"))
    for value in (outputs, single):
        found = read_messages(value, "assistant") if isinstance(value, (list, dict)) else ()
        own = tuple(message for message in found if message.role == "assistant")
        if own or found:
            return own or found
    if single is None and len(outputs) == 1:
        single = next(iter(outputs.values()))
    return text_messages(text_of(outputs if single is None else single), "assistant")


def _provider_of(run: Run) -> str | None:
    """`openai-chat` -> openai: LangChain's own name of the model class."""
    kind = text_or_none(json_object(run.extra.get("invocation_params")).get("_type"))
    return kind.removesuffix("-chat").removesuffix("-llm") if kind else None


def _usage(run: Run, response: ResponseFacts) -> Usage:
    counted = read_usage(run.outputs.get("usage_metadata") or run.metadata.get("usage_metadata"))
    if counted != Usage():
        return counted
    if response.usage != Usage():
        return response.usage
    names = ("prompt_tokens", "completion_tokens", "total_tokens", "prompt_token_details", "completion_token_details")
    totals = {name: run.raw.get(name) for name in names if run.raw.get(name)}
    return read_usage(totals)
