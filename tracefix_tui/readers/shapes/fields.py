"""One message with a role: its content, calls, results and reasoning, whichever API wrote it."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.message import Message, Part, ReasoningPart, TextPart
from tracefix_tui.readers.shapes.parts import (
    BLOCK_TYPES,
    Content,
    block_type,
    read_content,
    read_result,
    read_tool_calls,
    text_of,
)

_ROLES = {
    "human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant", "chatbot": "assistant",
    "function": "tool", "ipython": "tool", "tool_result": "tool",
}  # fmt: skip
_READ_KEYS = frozenset(
    {
        "role", "content", "parts", "name", "tool_calls", "toolCalls", "tool_call_id", "toolCallId",
        "function_call", "tool_results", "reasoning_content", "reasoning", "thinking", "type", "id", "status",
        "text", "__class__",
    }
)  # fmt: skip


def is_tool_definition(raw: Any) -> bool:
    """A tool's definition listed among the messages, as LangChain's exporters do (`role: tool`, content a function)."""
    if not isinstance(raw, dict) or raw.get("role") != "tool":
        return False
    content = raw.get("content")
    return isinstance(content, dict) and content.get("type") == "function" and isinstance(content.get("function"), dict)


def message_of(raw: dict[str, Any], default_role: str) -> list[Message]:
    """A message with a role and `content` or `parts`."""
    given = raw.get("role")
    role = str(given).strip() if isinstance(given, str) and given else default_role
    role = _ROLES.get(role.lower(), role.lower() if role.isupper() else role)
    content, listed = _content(raw, role)
    calls = read_tool_calls(raw.get("tool_calls") or raw.get("toolCalls"))
    legacy = raw.get("function_call")
    if not calls and isinstance(legacy, dict):
        calls = read_tool_calls([{"function": legacy}])
    results = (
        [read_result(item) for item in raw.get("tool_results") or [] if isinstance(item, dict)]
        if isinstance(raw.get("tool_results"), list)
        else []
    )
    parts = [*_reasoning(raw), *content.parts]
    name = raw.get("name")
    call_id = raw.get("tool_call_id") or raw.get("toolCallId")
    own = Message(
        role if given or not (calls or content.calls) else "assistant",
        tuple(parts),
        calls or tuple(content.calls),
        name=name if isinstance(name, str) and name else None,
        tool_call_id=call_id if isinstance(call_id, str) and call_id else None,
        listed=listed,
        extra={k: v for k, v in raw.items() if k not in _READ_KEYS and v is not None and v != [] and v != {}},
    )
    results = [*content.results, *results]
    if results and not own.parts and not own.tool_calls:
        return results
    return [*results, own] if content.results_first else [own, *results]


def _content(raw: dict[str, Any], role: str) -> tuple[Content, bool]:
    content = raw.get("content")
    if content is None:
        content = raw.get("parts")
        if isinstance(content, list):
            return read_content(content), False
        content = raw.get("text") if content is None else content
    if isinstance(content, list):
        return read_content(content), True
    if isinstance(content, dict):
        if isinstance(content.get("parts"), list):
            return read_content(content["parts"]), False
        if role != "tool" and block_type(content) in BLOCK_TYPES:
            return read_content([content]), True
    out = Content()
    if content is not None:
        out.parts.append(TextPart(text_of(content)))
    elif isinstance(raw.get("refusal"), str):
        out.parts.append(TextPart(raw["refusal"]))
    return out, False


def _reasoning(raw: dict[str, Any]) -> list[Part]:
    for key in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(raw.get(key), str) and raw[key]:
            return [ReasoningPart(raw[key])]
    return []
