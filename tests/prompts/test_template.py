"""Templates: placeholders, literals and escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.prompts.template import Slot, escape, pieces, placeholders, render_text, write

BITS = st.sampled_from(
    ["{", "}", "{{", "}}", "\\", "\\\\", "x", "{{x}}", "{{ y }}", " ", "\n", "{{#if}}", "é", "{{1}}", "$"]
)
TEXTS = st.lists(BITS, max_size=12).map("".join)
PIECES = st.lists(TEXTS | st.sampled_from(["x", "y.z", "a-b"]).map(Slot), max_size=6)


@given(TEXTS)
def test_any_text_can_be_literal(text: str) -> None:
    assert render_text(escape(text), {}) == text


@given(PIECES, TEXTS)
def test_what_is_written_is_what_is_read(parts: list[str | Slot], value: str) -> None:
    template = write(parts)
    wanted = "".join(part if isinstance(part, str) else value for part in parts)
    assert render_text(template, {"x": value, "y.z": value, "a-b": value}) == wanted
    assert [p for p in pieces(template) if isinstance(p, Slot)] == [
        Slot(p.name, str(p)) for p in parts if isinstance(p, Slot)
    ]


@given(TEXTS)
def test_reading_and_writing_a_template_gives_it_the_same_meaning(template: str) -> None:
    variables = dict.fromkeys(placeholders(template), "V")
    assert render_text(write(pieces(template)), variables) == render_text(template, variables)


def test_values_are_never_templates() -> None:
    assert render_text("{{a}} {{b}}", {"a": "{{b}}", "b": "\\{{a}}"}) == "{{b}} \\{{a}}"


def test_json_and_single_braces_are_text() -> None:
    text = 'Answer as {"a": {"b": {x}}} or {{"c": 1}} {{}} {{ }} {{1}} {%if%}'
    assert render_text(text, {}) == text
    assert placeholders(text) == ()


def test_escapes() -> None:
    assert render_text(r"\{{x}}", {}) == "{{x}}"
    assert render_text(r"\\{{x}}", {"x": "v"}) == r"\v"
    assert render_text(r"C:\dir \n", {}) == r"C:\dir \n"


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(PromptInvalid) as caught:
        render_text("{{a}} {{ b }} {{a}} {{c}}", {"c": ""}, "p.yml")
    assert str(caught.value).startswith("p.yml: no value for variables a, b.")


def test_long_hostile_text_is_read_in_time() -> None:
    for text in ("{{" * 500_000, "\\" * 1_000_000, "{{ " * 300_000, "{{x" * 300_000):
        assert render_text(escape(text), {}) == text
