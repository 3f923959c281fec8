import json

from tracefix_tui.readers import read_bytes

KEY = "sk-" + "0123456789abcdef" * 2


def payload(**fields):
    return {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "trace_id": "t1",
        "call_type": "acompletion",
        "status": "success",
        "model": "gpt-4o-mini",
        "custom_llm_provider": "openai",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which tram?"}],
        "model_parameters": {
            "temperature": 0.2,
            "user": "u1",
            "stream": True,
            "tools": [{"type": "function", "function": {"name": "timetable", "parameters": {}}}],
        },
        "response": {
            "object": "chat.completion",
            "model": "gpt-4o-mini-2024",
            "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Line 4."}}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 3, "total_tokens": 23},
        },
        "startTime": 1772359200.0,
        "endTime": 1772359202.0,
        "completionStartTime": 1772359200.5,
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "total_tokens": 23,
        "response_cost": 0.01,
        "request_tags": ["prod"],
        "metadata": {
            "usage_object": {
                "prompt_tokens": 20,
                "completion_tokens": 3,
                "total_tokens": 23,
                "prompt_tokens_details": {"cached_tokens": 8},
            }
        },
        **fields,
    }


def opened(*values):
    return read_bytes("\n".join(json.dumps(v) for v in values).encode(), "file")


def call_of(**fields):
    return opened(payload(**fields)).traces[0].spans[0].llm


def test_a_payload_is_a_request_in_litellms_own_words():
    file = opened(payload())
    trace, span = file.traces[0], file.traces[0].spans[0]
    assert (file.source.format, trace.id, trace.tags, trace.user_id) == ("litellm", "t1", ("prod",), "u1")
    assert (span.kind, span.status, span.duration_ns) == ("llm", "ok", 2_000_000_000)
    assert span.detail.first_token_ns - span.start_ns == 500_000_000
    call = span.llm
    assert (call.request_model, call.response_model, call.provider) == ("gpt-4o-mini", "gpt-4o-mini-2024", "openai")
    assert call.params == {"temperature": 0.2, "user": "u1"}
    assert (call.stream, call.cost, call.usage.cache_read, call.replay) == (True, 0.01, 8, "exact")
    assert call.raw_request["messages"] == payload()["messages"] and call.request_source == "raw request body"
    assert [t.name for t in call.tools] == ["timetable"] and call.output[0].text == "Line 4."


def test_calls_of_one_trace_stand_together_and_keep_their_own_ids():
    trace = opened(payload(), payload(), payload(id="chatcmpl-2")).traces[0]
    assert [s.id for s in trace.spans] == ["chatcmpl-1", "chatcmpl-1+", "chatcmpl-2"]


def test_a_call_that_did_not_stream_has_no_first_token():
    assert opened(payload(completionStartTime=1772359202.0)).traces[0].spans[0].detail.first_token_ns is None


def test_a_failure_keeps_its_words_but_not_the_key_in_them():
    trace = opened(
        payload(status="failure", response=None, error_str=f"AuthenticationError: wrong key {KEY}", metadata={})
    ).traces[0]
    span = trace.spans[0]
    assert span.status == "error" and "AuthenticationError" in span.error
    assert KEY not in json.dumps(trace.to_public())
    assert span.llm.replay == "exact" and span.llm.usage.input is None


def test_redacted_messages_cannot_be_replayed():
    for given in ("redacted-by-litellm", [{"role": "user", "content": "redacted-by-litellm"}]):
        span = opened(payload(messages=given)).traces[0].spans[0]
        assert (span.llm.replay, span.llm.messages) == ("impossible", ())
        assert any("redacted" in note for note in (*span.detail.lossy, *span.llm.replay_notes))


def test_missing_messages_are_said():
    assert call_of(messages=None).replay == "impossible"


def test_vectors_of_an_embedding_are_dropped_and_counted():
    vector = [i / 10 for i in range(16)]
    span = opened(payload(call_type="aembedding", response={"data": [{"embedding": vector}]})).traces[0].spans[0]
    assert (span.kind, span.llm) == ("embedding", None)
    assert span.detail.output == {"data": [{"embedding": {"dim": 16}}]}
    assert any("16" in note for note in span.detail.lossy)


def test_a_responses_call_and_a_completion():
    assert call_of(call_type="aresponses", messages="Which tram?").api == "responses"
    assert call_of(call_type="atext_completion", messages="Which tram?").api == "completion"


def test_a_prompt_kept_by_litellm_is_named():
    meta = {"prompt_management_metadata": {"prompt_id": "trams", "prompt_variables": {"line": 4}}}
    prompt = call_of(metadata=meta).prompt
    assert (prompt.name, prompt.variables) == ("trams", {"line": 4})


def test_endpoints_keys_and_headers_go_nowhere():
    poison = {
        "api_base": "https://evil.test",
        "api_key": KEY,
        "extra_headers": {"x": KEY},
        "extra_body": {"a": KEY},
        "organization": "evil.test",
    }
    trace = opened(
        payload(
            api_base="https://evil.test",
            model_parameters={"temperature": 1, **poison},
            metadata={"headers": {"x": KEY}, "user_api_key_hash": "evil.test", "team": "a"},
            hidden_params={"api_base": "https://evil.test"},
        )
    ).traces[0]
    call = trace.spans[0].llm
    kept = json.dumps([trace.to_public(), call.raw_request, call.params_raw, trace.spans[0].detail.attributes])
    assert KEY not in kept and "evil.test" not in kept
    assert call.params == {"temperature": 1} and call.params_raw["api_base"] == "[removed]"


def test_a_row_of_the_spend_log():
    row = {
        "request_id": "r1",
        "call_type": "acompletion",
        "startTime": "2026-03-01T10:00:00Z",
        "endTime": "2026-03-01T10:00:01Z",
        "spend": 0.5,
        "model": "m",
    }
    row |= {
        "messages": {},
        "response": "{}",
        "proxy_server_request": json.dumps({"messages": [{"role": "user", "content": "hi"}], "temperature": 0}),
    }
    call = opened(row).traces[0].spans[0].llm
    assert (call.messages[0].text, call.params, call.cost, call.request_model) == ("hi", {"temperature": 0}, 0.5, "m")
