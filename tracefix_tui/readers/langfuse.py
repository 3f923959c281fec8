"""Langfuse: the UI's download, the API's traces and observations, and rows of blob exports."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Score, Span, SpanDetail, Trace
from tracefix_tui.readers.langfuse_detail import read_detail
from tracefix_tui.readers.langfuse_rows import TYPES, Row, read_score
from tracefix_tui.readers.lazy import when_opened
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.shapes.secrets import without_secrets
from tracefix_tui.readers.values import json_list, json_object, maybe_json, parse_time, text_or_none

# How many observations are asked for a session or a user, which every one of a trace repeats.
_LOOKED_AT = 100


class _Gathered:
    """What a file holds of one trace."""

    def __init__(self, trace_id: str) -> None:
        self.id = trace_id
        self.facts: dict[str, Any] = {}
        self.rows: dict[str, Row] = {}
        self.scores: list[Score] = []

    def add_row(self, raw: dict[str, Any]) -> None:
        """One observation; a later copy fills what an earlier one left empty (lists leave out input and output)."""
        row = Row(raw)
        key = row.id or f"{self.id}:{len(self.rows)}"
        before = self.rows.get(key)
        if before is not None:
            row = Row({**before.raw, **{k: v for k, v in raw.items() if v is not None}})
        self.rows[key] = row


class LangfuseReader:
    """Reads Langfuse's own exports; what its SDK sends over OTLP is read there."""

    name = "langfuse"

    def sniff(self, value: Any) -> bool:
        """A UI download, a trace of the API, an observation, or a row of a score."""
        return isinstance(value, dict) and (
            _is_download(value) or _is_trace(value) or _is_observation(value) or _is_score(value)
        )

    def read(self, values: list[Any]) -> ReadResult:
        """The traces of these values, observations with the same trace id together."""
        gathered: dict[str, _Gathered] = {}
        for value in values:
            _gather(value, gathered)
        filled = [one for one in gathered.values() if one.rows or one.facts]
        warnings = []
        lonely = sum(len(one.scores) for one in gathered.values() if not (one.rows or one.facts))
        if lonely:
            warnings.append(f"{plural(lonely, 'score')} skipped: of traces that are not in the file")
        rows = [row for one in filled for row in one.rows.values()]
        bare = bool(rows) and not any("input" in row.raw or "output" in row.raw for row in rows)
        if bare:
            warnings.append("the export has no inputs and outputs: ask the API for the io field group as well")
        traces = tuple(_trace(one) for one in filled)
        return ReadResult(
            traces, tuple(warnings), bare, "langfuse", "Open the trace's own page and download it from there"
        )


READER = LangfuseReader()


def _is_download(value: dict[str, Any]) -> bool:
    return isinstance(value.get("trace"), dict) and isinstance(value.get("observations"), list)


def _is_trace(value: dict[str, Any]) -> bool:
    listed = value.get("observations")
    if not isinstance(listed, list) or "id" not in value:
        return False
    return (
        "htmlPath" in value or "totalCost" in value or any(isinstance(o, dict) and _is_observation(o) for o in listed)
    )


def _is_observation(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    if not isinstance(kind, str) or kind.upper() not in TYPES:
        return False
    if "traceId" in value:
        return kind.isupper() and ("parentObservationId" in value or "startTime" in value)
    return "trace_id" in value and ("parent_observation_id" in value or ("start_time" in value and kind.isupper()))


def _is_score(value: dict[str, Any]) -> bool:
    camel = "traceId" in value and "dataType" in value
    snake = "trace_id" in value and "data_type" in value
    return (camel or snake) and "name" in value and "value" in value and "source" in value


def _gather(value: dict[str, Any], out: dict[str, _Gathered]) -> None:
    if _is_download(value) or _is_trace(value):
        facts = value["trace"] if isinstance(value.get("trace"), dict) else value
        listed = [raw for raw in value["observations"] if isinstance(raw, dict)]
        first = Row(listed[0]).trace_id if listed else ""
        one = _of(text_or_none(facts.get("id")) or first or "trace", out)
        one.facts = {**one.facts, **{k: v for k, v in facts.items() if k not in ("observations", "scores")}}
        for raw in listed:
            one.add_row(raw)
        one.scores += [score for raw in json_list(facts.get("scores")) if (score := read_score(raw)) is not None]
    elif _is_observation(value):
        _of(Row(value).trace_id, out).add_row(value)
    elif (score := read_score(value)) is not None:
        _of(Row(value).trace_id, out).scores.append(score)


def _of(trace_id: str, out: dict[str, _Gathered]) -> _Gathered:
    return out.setdefault(trace_id, _Gathered(trace_id))


def _trace(one: _Gathered) -> Trace:
    rows = list(one.rows.values())
    scores: dict[str | None, list[Score]] = {}
    for score in one.scores:
        scores.setdefault(score.span_id, []).append(score)
    spans = [_span(row, rows, tuple(scores.get(row.id, ()))) for row in rows]
    facts = Row(one.facts)
    roots = [row for row in rows if row.text("parentObservationId") not in one.rows]
    if not spans:
        spans = [_whole(one, facts)]
    attributes = roots[0].attributes if roots else facts.attributes
    tags = [str(tag) for tag in json_list(facts.get("tags") or (roots[0].get("tags") if roots else None))]
    return Trace(
        id=one.id,
        spans=tuple(spans),
        name=facts.text("name") or (roots[0].text("traceName", "name") if roots else None),
        session_id=facts.text("sessionId") or _from_rows(rows, "sessionId") or attributes.text("session.id"),
        user_id=facts.text("userId") or _from_rows(rows, "userId") or attributes.text("user.id"),
        tags=tuple(tags),
        metadata=_metadata(facts, roots),
        scores=tuple(one.scores),
    )


def _from_rows(rows: list[Row], name: str) -> str | None:
    return next((text for row in rows[:_LOOKED_AT] if (text := row.text(name)) is not None), None)


def _span(row: Row, rows: list[Row], scores: tuple[Score, ...]) -> Span:
    status, error = row.status
    return Span(
        row.id,
        row.name,
        row.kind,
        parent_id=row.text("parentObservationId"),
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        status=status,
        error=error,
        load=when_opened(read_detail, row, rows, scores),
    )


def _whole(one: _Gathered, facts: Row) -> Span:
    """A trace without observations is one step: its own input and output."""
    start = parse_time(facts.get("timestamp"))
    detail = SpanDetail(
        input=maybe_json(facts.get("input")), output=maybe_json(facts.get("output")), scores=tuple(one.scores)
    )
    return Span(one.id, facts.text("name") or "trace", "chain", start_ns=start, detail=detail)


def _metadata(facts: Row, roots: list[Row]) -> dict[str, Any]:
    """The trace's metadata, its release and environment, and its own input and output where no root span holds them."""
    out = dict(json_object(facts.get("metadata")))
    for key in ("release", "version", "environment"):
        value = facts.text(key)
        if value is not None and key not in out:
            out[key] = value
    for key in ("input", "output"):
        value = facts.get(key)
        if value is not None and not any(row.get(key) is not None for row in roots):
            out[key] = maybe_json(value)
    cleaned: dict[str, Any] = without_secrets(out)
    return cleaned
