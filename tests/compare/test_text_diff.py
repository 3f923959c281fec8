"""Text diffs: exact, readable, and never slow."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.compare.text import TextDiff, diff_text

PIECES = st.sampled_from(
    ["a", "b", "the refund", " ", "\n", "\n\n", ".", "返品", "é", "\r\n", "\x1b", "[1]", "🙂", "\u2028"]
)
TEXTS = st.lists(PIECES, max_size=20).map("".join)


def left(diff: TextDiff) -> str:
    return "".join(segment.text for row in diff.rows for segment in row.left)


def right(diff: TextDiff) -> str:
    return "".join(segment.text for row in diff.rows for segment in row.right)


@given(TEXTS, TEXTS)
def test_the_segments_of_each_side_are_that_side(a: str, b: str) -> None:
    diff = diff_text(a, b)
    assert (left(diff), right(diff)) == (a, b)
    assert 0.0 <= diff.similarity <= 1.0
    assert diff.same == (a == b)


@given(TEXTS, TEXTS)
def test_lines_are_counted_on_both_sides(a: str, b: str) -> None:
    diff = diff_text(a, b)
    for side, text in (("left_line", a), ("right_line", b)):
        numbers = [getattr(row, side) for row in diff.rows if getattr(row, side) is not None]
        assert numbers == list(range(1, len(text.split("\n")) + (not text.endswith("\n") and bool(text))))


def test_a_rewritten_answer_reads_as_phrases() -> None:
    diff = diff_text(
        "You are eligible for a refund [1]. Since order 8841 was placed 45 days ago.",
        "I am sorry, but order 8841 is 45 days old.",
    )
    (row,) = diff.rows
    assert row.kind == "changed"
    assert [(s.kind, s.text) for s in row.left][:3] == [
        ("removed", "You are eligible for a refund [1]. Since"),
        ("equal", " order 8841 "),
        ("removed", "was placed"),
    ]
    assert [(s.kind, s.text) for s in row.right][:2] == [("added", "I am sorry, but"), ("equal", " order 8841 ")]
    assert (diff.words_added, diff.words_removed) == (6, 11)


def test_lines_are_shown_beside_the_lines_they_became() -> None:
    diff = diff_text(
        "one\nAnswer ONLY from the context.\nlast\n", "one\nnew line first\nAnswer only from the context.\nlast\n"
    )
    assert [row.kind for row in diff.rows] == ["equal", "added", "changed", "equal"]
    assert [s.text for s in diff.rows[2].right if s.kind == "added"] == ["only"]


def test_text_without_spaces_is_compared_by_character() -> None:
    diff = diff_text("返品は三十日以内です。", "返品は十四日以内です。")
    assert [s.text for s in diff.rows[0].left if s.kind == "removed"] == ["三"]


def test_equal_and_empty_texts() -> None:
    assert diff_text("", "").similarity == 1.0
    assert diff_text("a\n", "a\n").rows[0].kind == "equal"
    assert diff_text("", "a").rows[0].kind == "added"
    assert diff_text("abc", "xyz").similarity == 0.0


def words(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    return ["".join(chosen.choice("abcdefghij") for _ in range(chosen.randint(2, 9))) for _ in range(count)]


def elapsed(a: str, b: str) -> float:
    began = time.perf_counter()
    assert left(diff := diff_text(a, b)) == a
    assert right(diff) == b
    return time.perf_counter() - began


def megabyte() -> tuple[list[str], list[str]]:
    vocabulary = words(1, 3000)
    chosen = random.Random(2)
    lines = [" ".join(chosen.choice(vocabulary) for _ in range(9)) for _ in range(18_000)]
    return lines, [line.replace(" ", " EDITED ", 1) if i % 20 == 0 else line for i, line in enumerate(lines)]


@pytest.mark.parametrize("separator", ["\n", "\n\n", ". "])
def test_a_megabyte_with_many_edits_is_quick(separator: str) -> None:
    lines, edited = megabyte()
    assert elapsed(separator.join(lines), separator.join(edited)) < 1.5  # 0.2 s alone; room for a busy machine


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("\n".join(words(3, 16_000)), "\n".join(words(4, 16_000))),
        (" ".join(words(3, 16_000)), " ".join(words(4, 16_000))),
        ("!?" * 50_000, "?!" * 50_000),
        ("\n" * 60_000, "\n" * 50_000),
        ("ab\n" * 30_000, "ba\nab\n" * 15_000),
    ],
    ids=["lines", "one line", "signs", "blank", "repeats"],
)
def test_unrelated_texts_end_in_time(a: str, b: str) -> None:
    assert elapsed(a, b) < 3.0


def test_a_comparison_that_gave_up_says_so_and_still_has_a_similarity() -> None:
    a = " ".join(words(5, 9_000))
    diff = diff_text(a, " ".join(reversed(a.split())))
    assert diff.gave_up
    assert diff.similarity == 1.0  # the same words, in another order


def test_a_citation_changes_as_one_word() -> None:
    row = diff_text("within 60 days [4].", "within 30 days [1].").rows[0]
    assert [s.text for s in row.left if s.kind == "removed"] == ["60", "[4]"]
    assert [s.text for s in row.right if s.kind == "added"] == ["30", "[1]"]
