"""Claims: the sentences of an answer that state something, with the citations they carry."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from tracefix_tui.checks.lexical import Token, sentences, tokenize

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,120})\](?!\()|[\u3010]([^\u3010\u3011\n]{1,120})[\u3011]")
_LABEL = re.compile(
    r"(?:(?:source|doc|document|passage|context|chunk|reference|ref)s?(?:[ :#]+|(?=\d)))?([\w./:#@-]+)", re.I
)
_FENCE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
_LIST_MARK = re.compile(r"(?:[-*\u2022#>]+\s*|\d{1,3}[.):]\s+|\*\*|__|\"|\u201c)+")
_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
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
    starts, marks = [t.start for t in tokens], [c.start for c in cited]
    out: list[Claim] = []
    for start, end in _with_citations(_sentence_spans(text), cited, marks):
        body = start + (m.end() if (m := _LIST_MARK.match(text[start:end])) else 0)
        inside = tokens[bisect_left(starts, body) : bisect_left(starts, end)]
        keys = frozenset(t.key for t in inside if t.content)
        if keys:
            mine = cited[bisect_left(marks, start) : bisect_left(marks, end)]
            out.append(Claim(start, end, tuple(inside), mine, keys, tuple(_names(text, inside))))
    return tuple(out)


def citations_of(text: str) -> tuple[Citation, ...]:
    """Bracketed markers that could be citations; whether they are is for the labels of the prompt to say."""
    out: list[Citation] = []
    fences = [m.span() for m in _FENCE.finditer(text)]
    for match in _BRACKETS.finditer(text):
        if not _within(match.start(), fences):
            labels = _labels(match[1] or match[2].split("\u2020")[0])
            if labels:
                out.append(Citation(match.start(), match.end(), labels))
    return tuple(out)


def _labels(body: str) -> tuple[str, ...]:
    """The labels in a pair of brackets; none when anything in them is not a label."""
    out: list[str] = []
    for part in _SPLIT.split(body):
        piece = part.strip()
        span = _RANGE.search(piece)
        label = _LABEL.fullmatch(piece)
        if span and int(span[1]) < int(span[2]) < int(span[1]) + 20:
            out += [str(n) for n in range(int(span[1]), int(span[2]) + 1)]
        elif label:
            name = label[1]
            out.append(str(int(name)) if name.isdecimal() and len(name) < 10 else name)
        else:
            return ()
    return tuple(out)


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    if not _is_json(text):
        yield from sentences(text)
        return
    for match in _JSON_STRING.finditer(text):
        if match[2]:
            continue  # a key
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


def _with_citations(
    spans: Iterator[tuple[int, int]], cited: tuple[Citation, ...], marks: list[int]
) -> list[tuple[int, int]]:
    """The sentences; a marker after the full stop (`A claim. [1] Another.`) belongs to the sentence before it."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        at = start
        for citation in cited[bisect_left(marks, start) : bisect_left(marks, end)] if out else ():
            if citation.start > at + 1 or citation.end > end:
                break
            at = citation.end
        if at > start:
            out[-1] = (out[-1][0], at)
        if at < end:
            out.append((at, end))
    return out


def _names(text: str, tokens: list[Token]) -> Iterator[Token]:
    """Capitalised content words that a sentence does not capitalise anyway."""
    words = [t for t in tokens if not t.number and t.content]
    whole = bool(tokens) and text[tokens[-1].end : tokens[-1].end + 1] in (".", "!", "?")
    if not whole and len(words) >= 3 and sum(t.capital for t in words) > 0.7 * len(words):
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
