"""Content blocks: text, reasoning, media, tool calls and tool results of every provider, told apart by their type."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tracefix_tui.model.message import (
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCall,
    UnknownPart,
    arguments_text,
    part_from_openai,
)
from tracefix_tui.readers.shapes.media import media_part

TEXT_TYPES = frozenset({"text", "input_text", "output_text", "summary_text", "reasoning_text", "plain_text"})
REASONING_TYPES = frozenset({"reasoning", "thinking", "redacted_thinking", "redacted_reasoning"})
CALL_TYPES = frozenset({"tool_use", "tool_call", "function_call", "custom_tool_call", "mcp_call"})
RESULT_TYPES = frozenset(
    {
        "tool_result",
        "tool_call_response",
        "function_call_output",
        "custom_tool_call_output",
        "function_result",
        "tool_call_output",
    }
)
BLOCK_TYPES = TEXT_TYPES | REASONING_TYPES | CALL_TYPES | RESULT_TYPES
_GEMINI_CALL = ("function_call", "functionCall")
_GEMINI_RESULT = ("function_response", "functionResponse")


@dataclass
class Content:
    """What the blocks of one message hold: parts, calls it asks for, and results that are messages of their own."""

    parts: list[Part] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    results: list[Message] = field(default_factory=list)
    results_first: bool = False

    def add(self, block: Any) -> None:
        """Read one more block."""
        if not self.parts and not self.calls and is_result(block):
            self.results_first = True
        _read_block(block, self)


def read_content(blocks: list[Any]) -> Content:
    """The content of a list of blocks."""
    content = Content()
    for block in blocks:
        content.add(block)
    return content


def block_type(block: Any) -> str:
    """The type of a block in snake case; Gemini's untyped parts by the key they carry; `""` when it has none."""
    if not isinstance(block, dict):
        return ""
    kind = block.get("type")
    if isinstance(kind, str):
        return kind.replace("-", "_")
    if any(isinstance(block.get(key), dict) for key in _GEMINI_CALL):
        return "function_call"
    return "tool_result" if any(isinstance(block.get(key), dict) for key in _GEMINI_RESULT) else ""


def is_result(block: Any) -> bool:
    """True for a block that holds what a tool gave back."""
    return block_type(block) in RESULT_TYPES


def read_tool_call(raw: Any) -> ToolCall | None:
    """One call, nested (`function`), flat, as a content block, or as the AI SDK spells it; the arguments byte-exact."""
    if not isinstance(raw, dict):
        return None
    for key in _GEMINI_CALL:
        if isinstance(raw.get(key), dict):
            raw = {**raw[key], "type": "function_call"}
    body = raw["function"] if isinstance(raw.get("function"), dict) else raw
    name = body.get("name") or body.get("toolName") or body.get("tool_name")
    if not isinstance(name, str) or not name:
        return None
    ident = next(
        (raw[k] for k in ("call_id", "toolCallId", "tool_call_id", "tool_id", "id") if isinstance(raw.get(k), str)),
        None,
    )
    given = next((body[k] for k in ("arguments", "input", "args", "parameters") if body.get(k) is not None), None)
    return ToolCall(ident or None, name, arguments_text(given))


def read_tool_calls(raw: Any) -> tuple[ToolCall, ...]:
    """All calls of a list; what is no call is left out."""
    return tuple(call for item in raw if (call := read_tool_call(item)) is not None) if isinstance(raw, list) else ()


def text_of(value: Any) -> str:
    """A value as the text a model reads: a string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _read_block(block: Any, out: Content) -> None:
    if isinstance(block, str):
        out.parts.append(TextPart(block))
        return
    if not isinstance(block, dict):
        if block is not None:
            out.parts.append(UnknownPart({"type": "unknown", "value": block}))
        return
    kind = block_type(block)
    if kind in CALL_TYPES and (call := read_tool_call(block)) is not None:
        out.calls.append(call)
    elif kind in RESULT_TYPES:
        out.results.append(read_result(block))
    else:
        out.parts.append(_part(kind, block))


def _part(kind: str, block: dict[str, Any]) -> Part:
    if kind in REASONING_TYPES or block.get("thought") is True:
        return ReasoningPart(_reasoning_text(block))
    if kind in TEXT_TYPES or kind == "":
        if kind == "text" and isinstance(block.get("text"), str):
            return part_from_openai(block)
        text = block.get("text", block.get("content"))
        if isinstance(text, str):
            return TextPart(text)
    if kind == "refusal" and isinstance(block.get("refusal"), str):
        return TextPart(block["refusal"])
    return media_part(block) or UnknownPart(
        block if isinstance(block.get("type"), str) else {"type": "unknown", **block}
    )


def _reasoning_text(block: dict[str, Any]) -> str:
    for key in ("thinking", "reasoning", "text", "content", "summary"):
        value = block.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            texts = [item.get("text") for item in value if isinstance(item, dict)]
            return "\n".join(text for text in texts if isinstance(text, str))
    return ""


def read_result(block: dict[str, Any]) -> Message:
    """The tool message of a result block of any provider."""
    gemini = next((block[k] for k in _GEMINI_RESULT if isinstance(block.get(k), dict)), None)
    body = gemini if gemini is not None else block
    ident = next(
        (
            body[k]
            for k in ("tool_use_id", "call_id", "toolCallId", "tool_call_id", "tool_id", "id")
            if isinstance(body.get(k), str)
        ),
        None,
    )
    given = next((body[k] for k in ("content", "response", "output", "result") if body.get(k) is not None), None)
    name = body.get("name") or body.get("toolName")
    failed = body.get("is_error") is True or body.get("isError") is True
    if isinstance(given, dict) and isinstance(given.get("type"), str) and "value" in given:
        failed = failed or given["type"].startswith("error")
        given = given["value"]
    return tool_message(given, call_id=ident, name=name if isinstance(name, str) else None, failed=failed)


def tool_message(given: Any, *, call_id: str | None, name: str | None = None, failed: bool = False) -> Message:
    """A tool's answer as a message: text as it is, lists of content blocks as parts, structures as JSON."""
    blocks = given if isinstance(given, list) and given and all(_is_media_or_text(b) for b in given) else None
    parts: list[Part] = [_part(block_type(b), b) for b in blocks] if blocks else [TextPart(text_of(given))]
    return Message(
        "tool",
        tuple(parts),
        name=name or None,
        tool_call_id=call_id or None,
        extra={"is_error": True} if failed else {},
    )


def _is_media_or_text(block: Any) -> bool:
    if not isinstance(block, dict):
        return False
    return (block_type(block) in TEXT_TYPES and isinstance(block.get("text"), str)) or media_part(block) is not None
