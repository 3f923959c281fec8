"""JSON is laid out without changing a token, and offsets can be translated both ways."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.ui.content.reflow import looks_like_json, reflow

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=6), st.sampled_from([None, 1, 4]))
def test_the_layout_holds_the_same_value(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert json.loads(reflow(text).text) == value


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=6))
def test_offsets_come_back(value: object) -> None:
    text = json.dumps(value)
    laid = reflow(text)
    for offset, char in enumerate(text):
        if not char.isspace():
            shown = laid.to_shown(offset)
            assert laid.text[shown] == char
            assert laid.to_original(shown) == offset


def test_numbers_keep_their_digits() -> None:
    assert (
        reflow('{"price":59.00,"id":12345678901234567890,"currency":"EUR"}').text.split("\n")[1] == '  "price": 59.00,'
    )


def test_only_whole_json_is_laid_out() -> None:
    assert looks_like_json(' {"a": 1}')
    assert not looks_like_json("[1] policy says [2]")
    assert not looks_like_json('"text"')
