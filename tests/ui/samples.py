"""Traces made by hand for the tests of the screens."""

from __future__ import annotations

import json

from tracefix_tui.model.call import LLMCall, PromptRef, ToolDef, Usage
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.model.trace import Document, Retrieval, Source, Span, SpanDetail, ToolRun, Trace, TraceFile

T0 = 1_795_228_350_000_000_000
MS = 1_000_000

HOSTILE = (
    "\x1b]52;c;UFdORUQ=\x07 \x1b[31mred\x1b[0m \x1bP+q5057\x1b\\ \x1bc \x9b7777h \u202edesrever\u202c \u2066iso\u2069 "
    "\x00 \x7f [@click=app.quit]x[/] see [1] ... [/end] a[b]c [red]markup[/red] \ud800"
)

POLICY = "Unused items may be returned within 30 days of delivery. Opened items are not refundable."
SHIPPING = "Shipping fees are not refundable."
JAPANESE = "返品は三十日以内に限ります。開封済みの商品は店舗クレジットのみです。"
OPENED = "Opened items get store credit only."

SYSTEM = f"""You are a refund assistant for Acme.
Answer ONLY from the context. Cite [n].

Context:
[1] {POLICY}
[2] {SHIPPING}
[3] {JAPANESE}"""
QUESTION = "I opened the box, can I still get my money back for order 8841? It is day 45."
ANSWER = (
    "You are eligible for a refund [1]. Since order 8841 was placed 45 days ago, we will return 59.00 to your card."
)

