"""The output itself: failed, empty, cut off, refused, not the JSON asked for."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from tests.checks.check_subjects import RETURNS, asked, calling, shown
from tracefix_tui.checks import find_check, run_checks
from tracefix_tui.model.check import Subject, Verdict
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message, ReasoningPart

NOTHING = Subject(span_id="llm")
SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {"days": {"type": "integer"}, "refund": {"type": "boolean"}},
    "required": ["days", "refund"],
    "additionalProperties": False,
}
FORMAT: dict[str, Json] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


def said(text: str, finish_reason: str | None = "stop", **rest: object) -> Subject:
    made = Subject(span_id="llm", output=Message.of("assistant", text), finish_reason=finish_reason)
    return replace(made, **rest)  # type: ignore[arg-type]


def judged(check: str, subject: Subject) -> Verdict:
    return find_check(check).run(subject)


def test_a_failed_call_shows_its_error() -> None:
    subject = Subject(span_id="llm", error="429: rate limit reached")
    verdict = judged("call-error", subject)
    assert verdict.outcome == "fail" and verdict.category == "operations"
    assert shown(subject, verdict) == ["429: rate limit reached"]
    assert judged("call-error", said("Fine.")).outcome == "pass"
    assert judged("call-error", NOTHING).outcome == "unmeasured"


def test_an_empty_answer() -> None:
    assert judged("empty-answer", said("  ")).outcome == "fail"
    only_thought = Subject(output=Message("assistant", (ReasoningPart("Let me think."),)))
    assert "only reasoning" in judged("empty-answer", only_thought).message
    assert judged("empty-answer", calling(("search", "{}"))).outcome == "pass"
    assert judged("empty-answer", NOTHING).outcome == "unmeasured"


def test_an_answer_cut_off_at_the_limit_doubles_it() -> None:
    subject = said("The first step is to open the", "length", params={"max_tokens": 100})
    verdict = judged("cut-off", subject)
    assert verdict.outcome == "fail"
    assert shown(subject, verdict) == ["The first step is to open the", "length"]
    assert verdict.suggest[0].edit == {"param": "max_tokens", "value": 200}


def test_an_abrupt_end_counts_only_where_no_reason_is_recorded() -> None:
    text = "The shop takes back items that are not used. " * 6 + "After that the shop sends the"
    assert judged("cut-off", said(text, None)).severity == "warn"
    assert judged("cut-off", said(text, "stop")).outcome == "pass"
    assert judged("cut-off", said(text + " money.", None)).outcome == "pass"
    assert judged("cut-off", said("Paris", None)).outcome == "unmeasured"
    assert judged("cut-off", said("```python\n" + "x = 1\n" * 50, None)).outcome == "fail"
    assert judged("cut-off", NOTHING).outcome == "unmeasured"


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that request.",
        "As an AI language model, I cannot provide medical advice.",
        "Unfortunately I am unable to help with this.",
    ],
)
def test_refusals(text: str) -> None:
    subject = said(text)
    verdict = judged("refusal", subject)
    assert verdict.outcome == "fail" and verdict.severity == "warn"
    assert shown(subject, verdict)[0] == text[: verdict.evidence[0].end]


def test_a_filter_is_a_refusal_that_fails() -> None:
    assert judged("refusal", said("", "content_filter")).severity == "fail"
    assert judged("refusal", said("Your refund is on its way. We cannot wait to see you.")).outcome == "pass"
    assert judged("refusal", NOTHING).outcome == "unmeasured"


def test_not_knowing_fails_only_when_a_document_holds_the_words_asked_for() -> None:
    answer = "I don't know, the context does not mention it."
    subject = asked(answer, question="Within how many days of delivery may unused items be returned?")
    verdict = judged("refusal", subject)
    assert verdict.outcome == "fail" and "document 1 holds" in verdict.message
    assert shown(subject, verdict)[1] == RETURNS[:-1]
    assert judged("refusal", asked(answer, question="Who founded the company?")).outcome == "pass"


def test_json_asked_for_by_the_response_format() -> None:
    subject = said('{"days": 30,', response_format={"type": "json_object"})
    verdict = judged("json-invalid", subject)
    assert verdict.outcome == "fail" and verdict.severity == "fail"
    assert [e.field for e in verdict.evidence] == ["output.content", "response_format"]
    assert shown(subject, verdict)[0] == ","
    assert judged("json-invalid", said('{"days": 30}', response_format="json_object")).outcome == "pass"
    assert judged("json-invalid", said("Thirty days.")).outcome == "unmeasured"


def test_json_asked_for_by_the_prompt() -> None:
    prompt = (Message.of("system", "Extract the facts. Respond with JSON only."),)
    fenced = said('Here you are:\n```json\n{"days": 30}\n```', messages=prompt)
    verdict = judged("json-invalid", fenced)
    assert verdict.outcome == "fail" and verdict.severity == "warn" and verdict.score == 0.5
    texts = shown(fenced, verdict)
    assert texts[0].startswith("```json") and "Respond with JSON only" in texts[1]
    assert judged("json-invalid", said("Thirty days.", messages=prompt)).severity == "fail"
    assert judged("json-invalid", said('{"days": 30}', messages=prompt)).outcome == "pass"
    told_not_to = (Message.of("system", "Do not answer in JSON."),)
    assert judged("json-invalid", said("Thirty.", messages=told_not_to)).outcome == "unmeasured"


def test_a_value_that_breaks_the_schema_is_pointed_at() -> None:
    subject = said('{"days": "thirty", "refund": true}', response_format=FORMAT)
    verdict = judged("json-schema", subject)
    assert verdict.outcome == "fail" and verdict.message.startswith("days: 'thirty' is not of type 'integer'")
    assert shown(subject, verdict) == ['"thirty"']
    assert verdict.suggest[0].edit is not None
    missing = said('{"days": 30}', response_format=FORMAT)
    assert shown(missing, judged("json-schema", missing)) == ['{"days": 30}']
    assert judged("json-schema", said('{"days": 30, "refund": false}', response_format=FORMAT)).outcome == "pass"
    assert judged("json-schema", said("no", response_format=FORMAT)).outcome == "unmeasured"
    assert judged("json-schema", said("{}")).outcome == "unmeasured"


def test_a_broken_or_hostile_schema_is_unmeasured_and_reaches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for schema in ({"type": 12}, {"$ref": "http://198.51.100.1/schema.json"}, {"$ref": "#"}):
        wanted: dict[str, Json] = {"type": "json_schema", "json_schema": {"schema": schema}}  # type: ignore[dict-item]
        assert judged("json-schema", said('{"a": 1}', response_format=wanted)).outcome == "unmeasured"


def test_json_checks_run_unasked_only_where_json_is_wanted() -> None:
    assert "json-invalid" not in [v.check for v in run_checks(said("Thirty days."))]
    checks = [v.check for v in run_checks(said('{"days": 30, "refund": true}', response_format=FORMAT))]
    assert {"json-invalid", "json-schema"} <= set(checks)
