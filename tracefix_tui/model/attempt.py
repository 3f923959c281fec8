"""Requests and attempts: what was sent, what changed against the recording, what came back, and how it was judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tracefix_tui.model.call import ToolDef, Usage
from tracefix_tui.model.check import Verdict
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message

FidelityStatus = Literal["sent", "changed", "left out"]
ChangeKind = Literal[
    "template",
    "message",
    "variable",
    "document",
    "parameter",
    "model",
    "tool schema",
    "tool result",
    "tool choice",
    "response format",
]


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked, in LiteLLM's vocabulary. It never holds an endpoint, a key or a header."""

    model: str
    messages: tuple[Message, ...]
    params: JsonObject = field(default_factory=dict)
    tools: tuple[ToolDef, ...] = ()
    tool_choice: Json = None
    response_format: Json = None

    def to_litellm(self) -> JsonObject:
        """The keyword arguments of `litellm.completion`."""
        out: JsonObject = {"model": self.model, "messages": [m.to_openai() for m in self.messages], **self.params}
        if self.tools:
            out["tools"] = [tool.to_openai() for tool in self.tools]
        if self.tool_choice is not None:
            out["tool_choice"] = self.tool_choice
        if self.response_format is not None:
            out["response_format"] = self.response_format
        return out


@dataclass(frozen=True, slots=True)
class FidelityEntry:
    """One recorded field and what became of it in the request."""

    field: str
    status: FidelityStatus
    reason: str = ""

    def to_public(self) -> JsonObject:
        """`{"field", "status", "reason"}`."""
        return {"field": self.field, "status": self.status, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a draft and the recording, e.g. `document 2 dropped`, `temperature 0.2 -> 0`."""

    kind: ChangeKind
    target: str
    summary: str

    def to_public(self) -> JsonObject:
        """`{"kind", "target", "summary"}`."""
        return {"kind": self.kind, "target": self.target, "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of a request gave. `error` is set when it failed; `output` may still hold what came before."""

    output: Message | None = None
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    latency_ms: float = 0.0
    ttft_ms: float | None = None
    error: str | None = None
    stopped: bool = False
    response_model: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One replay, kept. `prompt` is the draft's template as a prompt file holds it; `parent` what it branched from."""

    id: str
    created: str
    trace_id: str
    span_id: str
    request: Request
    result: Result
    changes: tuple[Change, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    repeat: int = 0
    parent: str | None = None
    trace_path: str = ""
    prompt: JsonObject = field(default_factory=dict)
    variables: JsonObject = field(default_factory=dict)
    documents: tuple[JsonObject, ...] = ()
    recorded_output: Message | None = None
    fidelity: tuple[FidelityEntry, ...] = ()

    @property
    def several_changes(self) -> bool:
        """More than one thing differs from the recording, so the result proves less."""
        return len(self.changes) > 1

    def to_public(self) -> JsonObject:
        """An attempt of the `replay --json` contract."""
        r = self.result
        return {
            "id": self.id,
            "output": r.output.to_public() if r.output else None,
            "finish_reason": r.finish_reason,
            "usage": r.usage.to_public(),
            "cost": r.cost,
            "latency_ms": round(r.latency_ms, 3),
            "ttft_ms": None if r.ttft_ms is None else round(r.ttft_ms, 3),
            "error": r.error,
            "stopped": r.stopped,
            "repeat": self.repeat,
            "checks": [v.to_public() for v in self.verdicts],
        }
