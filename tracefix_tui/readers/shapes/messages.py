"""Messages of every provider and framework, as chat completions shape them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracefix_tui.model.message import Message, Part, ReasoningPart, TextPart, UnknownPart
from tracefix_tui.readers.shapes.langchain import as_plain
from tracefix_tui.readers.shapes.parts import (
    BLOCK_TYPES,
    Content,
    block_type,
    read_content,
    read_result,
    read_tool_calls,
    text_of,
)
from tracefix_tui.readers.shapes.plain import LOSSY_REPR, LOSSY_ROLES, from_python_repr, from_role_lines
from tracefix_tui.readers.values import maybe_json

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
_REBUILT = "rebuilt_from"
_MAX_DEPTH = 8


def read_messages(raw: Any, role: str = "user") -> tuple[Message, ...]:
    """The messages a value holds, in order; empty where it holds none. `role` is for content without one.

    Takes a list, one message, an object with `messages`, JSON text of these, and plain text (one message; a transcript
    with role lines or Python's representation of messages becomes several, marked as rebuilt: see `lossy_notes`).
    """
    return _linked(_read(raw, role, 0))


def read_message(raw: Any, role: str = "user") -> tuple[Message, ...]:
    """The messages of one raw message: several where it carries results of tools beside its own text."""
    return read_messages([raw] if isinstance(raw, dict) else raw, role)


def lossy_notes(messages: Sequence[Message]) -> tuple[str, ...]:
    """What is known to be lost in messages that were rebuilt from text."""
    notes = [m.extra[_REBUILT] for m in messages if isinstance(m.extra.get(_REBUILT), str)]
    return tuple(dict.fromkeys(str(note) for note in notes))


def text_messages(text: str, role: str = "user") -> tuple[Message, ...]:
    """Declared text as one message, never parsed; none for an empty text."""
    return (Message.of(role, text),) if text else ()


def _read(raw: Any, role: str, depth: int) -> list[Message]:
    if depth > _MAX_DEPTH:
        return []
    if isinstance(raw, str):
        return _from_text(raw, role, depth)
    if isinstance(raw, list):
        return _from_list(raw, role, depth)
    return _from_object(raw, role, depth) if isinstance(raw, dict) else []


def _from_text(text: str, role: str, depth: int) -> list[Message]:
    decoded = maybe_json(text)
    if isinstance(decoded, (list, dict)) and (found := _read(decoded, role, depth + 1)):
        return found
    if isinstance(decoded, str) and decoded is not text:
        text = decoded
    for note, read in ((LOSSY_REPR, from_python_repr), (LOSSY_ROLES, from_role_lines)):
        value = read(text)
        found = _read(value, role, depth + 1) if isinstance(value, (list, dict)) else []
        if found and any(m.parts or m.tool_calls for m in found):
            return [replace(m, extra={**m.extra, _REBUILT: note}) for m in found]
    return list(text_messages(text, role))


def _from_list(items: list[Any], role: str, depth: int) -> list[Message]:
    if items and all(isinstance(item, list) for item in items):
        return [m for item in items for m in _read(item, role, depth + 1)]
    out: list[Message] = []
    loose: list[Any] = []
    for item in items:
        if _is_loose(item):
            loose.append(item)
            continue
        _add_loose(out, loose, role)
        found = _read(item, role, depth + 1) if not isinstance(item, dict) else _from_object(item, role, depth + 1)
        _add(out, found)
    _add_loose(out, loose, role)
    if not any(m.parts or m.tool_calls for m in out):
        return out if any(isinstance(i, dict) and "role" in i for i in items) else []
    return out


def _is_loose(item: Any) -> bool:
    """A content block or a Responses item that is not a message by itself."""
    if not isinstance(item, dict) or "role" in item:
        return False
    kind = block_type(item)
    if kind:
        return (
            kind in BLOCK_TYPES
            or kind.endswith(("_call", "_call_output"))
            or kind in ("image_url", "input_image", "refusal")
        )
    return "toolCallId" in item or (isinstance(item.get("text"), str) and "content" not in item)


def _add_loose(out: list[Message], loose: list[Any], role: str) -> None:
    if not loose:
        return
    content = Content()
    for item in loose:
        if content.results and not _is_result_item(item):  # the next turn of the assistant
            _add(out, _assembled(content, role), loose=True)
            content = Content()
        if _is_result_item(item):
            content.results.append(read_result(item))
        else:
            content.add({"type": "tool_call", **item} if "toolCallId" in item and "type" not in item else item)
    loose.clear()
    _add(out, _assembled(content, role), loose=True)


def _is_result_item(item: Any) -> bool:
    return block_type(item).endswith(("_result", "_output", "_response")) or (
        "toolCallId" in item and ("result" in item or "output" in item)
    )


def _assembled(content: Content, role: str) -> list[Message]:
    """Messages of loose blocks: calls and reasoning are an assistant's, results are tools' messages."""
    spoke = content.calls or any(isinstance(p, (ReasoningPart, UnknownPart)) for p in content.parts)
    own = Message("assistant" if spoke else role, tuple(content.parts), tuple(content.calls))
    return [*([own] if content.parts or content.calls else []), *content.results]


def _add(out: list[Message], found: list[Message], *, loose: bool = False) -> None:
    """Append, joining what the Responses API lists apart: reasoning, text and calls of one turn of the assistant."""
    for message in found:
        last = out[-1] if out else None
        if last is None or last.role != "assistant" or message.role != "assistant":
            out.append(message)
        elif _only_reasoning(last) or (loose and message.tool_calls and not message.parts):
            out[-1] = replace(
                message if _only_reasoning(last) else last,
                parts=last.parts + message.parts,
                tool_calls=last.tool_calls + message.tool_calls,
            )
        else:
            out.append(message)


def _only_reasoning(message: Message) -> bool:
    return bool(message.parts) and not message.tool_calls and all(isinstance(p, ReasoningPart) for p in message.parts)


def _from_object(raw: dict[str, Any], role: str, depth: int) -> list[Message]:
    if depth > _MAX_DEPTH:
        return []
    plain = as_plain(raw)
    if plain is not None:
        return _from_fields(plain, role)
    if "role" not in raw:
        for key in ("messages", "contents"):
            if isinstance(raw.get(key), (list, str)):
                return [*_system(raw, depth), *_read(raw[key], role, depth + 1)]
        if isinstance(raw.get("message"), dict):
            return _from_object(raw["message"], role, depth + 1)
        if _is_loose(raw):
            out: list[Message] = []
            _add_loose(out, [raw], role)
            return out
    if is_tool_definition(raw):
        return []
    known = ("content", "parts", "tool_calls", "toolCalls", "function_call", "tool_results", "reasoning_content")
    return _from_fields(raw, role) if "role" in raw or any(raw.get(key) is not None for key in known) else []


def _system(raw: dict[str, Any], depth: int) -> list[Message]:
    for key in ("system", "instructions", "system_instruction", "systemInstruction"):
        value = raw.get(key)
        if value:
            found = (
                _read(value, "system", depth + 1)
                if not isinstance(value, str)
                else list(text_messages(value, "system"))
            )
            return [replace(m, role="system") for m in found]
    return []


def is_tool_definition(raw: Any) -> bool:
    """A tool's definition listed among the messages, as LangChain's exporters do (`role: tool`, content a function)."""
    if not isinstance(raw, dict) or raw.get("role") != "tool":
        return False
    content = raw.get("content")
    return isinstance(content, dict) and content.get("type") == "function" and isinstance(content.get("function"), dict)


def _from_fields(raw: dict[str, Any], default_role: str) -> list[Message]:
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


def _linked(messages: list[Message]) -> tuple[Message, ...]:
    """Tool results that name no call get the id of the first unanswered call of their name.

    A message whose role is the name of a called tool is that tool's answer: LangGraph's exporter writes it so.
    """
    out: list[Message] = []
    waiting: list[tuple[str | None, str]] = []
    for message in messages:
        if message.role not in ("system", "developer", "user", "assistant", "tool") and any(
            n == message.role for _, n in waiting
        ):
            message = replace(message, role="tool", name=message.role)
        if message.role == "tool":
            message = _link(message, waiting)
        waiting.extend((call.id, call.name) for call in message.tool_calls)
        out.append(message)
    return tuple(out)


def _link(message: Message, waiting: list[tuple[str | None, str]]) -> Message:
    if message.tool_call_id is not None:
        found = next((w for w in waiting if w[0] == message.tool_call_id), None)
    else:
        found = next((w for w in waiting if message.name in (None, w[1])), None)
    if found is None:
        return message
    waiting.remove(found)
    return replace(message, tool_call_id=message.tool_call_id or found[0])
