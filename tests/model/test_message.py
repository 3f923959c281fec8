"""Messages keep what was recorded through the chat-completions shape and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.model.message import Message, message_from_openai

TEXT = st.text(max_size=40)
CALLS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXT, "type": st.just("function"), "function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT})}
    ),
    min_size=1,
    max_size=3,
)
CONTENT = st.one_of(
    TEXT,
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}),
            st.fixed_dictionaries({"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": TEXT})}),
            st.fixed_dictionaries({"type": st.just("mystery"), "value": st.integers()}),
        ),
        min_size=1,
        max_size=3,
    ),
)


@given(st.sampled_from(["system", "user", "assistant"]), CONTENT, st.none() | CALLS)
def test_a_message_goes_out_as_it_came_in(role: str, content: object, calls: object) -> None:
    raw = {"role": role, "content": content, **({"tool_calls": calls} if calls else {})}
    assert message_from_openai(raw).to_openai() == raw  # type: ignore[arg-type]


def test_tool_arguments_stay_byte_exact() -> None:
    raw = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a" :1 , "b":0.10}'}}],
    }
    assert message_from_openai(raw).tool_calls[0].arguments == '{"a" :1 , "b":0.10}'  # type: ignore[arg-type]


def test_replacing_the_text_keeps_the_picture() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    message = message_from_openai({"role": "user", "content": [{"type": "text", "text": "old"}, picture]})  # type: ignore[list-item]
    assert message.with_text("new").to_openai()["content"] == [{"type": "text", "text": "new"}, picture]


def test_reasoning_is_shown_but_never_sent() -> None:
    message = message_from_openai({"role": "assistant", "content": "42", "reasoning_content": "six times seven"})
    assert message.to_public()["reasoning_content"] == "six times seven"
    assert "six" not in str(message.to_openai())


def test_a_message_without_content_sends_null() -> None:
    assert Message.of("assistant").to_openai() == {"role": "assistant", "content": None}
