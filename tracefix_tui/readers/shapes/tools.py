"""Tool definitions: nested, flat, Anthropic's, the AI SDK's, Gemini's, as objects or as JSON text."""

from __future__ import annotations

from typing import Any

from tracefix_tui.model.call import ToolDef
from tracefix_tui.readers.values import maybe_json

_SCHEMA_KEYS = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parameters_json_schema",
    "parametersJsonSchema",
    "json_schema",
    "schema",
    "args_schema",
)
_GROUPS = ("function_declarations", "functionDeclarations", "tools", "functions", "function_tools")


def read_tool(raw: Any) -> ToolDef | None:
    """One function the model may call; None for anything else, such as a tool that the provider runs itself."""
    raw = maybe_json(raw)
    if not isinstance(raw, dict):
        return None
    function = raw.get("function")
    body = function if isinstance(function, dict) else raw
    name = body.get("name") or body.get("toolName")
    if not isinstance(name, str) or not name or _is_hosted(raw):
        return None
    description = body.get("description")
    strict = body.get("strict", raw.get("strict"))
    return ToolDef(
        name=name,
        description=description if isinstance(description, str) else None,
        parameters=_schema(body),
        strict=strict if isinstance(strict, bool) else None,
    )


def read_tools(raw: Any) -> tuple[ToolDef, ...]:
    """All functions of a list, of a Gemini group, of a map from name to definition, or of JSON text of these."""
    return tuple(tool for item in _items(raw, 0) if (tool := read_tool(item)) is not None)


def hosted_tools(raw: Any) -> tuple[str, ...]:
    """Names of the listed tools that `read_tools` leaves out because the provider runs them (`web_search`)."""
    names = []
    for item in _items(raw, 0):
        item = maybe_json(item)
        if isinstance(item, dict) and read_tool(item) is None:
            names.append(str(item.get("name") or item.get("type") or next(iter(item), "unnamed")))
    return tuple(names)


def _items(raw: Any, depth: int) -> list[Any]:
    raw = maybe_json(raw)
    if depth > 3:
        return []
    if isinstance(raw, list):
        return [found for item in raw for found in _items(item, depth + 1)]
    if not isinstance(raw, dict):
        return []
    for key in _GROUPS:
        if isinstance(raw.get(key), list) and "name" not in raw:
            return _items(raw[key], depth + 1)
    if not any(key in raw for key in ("name", "type", "function", "toolName")):
        named = [(k, maybe_json(v)) for k, v in raw.items()]
        if named and all(isinstance(v, dict) and (v.keys() & {*_SCHEMA_KEYS, "description"}) for _, v in named):
            return [{"name": k, **v} for k, v in named]
    return [raw]


def _is_hosted(raw: dict[str, Any]) -> bool:
    """A typed tool without a schema that is not a function: Anthropic's `bash_20250124`, `provider-defined`."""
    kind = raw.get("type")
    if not isinstance(kind, str) or kind in ("function", "custom", "tool", "dynamic", "object", ""):
        return False
    return kind.startswith("provider") or not any(raw.get(key) for key in _SCHEMA_KEYS)


def _schema(body: dict[str, Any]) -> dict[str, Any] | None:
    for key in _SCHEMA_KEYS:
        value = maybe_json(body.get(key))
        if isinstance(value, dict):
            inner = value.get("jsonSchema") or value.get("json")
            return inner if isinstance(inner, dict) and "type" not in value else value
    return None
