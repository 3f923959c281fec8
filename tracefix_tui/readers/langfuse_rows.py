"""Langfuse observations as rows: camelCase from the API and the UI, snake_case from blob exports, read alike."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tracefix_tui.model.trace import Score, SpanKind, Status
from tracefix_tui.readers.otel.flat import Attributes
from tracefix_tui.readers.values import json_object, number, parse_time, text_or_none

TYPES = frozenset(
    {"GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EMBEDDING", "EVALUATOR", "GUARDRAIL"}
)
_KINDS: dict[str, SpanKind] = {
    "GENERATION": "llm",
    "AGENT": "agent",
    "TOOL": "tool",
    "CHAIN": "chain",
    "RETRIEVER": "retriever",
    "EMBEDDING": "embedding",
    "EVALUATOR": "evaluator",
    "GUARDRAIL": "guardrail",
    "SPAN": "chain",
    "EVENT": "other",
}
# A plain span that another instrumentation wrote says its kind in the attributes that Langfuse keeps as metadata.
_INNER_KIND = re.compile(r'\\?"(?:openinference\.span\.kind|gen_ai\.operation\.name)\\?":\s*\\?"(\w+)')
_INNER_KINDS: dict[str, SpanKind] = {
    "agent": "agent",
    "tool": "tool",
    "retriever": "retriever",
    "reranker": "reranker",
    "embedding": "embedding",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "prompt": "prompt",
    "invoke_agent": "agent",
    "execute_tool": "tool",
    "retrieval": "retriever",
}
# LangChain's tracer for JavaScript writes a tool as a plain span: what it gave back, a tool message, tells.
_TOOL_MESSAGE = re.compile(r'\s*\{\s*"lc":\s*1,\s*"type":\s*"constructor",\s*"id":\s*\[[^\]]*"ToolMessage"\s*\]')
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER_NAMES = {"model": ("provided_model_name", "providedModelName")}


class Row:
    """One observation. Fields are asked for in camelCase and found in either spelling."""

    __slots__ = ("_is_snake", "_metadata", "raw")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self._is_snake = "trace_id" in raw and "traceId" not in raw
        self._metadata: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """The value of a field; None where it is absent."""
        value = self.raw.get(_snake(name) if self._is_snake else name)
        if value is None and name in _OTHER_NAMES:
            value = next((v for other in _OTHER_NAMES[name] if (v := self.raw.get(other)) is not None), None)
        return value

    def text(self, *names: str) -> str | None:
        """The first of these fields that holds a text."""
        for name in names:
            text = text_or_none(self.get(name))
            if text is not None:
                return text
        return None

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata, which exports write as JSON text or as an object."""
        if self._metadata is None:
            self._metadata = json_object(self.get("metadata"))
        return self._metadata

    @property
    def attributes(self) -> Attributes:
        """The OpenTelemetry attributes that Langfuse keeps of spans it did not write itself."""
        return Attributes(json_object(self.metadata.get("attributes")))

    @property
    def id(self) -> str:
        """The observation's own id."""
        return self.text("id") or ""

    @property
    def trace_id(self) -> str:
        """The id of its trace."""
        return self.text("traceId") or ""

    @property
    def type(self) -> str:
        """The observation type, in capitals."""
        return (self.text("type") or "SPAN").upper()

    @property
    def name(self) -> str:
        """The name, or the type where it has none."""
        return self.text("name") or self.type.lower()

    @property
    def kind(self) -> SpanKind:
        """The span kind."""
        if self.type != "SPAN":
            return _KINDS.get(self.type, "other")
        raw = self.raw.get("metadata")
        if isinstance(raw, str):
            found = _INNER_KIND.search(raw)
            inner = found.group(1) if found else ""
        else:
            inner = self.attributes.text("openinference.span.kind", "gen_ai.operation.name") or ""
        return _INNER_KINDS.get(inner.lower()) or ("tool" if _is_tool_message(self.raw.get("output")) else "chain")

    @property
    def start_ns(self) -> int | None:
        """When it began."""
        return parse_time(self.get("startTime"))

    @property
    def end_ns(self) -> int | None:
        """When it ended; an event has no length."""
        end = parse_time(self.get("endTime"))
        return self.start_ns if end is None and self.type == "EVENT" else end

    @property
    def status(self) -> tuple[Status, str | None]:
        """(status, error): Langfuse marks failures, and says nothing of success."""
        if (self.text("level") or "").upper() == "ERROR":
            return "error", self.text("statusMessage") or "failed; the trace says no more"
        return "unset", None

    @property
    def first_token_ns(self) -> int | None:
        """When the first token came."""
        at, wait = parse_time(self.get("completionStartTime")), number(self.get("timeToFirstToken"))
        if at is None and wait is not None and 0 <= wait < 1e9 and self.start_ns is not None:
            return self.start_ns + round(wait * 1e9)
        return at


def _is_tool_message(output: Any) -> bool:
    if isinstance(output, str):
        return _TOOL_MESSAGE.match(output) is not None
    path = output.get("id") if isinstance(output, dict) and output.get("lc") == 1 else None
    return isinstance(path, list) and path[-1:] == ["ToolMessage"]


@cache
def _snake(name: str) -> str:
    return _SNAKE.sub("_", name).lower()


def read_score(raw: Any) -> Score | None:
    """A score of the trace or of one observation; a category stands as its label, a boolean as true or false."""
    if not isinstance(raw, dict):
        return None
    row = Row(raw)
    kind = (row.text("dataType") or "").upper()
    value, label = number(row.get("value")), row.text("stringValue")
    shown: float | bool | str | None = bool(value) if kind == "BOOLEAN" and value is not None else value
    if kind == "CATEGORICAL" or (shown is None and label is not None):
        shown = label
    return Score(
        name=row.text("name") or "score",
        value=shown,
        label=label,
        comment=row.text("comment"),
        source=row.text("source"),
        span_id=row.text("observationId"),
    )
