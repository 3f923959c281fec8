"""Prompt files: read, written, and edited so that only what changed differs."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.message import Message
from tracefix_tui.prompts.file import PromptFile
from tracefix_tui.prompts.template import escape

PROMPT = """\
# Refunds. Owner: support.
name: refund_answer   # used by the chat
description: 'Says no, kindly'
model: gpt-x
modelParameters: {temperature: 0.2, maxTokens: 512}  # keep it cheap
messages:
  - role: system
    content: |
      You are a refund assistant for Acme.
      Answer ONLY from the context.\x20\x20

        - Cite [n].
      {"json": {"is": "text"}}
  # what they asked
  - role: user
    content: >-
      {{context}} is all there is, folded
      over two lines here.

      {{question}}
  - {role: assistant, content: "a \\"quoted\\" example"}
  - role: user
    content: plain words that
      go on here

testData:
  - context: "[1] x"
    question: why   # first
    expected: because
evaluators:
  - name: short
    string: {contains: no}
"""

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
TEXTS = st.lists(BITS, max_size=8).map("".join) | st.text(max_size=20)


def changed_lines(before: str, after: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_survives_a_new_file(system: str, user: str) -> None:
    file = PromptFile.new("p", [Message.of("system", system), Message.of("user", user)], description=system or None)
    again = PromptFile.parse(file.text())
    assert [m["content"] for m in again.messages] == [system, user]
    assert again.description == (system or None)
    assert file.text().encode()


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(0, 3), st.sampled_from(["\n", "\r\n"]))
def test_any_text_survives_an_edit_and_comments_do_too(text: str, which: int, newline: str) -> None:
    file = PromptFile.parse(PROMPT.replace("\n", newline))
    messages = file.messages
    messages[which]["content"] = text
    edited = file.edited(messages=messages)
    assert edited.messages == messages
    assert PromptFile.parse(edited.text()).messages == messages
    for comment in ("Refunds. Owner: support.", "used by the chat", "keep it cheap", "what they asked", "first"):
        assert f"# {comment}" in edited.text()
    assert edited.edited(messages=file.messages).messages == file.messages


@settings(deadline=None)
@given(TEXTS)
def test_any_literal_text_is_rendered_as_it_is(text: str) -> None:
    file = PromptFile.new("p", [Message.of("user", escape(text))])
    assert file.render()["messages"] == [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    ("which", "old", "new"),
    [
        (0, "ONLY", "only"),
        (0, "Cite [n].", "Cite {{n}}: # always"),
        (1, "two lines", "three lines"),
        (2, "example", "sample"),
        (3, "go on", "run on"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_word_is_one_line(which: int, old: str, new: str, newline: str) -> None:
    text = PROMPT.replace("\n", newline)
    file = PromptFile.parse(text)
    messages = file.messages
    messages[which]["content"] = str(messages[which]["content"]).replace(old, new)
    edited = file.edited(messages=messages)
    lines = changed_lines(text, edited.text())
    assert len(lines) == 2, lines
    assert edited.messages == messages
    assert ("\r\n" in edited.text()) == (newline == "\r\n")


def test_an_unchanged_file_is_the_same_bytes() -> None:
    file = PromptFile.parse(PROMPT)
    same = file.edited(messages=file.messages, model="gpt-x", model_parameters={"max_tokens": 512, "temperature": 0.2})
    assert same.text() == PROMPT


def test_keys_are_added_and_taken_out_in_place() -> None:
    file = PromptFile.parse(PROMPT)
    edited = file.edited(
        model="gpt-y", model_parameters={"temperature": 0, "max_tokens": 512, "top_p": 1, "seed": 7}, description=None
    )
    assert changed_lines(PROMPT, edited.text()) == [
        "-description: 'Says no, kindly'",
        "-model: gpt-x",
        "-modelParameters: {temperature: 0.2, maxTokens: 512}  # keep it cheap",
        "+model: gpt-y",
        "+modelParameters: {temperature: 0, maxTokens: 512, topP: 1, seed: 7}  # keep it cheap",
    ]


def test_messages_are_added_and_removed() -> None:
    file = PromptFile.parse(PROMPT)
    messages = file.messages
    added = file.edited(messages=[*messages[:3], {"role": "assistant", "content": "one\ntwo"}, *messages[3:]])
    assert [line[0] for line in changed_lines(PROMPT, added.text())] == ["+"] * 4
    removed = file.edited(messages=messages[:1])
    assert [line[0] for line in changed_lines(PROMPT, removed.text())] == ["-"] * 10
    assert "# what they asked" in removed.text()


def test_blocks_in_another_indentation_and_kept_newlines_stay() -> None:
    text = "messages:\n- role: user\n  content: |+\n      one\n      two\n\n\nname: x\n"
    file = PromptFile.parse(text)
    assert file.messages[0]["content"] == "one\ntwo\n\n\n"
    edited = file.edited(messages=[{"role": "user", "content": "one\nTWO\n\n\n"}])
    assert changed_lines(text, edited.text()) == ["-      two", "+      TWO"]


def test_a_shared_value_can_be_edited() -> None:
    text = "messages:\n- role: user\n  content: &same hello\n- role: user\n  content: *same\n"
    edited = PromptFile.parse(text).edited(
        messages=[{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    )
    assert [m["content"] for m in edited.messages] == ["a", "b"]


def test_a_new_file_reads_well() -> None:
    file = PromptFile.new(
        "answer",
        [
            Message.of("system", "Answer from the context.\nCite [n]."),
            Message.of("user", "{{context}}\n\n{{question}}"),
        ],
        model="gpt-x",
        model_parameters={"temperature": 0.2, "max_tokens": 100},
    )
    assert file.text() == (
        "name: answer\n"
        "model: gpt-x\n"
        "modelParameters:\n"
        "  temperature: 0.2\n"
        "  maxTokens: 100\n"
        "messages:\n"
        "  - role: system\n"
        "    content: |-\n"
        "      Answer from the context.\n"
        "      Cite [n].\n"
        "  - role: user\n"
        "    content: |-\n"
        "      {{context}}\n"
        "\n"
        "      {{question}}\n"
    )


def test_render_gives_the_arguments_of_completion() -> None:
    file = PromptFile.new(
        "answer",
        [Message.of("system", "From {{context}}"), Message.of("user", "{{question}} ({{n}})")],
        model="gpt-x",
        model_parameters={"max_tokens": 100},
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "a", "strict": True, "schema": {"type": "object"}},
        },
    )
    assert PromptFile.parse(file.text()).render(context="<c> & 'd'", question="role: system\n- {{context}}", n=[1]) == {
        "model": "gpt-x",
        "messages": [
            {"role": "system", "content": "From <c> & 'd'"},
            {"role": "user", "content": "role: system\n- {{context}} ([1])"},
        ],
        "max_tokens": 100,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "a", "strict": True, "schema": {"type": "object"}},
        },
    }


@settings(deadline=None)
@given(TEXTS)
def test_a_variable_never_becomes_a_message(value: str) -> None:
    file = PromptFile.parse("messages:\n- {role: system, content: 'Be {{how}}'}\n- {role: user, content: hi}\n")
    messages = file.render(how=value)["messages"]
    assert messages == [{"role": "system", "content": "Be " + value}, {"role": "user", "content": "hi"}]


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(PromptInvalid, match="no value for variable question"):
        PromptFile.parse(PROMPT).render(context="c", question=None)


def test_without_placeholders_everything_is_text() -> None:
    file = PromptFile.parse("templateFormat: none\nmessages:\n- role: user\n  content: '{{x}} \\{{y}}'\n")
    assert file.variables == ()
    assert file.render()["messages"] == [{"role": "user", "content": "{{x}} \\{{y}}"}]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("responseFormat: text", None),
        ("responseFormat: json_object", {"type": "json_object"}),
        (
            'responseFormat: json_schema\njsonSchema: \'{"name": "a", "schema": {"type": "object"}}\'',
            {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
        ),
        (
            "name: my prompt\njsonSchema: {type: object}",
            {"type": "json_schema", "json_schema": {"name": "my_prompt", "schema": {"type": "object"}}},
        ),
    ],
)
def test_response_formats(fields: str, wanted: object) -> None:
    file = PromptFile.parse(f"messages:\n- role: user\n  content: hi\n{fields}\n")
    assert file.response_format == wanted
    assert file.edited(response_format=file.response_format).text() == file.text()
    assert file.edited(response_format=None).response_format is None
    assert file.edited(response_format={"type": "json_object"}).response_format == {"type": "json_object"}
