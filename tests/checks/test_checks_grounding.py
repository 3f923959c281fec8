"""Grounding: what the documents do not say, and what they say differently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.check_subjects import RETURNS, SHIPPING, asked, calling, shown
from tracefix_tui.checks import find_check
from tracefix_tui.model.check import Subject
from tracefix_tui.model.message import Message

GROUNDED = find_check("grounded")
CONTRADICTED = find_check("number-contradicted")


def test_an_answer_in_the_documents_words_is_grounded() -> None:
    verdict = GROUNDED.run(asked("You may return unused items within 30 days of delivery [1]."))
    assert verdict.outcome == "pass" and verdict.score == 1.0


def test_a_sentence_from_nowhere_is_a_suspicion_with_its_place() -> None:
    answer = "Unused items may be returned within 30 days. Our manager Petra Lindqvist refunds 120 euros in Oslo."
    subject = asked(answer)
    verdict = GROUNDED.run(subject)
    assert verdict.outcome == "fail" and verdict.severity == "warn" and "suspicion (lexical)" in verdict.message
    texts = shown(subject, verdict)
    assert texts[0] == "Our manager Petra Lindqvist refunds 120 euros in Oslo."
    assert texts[1:] == ["120", "Petra", "Lindqvist", "Oslo"]
    assert verdict.suggest[1].edit == {"param": "temperature", "value": 0}


def test_what_a_tool_or_the_prompt_said_is_grounded_too() -> None:
    subject = asked("Order 8841 left the warehouse in Rotterdam on Monday.")
    assert GROUNDED.run(subject).outcome == "fail"
    told = Message.of("tool", "order 8841: left warehouse Rotterdam, Monday", tool_call_id="a")
    assert GROUNDED.run(replace(subject, messages=(*subject.messages, told))).outcome == "pass"


def test_a_number_that_differs_is_shown_on_both_sides() -> None:
    subject = asked("Unused items may be returned within 45 days of delivery.")
    verdict = CONTRADICTED.run(subject)
    assert verdict.outcome == "fail" and verdict.severity == "fail"
    assert verdict.message == 'the answer says "45 days", the documents say "30 days"'
    assert shown(subject, verdict) == ["45 days", "30 days"]
    assert [e.field for e in verdict.evidence] == ["output.content", "documents[0].content"]


@pytest.mark.parametrize(
    "answer",
    [
        "Unused items may be returned within 30 days of delivery.",
        "Unused items may be returned within 30 days (four weeks and 2 days).",
        "A meeting of 45 people took place.",
    ],
)
def test_numbers_on_another_subject_do_not_contradict(answer: str) -> None:
    assert CONTRADICTED.run(asked(answer)).outcome == "pass"


def test_prices_and_percentages_have_units_too() -> None:
    subject = asked("The annual plan costs $49 per seat.", ["The annual plan costs $59 per seat.", SHIPPING])
    assert shown(subject, CONTRADICTED.run(subject)) == ["$49", "$59"]
    subject = asked("The restocking fee for opened items is 20%.", ["The restocking fee for opened items is 15%."])
    assert shown(subject, CONTRADICTED.run(subject)) == ["20%", "15%"]


@pytest.mark.parametrize("check", [GROUNDED, CONTRADICTED])
@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (Subject(output=Message.of("assistant", "Something.")), "no documents are recorded"),
        (asked(None), "no output is recorded"),
        (calling(("search", "{}")), "not an answer in text"),
        (replace(asked("Yes."), documents=()), "none of the retrieved documents can be found in the prompt"),
    ],
)
def test_absent_data_is_unmeasured(check: object, subject: Subject, why: str) -> None:
    verdict = check.run(subject)  # type: ignore[attr-defined]
    assert verdict.outcome == "unmeasured" and why in verdict.message


def test_an_answer_without_a_number_has_nothing_to_contradict() -> None:
    assert CONTRADICTED.run(asked("Unused items may be returned.")).outcome == "unmeasured"


def test_other_languages_are_read() -> None:
    documents = ["返品期限は配達から30日です。", "送料は返金されません。"]
    assert GROUNDED.run(asked("返品期限は配達から30日です。", documents)).outcome == "pass"
    subject = asked("東京の大統領は毎週カレーを食べます。", documents)
    assert shown(subject, GROUNDED.run(subject))[0] == "東京の大統領は毎週カレーを食べます。"


def test_a_replay_is_judged_by_the_same_check() -> None:
    recorded = asked("The moon is made of cheese and Petra owns it.")
    assert GROUNDED.run(recorded).outcome == "fail"
    assert GROUNDED.run(recorded.answered(Message.of("assistant", RETURNS), "stop")).outcome == "pass"
