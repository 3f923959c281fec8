"""Broken and odd prompt files: said plainly, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.prompts.file import PromptFile, check

BITS = st.sampled_from(
    [
        *" \n\t\ra|%{[,:?!=~'\"\\é\x00\x85\u2028\ufeff\x1b\uffff\ud800",
        *(
            "  ",
            "\n\n",
            "\n   \n",
            "\n\t",
            "Hello world",
            "漢字",
            "🙂",
            "{{x}}",
            "# c",
            " #",
            "- ",
            "key: v",
            "---",
            "...",
        ),
        *("key: v", "---", "...", "true", "null", "12", "0x1", "1e3", "&a", "*a", "<<", "|-", ">"),
    ]
)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "the file is empty"),
        ("- a\n", None, "not a mapping"),
        ("name: [1, 2\n", 2, "','"),
        ("messages:\n  - role: user\n   content: x\n", 3, ""),
        ("a: b: c\n", 1, "mapping values"),
        ("a: \x00\n", 1, "U+0000"),
        ("a: 1\na: 2\n", 2, "there twice"),
        ("a: &x [*x]\n", 1, "nested too deeply"),
        ("a: " + "[" * 5000, None, "nested too deeply"),
        ("name: x\n", 1, "messages is not a list"),
        ("messages: []\n", 1, "messages is not a list"),
        ("messages:\n- role: user\n  content: {{x}}\n", 3, ""),
        ("messages:\n- role: user\n  content: 5\n", 3, "not a text"),
        ("messages:\n- role: user\n", 2, "no content"),
        ("messages:\n- role: robot\n  content: x\n", 2, "'robot' is not known"),
        ("messages:\n- content: x\n", 2, "no role"),
        (
            "messages:\n- role: user\n  content: x\nmodelParameters:\n  api_base: http://evil\n",
            5,
            "api_base does not belong",
        ),
        ("messages:\n- role: user\n  content: x\njsonSchema: '{'\n", 4, "jsonSchema is not JSON"),
        ("messages:\n- role: user\n  content: x\nresponseFormat: xml\n", None, "'xml' is not known"),
        ("messages:\n- role: user\n  content: x\ntools: [1]\n", 4, "not a tool"),
        ("messages:\n- role: user\n  content: x\ntemplateFormat: jinja\n", 4, "'jinja' is not known"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "messages is not a list"),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(text: str, line: int | None, words: str) -> None:
    with pytest.raises(PromptInvalid) as caught:
        PromptFile.parse(text, "p.yml")
    assert words in caught.value.what
    assert caught.value.hint
    if line is not None:
        assert caught.value.where == f"p.yml:{line}"


def test_many_aliases_are_refused_and_not_expanded() -> None:
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(PromptInvalid, match="too large"):
        PromptFile.parse("\n".join(["a0: &a0 [x]", *rows]))


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(BITS, max_size=15).map("".join))
def test_no_text_is_a_traceback(text: str) -> None:
    try:
        PromptFile.parse(text)
    except PromptInvalid as error:
        assert error.hint


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(PromptInvalid, match="no such prompt file"):
        PromptFile.read(tmp_path / "x.prompt.yml")
    (tmp_path / "b.prompt.yml").write_bytes(b"name: \xff\n")
    with pytest.raises(PromptInvalid, match="not UTF-8 at byte 6"):
        PromptFile.read(tmp_path / "b.prompt.yml")


def test_check_says_what_is_odd() -> None:
    sound = "model: m\nmessages:\n- {role: user, content: '{{q}}'}\ntestData:\n- {q: why}\n"
    assert check(PromptFile.parse(sound)) == []
    file = PromptFile.parse(
        "modle: gpt\nmessages:\n- {role: user, content: '{{a}} {{b}}'}\ntestData:\n- {a: 1, c: 2, expected: x}\n"
    )
    assert check(file) == [
        "unknown key modle: it is kept but means nothing here",
        "no model: the caller must name one",
        "testData[0]: no value for b",
        "testData: c is not used by any message",
    ]
    assert check(file, ["a", "locale"])[2:] == ["missing: b has no value", "unused: locale is not in any message"]
