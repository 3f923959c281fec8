import json

from tests.readers.otlp_samples import ANSWER, LLM, QUESTION, SCHEMA, START, batch, data, otlp_span, span
from tracefix_tui.readers import read_bytes

KEY = "langfuse.observation."
TOOLS = [{"type": "function", "function": {"name": "stock", "parameters": SCHEMA}}]
CALL = {
    KEY + "type": "generation",
    KEY + "input": json.dumps({"tools": TOOLS, "messages": [{"role": "user", "content": QUESTION}]}),
    KEY + "output": json.dumps({"role": "assistant", "content": ANSWER}),
    KEY + "model.name": "gpt-4o-mini-2024-07-18",
    KEY + "model.parameters": json.dumps({"temperature": 0.2, "max_tokens": "Infinity", "top_p": 1}),
    KEY + "usage_details": json.dumps({"prompt_tokens": 20, "completion_tokens": 5}),
    KEY + "cost_details": json.dumps({"input": 0.01, "total": 0.02}),
    KEY + "completion_start_time": '"2025-10-09T08:53:20.623456Z"',
    KEY + "prompt.name": "answer",
    KEY + "prompt.version": 3,
}


def opened(attributes, **more):
    (trace,) = read_bytes(data(batch(otlp_span(span(LLM, None, "stock", attributes, **more)))), "x").traces
    return trace


def test_a_generation():
    found = opened(CALL).spans[0].detail
    call = found.llm
    assert [m.text for m in (*call.messages, *call.output)] == [QUESTION, ANSWER]
    assert call.params == {"temperature": 0.2, "top_p": 1}
    assert (call.usage.input, call.usage.output, call.cost) == (20, 5, 0.02)
    assert (call.prompt.name, call.prompt.version, call.tools[0].parameters) == ("answer", "3", SCHEMA)
    assert call.request_model == "gpt-4o-mini-2024-07-18"
    assert found.first_token_ns // 1_000_000 == START // 1_000_000 + 500


def test_what_the_sdk_invented_is_said():
    call = opened(CALL).spans[0].llm
    assert call.replay == "approximate"
    assert any("its own defaults" in note for note in call.replay_notes)
    assert any("only the model that answered" in note for note in call.replay_notes)


def test_a_list_of_messages_and_a_plain_text_answer():
    attributes = {**CALL, KEY + "input": json.dumps([{"role": "user", "content": "hi"}]), KEY + "output": "hello"}
    call = opened(attributes).spans[0].llm
    assert (call.messages[0].text, call.answer.role, call.answer.text) == ("hi", "assistant", "hello")


def test_a_level_of_error_is_an_error():
    found = opened({**CALL, KEY + "level": "ERROR", KEY + "status_message": "429"}).spans[0]
    assert (found.status, found.error) == ("error", "429")


def test_a_tool_and_a_retriever():
    tool = opened(
        {KEY + "type": "tool", KEY + "input": '{"args": [], "kwargs": {"plant": "tulip"}}', KEY + "output": "4 left"}
    )
    assert tool.spans[0].detail.tool.to_public() == {
        "name": "stock", "call_id": None, "arguments": {"plant": "tulip"}, "result": "4 left", "is_error": False,
    }  # fmt: skip
    found = opened(
        {
            KEY + "type": "retriever",
            KEY + "input": '{"args": ["when?"], "kwargs": {}}',
            KEY + "output": '[{"id": "g-1", "text": "Tulips", "score": 0.5}]',
        }
    )
    retrieval = found.spans[0].detail.retrieval
    assert retrieval.query == "when?"
    assert [(d.id, d.content, d.score) for d in retrieval.documents] == [("g-1", "Tulips", 0.5)]


def test_facts_of_the_trace():
    trace = opened(
        {
            KEY + "type": "span",
            "langfuse.trace.name": "chat",
            "session.id": "s",
            "langfuse.trace.tags": ["a"],
            "langfuse.trace.metadata.tier": "pro",
        }
    )
    assert (trace.name, trace.session_id, trace.tags, trace.metadata["tier"]) == ("chat", "s", ("a",), "pro")
