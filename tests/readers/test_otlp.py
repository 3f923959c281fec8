import copy

import pytest

from tests.readers.otlp_samples import (
    FIND,
    LLM,
    QUESTION,
    ROOT,
    START,
    TOOL,
    TRACE,
    batch,
    data,
    js_span,
    lines,
    otlp_span,
    pairs,
    proto_span,
    rest_span,
    snake_span,
    span,
    spans,
)
from tracefix_tui.model.errors import UnreadableTrace
from tracefix_tui.readers import read_bytes

OTHER = "aaaa2f3577b34da6a3ce929d0e0e4736"


def snake_batch(*found):
    return {"resource_spans": [{"resource": {"attributes": []}, "scope_spans": [{"scope": {}, "spans": list(found)}]}]}


def library_batch(*found):
    return {
        "resourceSpans": [
            {"instrumentationLibrarySpans": [{"instrumentationLibrary": {"name": "old"}, "spans": list(found)}]}
        ]
    }


FORMS = {
    "python": lambda found: data(batch(*map(otlp_span, found))),
    "javascript": lambda found: data(batch(*map(js_span, found))),
    "protobuf": lambda found: data([batch(*map(proto_span, found))]),
    "snake": lambda found: data(snake_batch(*map(snake_span, found))),
    "flat rows": lambda found: data({"data": list(map(snake_span, found)), "next_cursor": None}),
    "old libraries": lambda found: data(library_batch(*map(otlp_span, found))),
    "a line per span": lambda found: lines(*(batch(otlp_span(s)) for s in reversed(found))),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_trace_in_every_encoding(form):
    (trace,) = read_bytes(FORMS[form](spans()), "x").traces
    by_id = trace.by_id
    assert trace.id == TRACE
    assert (trace.name, trace.session_id, trace.user_id, trace.tags) == ("answer", "s-1", "u-1", ("spring", "shop"))
    assert trace.metadata["tier"] == "pro"
    assert {s.id: (s.parent_id, s.kind, s.status) for s in trace.spans} == {
        ROOT: (None, "chain", "unset"),
        FIND: (ROOT, "retriever", "unset"),
        LLM: (ROOT, "llm", "unset"),
        TOOL: (ROOT, "tool", "error"),
    }
    assert (by_id[ROOT].start_ns, by_id[ROOT].duration_ns) == (START, 500_000)
    assert by_id[TOOL].error == "warehouse closed"
    call = by_id[LLM].llm
    assert (call.request_model, call.params, call.usage.input) == (
        "gpt-4o-mini",
        {"temperature": 0.3, "max_tokens": 90},
        40,
    )
    assert [d.score for d in by_id[FIND].detail.retrieval.documents] == [0.9, 0.4]


def test_several_traces_over_several_lines():
    one, two = spans(), spans()
    raw = lines(*(batch(otlp_span(s), otlp_span(t, OTHER)) for s, t in zip(one, two, strict=True)))
    traces = read_bytes(raw, "x").traces
    assert [(trace.id, len(trace.spans)) for trace in traces] == [(TRACE, 4), (OTHER, 4)]


@pytest.mark.parametrize("parent", [None, "", "0" * 16])
def test_a_root_has_no_parent_however_that_is_written(parent):
    raw = {**otlp_span(spans()[0]), "parentSpanId": parent}
    (trace,) = read_bytes(data(batch(raw)), "x").traces
    assert trace.spans[0].parent_id is None


def test_a_parent_that_is_not_in_the_file_makes_a_root():
    (trace,) = read_bytes(data(batch(*map(otlp_span, spans()[1:]))), "x").traces
    assert [s.name for s in trace.roots] == ["find", "ChatCompletion", "stock"]


def test_a_repeated_span_is_kept_once_and_said():
    first, last = otlp_span(span(ROOT, None, "begun", {})), otlp_span(span(ROOT, None, "done", {}))
    file = read_bytes(lines(batch(first), batch(last)), "x")
    assert [s.name for s in file.traces[0].spans] == ["done"]
    assert "recorded more than once" in file.source.warnings[0]


def test_spans_without_an_id_are_kept_and_said():
    nameless = [otlp_span(s) for s in spans()]
    for one in nameless:
        del one["spanId"]
    file = read_bytes(data(batch(*nameless[:2])), "x")
    assert [s.id for s in file.traces[0].spans] == ["no-id-1", "no-id-2"]
    assert file.source.warnings == ("2 spans without an id: named no-id-1 to no-id-2 here",)


def test_content_nested_deeply_does_not_stop_a_trace():
    deep = '{"a":' * 900 + "1" + "}" * 900
    found = otlp_span(span(ROOT, None, "chat", {"input.value": deep, "metadata": deep, "llm.tools": deep}))
    shown = read_bytes(data(batch(found)), "x").traces[0].spans[0]
    assert shown.to_public()["input"] == deep


def test_errors_name_their_type_and_the_exception():
    exception = {"name": "exception", "attributes": {"exception.type": "shop.Closed", "exception.message": "no stock"}}
    found = [
        span(ROOT, None, "a", {"error.type": "Closed"}, error="no stock"),
        span(LLM, ROOT, "b", {}, error="", events=[exception]),
        span(TOOL, ROOT, "c", {}, error="gave up", events=[exception]),
    ]
    encoded = [otlp_span(s) for s in found]
    encoded[1]["status"] = {"code": 2}
    by_id = read_bytes(data(batch(*encoded)), "x").traces[0].by_id
    assert by_id[ROOT].error == "Closed: no stock"
    assert by_id[LLM].error == "shop.Closed: no stock"
    assert by_id[TOOL].error == "gave up (shop.Closed: no stock)"


def test_a_swallowed_exception_is_a_decision_and_no_error():
    exception = {"name": "exception", "attributes": {"exception.type": "Closed", "exception.message": "no stock"}}
    (trace,) = read_bytes(data(batch(otlp_span(span(ROOT, None, "a", {}, events=[exception])))), "x").traces
    assert trace.spans[0].error is None
    assert trace.spans[0].detail.decisions == ("exception recorded: Closed: no stock",)
    assert trace.spans[0].detail.attributes["events"][0]["exception.message"] == "no stock"


def test_what_the_exporter_dropped_is_said():
    raw = {**otlp_span(spans()[0]), "droppedAttributesCount": 3, "links": [{"traceId": TRACE, "spanId": LLM}]}
    (trace,) = read_bytes(data(batch(raw)), "x").traces
    assert trace.spans[0].detail.lossy == (
        "truncated: the exporter dropped 3 attributes of this span",
        "a link to another span not shown",
    )


def test_http_and_database_spans_show_what_they_asked():
    found = json_documents()
    raw = [
        span(ROOT, None, "GET", {"http.request.method": "GET", "url.full": "https://garden.example/bulbs", "n": 2}),
        span(LLM, ROOT, "SELECT", {"db.system": "sqlite", "db.statement": "select 1"}),
        span(FIND, ROOT, "query", {"db.query.retrieved_documents": found, "db.n_results": 1}),
    ]
    by_id = read_bytes(data(batch(*map(otlp_span, raw))), "x").traces[0].by_id
    assert by_id[ROOT].detail.input == "GET https://garden.example/bulbs"
    assert by_id[ROOT].detail.attributes["n"] == 2
    assert by_id[LLM].detail.input == "select 1"
    assert {s.kind for s in (by_id[ROOT], by_id[LLM])} == {"other"}
    assert by_id[FIND].kind == "retriever"
    assert by_id[FIND].detail.retrieval.documents[0].content == "Tulips"


def json_documents():
    return (
        '[{"document.id": "g-1", "document.content": "Tulips", "document.score": 0.2, "document.metadata": {"a": 1}}]'
    )


def test_metrics_and_logs_alone_are_no_trace():
    for value in ({"resourceMetrics": [{}]}, {"resourceLogs": [{"scopeLogs": []}]}):
        with pytest.raises(UnreadableTrace, match="logs or metrics, but no spans"):
            read_bytes(data(value), "x")


def test_other_signals_beside_spans_do_no_harm():
    file = read_bytes(lines({"resourceMetrics": []}, batch(otlp_span(spans()[0])), {"resourceLogs": []}), "x")
    assert (len(file.traces), file.source.warnings) == (1, ())


def test_records_of_spans_that_are_elsewhere_are_counted():
    record = {"traceId": TRACE, "spanId": "99" * 8, "eventName": "gen_ai.user.message", "body": {"stringValue": "x"}}
    file = read_bytes(
        lines(batch(otlp_span(spans()[0])), {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}), "x"
    )
    assert file.source.warnings == ("1 log record left out: about spans that are not in this file",)


ODD = [None, 5, "x", [], {}, [[]], [{}], {"a": {"b": []}}, True, 1e400]


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_anywhere_never_raise(odd):
    for place in ("traceId", "parentSpanId", "name", "attributes", "events", "status", "startTimeUnixNano", "links"):
        raw = {**otlp_span(spans()[2]), place: odd}
        read_bytes(data(batch(raw)), "x")
    for shell in ("resource", "scopeSpans"):
        made = copy.deepcopy(batch(otlp_span(spans()[0])))
        made["resourceSpans"].append({**made["resourceSpans"][0], shell: odd})
        read_bytes(data(made), "x").to_public()


KEYS = [
    "openinference.span.kind", "input.value", "output.value", "llm.input_messages", "llm.input_messages.0.message",
    "llm.input_messages.0.message.tool_calls.0.tool_call", "llm.input_messages.0.message.contents.0.message_content",
    "llm.tools.0.tool.json_schema", "llm.invocation_parameters", "llm.token_count", "llm.prompt_template.variables",
    "retrieval.documents", "retrieval.documents.0.document.metadata", "metadata", "tag.tags", "gen_ai.operation.name",
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions",
    "gen_ai.response.finish_reasons", "gen_ai.prompt", "gen_ai.retrieval.documents", "langfuse.observation.type",
    "langfuse.observation.input", "langfuse.observation.output", "langfuse.observation.model.parameters",
    "langfuse.observation.usage_details", "langfuse.trace.tags", "db.query.retrieved_documents",
]  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["LLM", "TOOL", "RETRIEVER", "chat", "execute_tool", "retrieval", "generation", "retriever", "tool"]
)
@pytest.mark.parametrize("odd", [v for v in ODD if v is not None])
def test_odd_attributes_never_raise(kind, odd):
    openinference, langfuse = ("LLM", "TOOL", "RETRIEVER"), ("generation", "retriever", "tool")
    marks = dict.fromkeys(openinference, "openinference.span.kind") | dict.fromkeys(
        langfuse, "langfuse.observation.type"
    )
    mark = marks.get(kind, "gen_ai.operation.name")
    found = [
        {**rest_span(span(f"{i:016x}", None, "s", {})), "attributes": {key: odd, mark: kind}}
        for i, key in enumerate(KEYS, 1)
    ]
    read_bytes(data(found), "x").to_public()


def test_question_is_the_input_of_the_root():
    (trace,) = read_bytes(FORMS["python"](spans()), "x").traces
    assert trace.spans[0].detail.input == QUESTION


def test_kvlists_are_objects():
    raw = otlp_span(spans()[0])
    raw["attributes"] = pairs({"a": {"b": [1, {"c": 0.5}], "d": True}})
    (trace,) = read_bytes(data(batch(raw)), "x").traces
    assert trace.spans[0].detail.attributes["a"] == {"b": [1, {"c": 0.5}], "d": True}
