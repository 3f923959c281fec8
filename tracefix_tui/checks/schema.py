"""Tool arguments against the tool's schema: what is missing, unexpected, mistyped, or not among the choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.text import clip

Kind = Literal["missing", "unexpected", "type", "enum"]
Path = tuple[str | int, ...]
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where arguments break their schema."""

    kind: Kind
    path: Path
    text: str


def problems(value: Json, schema: JsonObject) -> list[Problem]:
    """All problems of arguments against a tool's `parameters`, those of the outermost values first.

    An argument that the schema does not list is unexpected unless the schema allows more; 5.0 is a valid integer.
    """
    return list(_walk(value, schema, schema, (), 0))


def _walk(value: Json, schema: Json, root: JsonObject, path: Path, depth: int) -> Iterator[Problem]:
    schema = _resolved(schema, root)
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return
    for keyword in ("anyOf", "oneOf"):
        options = schema.get(keyword)
        if isinstance(options, list) and options:
            yield from _best([list(_walk(value, option, root, path, depth + 1)) for option in options])
    for part in schema["allOf"] if isinstance(schema.get("allOf"), list) else []:  # type: ignore[union-attr]
        yield from (p for p in _walk(value, part, root, path, depth + 1) if p.kind != "unexpected")
    if not _has_type(value, schema):
        yield Problem("type", path, f"{_name(path)} is {_said(value)}, the schema wants {_wanted(schema)}")
        return
    yield from _choice(value, schema, path)
    if isinstance(value, dict):
        yield from _object(value, schema, root, path, depth)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _walk(item, schema.get("items"), root, (*path, i), depth + 1)


def _object(value: JsonObject, schema: JsonObject, root: JsonObject, path: Path, depth: int) -> Iterator[Problem]:
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else []:
        if isinstance(name, str) and name not in value:
            yield Problem("missing", (*path, name), f"{_name((*path, name))} is required and missing")
    extra = schema.get("additionalProperties")
    open_ended = extra is True or isinstance(extra, dict) or "patternProperties" in schema or _combined(schema)
    for name, item in value.items():
        if name in known:
            yield from _walk(item, known[name], root, (*path, name), depth + 1)
        elif isinstance(extra, dict):
            yield from _walk(item, extra, root, (*path, name), depth + 1)
        elif not open_ended and (isinstance(properties, dict) and (properties or not path)):
            yield Problem("unexpected", (*path, name), f"{_name((*path, name))} is not in the schema")


def _combined(schema: JsonObject) -> bool:
    return any(isinstance(schema.get(k), list) for k in ("anyOf", "oneOf", "allOf"))


def _best(options: list[list[Problem]]) -> list[Problem]:
    """The problems of the alternative that fits best; none where one fits."""
    return min(options, key=lambda found: (len(found), -max((len(p.path) for p in found), default=0)))


def _choice(value: Json, schema: JsonObject, path: Path) -> Iterator[Problem]:
    choices = schema.get("enum")
    if not isinstance(choices, list) or not choices:
        choices = [schema["const"]] if "const" in schema else None
    if choices is None or value in choices:
        return
    folded = {c.casefold() for c in choices if isinstance(c, str)}
    if isinstance(value, str) and value.casefold() in folded:
        return
    shown = ", ".join(str(c) for c in choices[:6])
    yield Problem("enum", path, f"{_name(path)} is {_said(value)}, not one of {clip(shown, 60)}")


def _has_type(value: Json, schema: JsonObject) -> bool:
    wanted = schema.get("type")
    names = (
        [wanted]
        if isinstance(wanted, str)
        else [t for t in wanted if isinstance(t, str)]
        if isinstance(wanted, list)
        else []
    )
    if value is None and schema.get("nullable") is True:
        return True
    known = [n for n in names if n in _TYPES]
    return not known or len(known) < len(names) or any(_is(value, name) for name in known)


def _is(value: Json, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name])


def _resolved(schema: Json, root: JsonObject) -> Json:
    """A schema with a reference inside the same document followed."""
    for _ in range(8):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target: Json = root
        for part in reference[2:].split("/"):
            target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
        schema = target
    return None


def _name(path: Path) -> str:
    return clip(".".join(str(p) for p in path), 40) or "the arguments"


def _said(value: Json) -> str:
    if value is None:
        return "null"
    kind = next(
        name
        for name, types in _TYPES.items()
        if isinstance(value, types) and not (isinstance(value, bool) and name != "boolean")
    )
    shown = f'"{clip(value, 30)}"' if isinstance(value, str) else clip(str(value), 30)
    return f"{'a ' if kind not in ('object', 'array', 'integer') else 'an '}{kind} ({shown})"


def _wanted(schema: JsonObject) -> str:
    wanted = schema.get("type")
    return " or ".join(str(t) for t in wanted) if isinstance(wanted, list) else str(wanted)
