"""From a recorded call to a request: the best source wins, and each recorded field is accounted for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.model.attempt import FidelityEntry
from tracefix_tui.model.call import LLMCall, ToolDef
from tracefix_tui.model.errors import ReplayImpossible
from tracefix_tui.model.message import MediaPart, Message, ReasoningPart, TextPart, ToolCall, UnknownPart
from tracefix_tui.replay.request import build_request

QUESTION = Message.of("user", "When do refunds arrive?")
CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "When do refunds arrive?"}],
    "temperature": 0.2,
}


def by_field(entries: tuple[FidelityEntry, ...]) -> dict[str, tuple[str, str]]:
    return {entry.field: (entry.status, entry.reason) for entry in entries}


def status(entries: tuple[FidelityEntry, ...]) -> dict[str, str]:
    return {entry.field: entry.status for entry in entries}


def test_a_raw_body_is_sent_as_it_was() -> None:
    body = {**CHAT, "seed": 7, "stop": ["\n\n"], "stream": True, "response_format": {"type": "json_object"}}
    request, report = build_request(LLMCall(request_model="gpt-4o-mini", provider="openai", raw_request=body))
    assert request.to_litellm() == {
        **{k: v for k, v in body.items() if k != "stream"},
        "model": "openai/gpt-4o-mini",
    }
    assert set(status(report).values()) == {"sent"}
    assert set(status(report)) == set(body)


def test_the_raw_body_wins_over_what_was_made_of_it() -> None:
    call = LLMCall(
        request_model="gpt-4o-mini",
        messages=(Message.of("user", "shortened"),),
        params={"temperature": 0.9, "top_p": 0.5},
        params_raw={"temperature": 0.9, "top_p": 0.5},
        raw_request=CHAT,
    )
    request, report = build_request(call)
    assert [m.text for m in request.messages] == ["Be brief.", "When do refunds arrive?"]
    assert request.params == {"temperature": 0.2}
    assert by_field(report)["top_p"] == ("left out", "the recorded request body does not hold it")


def test_a_body_without_a_model_is_filled_from_the_structured_call() -> None:
    tool = ToolDef("search", "Search", {"type": "object"})
    call = LLMCall(
        request_model="gpt-4o",
        params={"temperature": 0.5},
        params_raw={"temperature": "0.5"},
        tools=(tool,),
        tool_choice="auto",
        raw_request={"messages": [{"role": "user", "content": "hi"}]},
    )
    request, report = build_request(call)
    assert (request.model, request.params, request.tools) == ("openai/gpt-4o", {"temperature": 0.5}, (tool,))
    assert by_field(report)["temperature"] == ("changed", "'0.5' was recorded as text; sent as 0.5")


def test_what_an_sdk_made_up_is_left_out_and_said() -> None:
    raw = {"max_tokens": "Infinity", "temperature": "0.2", "top_p": None, "stop": "", "seed": "NOT_GIVEN", "n": 1}
    call = LLMCall(request_model="gpt-4o", messages=(QUESTION,), params={"temperature": 0.2, "n": 1}, params_raw=raw)
    request, report = build_request(call)
    assert request.params == {"temperature": 0.2, "n": 1}
    assert status(report) == {
        "model": "sent",
        "messages": "sent",
        "max_tokens": "left out",
        "temperature": "changed",
        "top_p": "left out",
        "stop": "left out",
        "seed": "left out",
        "n": "sent",
    }
    assert "not set" in by_field(report)["max_tokens"][1]


def test_another_model_is_a_change() -> None:
    request, report = build_request(LLMCall(request_model="gpt-4o", messages=(QUESTION,)), "offline/extractive")
    assert request.model == "offline/extractive"
    assert by_field(report)["model"] == ("changed", "replaced by offline/extractive (recorded: gpt-4o)")


def test_the_model_that_was_asked_for_is_sent_and_not_the_one_that_answered() -> None:
    both = LLMCall(request_model="gpt-4o", response_model="gpt-4o-2024-08-06", messages=(QUESTION,))
    assert build_request(both)[0].model == "openai/gpt-4o"
    request, report = build_request(LLMCall(response_model="gpt-4o-2024-08-06", messages=(QUESTION,)))
    assert request.model == "openai/gpt-4o-2024-08-06"
    assert by_field(report)["model"][0] == "changed"


def test_a_responses_body_is_mapped_to_chat() -> None:
    body = {
        "model": "gpt-5-mini",
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Weather in Paris?"}]},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":  "Paris"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "18 C"},
        ],
        "max_output_tokens": 200,
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}},
        "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}}, {"type": "web_search"}],
        "previous_response_id": "resp_1",
        "store": True,
    }
    request, report = build_request(LLMCall(request_model="gpt-5-mini", provider="openai", raw_request=body))
    assert [m.role for m in request.messages] == ["system", "user", "assistant", "tool"]
    assert request.messages[2].tool_calls[0].arguments == '{"city":  "Paris"}'
    assert request.params["reasoning_effort"] == "low"
    assert [tool.name for tool in request.tools] == ["weather"]
    found = by_field(report)
    assert found["instructions"][0] == found["input"][0] == "changed"
    assert found["max_output_tokens"] == ("changed", "named max_tokens in chat completions")
    assert found["reasoning.effort"] == ("changed", "named reasoning_effort in chat completions")
    assert found["reasoning.summary"][0] == "left out"
    assert found["text.format"][0] == "changed"
    assert found["tools"][0] == "changed"
    assert found["tools.web_search"][0] == "left out"
    assert "kept at the provider" in found["previous_response_id"][1]
    assert found["store"] == ("left out", "nothing is stored at the provider by a replay")


def test_an_anthropic_body_is_mapped_to_chat() -> None:
    body = {
        "model": "claude-sonnet-4-5",
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "Weather in Paris?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "They want weather.", "signature": "x"},
                    {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Paris"}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "18 C"}]},
        ],
        "max_tokens": 300,
        "stop_sequences": ["END"],
        "tools": [{"name": "weather", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "any"},
        "metadata": {"user_id": "u1"},
    }
    request, report = build_request(LLMCall(request_model="claude-sonnet-4-5", provider="anthropic", raw_request=body))
    assert request.model == "anthropic/claude-sonnet-4-5"
    assert [m.role for m in request.messages] == ["system", "user", "assistant", "tool"]
    assert request.params == {"max_tokens": 300, "stop": ["END"]}
    assert request.tool_choice == "required"
    found = by_field(report)
    assert found["messages[2].reasoning_content"][0] == "left out"
    assert found["stop_sequences"] == ("changed", "named stop in chat completions")
    assert found["tool_choice"][0] == found["system"][0] == found["messages"][0] == "changed"
    assert found["metadata"][0] == "left out"


def test_messages_are_made_fit_to_send_and_each_repair_is_named() -> None:
    messages = (
        QUESTION,
        Message("assistant", (), (ToolCall(None, "search", "{}"), ToolCall(None, "search", '{"q": 1}'))),
        Message.of("tool", "first"),
        Message.of("tool", "second"),
        Message("assistant", (ReasoningPart("Let me think."),)),
        Message("user", (UnknownPart({"type": "hologram"}), TextPart("look")), extra={"audio": {"id": "a"}}),
    )
    request, report = build_request(LLMCall(request_model="gpt-4o", messages=messages))
    sent = [m.to_openai() for m in request.messages]
    ids = [c["id"] for c in sent[1]["tool_calls"]]  # type: ignore[union-attr, index]
    assert ids == [sent[2]["tool_call_id"], sent[3]["tool_call_id"]] == ["call_1_0", "call_1_1"]
    assert sent[4]["content"] == ""
    assert status(report) == {
        "model": "sent",
        "messages": "sent",
        "messages[1].tool_calls[0].id": "changed",
        "messages[1].tool_calls[1].id": "changed",
        "messages[2].tool_call_id": "changed",
        "messages[3].tool_call_id": "changed",
        "messages[4].content": "changed",
        "messages[4].reasoning_content": "left out",
        "messages[5].audio": "left out",
        "messages[5].content[0]": "sent",
    }


def test_media_is_kept_and_an_address_is_pointed_out() -> None:
    here = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    there = {"type": "image_url", "image_url": {"url": "https://images.example/cat.png"}}
    message = Message("user", (MediaPart("image", here), MediaPart("image", there)), listed=True)
    request, report = build_request(LLMCall(request_model="gpt-4o", messages=(message,)))
    assert request.messages[0].to_openai()["content"] == [here, there]
    assert "messages[0].content[0]" not in by_field(report)
    assert by_field(report)["messages[0].content[1]"][0] == "sent"


def test_a_lost_part_of_a_raw_message_is_noticed() -> None:
    body = {
        **CHAT,
        "messages": [
            {"role": "assistant", "content": "I called it.", "function_call": {"name": "f", "arguments": "{}"}}
        ],
    }
    request, report = build_request(LLMCall(request_model="gpt-4o", raw_request=body))
    assert request.messages[0].tool_calls[0].name == "f"
    assert by_field(report)["messages[0].function_call"][0] == "changed"


def test_several_choices_become_repeats() -> None:
    request, report = build_request(LLMCall(request_model="gpt-4o", raw_request={**CHAT, "n": 3}))
    assert "n" not in request.params
    assert by_field(report)["n"] == ("left out", "a run keeps one answer; repeat the run instead (-n)")


def test_two_names_of_one_limit_are_sent_once() -> None:
    body = {**CHAT, "max_tokens": 100, "max_completion_tokens": 100}
    request, report = build_request(LLMCall(request_model="gpt-4o", raw_request=body))
    assert request.params == {"temperature": 0.2, "max_completion_tokens": 100}
    assert by_field(report)["max_tokens"][0] == "left out"


def test_a_tool_choice_without_tools_is_not_sent() -> None:
    params: dict[str, Any] = {"parallel_tool_calls": False}
    call = LLMCall(request_model="gpt-4o", messages=(QUESTION,), tool_choice="auto", params=params, params_raw=params)
    request, report = build_request(call)
    assert request.tool_choice is None and request.params == {}
    assert status(report)["tool_choice"] == status(report)["parallel_tool_calls"] == "left out"


def test_a_schema_that_was_not_recorded_is_named() -> None:
    call = LLMCall(request_model="gpt-4o", messages=(QUESTION,), tools=(ToolDef("search", "Search"),))
    _, report = build_request(call)
    assert by_field(report)["tools[0].parameters"] == ("left out", "the schema of search was not recorded")


def test_a_call_that_did_not_stream_says_so_and_its_doubts_are_repeated() -> None:
    call = LLMCall(
        request_model="gpt-4o", messages=(QUESTION,), stream=False, replay="approximate", replay_notes=("cut at 4 kB",)
    )
    _, report = build_request(call)
    assert by_field(report)["stream"][0] == "changed"
    assert by_field(report)["recording"] == ("changed", "cut at 4 kB")


def test_too_little_to_send() -> None:
    with pytest.raises(ReplayImpossible, match="no messages"):
        build_request(LLMCall(request_model="gpt-4o"))
    with pytest.raises(ReplayImpossible, match="name the model"):
        build_request(LLMCall(messages=(QUESTION,)))
    with pytest.raises(ReplayImpossible, match="content not captured"):
        build_request(
            LLMCall(
                request_model="gpt-4o",
                messages=(QUESTION,),
                replay="impossible",
                replay_notes=("content not captured",),
            )
        )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["temperature", "stop", "n", "tools", "x", "seed", "user", "stream", "text", "reasoning"]), JSON
    )
)
def test_every_field_of_any_body_is_accounted_for(more: dict[str, Any]) -> None:
    body = {**CHAT, **more}
    _, report = build_request(LLMCall(request_model="gpt-4o", raw_request=body, params_raw=body))
    noted = {entry.field.partition(".")[0] for entry in report}
    assert set(body) <= noted
    assert all(entry.reason for entry in report if entry.status != "sent")
