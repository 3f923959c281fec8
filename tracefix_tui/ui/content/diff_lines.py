"""The lines of a comparison: of two prompts with their variables and settings, of two outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracefix_tui.compare.json_diff import JsonChange
from tracefix_tui.compare.messages import ChangeKind, MessageChange, ToolCallChange, diff_messages
from tracefix_tui.compare.output import OutputDiff
from tracefix_tui.compare.text import TextDiff, diff_text
from tracefix_tui.compare.words import Segment
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message
from tracefix_tui.model.text import json_text
from tracefix_tui.ui.content.values import shown_value
from tracefix_tui.workbench.draft import Draft

LineKind: TypeAlias = Literal["header", "note", "equal", "changed", "removed", "added"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of each side, or of one; a header or note stands across both. Numbers count lines from 1."""

    kind: LineKind
    left: tuple[Segment, ...] = ()
    right: tuple[Segment, ...] = ()
    left_number: int | None = None
    right_number: int | None = None

    @property
    def is_change(self) -> bool:
        """The sides differ here."""
        return self.kind in ("changed", "removed", "added")


@dataclass(frozen=True)
class PromptSide:
    """What one side's prompt is made of."""

    messages: tuple[Message, ...]
    variables: dict[str, str]
    settings: str
    tools: dict[str, str]

    @classmethod
    def of(cls, draft: Draft) -> PromptSide:
        """The prompt of a draft, the recording's too."""
        settings = {
            "model": draft.model,
            **draft.params,
            "tool_choice": draft.tool_choice,
            "response_format": draft.response_format,
        }
        lines = [f"{name}: {shown_value(value)}\n" for name, value in settings.items() if value is not None]
        tools = {t.name: json_text(t.to_openai()["function"]) for t in draft.tools}
        return cls(draft.hydrated.template_messages, dict(draft.hydrated.variables), "".join(lines), tools)

    @property
    def text(self) -> str:
        """All of it as one text, for a patch."""
        parts = ["\n".join([f"{m.role}:", *([m.text] if m.text else []), *call_lines(m), ""]) for m in self.messages]
        parts += [f"{{{{{name}}}}}:\n{value}\n" for name, value in self.variables.items()]
        return "\n".join([*parts, f"settings:\n{self.settings}", *(f"tool {n}:\n{t}\n" for n, t in self.tools.items())])


@dataclass(frozen=True)
class Comparison:
    """Lines to show, and how much differs."""

    lines: tuple[DiffLine, ...]
    removed: int = 0
    added: int = 0
    similarity: float = 1.0
    gave_up: bool = False


def compare_prompts(a: PromptSide, b: PromptSide) -> Comparison:
    """Templates message by message, then variables that differ, then settings and tools that differ."""
    lines: list[DiffLine] = []
    diffs: list[TextDiff] = []
    for change in diff_messages(a.messages, b.messages):
        lines += _message(change, diffs)
    pairs = [
        (f"{{{{{n}}}}}", a.variables.get(n, ""), b.variables.get(n, ""))
        for n in dict.fromkeys([*a.variables, *b.variables])
    ]
    pairs += [("settings", a.settings, b.settings)]
    pairs += [(f"tool {n}", a.tools.get(n, ""), b.tools.get(n, "")) for n in dict.fromkeys([*a.tools, *b.tools])]
    for name, before, after in pairs:
        if before != after:
            diffs.append(diff_text(before, after))
            lines += [_header(name), *text_lines(diffs[-1])]
    whole = diff_text(a.text, b.text)
    return Comparison(
        tuple(lines),
        sum(d.words_removed for d in diffs),
        sum(d.words_added for d in diffs),
        whole.similarity,
        whole.gave_up,
    )


def compare_outputs(diff: OutputDiff) -> Comparison:
    """Structure for JSON, name and arguments for tool calls, words for the rest."""
    lines: list[DiffLine] = []
    for number, call in enumerate(diff.tool_calls, 1):
        lines += _call(number, call)
    if diff.json is not None:
        lines += [_header(f"JSON: {len(diff.json)} differences" if diff.json else "JSON: equal")]
        lines += [_json(change) for change in diff.json]
    if diff.text.rows:
        if lines:
            lines.append(_header("as text"))
        lines += text_lines(diff.text)
    if not lines:
        lines.append(DiffLine("note", (Segment("both are empty", "equal"),)))
    return Comparison(tuple(lines), diff.text.words_removed, diff.text.words_added, diff.similarity, diff.text.gave_up)


