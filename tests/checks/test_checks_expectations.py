"""Expectations: what a user writes, what it is read as, and how it judges."""

from __future__ import annotations

from time import perf_counter

import pytest

from tests.checks.check_subjects import calling, shown
from tracefix_tui.checks import parse_spec, run_checks
from tracefix_tui.checks.patterns import search
from tracefix_tui.model.check import CheckSpec, Subject, Verdict
from tracefix_tui.model.errors import BadInput
from tracefix_tui.model.message import Message

ANSWER = "You have 30 days [1]."


def told(spec: str, answer: str | None = ANSWER) -> Verdict:
    output = None if answer is None else Message.of("assistant", answer)
    (verdict,) = run_checks(Subject(span_id="llm", output=output), [parse_spec(spec)])
    return verdict


@pytest.mark.parametrize(
    ("spec", "outcome"),
    [
        ("contains:30 days", "pass"),
        ("contains:45 days", "fail"),
        ("icontains:YOU HAVE", "pass"),
        ("icontains:they", "fail"),
        ("not-contains:45", "pass"),
        ("not-contains:30", "fail"),
        (r"regex:\d+ days", "pass"),
        (r"regex:^\d+", "fail"),
        ("equals: You have 30 days [1].", "pass"),
        ("equals:You have 45 days [1].", "fail"),
        ("max-length:21", "pass"),
        ("max-length:20", "fail"),
        ("cites:1", "pass"),
        ("cites:[2]", "fail"),
    ],
)
def test_an_expectation_judges_the_output(spec: str, outcome: str) -> None:
    verdict = told(spec)
    assert verdict.outcome == outcome and verdict.category == "expectation"
    assert verdict.spec == parse_spec(spec)
    if outcome == "fail":
        subject = Subject(span_id="llm", output=Message.of("assistant", ANSWER))
        assert shown(subject, verdict)
    assert told(spec, None).outcome == "unmeasured"


def test_evidence_is_the_text_that_breaks_the_expectation() -> None:
    assert told("not-contains:30").evidence[0].text == "30"
    assert told("max-length:9").evidence[0].text == "30 days [1]."
    assert told("equals:You have 31 days").evidence[0].text == "0 days [1]."


def test_json_is_equal_whatever_its_spacing() -> None:
    assert told('equals:{"a": 1, "b": [2]}', '{"b":[2],"a":1}').outcome == "pass"


def test_the_arguments_of_a_call_count_as_output() -> None:
    subject = calling(("get_order", '{"order_id": 8841}'))
    verdicts = run_checks(subject, [parse_spec("contains:8841"), parse_spec("not-contains:8841")])
    assert [v.outcome for v in verdicts] == ["pass", "fail"]
    assert verdicts[1].evidence[0].field == "output.tool_calls[0].function.arguments"


def test_a_value_is_taken_as_it_is() -> None:
    assert parse_spec("contains:a: b") == CheckSpec("contains", {"value": "a: b"})
    assert parse_spec("max-length:400") == CheckSpec("max-length", {"value": 400})
    assert parse_spec("retrieval-low:0.4") == CheckSpec("retrieval-low", {"min_score": 0.4})
    assert parse_spec(" json-invalid ") == CheckSpec("json-invalid")
    assert parse_spec("contains:30 days").label == 'contains "30 days"'


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("containz:x", "contains"),
        ("contains", "contains:VALUE"),
        ("json-invalid:x", "json-invalid alone"),
        ("max-length:long", "max-length:400"),
        ("retrieval-low:high", "retrieval-low:0.4"),
        ("", "There are"),
        ("contains:", "contains:VALUE"),
        ("regex:(", "regular expression"),
        ("retrieval-low:nan", "retrieval-low:0.4"),
    ],
)
def test_what_is_not_an_expectation_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_spec(text)
    assert hint in caught.value.hint


def test_a_check_that_does_not_exist_is_bad_input() -> None:
    with pytest.raises(BadInput):
        run_checks(Subject(), [CheckSpec("no-such-check")])


@pytest.mark.parametrize("value", [None, [], {}])
def test_an_expectation_without_a_value_is_unmeasured(value: object) -> None:
    spec = CheckSpec("contains", {"value": value})  # type: ignore[dict-item]
    assert run_checks(Subject(output=Message.of("assistant", "x")), [spec])[0].outcome == "unmeasured"


def test_a_pattern_that_does_not_compile_is_unmeasured() -> None:
    verdict = run_checks(Subject(output=Message.of("assistant", "x")), [CheckSpec("regex", {"value": "("})])[0]
    assert verdict.outcome == "unmeasured" and "not valid" in verdict.message


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a?){40}a{40}$", r"(\w+\s?)*$", r"(.*)\1\1b", "a*a*a*a*b"])
def test_no_pattern_can_hang_the_program(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracefix_tui.checks.patterns.TIME_LIMIT", 0.3)
    began = perf_counter()
    found = search(pattern, "a" * 3000 + "!")
    assert perf_counter() - began < 5
    assert found.problem or found.span or found.missing


def test_a_harmless_but_costly_pattern_still_finds() -> None:
    assert search("(ab+)+c", "x" * 50 + "abbabc").span == (50, 56)
    assert search(r"[(+*](a)", "(a").span == (0, 2)
    assert search(r"^a{2,3}\b", "aaa").span == (0, 3)
