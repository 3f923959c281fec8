"""Retrieval: found nothing, found little, found the right thing and left it out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.check_subjects import OPENED, RETURNS, SHIPPING, asked, shown
from tracefix_tui.checks import find_check
from tracefix_tui.model.check import Subject, Verdict
from tracefix_tui.model.trace import Document

NOT_RUN = Subject(span_id="llm")


def judged(check: str, subject: Subject, **params: object) -> Verdict:
    return find_check(check).run(subject, params)  # type: ignore[arg-type]


def test_a_search_that_found_nothing_fails() -> None:
    subject = Subject(span_id="llm", retrieval_ran=True, retrieval_span_id="search")
    verdict = judged("retrieval-empty", subject)
    assert verdict.outcome == "fail" and verdict.category == "retrieval" and verdict.severity == "fail"
    assert (verdict.evidence[0].span_id, verdict.evidence[0].field) == ("search", "documents")
    assert verdict.suggest
    assert judged("retrieval-empty", asked("x")).outcome == "pass"
    assert judged("retrieval-empty", NOT_RUN).outcome == "unmeasured"


def scored(*scores: float | None) -> Subject:
    documents = tuple(Document(str(i), f"text {i}", score, i) for i, score in enumerate(scores))
    return Subject(span_id="llm", retrieved=documents, retrieval_ran=True, retrieval_span_id="search")


def test_low_scores_fail_and_name_the_best_document() -> None:
    verdict = judged("retrieval-low", scored(0.21, 0.12))
    assert verdict.outcome == "fail" and verdict.score == 0.21
    assert verdict.evidence[0].field == "documents[0].content"
    assert judged("retrieval-low", scored(0.83, 0.12)).outcome == "pass"
    assert judged("retrieval-low", scored(0.5), min_score=0.6).outcome == "fail"


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ((None, None), "no scores"),
        ((12.0, 7.5), "not similarities"),
        ((-3.2, -8.0), "not similarities"),
        ((0.0164, 0.0161), "rank fusion"),
        ((0.05, 0.11, 0.2), "distances"),
    ],
)
def test_scores_on_another_scale_are_not_judged(scores: tuple[float, ...], why: str) -> None:
    verdict = judged("retrieval-low", scored(*scores))
    assert verdict.outcome == "unmeasured" and why in verdict.message


def test_a_document_that_fits_and_was_cut_is_pointed_at() -> None:
    subject = asked("No.", question="Can I get store credit for opened headphones?", cut=[OPENED])
    verdict = judged("retrieval-cut", subject)
    assert verdict.outcome == "fail" and verdict.severity == "warn"
    assert "document 3 (doc-2)" in verdict.message
    (evidence,) = verdict.evidence
    assert (evidence.span_id, evidence.field) == ("search", "documents[2].content")
    assert shown(subject, verdict) == ["Opened headphones are exchanged for store credit"]
    assert verdict.suggest[0].edit == {"include_document": 2}
    assert verdict.suggest[1].edit == {"top_k": 3}


def test_a_cut_document_that_fits_no_better_is_left_in_peace() -> None:
    assert judged("retrieval-cut", asked("x", cut=["Gift cards do not expire."])).outcome == "pass"
    assert judged("retrieval-cut", asked("x")).outcome == "pass"
    assert judged("retrieval-cut", NOT_RUN).outcome == "unmeasured"


def test_nothing_is_said_of_the_cut_when_no_document_is_found_in_the_prompt() -> None:
    subject = replace(asked("x", cut=[OPENED]), documents=(), document_fields=())
    assert judged("retrieval-cut", subject).outcome == "unmeasured"


def test_the_recorded_query_is_the_question() -> None:
    subject = replace(asked("x", [RETURNS, SHIPPING], cut=[OPENED]), asked=("opened headphones store credit",))
    assert judged("retrieval-cut", subject).outcome == "fail"
