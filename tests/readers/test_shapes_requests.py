import json

import pytest

from tracefix_tui.readers.shapes.documents import read_documents
from tracefix_tui.readers.shapes.params import clean_params, raw_params
from tracefix_tui.readers.shapes.requests import read_request, tool_choice
from tracefix_tui.readers.shapes.responses import read_output, read_response
from tracefix_tui.readers.shapes.secrets import safe_body, without_secrets
from tracefix_tui.readers.shapes.tools import hosted_tools, read_tools
from tracefix_tui.readers.shapes.usage import read_usage

SCHEMA = {"type": "object", "properties": {"line": {"type": "integer"}}, "required": ["line"]}
KEY = "sk-" + "proj-" + "0123456789abcdef" * 2


def test_a_chat_body():
    facts = read_request(
        {
            "model": "gpt-4o-mini",
            "messages": [{"role": "user", "content": "hi"}],
            "temperature": 0,
            "max_tokens": 50,
            "stream": True,
            "tools": [{"type": "function", "function": {"name": "timetable", "parameters": SCHEMA, "strict": True}}],
            "tool_choice": {"type": "function", "function": {"name": "timetable"}},
            "response_format": {"type": "json_object"},
        }
    )
    assert (facts.api, facts.model, facts.stream) == ("chat", "gpt-4o-mini", True)
    assert facts.params == {"temperature": 0, "max_tokens": 50}
    assert facts.tools[0].strict is True and facts.tools[0].parameters == SCHEMA
    assert facts.tool_choice == {"type": "function", "function": {"name": "timetable"}}
    assert facts.response_format == {"type": "json_object"}


def test_a_responses_body():
    facts = read_request(
        {
            "model": "gpt-5",
            "instructions": "Be brief.",
            "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
            "max_output_tokens": 64,
            "reasoning": {"effort": "low"},
            "text": {
                "format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True},
                "verbosity": "low",
            },
            "tools": [{"type": "function", "name": "timetable", "parameters": SCHEMA}, {"type": "web_search_preview"}],
            "tool_choice": {"type": "function", "name": "timetable"},
        }
    )
    assert facts.api == "responses"
    assert [m.role for m in facts.messages] == ["system", "user"]
    assert facts.params == {"max_tokens": 64, "reasoning_effort": "low", "verbosity": "low"}
    assert facts.response_format == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
    }
    assert [t.name for t in facts.tools] == ["timetable"]
    assert any("web_search_preview" in note for note in facts.notes)
    assert facts.tool_choice == {"type": "function", "function": {"name": "timetable"}}


def test_a_responses_body_that_continues_a_stored_turn_says_so():
    facts = read_request({"model": "gpt-5", "input": "and then?", "previous_response_id": "resp_1"})
    assert facts.messages[0].text == "and then?"
    assert "previous_response_id" in facts.notes[0]


