"""JSON text judged: whether it parses, where a value stands in it, whether it fits a schema. No network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tracefix_tui.checks.patterns import search
from tracefix_tui.model.json_value import Json, JsonObject

_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON text parsed, or the problem and the character where it begins."""

    ok: bool
    value: Json = None
    problem: str = ""
    position: int = 0


def parse_json(text: str) -> Parsed:
    """The value of a JSON text. Never raises: absurd depth or digits are a problem like any other."""
    try:
        return Parsed(True, json.loads(text))
    except json.JSONDecodeError as error:
        return Parsed(False, None, error.msg, error.pos)
    except (ValueError, RecursionError):
        return Parsed(False, None, "nested or numbers too large to read", 0)


def value_span(text: str, path: Sequence[str | int]) -> tuple[int, int] | None:
    """The characters of the value at a path in a JSON text that parses; None where the path leads nowhere."""
    try:
        at = _skip(text, 0)
        for step in path:
            found = next((v for k, v in _members(text, at) if k == step), None)
            if found is None:
                return None
            at = found
        _, end = _DECODER.raw_decode(text, at)
    except (ValueError, IndexError, RecursionError):
        return None
    return at, end


def key_span(text: str, path: Sequence[str | int], key: str) -> tuple[int, int] | None:
    """The characters from a key of the object at a path to the end of its value."""
    value = value_span(text, [*path, key])
    if value is None:
        return None
    quoted = text.rfind('"', 0, text.rfind(":", 0, value[0]))
    start = text.rfind('"', 0, quoted)
    return (start, value[1]) if start >= 0 else value


def _members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """(key or position, where its value starts) of the object or array that starts at a character."""
    opening = text[at]
    if opening not in "{[":
        return
    at, count = _skip(text, at + 1), 0
    while text[at] not in "}]":
        key: str | int = count
        if opening == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        yield key, at
        _, at = _DECODER.raw_decode(text, at)
        at, count = _skip(text, at), count + 1
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def schema_errors(value: Json, schema: JsonObject) -> list[tuple[tuple[str | int, ...], str]] | str:
    """(path, problem) of each place where a value does not fit a schema; a reason in words where that cannot be told.

    References outside the schema are not followed, and patterns are matched within limits.
    """
    from jsonschema import exceptions, validators  # 60 ms: only when a trace holds a schema
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    cls: Any = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        cls.check_schema(schema)
        extend: Any = validators.extend  # untyped there
        safe: Any = extend(cls, {"pattern": _pattern, "patternProperties": _no_pattern})
        found = sorted(
            safe(schema, registry=Registry()).iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path]
        )
    except (exceptions.SchemaError, Unresolvable, RecursionError, TypeError, AttributeError, ValueError):
        return "the schema itself is not valid"
    return [(tuple(e.absolute_path), e.message) for e in found]


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and isinstance(pattern, str) and search(pattern, instance).missing:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _no_pattern(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """Keys chosen by pattern are left unchecked: a hostile pattern must not hold up the program."""
    yield from ()
