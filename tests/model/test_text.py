"""Hostile text is inert on its way out, and nothing else about it changes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.model.text import clip, duration, json_text, money, plural, safe, safe_line

HOSTILE = "\x1b]52;c;UFdO\x07\x1b[31m\x9b7777h\x90x\x9c\u202eabc\u2066\u200f\x00\x7f\r\ud800\U000e0041"
ANYTHING = st.text(st.characters(codec=None))


def test_control_escape_and_bidi_characters_become_visible() -> None:
    shown = safe(HOSTILE)
    assert len(shown) == len(HOSTILE)
    assert not [c for c in shown if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200f"]
    shown.encode("utf-8")


def test_newlines_tabs_and_letters_of_any_language_stay() -> None:
    text = "line\n\ttab 漢字 한글 é 🙂"
    assert safe(text) == text
    assert safe_line("a\nb\tc") == "a␊b c"


@given(ANYTHING)
def test_offsets_stay_valid(text: str) -> None:
    assert len(safe(text)) == len(text)
    assert safe(safe(text)) == safe(text)


@given(ANYTHING)
def test_json_output_is_inert_and_lossless(text: str) -> None:
    printed = json_text({"t": text})
    assert json.loads(printed)["t"] == text
    assert safe(printed) == printed


def test_clip_says_that_something_was_cut() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"


def test_numbers_read_as_people_say_them() -> None:
    assert [duration(n) for n in (None, 840_000, 120_000_000, 4_210_000_000, 192_000_000_000)] == [
        "-",
        "840us",
        "120ms",
        "4.21s",
        "3m12s",
    ]
    assert [money(m) for m in (None, 0.0, 0.0031, 1.239)] == ["-", "$0", "$0.0031", "$1.24"]
    assert [plural(1, "span"), plural(1203, "query", "queries")] == ["1 span", "1,203 queries"]