def test_an_anthropic_body():
    facts = read_request(
        {
            "model": "claude-sonnet-4-5",
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 20,
            "stop_sequences": ["END"],
            "tools": [{"name": "timetable", "input_schema": SCHEMA}],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        }
    )
    assert (facts.api, facts.messages[0].role) == ("messages", "system")
    assert facts.messages[0].to_openai()["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert facts.params == {"max_tokens": 20, "stop": ["END"], "parallel_tool_calls": False}
    assert facts.tool_choice == "required" and facts.tools[0].parameters == SCHEMA


def test_a_gemini_body():
    facts = read_request(
        {
            "model": "gemini-2.5-flash",
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "generationConfig": {
                "maxOutputTokens": 30,
                "topP": 0.5,
                "responseMimeType": "application/json",
                "stopSequences": ["END"],
            },
            "tools": [{"functionDeclarations": [{"name": "timetable", "parameters": SCHEMA}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        }
    )
    assert facts.api == "generate_content"
    assert [(m.role, m.text) for m in facts.messages] == [("system", "Be brief."), ("user", "hi")]
    assert facts.params == {"max_tokens": 30, "top_p": 0.5, "stop": ["END"]}
    assert facts.response_format == {"type": "json_object"} and facts.tool_choice == "required"
    assert [t.name for t in facts.tools] == ["timetable"]


def test_a_completion_body_is_one_user_message_and_says_so():
    facts = read_request({"model": "gpt-3.5-turbo-instruct", "prompt": "Once", "max_tokens": 5})
    assert (facts.api, facts.messages[0].text) == ("completion", "Once")
    assert facts.notes


@pytest.mark.parametrize(
    "body", [{"model": "text-embedding-3-small", "input": "hi"}, {"query": "x"}, [], "hi", None, {"input": [1, 2]}]
)
def test_what_is_no_request_is_none(body):
    assert read_request(body) is None


def test_what_sdks_write_for_not_set_is_left_out():
    raw = {
        "temperature": "0.2",
        "top_p": None,
        "max_tokens": "Infinity",
        "seed": "",
        "n": "null",
        "stop": '["END"]',
        "top_k": "NOT_GIVEN",
        "stop_sequences": '{"arrayValue":{}}',
        "frequency_penalty": float("inf"),
        "presence_penalty": 0,
        "maxRetries": 2,
        "logit_bias": {},
        "parallel_tool_calls": "true",
        "user": "42",
    }
    assert clean_params(raw) == {
        "temperature": 0.2,
        "stop": ["END"],
        "presence_penalty": 0,
        "parallel_tool_calls": True,
        "user": "42",
    }
    assert raw_params(raw)["maxRetries"] == 2


def test_the_client_default_of_no_limit_is_left_out():
    assert clean_params({"max_tokens": -1, "choice.count": 1, "maxOutputTokens": 9}) == {"n": 1, "max_tokens": 9}


@pytest.mark.parametrize(
    "poison",
    [
        {"api_base": "https://evil.test"},
        {"apiKey": KEY},
        {"extra_headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": [KEY]},
        {"base_url": "https://evil.test"},
        {"extra_body": {"leak": KEY}},
        {"http_options": {"headers": {"x": KEY}}},
        {"user": KEY},
        {"azure_ad_token": KEY},
        {"nested": {"deep": [{"password": "evil.test"}]}},
        {"note": f"my key is {KEY}, keep it"},
    ],
)
def test_no_secret_or_endpoint_survives(poison):
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "temperature": 1, **poison}
    facts = read_request(body)
    kept = json.dumps([facts.params, facts.params_raw, safe_body(body), without_secrets(poison)])
    assert KEY not in kept and "evil.test" not in kept
    assert facts.params.get("temperature") == 1
    assert not {"api_base", "base_url", "headers", "extra_headers", "extra_body"} & facts.params.keys()


def test_what_the_model_read_is_kept_in_a_body_whatever_it_looks_like():
    tools = [
        {
            "type": "function",
            "function": {"name": "login", "parameters": {"properties": {"api_key": {"type": "string"}}}},
        }
    ]
    body = {"model": "m", "messages": [{"role": "user", "content": "my password"}], "tools": tools, "max_tokens": 5}
    assert safe_body(body) == body
    gemini = {"model": "m", "contents": "hi", "config": {"tools": tools, "temperature": 0}}
    assert safe_body(gemini) == gemini


@pytest.mark.parametrize(
    "raw",
    [
        [{"type": "function", "function": {"name": "timetable", "parameters": SCHEMA}}],
        [{"type": "function", "name": "timetable", "parameters": SCHEMA}],
        [{"name": "timetable", "input_schema": SCHEMA}],
        [{"type": "function", "name": "timetable", "inputSchema": {"jsonSchema": SCHEMA}}],
        [json.dumps({"type": "function", "name": "timetable", "inputSchema": SCHEMA})],
        json.dumps([{"name": "timetable", "parameters_json_schema": SCHEMA}]),
        [{"functionDeclarations": [{"name": "timetable", "parameters": SCHEMA}]}],
        {"timetable": {"description": "", "parameters": json.dumps(SCHEMA)}},
    ],
)
def test_tools_read_the_same_in_every_spelling(raw):
    assert [(t.name, t.parameters) for t in read_tools(raw)] == [("timetable", SCHEMA)]


def test_tools_of_the_provider_are_named_and_not_offered_as_functions():
    raw = [
        {"type": "web_search_20250305", "name": "web_search"},
        {"googleSearch": {}},
        {"name": "f", "parameters": SCHEMA},
    ]
    assert [t.name for t in read_tools(raw)] == ["f"]
    assert hosted_tools(raw) == ("web_search", "googleSearch")


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        ("auto", "auto"),
        ('{"type":"auto"}', "auto"),
        ({"type": "any"}, "required"),
        ({"type": "tool", "toolName": "f"}, "f"),
        ({"type": "function", "function": {"name": "f"}}, "f"),
        (None, None),
        ("odd", None),
    ],
)
def test_tool_choices(raw, want):
    expected = {"type": "function", "function": {"name": "f"}} if want == "f" else want
    assert tool_choice(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        {
            "prompt_tokens": 9,
            "completion_tokens": 4,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
        {
            "input_tokens": 9,
            "output_tokens": 4,
            "total_tokens": 13,
            "input_token_details": {"cache_read": 3},
            "output_token_details": {"reasoning": 2},
        },
        {"input": 9, "output": 4, "total": 13, "input_cached_tokens": 3, "output_reasoning": 2},
        {
            "promptTokenCount": 9,
            "candidatesTokenCount": 4,
            "totalTokenCount": 13,
            "cachedContentTokenCount": 3,
            "thoughtsTokenCount": 2,
        },
        {"inputTokens": "9", "outputTokens": 4.0, "totalTokens": 13, "cachedInputTokens": 3, "reasoningTokens": 2},
    ],
)
def test_token_counts_under_every_name(raw):
    usage = read_usage(raw)
    assert (usage.input, usage.output, usage.total, usage.cache_read, usage.reasoning) == (9, 4, 13, 3, 2)


def test_anthropic_counts_cached_tokens_beside_the_input():
    assert read_usage({"input_tokens": 5, "cache_read_input_tokens": 90}).input_includes_cached is False
    assert (
        read_usage({"prompt_tokens": 95, "prompt_tokens_details": {"cached_tokens": 90}}).input_includes_cached is True
    )


def test_answers_of_every_api():
    chat = {
        "model": "m-1",
        "choices": [
            {"message": {"role": "assistant", "content": "a"}, "finish_reason": "length"},
            {"message": {"content": "b"}},
        ],
    }
    assert [m.text for m in read_response(chat).output] == ["a", "b"]
    assert read_response(chat).finish_reason == "length"
    anthropic = {
        "type": "message",
        "model": "c",
        "content": [
            {"type": "thinking", "thinking": "hm"},
            {"type": "text", "text": "a"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        ],
        "stop_reason": "tool_use",
    }
    found = read_response(anthropic)
    assert len(found.output) == 1 and found.finish_reason == "tool_calls"
    assert (found.output[0].text, found.output[0].reasoning, found.output[0].tool_calls[0].id) == ("a", "hm", "t")
    gemini = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "a"}]}, "finishReason": "MAX_TOKENS"}],
        "modelVersion": "g-1",
    }
    assert (read_response(gemini).output[0].text, read_response(gemini).finish_reason) == ("a", "length")
    langchain = {
        "generations": [
            [
                {
                    "text": "a",
                    "message": {
                        "type": "ai",
                        "content": "a",
                        "usage_metadata": {"input_tokens": 2, "output_tokens": 1},
                    },
                }
            ]
        ],
        "llm_output": {"model_name": "l"},
    }
    assert (read_response(langchain).model, read_response(langchain).usage.input) == ("l", 2)


