"""What a LangSmith run holds: its values, call, documents or tool run, decoded when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracefix_tui.model.trace import Retrieval, Score, SpanDetail, ToolRun
from tracefix_tui.readers.langsmith_call import read_call
from tracefix_tui.readers.langsmith_runs import Run
from tracefix_tui.readers.otel.content import Losses
from tracefix_tui.readers.shapes.documents import read_documents
from tracefix_tui.readers.shapes.langchain import message_body
from tracefix_tui.readers.shapes.plain import LOSSY_REPR, from_python_repr
from tracefix_tui.readers.shapes.requests import read_request
from tracefix_tui.readers.shapes.secrets import safe_body, without_secrets
from tracefix_tui.readers.values import json_object, maybe_json, number, text_or_none

_STORED = "external_ref: inputs or outputs lie in LangSmith's object store, not in the file"


def read_detail(run: Run, siblings: Sequence[Run], scores: tuple[Score, ...]) -> SpanDetail:
    """The content of one run; `siblings` are the runs with the same parent."""
    losses = Losses()
    given = losses.without_vectors(maybe_json(run.raw.get("inputs")))
    gave = losses.without_vectors(maybe_json(run.raw.get("outputs")))
    if (not given and run.raw.get("inputs_s3_urls")) or (not gave and run.raw.get("outputs_s3_urls")):
        losses.add(_STORED)
    if isinstance(given, dict) and run.kind == "llm" and read_request(given) is not None:
        given = safe_body(given)
    return SpanDetail(
        input=given,
        output=gave,
        llm=read_call(run, siblings, losses) if run.kind == "llm" else None,
        retrieval=_retrieval(run) if run.kind in ("retriever", "reranker") else None,
        tool=_tool(run, losses) if run.kind == "tool" else None,
        lossy=losses.notes(),
        attributes=_attributes(run),
        scores=scores,
        first_token_ns=run.first_token_ns,
    )


def _attributes(run: Run) -> dict[str, Any]:
    """Metadata, tags and the whole error; without runtime details, stored links and the chunks of a stream."""
    out: dict[str, Any] = {"run_type": run.text("run_type"), "metadata": run.metadata, "tags": run.raw.get("tags")}
    out["error"] = run.text("error")
    cleaned: dict[str, Any] = without_secrets({key: value for key, value in out.items() if value})
    return cleaned


def _retrieval(run: Run) -> Retrieval:
    inputs = run.inputs
    query = next((q for key in ("query", "input", "question", "q") if (q := text_or_none(inputs.get(key)))), None)
    if query is None and len(inputs) == 1:
        query = text_or_none(next(iter(inputs.values())))
    top_k = next((inputs[key] for key in ("k", "top_k") if isinstance(inputs.get(key), int)), None)
    candidates = read_documents(inputs.get("documents")) if run.kind == "reranker" else ()
    return Retrieval(query, read_documents(run.outputs), candidates, top_k)


def _tool(run: Run, losses: Losses) -> ToolRun:
    inputs, outputs = run.inputs, run.outputs
    call_id = text_or_none(run.extra.get("tool_call_id"))
    arguments: Any = inputs
    raw: str | None = None
    if inputs.get("type") == "tool_call" and "args" in inputs:
        arguments, call_id = inputs["args"], call_id or text_or_none(inputs.get("id"))
    elif set(inputs) == {"input"} and isinstance(inputs["input"], str):
        raw = inputs["input"]
        arguments = _parsed(raw, losses)
    result, answer = _result(outputs, losses)
    failed = run.status[0] == "error" or answer.get("status") == "error"
    return ToolRun(
        name=run.name,
        call_id=call_id or text_or_none(answer.get("tool_call_id")),
        arguments=arguments,
        arguments_raw=raw,
        result=result,
        is_error=failed,
    )


def _parsed(text: str, losses: Losses) -> Any:
    """Arguments that LangChain wrote as Python's representation of a dict."""
    found = maybe_json(text, 1)
    if found is text and isinstance(read := from_python_repr(text), dict):
        losses.add(LOSSY_REPR)
        return read
    return found


def _result(outputs: dict[str, Any], losses: Losses) -> tuple[Any, dict[str, Any]]:
    """(result, tool message): the content of a tool message, or the plain output."""
    given = outputs.get("output", outputs if outputs else None)
    if isinstance(given, str) and given.startswith("content=") and isinstance(read := from_python_repr(given), dict):
        losses.add(LOSSY_REPR)
        return read.get("content"), read
    message = message_body(given)
    if message and "content" in message and ("tool_call_id" in message or message.get("type") == "tool"):
        return message["content"], message
    return given, json_object(given)


def feedback(run: Run) -> tuple[Score, ...]:
    """Scores of people and evaluators: the average of each key, with its count as comment."""
    out = []
    for name, stats in json_object(run.raw.get("feedback_stats")).items():
        stats = json_object(stats)
        count = stats.get("n")
        value = number(stats.get("avg"))
        out.append(Score(name, value, comment=f"{count} given" if count else None, source="feedback", span_id=run.id))
    return tuple(out)
