"""Putting a stream's parts together."""

from __future__ import annotations

from tracefix_tui.model.message import Message, ReasoningPart, TextPart, ToolCall
from tracefix_tui.replay.caller import Assembly, Event, ReasoningDelta, TextDelta, ToolCallDelta, Waiting


def assembled(*events: Event) -> Message | None:
    assembly = Assembly()
    for event in events:
        assembly.add(event)
    return assembly.message()


def test_nothing_came() -> None:
    assert assembled() is None
    assert assembled(Waiting(1, "busy")) is None


def test_text_and_thinking_are_joined() -> None:
    message = assembled(ReasoningDelta("Let "), ReasoningDelta("me see."), TextDelta("Five"), TextDelta(" days"))
    assert message == Message("assistant", (ReasoningPart("Let me see."), TextPart("Five days")))


def test_arguments_of_calls_that_come_mixed_stay_apart() -> None:
    message = assembled(
        ToolCallDelta(0, "a", "search", '{"q":'),
        ToolCallDelta(1, "b", "search", '{"q"'),
        ToolCallDelta(0, arguments="  1}"),
        ToolCallDelta(1, arguments=": 2 }"),
    )
    assert message is not None
    assert message.tool_calls == (ToolCall("a", "search", '{"q":  1}'), ToolCall("b", "search", '{"q": 2 }'))


def test_a_server_that_numbers_every_call_zero() -> None:
    message = assembled(
        ToolCallDelta(0, "a", "search", "{}"),
        ToolCallDelta(0, "b", "weather", '{"c"'),
        ToolCallDelta(0, arguments=": 1}"),
    )
    assert message is not None
    assert message.tool_calls == (ToolCall("a", "search", "{}"), ToolCall("b", "weather", '{"c": 1}'))
