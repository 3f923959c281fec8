"""PipelineTrace: the record of a retrieval pipeline's stages, decisions and durations, without any prompt."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.model.trace import Score, Span, SpanDetail, Trace
from tracefix_tui.readers.pipeline_stages import STAGES, Stage, detail_of, documents_of, scores_of
from tracefix_tui.readers.registry import ReadResult
from tracefix_tui.readers.values import json_object, maybe_json, number, parse_time, text_or_none

TABLE = "pipeline_trace"
_TELLING = ("toolSelection", "hyde", "filterBuild", "crossEncoder", "selfReflection")
_BREAKDOWN = ("embeddingMs", "retrievalMs", "rerankingMs", "generationMs", "judgeMs", "overheadMs", "totalMs")
_BREAKDOWN_PLACES = ("timeBreakdown", "latencyBreakdown", "tokenBreakdown", "breakdown")
_YEAR_MS = 366 * 86_400_000
_WAL = "the database keeps a write-ahead log: rows that are still in its -wal file are not read"
_ONLY_DURATIONS = "only durations are recorded: the stages are laid end to end, their true start times are not known"


class PipelineReader:
    """Reads pipeline records: objects, and rows of the table that keeps them as text."""

    name = "pipeline"

    def sniff(self, value: Any) -> bool:
        """A record with a query id and two of its stages, or a row that carries one."""
        if not isinstance(value, dict):
            return False
        if "trace_data" in value and "spans" not in value:
            return _is_record(json_object(value["trace_data"]))
        return _is_record(value)

    def read(self, values: list[Any]) -> ReadResult:
        """One trace per record."""
        traces: list[Trace] = []
        seen: dict[str, int] = {}
        for value in values:
            trace = _trace(value)
            count = seen[trace.id] = seen.get(trace.id, 0) + 1
            if count > 1:  # the same query, recorded again
                trace = Trace(
                    f"{trace.id}#{count}", trace.spans, trace.name, metadata=trace.metadata, scores=trace.scores
                )
            traces.append(trace)
        return ReadResult(tuple(traces), (_ONLY_DURATIONS,) if traces else (), False, "pipeline")


READER = PipelineReader()


def _is_record(value: dict[str, Any]) -> bool:
    return "queryId" in value and sum(key in value for key in _TELLING) >= 2


def read_sqlite(data: bytes, path: str) -> tuple[list[dict[str, Any]], list[str]]:
    """(rows, warnings) of the table `pipeline_trace` of an SQLite database; raises `UnreadableTrace` without one."""
    import sqlite3  # few files are databases

    hint = f"A database is read where it has a table {TABLE} with a column trace_data"
    # A database in WAL mode cannot be opened from memory; its main file, which is what we have, reads as one without.
    plain = data[:18] + b"\x01\x01" + data[20:]
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(plain)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (TABLE,)).fetchone()
        if found is None:
            raise UnreadableTrace(path, "", f"this is an SQLite database without a table {TABLE}", hint)
        rows = [_plain(dict(row)) for row in connection.execute(f"SELECT * FROM {TABLE}")]
    except sqlite3.Error as problem:
        raise UnreadableTrace(path, "", f"this SQLite database cannot be read: {problem}", hint) from None
    finally:
        connection.close()
    return rows, [_WAL] if data[18:19] == b"\x02" else []


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.decode("utf-8", "replace") if isinstance(v, bytes) else v for k, v in row.items()}


def _trace(value: dict[str, Any]) -> Trace:
    row = value if "trace_data" in value else {}
    record = json_object(row["trace_data"]) if row else value
    query_id = str(record["queryId"])
    total = _ns(record.get("totalDurationMs"))
    stored = parse_time(row.get("created_at"))
    start = stored - total if stored else 0
    spans, scores = _spans(query_id, record, start, total)
    metadata: dict[str, Any] = {
        key: row[key] for key in ("id", "query_log_id", "created_at") if row.get(key) is not None
    }
    breakdown = _breakdown(record)
    if breakdown:
        metadata["time_breakdown_ms"] = breakdown
    return Trace(id=query_id, spans=tuple(spans), name="RAG pipeline", metadata=metadata, scores=scores)


def _spans(query_id: str, record: dict[str, Any], start: int, total: int) -> tuple[list[Span], tuple[Score, ...]]:
    """The root and a child per recorded stage, each beginning where the one before it ends."""
    stages = [(stage, record[stage.key]) for stage in STAGES if isinstance(record.get(stage.key), dict)]
    documents = documents_of(record)
    holder = next(
        (
            stage.key
            for stage, _ in reversed(stages)
            if stage.kind in ("retriever", "reranker") and not _skipped(record, stage)
        ),
        "",
    )
    at, children, scores = start, list[Span](), list[Score]()
    for stage, facts in stages:
        length = _ns(facts.get("durationMs"))
        ident = f"{query_id}/{stage.key}"
        found = scores_of(stage, facts, ident)
        scores += found
        detail = detail_of(stage, facts, documents if stage.key == holder else (), found)
        kind = "other" if _skipped(record, stage) else stage.kind
        children.append(
            Span(
                ident, stage.name, kind, parent_id=query_id, start_ns=at, end_ns=at + length, status="ok", detail=detail
            )
        )
        at += length
    root = Span(
        query_id, "pipeline", "chain", start_ns=start, end_ns=max(start + total, at), status="ok", detail=_rest(record)
    )
    return [root, *children], tuple(scores)


def _ns(milliseconds: Any) -> int:
    """Milliseconds as nanoseconds; nothing for what cannot be a duration."""
    length = number(milliseconds)
    return round(length * 1e6) if length is not None and 0 < length < _YEAR_MS else 0


def _skipped(record: dict[str, Any], stage: Stage) -> bool:
    return bool(json_object(record.get(stage.key)).get("skipped") is True)


def _rest(record: dict[str, Any]) -> SpanDetail:
    """What the record holds beside its stages."""
    known = {stage.key for stage in STAGES}
    return SpanDetail(attributes={k: maybe_json(v) for k, v in record.items() if k not in known})


def _breakdown(record: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds by stage as recorded, wherever the record keeps them."""
    places = [record, *(json_object(record.get(name)) for name in _BREAKDOWN_PLACES)]
    found = {key: ms for key in _BREAKDOWN for place in places if (ms := number(place.get(key))) is not None}
    for name in _BREAKDOWN_PLACES:
        for key, value in json_object(record.get(name)).items():
            if text_or_none(key) and key.endswith("Ms") and (ms := number(value)) is not None:
                found.setdefault(key, ms)
    return found
