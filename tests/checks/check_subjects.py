"""Subjects as the tests write them: a call over numbered documents, a run of tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.check import Step, Subject, Verdict
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.model.trace import Document, ToolRun

RETURNS = "Unused items may be returned within 30 days of delivery."
SHIPPING = "Shipping fees are not refunded after dispatch."
OPENED = "Opened headphones are exchanged for store credit within 60 days."


def asked(
    answer: str | None,
    documents: Sequence[str] = (RETURNS, SHIPPING),
    *,
    rule: str = "Answer from the context.",
    question: str = "How long can I return unused items?",
    cut: Sequence[str] = (),
    **rest: Any,
) -> Subject:
    """A call whose system message holds the documents, numbered from one; `cut` were found and left out."""
    context = "\n".join(f"[{i}] {text}" for i, text in enumerate(documents, 1))
    found = tuple(Document(f"doc-{i}", text, 0.9 - i / 10, i) for i, text in enumerate((*documents, *cut)))
    fields = tuple(("search", f"documents[{i}].content") for i in range(len(found)))
    values: dict[str, Any] = {
        "trace_id": "t",
        "span_id": "llm",
        "messages": (Message.of("system", f"{rule}\n\n{context}"), Message.of("user", question)),
        "output": None if answer is None else Message.of("assistant", answer),
        "question": question,
        "documents": found[: len(documents)],
        "retrieved": found,
        "document_fields": fields[: len(documents)],
        "retrieved_fields": fields,
        "retrieval_ran": True,
        "retrieval_span_id": "search",
        "finish_reason": "stop",
    }
    return Subject(**{**values, **rest})


def calling(*calls: tuple[str, str], tools: Sequence[ToolDef] = (), **rest: Any) -> Subject:
    """A call whose output asks for tools: (name, arguments)."""
    made = tuple(ToolCall(f"call_{i}", name, arguments) for i, (name, arguments) in enumerate(calls))
    return Subject(span_id="llm", output=Message("assistant", tool_calls=made), tools=tuple(tools), **rest)


def running(*runs: ToolRun, answer: str | None = None, question: str = "Where is my order?") -> Subject:
    """A trajectory of tool runs in spans `step-0`, `step-1`, ..., and its last answer."""
    steps = tuple(Step(f"step-{i}", run) for i, run in enumerate(runs))
    output = None if answer is None else Message.of("assistant", answer)
    return Subject(span_id="llm", steps=steps, output=output, question=question)


def text_of(subject: Subject, field: str, span_id: str) -> str:
    """The text an evidence's field names."""
    if field == "output.content":
        return subject.output.text if subject.output else ""
    if field.startswith("output.tool_calls["):
        call = subject.output.tool_calls[_number(field)]  # type: ignore[union-attr]
        return call.name if field.endswith(".name") else call.arguments
    if field.startswith("documents[") and field.endswith(".content"):
        fields = subject.retrieved_fields
        at = fields.index((span_id, field)) if (span_id, field) in fields else _number(field)
        return (subject.retrieved or subject.documents)[at].content or ""
    if field.startswith("messages["):
        message = subject.messages[_number(field)]
        if ".tool_calls[" not in field:
            return message.text
        return message.tool_calls[_number(field.split(".", 1)[1])].arguments
    if field.startswith("tool."):
        run = next(step.run for step in subject.steps if step.span_id == span_id)
        value = run.result if field == "tool.result" else run.arguments_raw
        return value if isinstance(value, str) else ""
    return {"finish_reason": subject.finish_reason or "", "error": subject.error or ""}[field]


def _number(field: str) -> int:
    return int(field.split("[", 1)[1].split("]", 1)[0])


def shown(subject: Subject, verdict: Verdict) -> list[str]:
    """The evidence's texts, each proved to stand where it says."""
    for e in verdict.evidence:
        if e.end:
            assert text_of(subject, e.field, e.span_id)[e.start : e.end] == e.text, e
    return [e.text for e in verdict.evidence]
