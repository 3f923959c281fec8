import json

from tests.readers.otlp_samples import LLM, ROOT, TRACE
from tracefix_tui.readers import read_bytes


def printed(span_id, parent, **more):
    """A span as the SDK prints it to a console."""
    return {
        "name": "chat m",
        "context": {"trace_id": "0x" + TRACE, "span_id": "0x" + span_id, "trace_state": "[]"},
        "kind": "SpanKind.CLIENT",
        "parent_id": parent and "0x" + parent,
        "start_time": "2025-10-09T08:53:20.123456Z",
        "end_time": "2025-10-09T08:53:21.123456Z",
        "status": {"status_code": "UNSET"},
        "attributes": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"},
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "garden"}, "schema_url": ""},
        **more,
    }


def test_spans_printed_one_after_another():
    failed = printed(LLM, ROOT, status={"status_code": "ERROR", "description": "Closed: no stock"})
    raw = "\n".join(json.dumps(s, indent=4) for s in (failed, printed(ROOT, None)))
    file = read_bytes(raw.encode(), "x")
    (trace,) = file.traces
    assert (file.source.format, trace.id, trace.metadata) == ("otel-console/genai", TRACE, {"service.name": "garden"})
    assert [(s.id, s.parent_id, s.status, s.error) for s in trace.spans] == [
        (LLM, ROOT, "error", "Closed: no stock"),
        (ROOT, None, "unset", None),
    ]
    assert trace.spans[0].duration_ns == 1_000_000_000
    assert trace.spans[0].llm.request_model == "m"
