import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.readers import read_bytes
from tracefix_tui.readers.langfuse import READER

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which tram?"}]
TOOLS = [{"type": "function", "name": "timetable", "inputSchema": {"type": "object", "properties": {"line": {}}}}]


def observation(ident="g1", kind="GENERATION", parent=None, **fields):
    return {
        "id": ident,
        "traceId": "t1",
        "type": kind,
        "name": ident,
        "parentObservationId": parent,
        "startTime": "2026-03-01T10:00:00.000Z",
        "endTime": "2026-03-01T10:00:02.000Z",
        "level": "DEFAULT",
        **fields,
    }


def download(*observations, **trace):
    facts = {"id": "t1", "name": "trams", "sessionId": "s1", "userId": "u1", "tags": ["prod"], "scores": [], **trace}
    return {
        "trace": {**facts, "observations": [{**o, "input": None, "output": None} for o in observations]},
        "observations": [*observations],
    }


def opened(*values):
    return read_bytes("\n".join(json.dumps(v) for v in values).encode(), "file")


def call_of(**fields):
    return opened(download(observation(**fields))).traces[0].spans[0].llm


def texts(messages):
    return [(m.role, m.text) for m in messages]


def test_a_download_of_the_ui():
    score = {
        "name": "tone",
        "value": 0.4,
        "dataType": "NUMERIC",
        "comment": "curt",
        "source": "EVAL",
        "observationId": "g1",
    }
    file = opened(
        download(
            observation("root", "SPAN", parent="not-in-the-file"),
            observation(
                parent="root",
                input=json.dumps(MESSAGES),
                output=json.dumps({"role": "assistant", "content": "Line 4."}),
                model="gpt-4o-mini",
                modelParameters={"temperature": "0.2", "max_tokens": "Infinity", "top_p": None},
                usageDetails={"input": 20, "output": 5, "total": 25, "input_cached_tokens": 3},
                costDetails={"total": 0.002},
                completionStartTime="2026-03-01T10:00:00.500Z",
            ),
            scores=[score],
            metadata='{"tier": "free", "api_key": "abc"}',
        )
    )
    trace = file.traces[0]
    assert (file.source.format, trace.id, trace.name, trace.session_id, trace.user_id, trace.tags) == (
        "langfuse",
        "t1",
        "trams",
        "s1",
        "u1",
        ("prod",),
    )
    assert trace.metadata == {"tier": "free", "api_key": "[removed]"}
    assert [s.name for s in trace.roots] == ["root"]
    span = trace.by_id["g1"]
    assert (span.kind, span.duration_ns) == ("llm", 2_000_000_000)
    assert span.detail.first_token_ns - span.start_ns == 500_000_000
    assert span.detail.scores == trace.scores and trace.scores[0].value == 0.4
    call = span.llm
    assert texts(call.messages) == [("system", "Be brief."), ("user", "Which tram?")]
    assert texts(call.output) == [("assistant", "Line 4.")]
    assert call.params == {"temperature": 0.2}
    assert call.params_raw["max_tokens"] == "Infinity"
    assert (call.usage.input, call.usage.output, call.usage.cache_read, call.cost) == (20, 5, 3, 0.002)
    assert (call.replay, call.request_source) == ("exact", "structured messages")


def test_the_same_trace_from_the_api_and_as_observations():
    generation = observation(input=MESSAGES, output={"role": "assistant", "content": "Line 4."}, model="m")
    by_trace = opened(
        {"id": "t1", "name": "trams", "htmlPath": "/x", "totalCost": 0, "scores": [], "observations": [generation]}
    )
    by_page = opened({"data": [generation], "meta": {"cursor": None}})
    assert by_trace.traces[0].spans[0].llm == by_page.traces[0].spans[0].llm
    assert not by_page.source.partial
    assert opened({"data": [generation], "meta": {"cursor": "next"}}).source.partial


def test_rows_of_a_blob_export():
    row = {
        "id": "g1",
        "trace_id": "t1",
        "type": "GENERATION",
        "parent_observation_id": None,
        "start_time": "2026-03-01 10:00:00.250000",
        "end_time": "2026-03-01 10:00:01.250000",
        "name": "answer",
        "input": json.dumps(MESSAGES),
        "output": "Line 4.",
        "provided_model_name": "gpt-4o-mini",
        "model_parameters": '{"temperature": 0}',
        "usage_details": '{"input": 20, "output": 5}',
        "cost_details": "{}",
        "prompt_name": "trams",
        "prompt_version": 3,
        "session_id": "s1",
        "user_id": "u1",
        "tool_definitions": {"timetable": json.dumps({"description": "d", "parameters": {"type": "object"}})},
    }
    trace = opened(row).traces[0]
    span = trace.spans[0]
    assert (trace.session_id, trace.user_id) == ("s1", "u1")
    assert (span.start_ns, span.duration_ns) == (1772359200_250000000, 1_000_000_000)
    call = span.llm
    assert (call.request_model, call.params, call.usage.input) == ("gpt-4o-mini", {"temperature": 0}, 20)
    assert (call.prompt.name, call.prompt.version) == ("trams", "3")
    assert [t.name for t in call.tools] == ["timetable"]


