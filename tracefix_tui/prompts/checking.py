"""What makes a prompt file a prompt: what must hold (`validate`), and what an author should know (`check`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.json_value import Json
from tracefix_tui.prompts.schema import parameters_from_file, response_format_from_file
from tracefix_tui.prompts.yaml_read import Path, Source

if TYPE_CHECKING:
    from tracefix_tui.prompts.file import PromptFile

ROLES = ("system", "developer", "user", "assistant", "tool")
TEMPLATE_FORMATS = ("variables", "none")
_KEYS = {
    "name", "description", "model", "modelParameters", "messages", "responseFormat", "jsonSchema", "testData",
    "evaluators", "tools", "templateFormat",
}  # fmt: skip
_MESSAGE_KEYS = {"role", "content", "name", "tool_calls", "tool_call_id"}


def validate(source: Source, where: str) -> None:
    """Raise `PromptInvalid`, with the line, where the document is not a prompt."""
    data = source.data
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _invalid(
            source, where, ("messages",), "messages is not a list of messages", "Add a list of role and content"
        )
    for i, message in enumerate(messages):
        _validate_message(source, where, i, message)
    for key, kind, word in (("modelParameters", dict, "mapping"), ("tools", list, "list"), ("testData", list, "list")):
        if data.get(key) is not None and not isinstance(data[key], kind):
            raise _invalid(source, where, (key,), f"{key} is not a {word}", "See the format in the documentation")
    for i, tool in enumerate(_items(data.get("tools"))):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(tool, dict) or (
            tool.get("type", "function") == "function" and not isinstance(function, dict)
        ):
            raise _invalid(
                source, where, ("tools", i), "not a tool", "Write type: function and function: {name, parameters}"
            )
    if data.get("templateFormat") not in (None, *TEMPLATE_FORMATS):
        hint = f"Use one of {', '.join(TEMPLATE_FORMATS)}"
        raise _invalid(
            source, where, ("templateFormat",), f"templateFormat {data['templateFormat']!r} is not known", hint
        )
    parameters = data.get("modelParameters")
    parameters_from_file(
        parameters if isinstance(parameters, dict) else {}, _place(source, where, ("modelParameters",))
    )
    response_format_from_file(data, str(data.get("name") or ""), _place(source, where, ("jsonSchema",)))


def check(file: PromptFile, variables: Iterable[str] | None = None) -> list[str]:
    """What is odd about a prompt that can be read; empty when nothing is.

    With `variables` the placeholders are compared with them, else with each row of the file's own `testData`.
    """
    data = file.source.data
    out = [f"unknown key {key}: it is kept but means nothing here" for key in data if key not in _KEYS]
    if not file.model:
        out.append("no model: the caller must name one")
    for i, message in enumerate(file.messages):
        out += [f"messages[{i}]: unknown key {key}" for key in message if key not in _MESSAGE_KEYS]
        if not message.get("content") and not message.get("tool_calls"):
            out.append(f"messages[{i}]: empty")
    used = file.variables
    if variables is not None:
        out += _compare(used, list(variables))
    else:
        rows = file.test_data
        for i, row in enumerate(rows):
            out += [f"testData[{i}]: no value for {name}" for name in used if name not in row]
        if rows:
            everywhere = dict.fromkeys(name for row in rows for name in row if name != "expected")
            out += [f"testData: {name} is not used by any message" for name in everywhere if name not in used]
    return out


def _compare(used: tuple[str, ...], given: list[str]) -> list[str]:
    missing = [f"missing: {name} has no value" for name in used if name not in given]
    return missing + [f"unused: {name} is not in any message" for name in given if name not in used]


def _validate_message(source: Source, where: str, i: int, message: Json) -> None:
    if not isinstance(message, dict):
        raise _invalid(source, where, ("messages", i), "not a message", "Write role: and content:")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        what = "a message has no role" if role is None else f"the role {role!r} is not known"
        raise _invalid(source, where, ("messages", i, "role"), what, f"Use one of {', '.join(ROLES)}")
    if content is None and message.get("tool_calls"):
        return
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return
    if not isinstance(content, str):
        what = "a message has no content" if content is None else "the content is not a text"
        hint = "Put quotes around it; a text that begins with {{ must be quoted, or be a block after |"
        raise _invalid(source, where, ("messages", i, "content"), what, hint)


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _invalid(source: Source, where: str, path: Path, what: str, hint: str) -> PromptInvalid:
    return PromptInvalid(what, where=_place(source, where, path), hint=hint)


def _place(source: Source, where: str, path: Path) -> str:
    line = source.line(path)
    return f"{where}:{line}" if where else f"line {line}"