def test_a_refusal_is_the_answers_text():
    assert (
        read_output({"choices": [{"message": {"role": "assistant", "content": None, "refusal": "No."}}]})[0].text
        == "No."
    )


@pytest.mark.parametrize(
    "raw",
    [
        {"documents": [{"page_content": "Line 4", "metadata": {"score": 0.5}, "id": "d1"}]},
        [{"id": "d1", "text": "Line 4", "score": 0.5}],
        [[{"id": "d1", "content": "Line 4"}, 0.5]],
        {"source_nodes": [{"node": {"id_": "d1", "text": "Line 4", "metadata": {}}, "score": 0.5}]},
        {"matches": [{"id": "d1", "score": 0.5, "metadata": {"a": 1}, "payload": {"text": "Line 4"}}]},
        [
            {
                "lc": 1,
                "type": "constructor",
                "id": ["x", "Document"],
                "kwargs": {"page_content": "Line 4", "id": "d1", "metadata": {"score": 0.5}},
            }
        ],
    ],
)
def test_documents_of_every_framework(raw):
    found = read_documents(raw)
    assert [(d.id, d.content, d.score, d.rank) for d in found] == [("d1", "Line 4", 0.5, 0)]


def test_documents_of_a_vector_database_in_columns():
    found = read_documents({"ids": [["a", "b"]], "documents": [["x", "y"]], "metadatas": [[{"k": 1}, None]]})
    assert [(d.id, d.content, d.metadata) for d in found] == [("a", "x", {"k": 1}), ("b", "y", {})]
