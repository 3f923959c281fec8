"""The check model: one named test of one failure mode over one subject, with the evidence it points at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from tracefix_tui.model.call import LLMCall, ToolDef
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document, Span, ToolRun

Outcome = Literal["pass", "fail", "unmeasured"]
Severity = Literal["fail", "warn", "info"]
Category = Literal["retrieval", "grounding", "citation", "instruction", "tools", "agents", "operations", "expectation"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the trace. `field` is a path in the span's public form, `start`/`end` characters in its text.

    Fields: `messages[2].content`, `output.content`, `output.tool_calls[0].function.arguments`, `documents[1].content`
    (of the span the document was retrieved in), `tool.result`, `tool.arguments`, `response_format`, `tools[0]`,
    `finish_reason`, `error`. Offsets count characters of the unescaped text; equal offsets mean the whole field.
    """

    span_id: str
    field: str
    start: int = 0
    end: int = 0
    text: str = ""

    def to_public(self) -> JsonObject:
        """`{"span_id", "field", "start", "end", "text"}`."""
        return {"span_id": self.span_id, "field": self.field, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One experiment that changes one thing. `edit` is what the workbench applies, where it can."""

    change: str
    why: str
    edit: JsonObject | None = None

    def to_public(self) -> JsonObject:
        """`{"change", "why"}`."""
        return {"change": self.change, "why": self.why}


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A check with its parameters, as a case or an attempt holds it: `contains` with `{"value": "30 days"}`."""

    id: str
    params: JsonObject = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`contains "30 days"`, or the bare id."""
        values = [f'"{v}"' if isinstance(v, str) else str(v) for v in self.params.values()]
        return " ".join([self.id, *values])

    def to_public(self) -> JsonObject:
        """`{"check", "params"}`."""
        return {"check": self.id, "params": self.params}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one subject. `score` is in 0..1, higher is better, None where the check has no scale."""

    check: str
    outcome: Outcome
    message: str
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    category: Category = "instruction"
    severity: Severity = "fail"
    suggest: tuple[Suggestion, ...] = ()
    params: JsonObject = field(default_factory=dict)

    @property
    def spec(self) -> CheckSpec:
        """The check that gave this verdict, ready to be run on another subject."""
        return CheckSpec(self.check, self.params)

    def to_public(self) -> JsonObject:
        """`{"check", "verdict", "score", "message", "evidence"}` with category, severity and parameters."""
        return {
            "check": self.check,
            "verdict": self.outcome,
            "score": self.score,
            "message": self.message,
            "category": self.category,
            "severity": self.severity,
            "evidence": [e.to_public() for e in self.evidence],
            **({"params": self.params} if self.params else {}),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A failing check on a recorded trace."""

    trace_id: str
    span_id: str
    verdict: Verdict

    def to_public(self) -> JsonObject:
        """A finding of the `diagnose --json` contract."""
        v = self.verdict
        return {
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "check": v.check,
            "category": v.category,
            "severity": v.severity,
            "score": v.score,
            "message": v.message,
            "evidence": [e.to_public() for e in v.evidence],
            "suggest": [s.to_public() for s in v.suggest],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trajectory: a tool run with the span it happened in."""

    span_id: str
    run: ToolRun


@dataclass(frozen=True)
class Subject:
    """What a check reads: a call with its documents, tools and output; or a trajectory of tool runs.

    `documents` were in the prompt, `retrieved` were found (with those that were cut); both in rank order.
    `document_fields[i]` says where document *i* of `documents` lies: (span id, field); `retrieved_fields` the same of
    `retrieved`. `question` is the last thing the user asked, `asked` what the trace says was asked (queries of
    retrievers, the root's input). `error` is set where the call failed. What is absent is empty, and a check that needs
    it says `unmeasured`.
    """

    trace_id: str = ""
    span_id: str = ""
    messages: tuple[Message, ...] = ()
    output: Message | None = None
    question: str = ""
    asked: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    retrieved: tuple[Document, ...] = ()
    document_fields: tuple[tuple[str, str], ...] = ()
    retrieved_fields: tuple[tuple[str, str], ...] = ()
    retrieval_ran: bool = False
    retrieval_span_id: str = ""
    tools: tuple[ToolDef, ...] = ()
    tool_choice: Json = None
    response_format: Json = None
    finish_reason: str | None = None
    params: JsonObject = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    reference: str | None = None
    error: str | None = None

    def answered(self, output: Message | None, finish_reason: str | None, error: str | None = None) -> Subject:
        """The same subject with another output: how a replay is judged."""
        return replace(self, output=output, finish_reason=finish_reason, error=error)


@dataclass(frozen=True, slots=True)
class CallContext:
    """What surrounds one LLM call in its trace; made by `tracefix_tui.model.context.call_context`.

    `asked` are texts that the trace records, beside the messages, as what the run was asked: queries of retrievers, the
    root span's input.
    """

    span: Span
    call: LLMCall
    retrieved: tuple[Document, ...] = ()
    document_fields: tuple[tuple[str, str], ...] = ()
    in_prompt: tuple[bool, ...] = ()
    steps: tuple[Step, ...] = ()
    question: str = ""
    retrieval_ran: bool = False
    retrieval_span_id: str = ""
    asked: tuple[str, ...] = ()
