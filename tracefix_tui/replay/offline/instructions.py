"""What a prompt tells the offline model to do, found by its wording."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracefix_tui.model.attempt import Request
from tracefix_tui.model.json_value import JsonObject

_ONLY = re.compile(
    r"\b(?:only|solely|exclusively|strictly)\b[^.\n]{0,60}\b"
    r"(?:context|documents?|sources?|passages?|information|excerpts?|above|below|provided)"
    r"|\b(?:context|documents?|sources?|passages?)\b[^.\n]{0,30}\bonly\b|(?:not|n't) (?:make|guess|invent)"
    r"|no outside knowledge|nur\b[^.\n]{0,40}(?:kontext|dokument)|只根据|不要编造"
    r"|solo\b[^.\n]{0,40}(?:contexto|contesto)",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"(?:don'?t|do not|cannot|can't|not|unable to) (?:know|find|answer|contain|say|sure)"
    r"|not (?:in|covered|found|contained|there)|unknown",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"(?:say|reply|respond|answer|write|output|return)(?: with)?(?: exactly| only| just)?[:\s]+"
    r"[\"'“‘`]([^\"”’`\n]{2,160}?)[\"'”’`]",
    re.IGNORECASE,
)
_CITE = re.compile(
    r"\bcit(?:e|es|ed|ing|ation|ations)\b|\[n\]|\[\d\]|source numbers?|\breferences? (?:the|each|your)"
    r"|\bquelle|zitier|\bcita\b|引用|出典",
    re.IGNORECASE,
)
_NO_CITE = re.compile(r"(?:do not|don't|never|without|no) (?:cite|citing|citations?|include citations?)", re.IGNORECASE)
_CAREFUL = re.compile(
    r"\b(?:check|verify|mind|mention|state|include|consider|respect|apply|watch|note|look)\b[^.\n]{0,80}\b"
    r"(?:limits?|conditions?|exceptions?|dates?|deadlines?|restrictions?|eligib\w+|age|requirements?|periods?|windows?)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:most recent|newest|latest|up[- ]to[- ]date|current version|last updated)\b", re.IGNORECASE)
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
_BARE = re.compile(
    r"\b(?:only|just|nothing but|raw|valid|strictly)\b[^.\n]{0,20}\bjson\b|\bjson\b[^.\n]{0,20}\bonly\b"
    r"|no (?:markdown|prose|code)|without (?:markdown|prose)",
    re.IGNORECASE,
)
_KEYS = re.compile(r"[\"'“]([A-Za-z_]\w{0,40})[\"'”]\s*:")
_NAMED_KEYS = re.compile(r"\b(?:keys?|fields?|propert(?:y|ies))\b[:\s]+([^\n.]{2,120})", re.IGNORECASE)
_ASK = re.compile(
    r"\b(?:ask|clarif\w+)\b[^.\n]{0,60}\b(?:missing|unclear|unsure|not given|do(?:es)?n't|if|when)"
    r"|(?:do not|don't|never) (?:guess|invent|make up)",
    re.IGNORECASE,
)
_COUNT = {"one": 1, "a single": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a few": 3, "couple of": 2}
_SENTENCES = re.compile(
    r"\b(\d+|one|a single|single|two|three|four|five|a few|couple of)[- ](?:short |full |complete )?sentences?\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\b(?:concise(?:ly)?|brief(?:ly)?|short(?:ly)?|terse(?:ly)?)\b", re.IGNORECASE)
_LONG = re.compile(
    r"\b(?:detail(?:ed|s)?|thorough(?:ly)?|complete(?:ly)?|everything|comprehensive(?:ly)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to answer. `unsure` is what to say when nothing answers; `keys` the JSON keys that the prompt names."""

    only_context: bool = False
    unsure: str | None = None
    cite: bool = False
    careful: bool = False
    newest: bool = False
    ask: bool = False
    most: int = 2
    json: bool = False
    fenced: bool = False
    keys: tuple[str, ...] = ()
    schema: JsonObject | None = None


def follow(request: Request, text: str) -> Instructions:
    """The instructions of a request; `text` is its prompt without passages and question."""
    schema, forced = _format(request)
    asks_json = bool(_JSON.search(text))
    phrases = _PHRASE.findall(text)
    phrase = next((p for p in phrases if _UNSURE.search(p) or len(phrases) == 1), None)
    return Instructions(
        only_context=bool(_ONLY.search(text)) or (phrase is not None and bool(_UNSURE.search(text))),
        unsure=phrase,
        cite=bool(_CITE.search(text)) and not _NO_CITE.search(text),
        careful=bool(_CAREFUL.search(text)),
        newest=bool(_NEWEST.search(text)),
        ask=bool(_ASK.search(text)),
        most=_most(text),
        json=forced or asks_json,
        fenced=asks_json and not forced and not _BARE.search(text),
        keys=_keys(text) if asks_json else (),
        schema=schema,
    )


def _format(request: Request) -> tuple[JsonObject | None, bool]:
    """(schema, JSON is forced) of a response format."""
    given = request.response_format
    if not isinstance(given, dict) or given.get("type") not in ("json_object", "json_schema"):
        return None, False
    holder = given.get("json_schema")
    schema = holder.get("schema") if isinstance(holder, dict) else given.get("schema")
    return (schema if isinstance(schema, dict) else None), True


def _most(text: str) -> int:
    found = _SENTENCES.search(text)
    if found:
        word = found.group(1).lower()
        return max(1, int(word) if word.isdigit() else _COUNT.get(word, 1))
    if _SHORT.search(text):
        return 1
    return 4 if _LONG.search(text) else 2


def _keys(text: str) -> tuple[str, ...]:
    found = list(dict.fromkeys(_KEYS.findall(text)))
    if not found:
        named = _NAMED_KEYS.search(text)
        words = re.findall(r"[\"'`]?([A-Za-z_]\w*)[\"'`]?", named.group(1)) if named else []
        found = [w for w in words if w.lower() not in ("and", "or", "the", "a", "an", "with", "of", "are", "is")]
    return tuple(found)
