import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.readers import read_bytes
from tracefix_tui.readers.langsmith import READER

TRACE = "00000000-0000-7000-8000-000000000001"
TIME = "20260301T100000000000Z"
TEMPLATE = "Answer from:\n{context}"


def ident(number):
    return f"00000000-0000-7000-8000-{number:012d}"


def order(*numbers):
    return ".".join(f"20260301T1000{n:02d}000000Z{ident(n)}" for n in numbers)


def run(number=1, kind="chain", parents=(), **fields):
    path = (*parents, number)
    return {
        "id": ident(number),
        "name": f"run {number}",
        "run_type": kind,
        "trace_id": TRACE,
        "dotted_order": order(*path),
        "parent_run_id": ident(parents[-1]) if parents else None,
        "start_time": f"2026-03-01T10:00:{number:02d}",
        "end_time": "2026-03-01T10:00:30+00:00",
        **fields,
    }


def opened(*values):
    return read_bytes("\n".join(json.dumps(v) for v in values).encode(), "file")


def constructor(name, **kwargs):
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": kwargs}


CHAT_INPUTS = {
    "messages": [
        [
            constructor("SystemMessage", content="Answer from:\nLine 4 runs."),
            constructor("HumanMessage", content="Which tram?"),
        ]
    ]
}
CHAT_EXTRA = {
    "invocation_params": {
        "model": "gpt-4o-mini",
        "_type": "openai-chat",
        "temperature": 0.2,
        "stop": None,
        "openai_api_base": "https://evil.test",
        "tools": [{"type": "function", "function": {"name": "timetable", "parameters": {"type": "object"}}}],
    },
    "metadata": {
        "ls_provider": "openai",
        "thread_id": "s1",
        "user_id": "u1",
        "LANGSMITH_API_KEY": "hush",
        "LANGSMITH_ENDPOINT": "https://evil.test",
    },
}
CHAT_OUTPUTS = {
    "generations": [
        [
            {
                "text": "Line 4.",
                "generation_info": {"finish_reason": "stop"},
                "message": constructor(
                    "AIMessage",
                    content="Line 4.",
                    usage_metadata={
                        "input_tokens": 20,
                        "output_tokens": 3,
                        "total_tokens": 23,
                        "input_token_details": {"cache_read": 8},
                    },
                    response_metadata={"model_name": "gpt-4o-mini-2024"},
                ),
            }
        ]
    ]
}


def test_a_call_of_langchain():
    file = opened(
        run(extra=CHAT_EXTRA, kind="llm", inputs=CHAT_INPUTS, outputs=CHAT_OUTPUTS, total_cost="0.01", tags=["prod"])
    )
    trace = file.traces[0]
    assert (file.source.format, trace.id, trace.session_id, trace.user_id, trace.tags) == (
        "langsmith",
        TRACE,
        "s1",
        "u1",
        ("prod",),
    )
    call = trace.spans[0].llm
    assert [(m.role, m.text) for m in call.messages] == [
        ("system", "Answer from:\nLine 4 runs."),
        ("user", "Which tram?"),
    ]
    assert (call.request_model, call.response_model, call.provider) == ("gpt-4o-mini", "gpt-4o-mini-2024", "openai")
    assert call.params == {"temperature": 0.2}
    assert (call.usage.input, call.usage.cache_read, call.cost, call.finish_reason) == (20, 8, 0.01, "stop")
    assert [t.name for t in call.tools] == ["timetable"]
    assert (call.output[0].text, call.replay, call.request_source) == ("Line 4.", "exact", "structured messages")
    kept = json.dumps([trace.to_public(), call.params_raw, trace.spans[0].detail.attributes])
    assert "hush" not in kept and "evil.test" not in kept


def test_the_body_of_a_wrapped_client_is_the_best_source():
    inputs = {
        "messages": [{"role": "user", "content": "Which tram?"}],
        "model": "gpt-4o-mini",
        "temperature": 0,
        "extra_headers": {"x-key": "hush"},
        "extra_body": None,
    }
    outputs = {
        "model": "gpt-4o-mini-2024",
        "choices": [
            {"index": 0, "finish_reason": {"odd": True}, "message": {"role": "assistant", "content": "Line 4."}}
        ],
        "usage_metadata": {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12},
    }
    call = opened(run(kind="llm", inputs=inputs, outputs=outputs)).traces[0].spans[0].llm
    assert call.raw_request == {
        "messages": inputs["messages"],
        "model": "gpt-4o-mini",
        "temperature": 0,
        "extra_body": None,
    }
    assert (call.request_source, call.replay, call.params) == ("raw request body", "exact", {"temperature": 0})
    assert (call.usage.input, call.output[0].text) == (9, "Line 4.")
    assert "hush" not in json.dumps(call.params_raw)


