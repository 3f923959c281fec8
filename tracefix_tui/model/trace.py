"""Traces and spans. A span is light; its messages, documents and tool calls are decoded when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tracefix_tui.model.call import LLMCall
from tracefix_tui.model.detail import EMPTY_DETAIL, Document, Retrieval, Score, SpanDetail, ToolRun
from tracefix_tui.model.json_value import JsonObject

__all__ = [
    "Document",
    "Retrieval",
    "Score",
    "Source",
    "Span",
    "SpanDetail",
    "SpanKind",
    "Status",
    "ToolRun",
    "Trace",
    "TraceFile",
]

SpanKind = Literal[
    "llm", "retriever", "reranker", "embedding", "tool", "agent", "chain", "guardrail", "evaluator", "prompt", "other"
]
Status = Literal["ok", "error", "unset"]


class Span:
    """One step of a trace. Times are nanoseconds since the epoch, UTC.

    `load` is called once, when `detail` is first read; it must not raise for odd content, but say so in `lossy`.
    """

    __slots__ = ("_detail", "_load", "end_ns", "error", "id", "kind", "name", "parent_id", "start_ns", "status")

    def __init__(
        self,
        id: str,
        name: str,
        kind: SpanKind = "other",
        *,
        parent_id: str | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        status: Status = "unset",
        error: str | None = None,
        load: Callable[[], SpanDetail] | None = None,
        detail: SpanDetail | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.kind: SpanKind = kind
        self.parent_id = parent_id
        self.start_ns = start_ns
        self.end_ns = end_ns
        self.status: Status = status
        self.error = error
        self._load = load
        self._detail = detail if detail is not None or load is not None else EMPTY_DETAIL

    @property
    def detail(self) -> SpanDetail:
        """The decoded content, decoded on first use."""
        detail = self._detail
        if detail is None:
            load = self._load  # another thread may finish in between: it sets the detail before it drops the loader
            detail = load() if load is not None else self._detail
            assert detail is not None
            self._detail, self._load = detail, None
        return detail

    @property
    def llm(self) -> LLMCall | None:
        """The LLM call of this span, if it is one."""
        return self.detail.llm

    @property
    def duration_ns(self) -> int | None:
        """End minus start, never negative; None where either is unknown."""
        if self.start_ns is None or self.end_ns is None:
            return None
        return max(0, self.end_ns - self.start_ns)

    def to_public(self) -> JsonObject:
        """A span of the `show --json` contract."""
        detail = self.detail
        return {
            "id": self.id,
            "parent_id": self.parent_id,
            "name": self.name,
            "kind": self.kind,
            "start_ns": self.start_ns,
            "end_ns": self.end_ns,
            "status": self.status,
            "error": self.error,
            "input": detail.input,
            "output": detail.output,
            "lossy": list(detail.lossy),
            "llm": detail.llm.to_public() if detail.llm else None,
            "retrieval": detail.retrieval.to_public() if detail.retrieval else None,
            "tool": detail.tool.to_public() if detail.tool else None,
            **({"decisions": list(detail.decisions)} if detail.decisions else {}),
        }


@dataclass(frozen=True, slots=True)
class Source:
    """Where traces came from. `partial` says that the file is known to be incomplete (cut, paginated, damaged)."""

    format: str
    path: str
    warnings: tuple[str, ...] = ()
    partial: bool = False

    def to_public(self) -> JsonObject:
        """`{"format", "path", "warnings", "partial"}`."""
        return {"format": self.format, "path": self.path, "warnings": list(self.warnings), "partial": self.partial}


@dataclass(frozen=True)
class Trace:
    """One request through a system, as a tree of spans in the order recorded."""

    id: str
    spans: tuple[Span, ...]
    name: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    tags: tuple[str, ...] = ()
    metadata: JsonObject = field(default_factory=dict)
    scores: tuple[Score, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Span]:
        """Spans by id; the first wins where a file repeats an id."""
        out: dict[str, Span] = {}
        for span in self.spans:
            out.setdefault(span.id, span)
        return out

    @cached_property
    def children(self) -> dict[str | None, list[Span]]:
        """Children by parent id, in time order; roots (orphans and members of parent cycles too) under None."""
        known = self.by_id
        out: dict[str | None, list[Span]] = {}
        for span in self.spans:
            parent = span.parent_id if span.parent_id in known and span.parent_id != span.id else None
            out.setdefault(parent, []).append(span)
        self._break_cycles(out)
        for group in out.values():
            group.sort(key=lambda s: s.start_ns if s.start_ns is not None else 0)
        return out

    def _break_cycles(self, children: dict[str | None, list[Span]]) -> None:
        """Make the first span of every parent cycle a root, so that each span is reached exactly once."""
        reached: set[int] = set()

        def reach(start: Span) -> None:
            stack = [start]
            while stack:
                span = stack.pop()
                if id(span) in reached:
                    continue
                reached.add(id(span))
                if self.by_id[span.id] is span:
                    stack.extend(children.get(span.id, ()))

        for root in children.get(None, []):
            reach(root)
        for span in self.spans:
            if id(span) not in reached:
                siblings = children.get(span.parent_id, [])
                siblings[:] = [s for s in siblings if s is not span]
                children.setdefault(None, []).append(span)
                reach(span)

    @property
    def roots(self) -> list[Span]:
        """Spans without a parent in this trace."""
        return self.children.get(None, [])

    def walk(self) -> Iterator[tuple[int, Span]]:
        """(depth, span), parents before children, siblings in time order."""
        stack = [(0, span) for span in reversed(self.roots)]
        while stack:
            depth, span = stack.pop()
            yield depth, span
            if self.by_id[span.id] is span:
                stack.extend((depth + 1, child) for child in reversed(self.children.get(span.id, [])))

    @cached_property
    def by_kind(self) -> dict[SpanKind, list[Span]]:
        """Spans of each kind in time order; in the order of `walk` where times are absent."""
        out: dict[SpanKind, list[Span]] = {}
        for _, span in self.walk():
            out.setdefault(span.kind, []).append(span)
        for group in out.values():
            group.sort(key=lambda s: s.start_ns or 0)
        return out

    @property
    def llm_spans(self) -> list[Span]:
        """Spans of kind llm that hold a call, in the order of `walk`."""
        return [span for _, span in self.walk() if span.kind == "llm" and span.llm is not None]

    @cached_property
    def leaf_calls(self) -> list[Span]:
        """LLM spans without an LLM span below them: what tokens and cost are summed over, once each."""
        wrappers: set[str] = set()
        for span in self.spans:
            if span.kind != "llm":
                continue
            parent, steps = self.by_id.get(span.parent_id or ""), 0
            while parent is not None and parent.id not in wrappers and steps < len(self.spans):
                wrappers.add(parent.id)
                parent, steps = self.by_id.get(parent.parent_id or ""), steps + 1
        return [span for span in self.llm_spans if span.id not in wrappers]

    @property
    def start_ns(self) -> int | None:
        """The earliest start of any span."""
        return min((s.start_ns for s in self.spans if s.start_ns is not None), default=None)

    @property
    def end_ns(self) -> int | None:
        """The latest end of any span."""
        return max((s.end_ns for s in self.spans if s.end_ns is not None), default=None)

    @property
    def duration_ns(self) -> int | None:
        """From the earliest start to the latest end."""
        start, end = self.start_ns, self.end_ns
        return None if start is None or end is None else max(0, end - start)

    @cached_property
    def total_tokens(self) -> int | None:
        """Tokens over the leaf calls; None where no call recorded any."""
        counts = [s.llm.usage.to_public()["total"] for s in self.leaf_calls if s.llm]
        known = [c for c in counts if isinstance(c, int)]
        return sum(known) if known else None

    @cached_property
    def total_cost(self) -> float | None:
        """US dollars over the leaf calls; None where no call recorded any."""
        known = [s.llm.cost for s in self.leaf_calls if s.llm and s.llm.cost is not None]
        return sum(known) if known else None

    def to_public(self) -> JsonObject:
        """A trace of the `show --json` contract."""
        return {
            "id": self.id,
            "name": self.name,
            "session_id": self.session_id,
            "user_id": self.user_id,
            "tags": list(self.tags),
            "metadata": self.metadata,
            "spans": [span.to_public() for span in self.spans],
            **({"scores": [score.to_public() for score in self.scores]} if self.scores else {}),
        }


@dataclass(frozen=True)
class TraceFile:
    """What one input held: where it came from and its traces."""

    source: Source
    traces: tuple[Trace, ...]

    def to_public(self) -> JsonObject:
        """The whole answer of `show --json`."""
        return {"source": self.source.to_public(), "traces": [trace.to_public() for trace in self.traces]}
