"""Rows of an evaluation data set, as the `check` command reads them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.check_subjects import RETURNS, SHIPPING
from tracefix_tui.checks import all_checks, judge_row, parse_spec, run_checks, subject_from_row
from tracefix_tui.model.check import CheckSpec
from tracefix_tui.model.json_value import Json

ROW: dict[str, Json] = {
    "id": "r1",
    "user_input": "How long can I return unused items?",
    "retrieved_contexts": [RETURNS, SHIPPING],
    "response": "Unused items may be returned within 45 days.",
}


def outcomes(row: dict[str, Json]) -> dict[str, str]:
    return {v.check: v.outcome for v in run_checks(subject_from_row(row))}


def test_a_row_is_a_call_over_its_contexts() -> None:
    found = outcomes(ROW)
    assert found["number-contradicted"] == "fail"
    assert found["retrieval-empty"] == "pass"
    assert found["retrieval-low"] == "unmeasured"


def test_evidence_names_the_rows_own_columns() -> None:
    lines = {v.check: line for v, line in judge_row(ROW)}
    evidence = lines["number-contradicted"]["evidence"]
    assert [(e["field"], e["text"]) for e in evidence] == [  # type: ignore[index,union-attr,call-overload]
        ("response", "45 days"),
        ("retrieved_contexts[0]", "30 days"),
    ]


def test_columns_that_are_absent_leave_checks_unmeasured() -> None:
    for check in ("grounded", "citation-missing", "retrieval-empty", "json-schema", "tool-arguments", "tool-repeated"):
        (verdict,) = run_checks(subject_from_row({"id": "r"}), [CheckSpec(check)])
        assert verdict.outcome == "unmeasured", check


def test_an_empty_context_list_is_a_search_that_found_nothing() -> None:
    assert outcomes({**ROW, "retrieved_contexts": []})["retrieval-empty"] == "fail"


def test_tool_calls_are_held_against_the_tools() -> None:
    tool = {"name": "get_order", "parameters": {"type": "object", "properties": {"id": {"type": "integer"}}}}
    nested: dict[str, Json] = {"type": "function", "function": tool}  # type: ignore[dict-item]
    call: dict[str, Json] = {"id": "1", "function": {"name": "get_order", "arguments": '{"id": "x"}'}}
    for tools, calls in (([nested], [call]), ([tool], [{"name": "get_order", "args": {"id": "x"}}])):
        row: dict[str, Json] = {"id": "r", "tools": tools, "tool_calls": calls}  # type: ignore[dict-item]
        verdict, line = next(pair for pair in judge_row(row) if pair[0].check == "tool-arguments")
        assert verdict.outcome == "fail"
        assert line["evidence"][0]["field"] == "tool_calls[0].function.arguments"  # type: ignore[index,call-overload]
    none_made: dict[str, Json] = {"id": "r", "tools": [nested], "tool_calls": [], "response": "It is on its way."}
    assert outcomes(none_made)["tool-not-called"] == "fail"


def test_a_conversation_is_a_trajectory_and_its_last_answer() -> None:
    call: Json = {"id": "a", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}
    row: dict[str, Json] = {
        "id": "r",
        "messages": [
            {"role": "user", "content": "Where is it?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "a", "content": "Error: id is missing"},
            {"role": "assistant", "content": "It comes on Monday."},
        ],
    }
    lines = {v.check: line for v, line in judge_row(row)}
    assert lines["tool-error-unhandled"]["verdict"] == "fail"
    fields = [e["field"] for e in lines["tool-error-unhandled"]["evidence"]]  # type: ignore[index,union-attr,call-overload]
    assert fields == ["messages[2].content", "messages[3].content"]


def test_a_conversation_may_stand_in_user_input() -> None:
    row: dict[str, Json] = {"user_input": [{"type": "human", "content": "Hi"}, {"type": "ai", "content": "Hello."}]}
    subject = subject_from_row(row)
    assert subject.output is not None and subject.output.text == "Hello." and subject.question == "Hi"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("content", "role", "type", "name", "tool_calls", "function", "arguments", "parameters", "required", "enum")
ITEMS = st.lists(JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5), max_size=3)
TEXT = st.text(max_size=60) | st.sampled_from(
    ["Cite as [n].", "Answer in JSON.", "It is 5 days [1].", "Error: no", "{"]
)
COLUMNS = {
    "user_input": TEXT | ITEMS,
    "retrieved_contexts": ITEMS | st.lists(TEXT, max_size=3),
    "response": TEXT | JSON,
    "reference": JSON,
    "tools": ITEMS,
    "tool_calls": ITEMS,
    "messages": ITEMS,
    "response_format": JSON | st.builds(lambda s: {"type": "json_schema", "json_schema": {"schema": s}}, JSON),
    "finish_reason": JSON,
    "error": JSON,
}
EVERY = [c.spec({"value": "5"} if c.needs_param else {}) for c in all_checks()]


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({}, optional=COLUMNS))
def test_no_check_raises_on_any_row(row: dict[str, Json]) -> None:
    subject = subject_from_row(row)
    for verdict in [*run_checks(subject), *run_checks(subject, EVERY)]:
        assert verdict.message and "\n" not in verdict.message
        assert verdict.score is None or 0 <= verdict.score <= 1
        if verdict.outcome == "fail":
            assert verdict.evidence or verdict.check == "tool-duplicate"
    list(judge_row(row, [parse_spec("contains:x")]))
