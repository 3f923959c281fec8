"""A trace is a tree whatever its parents say, and sums each call once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.model.call import LLMCall, Usage
from tracefix_tui.model.context import call_context
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document, Retrieval, Span, SpanDetail, Trace

IDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(IDS, st.none() | IDS), max_size=8))
def test_every_span_is_walked_exactly_once(rows: list[tuple[str, str | None]]) -> None:
    spans = tuple(Span(ident, ident, parent_id=parent) for ident, parent in rows)
    walked = [span for _, span in Trace("t", spans).walk()]
    assert sorted(map(id, walked)) == sorted(map(id, spans))


def llm(ident: str, parent: str | None, tokens: int) -> Span:
    call = LLMCall(usage=Usage(input=tokens, output=1))
    return Span(ident, ident, "llm", parent_id=parent, detail=SpanDetail(llm=call))


def test_tokens_of_a_wrapper_are_not_counted_twice() -> None:
    trace = Trace("t", (llm("outer", None, 10), llm("inner", "outer", 10), llm("next", None, 5)))
    assert [s.id for s in trace.leaf_calls] == ["inner", "next"]
    assert trace.total_tokens == 17


def test_details_are_decoded_once_and_only_when_asked() -> None:
    calls: list[int] = []

    def load() -> SpanDetail:
        calls.append(1)
        return SpanDetail(input="x")

    span = Span("a", "a", load=load)
    assert calls == []
    assert (span.detail.input, span.detail.input, calls) == ("x", "x", [1])


def test_documents_that_were_cut_are_told_from_those_in_the_prompt() -> None:
    found = (
        Document("1", "Refunds end after thirty days.", 0.8),
        Document("2", "Opened items get store credit.", 0.6, 1),
    )
    search = Span("r", "search", "retriever", start_ns=1, end_ns=2, detail=SpanDetail(retrieval=Retrieval("q", found)))
    call = LLMCall(
        messages=(Message.of("system", "Context: Refunds end after thirty days."), Message.of("user", "Refund?"))
    )
    ask = Span("g", "generate", "llm", start_ns=3, end_ns=4, detail=SpanDetail(llm=call))
    context = call_context(Trace("t", (search, ask)), ask)
    assert context.in_prompt == (True, False)
    assert context.document_fields[1] == ("r", "documents[1].content")
    assert context.question == "Refund?"