@pytest.mark.parametrize(
    ("given", "want"),
    [
        pytest.param(json.dumps({"messages": MESSAGES}), MESSAGES, id="object with messages"),
        pytest.param(
            json.dumps({"args": [], "kwargs": {"messages": MESSAGES, "model": "m"}}), MESSAGES, id="arguments"
        ),
        pytest.param({"args": ["Which tram?"]}, MESSAGES[1:], id="positional"),
        pytest.param({"prompt": "Which tram?"}, MESSAGES[1:], id="prompt"),
        pytest.param({"system": "Be brief.", "prompt": "Which tram?"}, MESSAGES, id="system and prompt"),
        pytest.param("system: Be brief.\nuser: Which tram?", MESSAGES, id="lines with roles"),
        pytest.param("[{'role': 'user', 'content': 'Which tram?'}]", MESSAGES[1:], id="python"),
        pytest.param("Which tram?", MESSAGES[1:], id="text"),
        pytest.param(
            {
                "model": "g",
                "contents": [{"parts": [{"text": "Which tram?"}], "role": "user"}],
                "config": {"system_instruction": "Be brief."},
            },
            MESSAGES,
            id="gemini",
        ),
        pytest.param(
            [{"role": "user", "parts": [{"type": "text", "content": "Which tram?"}]}], MESSAGES[1:], id="parts"
        ),
    ],
)
def test_inputs_of_every_framework(given, want):
    assert [m.to_openai() for m in call_of(input=given, model="m").messages] == want


@pytest.mark.parametrize(
    "given", ["Which tram?", "system: Be brief.\nuser: Which tram?", "role='user' content='Which tram?'"]
)
def test_rebuilt_messages_are_only_approximately_replayable(given):
    call = call_of(input=given, model="m", output="Line 4.")
    assert (call.replay, call.request_source) == ("approximate", "reconstructed text")
    assert call.replay_notes


@pytest.mark.parametrize("given", [None, "", [{"content": "role"}, {"content": "content"}]])
def test_a_call_without_its_input_cannot_be_replayed(given):
    call = call_of(input=given, model="m")
    assert call.replay == "impossible" and call.replay_notes


def test_what_only_the_metadata_holds():
    attributes = {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.provider.name": "openai",
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
        "gen_ai.request.max_tokens": "64",
        "ai.response.toolCalls": json.dumps([{"toolCallId": "c1", "toolName": "timetable", "input": '{"line": 4}'}]),
        "ai.telemetry.metadata.langfusePrompt": json.dumps({"name": "trams", "version": 2, "prompt": "Be {{how}}."}),
    }
    metadata = json.dumps({"tools": [json.dumps(t) for t in TOOLS], "attributes": attributes})
    call = call_of(input=json.dumps(MESSAGES[1:]), output="Let me look.", model="gpt-4o-2024", metadata=metadata)
    assert (call.request_model, call.response_model, call.provider) == ("gpt-4o", "gpt-4o-2024", "openai")
    assert texts(call.messages) == [("system", "Be brief."), ("user", "Which tram?")]
    assert [t.name for t in call.tools] == ["timetable"]
    assert (call.output[0].text, call.output[0].tool_calls[0].arguments) == ("Let me look.", '{"line": 4}')
    assert call.params == {"max_tokens": 64}
    assert (call.prompt.name, call.prompt.version, call.prompt.template, call.prompt.syntax) == (
        "trams",
        "2",
        "Be {{how}}.",
        "mustache",
    )


def test_the_template_that_another_span_fetched():
    fetched = json.dumps({"name": "trams", "version": 3, "prompt": "Be {{how}}."})
    trace = opened(
        download(
            observation("fetch", "SPAN", input="trams", output=json.dumps(fetched)),
            observation(input=json.dumps(MESSAGES), model="m", promptName="trams", promptVersion=3),
        )
    ).traces[0]
    assert trace.by_id["g1"].llm.prompt.template == "Be {{how}}."


