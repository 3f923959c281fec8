"""LangChain messages: serialized constructors, and the plain form of `messages_to_dict` and of agent states."""

from __future__ import annotations

from typing import Any

_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
    "function": "tool",
    "chat": "",
}


def as_plain(raw: dict[str, Any]) -> dict[str, Any] | None:
    """The message with a `role` and the OpenAI keys, or None where it is not one of LangChain's.

    Exact argument strings (`additional_kwargs.tool_calls`) are preferred over the parsed ones.
    """
    kind, body = _unwrap(raw)
    if kind is None:
        return None
    role = _ROLES[kind] or str(body.get("role") or "user")
    out: dict[str, Any] = {"role": role, "content": body.get("content")}
    calls = _tool_calls(body)
    if calls:
        out["tool_calls"] = calls
    reasoning = _extras(body).get("reasoning_content")
    if isinstance(reasoning, str) and reasoning:
        out["reasoning_content"] = reasoning
    for key in ("name", "tool_call_id"):
        if isinstance(body.get(key), str) and body[key]:
            out[key] = body[key]
    if body.get("status") == "error":
        out["is_error"] = True
    return out


def message_body(raw: Any) -> dict[str, Any]:
    """The keyword arguments of a serialized message, or the message itself when it is plain."""
    if not isinstance(raw, dict):
        return {}
    for key in ("kwargs", "data"):
        if isinstance(raw.get(key), dict):
            return dict(raw[key])
    return raw


def _unwrap(raw: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    names = raw.get("id")
    if isinstance(raw.get("kwargs"), dict) and isinstance(names, list) and names:
        return _kind(raw["kwargs"].get("type")) or _kind(names[-1]), raw["kwargs"]
    if isinstance(raw.get("data"), dict) and "content" in raw["data"]:
        return _kind(raw.get("type")), raw["data"]
    if isinstance(raw.get("__class__"), str) and "content" in raw:
        return _kind(raw["__class__"]), raw
    if "content" in raw and "role" not in raw:
        return _kind(raw.get("type")), raw
    return None, raw


def _kind(name: Any) -> str | None:
    """`HumanMessage`, `AIMessageChunk`, `human` -> human, ai, human."""
    if not isinstance(name, str):
        return None
    found = name.lower().removesuffix("chunk").removesuffix("message")
    return found if found in _ROLES else None


def _tool_calls(body: dict[str, Any]) -> list[Any]:
    exact = _extras(body).get("tool_calls")
    if isinstance(exact, list) and exact:
        return exact
    parsed = [*_listed(body.get("tool_calls")), *_listed(body.get("invalid_tool_calls"))]
    legacy = _extras(body).get("function_call")
    return parsed or ([{"function": legacy}] if isinstance(legacy, dict) else [])


def _extras(body: dict[str, Any]) -> dict[str, Any]:
    extras = body.get("additional_kwargs")
    return extras if isinstance(extras, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
