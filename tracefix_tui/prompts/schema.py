"""Between the prompt file's spelling and LiteLLM's: parameter names, `responseFormat` and `jsonSchema`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy

from tracefix_tui.model.errors import PromptInvalid
from tracefix_tui.model.json_value import Json, JsonObject

_GITHUB_NAMES = {"max_tokens": "maxTokens", "max_completion_tokens": "maxCompletionTokens", "top_p": "topP"}
_OURS = {"model", "messages", "tools", "response_format"}
# A prompt file travels in pull requests: it must not say where a request goes or with which key.
_SECRET = re.compile(
    r"api_?key|api_?base|base_?url|endpoint|headers?$|secret|password|credential|(?<!max_)(?<!s)_token$|^token$"
)
_FORMATS = ("text", "json_object", "json_schema")


def parameters_from_file(parameters: JsonObject, where: str = "") -> JsonObject:
    """`modelParameters` under LiteLLM's names.

    Raises:
        PromptInvalid: an endpoint, key or header, one of the request's own parts, or one parameter in two spellings.
    """
    out: JsonObject = {}
    for spelled, value in parameters.items():
        name = _snake(spelled)
        if _SECRET.search(name):
            hint = "Take it out; endpoints and keys come from the environment and your own configuration"
            raise PromptInvalid(f"modelParameters.{spelled} does not belong in a prompt file", where=where, hint=hint)
        if name in _OURS or name in out:
            what = (
                f"modelParameters.{spelled} is said elsewhere"
                if name in _OURS
                else f"{spelled} is there in two spellings"
            )
            raise PromptInvalid(what, where=where, hint="Keep one of the two")
        out[name] = deepcopy(value)
    return out


def parameters_to_file(parameters: Mapping[str, Json], existing: JsonObject) -> JsonObject:
    """Parameters as the file spells them: as it does already, else as GitHub does, else as LiteLLM does."""
    spelled = {_snake(key): key for key in existing}
    return {spelled.get(name) or _GITHUB_NAMES.get(name, name): deepcopy(v) for name, v in parameters.items()}


def response_format_from_file(data: JsonObject, name: str, where: str = "") -> Json:
    """LiteLLM's `response_format`, or None where the answer is plain text.

    Raises:
        PromptInvalid: an unknown format, or a `jsonSchema` that is not JSON.
    """
    wanted, schema = data.get("responseFormat"), data.get("jsonSchema")
    if isinstance(wanted, dict):
        return deepcopy(wanted)
    if wanted is None:
        wanted = "json_schema" if schema is not None else "text"
    if wanted not in _FORMATS:
        raise PromptInvalid(
            f"responseFormat {wanted!r} is not known", where=where, hint=f"Use one of {', '.join(_FORMATS)}"
        )
    if wanted != "json_schema":
        return None if wanted == "text" else {"type": wanted}
    if schema is None:
        raise PromptInvalid(
            "responseFormat is json_schema but there is no jsonSchema", where=where, hint="Add jsonSchema"
        )
    parsed = _schema(schema, where)
    if "schema" not in parsed:
        parsed = {"name": re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "answer", "schema": parsed}
    return {"type": "json_schema", "json_schema": parsed}


def response_format_to_file(value: Json, existing: JsonObject) -> dict[str, Json]:
    """The keys `responseFormat` and `jsonSchema` for LiteLLM's `response_format`; None takes a key out.

    What the file already says in other words is left as it stands.
    """
    try:
        said = response_format_from_file(existing, str(existing.get("name") or ""))
    except PromptInvalid:
        said = None
    if existing and said == value:
        return {key: deepcopy(existing.get(key)) for key in ("responseFormat", "jsonSchema")}
    if value is None:
        return {"responseFormat": None, "jsonSchema": None}
    kind = value.get("type") if isinstance(value, dict) else value
    if isinstance(value, dict) and kind == "json_schema" and isinstance(schema := value.get("json_schema"), dict):
        written: Json = json.dumps(schema, ensure_ascii=False, indent=2)
        return {"responseFormat": "json_schema", "jsonSchema": written if "schema" in schema else deepcopy(schema)}
    if isinstance(value, dict) and set(value) != {"type"}:
        return {"responseFormat": deepcopy(value), "jsonSchema": None}
    return {"responseFormat": kind, "jsonSchema": None}


def _schema(schema: Json, where: str) -> JsonObject:
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError) as error:
            hint = "jsonSchema is a text that holds one JSON object"
            raise PromptInvalid(f"jsonSchema is not JSON: {error}", where=where, hint=hint) from None
    if not isinstance(schema, dict):
        raise PromptInvalid(
            "jsonSchema is not a JSON object", where=where, hint='Begin with {"name": ..., "schema": ...}'
        )
    return deepcopy(schema)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