def test_posts_and_patches_are_folded_whatever_their_order():
    post = run(kind="llm", inputs=CHAT_INPUTS, outputs={}, end_time=None, extra={"metadata": {"a": 1}})
    patch = {
        "id": ident(1),
        "trace_id": TRACE,
        "inputs": None,
        "outputs": CHAT_OUTPUTS,
        "end_time": 1772359210500,
        "extra": {"metadata": {"b": 2}},
        "name": None,
    }
    for values in ([{"post": [post], "patch": [patch]}], [{"patch": [patch]}, {"post": [post]}]):
        span = opened(*values).traces[0].spans[0]
        assert (span.name, span.llm.output[0].text, len(span.llm.messages)) == ("run 1", "Line 4.", 2)
        assert span.end_ns == 1772359210_500000000
        assert span.detail.attributes["metadata"] == {"a": 1, "b": 2}


def test_a_patch_without_an_id_is_known_by_its_dotted_order():
    post = run(kind="llm", inputs=CHAT_INPUTS)
    patch = {"dotted_order": order(1), "trace_id": TRACE, "outputs": CHAT_OUTPUTS}
    trace = opened({"post": [post], "patch": [patch]}).traces[0]
    assert len(trace.spans) == 1 and trace.spans[0].llm.output


def test_nested_children_and_the_tree_from_dotted_orders():
    child = run(2, "tool", (1,), child_runs=[run(3, "chain", (1, 2))])
    nested = opened({"runs": [run(1, child_runs=[child])], "cursors": {"next": None}}).traces[0]
    flat = [run(1), run(2, "tool", (1,)), run(3, "chain", (1, 2))]
    for raw in flat:
        del raw["parent_run_id"], raw["trace_id"], raw["start_time"]
    ordered = opened(*flat).traces[0]
    for trace in (nested, ordered):
        assert [(depth, span.name) for depth, span in trace.walk()] == [(0, "run 1"), (1, "run 2"), (2, "run 3")]
    assert ordered.spans[1].start_ns == 1772359202_000000000


def test_children_that_were_not_loaded_are_said():
    file = opened(run(child_run_ids=[ident(2), ident(3)]))
    assert file.source.partial and "2 child runs" in file.source.warnings[0]


def prompt_run(number, template_format="f-string", **fields):
    system = {
        "id": ["x", "SystemMessagePromptTemplate"],
        "kwargs": {"prompt": {"kwargs": {"template": TEMPLATE, "template_format": template_format}}},
    }
    human = {"id": ["x", "HumanMessagePromptTemplate"], "kwargs": {"prompt": {"kwargs": {"template": "{question}"}}}}
    rest = {"id": ["x", "MessagesPlaceholder"], "kwargs": {"variable_name": "history"}}
    return run(
        number,
        "prompt",
        (1,),
        serialized={"kwargs": {"messages": [system, human, rest], "partial_variables": {"tone": "dry"}}},
        inputs={"context": "Line 4 runs.", "question": "Which tram?"},
        **fields,
    )


@pytest.mark.parametrize(
    ("written", "syntax"), [("f-string", "fstring"), ("mustache", "mustache"), ("jinja2", "jinja")]
)
def test_the_template_is_in_the_prompt_run_before_the_call(written, syntax):
    values = [
        run(1),
        prompt_run(
            2, written, extra={"metadata": {"lc_hub_owner": "-", "lc_hub_repo": "trams", "lc_hub_commit_hash": "abc"}}
        ),
    ]
    values += [
        run(3, "llm", (1,), inputs=CHAT_INPUTS, outputs=CHAT_OUTPUTS),
        run(4, "llm", (1,), inputs=CHAT_INPUTS, outputs=CHAT_OUTPUTS),
    ]
    trace = opened(*values).traces[0]
    prompt = trace.by_id[ident(3)].llm.prompt
    assert (prompt.name, prompt.version, prompt.syntax) == ("trams", "abc", syntax)
    assert prompt.template == [
        {"role": "system", "content": TEMPLATE},
        {"role": "user", "content": "{question}"},
        {"role": "placeholder", "content": "{history}"},
    ]
    assert prompt.variables == {"tone": "dry", "context": "Line 4 runs.", "question": "Which tram?"}
    assert trace.by_id[ident(4)].llm.prompt is None


