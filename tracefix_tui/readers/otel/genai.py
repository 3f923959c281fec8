"""The dialect of OpenTelemetry's conventions for generative AI: kinds, tools, retrievals; calls are in `genai_llm`."""

from __future__ import annotations

from collections.abc import Sequence

from tracefix_tui.model.trace import Retrieval, Score, SpanDetail, SpanKind, ToolRun
from tracefix_tui.readers.otel.content import Losses, first_event_ns, leftover
from tracefix_tui.readers.otel.dialect import Dialect, TraceFacts
from tracefix_tui.readers.otel.documents import NO_TEXT, read_documents
from tracefix_tui.readers.otel.flat import Event, FlatSpan
from tracefix_tui.readers.otel.genai_llm import read_call
from tracefix_tui.readers.values import maybe_json, number, text_or_none

OPERATION = "gen_ai.operation.name"
_KINDS: dict[str, SpanKind] = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "completion": "llm",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "rerank": "reranker",
    "execute_tool": "tool",
    "create_agent": "agent",
    "invoke_agent": "agent",
    "invoke_workflow": "chain",
}
_MARKS = (
    OPERATION,
    "gen_ai.request.model",
    "gen_ai.system",
    "gen_ai.provider.name",
    "gen_ai.tool.name",
    "gen_ai.input.messages",
)
_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
_LLM = (
    OPERATION, _INPUT, _OUTPUT, "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.request",
    "gen_ai.usage",
    "gen_ai.provider.name", "gen_ai.system", "gen_ai.response.model", "gen_ai.response.finish_reasons", "gen_ai.prompt",
    "gen_ai.completion",
)  # fmt: skip
_TOOL = ("gen_ai.tool.name", "gen_ai.tool.call")
_RETRIEVAL = ("gen_ai.retrieval.query.text", "gen_ai.retrieval.documents")
_CHUNKS = ("gen_ai.content.completion.chunk", "gen_ai.choice.chunk")


class GenAI(Dialect):
    """Spans of OpenTelemetry's own instrumentations, and of all who follow its conventions."""

    name = "genai"

    def claims(self, span: FlatSpan) -> bool:
        """A span that names a generative operation, model, provider or tool."""
        return any(mark in span.attributes for mark in _MARKS)

    def kind(self, span: FlatSpan) -> SpanKind:
        """By the operation; older spans without one by what they carry."""
        operation = span.attributes.text(OPERATION)
        if operation is not None and operation in _KINDS:
            return _KINDS[operation]
        if "gen_ai.tool.name" in span.attributes:
            return "tool"
        named = any(key in span.attributes for key in ("gen_ai.request.model", "gen_ai.response.model", _INPUT))
        return "llm" if named and operation is None else "other"

    def facts(self, span: FlatSpan) -> TraceFacts:
        """The conversation is the session."""
        a = span.attributes
        return TraceFacts(
            session_id=a.text("gen_ai.conversation.id", "session.id"),
            user_id=a.text("user.id", "enduser.id"),
            name=a.text("gen_ai.workflow.name"),
        )

    def detail(self, span: FlatSpan, siblings: Sequence[FlatSpan]) -> SpanDetail:
        """Messages, tools, documents and evaluations, wherever the instrumentation put them."""
        losses, kind, a = Losses(), self.kind(span), span.attributes
        carried: tuple[str, ...] = (OPERATION, _INPUT, _OUTPUT)
        given, gave = maybe_json(a.get(_INPUT), 1), maybe_json(a.get(_OUTPUT), 1)
        llm = retrieval = tool = None
        if kind == "llm":
            llm = read_call(span, losses)
            carried = _LLM
        elif kind == "tool":
            tool = _tool(span)
            given, gave = tool.arguments, tool.result
            carried += _TOOL
        elif kind in ("retriever", "reranker"):
            retrieval = _retrieval(span, losses)
            given = retrieval.query
            carried += _RETRIEVAL
        return SpanDetail(
            input=given,
            output=gave,
            llm=llm,
            retrieval=retrieval,
            tool=tool,
            attributes=leftover(span, carried, losses),
            lossy=losses.notes(),
            scores=tuple(_scores(span)),
            first_token_ns=_first_token(span),
        )


def _tool(span: FlatSpan) -> ToolRun:
    a = span.attributes
    raw = a.first("gen_ai.tool.call.arguments", "tool_arguments")
    return ToolRun(
        name=a.text("gen_ai.tool.name") or span.name,
        call_id=a.text("gen_ai.tool.call.id"),
        arguments=maybe_json(raw, 1),
        arguments_raw=raw if isinstance(raw, str) else None,
        result=maybe_json(a.first("gen_ai.tool.call.result", "tool_response"), 1),
        is_error=span.status == "error",
    )


def _retrieval(span: FlatSpan, losses: Losses) -> Retrieval:
    a = span.attributes
    documents = read_documents(a.nested("gen_ai.retrieval.documents"))
    if documents and all(document.content is None for document in documents):
        losses.add(NO_TEXT)
    return Retrieval(a.text("gen_ai.retrieval.query.text"), documents, top_k=a.whole("gen_ai.request.top_k"))


def _scores(span: FlatSpan) -> list[Score]:
    return [_score(event) for event in (*span.events, *span.records) if event.name == "gen_ai.evaluation.result"]


def _score(event: Event) -> Score:
    about = event.attributes
    return Score(
        name=str(about.get("gen_ai.evaluation.name") or "evaluation"),
        value=number(about.get("gen_ai.evaluation.score.value")),
        label=text_or_none(about.get("gen_ai.evaluation.score.label")),
        comment=text_or_none(about.get("gen_ai.evaluation.explanation")),
        source="evaluator",
    )


def _first_token(span: FlatSpan) -> int | None:
    seconds = span.attributes.number("gen_ai.response.time_to_first_chunk")
    if seconds is not None and span.start_ns is not None:
        return span.start_ns + round(seconds * 1e9)
    return first_event_ns(span, *_CHUNKS)
