r"""Templates: text with `{{variable}}` placeholders, where everything else is literal.

A placeholder is `{{name}}` or `{{ name }}`; a name is letters, digits, `_`, `.` and `-`, and begins with a letter or
`_`. Single braces, JSON, `{{1}}`, `{{#if}}` and other double braces are plain text. To write a placeholder's own
characters, put a backslash before it: `\{{name}}` renders as `{{name}}`. Backslashes directly before a placeholder
are therefore doubled when they are meant (`\\{{name}}` is one backslash and then the value); backslashes anywhere
else mean themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tracefix_tui.model.errors import PromptInvalid

_PLACEHOLDER = re.compile(r"\{\{[ \t]*([A-Za-z_][A-Za-z0-9_.\-]*)[ \t]*\}\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder: the variable it names, and how it is spelled in the template."""

    name: str
    spelled: str = ""

    def __str__(self) -> str:
        """The placeholder as text."""
        return self.spelled or "{{" + self.name + "}}"


Piece: TypeAlias = str | Slot


def is_name(text: str) -> bool:
    """Whether a variable can have this name."""
    return _NAME.fullmatch(text) is not None


def pieces(template: str) -> tuple[Piece, ...]:
    """The literal texts and slots of a template, in order, literals unescaped and never empty."""
    if "{{" not in template:
        return (template,) if template else ()
    out: list[Piece] = []
    literal: list[str] = []
    at = 0
    for match in _PLACEHOLDER.finditer(template):
        slashes = _slashes_before(template, match.start(), at)
        literal.append(template[at : match.start() - slashes] + "\\" * (slashes // 2))
        at = match.end()
        if slashes % 2:
            literal.append(match.group())
            continue
        if text := "".join(literal):
            out.append(text)
        literal = []
        out.append(Slot(match.group(1), match.group()))
    if text := "".join(literal) + template[at:]:
        out.append(text)
    return tuple(out)


def write(parts: Iterable[Piece]) -> str:
    """The template whose `pieces` are these: literals are escaped where they must be."""
    out: list[str] = []
    literal: list[str] = []
    for part in parts:
        if isinstance(part, str):
            literal.append(part)
            continue
        text = escape("".join(literal))
        out.append(text + "\\" * _slashes_before(text, len(text), 0))
        out.append(str(part))
        literal = []
    out.append(escape("".join(literal)))
    return "".join(out)


def escape(text: str) -> str:
    """The template that renders as exactly this text."""
    if "{{" not in text:
        return text
    out: list[str] = []
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        slashes = _slashes_before(text, match.start(), at)
        out.append(text[at : match.start()] + "\\" * (slashes + 1) + match.group())
        at = match.end()
    out.append(text[at:])
    return "".join(out)


def placeholders(template: str) -> tuple[str, ...]:
    """The variables a template names, each once, in order of appearance."""
    return tuple(dict.fromkeys(piece.name for piece in pieces(template) if isinstance(piece, Slot)))


def render_text(template: str, variables: Mapping[str, str], where: str = "") -> str:
    """The template with its placeholders filled; values are put in as they are and never read as templates.

    Raises:
        PromptInvalid: a placeholder has no value; the message names every such variable.
    """
    parts = pieces(template)
    missing = dict.fromkeys(p.name for p in parts if isinstance(p, Slot) and p.name not in variables)
    if missing:
        names = ", ".join(missing)
        raise PromptInvalid(
            f"no value for {'variable' if len(missing) == 1 else 'variables'} {names}",
            where=where,
            hint=f"Pass {names}, or write \\{{{{{next(iter(missing))}}}}} for the literal text",
        )
    return "".join(p if isinstance(p, str) else variables[p.name] for p in parts)


def _slashes_before(text: str, end: int, floor: int) -> int:
    start = end
    while start > floor and text[start - 1] == "\\":
        start -= 1
    return end - start
