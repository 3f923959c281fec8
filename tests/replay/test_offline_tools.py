"""Tools as the offline model uses them: which it calls, with what, and when it asks instead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.replay.caller import run_or_raise
from tracefix_tui.replay.offline.caller import OfflineCaller

USER = ToolDef(
    "get_user",
    "Look up a user account",
    {"type": "object", "properties": {"user_id": {"type": "string"}}, "required": ["user_id"]},
)
EXACT = replace(
    USER,
    parameters={
        "type": "object",
        "properties": {"user_id": {"type": "string", "description": "numeric id, never a name"}},
        "required": ["user_id"],
    },
)
FIND = ToolDef(
    "find_user",
    "Find a user account by name",
    {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
)
WEATHER = ToolDef(
    "get_weather",
    "Current weather of a city",
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "days": {"type": "integer"},
        },
        "required": ["city"],
    },
)


def answer(request: Request) -> str:
    output = run_or_raise(request, OfflineCaller()).output
    assert output is not None
    return output.text


def call(
    question: str, *tools: ToolDef, choice: Any = None, system: str = "You are an agent."
) -> tuple[str, Any] | str:
    messages = (Message.of("system", system), Message.of("user", question))
    result = run_or_raise(Request("offline/extractive", messages, tools=tools, tool_choice=choice), OfflineCaller())
    assert result.output is not None
    if not result.output.tool_calls:
        return result.output.text
    made = result.output.tool_calls[0]
    assert result.finish_reason == "tool_calls" and made.id
    return made.name, json.loads(made.arguments)


def test_the_tool_that_fits_is_called_with_arguments_from_the_text() -> None:
    asked = "What is the weather in Zürich in celsius for the next 3 days?"
    assert call(asked, USER, WEATHER) == ("get_weather", {"city": "Zürich", "unit": "celsius", "days": 3})
    assert call("Look up user 4711", EXACT, WEATHER) == ("get_user", {"user_id": "4711"})


def test_a_loose_schema_gets_a_bad_argument_and_a_strict_one_does_not() -> None:
    asked = "Please look up the user account of Alice Smith"
    assert call(asked, USER, WEATHER) == ("get_user", {"user_id": "Alice Smith"})
    answer = call(asked, EXACT, WEATHER)
    assert isinstance(answer, str) and answer.startswith("Which user id")
    assert call(asked, EXACT, WEATHER, FIND) == ("find_user", {"name": "Alice Smith"})


def test_tool_choice_is_obeyed() -> None:
    assert isinstance(call("Weather in Paris?", WEATHER, choice="none"), str)
    assert (
        call("hello", USER, WEATHER, choice={"type": "function", "function": {"name": "get_weather"}})[0]
        == "get_weather"
    )
    assert isinstance(call("hello there", USER, WEATHER), str)
    assert call("hello there", USER, choice="required")[0] == "get_user"


def test_the_result_of_a_tool_is_the_answer() -> None:
    messages = (
        Message.of("user", "Where is order A-17?"),
        Message("assistant", (), (ToolCall("c1", "get_order", '{"order_id": "A-17"}'),)),
        Message.of("tool", '{"order_id": "A-17", "status": "shipped", "carrier": "DHL"}', tool_call_id="c1"),
    )
    order = ToolDef(
        "get_order",
        "Get an order",
        {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    )
    assert "A-17" in answer(Request("offline/extractive", messages, tools=(order,)))
    failed = (*messages[:2], Message.of("tool", "Error: order not found", tool_call_id="c1"))
    assert (
        answer(Request("offline/extractive", failed, tools=(order,)))
        == "The tool get_order failed: Error: order not found"
    )


def test_a_pattern_from_a_trace_cannot_hang_it() -> None:
    def order(pattern: str) -> ToolDef:
        properties = {"order": {"type": "string", "pattern": pattern}}
        return ToolDef("get_order", "Get an order", {"type": "object", "properties": properties, "required": ["order"]})

    assert call("Get order A-17 please", order(r"^[A-Z]-\d+$")) == ("get_order", {"order": "A-17"})
    assert str(call(f"Get order {'a' * 39}!", order("^(a+)+$"))).startswith("Which order")
    assert str(call("Get order A-17", order("["))).startswith("Which order")
