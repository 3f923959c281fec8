"""Claims: the sentences of an answer that state something, with the citations they carry."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.checks.lexical import Token, sentences, tokenize

CITATION = re.compile(
    r"\[\s*(?:(?:source|sources|doc|docs|document|documents|passage|passages|context|chunk|ref)s?[ :#]*)?"
    r"([\w./:#@-]+(?:\s*(?:,|;|and|&|-|\u2013)\s*(?:(?:source|doc|document|passage)\s*)?[\w./:#@-]+)*)\s*\](?!\()"
    r"|[\u3010]\s*([\w./:#-]+)[^\u3011\n]{0,40}[\u3011]",
    re.I,
)
_FENCE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
_LIST_MARK = re.compile(r"(?:[-*\u2022#>]+\s*|\d{1,3}[.):]\s+|\*\*|__|\"|\u201c)+")
_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(?!\s*:)')
_INITIAL_AFTER = (":", "-", "\u2022", "*", "#", '"', "\u201c", "(", "\u2014", "|", ">", "/")
_SPLIT = re.compile(r"[,;&]|\band\b")
_RANGE = re.compile(r"(\d{1,3})\s*[-\u2013]\s*(\d{1,3})$")


@dataclass(frozen=True, slots=True)
class Citation:
    """One bracketed marker and the labels it names: `[1, 3]` names 1 and 3."""

    start: int
    end: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """A sentence of the answer. `keys` are its content words as they are compared; citations are not among them."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    citations: tuple[Citation, ...]
    keys: frozenset[str]
    names: tuple[Token, ...]

    @property
    def numbers(self) -> tuple[Token, ...]:
        """The numbers written as digits."""
        return tuple(t for t in self.tokens if t.number)


def claims_of(text: str) -> tuple[Claim, ...]:
    """The claims of an answer: sentences with content, outside code; the string values of one that is JSON."""
    code = [] if _is_json(text) else [m.span() for m in _FENCE.finditer(text)]
    cited = citations_of(text)
    hidden = sorted([*code, *((c.start, c.end) for c in cited)])
    tokens = [t for t in tokenize(text) if not _within(t.start, hidden)]
    starts = [t.start for t in tokens]
    out: list[Claim] = []
    spans = _follow_citations(list(_sentence_spans(text)), cited, tokens)
    for start, end in spans:
        body = start + (m.end() if (m := _LIST_MARK.match(text[start:end])) else 0)
        inside = tokens[bisect_left(starts, body) : bisect_left(starts, end)]
        keys = frozenset(t.key for t in inside if t.content)
        if keys:
            mine = tuple(c for c in cited if start <= c.start < end)
            out.append(Claim(start, end, tuple(inside), mine, keys, tuple(_names(text, inside))))
    return tuple(out)


def citations_of(text: str) -> tuple[Citation, ...]:
    """Bracketed markers that could be citations; whether they are is for the labels of the prompt to say."""
    out: list[Citation] = []
    fences = [m.span() for m in _FENCE.finditer(text)]
    for match in CITATION.finditer(text):
        if not _within(match.start(), fences):
            labels = tuple(_labels(match[1] or match[2]))
            if labels:
                out.append(Citation(match.start(), match.end(), labels))
    return tuple(out)


def _labels(body: str) -> Iterator[str]:
    for part in _SPLIT.split(body):
        label = part.strip().split()[-1] if part.strip() else ""
        span = _RANGE.search(part.strip())
        if span and int(span[1]) < int(span[2]) < int(span[1]) + 20:
            yield from (str(n) for n in range(int(span[1]), int(span[2]) + 1))
        elif label:
            yield str(int(label)) if label.isdecimal() and len(label) < 10 else label


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    if not _is_json(text):
        yield from sentences(text)
        return
    for match in _JSON_STRING.finditer(text):
        start = match.start(1)
        yield from ((start + a, start + b) for a, b in sentences(match[1]))


def _is_json(text: str) -> bool:
    head = text.lstrip()[:1]
    if head not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _follow_citations(
    spans: list[tuple[int, int]], cited: tuple[Citation, ...], tokens: list[Token]
) -> list[tuple[int, int]]:
    """A marker that stands after the full stop (`A claim. [1] Another.`) belongs to the sentence before it."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        moved = start
        for citation in cited:
            if citation.start == moved and out and citation.end <= end:
                out[-1] = (out[-1][0], citation.end)
                moved = citation.end
                while moved < end and any(c.start == moved + 1 for c in cited):
                    moved += 1
        if any(moved <= t.start < end for t in tokens):
            out.append((moved, end))
    return out


def _names(text: str, tokens: list[Token]) -> Iterator[Token]:
    """Capitalised content words that a sentence does not capitalise anyway."""
    words = [t for t in tokens if not t.number and t.content]
    if len(words) >= 3 and sum(t.capital for t in words) > 0.7 * len(words):
        return  # a heading in title case
    first = True
    for token in tokens:
        before = text[max(0, token.start - 3) : token.start].rstrip()
        initial = first or before.endswith(_INITIAL_AFTER)
        first = False
        if token.capital and token.content and not initial and len(token.raw) > 1:
            yield token


def _within(position: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_left(spans, (position + 1, 0))
    return any(start <= position < end for start, end in spans[max(0, at - 2) : at])
