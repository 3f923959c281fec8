import json

import pytest

from tests.readers.otlp_samples import (
    ANSWER,
    BODY,
    FIND,
    LLM,
    QUESTION,
    REPLY,
    ROOT,
    SCHEMA,
    START,
    batch,
    data,
    find_attributes,
    llm_attributes,
    otlp_span,
    span,
    spans,
)
from tracefix_tui.readers import read_bytes

CALLS = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "claude-sonnet",
    "llm.request.model_name": "claude-latest",
    "llm.system": "anthropic",
    "llm.invocation_parameters": '{"max_tokens": 50, "temperature": "0.5", "stop": null, "api_key": "abc"}',
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Use tools.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "What plant is this?",
    "llm.input_messages.1.message.contents.1.message_content.type": "image",
    "llm.input_messages.1.message.contents.1.message_content.image.image.url": "data:image/png;base64,AAAA",
    "llm.input_messages.2.message.role": "assistant",
    "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c-1",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "stock",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{ "plant":"tulip" }',
    "llm.input_messages.10.message.role": "tool",
    "llm.input_messages.10.message.tool_call_id": "c-1",
    "llm.input_messages.10.message.content": '{"left": 4}',
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Four left.",
    "llm.token_count.prompt": 30,
    "llm.token_count.completion": 5,
    "llm.cost.total": 0.002,
}


def detail(attributes, **more):
    """The detail of one span with these attributes."""
    (trace,) = read_bytes(data(batch(otlp_span(span(LLM, None, "call", attributes, **more)))), "x").traces
    return trace.spans[0].detail


def test_the_raw_request_is_the_source_of_a_call():
    call = detail(llm_attributes()).llm
    assert call.raw_request == BODY
    assert (call.request_source, call.replay, call.replay_notes) == ("raw request body", "exact", ())
    assert (call.request_model, call.response_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert [m.to_openai() for m in call.messages] == BODY["messages"]
    assert call.params == {"temperature": 0.3, "max_tokens": 90}
    assert call.answer.text == ANSWER
    assert (call.usage.input, call.usage.output, call.usage.cache_read, call.usage.input_includes_cached) == (
        40,
        9,
        16,
        True,
    )
    assert (call.provider, call.finish_reason) == ("openai", "stop")


def test_keys_and_endpoints_in_a_recorded_request_are_left_out():
    body = {**BODY, "api_key": "secret-1", "base_url": "http://evil.example", "extra_headers": {"x": "secret-2"}}
    call = detail({**llm_attributes(), "input.value": json.dumps(body)}).llm
    assert call.raw_request == BODY
    assert "secret" not in json.dumps([call.params, call.raw_request])


def test_the_recorded_template_and_its_variables():
    prompt = detail(llm_attributes()).llm.prompt
    assert (prompt.template, prompt.version, prompt.syntax) == ("Answer from:\n{context}", "v2", "fstring")
    assert prompt.variables == {"context": "[g-12] Tulips go in in October."}


def test_the_template_of_the_step_that_wrote_the_prompt():
    template = {key: value for key, value in llm_attributes().items() if key.startswith("llm.prompt_template")}
    bare = {key: value for key, value in llm_attributes().items() if key not in template}
    wrong = {**template, "llm.prompt_template.variables": '{"context": "something else"}'}
    steps = [
        span(ROOT, None, "chain", {"openinference.span.kind": "CHAIN"}),
        span("a" * 16, ROOT, "template", {"openinference.span.kind": "UNKNOWN", **template}, at=1),
        span("b" * 16, ROOT, "another", {"openinference.span.kind": "UNKNOWN", **wrong}, at=2),
        span(LLM, ROOT, "call", bare, at=3),
    ]
    (trace,) = read_bytes(data(batch(*map(otlp_span, steps))), "x").traces
    assert trace.by_id[LLM].llm.prompt.variables == {"context": "[g-12] Tulips go in in October."}


def test_flattened_messages_are_the_source_where_there_is_no_request():
    call = detail(CALLS).llm
    assert (call.request_source, call.raw_request, call.provider) == ("structured messages", None, "anthropic")
    assert [m.role for m in call.messages] == ["system", "user", "assistant", "tool"]
    assert call.messages[1].to_openai()["content"] == [
        {"type": "text", "text": "What plant is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
    assert call.messages[2].tool_calls[0].arguments == '{ "plant":"tulip" }'
    assert (call.messages[3].text, call.messages[3].tool_call_id) == ('{"left": 4}', "c-1")
    assert (call.request_model, call.response_model) == ("claude-latest", "claude-sonnet")
    assert call.params == {"max_tokens": 50, "temperature": 0.5}
    assert "abc" not in json.dumps(call.params_raw)
    assert (call.usage.input, call.cost) == (30, 0.002)


def test_missing_tool_schemas_make_a_replay_approximate():
    call = detail(CALLS).llm
    assert call.replay == "approximate"
    assert call.replay_notes == ("tool schemas are not in the trace, but the model called tools",)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "function", "function": {"name": "stock", "parameters": SCHEMA}},
        {"name": "stock", "parameters": SCHEMA},
    ],
)
def test_recorded_tool_schemas_nested_and_flat(schema):
    call = detail({**CALLS, "llm.tools.0.tool.json_schema": json.dumps(schema)}).llm
    assert [(t.name, t.parameters) for t in call.tools] == [("stock", SCHEMA)]
    assert (call.replay, call.replay_notes) == ("exact", ())


