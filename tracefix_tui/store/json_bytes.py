"""JSON as it is kept: one spelling for one value, and always valid, whatever a trace put into it."""

from __future__ import annotations

import json

from tracefix_tui.model.json_value import Json, finite

_SURROGATES = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}


def stable_json(value: object) -> str:
    """Sorted keys, two spaces, a newline at the end, letters of all scripts as they are: made to be read in a diff."""
    return _escaped(_dumped(value, indent=2, sort_keys=True) + "\n")


def compact_json(value: object) -> str:
    """One line, in the order given, for a database column."""
    return _escaped(_dumped(value))


def _dumped(value: object, indent: int | None = None, *, sort_keys: bool = False) -> str:
    def dump(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, sort_keys=sort_keys)

    try:
        return dump(value)
    except ValueError:  # NaN or an infinity
        return dump(finite(value))


def _escaped(text: str) -> str:
    """Half surrogate pairs cannot be written as UTF-8; an escape keeps them."""
    return text if text.isascii() or _encodes(text) else text.translate(_SURROGATES)


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def parse(text: str) -> Json:
    """The value of a JSON text; raises `ValueError`, also for texts nested too deep to read."""
    try:
        value: Json = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value
