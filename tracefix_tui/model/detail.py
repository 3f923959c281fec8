"""What a span holds: documents, tool runs, scores, and all else that is not needed to draw the tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.json_value import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Document:
    """One retrieved passage. `rank` counts from 0 in the order recorded; content and score may not be recorded."""

    id: str | None = None
    content: str | None = None
    score: float | None = None
    rank: int = 0
    metadata: JsonObject = field(default_factory=dict)

    def to_public(self) -> JsonObject:
        """`{"id", "content", "score", "rank", "metadata"}`."""
        return {
            "id": self.id,
            "content": self.content,
            "score": self.score,
            "rank": self.rank,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a retriever or reranker was asked and gave; `candidates` is what a reranker got."""

    query: str | None = None
    documents: tuple[Document, ...] = ()
    candidates: tuple[Document, ...] = ()
    top_k: int | None = None

    def to_public(self) -> JsonObject:
        """`{"query", "documents"}`, with `candidates` and `top_k` where they were recorded."""
        out: JsonObject = {"query": self.query, "documents": [d.to_public() for d in self.documents]}
        if self.candidates:
            out["candidates"] = [d.to_public() for d in self.candidates]
        if self.top_k is not None:
            out["top_k"] = self.top_k
        return out


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One execution of a tool. `arguments` is parsed where it parses; `arguments_raw` is the recorded string."""

    name: str
    call_id: str | None = None
    arguments: Json = None
    arguments_raw: str | None = None
    result: Json = None
    is_error: bool = False

    def to_public(self) -> JsonObject:
        """`{"name", "call_id", "arguments", "result", "is_error"}`."""
        return {
            "name": self.name,
            "call_id": self.call_id,
            "arguments": self.arguments,
            "result": self.result,
            "is_error": self.is_error,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement somebody recorded on a trace or span: a human, an evaluator, a feedback button."""

    name: str
    value: float | bool | str | None = None
    label: str | None = None
    comment: str | None = None
    source: str | None = None
    span_id: str | None = None

    def to_public(self) -> JsonObject:
        """`{"name", "value", "label", "comment", "source", "span_id"}`."""
        return {
            "name": self.name,
            "value": self.value,
            "label": self.label,
            "comment": self.comment,
            "source": self.source,
            "span_id": self.span_id,
        }


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """All of a span that is not needed to draw the tree. `lossy` names what the file did not hold or we could not keep.

    `decisions` are one-line facts for a timeline ("fallback classifier used", "22 -> 8 at threshold 0.3").
    """

    input: Json = None
    output: Json = None
    llm: LLMCall | None = None
    retrieval: Retrieval | None = None
    tool: ToolRun | None = None
    lossy: tuple[str, ...] = ()
    attributes: JsonObject = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    decisions: tuple[str, ...] = ()
    first_token_ns: int | None = None


EMPTY_DETAIL = SpanDetail()
