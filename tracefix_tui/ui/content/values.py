"""Values of parameters as they are typed: JSON, or a bare word where that is read back as the same text."""

from __future__ import annotations

import json

from tracefix_tui.model.json_value import Json
from tracefix_tui.model.text import json_text, safe_line


def shown_value(value: Json) -> str:
    """A value in one safe line that `typed_value` reads back; empty for None."""
    if value is None:
        return ""
    if isinstance(value, str) and value == safe_line(value).strip() and typed_value(value) == value:
        return value
    return json_text(value, None)


def typed_value(text: str) -> Json:
    """The value of a typed line: JSON, else the text itself; None for nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text
    return value


def _refuse(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


def json_problem(text: str) -> str:
    """Why a text is no JSON, with the line; empty when it is."""
    try:
        json.loads(text)
    except ValueError as error:
        return f"no JSON yet: {error}"
    return ""


def tool_problem(text: str) -> str:
    """Why a text is no tool that a model can be offered; empty when it is one."""
    problem = json_problem(text)
    if problem:
        return problem
    tool = json.loads(text)
    if not isinstance(tool, dict) or not isinstance(tool.get("name"), str) or not tool["name"]:
        return "a tool is an object with a name"
    parameters = tool.get("parameters")
    if parameters is None:
        return ""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(parameters, dict):
        return "the parameters are a JSON schema: an object"
    try:
        validator_for(parameters).check_schema(parameters)
    except SchemaError as error:
        return f"the parameters are no JSON schema: {error.message}"
    return ""
