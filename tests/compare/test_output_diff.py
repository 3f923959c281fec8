"""Conversations, tool calls and outputs compared."""

from __future__ import annotations

from dataclasses import replace

from tracefix_tui.compare.json_diff import JsonChange
from tracefix_tui.compare.messages import diff_messages, diff_tool_calls
from tracefix_tui.compare.output import diff_output
from tracefix_tui.model.message import MediaPart, Message, TextPart, ToolCall


def call(name: str, arguments: str, ident: str = "c1") -> ToolCall:
    return ToolCall(ident, name, arguments)


def test_a_tool_call_differs_by_argument() -> None:
    before, after = call("get_user", '{"id": "Alice", "full": true}'), call("get_user", '{"full": true, "id": 7}', "c9")
    (change,) = diff_tool_calls([before], [after])
    assert change.kind == "changed"
    assert change.arguments == (JsonChange("id", "changed", "Alice", 7),)


def test_tool_calls_that_differ_in_spacing_or_id_are_equal() -> None:
    (change,) = diff_tool_calls([call("f", '{"a":1}')], [call("f", '{ "a": 1 }', "other")])
    assert change.kind == "equal"


def test_added_removed_and_renamed_calls() -> None:
    kinds = [c.kind for c in diff_tool_calls([call("a", "{}"), call("b", "{}")], [call("b", "{}"), call("c", "{}")])]
    assert kinds == ["removed", "equal", "added"]
    (renamed,) = diff_tool_calls([call("a", "{}")], [call("z", "{}")])
    assert renamed.kind == "changed"


def test_arguments_that_are_not_json_are_compared_as_text() -> None:
    (change,) = diff_tool_calls([call("sql", "select 1")], [call("sql", "select 2")])
    assert change.text is not None
    assert change.arguments == ()


def test_messages_pair_with_their_other_selves() -> None:
    system, user = Message.of("system", "Be brief."), Message.of("user", "Hi")
    after = [Message.of("system", "Be very brief."), Message.of("assistant", "example"), user]
    changes = diff_messages([system, user], after)
    assert [(c.kind, c.before_index, c.after_index) for c in changes] == [
        ("changed", 0, 0),
        ("added", None, 1),
        ("equal", 1, 2),
    ]
    assert changes[0].text is not None
    assert changes[0].text.words_added == 1


def test_another_image_is_a_change() -> None:
    image = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:a"}})
    other = MediaPart("image", {"type": "image_url", "image_url": {"url": "data:b"}})
    before = Message("user", (TextPart("look"), image), listed=True)
    (change,) = diff_messages([before], [replace(before, parts=(TextPart("look"), other))])
    assert change.kind == "changed"
    assert change.other_parts
    assert change.text is None


def test_output_prose() -> None:
    diff = diff_output(Message.of("assistant", "yes [1]"), Message.of("assistant", "no [1]"))
    assert diff.kind == "prose"
    assert not diff.same


def test_output_json_is_compared_by_structure_in_a_fence_too() -> None:
    diff = diff_output(
        Message.of("assistant", '```json\n{"a": [1, 2]}\n```'), Message.of("assistant", '{"a": [2, 1], "b": null}')
    )
    assert diff.kind == "json"
    assert diff.json is not None
    assert [c.kind for c in diff.json] == ["moved", "added"]
    equal = diff_output(Message.of("assistant", '{"a":1}'), Message.of("assistant", '{ "a": 1 }'))
    assert equal.same
    assert equal.similarity == 1.0


def test_output_tool_calls_and_nothing() -> None:
    calling = Message("assistant", tool_calls=(call("f", '{"a": 1}'),))
    diff = diff_output(calling, Message.of("assistant", "I cannot."))
    assert (diff.kind, diff.tool_calls[0].kind) == ("prose", "removed")
    assert diff_output(calling, calling).kind == "tool calls"
    assert diff_output(calling, calling).same
    nothing = diff_output(None, None)
    assert (nothing.kind, nothing.same) == ("none", True)
