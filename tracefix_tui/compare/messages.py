"""Conversations and tool calls compared: which messages changed and how, which calls differ in which arguments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracefix_tui.compare.json_diff import JsonChange, diff_json
from tracefix_tui.compare.sequence import align
from tracefix_tui.compare.text import TextDiff, diff_text
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message, ToolCall

ChangeKind: TypeAlias = Literal["equal", "changed", "removed", "added"]


@dataclass(frozen=True, slots=True)
class ToolCallChange:
    """One tool call on either side. `arguments` is set where both sides are JSON, `text` where one is not."""

    kind: ChangeKind
    before: ToolCall | None = None
    after: ToolCall | None = None
    arguments: tuple[JsonChange, ...] = ()
    text: TextDiff | None = None


@dataclass(frozen=True, slots=True)
class MessageChange:
    """One message on either side, by its place (from 0). `other_parts` says that images, files or names differ."""

    kind: ChangeKind
    before: Message | None = None
    after: Message | None = None
    before_index: int | None = None
    after_index: int | None = None
    text: TextDiff | None = None
    tool_calls: tuple[ToolCallChange, ...] = ()
    other_parts: bool = False


def diff_messages(a: Sequence[Message], b: Sequence[Message]) -> tuple[MessageChange, ...]:
    """All messages of both sides in order, each paired with its other self where there is one."""
    out: list[MessageChange] = []
    for run in align([_key(m) for m in a], [_key(m) for m in b]):
        i, j = run.a0, run.b0
        while i < run.a1 or j < run.b1:
            if i < run.a1 and j < run.b1 and (run.equal or a[i].role == b[j].role):
                out.append(_pair(a[i], b[j], i, j))
                i, j = i + 1, j + 1
            elif i < run.a1 and (j >= run.b1 or run.a1 - i >= run.b1 - j):
                out.append(MessageChange("removed", before=a[i], before_index=i))
                i += 1
            else:
                out.append(MessageChange("added", after=b[j], after_index=j))
                j += 1
    return tuple(out)


def diff_tool_calls(a: Sequence[ToolCall], b: Sequence[ToolCall]) -> tuple[ToolCallChange, ...]:
    """All calls of both sides in order, paired by name and, among the others, by place. Call ids do not count."""
    out: list[ToolCallChange] = []
    for run in align([call.name for call in a], [call.name for call in b]):
        shared = min(run.a1 - run.a0, run.b1 - run.b0)
        out += [_call(a[run.a0 + k], b[run.b0 + k]) for k in range(shared)]
        out += [ToolCallChange("removed", before=call) for call in a[run.a0 + shared : run.a1]]
        out += [ToolCallChange("added", after=call) for call in b[run.b0 + shared : run.b1]]
    return tuple(out)


def parsed_json(text: str) -> tuple[bool, Json]:
    """Whether a text is JSON, and its value."""
    try:
        return True, json.loads(text)
    except (ValueError, RecursionError):
        return False, None


def _pair(a: Message, b: Message, i: int, j: int) -> MessageChange:
    if a == b:
        return MessageChange("equal", a, b, i, j)
    text = diff_text(a.text, b.text) if a.text != b.text else None
    calls = diff_tool_calls(a.tool_calls, b.tool_calls)
    calls = calls if any(call.kind != "equal" for call in calls) else ()
    other = a.with_text("") != b.with_text("") and not calls
    kind: ChangeKind = "changed" if text or calls or other else "equal"
    return MessageChange(kind, a, b, i, j, text, calls, other)


def _call(a: ToolCall, b: ToolCall) -> ToolCallChange:
    (json_a, value_a), (json_b, value_b) = parsed_json(a.arguments), parsed_json(b.arguments)
    if json_a and json_b:
        changes = diff_json(value_a, value_b)
        return ToolCallChange("changed" if changes or a.name != b.name else "equal", a, b, changes)
    text = diff_text(a.arguments, b.arguments) if a.arguments != b.arguments else None
    return ToolCallChange("changed" if text or a.name != b.name else "equal", a, b, text=text)


def _key(message: Message) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return message.role, message.text, tuple((call.name, call.arguments) for call in message.tool_calls)
