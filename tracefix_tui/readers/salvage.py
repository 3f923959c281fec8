"""What is whole in a JSON text that was cut or damaged: the records before the damage, without the broken one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
# An element of a list that has one of these keys is a record: it is kept whole or not at all.
_RECORD_KEYS = frozenset(
    {
        '"spanId"', '"span_id"', '"id"', '"context"', '"traceId"', '"trace_id"', '"run_id"', '"runId"', '"queryId"',
        '"litellm_call_id"', '"timeUnixNano"',
    }
)  # fmt: skip


@dataclass(slots=True)
class _Open:
    """An object or list that has begun and not ended; `whole_until` is where its last whole element ended."""

    closer: str
    begins: int
    whole_until: int
    expects_key: bool
    last_string: str = ""
    keys: set[str] = field(default_factory=set)


def salvage(text: str, damage: int) -> tuple[Any, bool]:
    """(value, found): the JSON value of `text` without what is broken from index `damage` on.

    Lists and objects that are open there are closed. In the outermost list whose broken element is a record, that
    element is left out; where none is, only the innermost unfinished part is.
    """
    stack = _open_at(text, damage)
    while len(stack) > 1 and stack[-1].closer == "}" and stack[-1].whole_until == stack[-1].begins:
        stack.pop()
    if not stack:
        return None, False
    depth = next((i for i in range(len(stack) - 1) if _is_record_list(stack, i)), len(stack) - 1)
    kept = stack[: depth + 1]
    repaired = text[: kept[-1].whole_until] + "".join(item.closer for item in reversed(kept))
    try:
        return json.loads(repaired), True
    except (ValueError, RecursionError):
        return None, False


def _is_record_list(stack: list[_Open], index: int) -> bool:
    return stack[index].closer == "]" and bool(stack[index + 1].keys & _RECORD_KEYS)


def _open_at(text: str, damage: int) -> list[_Open]:
    """What is open at the damage, outermost first; each knows where its last whole element ended."""
    stack: list[_Open] = []
    for match in _TOKEN.finditer(text, 0, damage):
        token = match.group()
        if token in "{[":
            stack.append(_Open("}" if token == "{" else "]", match.end(), match.end(), token == "{"))
        elif not stack:
            continue
        elif token in "}]":
            if stack[-1].closer != token:
                break
            stack.pop()
            if stack and stack[-1].closer == "]":
                stack[-1].whole_until = match.end()
        elif token == ",":
            stack[-1].whole_until = match.start()
            stack[-1].expects_key = stack[-1].closer == "}"
        elif token == ":":
            stack[-1].keys.add(stack[-1].last_string)
            stack[-1].expects_key = False
        elif stack[-1].expects_key:
            stack[-1].last_string = token
    return stack