def text_lines(diff: TextDiff) -> Iterator[DiffLine]:
    """The lines of a text comparison, without their newlines; that only those differ is said in words."""
    for row in diff.rows:
        left, right = _without_newline(row.left), _without_newline(row.right)
        if row.kind == "changed" and plain(left) == plain(right):
            text = (Segment(plain(right), "equal"),)
            yield DiffLine("equal", text, text, row.left_line, row.right_line)
        else:
            yield DiffLine(row.kind, left, right, row.left_line, row.right_line)
    if not diff.same and all(plain(_without_newline(r.left)) == plain(_without_newline(r.right)) for r in diff.rows):
        yield DiffLine("note", (Segment("only the newline at the end differs", "equal"),))


def _without_newline(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    kept = (*segments[:-1], Segment(segments[-1].text.removesuffix("\n"), segments[-1].kind)) if segments else ()
    return tuple(s for s in kept if s.text)


def _message(change: MessageChange, diffs: list[TextDiff]) -> Iterator[DiffLine]:
    message = change.after or change.before
    assert message is not None
    word = "" if change.kind in ("equal", "changed") else f"  {change.kind}"
    yield _header(f"{message.role}{word}")
    before, after = change.before.text if change.before else "", change.after.text if change.after else ""
    diff = change.text or diff_text(before, after)
    diffs.append(diff)
    yield from text_lines(diff)
    for number, call in enumerate(change.tool_calls, 1):
        yield from _call(number, call)
    if not change.tool_calls:
        yield from (_one_sided(line, change.kind) for line in call_lines(message))
    if change.other_parts:
        yield DiffLine("note", (Segment("images, files or names differ as well", "equal"),))


def call_lines(message: Message) -> list[str]:
    """`name(arguments)` for each tool call of a message."""
    return [f"{call.name}({call.arguments})" for call in message.tool_calls]


def _one_sided(line: str, kind: ChangeKind) -> DiffLine:
    """A line that is on one side only, or the same on both."""
    if kind == "removed":
        return DiffLine("removed", (Segment(line, "removed"),))
    if kind == "added":
        return DiffLine("added", (), (Segment(line, "added"),))
    return DiffLine("equal", (Segment(line, "equal"),), (Segment(line, "equal"),))


def _call(number: int, change: ToolCallChange) -> Iterator[DiffLine]:
    before, after = change.before, change.after
    names = [c.name for c in (before, after) if c is not None]
    word = "" if change.kind == "equal" else f"  {change.kind}"
    yield _header(f"call {number}  {' -> '.join(dict.fromkeys(names))}{word}")
    if change.kind in ("removed", "added"):
        call = before or after
        assert call is not None
        side: Literal["removed", "added"] = change.kind
        segments = (Segment(call.arguments, side),)
        yield DiffLine(side, segments if before else (), segments if after else ())
    elif change.text is not None:
        yield from text_lines(change.text)
    elif change.arguments:
        yield from (_json(each) for each in change.arguments)
    elif after is not None:
        same = (Segment(after.arguments, "equal"),)
        yield DiffLine("equal", same, same)


def _json(change: JsonChange) -> DiffLine:
    path = change.path or "(the whole)"
    left = (Segment(f"{change.moved_from or path}: ", "equal"), Segment(_value(change.before), "removed"))
    right = (Segment(f"{path}: ", "equal"), Segment(_value(change.after), "added"))
    if change.kind == "removed":
        return DiffLine("removed", left)
    if change.kind == "added":
        return DiffLine("added", (), right)
    return DiffLine("changed", left, right)


def _value(value: Json) -> str:
    return json_text(value, None)


def _header(words: str) -> DiffLine:
    return DiffLine("header", (Segment(words, "equal"),))


def plain(segments: Sequence[Segment]) -> str:
    """The text of some segments."""
    return "".join(segment.text for segment in segments)
