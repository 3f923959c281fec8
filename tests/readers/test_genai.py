import json

import pytest

from tests.readers.otlp_samples import (
    ANSWER,
    LLM,
    QUESTION,
    ROOT,
    SCHEMA,
    START,
    TRACE,
    batch,
    data,
    encode,
    lines,
    otlp_span,
    pairs,
    span,
)
from tracefix_tui.readers import read_bytes

BASE = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.request.temperature": 0.2,
    "gen_ai.request.max_tokens": 64,
    "gen_ai.request.stop_sequences": ["END"],
    "gen_ai.request.choice.count": 2,
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 6,
    "gen_ai.usage.cache_read.input_tokens": 8,
}
ASKED = [
    {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
    {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "c-1", "name": "stock", "arguments": {"plant": "tulip"}}],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c-1", "response": "4 left"}]},
]
GAVE = [
    {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": ANSWER}],
        "finish_reason": "stop",
    }
]
RULES = [{"type": "text", "content": "Be brief."}]
TOOLS = [{"type": "function", "name": "stock", "description": "count", "parameters": SCHEMA}]


def log(name, body=None, attributes=None, span_id=LLM):
    return {
        "traceId": TRACE,
        "spanId": span_id,
        "eventName": name,
        "observedTimeUnixNano": str(START),
        "attributes": pairs(attributes or {}),
        **({"body": encode(body)} if body is not None else {}),
    }


def logs(*records):
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": list(records)}]}]}


def detail(attributes, *records, events=()):
    found = batch(otlp_span(span(LLM, None, "chat", attributes, events=events)))
    (trace,) = read_bytes(lines(found, logs(*records)), "x").traces
    return trace.spans[0].detail


def legacy(wrap):
    """The messages of `ASKED` and `GAVE` in the form of one event per message."""
    call = {"id": "c-1", "type": "function", "function": {"name": "stock", "arguments": '{"plant": "tulip"}'}}
    return [
        wrap("gen_ai.system.message", {"content": "Be brief."}),
        wrap("gen_ai.user.message", {"content": QUESTION}),
        wrap("gen_ai.assistant.message", {"tool_calls": [call]}),
        wrap("gen_ai.tool.message", {"content": "4 left", "id": "c-1"}),
        wrap(
            "gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}
        ),
    ]


def content(as_text):
    put = json.dumps if as_text else lambda v: v
    return {
        "gen_ai.input.messages": put(ASKED),
        "gen_ai.output.messages": put(GAVE),
        "gen_ai.system_instructions": put(RULES),
        "gen_ai.tool.definitions": put(TOOLS),
    }


def as_attributes(body):
    return {key: json.dumps(value) if isinstance(value, (dict, list)) else value for key, value in body.items()}


