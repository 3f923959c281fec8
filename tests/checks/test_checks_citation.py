"""Citations: missing, to nothing, to the wrong document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checks.check_subjects import OPENED, RETURNS, SHIPPING, asked, shown
from tracefix_tui.checks import find_check, run_checks
from tracefix_tui.model.check import Subject
from tracefix_tui.model.message import Message
from tracefix_tui.model.trace import Document

MISSING = find_check("citation-missing")
UNKNOWN = find_check("citation-unknown")
UNSUPPORTED = find_check("citation-unsupported")
RULE = "Answer from the context. Cite the documents as [n]."


def test_citations_asked_for_and_missing() -> None:
    subject = asked("Unused items may be returned within 30 days.", rule=RULE)
    verdict = MISSING.run(subject)
    assert verdict.outcome == "fail" and verdict.severity == "fail"
    assert shown(subject, verdict) == ["Unused items may be returned within 30 days.", "Cite the documents as [n]"]
    assert [e.field for e in verdict.evidence] == ["output.content", "messages[0].content"]


@pytest.mark.parametrize(
    "rule",
    [
        "Cite sources as [n].",
        "You must cite the document you used.",
        "Include citations for every statement.",
        "Always cite your sources.",
        "State the source in brackets, e.g. with [kb-1].",
    ],
)
def test_ways_to_ask_for_citations(rule: str) -> None:
    assert MISSING.run(asked("Unused items may be returned within 30 days.", rule=rule)).outcome == "fail"


@pytest.mark.parametrize(
    "rule", ["Answer from the context.", "Do not cite sources.", "The city fines parking offences."]
)
def test_where_nobody_asks_nothing_is_missing(rule: str) -> None:
    assert MISSING.run(asked("Unused items may be returned within 30 days.", rule=rule)).outcome == "unmeasured"


def test_a_document_that_speaks_of_citing_does_not_ask_for_it() -> None:
    documents = [RETURNS, "Authors must cite the sources they use, as [n]."]
    assert MISSING.run(asked("Unused items may be returned within 30 days.", documents)).outcome == "unmeasured"


def test_an_answer_that_cites_or_knows_nothing_misses_nothing() -> None:
    assert MISSING.run(asked("Items may be returned within 30 days [1].", rule=RULE)).score == 1.0
    assert MISSING.run(asked("I don't know.", rule=RULE)).outcome == "unmeasured"
    assert MISSING.run(asked(None, rule=RULE)).outcome == "unmeasured"


def test_a_citation_to_nothing_is_marked() -> None:
    subject = asked("Items may be returned within 30 days [1]. Fees are kept [7].")
    verdict = UNKNOWN.run(subject)
    assert verdict.outcome == "fail" and verdict.score == 0.5
    assert shown(subject, verdict) == ["[7]"]
    assert verdict.message == "the answer cites [7], but the prompt held 2 documents"


def test_a_citation_to_a_document_that_was_cut_says_so() -> None:
    subject = asked("Opened headphones are exchanged for credit [3].", cut=[OPENED])
    verdict = UNKNOWN.run(subject)
    assert "document 3 was retrieved and did not reach the prompt" in verdict.message
    assert verdict.evidence[1].field == "documents[2].content"
    assert verdict.suggest[0].edit == {"include_document": 2}


def test_documents_can_be_counted_from_zero_or_named() -> None:
    zero = "Context:\n[0] " + RETURNS + "\n[1] " + SHIPPING
    subject = replace(asked("Items may be returned within 30 days [0]."), messages=(Message.of("system", zero),))
    assert UNKNOWN.run(subject).outcome == "pass"
    assert UNSUPPORTED.run(subject).outcome == "pass"
    named = asked("Items may be returned within 30 days [doc-0]. Fees are kept [doc-9].")
    assert shown(named, UNKNOWN.run(named)) == ["[doc-9]"]


def test_brackets_that_cite_nothing_are_no_citations() -> None:
    subject = asked("Dear [Your Name], items may be returned within 30 days, see [the shop](https://shop.test).")
    assert UNKNOWN.run(subject).outcome == "unmeasured"


def test_a_search_that_found_nothing_can_not_be_cited() -> None:
    subject = Subject(span_id="llm", output=Message.of("assistant", "Items go back [1]."), retrieval_ran=True)
    assert UNKNOWN.run(subject).message == "the answer cites [1], but the prompt held no document"
    assert UNKNOWN.run(replace(subject, retrieval_ran=False)).outcome == "unmeasured"


def test_numbers_of_another_list_are_not_held_against_a_bare_row() -> None:
    documents = (Document(content=RETURNS), Document(content=SHIPPING))
    bare = Subject(span_id="r", output=Message.of("assistant", "Items go back [12]."), documents=documents)
    assert UNKNOWN.run(bare).outcome == "unmeasured"
    assert UNKNOWN.run(replace(bare, output=Message.of("assistant", "Items [1] go back [12]."))).outcome == "fail"


def test_the_wrong_document_cited_names_the_right_one() -> None:
    subject = asked("Unused items may be returned within 30 days [2].")
    verdict = UNSUPPORTED.run(subject)
    assert verdict.outcome == "fail" and verdict.severity == "fail"
    assert verdict.message == "the sentence cites [2], but its words are in document 1 (100% against 0%)"
    assert [e.field for e in verdict.evidence] == ["output.content", "documents[1].content", "documents[0].content"]
    assert shown(subject, verdict)[2] == "Unused items may be returned within 30 days"


def test_a_claim_that_no_document_holds_is_a_suspicion() -> None:
    subject = asked("Managers in Oslo grant generous vouchers every winter [2].")
    verdict = UNSUPPORTED.run(subject)
    assert verdict.outcome == "fail" and verdict.severity == "warn" and "suspicion (lexical)" in verdict.message
    assert shown(subject, verdict)[0] == "Managers in Oslo grant generous vouchers every winter [2]."


def test_a_claim_may_rest_on_two_documents() -> None:
    answer = "Unused items may be returned within 30 days, and shipping fees are not refunded [1][2]."
    assert UNSUPPORTED.run(asked(answer)).outcome == "pass"
    assert UNSUPPORTED.run(asked("Items may be returned.")).outcome == "unmeasured"


def test_citation_checks_run_unasked_only_where_there_is_something_to_cite() -> None:
    plain = [v.check for v in run_checks(asked("Items may be returned."))]
    assert not [c for c in plain if c.startswith("citation")]
    cited = [v.check for v in run_checks(asked("Items may be returned [1]."))]
    assert [c for c in cited if c.startswith("citation")] == [MISSING.id, UNKNOWN.id, UNSUPPORTED.id]
