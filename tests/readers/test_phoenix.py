import json

import pytest

from tests.readers.otlp_samples import (
    FIND,
    LLM,
    QUESTION,
    ROOT,
    TOOL,
    TRACE,
    data,
    find_attributes,
    lines,
    llm_attributes,
    rest_span,
    span,
    spans,
)
from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers import read_bytes

NOTE = {
    "id": "1",
    "annotator_kind": "HUMAN",
    "name": "correct",
    "result": {"label": "no", "score": 0.0, "explanation": "wrong month"},
    "span_id": LLM,
}
# A server that parses JSON text at ingest gives these attributes back spread over dotted keys.
SPREAD = {
    "metadata": None,
    "metadata.tier": "pro",
    "llm.prompt_template.variables": None,
    "llm.prompt_template.variables.context": "[g-12] Tulips go in in October.",
    "retrieval.documents.0.document.metadata": None,
    "retrieval.documents.0.document.metadata.source": "bulbs.md",
}


def spread(raw):
    return {**raw, "attributes": {**raw["attributes"], **SPREAD}}


def frame_row(raw):
    """A row of a data frame: lists of objects whose keys are dotted, floats for counts, NaN for absent."""
    attributes = dict(raw["attributes"])
    row = {
        "name": raw["name"],
        "span_kind": attributes.get("openinference.span.kind", "UNKNOWN"),
        "parent_id": raw["parent"],
        "start_time": raw["start"] // 1_000_000,
        "end_time": raw["end"] // 1_000_000,
        "status_code": "ERROR" if raw["error"] else "UNSET",
        "status_message": raw["error"],
        "events": [],
        "context.span_id": raw["id"],
        "context.trace_id": TRACE,
        "attributes.session.id": "s-1",
        "attributes.llm.tools": float("nan"),
    }
    if "retrieval.documents.0.document.id" in attributes:
        row["attributes.retrieval.documents"] = [
            {
                "document.id": "g-12",
                "document.content": "Tulips go in in October.",
                "document.score": 0.9,
                "document.metadata": {"source": "bulbs.md"},
            },
            {"document.id": "g-40", "document.content": "Dahlias rest in winter.", "document.score": 0.4},
        ]
        row["attributes.input.value"] = attributes["input.value"]
    else:
        row |= {
            f"attributes.{key}": float(value) if isinstance(value, int) else value for key, value in attributes.items()
        }
    row["attributes.metadata"] = {"tier": "pro"}
    return row


def columns(rows):
    names = dict.fromkeys(key for row in rows for key in row)
    return {key: {row["context.span_id"]: row.get(key) for row in rows} for key in names}


FORMS = {
    "rest": lambda found: data({"data": [rest_span(s) for s in reversed(found)], "next_cursor": None}),
    "rest, spread": lambda found: data({"data": [spread(rest_span(s)) for s in found], "next_cursor": None}),
    "rows": lambda found: lines(*map(frame_row, found)),
    "columns": lambda found: data(columns([frame_row(s) for s in found])),
    "cases": lambda found: data(
        {"first case": [rest_span(s) for s in found[:2]], "second": [rest_span(s) for s in found[2:]]}
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_trace_in_every_form(form):
    file = read_bytes(FORMS[form](spans()), "x")
    (trace,) = file.traces
    by_id = trace.by_id
    assert (file.source.format, file.source.partial, trace.id, trace.session_id) == ("phoenix", False, TRACE, "s-1")
    assert trace.metadata["tier"] == "pro"
    assert {s.id: (s.parent_id, s.kind) for s in trace.spans} == {
        ROOT: (None, "chain"),
        FIND: (ROOT, "retriever"),
        LLM: (ROOT, "llm"),
        TOOL: (ROOT, "tool"),
    }
    call, retrieval = by_id[LLM].llm, by_id[FIND].detail.retrieval
    assert (call.request_model, call.replay, call.usage.input) == ("gpt-4o-mini", "exact", 40)
    assert call.prompt.variables == {"context": "[g-12] Tulips go in in October."}
    assert (retrieval.query, [d.id for d in retrieval.documents]) == (QUESTION, ["g-12", "g-40"])
    assert retrieval.documents[0].metadata == {"source": "bulbs.md"}
    assert by_id[TOOL].error == "warehouse closed"
    assert by_id[ROOT].start_ns // 1_000_000_000 == 1_760_000_000


def test_spans_of_plain_code_are_other():
    (trace,) = read_bytes(data([rest_span(span(ROOT, None, "embed", {}))]), "x").traces
    assert trace.spans[0].kind == "other"


def test_annotations_alone_are_no_trace_and_the_words_say_what_they_are():
    with pytest.raises(UnreadableTrace, match=r"annotations without spans.*Export the spans"):
        read_bytes(data([NOTE]), "x")


def test_annotations_beside_spans_become_scores():
    file = read_bytes(lines(*map(rest_span, spans()), NOTE, {**NOTE, "span_id": "elsewhere"}), "x")
    (score,) = file.traces[0].by_id[LLM].detail.scores
    assert (score.name, score.value, score.label, score.comment, score.source) == (
        "correct",
        0,
        "no",
        "wrong month",
        "HUMAN",
    )
    assert file.traces[0].scores == (score,)
    assert file.source.warnings == ("1 annotation skipped: about spans that are not in this file",)


def test_a_span_id_of_zeros_is_an_id():
    rows = [rest_span(span("0" * 16, None, "root", {})), rest_span(span("1" * 16, "0" * 16, "child", {}))]
    (trace,) = read_bytes(data(rows), "x").traces
    assert [s.parent_id for s in trace.spans] == [None, "0" * 16]


def test_errors_in_events():
    row = rest_span(span(LLM, None, "call", llm_attributes()))
    row["status_code"] = "ERROR"
    row["events"] = [
        {"name": "exception", "timestamp": "2025-10-09T08:53:21Z", "attributes": {"exception.message": "429"}}
    ]
    (trace,) = read_bytes(data([row]), "x").traces
    assert (trace.spans[0].status, trace.spans[0].error) == ("error", "429")
    row["events"] = json.dumps(row["events"])
    assert read_bytes(data([row]), "x").traces[0].spans[0].error == "429"


def test_documents_of_a_row_keep_their_order():
    (trace,) = read_bytes(data([rest_span(span(FIND, None, "find", find_attributes()))]), "x").traces
    assert [d.rank for d in trace.spans[0].detail.retrieval.documents] == [0, 1]