WAYS = {
    "attributes as text": lambda: detail({**BASE, **content(True)}),
    "attributes as structures": lambda: detail({**BASE, **content(False)}),
    "one log record": lambda: detail(BASE, log("gen_ai.client.inference.operation.details", None, content(False))),
    "one span event": lambda: detail(
        BASE, events=[{"name": "gen_ai.client.inference.operation.details", "attributes": content(True)}]
    ),
    "a log record per message": lambda: detail(BASE, *legacy(log)),
    "a span event per message": lambda: detail(
        BASE, events=legacy(lambda n, b: {"name": n, "attributes": as_attributes(b)})
    ),
    "events with content as text": lambda: detail(
        BASE, events=legacy(lambda n, b: {"name": n, "attributes": {"gen_ai.event.content": json.dumps(b)}})
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_content_wherever_it_is_recorded(way):
    call = WAYS[way]().llm
    assert [m.role for m in call.messages] == ["system", "user", "assistant", "tool"]
    assert [m.text for m in call.messages] == ["Be brief.", QUESTION, "", "4 left"]
    assert call.messages[2].tool_calls[0].name == "stock"
    assert json.loads(call.messages[2].tool_calls[0].arguments) == {"plant": "tulip"}
    assert call.messages[3].tool_call_id == "c-1"
    assert call.answer.text == ANSWER
    assert call.params == {"temperature": 0.2, "max_tokens": 64, "stop": ["END"], "n": 2}
    assert (call.request_model, call.response_model, call.provider) == (
        "gpt-4o-mini",
        "gpt-4o-mini-2024-07-18",
        "openai",
    )
    assert (call.usage.input, call.usage.output, call.usage.cache_read, call.finish_reason) == (20, 6, 8, "stop")


def test_recorded_schemas_make_it_exact_and_missing_ones_approximate():
    assert WAYS["attributes as text"]().llm.replay == "exact"
    assert WAYS["attributes as text"]().llm.tools[0].parameters == SCHEMA
    call = WAYS["a log record per message"]().llm
    assert (call.replay, len(call.replay_notes)) == ("approximate", 1)
    assert "tool schemas" in call.replay_notes[0]


def test_reasoning_is_shown_and_not_sent():
    answer = WAYS["attributes as text"]().llm.answer
    assert answer.reasoning == "hm"
    assert "hm" not in json.dumps(answer.to_openai())


def test_content_that_was_not_captured_is_said_and_cannot_be_replayed():
    for found in (
        detail(BASE),
        detail(BASE, log("gen_ai.user.message", {}), log("gen_ai.choice", {"index": 0, "message": {}})),
    ):
        assert found.llm.replay == "impossible"
        assert "content not captured" in found.llm.replay_notes[0]
        assert "CAPTURE_MESSAGE_CONTENT" in found.lossy[0]


def test_the_oldest_form_has_an_attribute_per_field():
    attributes = {
        "gen_ai.system": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "{not json}",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "yes",
        "gen_ai.completion.0.finish_reason": "stop",
        "gen_ai.usage.prompt_tokens": 3,
    }
    call = detail(attributes).llm
    assert (call.messages[0].text, call.answer.text, call.finish_reason, call.usage.input) == (
        "{not json}",
        "yes",
        "stop",
        3,
    )


def test_json_without_its_schema_is_approximate():
    call = detail({**BASE, **content(True), "gen_ai.output.type": "json"}).llm
    assert call.replay_notes == ("a JSON answer was asked for, but its schema is not in the trace",)
    call = detail({**BASE, **content(True), "gen_ai.openai.request.response_format": "json_object"}).llm
    assert (call.response_format, call.replay) == ({"type": "json_object"}, "exact")


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"gen_ai.operation.name": "embeddings"}, "embedding"),
        ({"gen_ai.operation.name": "invoke_agent"}, "agent"),
        ({"gen_ai.operation.name": "invoke_workflow"}, "chain"),
        ({"gen_ai.operation.name": "execute_tool"}, "tool"),
        ({"gen_ai.operation.name": "text_completion"}, "llm"),
        ({"gen_ai.operation.name": "remember"}, "other"),
        ({"gen_ai.tool.name": "stock"}, "tool"),
        ({"gen_ai.request.model": "m"}, "llm"),
        ({"gen_ai.system": "openai"}, "other"),
    ],
)
def test_kinds(attributes, kind):
    (trace,) = read_bytes(data(batch(otlp_span(span(ROOT, None, "x", attributes)))), "x").traces
    assert trace.spans[0].kind == kind


def test_a_tool_run():
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "stock",
        "gen_ai.tool.call.id": "c-1",
        "gen_ai.tool.call.arguments": '{"plant": "tulip"}',
        "gen_ai.tool.call.result": '{"left": 4}',
    }
    tool = detail(attributes).tool
    assert tool.to_public() == {
        "name": "stock", "call_id": "c-1", "arguments": {"plant": "tulip"}, "result": {"left": 4}, "is_error": False,
    }  # fmt: skip


def test_a_retrieval_whose_documents_may_have_no_text():
    attributes = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.retrieval.query.text": QUESTION,
        "gen_ai.retrieval.documents": '[{"id": "g-1", "score": 0.5}]',
    }
    found = detail(attributes)
    assert (found.retrieval.query, found.retrieval.documents[0].id) == (QUESTION, "g-1")
    assert found.lossy == ("content not captured: the retrieved documents have no text",)


def test_evaluations_become_scores():
    event = {
        "name": "gen_ai.evaluation.result",
        "attributes": {
            "gen_ai.evaluation.name": "relevance",
            "gen_ai.evaluation.score.value": 0.5,
            "gen_ai.evaluation.explanation": "so so",
        },
    }
    (score,) = detail({**BASE, **content(True)}, events=[event]).scores
    assert (score.name, score.value, score.comment) == ("relevance", 0.5, "so so")


def test_the_conversation_is_the_session_and_the_first_chunk_has_a_time():
    attributes = {**BASE, "gen_ai.conversation.id": "s-9", "gen_ai.response.time_to_first_chunk": 0.25}
    (trace,) = read_bytes(data(batch(otlp_span(span(LLM, None, "chat", attributes)))), "x").traces
    assert trace.session_id == "s-9"
    assert trace.spans[0].detail.first_token_ns == START + 250_000_000
