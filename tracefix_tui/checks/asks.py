"""What a prompt asks for: citations, JSON. Only instructions are read, never the retrieved documents."""

from __future__ import annotations

import re

from tracefix_tui.checks.reading import Reading
from tracefix_tui.model.check import Evidence

_CITED_THING = (
    r"(?:the|your|each|every|all|any|which|it|them|its|their|sources?|documents?|passages?|chunks?|references?|evidence"
    r"|as|with|using|by|like|in|\[|\(|\{)"
)
_CITE = re.compile(
    rf"\b(?:always |must |please |and |also )?(?:cite|citing)\s+{_CITED_THING}[^\n.]{{0,80}}"
    r"|\b(?:use|include|add|provide|give|with|contain|insert|put|place|write|have)\b[^.\n]{0,40}"
    r"\b(?:inline |numbered |bracketed |in-text )?citations?\b"
    r"|\b(?:include|add|provide|give|state|mention|quote|name)\b[^.\n]{0,24}"
    r"\bsources?\b[^.\n]{0,24}\b(?:in|with|as|using|between)\b[^.\n]{0,16}(?:[\[(]|\b(?:brackets|parentheses)\b)"
    r"|\bcite\b\s*[\[({][^\n]{0,20}"
    r"|\bcite\b[.!]",
    re.I,
)
_JSON = re.compile(
    r"\b(?:respond|reply|answer|return|output|produce|give|write|generate|format|provide|emit|print)\b[^.\n]{0,60}"
    r"\bJSON\b(?!L|5|\s*schema of)[^\n.]{0,60}"
    r"|\b(?:only|valid|strict|raw)\s+JSON\b[^\n.]{0,40}",
    re.I,
)
_NOT = re.compile(r"\b(?:not|never|no|without|don't|avoid|unless)\b[^.\n]{0,30}$", re.I)


def asks_citation(reading: Reading) -> Evidence | None:
    """The instruction to cite, or None."""
    return _asked(reading, _CITE)


def asks_json(reading: Reading) -> Evidence | None:
    """The instruction to answer in JSON, or None."""
    return _asked(reading, _JSON)


def _asked(reading: Reading, pattern: re.Pattern[str]) -> Evidence | None:
    last_user = max((i for i, m in enumerate(reading.subject.messages) if m.role == "user"), default=-1)
    for segment in reading.instructions:
        if reading.subject.messages[segment.message].role == "user" and segment.message != last_user:
            continue
        for match in pattern.finditer(segment.text):
            if not _NOT.search(segment.text, max(0, match.start() - 40), match.start()):
                start = segment.start + match.start()
                return reading.in_message(segment.message, start, start + len(match[0].rstrip()))
    return None
