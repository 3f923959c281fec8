"""A trace diagnosed: every check over every call, causes first, time and money counted once."""

from __future__ import annotations

from time import process_time

import pytest

from tests.checks.check_subjects import OPENED, RETURNS, SHIPPING
from tracefix_tui.checks import diagnose
from tracefix_tui.model.call import LLMCall, ToolDef, Usage
from tracefix_tui.model.context import call_subject
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.model.trace import Document, Retrieval, Span, SpanDetail, SpanKind, ToolRun, Trace

MS = 1_000_000


def span(ident: str, kind: SpanKind, start: int, end: int, parent: str | None = None, **detail: object) -> Span:
    made = SpanDetail(**detail)  # type: ignore[arg-type]
    return Span(ident, ident, kind, parent_id=parent, start_ns=start * MS, end_ns=end * MS, detail=made)


def found(*texts: str) -> Retrieval:
    return Retrieval(None, tuple(Document(f"doc-{i}", t, 0.9 - i / 10, i) for i, t in enumerate(texts)))


def answered(system: str, question: str, answer: str, **rest: object) -> LLMCall:
    messages = (Message.of("system", system), Message.of("user", question))
    made = {"finish_reason": "stop", "request_model": "m", "cost": 0.002, "usage": Usage(10, 5), **rest}
    return LLMCall(messages=messages, output=(Message.of("assistant", answer),), **made)  # type: ignore[arg-type]


def refund_trace() -> Trace:
    """The chunk that answers was cut, so the answer is invented and cites what it did not see."""
    system = f"Answer only from the context. Cite as [n].\n[1] {RETURNS}\n[2] {SHIPPING}"
    question = "Can I get store credit for opened headphones?"
    call = answered(system, question, "Opened headphones get Petra's golden voucher after 12 years [3].")
    return Trace(
        "t",
        (
            span("root", "chain", 0, 1000),
            span("search", "retriever", 10, 200, "root", retrieval=found(RETURNS, SHIPPING, OPENED)),
            span("llm", "llm", 210, 900, "root", llm=call),
        ),
    )


def test_causes_stand_above_symptoms() -> None:
    findings = diagnose(refund_trace()).findings
    assert [f.verdict.check for f in findings] == ["retrieval-cut", "grounded", "citation-unknown"]
    assert {f.span_id for f in findings} == {"llm"} and {f.trace_id for f in findings} == {"t"}
    assert findings[0].verdict.evidence[0].span_id == "search"
    assert findings[0].verdict.severity == "warn"


def test_a_cut_document_that_did_no_harm_is_a_note() -> None:
    system = f"Answer from the context.\n{RETURNS}"
    call = answered(system, "When are opened headphones exchanged?", "Unused items may be returned within 30 days.")
    spans = (
        span("search", "retriever", 0, 1, retrieval=found(RETURNS, OPENED)),
        span("llm", "llm", 2, 3, llm=call),
    )
    (finding,) = diagnose(Trace("t", spans)).findings
    assert (finding.verdict.check, finding.verdict.severity) == ("retrieval-cut", "info")


def test_each_moment_is_counted_once() -> None:
    time = diagnose(refund_trace()).time
    assert time.pop("diagnosis_ms") > 0
    assert time == {"llm": 690.0, "chain": 120.0, "retriever": 190.0, "total_ms": 1000.0}


def test_steps_at_the_same_time_share_it() -> None:
    spans = (
        span("root", "agent", 0, 100),
        span("a", "tool", 0, 60, "root"),
        span("b", "tool", 0, 60, "root"),
        span("c", "llm", 30, 90, "root"),
        Span("no times", "x"),
    )
    time = diagnose(Trace("t", spans)).time
    assert (time["tool"], time["llm"], time["agent"], time["total_ms"]) == (50.0, 40.0, 10.0, 100.0)
    assert diagnose(Trace("t", (Span("x", "x"),))).time.keys() == {"diagnosis_ms"}


def test_cost_is_summed_over_the_calls_that_were_made() -> None:
    outer = span("outer", "llm", 0, 10, llm=answered("s", "q", "Fine.", cost=0.5))
    inner = span("inner", "llm", 1, 9, "outer", llm=answered("s", "q", "Fine.", cost=0.25))
    cost = diagnose(Trace("t", (outer, inner))).cost
    assert cost == {"total": 0.25, "by_model": {"m": 0.25}, "tokens": {"input": 10, "output": 5, "total": 15}}


