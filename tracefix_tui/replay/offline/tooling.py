"""Tools as the offline model uses them: which one fits the question, and arguments found in the text for its schema."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.call import ToolDef
from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.model.message import Message, ToolCall
from tracefix_tui.replay.offline.instructions import Instructions
from tracefix_tui.replay.offline.reading import Reading
from tracefix_tui.replay.offline.words import coverage, tokens, weights

_FITS = 0.12
_ID = re.compile(r"(?<![\w])#?((?=[\w-]*\d)[A-Za-z]{0,8}[-_]?\d[\w-]*)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T[\d:]+Z?)?\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")
_QUOTED = re.compile(r"[\"“'‘]([^\"”'’\n]{2,80})[\"”'’]")
_NAMES = re.compile(r"(?<![.!?]\s)(?<!^)\b([A-ZÀ-Þ][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+)*)")
_WHOLE = re.compile(r"query|question|^q$|search|text|message|prompt|input|topic|terms?", re.IGNORECASE)
_IDENT = re.compile(r"(?:^|_)(?:id|ids|number|no|code|key|sku|order|invoice|ticket|ref)(?:$|_)", re.IGNORECASE)
_EXACT = re.compile(
    r"never a name|not (?:a |the )?name|numeric|digits|uuid|do not guess|must (?:be|match|start|look)|starts with"
    r"|format",
    re.IGNORECASE,
)
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_LONG_PATTERN, _LONG_WORD = 100, 40
_YES = re.compile(r"\b(?:yes|true|with|include|please)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """Either calls to make, or a question to ask because an argument is missing."""

    calls: tuple[ToolCall, ...] = ()
    question: str = ""


def choose(request: Request, reading: Reading, rules: Instructions) -> Decision | None:
    """The tool call that fits the last question; None when an answer in words is due.

    Once a tool has answered the question, its result is used. A tool that is named or required by `tool_choice` is
    called in any case.
    """
    if not request.tools or request.tool_choice == "none" or reading.results:
        return None
    named = _named(request)
    ranked = _ranked(request.tools, reading)
    if named is not None:
        tool = next((t for t in request.tools if t.name == named), None)
    elif request.tool_choice == "required":
        tool = ranked[0][1]
    else:
        tool = ranked[0][1] if ranked[0][0] >= _FITS else None
    if tool is None:
        return None
    forced = named is not None or request.tool_choice == "required"
    arguments, missing = _arguments(tool, reading, request.messages)
    if missing and not forced:
        fallback = next(
            (t for score, t in ranked[1:] if score >= _FITS and not _arguments(t, reading, request.messages)[1]), None
        )
        if fallback is not None:
            tool, (arguments, missing) = fallback, _arguments(fallback, reading, request.messages)
        elif rules.ask or missing[0][1]:
            return Decision(question=f"Which {missing[0][0].replace('_', ' ')} do you mean? I need it for {tool.name}.")
    for name, _ in missing:
        arguments[name] = _guess(tool, name, reading)
    text = json.dumps(arguments, ensure_ascii=False)
    ident = hashlib.sha256(f"{tool.name}|{text}|{len(request.messages)}".encode()).hexdigest()[:12]
    return Decision((ToolCall(f"call_{ident}", tool.name, text),))


def _named(request: Request) -> str | None:
    choice = request.tool_choice
    function = choice.get("function") if isinstance(choice, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None


def _ranked(tools: Sequence[ToolDef], reading: Reading) -> list[tuple[float, ToolDef]]:
    """Tools by how much of the question their names and descriptions cover; the order given breaks ties."""
    about = [_about(tool) for tool in tools]
    asked = weights(tokens(reading.question), about)
    scored = [(coverage(asked, words), -i, tool) for i, (tool, words) in enumerate(zip(tools, about, strict=True))]
    return [(score, tool) for score, _, tool in sorted(scored, key=lambda row: row[:2], reverse=True)]


def _about(tool: ToolDef) -> list[str]:
    described = [tool.name.replace("_", " "), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tool.name), tool.description or ""]
    for name, schema in _properties(tool).items():
        described += [name.replace("_", " "), str(schema.get("description") or "")]
    return tokens(" ".join(described))


def _properties(tool: ToolDef) -> dict[str, JsonObject]:
    properties = (tool.parameters or {}).get("properties")
    return {k: v for k, v in properties.items() if isinstance(v, dict)} if isinstance(properties, dict) else {}


def _required(tool: ToolDef) -> list[str]:
    required = (tool.parameters or {}).get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def _arguments(
    tool: ToolDef, reading: Reading, messages: Sequence[Message]
) -> tuple[JsonObject, list[tuple[str, bool]]]:
    """(arguments found, required ones that are missing with whether the schema forbids guessing them)."""
    found: JsonObject = {}
    missing: list[tuple[str, bool]] = []
    required = _required(tool)
    before = "\n".join(m.text for m in messages if m.role == "user")
    for name, schema in _properties(tool).items():
        value = _find(name, schema, reading.question)
        if value is None and name in required:
            value = _find(name, schema, before)
        if value is not None:
            found[name] = value
        elif name in required:
            missing.append((name, _is_exact(schema)))
    return found, missing


def _is_exact(schema: JsonObject) -> bool:
    """The schema says what the value must look like, so that anything else would be made up."""
    stated = schema.get("pattern") or schema.get("format") or schema.get("type") in ("integer", "number")
    return bool(stated) or bool(_EXACT.search(str(schema.get("description") or "")))


def _find(name: str, schema: JsonObject, text: str) -> Json:
    enum = schema.get("enum")
    if isinstance(enum, list):
        words = set(tokens(text))
        return next((e for e in enum if set(tokens(str(e).replace("_", " "))) & words), None)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return _by_pattern(pattern, text)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        found = _near(name, _NUMBER, text)
        return None if found is None else int(float(found)) if kind == "integer" else float(found)
    if kind == "boolean":
        stem = tokens(name.replace("_", " "))
        return bool(_YES.search(text)) if stem and set(stem) & set(tokens(text)) else None
    if kind == "array":
        items = schema.get("items")
        one = _find(name.removesuffix("s"), items if isinstance(items, dict) else {}, text)
        return None if one is None else [one]
    return None if kind == "object" else _text(name, schema, text)


def _text(name: str, schema: JsonObject, text: str) -> str | None:
    """A string argument: an address, a date or an id where the name asks for one, else a quoted or proper name."""
    if "mail" in name.lower():
        return _first(_EMAIL, text)
    if schema.get("format") in ("date", "date-time") or re.search(r"date|day|since|until", name, re.IGNORECASE):
        return _first(_DATE, text)
    ident = _first(_ID, text)
    if _IDENT.search(name) and (ident or _is_exact(schema)):
        return ident
    if _WHOLE.search(name):
        return text.strip() or None
    return _first(_QUOTED, text) or _first(_NAMES, text) or (ident if _IDENT.search(name) else None)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return (found.group(1) if pattern.groups else found.group()) if found else None


def _by_pattern(pattern: str, text: str) -> str | None:
    """The first word that fits the schema's pattern as a whole; None for a pattern that is not valid.

    A schema comes out of a trace: patterns that could take for ever (repeated groups) are not tried.
    """
    if len(pattern) > _LONG_PATTERN or _REPEATED_GROUP.search(pattern):
        return None
    try:
        fits = re.compile(pattern)
    except re.error:
        return None
    words = (word.strip(".,;:!?()[]\"'") for word in text.split())
    return next((word for word in words if 0 < len(word) <= _LONG_WORD and fits.fullmatch(word)), None)


def _near(name: str, pattern: re.Pattern[str], text: str) -> str | None:
    """The match closest to a word of the argument's name; the first where none of them occurs."""
    matches = list(pattern.finditer(text))
    at = next((text.lower().find(word) for word in name.lower().split("_") if word in text.lower()), None)
    if not matches or at is None:
        return matches[0].group() if matches else None
    return min(matches, key=lambda m: abs(m.start() - at)).group()


def _guess(tool: ToolDef, name: str, reading: Reading) -> Json:
    """What a careless model sends for an argument it does not know: the first option, a zero, the words at hand."""
    schema = _properties(tool)[name]
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return enum[0]
    by_kind: dict[str, Json] = {"integer": 0, "number": 0.0, "boolean": False, "array": [], "object": {}}
    kind = schema.get("type")
    return by_kind[kind] if isinstance(kind, str) and kind in by_kind else reading.question.strip()
