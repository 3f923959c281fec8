"""Messages of every provider and framework, as chat completions shape them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracefix_tui.model.message import Message, ReasoningPart, UnknownPart
from tracefix_tui.readers.shapes.fields import is_tool_definition, message_of
from tracefix_tui.readers.shapes.langchain import as_plain
from tracefix_tui.readers.shapes.parts import BLOCK_TYPES, CALL_TYPES, RESULT_TYPES, Content, block_type, read_result
from tracefix_tui.readers.shapes.plain import LOSSY_REPR, LOSSY_ROLES, from_python_repr, from_role_lines
from tracefix_tui.readers.shapes.turns import add_turns, linked
from tracefix_tui.readers.values import maybe_json

_REBUILT = "rebuilt_from"
_MAX_DEPTH = 8
_TEXT_KEYS = {"type", "text", "cache_control", "annotations", "citations", "index", "id"}


def read_messages(raw: Any, role: str = "user") -> tuple[Message, ...]:
    """The messages a value holds, in order; empty where it holds none. `role` is for content without one.

    Takes a list, one message, an object with `messages`, JSON text of these, and plain text (one message; role
    lines in an input, and Python's representation of messages, become several, marked as rebuilt: see `lossy_notes`).
    """
    return linked(_read(raw, role, 0))


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


def holds_messages(value: Any, depth: int = 4) -> bool:
    """Whether a value says of itself that it is messages. A JSON answer (`{"content": ...}`) is text, and does not."""
    if isinstance(value, list):
        return depth > 0 and any(holds_messages(item, depth - 1) for item in value)
    if not isinstance(value, dict) or depth <= 0:
        return False
    if "role" in value or "toolCallId" in value or as_plain(value) is not None:
        return True
    if block_type(value) in CALL_TYPES | RESULT_TYPES or (value.get("type") == "text" and set(value) <= _TEXT_KEYS):
        return True
    return any(holds_messages(value.get(key), depth - 1) for key in ("messages", "contents", "message"))


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
    if holds_messages(decoded) and (found := _read(decoded, role, depth + 1)):
        return found
    if isinstance(decoded, str) and decoded is not text:
        text = decoded
    forms = [(LOSSY_REPR, from_python_repr), (LOSSY_ROLES, from_role_lines)]
    for note, read in forms[: 2 if role == "user" else 1]:  # an answer may well write a dialogue of its own
        value = read(text)
        found = _read(value, role, depth + 1) if holds_messages(value) else []
        if any(m.parts or m.tool_calls for m in found):
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
        add_turns(out, found)
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
            add_turns(out, _assembled(content, role), loose=True)
            content = Content()
        if _is_result_item(item):
            content.results.append(read_result(item))
        else:
            content.add({"type": "tool_call", **item} if "toolCallId" in item and "type" not in item else item)
    loose.clear()
    add_turns(out, _assembled(content, role), loose=True)


def _is_result_item(item: Any) -> bool:
    return block_type(item).endswith(("_result", "_output", "_response")) or (
        "toolCallId" in item and ("result" in item or "output" in item)
    )


def _assembled(content: Content, role: str) -> list[Message]:
    """Messages of loose blocks: calls and reasoning are an assistant's, results are tools' messages."""
    spoke = content.calls or any(isinstance(p, (ReasoningPart, UnknownPart)) for p in content.parts)
    own = Message("assistant" if spoke else role, tuple(content.parts), tuple(content.calls))
    return [*([own] if content.parts or content.calls else []), *content.results]


def _from_object(raw: dict[str, Any], role: str, depth: int) -> list[Message]:
    if depth > _MAX_DEPTH:
        return []
    plain = as_plain(raw)
    if plain is not None:
        return message_of(plain, role)
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
    return message_of(raw, role) if "role" in raw or any(raw.get(key) is not None for key in known) else []


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
