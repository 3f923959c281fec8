"""What a Langfuse observation holds: its values, call, documents or tool run, decoded when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracefix_tui.model.json_value import Json
from tracefix_tui.model.trace import Retrieval, Score, SpanDetail, ToolRun
from tracefix_tui.readers.langfuse_call import read_call
from tracefix_tui.readers.langfuse_rows import Row
from tracefix_tui.readers.otel.content import Losses
from tracefix_tui.readers.shapes.documents import read_documents
from tracefix_tui.readers.shapes.langchain import message_body
from tracefix_tui.readers.shapes.requests import read_request
from tracefix_tui.readers.shapes.secrets import safe_body, without_secrets
from tracefix_tui.readers.values import json_object, maybe_json, text_or_none

_CARRIED = frozenset(
    {
        "id", "traceId", "trace_id", "parentObservationId", "parent_observation_id", "name", "type", "startTime",
        "start_time", "endTime", "end_time", "input", "output", "level", "metadata", "projectId", "project_id",
    }
)  # fmt: skip
_CUT = ("truncated due to size", "[truncated]", "...<truncated>")
_REPEATED = (
    "input.value",
    "output.value",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "ai.prompt.messages",
    "ai.prompt",
)


def read_detail(row: Row, rows: Sequence[Row], scores: tuple[Score, ...]) -> SpanDetail:
    """The content of one observation; `rows` are all of its trace."""
    losses = Losses()
    given, gave = _value(row.get("input"), losses), _value(row.get("output"), losses)
    call = read_call(row, _template(row, rows), losses) if row.kind == "llm" else None
    body = isinstance(given, dict) and read_request(given) is not None
    return SpanDetail(
        input=safe_body(given) if body and isinstance(given, dict) else given,
        output=gave,
        llm=call,
        retrieval=_retrieval(row, given, gave) if row.kind in ("retriever", "reranker") else None,
        tool=_tool(row, given) if row.kind == "tool" else None,
        lossy=losses.notes(),
        attributes=_attributes(row),
        scores=scores,
        decisions=_decisions(row),
        first_token_ns=row.first_token_ns,
    )


def _value(raw: Any, losses: Losses) -> Any:
    if isinstance(raw, str) and any(mark in raw[-200:] for mark in _CUT):
        losses.add("truncated: Langfuse cut a value that was too large")
    return losses.without_vectors(maybe_json(raw))


def _attributes(row: Row) -> dict[str, Any]:
    """Metadata and the fields carried nowhere else, without copies of input and output, keys or headers."""
    kept = {key: value for key, value in row.raw.items() if key not in _CARRIED and value not in (None, "", [], {})}
    metadata = dict(row.metadata)
    inner = json_object(metadata.get("attributes"))
    if inner:
        metadata["attributes"] = {key: value for key, value in inner.items() if key not in _REPEATED}
    cleaned = without_secrets({**kept, **({"metadata": metadata} if metadata else {})})
    return dict(cleaned)


def _decisions(row: Row) -> tuple[str, ...]:
    message = row.text("statusMessage")
    level = (row.text("level") or "").upper()
    return (f"{level.lower()}: {message}",) if message and level in ("WARNING", "DEBUG", "DEFAULT") else ()


def _retrieval(row: Row, given: Any, gave: Any) -> Retrieval:
    query = given if isinstance(given, str) else None
    if isinstance(given, dict):
        query = next(
            (text for k in ("query", "question", "input", "q", "text") if (text := text_or_none(given.get(k)))), None
        )
    top_k = given.get("top_k", given.get("k")) if isinstance(given, dict) else None
    candidates = read_documents(given) if row.kind == "reranker" and isinstance(given, dict) else ()
    return Retrieval(query, read_documents(gave), candidates, top_k if isinstance(top_k, int) else None)


def _tool(row: Row, given: Any) -> ToolRun:
    a = row.attributes
    raw = row.get("input")
    if raw in (None, ""):
        raw = a.get("gen_ai.tool.call.arguments") or a.get("ai.toolCall.args") or a.get("tool.parameters")
        given = maybe_json(raw, 1)
    name = a.text("gen_ai.tool.name", "ai.toolCall.name", "tool.name") or row.name.removeprefix("execute_tool ")
    call_id = a.text("gen_ai.tool.call.id", "ai.toolCall.id", "tool_call.id")
    if isinstance(given, dict):
        call_id = call_id or next(
            (text_or_none(given.get(k)) for k in ("tool_call_id", "toolCallId") if given.get(k)), None
        )
    result = row.get("output")
    answer = message_body(json_object(result))
    is_message = "content" in answer and "tool_call_id" in answer
    return ToolRun(
        name=name,
        call_id=call_id or text_or_none(answer.get("tool_call_id")),
        arguments=given,
        arguments_raw=raw if isinstance(raw, str) else None,
        result=answer["content"] if is_message else result,
        is_error=row.status[0] == "error" or (is_message and answer.get("status") == "error"),
    )


def _template(row: Row, rows: Sequence[Row]) -> Json:
    """The text of the prompt this call names, where another span fetched it and recorded what it got."""
    name = row.text("promptName")
    if name is None:
        return None
    for other in rows:
        gave = other.get("output")
        if other is row or (isinstance(gave, str) and name not in gave):
            continue
        fetched = json_object(gave)
        if (
            fetched.get("name") == name
            and _same_version(fetched, row)
            and isinstance(fetched.get("prompt"), (str, list))
        ):
            found: Json = fetched["prompt"]
            return found
    return None


def _same_version(fetched: dict[str, Any], row: Row) -> bool:
    ours, theirs = row.text("promptVersion"), text_or_none(fetched.get("version"))
    return ours is None or theirs is None or ours == theirs
