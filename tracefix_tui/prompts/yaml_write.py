"""YAML out: values as block-style YAML 1.2 text that reads back exactly, long text as `|` blocks.

Written by hand rather than with a YAML emitter, because an emitter turns a block with one trailing space into a single
quoted line and re-wraps what it was not asked to touch.
"""

from __future__ import annotations

import json
import re
from typing import Literal, TypeAlias

from tracefix_tui.model.json_value import Json, JsonObject

Style: TypeAlias = Literal["", "'", '"', "|"]

# What a YAML stream cannot hold, what some readers take for a line break, and what would hide in a review.
_UNSAFE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U000dffff]"
)
_PLAIN = re.compile(
    r"[A-Za-z_./\u00c0-\u024f][^\n#:\"'`{}\[\],&*!|>%@\\\t]*(?:[:#](?! |$)[^\n#:\"'`{}\[\],&*!|>%@\\\t]*)*"
)
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
_WRAP = 80


def write_document(value: JsonObject) -> str:
    """A whole YAML document."""
    return "".join(write_entry(key, item, 0) + "\n" for key, item in value.items())


def write_value(value: Json, indent: int) -> str:
    """A value as it follows `key:` of a mapping at this indent: ` scalar`, ` |` and lines, or lines of a collection.

    The last newline is left out, except where a kept (`|+`) block ends with it.
    """
    if isinstance(value, dict) and value:
        return "\n" + _mapping(value, indent + 2)
    if isinstance(value, list) and value:
        return "\n" + _sequence(value, indent + 2)
    if isinstance(value, str):
        return " " + write_text(value, indent + 2)
    return " " + json.dumps(value)


def write_item(value: Json, indent: int) -> str:
    """A value as it follows the `-` of a sequence whose dashes stand at this indent."""
    if isinstance(value, dict) and value:
        return " " + _mapping(value, indent + 2).lstrip(" ")
    if isinstance(value, list) and value:
        return " " + _sequence(value, indent + 2).lstrip(" ")
    return write_value(value, indent)


def write_text(text: str, indent: int, style: Style | None = None, flow: bool = False, step: int = 2) -> str:
    """A text as a scalar, in the wished style where that style can hold it.

    `indent` is where the lines of a block stand, `step` how far that is from the parent; inside a flow collection a
    scalar is plain or quoted.
    """
    wants_block = style == "|" or (style != '"' and "\n" in text) or (style is None and _reads_better_as_block(text))
    if wants_block and not flow and (block := _block(text, indent, step)) is not None:
        return block
    if style in (None, "", "|") and _is_plain(text):
        return text
    if style != '"' and "\n" not in text and not _UNSAFE.search(text) and (style == "'" or '"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return _quoted(text)


def write_flow(value: Json) -> str:
    """A value on one line, as YAML inside a flow collection takes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {write_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_flow(v) for v in value) + "]"
    return write_text(value, 0, flow=True) if isinstance(value, str) else json.dumps(value)


def write_entry(key: str, value: Json, indent: int) -> str:
    """`key: value` at this indent, without the last newline."""
    return f"{' ' * indent}{_key(key)}:{write_value(value, indent)}"


def _mapping(value: JsonObject, indent: int) -> str:
    return "\n".join(write_entry(k, v, indent) for k, v in value.items())


def _sequence(value: list[Json], indent: int) -> str:
    return "\n".join(f"{' ' * indent}-{write_item(item, indent)}" for item in value)


def _key(key: str) -> str:
    return key if _is_plain(key) and ":" not in key and "#" not in key else _quoted(key)


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or text[-1] in " :" or " #" in text or _UNSAFE.search(text):
        return False
    return text.casefold() not in _NOT_TEXT and not text.startswith((".", "---"))


def _reads_better_as_block(text: str) -> bool:
    return len(text) > _WRAP or ("{{" in text and not text.startswith(" "))


def _block(text: str, indent: int, step: int) -> str | None:
    """The text as a `|` block, or None where a block cannot hold it."""
    body = text.rstrip("\n")
    if not body or body.isspace() or _UNSAFE.search(text):
        return None
    first = body.lstrip("\n")
    hint = str(step) if first[0] in " \t" or len(first) != len(body) else ""
    breaks = len(text) - len(body)
    chomp = "-" if breaks == 0 else "" if breaks == 1 else "+"
    pad = " " * indent
    lines = [pad + line if line else "" for line in body.split("\n")]
    return f"|{hint}{chomp}\n" + "\n".join(lines) + "\n" * max(0, breaks - 1)


def _quoted(text: str) -> str:
    return _UNSAFE.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
