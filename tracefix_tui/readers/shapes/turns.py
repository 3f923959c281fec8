"""The turns of a conversation: items that an API lists apart become one message, and results find their calls."""

from __future__ import annotations

from dataclasses import replace

from tracefix_tui.model.message import Message, ReasoningPart


def add_turns(out: list[Message], found: list[Message], *, loose: bool = False) -> None:
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


def linked(messages: list[Message]) -> tuple[Message, ...]:
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
