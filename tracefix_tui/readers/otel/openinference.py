"""The OpenInference dialect: kinds, documents, tools and embeddings; its model calls are in `openinference_llm`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracefix_tui.model.trace import Document, Retrieval, SpanDetail, SpanKind, ToolRun
from tracefix_tui.readers.otel.content import Losses, first_event_ns, leftover, read_value
from tracefix_tui.readers.otel.dialect import Dialect, TraceFacts
from tracefix_tui.readers.otel.flat import FlatSpan
from tracefix_tui.readers.otel.openinference_llm import read_call
from tracefix_tui.readers.shapes.parts import text_of
from tracefix_tui.readers.values import json_list, json_object, maybe_json, number, text_or_none

KIND = "openinference.span.kind"
_KINDS: dict[str, SpanKind] = {
    "LLM": "llm",
    "CHAIN": "chain",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "EMBEDDING": "embedding",
    "AGENT": "agent",
    "RERANKER": "reranker",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
    "PROMPT": "prompt",
}
_MARKS = ("llm.input_messages", "llm.model_name", "retrieval.documents", "embedding.embeddings", "reranker.query")
_VALUES = ("input.value", "input.mime_type", "output.value", "output.mime_type", KIND)
_TRACE = ("session.id", "user.id", "tag.tags", "metadata")
_LLM = (
    "llm.input_messages", "llm.output_messages", "llm.tools", "llm.token_count", "llm.invocation_parameters",
    "llm.prompt_template", "llm.model_name", "llm.provider", "llm.system", "llm.finish_reason", "llm.prompts",
    "llm.choices",
)  # fmt: skip
_DOCUMENTS = (
    "retrieval.documents",
    "reranker.input_documents",
    "reranker.output_documents",
    "reranker.query",
    "reranker.top_k",
)
_TOOL = ("tool.name", "tool.id", "tool_call.id", "tool.parameters")


class OpenInference(Dialect):
    """Spans of OpenInference's instrumentations, and what Phoenix makes of them."""

    name = "openinference"

    def claims(self, span: FlatSpan) -> bool:
        """A span that names its OpenInference kind, or carries attributes only OpenInference has."""
        return KIND in span.attributes or any(
            key == mark or key.startswith(mark) for key in span.attributes for mark in _MARKS
        )

    def kind(self, span: FlatSpan) -> SpanKind:
        """The recorded kind; one that is new to us is `other`."""
        return _KINDS.get((span.attributes.text(KIND) or "").upper(), "other")

    def facts(self, span: FlatSpan) -> TraceFacts:
        """Session, user, tags and metadata, which every span of a trace repeats."""
        a = span.attributes
        return TraceFacts(
            session_id=a.text("session.id"),
            user_id=a.text("user.id"),
            tags=tuple(str(tag) for tag in json_list(a.nested("tag.tags"))),
            metadata=json_object(a.nested("metadata")),
        )

    def detail(self, span: FlatSpan, siblings: Sequence[FlatSpan]) -> SpanDetail:
        """Input and output as values, and what the kind of the span calls for."""
        losses, kind = Losses(), self.kind(span)
        given = read_value(span, "input.value", "input.mime_type", losses)
        gave = read_value(span, "output.value", "output.mime_type", losses)
        carried = [*_VALUES, *_TRACE]
        llm = retrieval = tool = None
        if kind == "llm":
            llm = read_call(span, given, gave, siblings, losses)
            carried += _LLM
        elif kind == "tool":
            tool = _tool(span, given, gave)
            carried += _TOOL
        elif kind in ("retriever", "reranker") or span.attributes.has("retrieval.documents"):
            retrieval = _retrieval(span, given, losses)
            carried += _DOCUMENTS
        return SpanDetail(
            input=given,
            output=gave,
            llm=llm,
            retrieval=retrieval,
            tool=tool,
            attributes=leftover(span, carried, losses),
            lossy=losses.notes(),
            first_token_ns=first_event_ns(span, "First Token Stream Event"),
        )


def _retrieval(span: FlatSpan, given: Any, losses: Losses) -> Retrieval:
    a = span.attributes
    documents = _documents(a.nested("reranker.output_documents")) or _documents(a.nested("retrieval.documents"))
    query = a.text("reranker.query")
    if query is None:
        query = _query(given)
    if documents and all(document.content is None for document in documents):
        losses.add("content not captured: the retrieved documents have no text")
    return Retrieval(query, documents, _documents(a.nested("reranker.input_documents")), a.whole("reranker.top_k"))


def _query(given: Any) -> str | None:
    """The question of a retriever: its input text, or the one text that stands where frameworks put the query."""
    if isinstance(given, dict):
        for key in ("query", "input", "question", "query_str", "text"):
            if isinstance(given.get(key), str):
                return str(given[key])
    return text_of(given) if given is not None else None


def _documents(raw: Any) -> tuple[Document, ...]:
    found = []
    for rank, item in enumerate(raw if isinstance(raw, list) else ()):
        body = item.get("document", item) if isinstance(item, dict) else {"content": item}
        if not isinstance(body, dict):
            continue
        content = body.get("content")
        metadata = maybe_json(body.get("metadata"))
        found.append(
            Document(
                id=text_or_none(body.get("id")),
                content=content if content is None or isinstance(content, str) else text_of(content),
                score=number(body.get("score")),
                rank=rank,
                metadata=metadata if isinstance(metadata, dict) else {} if metadata is None else {"metadata": metadata},
            )
        )
    return tuple(found)


def _tool(span: FlatSpan, given: Any, gave: Any) -> ToolRun:
    raw = span.attributes.get("input.value")
    return ToolRun(
        name=span.attributes.text("tool.name") or span.name,
        call_id=span.attributes.text("tool_call.id", "tool.id"),
        arguments=given,
        arguments_raw=raw if isinstance(raw, str) else None,
        result=gave,
        is_error=span.status == "error",
    )
