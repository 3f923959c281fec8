import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.message import MediaPart
from tracefix_tui.readers.shapes.documents import read_documents
from tracefix_tui.readers.shapes.messages import lossy_notes, read_message, read_messages
from tracefix_tui.readers.shapes.requests import read_request
from tracefix_tui.readers.shapes.responses import read_output, read_response
from tracefix_tui.readers.shapes.tools import read_tools
from tracefix_tui.readers.shapes.usage import read_usage

QUESTION = "Which tram goes to the harbour?"
CALL = {"id": "c1", "type": "function", "function": {"name": "timetable", "arguments": '{ "line":  4 }'}}


def shown(raw, role="user"):
    return [message.to_openai() for message in read_messages(raw, role)]


def one_turn_with_a_tool(arguments='{"line": 4}', listed=False):
    return [
        {"role": "user", "content": [{"type": "text", "text": QUESTION}] if listed else QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [call(arguments)]},
        {"role": "tool", "content": "every 8 minutes", "tool_call_id": "c1"},
    ]


def call(arguments):
    return {"id": "c1", "type": "function", "function": {"name": "timetable", "arguments": arguments}}


def test_openai_messages_come_back_as_they_were():
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION, "cache_control": {"type": "ephemeral"}}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "every 8 minutes", "tool_call_id": "c1"},
    ]
    assert shown(messages) == messages


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            [
                {"role": "user", "content": QUESTION},
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "c1", "name": "timetable", "input": {"line": 4}}],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "every 8 minutes"}],
                },
            ],
            id="anthropic",
        ),
        pytest.param(
            [
                {"role": "user", "content": QUESTION},
                {"type": "function_call", "call_id": "c1", "name": "timetable", "arguments": '{"line": 4}'},
                {"type": "function_call_output", "call_id": "c1", "output": "every 8 minutes"},
            ],
            id="responses",
        ),
        pytest.param(
            [
                {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
                {
                    "role": "assistant",
                    "parts": [{"type": "tool_call", "id": "c1", "name": "timetable", "arguments": {"line": 4}}],
                },
                {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "every 8 minutes"}]},
            ],
            id="opentelemetry",
        ),
        pytest.param(
            [
                {"lc": 1, "type": "constructor", "id": ["schema", "HumanMessage"], "kwargs": {"content": QUESTION}},
                {
                    "lc": 1,
                    "type": "constructor",
                    "id": ["schema", "AIMessage"],
                    "kwargs": {"content": [], "tool_calls": [{"name": "timetable", "args": {"line": 4}, "id": "c1"}]},
                },
                {"type": "tool", "content": "every 8 minutes", "tool_call_id": "c1"},
            ],
            id="langchain",
        ),
        pytest.param(
            [
                {"role": "user", "content": QUESTION},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "tool-call", "toolCallId": "c1", "toolName": "timetable", "input": {"line": 4}}
                    ],
                },
                {
                    "role": "tool",
                    "content": [
                        {
                            "type": "tool-result",
                            "toolCallId": "c1",
                            "toolName": "timetable",
                            "output": {"type": "text", "value": "every 8 minutes"},
                        }
                    ],
                },
            ],
            id="ai-sdk",
        ),
    ],
)
def test_a_turn_with_a_tool_reads_the_same_in_every_vocabulary(raw):
    messages = read_messages(raw)
    assert [m.role for m in messages] == ["user", "assistant", "tool"]
    assert messages[0].text == QUESTION
    asked = messages[1].tool_calls[0]
    assert (asked.id, asked.name, json.loads(asked.arguments)) == ("c1", "timetable", {"line": 4})
    assert (messages[2].text, messages[2].tool_call_id) == ("every 8 minutes", "c1")
    assert read_messages(json.dumps(raw)) == messages


def test_gemini_contents_have_a_model_role_and_calls_without_ids():
    messages = read_messages(
        [
            {"role": "user", "parts": [{"text": QUESTION}]},
            {"role": "model", "parts": [{"functionCall": {"name": "timetable", "args": {"line": 4}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "timetable", "response": {"every": 8}}}]},
        ]
    )
    assert [m.role for m in messages] == ["user", "assistant", "tool"]
    assert messages[1].tool_calls[0].id is None
    assert (messages[2].name, messages[2].text) == ("timetable", '{"every": 8}')


def test_parallel_calls_of_the_responses_api_are_one_turn():
    messages = read_messages(
        [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "two lines"}]},
            {"type": "function_call", "call_id": "a", "name": "timetable", "arguments": "{}"},
            {"type": "function_call", "call_id": "b", "name": "timetable", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "a", "output": "8"},
            {"type": "function_call_output", "call_id": "b", "output": "10"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Line 4."}]},
        ]
    )
    assert [m.role for m in messages] == ["assistant", "tool", "tool", "assistant"]
    assert [c.id for c in messages[0].tool_calls] == ["a", "b"]
    assert messages[0].reasoning == "two lines"


def test_exact_argument_strings_of_langchain_are_preferred():
    message = read_message(
        {
            "type": "ai",
            "content": "",
            "tool_calls": [{"name": "timetable", "args": {"line": 4}, "id": "c1"}],
            "additional_kwargs": {"tool_calls": [CALL]},
        }
    )[0]
    assert message.tool_calls[0].arguments == '{ "line":  4 }'


def test_a_role_that_is_a_tools_name_is_that_tools_answer():
    messages = read_messages(
        [
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "timetable", "content": "every 8 minutes"},
        ]
    )
    assert (messages[1].role, messages[1].name, messages[1].tool_call_id) == ("tool", "timetable", "c1")


