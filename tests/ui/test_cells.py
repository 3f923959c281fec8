"""Wrapping keeps every character, in order, and never makes a row wider than asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tracefix_tui.ui.widgets import cells

ALPHABET = st.sampled_from("ab cd  \nxyz—é漢字かな。👍\t")
TEXTS = st.text(ALPHABET, max_size=200)


@given(TEXTS, st.integers(4, 40))
def test_rows_follow_one_another_and_fit(text: str, width: int) -> None:
    starts = cells.wrap(text, 0, len(text), width)
    assert starts[0] == 0 and starts == sorted(set(starts))
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        row = text[start:end].rstrip("\n").rstrip(" ")
        assert "\n" not in row
        assert cells.width(row) <= width


@given(TEXTS, st.integers(1, 40))
def test_fitted_text_has_exactly_the_width(text: str, width: int) -> None:
    line = text.replace("\n", " ")
    assert cell_len(cells.fit(line, width)) == width
    assert cell_len(cells.fit(line, width, right=True)) == width


def test_words_stay_whole() -> None:
    text = "answer only from the context"
    starts = cells.wrap(text, 0, len(text), 12)
    assert [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)] == [
        "answer only",
        "from the",
        "context",
    ]


def test_wide_characters_break_anywhere() -> None:
    text = "返品は三十日以内"
    assert cells.wrap(text, 0, len(text), 7) == [0, 3, 6]


def test_a_joined_emoji_takes_two_cells_and_is_not_broken() -> None:
    family = "👨\u200d👩\u200d👧"
    assert sum(size for _, size in cells.char_widths(family, 0, len(family))) == 2 == cell_len(family)
