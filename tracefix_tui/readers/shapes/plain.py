"""Messages that an exporter turned into plain text: Python representations and `role: text` transcripts."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

LOSSY_REPR = "python_repr: messages were rebuilt from Python's representation of them"
LOSSY_ROLES = "plain_text: messages were rebuilt from lines that begin with a role"

_MAX_TEXT = 2_000_000
_FIELDS = re.compile(r"""^\s*(?:[A-Za-z_][\w.]*\()?\s*(?:role|content|type|parts)\s*=\s*""")
_LITERAL = re.compile(r"""^\s*[\[({]\s*['"{\[(A-Za-z]""")
_FIELD = re.compile(r"\s*,?\s*([A-Za-z_]\w*)\s*=\s*")
_STRING = re.compile(r"""[rbuRBU]{0,2}(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
_ROLE_LINE = re.compile(r"^(system|developer|user|assistant|tool|human|ai):[ \t]?", re.IGNORECASE | re.MULTILINE)


def from_python_repr(text: str) -> Any:
    """The value that a Python representation shows (`[{'role': 'user', ...}]`, `role='user' content='...'`), or None.

    Nothing is executed: only literals and the keyword arguments of constructor calls are read.
    """
    if len(text) > _MAX_TEXT:
        return None
    if _FIELDS.match(text) and (fields := _fields(text)):
        return fields
    return _literal(text) if _LITERAL.match(text) or _FIELDS.match(text) else None


def from_role_lines(text: str) -> list[dict[str, str]] | None:
    """Messages of a transcript that begins with a role and holds at least one more line that does, or None."""
    marks = list(_ROLE_LINE.finditer(text))
    if len(marks) < 2 or text[: marks[0].start()].strip():
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        {
            "role": mark.group(1).lower(),
            "content": text[mark.end() : end].rstrip("\n") if end < len(text) else text[mark.end() :],
        }
        for mark, end in zip(marks, ends, strict=True)
    ]


def _literal(text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
            return _value(tree.body, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError):
        return None


def _value(node: ast.expr, depth: int) -> Any:
    """A literal, or the keyword arguments of a constructor with its name under `__class__`."""
    if depth > 40:
        raise ValueError("nested too deeply")
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [_value(item, depth + 1) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {
            str(_value(k, depth + 1)): _value(v, depth + 1) for k, v in zip(node.keys, node.values, strict=True) if k
        }
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        return {"__class__": name, **{k.arg: _value(k.value, depth + 1) for k in node.keywords if k.arg}}
    if isinstance(node, ast.Name):
        return node.id
    value = ast.literal_eval(node)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _fields(text: str) -> dict[str, Any] | None:
    """`role='user' content='...' name=None`, as pydantic prints a model."""
    out: dict[str, Any] = {}
    position, end = 0, len(text)
    while position < end and text[position:].strip():
        found = _FIELD.match(text, position)
        if found is None:
            return out if out and "content" in out else None
        string = _STRING.match(text, found.end())
        stop = string.end() if string else _value_end(text, found.end())
        out[found.group(1)] = _literal(text[found.end() : stop])
        position = stop
    return out


def _value_end(text: str, start: int) -> int:
    """Where the value that begins at `start` ends: at white space outside brackets and strings."""
    depth, position = 0, start
    while position < len(text):
        char = text[position]
        if char in "'\"" and (string := _STRING.match(text, position)):
            position = string.end()
            continue
        if char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char.isspace() and depth <= 0:
            break
        position += 1
    return position
