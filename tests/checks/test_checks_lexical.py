"""Tokens, sentences and windows keep their character offsets, in any script."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.check_subjects import RETURNS, asked
from tracefix_tui.checks import run_checks
from tracefix_tui.checks.claims import citations_of, claims_of
from tracefix_tui.checks.lexical import index_of, sentences, tokenize
from tracefix_tui.checks.words import number_key, stem


def pieces(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def test_words_are_compared_by_their_stem_and_numbers_by_their_value() -> None:
    assert stem("returned") == stem("returns") == stem("returning")
    assert number_key("1,200") == number_key("1200.0") == "1200"
    assert number_key("05") == number_key("5%") == "5"


def test_sentences_end_where_readers_end_them() -> None:
    assert pieces("Dr. Smith paid $3.50. He left! Did he? Yes") == [
        "Dr. Smith paid $3.50.",
        "He left!",
        "Did he?",
        "Yes",
    ]
    assert pieces("First line\n- second line") == ["First line", "- second line"]
    assert pieces("返品は三十日以内です。送料は戻りません。") == ["返品は三十日以内です。", "送料は戻りません。"]


def test_scripts_without_spaces_are_read_in_pairs() -> None:
    keys = [t.key for t in tokenize("返品期限は30日")]
    assert keys[:3] == ["返品", "品期", "期限"] and "30" in keys
    index = index_of("返品期限は配達から三十日です。")
    assert index.window({"返品", "品期", "期限"}).share == 1.0


def test_the_window_points_at_the_words_it_found() -> None:
    text = "Shipping is free. Unused items may be returned within 30 days of delivery. Call us."
    window = index_of(text).window({stem("unused"), stem("returned"), "30"})
    assert window.share == 1.0
    assert text[window.start : window.end] == "Unused items may be returned within 30"


def test_a_source_gives_its_numbers_in_words_scaled_and_in_dates() -> None:
    index = index_of("Two plans cost 1.5 million since 2024-03-05, open until 17:00. outdoorSeating: true")
    assert {"2", "1500000", "2024", "5"} <= index.numbers
    assert {stem("march"), stem("outdoor"), stem("seating")} <= index.keys


def test_the_same_text_is_indexed_once() -> None:
    assert index_of("some text of a document") is index_of("some text of a document")


def test_citations_are_not_part_of_a_claim() -> None:
    (claim,) = claims_of("Items go back within 30 days [1, 3].")
    assert [c.labels for c in claim.citations] == [("1", "3")]
    assert [t.key for t in claim.numbers] == ["30"]


def test_a_citation_after_the_full_stop_belongs_to_the_sentence_before() -> None:
    first, second = claims_of("Items go back. [1] Fees do not. [2]")
    assert [first.citations[0].labels, second.citations[0].labels] == [("1",), ("2",)]


def test_ways_to_cite() -> None:
    text = "a [1] b [2][3] c [4-6] d [Source 7] e 【8†file】 f [kb-114] but not [link](http://x) nor `list[9]`"
    found = [label for c in citations_of(text) for label in c.labels]
    assert found == ["1", "2", "3", "4", "5", "6", "7", "8", "kb-114"]


def test_names_are_capitals_that_no_sentence_asks_for() -> None:
    (claim,) = claims_of("Refunds are paid by Anna in Berlin.")
    assert [t.raw for t in claim.names] == ["anna", "berlin"]
    (heading,) = claims_of("## Refunds And Returns In Berlin")
    assert heading.names == ()


def test_the_strings_of_a_json_answer_are_its_claims() -> None:
    text = '{"answer": "Items go back within 30 days.", "source": 1}'
    (claim,) = claims_of(text)
    assert text[claim.start : claim.end] == "Items go back within 30 days."


@given(st.text(max_size=300))
def test_offsets_always_fall_into_the_text(text: str) -> None:
    for token in tokenize(text):
        assert 0 <= token.start < token.end <= len(text)
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        last = end
    for claim in claims_of(text):
        assert 0 <= claim.start < claim.end <= len(text)
    index = index_of(text)
    window = index.window({t.key for t in index.tokens if t.content})
    assert 0 <= window.start <= window.end <= len(text) and 0 <= window.share <= 1


HOSTILE = ["[a-" * 9000, "." * 30_000, "A. " * 10_000, "1 2 " * 8000, "[1] " * 8000, "`" * 30_000, '"\\' * 15_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_longer_than_any_other(text: str) -> None:
    began = process_time()
    for verdict in run_checks(asked(text, [text, RETURNS], rule="Cite as [n]. Answer in JSON.")):
        assert verdict.message
    assert process_time() - began < 4
