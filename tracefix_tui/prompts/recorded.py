"""Recorded templates: which stretches of the messages a known template filled in, and with which variable.

A template is believed only when it gives the recorded text exactly: with the recorded values, or else with the values
that its literal parts leave between them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from tracefix_tui.model.call import PromptRef
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, message_from_openai
from tracefix_tui.prompts.template import Piece, Slot, is_name, pieces

_DOUBLE = re.compile(r"\{\{\{\s*([\w.\-]+)\s*\}\}\}|\{\{\s*&?\s*([\w.\-]+)\s*\}\}")
_ANCHOR = 16
_ROLES = {"human": "user", "ai": "assistant"}
_CONTROL = re.compile(r"\{%|\{#|\{\{\s*[#^/>!]|\{\{[^{}]*[|(\[][^{}]*\}\}")


@dataclass(frozen=True, slots=True, order=True)
class Filled:
    """A stretch of text *part* that a variable filled."""

    part: int
    start: int
    end: int
    name: str


def filled_by_record(ref: PromptRef, parts: Sequence[tuple[str, str]]) -> list[Filled]:
    """What the recorded template filled in, per text part given as (role, text); empty where it proves nothing."""
    known = {"fstring": ("fstring",), "mustache": ("double",), "jinja": ("double",)}
    for syntax in known.get(ref.syntax, ("double", "fstring")):
        if found := _filled(list(_templates(ref.template)), syntax, ref.variables, parts):
            return found
    return []


def filled_by_file(
    messages: Sequence[JsonObject], variables: Mapping[str, Json], parts: Sequence[tuple[str, str]]
) -> list[Filled]:
    """The same for the messages of a prompt file."""
    return _filled(list(_templates(list(messages))), "ours", variables, parts)


def _filled(
    templates: list[tuple[str, str]], syntax: str, variables: Mapping[str, Json], parts: Sequence[tuple[str, str]]
) -> list[Filled]:
    """Templates matched with the parts in order; a part that no template accounts for is left alone."""
    found: list[Filled] = []
    at = 0
    for role, template in templates:
        read = _read(template, syntax)
        if read is None or not any(isinstance(piece, Slot) for piece in read):
            continue
        for part in [*range(at, len(parts)), *range(at)]:
            if (role and role != parts[part][0]) or part in {f.part for f in found}:
                continue
            if spans := _fit_any(read, parts[part][1], variables):
                found += [Filled(part, start, end, name) for name, start, end in spans]
                at = part + 1
                break
    return sorted(found)


def _templates(template: Json) -> Iterator[tuple[str, str]]:
    """(role or "", text) of each recorded template text."""
    if isinstance(template, str):
        if template[:1] in "[{" and (parsed := _parsed(template)) is not None:
            yield from _templates(parsed)
        yield "", template
    elif isinstance(template, list):
        for item in template:
            yield from _templates(item)
    elif isinstance(template, dict):
        yield from _from_message(template)


def _from_message(template: JsonObject) -> Iterator[tuple[str, str]]:
    if isinstance(nested := template.get("messages"), list):
        yield from _templates(nested)
        return
    message: Message = message_from_openai(template)
    role = _ROLES.get(message.role, message.role) if isinstance(template.get("role"), str) else ""
    for part in message.parts:
        if isinstance(text := getattr(part, "text", None), str):
            yield role, text


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (list, dict)) else None


def _read(template: str, syntax: str) -> tuple[Piece, ...] | None:
    """The pieces of a template in another syntax; None where it does more than fill in variables."""
    if syntax == "ours":
        return pieces(template)
    read = _read_fstring(template) if syntax == "fstring" else _read_double(template)
    return None if read is None else tuple(piece for piece in read if piece != "")


def _read_fstring(template: str) -> list[Piece] | None:
    out: list[Piece] = []
    try:
        for literal, name, spec, conversion in Formatter().parse(template):
            out.append(literal)
            if name is not None:
                if spec or conversion or not name:
                    return None
                out.append(Slot(name))
    except ValueError:
        return None
    return out


def _read_double(template: str) -> list[Piece] | None:
    if _CONTROL.search(template):
        return None
    out: list[Piece] = []
    at = 0
    for match in _DOUBLE.finditer(template):
        out += [template[at : match.start()], Slot(match.group(1) or match.group(2))]
        at = match.end()
    return [*out, template[at:]]


def _fit_any(read: Sequence[Piece], text: str, variables: Mapping[str, Json]) -> list[tuple[str, int, int]] | None:
    """The slots' places with the template as it is, without outer white space, or as a part of the text."""
    first, last = read[0], read[-1]
    trimmed = [
        *([first.lstrip()] if isinstance(first, str) else [first]),
        *read[1:-1],
        *([last.rstrip()] if isinstance(last, str) else [last]),
    ]
    trimmed = [piece for piece in trimmed if piece != ""] if len(read) > 1 else list(read)
    spans = _fit(read, text, variables, 0) or _fit(trimmed, text, variables, 0)
    if spans is None and isinstance(trimmed[0], str) and len(trimmed[0]) >= _ANCHOR:
        at = text.find(trimmed[0])
        spans = _fit(trimmed, text, variables, at) if at > 0 else None
    return spans


def _fit(read: Sequence[Piece], text: str, variables: Mapping[str, Json], at: int) -> list[tuple[str, int, int]] | None:
    """(name, start, end) of each slot in the recorded text, or None where template and text do not go together."""
    spans: list[tuple[str, int, int]] = []
    whole = at == 0
    for i, piece in enumerate(read):
        if isinstance(piece, str):
            if not text.startswith(piece, at):
                return None
            at += len(piece)
            continue
        end = _slot_end(read, i, text, at, variables)
        if end is None:
            return None
        spans.append((_our_name(piece.name), at, end))
        at = end
    return spans if (at == len(text) or not whole) and _consistent(spans, text) else None


def _slot_end(read: Sequence[Piece], i: int, text: str, at: int, variables: Mapping[str, Json]) -> int | None:
    """Where a slot's value ends: by its recorded value, else where the next literal text stands."""
    piece, following = read[i], read[i + 1] if i + 1 < len(read) else None
    for value in _spellings(variables.get(piece.name)) if isinstance(piece, Slot) else ():
        end = at + len(value)
        fits = (
            text.startswith(following, end) if isinstance(following, str) else following is not None or end == len(text)
        )
        if text.startswith(value, at) and fits:
            return end
    if following is None:
        return len(text)
    if not isinstance(following, str):
        return None
    end = text.rfind(following, at) if i + 2 == len(read) else text.find(following, at)
    return end if end >= 0 else None


def _consistent(spans: list[tuple[str, int, int]], text: str) -> bool:
    """Whether each variable has one value."""
    values: dict[str, str] = {}
    return all(values.setdefault(name, text[start:end]) == text[start:end] for name, start, end in spans)


def _spellings(value: Json) -> Iterator[str]:
    """The ways a template engine prints a value."""
    if value is None:
        return
    if isinstance(value, str):
        yield value
        yield html.escape(value)
        return
    yield json.dumps(value, ensure_ascii=False)
    yield str(value)


def _our_name(name: str) -> str:
    return name if is_name(name) else re.sub(r"[^A-Za-z0-9_.\-]", "_", f"v_{name}" if not name[:1].isalpha() else name)