GET_ORDER = ToolDef(
    "get_order",
    "Look up an order.",
    {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
)
SEND_EMAIL = ToolDef("send_email", "Send an e-mail.", {"type": "object", "properties": {"to": {"type": "string"}}})


def documents() -> tuple[Document, ...]:
    texts = (
        (POLICY, 0.83, "policy/refund.md"),
        (SHIPPING, 0.71, "policy/shipping.md"),
        (JAPANESE, 0.64, "faq/returns_ja.md"),
    )
    found = [Document(f"d{i}", text, score, i, {"source": name}) for i, (text, score, name) in enumerate(texts)]
    return (*found, Document("d3", OPENED, 0.61, 3, {"source": "faq/opened.md"}))


def span(id: str, name: str, kind: str, parent: str | None, start: int, end: int, **detail: object) -> Span:
    error = detail.pop("error", None)
    made = SpanDetail(**detail)  # type: ignore[arg-type]
    return Span(
        id, name, kind, parent_id=parent, start_ns=T0 + start * MS, end_ns=T0 + end * MS,  # type: ignore[arg-type]
        status="error" if error else "ok", error=error, detail=made,  # type: ignore[arg-type]
    )  # fmt: skip


def refund_trace(id: str = "7f3ac21e0000", name: str = "support-bot / refund-flow") -> Trace:
    """A retrieval that ranked the answer too low, a tool result that was not used, a wrong answer."""
    call = LLMCall(
        request_model="gpt-4o-mini",
        response_model="gpt-4o-mini-2024-07-18",
        provider="openai",
        messages=(Message.of("system", SYSTEM), Message.of("user", QUESTION)),
        output=(Message.of("assistant", ANSWER),),
        params={"temperature": 0.2, "max_tokens": 512},
        tools=(GET_ORDER, SEND_EMAIL),
        usage=Usage(1204, 118, 1322),
        cost=0.0031,
        prompt=PromptRef("refund_answer", "a1b2c3d"),
        finish_reason="stop",
    )
    asking = LLMCall(
        request_model="gpt-4o-mini",
        messages=(Message.of("user", QUESTION),),
        output=(Message("assistant", tool_calls=(ToolCall("call_1", "get_order", '{"id": "8841"}'),)),),
        tools=(GET_ORDER, SEND_EMAIL),
        finish_reason="tool_calls",
    )
    run = ToolRun(
        "get_order",
        "call_1",
        {"id": "8841"},
        '{"id": "8841"}',
        {
            "status": "opened",
            "age_days": 45,
            "total": 59.0,
            "currency": "EUR",
            "items": [{"sku": "A-1", "quantity": 1, "opened": True}],
        },
    )
    spans = (
        span("s1", "agent.run", "agent", None, 0, 4210, input={"question": QUESTION}, output=ANSWER),
        span("s2", "retrieve", "retriever", "s1", 0, 310, retrieval=Retrieval(QUESTION, documents(), top_k=3)),
        span("s3", "embed", "embedding", "s2", 5, 85),
        span("s4", "plan", "llm", "s1", 320, 1080, llm=asking),
        span("s5", "get_order", "tool", "s1", 1090, 1210, tool=run),
        span("s6", "answer", "llm", "s1", 1300, 4200, llm=call),
    )
    return Trace(id, spans, name, session_id="session-1", tags=("prod",), metadata={"release": "2026.11"})


def big_trace(spans: int) -> Trace:
    """A tree of many spans, five to a branch."""
    made = [span("r", "root", "agent", None, 0, spans)]
    for i in range(1, spans):
        parent = "r" if i % 5 == 1 else f"n{i - (i - 1) % 5}"
        made.append(span(f"n{i}", f"step {i}", "tool" if i % 5 == 3 else "chain", parent, i, i + 3))
    return Trace("b" * 16, tuple(made), "big")


def prompt_trace(text: str) -> Trace:
    """One call with one long message."""
    call = LLMCall(request_model="m", messages=(Message.of("user", text),), output=(Message.of("assistant", "ok"),))
    return Trace("c" * 16, (span("s1", "call", "llm", None, 0, 1000, llm=call),), "long")


def pipeline_trace() -> Trace:
    """A pipeline without a prompt: stages with decisions."""
    spans = [
        span(
            "p0", "pipeline", "chain", None, 0, 1700, input={"query": "refund after 45 days"}, output={"answer": "..."}
        )
    ]
    for i in range(17):
        facts = ("22 -> 8 at threshold 0.3",) if i == 5 else ()
        spans.append(
            span(f"p{i + 1}", f"stage_{i:02d}", "other", "p0", i * 100, i * 100 + 90, decisions=facts, output={"n": i})
        )
    return Trace("d" * 16, tuple(spans), "pipeline", metadata={"steps": 17})


def hostile_trace() -> Trace:
    """A trace whose every text tries to reach the terminal."""
    h = HOSTILE
    docs = tuple(Document(h, f"{h} {i}", 0.5, i, {"source": h}) for i in range(2))
    call = LLMCall(
        request_model=h, response_model=h, provider=h,
        messages=(Message.of("system", f"{h}\n{docs[0].content}", name=h), Message.of(h, h, tool_call_id=h)),
        output=(Message("assistant", Message.of("a", h).parts, (ToolCall(h, h, json.dumps({"q": h})),)),),
        params={"stop": h, h: h}, tools=(ToolDef(h, h, {"type": "object", "title": h}),), finish_reason=h,
        prompt=PromptRef(h, h), replay="approximate", replay_notes=(h,),
    )  # fmt: skip
    run = ToolRun(h, h, {"q": h}, json.dumps({"q": h}), h, True)
    spans = (
        span("h1" + h, h, "agent", None, 0, 40, input=h, output=h, decisions=(h,), lossy=(h,), error=h),
        span("h2", h, "retriever", "h1" + h, 1, 10, retrieval=Retrieval(h, docs)),
        span("h3", h, "tool", "h1" + h, 11, 20, tool=run, error=h),
        span("h4", h, "llm", "h1" + h, 21, 39, llm=call, attributes={h: h}, error=h),
    )
    return Trace(h, spans, h, session_id=h, user_id=h, tags=(h,), metadata={h: h})


def file_of(*traces: Trace, format: str = "made by hand") -> TraceFile:
    return TraceFile(Source(format, "trace.json"), traces)