@pytest.mark.parametrize(
    "text",
    [
        "role='system' content='It\\'s \"late\".\\nBe brief.' name=None tool_calls=[] role2=1",
        "[{'role': 'system', 'content': 'It\\'s \"late\".\\nBe brief.'}]",
        "[SystemMessage(content='It\\'s \"late\".\\nBe brief.', additional_kwargs={'a': [1]})]",
        "content='It\\'s \"late\".\\nBe brief.' role='system'",
    ],
)
def test_python_representations_are_read_and_marked(text):
    messages = read_messages(text)
    assert [(m.role, m.text) for m in messages] == [("system", 'It\'s "late".\nBe brief.')]
    assert "python_repr" in lossy_notes(messages)[0]


def test_a_representation_is_never_run():
    hostile = "[HumanMessage(content=__import__('os').system('true'))]"
    assert read_messages(hostile)[0].text


def test_lines_with_roles_become_messages_and_are_marked():
    messages = read_messages("system: Be brief.\nAnd kind.\nuser: Hello: there")
    assert [(m.role, m.text) for m in messages] == [("system", "Be brief.\nAnd kind."), ("user", "Hello: there")]
    assert lossy_notes(messages)


def test_an_answer_that_writes_a_dialogue_stays_one_answer():
    text = "User: Hello\nAssistant: Hello to you"
    assert shown(text, "assistant") == [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    "text", ["user: only one line of it", "[1, 2]", '{"content": "an answer"}', '["a", "b"]', '{"a": 1}', "{x}"]
)
def test_text_that_only_looks_like_messages_stays_text(text):
    assert [m.to_openai() for m in read_messages(text, "assistant")] == [{"role": "assistant", "content": text}]


def test_a_tool_definition_among_the_messages_is_no_message():
    definition = {"role": "tool", "content": {"type": "function", "function": {"name": "timetable", "parameters": {}}}}
    assert shown([{"role": "user", "content": "hi"}, definition]) == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("block", "kind", "key"),
    [
        ({"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}, "image", "image_url"),
        ({"type": "input_image", "image_url": "https://x.test/a.png", "detail": "low"}, "image", "image_url"),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
            "image",
            "image_url",
        ),
        ({"type": "image", "image": "QUJD", "mediaType": "image/jpeg"}, "image", "image_url"),
        ({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QUJD"}, "image", "image_url"),
        ({"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "QUJD"}, "audio", "input_audio"),
        ({"inlineData": {"mimeType": "application/pdf", "data": "QUJD"}}, "file", "file"),
        ({"type": "file", "file_id": "f-1"}, "file", "file"),
    ],
)
def test_media_become_the_parts_that_are_sent(block, kind, key):
    part = read_messages([{"role": "user", "content": [block]}])[0].parts[0]
    assert isinstance(part, MediaPart)
    assert part.kind == kind and key in part.raw


def test_results_that_come_with_text_keep_their_order():
    raw = {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": "8", "is_error": True},
            {"type": "text", "text": "So?"},
        ],
    }
    result, text = read_message(raw)
    assert (result.role, result.text, result.extra) == ("tool", "8", {"is_error": True})
    assert (text.role, text.text) == ("user", "So?")


KEYS = [
    *("role", "content", "parts", "type", "text", "tool_calls", "function", "name", "arguments", "messages", "input"),
    *("lc", "id", "kwargs", "choices", "message", "output", "generations", "contents", "system", "config", "tools"),
    *("usage", "source", "function_call", "toolCallId", "image_url", "data", "documents", "node", "metadata", "prompt"),
    *("tool_choice", "reasoning"),
]
WORDS = ["text", "tool_use", "tool-result", "function_call", "message", "human", "ai", "image", "user", "tool"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner | st.sampled_from(WORDS), max_size=5)
    ),
    max_leaves=25,
)


@given(JSON)
@settings(max_examples=400, deadline=None)
def test_nothing_that_is_json_makes_a_reader_raise(value):
    for read in (
        read_messages,
        read_message,
        read_request,
        read_response,
        read_output,
        read_tools,
        read_usage,
        read_documents,
    ):
        read(value)
    text = json.dumps(value)
    read_messages(text)
    for message in read_messages(value):
        json.dumps(message.to_public())


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_no_text_makes_a_reader_raise(text):
    for prefix in ("", "role='", "[HumanMessage(content='", "system: "):
        assert isinstance(read_messages(prefix + text), tuple)


TEXTS = st.text(max_size=30)
OPENAI = st.lists(
    st.one_of(
        st.builds(
            lambda r, t: {"role": r, "content": t}, st.sampled_from(["system", "developer", "user", "assistant"]), TEXTS
        ),
        st.builds(
            lambda texts: {"role": "user", "content": [{"type": "text", "text": t} for t in texts]},
            st.lists(TEXTS, min_size=1, max_size=3),
        ),
        st.builds(
            lambda name, args, ident: {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": ident, "type": "function", "function": {"name": name, "arguments": args}}],
            },
            st.text("abc_", min_size=1),
            TEXTS,
            st.text("0123456789abcdef", min_size=1),
        ),
        st.builds(
            lambda t, i: {"role": "tool", "content": t, "tool_call_id": i}, TEXTS, st.text("0123456789", min_size=1)
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(OPENAI)
@settings(deadline=None)
def test_openai_messages_round_trip(messages):
    assert shown(messages) == messages
    assert shown(json.dumps(messages)) == messages
