"""Tools: calls no tool could take, errors nobody deals with, loops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.check_subjects import calling, running, shown
from tracefix_tui.checks import find_check, run_checks
from tracefix_tui.checks.schema import problems
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.check import Subject, Verdict
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.model.trace import ToolRun

ORDER = ToolDef(
    "get_order",
    "Look up an order.",
    {
        "type": "object",
        "properties": {
            "order_id": {"type": "integer"},
            "fields": {"type": "array", "items": {"type": "string", "enum": ["status", "total"]}},
        },
        "required": ["order_id"],
    },
)
NOTHING = Subject(span_id="llm")


def judged(check: str, subject: Subject) -> Verdict:
    return find_check(check).run(subject)


def test_a_tool_that_was_not_offered() -> None:
    subject = calling(("delete_order", "{}"), tools=[ORDER])
    verdict = judged("tool-unknown", subject)
    assert verdict.outcome == "fail" and verdict.category == "tools"
    assert shown(subject, verdict) == ["delete_order"]
    assert judged("tool-unknown", calling(("get.order", "{}"), tools=[ORDER])).outcome == "pass"
    assert judged("tool-unknown", calling(("get_order", "{}"))).outcome == "unmeasured"
    assert judged("tool-unknown", NOTHING).outcome == "unmeasured"


@pytest.mark.parametrize(
    ("arguments", "message", "where"),
    [
        ('{"order_id": "Alice"}', 'order_id is a string ("Alice"), the schema wants integer', '"order_id": "Alice"'),
        ("{}", "order_id is required and missing", "{}"),
        ("", "order_id is required and missing", ""),
        ('{"order_id": 1, "user": 2}', "user is not in the schema", '"user": 2'),
        (
            '{"order_id": 1, "fields": ["status", "weight"]}',
            'fields.1 is a string ("weight"), not one of status, total',
            '"weight"',
        ),
        ('{"order_id": 1', "the arguments are not JSON: Expecting ',' delimiter", "1"),
        ("[1]", "the arguments are not a JSON object", "[1]"),
    ],
)
def test_arguments_that_break_the_schema_are_pointed_at(arguments: str, message: str, where: str) -> None:
    subject = calling(("get_order", arguments), tools=[ORDER])
    verdict = judged("tool-arguments", subject)
    assert verdict.outcome == "fail" and verdict.message == f"get_order: {message}"
    assert shown(subject, verdict)[0] == where
    assert verdict.evidence[0].field == "output.tool_calls[0].function.arguments"
    assert verdict.evidence[-1].field == "tools[0]"


def test_arguments_that_fit() -> None:
    fits = calling(("get_order", '{"order_id": 5.0, "fields": ["STATUS"]}'), tools=[ORDER])
    assert judged("tool-arguments", fits).outcome == "pass"
    assert judged("tool-arguments", calling(("ping", "{}"), tools=[ToolDef("ping")])).outcome == "unmeasured"
    assert judged("tool-arguments", calling(("ping", "{}"))).outcome == "unmeasured"


@pytest.mark.parametrize(
    ("schema", "value", "kinds"),
    [
        ({"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}, {"a": None}, []),
        ({"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}, {"a": 3}, ["type"]),
        ({"properties": {"a": {"type": ["integer", "null"]}}}, {"a": True}, ["type"]),
        ({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "boolean"}}}, {"a": 1}, ["type"]),
        ({"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#/$defs/x"}}}, {"a": 1}, []),
        ({"properties": {"a": {"const": 4}}}, {"a": 5}, ["enum"]),
        ({"properties": {}, "additionalProperties": True}, {"z": 5}, []),
        ({"additionalProperties": {"type": "string"}}, {"z": 5}, ["type"]),
        ({"allOf": [{"required": ["a"]}, {"properties": {"b": {"type": "string"}}}]}, {"b": 1}, ["missing", "type"]),
        ({"type": "dict", "properties": {"a": {"type": "float"}}}, {"a": "x"}, []),
    ],
)
def test_what_schemas_say(schema: dict[str, Json], value: Json, kinds: list[str]) -> None:
    assert [p.kind for p in problems(value, schema)] == kinds


def test_the_same_call_twice_in_one_answer() -> None:
    subject = calling(("f", '{"a": 1, "b": 2}'), ("f", '{"b":2,"a":1}'))
    assert shown(subject, judged("tool-duplicate", subject)) == ['{"a": 1, "b": 2}', '{"b":2,"a":1}']
    assert judged("tool-duplicate", calling(("f", '{"a": 1}'), ("f", '{"a": 2}'))).outcome == "pass"
    assert judged("tool-duplicate", NOTHING).outcome == "unmeasured"


@pytest.mark.parametrize(
    "text",
    [
        "You can call get_order(order_id=8841) to find out.",
        'I will do this: {"name": "get_order", "arguments": {"order_id": 8841}}',
        "<function=get_order>{}</function>",
    ],
)
def test_a_call_written_as_text_calls_nothing(text: str) -> None:
    subject = Subject(span_id="llm", output=Message.of("assistant", text), tools=(ORDER,))
    verdict = judged("tool-not-called", subject)
    assert verdict.outcome == "fail" and "get_order" in shown(subject, verdict)[0]


def test_answering_without_a_tool_is_fine_unless_one_was_required() -> None:
    subject = Subject(output=Message.of("assistant", "The get_order tool looks up orders."), tools=(ORDER,))
    assert judged("tool-not-called", subject).outcome == "pass"
    assert judged("tool-not-called", replace(subject, tool_choice="required")).outcome == "fail"
    assert judged("tool-not-called", NOTHING).outcome == "unmeasured"


BAD = ToolRun("get_order", "1", None, '{"order_id": "Alice"}', "Error: order_id must be an integer", is_error=True)
GOOD = ToolRun("get_order", "2", None, '{"order_id": 8841}', "status: shipped to Rotterdam depot on Friday")


def test_an_error_that_the_answer_passes_over() -> None:
    subject = running(BAD, answer="Your order arrives on Monday.")
    verdict = judged("tool-error-unhandled", subject)
    assert verdict.outcome == "fail" and "Error: order_id must be an integer" in verdict.message
    assert shown(subject, verdict) == ["Error: order_id must be an integer", "Your order arrives on Monday."]
    assert [e.span_id for e in verdict.evidence] == ["step-0", "llm"]


def test_an_error_that_is_dealt_with() -> None:
    assert judged("tool-error-unhandled", running(BAD, GOOD, answer="It was shipped.")).outcome == "pass"
    assert judged("tool-error-unhandled", running(BAD, answer="Sorry, I could not find it.")).outcome == "pass"
    assert judged("tool-error-unhandled", running(GOOD, answer="It was shipped.")).outcome == "pass"
    assert judged("tool-error-unhandled", running(BAD)).outcome == "unmeasured"
    assert judged("tool-error-unhandled", NOTHING).outcome == "unmeasured"


@pytest.mark.parametrize(
    "result",
    ["Error: no such order", "ValueError: bad id", {"error": "not found"}, '{"status": "failed"}', {"isError": True}],
)
def test_results_that_read_like_errors(result: Json) -> None:
    run = ToolRun("get_order", "1", None, "{}", result)
    assert judged("tool-error-unhandled", running(run, answer="It comes on Monday.")).outcome == "fail"


@pytest.mark.parametrize("result", ["No errors were found", {"error": None, "status": "ok"}, "Erroll Garner, pianist"])
def test_results_that_only_look_like_errors(result: Json) -> None:
    run = ToolRun("search", "1", None, "{}", result)
    assert judged("tool-error-unhandled", running(run, answer="It comes on Monday.")).outcome == "pass"


def test_an_action_error_loop() -> None:
    subject = running(BAD, BAD, BAD)
    verdict = judged("tool-repeated", subject)
    assert verdict.outcome == "fail" and verdict.category == "agents"
    assert "3 times with the same arguments, after it had failed" in verdict.message
    assert shown(subject, verdict) == ['{"order_id": "Alice"}'] * 3
    assert [e.span_id for e in verdict.evidence] == ["step-0", "step-1", "step-2"]
    other = [ToolRun("get_order", str(i), None, f'{{"order_id": "{i}"}}', "Error: no", is_error=True) for i in range(3)]
    assert "fails 3 times in a row" in judged("tool-repeated", running(*other)).message


def test_polling_is_no_loop() -> None:
    polls = [ToolRun("get_status", str(i), None, "{}", state) for i, state in enumerate(["queued", "running", "done"])]
    assert judged("tool-repeated", running(*polls)).outcome == "pass"
    assert judged("tool-repeated", running(GOOD, GOOD, GOOD)).outcome == "fail"
    assert judged("tool-repeated", NOTHING).outcome == "unmeasured"


def test_a_result_that_nothing_uses_is_a_note() -> None:
    subject = running(GOOD, answer="We hope to see you again.")
    verdict = judged("tool-result-ignored", subject)
    assert verdict.outcome == "fail" and verdict.severity == "info"
    assert shown(subject, verdict) == ["status: shipped to Rotterdam depot on Friday"]
    assert judged("tool-result-ignored", running(GOOD, answer="It is in Rotterdam.")).outcome == "pass"
    assert judged("tool-result-ignored", running(GOOD)).outcome == "unmeasured"


def test_a_trajectory_can_be_read_from_messages_alone() -> None:
    call = ToolCall("a", "get_order", '{"order_id": "Alice"}')
    messages = (
        Message.of("user", "Where is my order?"),
        Message("assistant", tool_calls=(call,)),
        Message.of("tool", "Error: order_id must be an integer", tool_call_id="a"),
    )
    subject = Subject(span_id="r", messages=messages, output=Message.of("assistant", "It comes on Monday."))
    verdict = judged("tool-error-unhandled", subject)
    assert verdict.evidence[0].field == "messages[2].content"
    assert shown(subject, verdict)[0] == "Error: order_id must be an integer"
    repeated = replace(subject, messages=messages + messages[1:] + messages[1:])
    assert [e.field.split(".")[0] for e in judged("tool-repeated", repeated).evidence] == [
        "messages[1]",
        "messages[3]",
        "messages[5]",
    ]


def test_trajectory_checks_run_unasked_only_where_tools_ran() -> None:
    assert "tool-repeated" not in [v.check for v in run_checks(calling(("f", "{}")))]
    assert "tool-repeated" in [v.check for v in run_checks(running(GOOD, answer="Fine."))]
    assert "tool-repeated" not in [v.check for v in run_checks(running(GOOD, answer="Fine."), scope="call")]