def test_a_turn_is_not_given_the_documents_of_another() -> None:
    spans: list[Span] = [span("root", "agent", 0, 100)]
    for n, text in enumerate((RETURNS, SHIPPING)):
        at = 10 + 20 * n
        call = answered(f"Context:\n{text}", "Are opened headphones exchanged?", text)
        spans += [
            span(f"turn-{n}", "chain", at, at + 15, "root"),
            span(f"search-{n}", "retriever", at + 1, at + 3, f"turn-{n}", retrieval=found(text)),
            span(f"llm-{n}", "llm", at + 4, at + 9, f"turn-{n}", llm=call),
        ]
    trace = Trace("t", tuple(spans))
    subject = call_subject(trace, trace.by_id["llm-1"])
    assert [d.content for d in subject.retrieved] == [SHIPPING]
    assert subject.retrieved_fields == (("search-1", "documents[0].content"),)


def test_a_step_that_failed_by_itself_is_named_and_those_around_it_are_not() -> None:
    def failing(ident: str, parent: str | None, error: str) -> Span:
        return Span(ident, ident, "chain", parent_id=parent, status="error", error=error, detail=SpanDetail())

    trace = Trace("t", (failing("root", None, "chain failed"), failing("embed", "root", "no connection")))
    (finding,) = diagnose(trace).findings
    assert (finding.span_id, finding.verdict.message) == ("embed", "the step failed: no connection")


def agent_trace() -> Trace:
    tool = ToolDef("get_order", None, {"type": "object", "properties": {"id": {"type": "integer"}}})
    bad = ToolRun("get_order", "1", None, '{"id": "Alice"}', "Error: id must be an integer", is_error=True)
    asking = LLMCall(
        messages=(Message.of("user", "Where is my order?"),),
        output=(Message("assistant", tool_calls=(ToolCall("1", "get_order", '{"id": "Alice"}'),)),),
        tools=(tool,),
    )
    spans = [span("root", "agent", 0, 100)]
    for i in range(3):
        spans.append(span(f"ask-{i}", "llm", 10 * i + 1, 10 * i + 4, "root", llm=asking))
        spans.append(span(f"run-{i}", "tool", 10 * i + 5, 10 * i + 9, "root", tool=bad))
    spans.append(span("end", "llm", 50, 60, "root", llm=answered("s", "Where is my order?", "It comes on Monday.")))
    return Trace("t", tuple(spans))


def test_a_loop_is_found_in_the_trajectory_after_the_call_that_began_it() -> None:
    findings = diagnose(agent_trace()).findings
    checks = [f.verdict.check for f in findings]
    assert checks == ["tool-arguments"] * 3 + ["tool-error-unhandled", "tool-repeated"]
    assert [f.span_id for f in findings] == ["ask-0", "ask-1", "ask-2", "end", "end"]
    assert [e.span_id for e in findings[-1].verdict.evidence] == ["run-0", "run-1", "run-2"]


def test_a_diagnosis_as_others_read_it() -> None:
    public = diagnose(refund_trace()).to_public()
    assert set(public) == {"findings", "time", "cost"}
    first = public["findings"][0]  # type: ignore[index,call-overload]
    assert set(first) == {  # type: ignore[arg-type]
        "trace_id", "span_id", "check", "category", "severity", "score", "message", "evidence", "suggest",
    }  # fmt: skip


def test_a_trace_without_calls_or_times_has_nothing_to_say() -> None:
    nothing = diagnose(Trace("t", ()))
    assert nothing.findings == () and nothing.cost["total"] is None


@pytest.mark.parametrize("turns", [6])
def test_a_trace_of_thirty_spans_is_diagnosed_within_the_budget(turns: int) -> None:
    words = [f"{a}{b}{c}" for a in ("re", "mo", "ta", "li") for b in ("no", "ka", "se") for c in ("ster", "ding", "le")]

    def passage(seed: int) -> str:
        return " ".join(words[(seed * 7 + i * i) % len(words)] + ("." if i % 12 == 11 else "") for i in range(90))

    def made(round_: int) -> Trace:
        spans = [span("root", "agent", 0, 1000)]
        for n in range(turns):
            texts = [passage(1000 * round_ + 10 * n + i) for i in range(5)]
            call = answered("Answer.\n" + "\n".join(texts), "What is it?", passage(1000 * round_ + n)[:400])
            at = 100 * n
            spans += [
                span(f"turn-{n}", "chain", at, at + 90, "root"),
                span(f"search-{n}", "retriever", at, at + 9, f"turn-{n}", retrieval=found(*texts)),
                span(f"llm-{n}", "llm", at + 10, at + 70, f"turn-{n}", llm=call),
                span(f"tool-{n}", "tool", at + 71, at + 80, f"turn-{n}", tool=ToolRun("t", None, {}, None, texts[0])),
                span(f"guard-{n}", "guardrail", at + 81, at + 89, f"turn-{n}"),
            ]
        return Trace("t", tuple(spans))

    diagnose(made(0))
    taken = []
    for round_ in range(1, 6):
        trace = made(round_)
        began = process_time()
        diagnose(trace)
        taken.append(process_time() - began)
    assert min(taken) < 0.06, f"{min(taken) * 1000:.0f} ms; the budget is 20 ms on a quiet machine"