def test_a_template_of_a_form_that_is_not_known_is_not_half_shown():
    odd = prompt_run(2)
    odd["serialized"]["kwargs"]["messages"].append({"id": ["x", "ImagePromptTemplate"], "kwargs": {}})
    trace = opened(run(1), odd, run(3, "llm", (1,), inputs=CHAT_INPUTS)).traces[0]
    assert trace.by_id[ident(3)].llm.prompt is None


def test_documents_and_tools():
    documents = [{"page_content": "Line 4 runs.", "metadata": {"score": 0.8, "source": "a"}, "id": "d1"}]
    answer = {"type": "tool", "content": "every 8 minutes", "tool_call_id": "c1", "status": "success"}
    trace = opened(
        run(1),
        run(2, "retriever", (1,), inputs={"query": "tram"}, outputs={"documents": documents}),
        run(3, "tool", (1,), inputs={"line": 4}, outputs={"output": answer}),
        run(
            4,
            "tool",
            (1,),
            inputs={"input": "{'line': 4}"},
            outputs={"output": "content='8' name='timetable' tool_call_id='c2'"},
        ),
        run(
            5,
            "tool",
            (1,),
            inputs={"input": "4"},
            error="ValueError('no')Traceback (most recent call last):\n  x\nValueError: no",
        ),
    ).traces[0]
    retrieval = trace.by_id[ident(2)].detail.retrieval
    assert (retrieval.query, retrieval.documents[0].content, retrieval.documents[0].score) == (
        "tram",
        "Line 4 runs.",
        0.8,
    )
    tool = trace.by_id[ident(3)].detail.tool
    assert (tool.arguments, tool.result, tool.call_id, tool.is_error) == ({"line": 4}, "every 8 minutes", "c1", False)
    repr_tool = trace.by_id[ident(4)].detail
    assert (repr_tool.tool.arguments, repr_tool.tool.result, repr_tool.tool.call_id) == ({"line": 4}, "8", "c2")
    assert "python_repr" in repr_tool.lossy[0]
    broken = trace.by_id[ident(5)]
    assert (broken.status, broken.error, broken.detail.tool.is_error) == ("error", "ValueError('no')", True)


def test_times_without_a_zone_are_utc_and_streams_know_their_first_token():
    events = [
        {"name": "start"},
        {"name": "new_token", "time": "2026-03-01T10:00:01.5"},
        {"name": "new_token", "time": "2026-03-01T10:00:02"},
    ]
    span = opened(run(kind="llm", inputs=CHAT_INPUTS, events=events)).traces[0].spans[0]
    assert span.detail.first_token_ns - span.start_ns == 500_000_000


def test_stored_inputs_and_batches_are_said():
    away = opened(
        run(kind="llm", inputs={}, inputs_s3_urls={"ROOT": {"presigned_url": "https://evil.test?sig=hush"}})
    ).traces[0]
    assert any("external_ref" in note for note in away.spans[0].detail.lossy)
    assert away.spans[0].llm.replay == "impossible" and "hush" not in json.dumps(away.to_public())
    batch = {"messages": [CHAT_INPUTS["messages"][0], [constructor("HumanMessage", content="other")]]}
    call = opened(run(kind="llm", inputs=batch, extra=CHAT_EXTRA)).traces[0].spans[0].llm
    assert len(call.messages) == 2 and any("batch" in note for note in call.replay_notes)


def test_feedback_becomes_scores():
    trace = opened(run(feedback_stats={"helpful": {"n": 2, "avg": 0.5}})).traces[0]
    assert [(s.name, s.value, s.comment) for s in trace.scores] == [("helpful", 0.5, "2 given")]


FIELDS = st.sampled_from(
    [
        "inputs",
        "outputs",
        "extra",
        "serialized",
        "events",
        "error",
        "start_time",
        "feedback_stats",
        "child_runs",
        "dotted_order",
        "parent_run_id",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "messages",
                    "kwargs",
                    "metadata",
                    "invocation_params",
                    "generations",
                    "output",
                    "input",
                    "documents",
                    "id",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(FIELDS, VALUES, max_size=6), st.sampled_from(["llm", "tool", "retriever", "prompt", "odd"]))
@settings(deadline=None)
def test_odd_runs_open(fields, kind):
    value = {**run(kind=kind), **fields}
    if READER.sniff(value):
        for trace in READER.read([value, run(2, "llm", (1,), inputs=CHAT_INPUTS)]).traces:
            json.dumps(trace.to_public())