def test_a_tool_whose_schema_is_missing_is_said():
    call = call_of(
        input=MESSAGES,
        model="m",
        output={"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]},
    )
    assert call.replay == "approximate" and "schemas" in call.replay_notes[0]


def test_tools_documents_errors_and_events():
    trace = opened(
        download(
            observation(
                "timetable",
                "TOOL",
                input='{"line": 4}',
                output='{"every": 8}',
                metadata={"attributes": {"gen_ai.tool.call.id": "c1"}},
            ),
            observation("search", "RETRIEVER", input="trams", output=[{"id": "d1", "content": "Line 4", "score": 0.7}]),
            observation("broken", "SPAN", level="ERROR", statusMessage="no route"),
            observation("odd", "EVENT", endTime=None, level="WARNING", statusMessage="slow"),
            observation("inner", "SPAN", metadata='{"attributes":{"openinference.span.kind":"TOOL"}}'),
        )
    ).traces[0]
    tool = trace.by_id["timetable"].detail.tool
    assert (tool.name, tool.call_id, tool.arguments, tool.result) == ("timetable", "c1", {"line": 4}, '{"every": 8}')
    retrieval = trace.by_id["search"].detail.retrieval
    assert (retrieval.query, retrieval.documents[0].content, retrieval.documents[0].score) == ("trams", "Line 4", 0.7)
    assert (trace.by_id["broken"].status, trace.by_id["broken"].error) == ("error", "no route")
    assert trace.by_id["odd"].duration_ns == 0
    assert trace.by_id["odd"].detail.decisions == ("warning: slow",)
    assert trace.by_id["inner"].kind == "tool"


@pytest.mark.parametrize("as_text", [True, False])
def test_a_plain_span_that_gave_a_tool_message_is_a_tool(as_text):
    message = {"status": "error", "content": "no such line", "tool_call_id": "c1", "name": "timetable"}
    made = {"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "ToolMessage"], "kwargs": message}
    trace = opened(
        download(
            observation("timetable", "SPAN", input='{"line": 4}', output=json.dumps(made) if as_text else made),
            observation("tools", "SPAN", output=json.dumps({"messages": [made]})),
        )
    ).traces[0]
    assert [span.kind for span in trace.spans] == ["tool", "chain"]
    tool = trace.by_id["timetable"].detail.tool
    assert (tool.name, tool.call_id, tool.arguments) == ("timetable", "c1", {"line": 4})
    assert (tool.result, tool.is_error) == ("no such line", True)


def test_headers_of_a_recorded_body_are_not_kept():
    body = {
        "model": "g",
        "contents": "Which tram?",
        "config": {"http_options": {"headers": {"x-goog-api-key": "hush"}}, "temperature": 0.1},
    }
    trace = opened(
        download(
            observation(
                input=json.dumps(body), modelParameters={"http_options": '{"headers":"hush"}', "api_key": "hush"}
            )
        )
    ).traces[0]
    call = trace.spans[0].llm
    assert call.params == {"temperature": 0.1} and call.raw_request["model"] == "g"
    assert "hush" not in json.dumps(
        [trace.to_public(), call.raw_request, call.params_raw, trace.spans[0].detail.attributes]
    )


def test_a_trace_without_observations_is_one_step():
    trace = opened(
        {
            "trace": {
                "id": "t1",
                "name": "trams",
                "input": '"hi"',
                "output": "bye",
                "timestamp": "2026-03-01T10:00:00Z",
            },
            "observations": [],
        }
    ).traces[0]
    assert (len(trace.spans), trace.spans[0].detail.input, trace.spans[0].detail.output) == (1, "hi", "bye")


def test_an_export_without_the_io_fields_says_so():
    file = opened({"data": [observation()], "meta": {}})
    assert file.source.partial and "inputs and outputs" in file.source.warnings[0]


def test_scores_beside_the_observations_are_joined():
    score = {
        "id": "x",
        "traceId": "t1",
        "name": "ok",
        "value": 1,
        "dataType": "BOOLEAN",
        "source": "API",
        "observationId": None,
    }
    lost = {**score, "traceId": "other"}
    file = opened(observation(input="hi"), score, lost)
    assert file.traces[0].scores[0].value is True
    assert "1 score skipped" in file.source.warnings[0]


@pytest.mark.parametrize("deep", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_content_nested_too_deeply_stays_text(deep):
    trace = opened(download(observation(input=deep, metadata=deep), metadata=deep)).traces[0]
    assert trace.to_public()["spans"][0]["input"] == deep


FIELDS = st.sampled_from(
    [
        "input",
        "output",
        "metadata",
        "modelParameters",
        "usageDetails",
        "costDetails",
        "toolCalls",
        "level",
        "startTime",
        "promptName",
        "type",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "messages", "attributes", "tools", "args", "total", "name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(FIELDS, VALUES, max_size=6), st.sampled_from(["GENERATION", "TOOL", "RETRIEVER", "SPAN"]))
@settings(deadline=None)
def test_odd_observations_open(fields, kind):
    value = {**observation(kind=kind), **fields}
    if READER.sniff(value):
        for trace in READER.read([value]).traces:
            json.dumps(trace.to_public())
