"""Two outputs compared in the way that fits them: words for prose, structure for JSON, arguments for tool calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracefix_tui.compare.json_diff import JsonChange, diff_json
from tracefix_tui.compare.messages import ToolCallChange, diff_tool_calls, parsed_json
from tracefix_tui.compare.text import TextDiff, diff_text
from tracefix_tui.model.json_value import Json
from tracefix_tui.model.message import Message

OutputKind: TypeAlias = Literal["prose", "json", "tool calls", "none"]

_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\n(?P<body>.*?)\n?```\s*", re.DOTALL)


@dataclass(frozen=True)
class OutputDiff:
    """What to show first is `kind`; all that applies is there.

    `text` compares the texts by word in any case; `json` is set where both are JSON objects or lists (in a code fence
    or not), `tool_calls` where either side calls tools.
    """

    kind: OutputKind
    text: TextDiff
    json: tuple[JsonChange, ...] | None = None
    tool_calls: tuple[ToolCallChange, ...] = ()

    @property
    def same(self) -> bool:
        """Nothing differs that a reader would call a difference: equal JSON may be spaced differently."""
        text = not self.json if self.json is not None else self.text.same
        return text and all(call.kind == "equal" for call in self.tool_calls)

    @property
    def similarity(self) -> float:
        """0 to 1, of the texts; 1 for JSON that is equal."""
        return 1.0 if self.json == () else self.text.similarity


def diff_output(a: Message | None, b: Message | None) -> OutputDiff:
    """Compare two outputs; an absent one counts as empty."""
    text_a, text_b = a.text if a else "", b.text if b else ""
    calls = diff_tool_calls(a.tool_calls if a else (), b.tool_calls if b else ())
    text = diff_text(text_a, text_b)
    (is_a, json_a), (is_b, json_b) = _structure(text_a), _structure(text_b)
    changes = diff_json(json_a, json_b) if is_a and is_b else None
    if calls and not (text_a or text_b):
        kind: OutputKind = "tool calls"
    elif changes is not None:
        kind = "json"
    elif text_a or text_b:
        kind = "prose"
    else:
        kind = "none"
    return OutputDiff(kind, text, changes, calls)


def _structure(text: str) -> tuple[bool, Json]:
    """Whether a text is a JSON object or list, and its value."""
    fenced = _FENCE.fullmatch(text)
    body = (fenced.group("body") if fenced else text).strip()
    if body[:1] not in ("{", "["):
        return False, None
    return parsed_json(body)
