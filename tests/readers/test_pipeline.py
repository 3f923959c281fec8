import json
import sqlite3
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers import open_trace, read_bytes
from tracefix_tui.readers.pipeline import READER

RECORD = {
    "queryId": "q1",
    "totalDurationMs": 3000,
    "cache": {"hit": False},
    "toolSelection": {"queryType": "policy", "reasoning": "asks about fares", "usedFallback": True, "durationMs": 300},
    "hyde": {"skipped": False, "generatedDoc": "A ticket costs two coins.", "durationMs": 400},
    "multiQuery": {"skipped": True},
    "filterBuild": {"extractedFilters": {"zone": 1}, "usedNlp": True, "nlpMethod": "LLM"},
    "retrieval": {
        "vectorCandidates": 40,
        "bm25Candidates": 20,
        "rrfMerged": 45,
        "cragTriggered": True,
        "relaxedFilter": {"zone": "any"},
        "durationMs": 200,
    },
    "crossEncoder": {"skipped": False, "inputCount": 22, "outputCount": 8, "threshold": 0.3, "durationMs": 500},
    "mmr": {"lambda": 0.7, "inputCount": 8, "outputCount": 2, "durationMs": 10},
    "generation": {
        "model": "gpt-4o-mini",
        "promptTokens": 900,
        "completionTokens": 80,
        "injectedDocuments": ["d1", "d2"],
        "durationMs": 1000,
    },
    "judge": {"groundedness": 0.4, "quality": 3, "reasoning": "invents a fare", "durationMs": 500},
    "selfReflection": {"triggered": True, "accepted": False, "originalGroundedness": 0.4, "regenGroundedness": 0.5},
    "tokenBreakdown": {"retrievalMs": 200, "generationMs": 1000, "totalMs": 3000},
}


def opened(*values):
    return read_bytes("\n".join(json.dumps(v) for v in values).encode(), "file")


def test_a_record_is_a_root_with_a_step_per_stage():
    file = opened(RECORD)
    trace = file.traces[0]
    assert (file.source.format, trace.id) == ("pipeline", "q1")
    assert "durations" in file.source.warnings[0]
    assert [(depth, s.name, s.kind) for depth, s in trace.walk()] == [
        (0, "pipeline", "chain"),
        (1, "cache", "other"),
        (1, "tool selection", "other"),
        (1, "HyDE", "llm"),
        (1, "multi-query", "other"),
        (1, "filter build", "other"),
        (1, "retrieval", "retriever"),
        (1, "cross-encoder", "reranker"),
        (1, "MMR", "reranker"),
        (1, "generation", "llm"),
        (1, "judge", "evaluator"),
        (1, "self-reflection", "evaluator"),
    ]
    assert trace.duration_ns == 3_000_000_000
    assert trace.metadata["time_breakdown_ms"] == {"retrievalMs": 200, "generationMs": 1000, "totalMs": 3000}
    assert [(s.name, s.value) for s in trace.scores] == [("groundedness", 0.4), ("quality", 3)]


def test_the_stages_are_laid_end_to_end():
    steps = opened(RECORD).traces[0].spans[1:]
    assert all(a.end_ns == b.start_ns for a, b in pairwise(steps))


def test_each_decision_is_a_line():
    said = {s.name: s.detail.decisions for s in opened(RECORD).traces[0].spans}
    assert said["tool selection"] == (
        "query type: policy",
        "fallback classifier used: the model's did not answer in time",
        "because: asks about fares",
    )
    assert said["retrieval"] == ("40 vector + 20 BM25 -> 45 merged", "filters relaxed and searched again: zone = any")
    assert said["cross-encoder"] == ("22 -> 8 at threshold 0.3",)
    assert said["MMR"] == ("8 -> 2 at lambda 0.7",)
    assert said["multi-query"] == ("skipped",)
    assert said["judge"][:2] == ("groundedness 0.4, quality 3", "groundedness under 0.6")
    assert said["self-reflection"] == (
        "answer regenerated, refused",
        "groundedness 0.4 -> 0.5",
        "regenerated, but groundedness is still low",
    )
    assert said["filter build"] == ("filters: zone = 1", "extracted by LLM")


def test_no_prompt_means_no_replay_and_documents_are_ids():
    by_name = {s.name: s for s in opened(RECORD).traces[0].spans}
    generation = by_name["generation"].llm
    assert (generation.replay, generation.replay_notes) == ("impossible", ("the record holds no prompt text",))
    assert (generation.request_model, generation.usage.input, generation.usage.output) == ("gpt-4o-mini", 900, 80)
    assert by_name["HyDE"].llm.output[0].text == "A ticket costs two coins."
    documents = by_name["MMR"].detail.retrieval.documents
    assert [(d.id, d.content) for d in documents] == [("d1", None), ("d2", None)]
    assert by_name["retrieval"].detail.retrieval is None
    assert by_name["MMR"].detail.lossy


def test_an_empty_retrieval_is_known_to_be_empty():
    record = {**RECORD, "retrieval": {"rrfMerged": 0}, "generation": {}}
    by_name = {s.name: s for s in opened(record).traces[0].spans}
    assert by_name["retrieval"].detail.retrieval.documents == ()


def test_rows_of_the_table_and_repeated_queries():
    row = {"id": 5, "query_log_id": 7, "trace_data": json.dumps(RECORD), "created_at": 1772359203}
    traces = opened(row, {**row, "id": 6}).traces
    assert [t.id for t in traces] == ["q1", "q1#2"]
    assert traces[0].metadata["query_log_id"] == 7
    assert (traces[0].start_ns, traces[0].end_ns) == (1772359200_000000000, 1772359203_000000000)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_the_database_itself_opens(tmp_path, mode):
    path = tmp_path / "rag.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(
        "CREATE TABLE pipeline_trace (id INTEGER, query_log_id INTEGER, trace_data TEXT, created_at INTEGER)"
    )
    connection.execute("INSERT INTO pipeline_trace VALUES (1, 7, ?, 1772359203)", (json.dumps(RECORD),))
    connection.commit()
    connection.close()
    file = open_trace(str(path))
    assert file.traces[0].id == "q1" and len(file.traces[0].spans) == 12
    assert any("write-ahead" in w for w in file.source.warnings) is (mode == "WAL")


def test_another_database_is_refused_in_words(tmp_path):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (a)")
    connection.close()
    with pytest.raises(UnreadableTrace, match="without a table pipeline_trace"):
        open_trace(str(path))
    with pytest.raises(UnreadableTrace, match="cannot be read"):
        read_bytes(b"SQLite format 3\x00" + b"\x01" * 500, "cut.db")


STAGES = st.sampled_from([*RECORD, "outputGuard"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "skipped",
                    "durationMs",
                    "reasoning",
                    "hit",
                    "triggered",
                    "accepted",
                    "subQueries",
                    "injectedDocuments",
                    "extractedFilters",
                    "groundedness",
                    "threshold",
                    "inputCount",
                    "outputCount",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(STAGES, VALUES, max_size=6))
@settings(deadline=None)
def test_odd_records_open(fields):
    value = {**RECORD, **fields}
    if READER.sniff(value):
        for trace in READER.read([value]).traces:
            json.dumps(trace.to_public())
