"""Rows of an evaluation data set as subjects, with the column names such data already use; any may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracefix_tui.checks.registry import run_checks
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.check import CheckSpec, Evidence, Subject, Verdict
from tracefix_tui.model.context import question_of
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, ToolCall, arguments_text, message_from_openai
from tracefix_tui.model.trace import Document

_ROLES = {"human": "user", "ai": "assistant", "function": "tool"}
_DOCUMENT = re.compile(r"documents\[(\d+)\]\.content")


COLUMNS = (
    *("id", "user_input", "messages", "retrieved_contexts", "response", "tool_calls", "tools", "tool_choice"),
    *("response_format", "finish_reason", "reference", "error"),
)


def subject_from_row(row: JsonObject) -> Subject:
    """The subject a row describes.

    `user_input` is a text or messages, `retrieved_contexts` texts or `{"content", "id", "score", "metadata"}`, `tools`,
    `tool_calls` and `messages` have the OpenAI shape. Without `response` and `tool_calls` the output is the last
    assistant message. `tool_calls: []` beside `tools` says that a call was due. What has another shape is absent.
    """
    messages = _messages(row)
    output = _output(row)
    if output is None:
        at = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].role == "assistant"), None)
        if at is not None:
            output, messages = messages[at], messages[:at]
    documents = _documents(row.get("retrieved_contexts"))
    tools = tuple(t for t in map(_tool, _items(row.get("tools"))) if t is not None)
    asked, ident = row.get("user_input"), str(row.get("id") or "")
    choice = row.get("tool_choice")
    due = tools and row.get("tool_calls") == [] and choice is None
    return Subject(
        trace_id=ident,
        span_id=ident,
        messages=messages,
        output=output,
        question=asked if isinstance(asked, str) else question_of(messages),
        documents=documents,
        retrieved=documents,
        retrieval_ran=isinstance(row.get("retrieved_contexts"), list),
        tools=tools,
        tool_choice="required" if due else choice,
        response_format=row.get("response_format"),
        finish_reason=_text(row.get("finish_reason")),
        reference=_text(row.get("reference")),
        error=_text(row.get("error")),
    )


def judge_row(row: JsonObject, specs: Sequence[CheckSpec] | None = None) -> Iterator[tuple[Verdict, JsonObject]]:
    """Each verdict on a row, with its public form whose evidence names the row's own columns (`response`, ...)."""
    subject = subject_from_row(row)
    for verdict in run_checks(subject, specs):
        placed = tuple(replace(e, field=_column(row, subject, e)) for e in verdict.evidence)
        yield verdict, replace(verdict, evidence=placed).to_public()


def _column(row: JsonObject, subject: Subject, evidence: Evidence) -> str:
    document = _DOCUMENT.fullmatch(evidence.field)
    if document:
        return f"retrieved_contexts[{document[1]}]"
    given = row.get("response") is not None or row.get("tool_calls") is not None
    if not given and evidence.field.startswith("output."):
        return f"messages[{len(subject.messages)}].{evidence.field.removeprefix('output.')}"
    if evidence.field == "output.content":
        return "response"
    if evidence.field.startswith("messages[0]") and not _items(row.get("messages")):
        return "user_input"
    return evidence.field.removeprefix("output.")


def _messages(row: JsonObject) -> tuple[Message, ...]:
    asked = row.get("user_input")
    raw = _items(row.get("messages")) or (asked if isinstance(asked, list) else [])
    if raw:
        return tuple(_message(m) for m in raw if isinstance(m, dict))
    return (Message.of("user", asked),) if isinstance(asked, str) else ()


def _message(raw: JsonObject) -> Message:
    """An OpenAI message, or one of the plain form `{"type": "human", "content"}`."""
    role = raw.get("role") or raw.get("type")
    calls = raw.get("tool_calls")
    message = message_from_openai(
        {**raw, "role": _ROLES.get(str(role), str(role)) if role else "user", "tool_calls": None}
    )
    made = tuple(c for c in map(_call, _items(calls)) if c is not None)
    return replace(message, tool_calls=made) if made else message


def _output(row: JsonObject) -> Message | None:
    response, calls = row.get("response"), row.get("tool_calls")
    if isinstance(response, dict):
        return _message({"role": "assistant", **response})
    if response is None and not isinstance(calls, list):
        return None
    made = tuple(c for c in map(_call, _items(calls)) if c is not None)
    return Message.of("assistant", response if isinstance(response, str) else None, tool_calls=made)


def _call(raw: Json) -> ToolCall | None:
    """A call in the OpenAI shape, or flat: `{"name", "arguments" or "args"}`."""
    if not isinstance(raw, dict):
        return None
    function = raw.get("function")
    held = function if isinstance(function, dict) else raw
    arguments = held.get("arguments", held.get("args"))
    ident = raw.get("id")
    return ToolCall(ident if isinstance(ident, str) else None, str(held.get("name") or ""), arguments_text(arguments))


def _tool(raw: Json) -> ToolDef | None:
    if not isinstance(raw, dict):
        return None
    function = raw.get("function")
    held = function if isinstance(function, dict) else raw
    parameters = held.get("parameters", held.get("input_schema"))
    name = held.get("name")
    if not isinstance(name, str):
        return None
    return ToolDef(name, _text(held.get("description")), parameters if isinstance(parameters, dict) else None)


def _documents(raw: Json) -> tuple[Document, ...]:
    return tuple(_document(item, i) for i, item in enumerate(_items(raw)))


def _document(raw: Json, rank: int) -> Document:
    if not isinstance(raw, dict):
        return Document(content=raw if isinstance(raw, str) else None, rank=rank)
    content = next((raw[k] for k in ("content", "text", "page_content") if isinstance(raw.get(k), str)), None)
    score, metadata, ident = raw.get("score"), raw.get("metadata"), raw.get("id")
    number = float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None
    return Document(
        str(ident) if ident is not None else None,
        _text(content),
        number,
        rank,
        metadata if isinstance(metadata, dict) else {},
    )


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
