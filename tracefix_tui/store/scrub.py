"""Secrets are taken out of text before it is stored: keys, tokens and passwords, not ids, hashes or ordinary words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.model.json_value import Json
from tracefix_tui.store.scrub_patterns import ASSIGNED, KEYWORDS, NAME, REST, SHAPES, Shape, looks_random, secret_value

_SHORTEST = 8


@dataclass(frozen=True)
class Found:
    """A secret that was removed: its kind, where it stood (`messages[0].content`), and enough to recognise it."""

    kind: str
    field: str
    preview: str


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    kind: str


def scrub(value: Json) -> tuple[Json, tuple[Found, ...]]:
    """The value with each secret replaced by `[secret removed: KIND]`, and what was. Twice is the same as once."""
    found: list[Found] = []
    return _scrubbed(value, "", "", found), tuple(found)


def scrub_text(text: str, field: str = "") -> tuple[str, tuple[Found, ...]]:
    """Like `scrub`, for one text."""
    found: list[Found] = []
    return _clean(text, field, found), tuple(found)


def _scrubbed(value: Json, field: str, name: str, found: list[Found]) -> Json:
    if isinstance(value, str):
        if name and len(value) < 4000 and _named_secret(name, value):
            return _replaced(value, _kind(name), field, found)
        return _clean(value, field, found)
    if isinstance(value, list):
        return [_scrubbed(item, f"{field}[{i}]", name, found) for i, item in enumerate(value)]
    if isinstance(value, dict):
        out: dict[str, Json] = {}
        for key, item in value.items():
            kept = _clean(key, f"{field} (a key)", found)
            while kept in out:
                kept += "'"
            out[kept] = _scrubbed(item, f"{field}.{kept}" if field else kept, key, found)
        return out
    return value


def _named_secret(name: str, value: str) -> bool:
    match = NAME.search(name)
    if match is None or match.end() != len(name) or len(value) < 6 or any(c.isspace() for c in value):
        return False
    return value[0] not in "{<[(" and secret_value(name, "=", True, value)


def _clean(text: str, field: str, found: list[Found]) -> str:
    if len(text) < _SHORTEST:
        return text
    hits = sorted([*_shaped(text), *_assigned(text)], key=lambda h: (h.start, -h.end))
    if not hits:
        return text
    out: list[str] = []
    at = 0
    for hit in hits:
        if hit.start < at:
            continue  # inside the one before, which began earlier or reaches further
        out += [text[at : hit.start], _replaced(text[hit.start : hit.end], hit.kind, field, found)]
        at = hit.end
    return "".join([*out, text[at:]])


def _replaced(secret: str, kind: str, field: str, found: list[Found]) -> str:
    found.append(Found(kind, field, f"{secret[: min(4, len(secret) // 4)]}... ({len(secret)} characters)"))
    return f"[secret removed: {kind}]"


def _shaped(text: str) -> Iterator[_Hit]:
    for shape in SHAPES:
        for match in _matches(shape, text):
            start, end = match.span("s" if "s" in shape.pattern.groupindex else 0)
            if not shape.random or looks_random(text[start:end]):
                yield _Hit(start, end, shape.kind)


def _matches(shape: Shape, text: str) -> Iterator[re.Match[str]]:
    if not shape.leading:
        if any(anchor in text for anchor in shape.anchors):
            yield from shape.pattern.finditer(text)
        return
    for anchor in shape.anchors:
        at = text.find(anchor)
        while at >= 0:
            match = shape.pattern.match(text, at)
            if match:
                yield match
            at = text.find(anchor, match.end() if match else at + len(anchor))


def _assigned(text: str) -> Iterator[_Hit]:
    """Values given to names: found by the name first, as its letters are rare and the search for them is fast."""
    lowered = text.lower()
    if len(lowered) != len(text):  # one letter, the dotted capital I, becomes two
        lowered = text.replace("\u0130", "i").lower()
    for keyword in KEYWORDS:
        at = lowered.find(keyword)
        while at >= 0:
            name = NAME.match(text, at)
            value = ASSIGNED.match(text, name.end()) if name else None
            if name and value and secret_value(name.group(), value["sign"], bool(value["quote"]), value["s"]):
                rest = REST.match(text, value.end())
                yield _Hit(value.start("s"), rest.end() if rest else value.end(), _kind(name.group()))
            at = lowered.find(keyword, at + len(keyword))


def _kind(name: str) -> str:
    lowered = name.lower()
    return "password" if "pass" in lowered or "pwd" in lowered else "token" if "token" in lowered else "secret"