def test_only_the_answering_model_is_known():
    call = detail({k: v for k, v in CALLS.items() if k != "llm.request.model_name"}).llm
    assert (call.request_model, call.replay) == ("claude-sonnet", "approximate")
    assert "names only the model that answered" in call.replay_notes[0]


def test_text_alone_is_an_approximate_source():
    call = detail({"openinference.span.kind": "LLM", "input.value": "Hello", "llm.model_name": "m"}).llm
    assert (call.request_source, call.replay) == ("reconstructed text", "approximate")
    assert call.messages[0].text == "Hello"


def test_no_content_cannot_be_replayed():
    call = detail({"openinference.span.kind": "LLM", "llm.model_name": "m"}).llm
    assert (call.replay, call.request_source) == ("impossible", "none")
    assert "content not captured" in call.replay_notes[0]


def test_masked_content_is_said():
    masked = {**CALLS, "llm.input_messages.0.message.content": "__REDACTED__", "input.value": "__REDACTED__"}
    found = detail(masked)
    assert any("redacted" in note for note in found.lossy)
    assert "some messages were masked when they were recorded" in found.llm.replay_notes


def test_a_cut_request_is_said_and_not_used():
    found = detail({**CALLS, "input.value": json.dumps(BODY)[:-9], "input.mime_type": "application/json"})
    assert "truncated: input.value is not whole JSON" in found.lossy
    assert found.llm.request_source == "structured messages"


def test_framework_objects_are_not_a_request():
    body = {
        "messages": [[{"lc": 1, "type": "constructor", "id": ["HumanMessage"], "kwargs": {"content": "hi"}}]],
        "model": "m",
    }
    call = detail({**CALLS, "input.value": json.dumps(body)}).llm
    assert (call.raw_request, call.request_source) == (None, "structured messages")


def test_completions_of_text():
    attributes = {
        "openinference.span.kind": "LLM",
        "llm.prompts.0.prompt.text": "Once upon",
        "llm.choices.0.completion.text": " a time",
        "llm.invocation_parameters": '{"model": "old"}',
    }
    call = detail(attributes).llm
    assert (call.api, call.messages[0].text, call.answer.text) == ("completion", "Once upon", " a time")


def test_time_to_first_token():
    events = [{"name": "First Token Stream Event", "ns": START + 7}]
    assert detail(llm_attributes(), events=events).first_token_ns == START + 7


def test_documents_with_their_scores_and_metadata():
    retrieval = detail(find_attributes()).retrieval
    assert retrieval.query == QUESTION
    assert [(d.id, d.content, d.score, d.rank) for d in retrieval.documents] == [
        ("g-12", "Tulips go in in October.", 0.9, 0),
        ("g-40", "Dahlias rest in winter.", 0.4, 1),
    ]
    assert retrieval.documents[0].metadata == {"source": "bulbs.md"}


def test_a_reranker_has_candidates():
    attributes = {
        "openinference.span.kind": "RERANKER",
        "reranker.query": QUESTION,
        "reranker.top_k": 1,
        "reranker.input_documents.0.document.content": "a",
        "reranker.input_documents.1.document.content": "b",
        "reranker.output_documents.0.document.content": "b",
        "reranker.output_documents.0.document.score": 0.5,
    }
    retrieval = detail(attributes).retrieval
    assert (retrieval.query, retrieval.top_k) == (QUESTION, 1)
    assert [d.content for d in retrieval.documents] == ["b"]
    assert [d.content for d in retrieval.candidates] == ["a", "b"]


def test_documents_without_text_are_said():
    attributes = {"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.id": "g-1"}
    assert detail(attributes).lossy == ("content not captured: the retrieved documents have no text",)


def test_vectors_are_dropped_and_said():
    attributes = {
        "openinference.span.kind": "EMBEDDING",
        "embedding.embeddings.0.embedding.vector": [0.5] * 64,
        "output.value": json.dumps({"data": [{"embedding": [0.25] * 64}]}),
    }
    found = detail(attributes)
    assert found.lossy == ("embedding vectors dropped: 2 x 64",)
    assert found.output == {"data": [{"embedding": {"dim": 64}}]}


def test_a_tool_run_keeps_its_arguments_byte_for_byte():
    by_id = read_bytes(data(batch(*map(otlp_span, spans()))), "x").traces[0].by_id
    tool = next(s for s in by_id.values() if s.kind == "tool").detail.tool
    assert (tool.name, tool.call_id, tool.is_error) == ("stock", "c-1", True)
    assert (tool.arguments, tool.arguments_raw) == ({"plant": "tulip"}, '{"plant": "tulip"}')


def test_no_attribute_is_lost():
    found = detail({**llm_attributes(), "shop.region": "north", "graph.node.id": "n-1"})
    assert found.attributes["shop.region"] == "north"
    assert found.attributes["graph.node.id"] == "n-1"


def test_kinds_that_are_new_are_other():
    (trace,) = read_bytes(
        data(batch(otlp_span(span(FIND, None, "x", {"openinference.span.kind": "DECISION"})))), "x"
    ).traces
    assert trace.spans[0].kind == "other"


def test_a_reply_with_several_choices():
    reply = {
        **REPLY,
        "choices": [REPLY["choices"][0], {"index": 1, "message": {"role": "assistant", "content": "In May."}}],
    }
    call = detail({**llm_attributes(), "output.value": json.dumps(reply)}).llm
    assert [m.text for m in call.output] == [ANSWER, "In May."]
