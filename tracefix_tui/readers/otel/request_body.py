"""A provider's request body inside a span: the best source of a replay, told apart from what only looks like one."""

from __future__ import annotations

from typing import Any

from tracefix_tui.readers.shapes.requests import RequestFacts, read_request
from tracefix_tui.readers.shapes.secrets import safe_body


def read_body(value: Any) -> tuple[dict[str, Any] | None, RequestFacts | None]:
    """(body, facts) of a value that holds a request.

    Body is None where the value is not what was sent on the wire: a framework's own objects, or messages without the
    model and the parameters. Its endpoints, keys and headers are left out.
    """
    if not isinstance(value, dict):
        return None, None
    facts = read_request(value)
    if facts is None or not facts.messages:
        return None, None
    sent = facts.model is not None and _is_wire(value)
    return (safe_body(value) if sent else None), facts


def _is_wire(body: dict[str, Any]) -> bool:
    """Whether the messages are a provider's own: plain objects with roles, not lists of constructors."""
    messages = body.get("messages")
    if messages is None:
        return True
    return isinstance(messages, list) and all(isinstance(m, dict) and isinstance(m.get("role"), str) for m in messages)
