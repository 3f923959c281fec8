"""LangSmith runs: folded from ingest batches, flattened from nested exports, their tree and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tracefix_tui.model.trace import SpanKind, Status
from tracefix_tui.readers.values import json_object, parse_time, text_or_none

KINDS: dict[str, SpanKind] = {
    "llm": "llm",
    "chat_model": "llm",
    "chain": "chain",
    "tool": "tool",
    "retriever": "retriever",
    "prompt": "prompt",
    "embedding": "embedding",
    "agent": "agent",
    "reranker": "reranker",
}
_STEP = re.compile(r"(\d{8}T\d{6})(\d*)Z(.+)\Z")
_MAX_DEPTH = 500


class Run:
    """One run, read in place."""

    __slots__ = ("parent_id", "raw")

    def __init__(self, raw: dict[str, Any], parent_id: str | None = None) -> None:
        self.raw = raw
        self.parent_id = text_or_none(raw.get("parent_run_id")) or parent_id or self._ordered(-2)

    def text(self, name: str) -> str | None:
        """A field that holds a text."""
        return text_or_none(self.raw.get(name))

    def _ordered(self, place: int) -> str | None:
        """The run id at a place of the dotted order, `TIMEZid.TIMEZid`: -1 is the run itself, 0 the root."""
        steps = str(self.raw.get("dotted_order") or "").split(".")
        if len(steps) < -place or not steps[0]:
            return None
        found = _STEP.match(steps[place])
        return found.group(3) if found else None

    @property
    def id(self) -> str:
        """The run's id; patches of the JavaScript SDK hold it in the dotted order alone."""
        return self.text("id") or self._ordered(-1) or ""

    @property
    def trace_id(self) -> str | None:
        """The id of its trace, where the run says it."""
        return self.text("trace_id") or self._ordered(0)

    @property
    def order(self) -> str:
        """Sorts siblings by time."""
        return str(self.raw.get("dotted_order") or self.raw.get("start_time") or "")

    @property
    def name(self) -> str:
        """The name, or the run type."""
        return self.text("name") or self.text("run_type") or "run"

    @property
    def kind(self) -> SpanKind:
        """The span kind; a parser is a step of its own kind that we do not tell apart."""
        return KINDS.get((self.text("run_type") or "").lower(), "other")

    @property
    def inputs(self) -> dict[str, Any]:
        """What it was given."""
        return json_object(self.raw.get("inputs"))

    @property
    def outputs(self) -> dict[str, Any]:
        """What it gave."""
        return json_object(self.raw.get("outputs"))

    @property
    def extra(self) -> dict[str, Any]:
        """Runtime, metadata and invocation parameters."""
        return json_object(self.raw.get("extra"))

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata among `extra`."""
        return json_object(self.extra.get("metadata"))

    @property
    def start_ns(self) -> int | None:
        """When it began; the dotted order knows it where the field is missing."""
        at = parse_time(self.raw.get("start_time"))
        if at is None and self._ordered(-1):
            found = _STEP.match(str(self.raw["dotted_order"]).rsplit(".", 1)[-1])
            at = parse_time(f"{found.group(1)}.{found.group(2)[:6] or '0'}Z") if found else None
        return at

    @property
    def end_ns(self) -> int | None:
        """When it ended."""
        return parse_time(self.raw.get("end_time"))

    @property
    def status(self) -> tuple[Status, str | None]:
        """(status, error in words): the text before the traceback, or its last line."""
        error = self.text("error")
        if error or self.text("status") == "error":
            head, _, trace = (error or "").partition("Traceback (most recent call last)")
            last = trace.strip().rsplit("\n", 1)[-1] if trace else ""
            return "error", head.strip() or last.strip() or "failed; the trace says no more"
        done = self.text("status") == "success" or self.end_ns is not None
        return ("ok" if done else "unset"), None

    @property
    def first_token_ns(self) -> int | None:
        """When the first token came: its own field, else the first event of a stream."""
        at = parse_time(self.raw.get("first_token_time"))
        events = self.raw.get("events")
        if at is not None or not isinstance(events, list):
            return at
        tokens = (e for e in events if isinstance(e, dict) and e.get("name") == "new_token")
        return next((parse_time(event.get("time")) for event in tokens), None)


def flatten(raw: dict[str, Any], parent_id: str | None = None) -> Iterator[Run]:
    """A run and all runs nested below it, parents first."""
    stack: list[tuple[dict[str, Any], str | None, int]] = [(raw, parent_id, 0)]
    while stack:
        item, parent, depth = stack.pop()
        run = Run(item, parent)
        yield run
        below = item.get("child_runs")
        if isinstance(below, list) and depth < _MAX_DEPTH:
            stack.extend((child, run.id, depth + 1) for child in reversed(below) if isinstance(child, dict))


def fold(runs: Iterable[Run]) -> dict[str, Run]:
    """Runs by id, later writes over earlier ones: what a patch leaves out, or holds as null or empty, stays."""
    out: dict[str, Run] = {}
    for number, run in enumerate(runs):
        key = run.id or f"run-{number}"
        before = out.get(key)
        out[key] = run if before is None else Run(_merged(before.raw, run.raw), run.parent_id or before.parent_id)
    return out


def _merged(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    out = dict(before)
    for key, value in after.items():
        if value is None or (value in ({}, [], "") and out.get(key)):
            continue
        both = key in ("extra", "metadata") and isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = _merged(out[key], value) if both else value
    return out
