"""JSON answers of the offline model: a schema, or the keys that a prompt names, filled from what was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from tracefix_tui.model.json_value import Json, JsonObject
from tracefix_tui.replay.offline.instructions import Instructions
from tracefix_tui.replay.offline.reading import Reading
from tracefix_tui.replay.offline.words import coverage, sentences, tokens, weights

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_SOURCES = re.compile(r"cit|source|reference|quote_id|doc", re.IGNORECASE)
_SURE = re.compile(r"confiden|score|probab|certain", re.IGNORECASE)
_FOUND = re.compile(r"found|answerable|supported|grounded|known|relevant|success", re.IGNORECASE)
_ASKED = re.compile(r"question|query", re.IGNORECASE)
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Facts:
    """What there is to fill in."""

    text: str
    labels: list[str]
    question: str
    confidence: float


def fill(rules: Instructions, reading: Reading, text: str, labels: list[str], confidence: float) -> Json:
    """The answer as JSON: by the schema, else under the keys that the prompt names, else `answer` (and `citations`)."""
    facts = _Facts(text, labels, reading.question, round(confidence, 2))
    if rules.schema is not None:
        return _value("answer", rules.schema, facts, 0)
    if rules.keys:
        return {key: _by_name(key, facts) for key in rules.keys}
    cited: JsonObject = {"citations": list(labels)} if rules.cite else {}
    return {"answer": text, **cited}


def _by_name(key: str, facts: _Facts) -> Json:
    """A value for a key without a type, from what its name says."""
    if _SURE.search(key):
        return facts.confidence
    if _SOURCES.search(key):
        labels: list[Json] = [int(label) if label.isdigit() else label for label in facts.labels]
        return labels if key.endswith("s") else next(iter(labels), None)
    if _ASKED.search(key):
        return facts.question
    if _FOUND.search(key):
        return bool(facts.labels)
    return facts.text


def _value(key: str, schema: JsonObject, facts: _Facts, depth: int) -> Json:
    for group in ("anyOf", "oneOf", "allOf"):
        options = schema.get(group)
        if isinstance(options, list) and options:
            chosen = next((o for o in options if isinstance(o, dict) and o.get("type") != "null"), options[0])
            return _value(key, cast(JsonObject, chosen), facts, depth + 1)
    if "const" in schema:
        return schema["const"]
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return _closest(enum, facts)
    kind = schema.get("type")
    kind = next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind
    if (kind == "object" or "properties" in schema) and depth < _MAX_DEPTH:
        properties = cast(JsonObject, schema.get("properties") or {})
        return {
            name: _value(name, inner, facts, depth + 1) for name, inner in properties.items() if isinstance(inner, dict)
        }
    if kind == "array":
        return _array(key, schema, facts, depth)
    return _scalar(key, str(kind), facts)


def _array(key: str, schema: JsonObject, facts: _Facts, depth: int) -> Json:
    items = schema.get("items")
    inner: JsonObject = items if isinstance(items, dict) else {"type": "string"}
    if inner.get("type") in ("integer", "number") and _SOURCES.search(key):
        return [int(label) for label in facts.labels if label.isdigit()]
    if inner.get("type") == "string" and not inner.get("enum"):
        return list(facts.labels) if _SOURCES.search(key) else list(sentences(facts.text))
    return [_value(key, inner, facts, depth + 1)] if depth < _MAX_DEPTH and facts.text else []


def _scalar(key: str, kind: str, facts: _Facts) -> Json:
    if kind == "boolean":
        return bool(facts.labels)
    if kind in ("integer", "number"):
        if _SURE.search(key):
            return facts.confidence if kind == "number" else round(100 * facts.confidence)
        if _SOURCES.search(key) and facts.labels and facts.labels[0].isdigit():
            return int(facts.labels[0])
        found = _NUMBER.search(facts.text)
        number = float(found.group().replace(",", ".")) if found else 0.0
        return int(number) if kind == "integer" else number
    if kind == "null":
        return None
    value = _by_name(key, facts)
    return value if isinstance(value, str) else str(value[0] if isinstance(value, list) and value else value or "")


def _closest(options: list[Json], facts: _Facts) -> Json:
    """The option that shares most words with answer and question, the more specific of two; else the first."""
    around = tokens(f"{facts.text} {facts.question}")

    def closeness(option: Json) -> tuple[float, int]:
        words = tokens(str(option).replace("_", " "))
        share = coverage(weights(words, []), around)
        return share, len(words) if share else 0

    return max(options, key=closeness)
