"""Lexical evidence: tokens and sentences with their character offsets, and an index that tells what a text covers.

What it can do: say that a number, a name or most words of a sentence stand nowhere in a source. What it cannot do: tell
that a sentence is true. Everything built on it is a suspicion with its evidence, never a proof.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from tracefix_tui.checks.words import FUNCTION_WORDS, MONTHS, NUMBER_WORDS, SCALES, number_key, stem

_CJK = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0002ffff"
)
_TOKEN = re.compile(rf"[{_CJK}]+|\d+(?:[.,]\d+)*%?|(?:(?![{_CJK}])[^\W\d_])+(?:['\u2019](?:(?![{_CJK}])[^\W\d_])+)?")
_CJK_START = re.compile(f"[{_CJK}]")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CLOCK = re.compile(r"\b(1[3-9]|2[0-3]):[0-5]\d")
_ISO_DATE = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])-\d\d")
_ENDS = re.compile(
    r"[.!?]{1,8}[\"'\u201d\u2019)\]*_]{0,8}(?=\s+[\[\"'\u201c\u2018(*_#\-\u2022\d]|\s+[^\W\d_a-z])|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*|\n+"
)
_ABBREVIATION = re.compile(r"(?:^|[\s(\"'])(?:dr|mr|mrs|ms|prof|st|vs|no|inc|ltd|co|fig|approx|e\.g|i\.e|[a-z])$", re.I)


class Token(NamedTuple):
    """One word, number or pair of CJK characters, with where it stands. `key` is what is compared."""

    start: int
    end: int
    raw: str
    key: str
    number: bool
    content: bool
    capital: bool


def tokenize(text: str) -> list[Token]:
    """All tokens in order. Scripts written without spaces give overlapping pairs of characters."""
    out: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        word = match[0]
        if word[0].isdigit():
            out.append(Token(start, end, word, number_key(word), True, True, False))
        elif _CJK_START.match(word):
            out.extend(_pairs(word, start))
        else:
            raw, key, content = _word(word)
            out.append(Token(start, end, raw, key, False, content, word[0].isupper()))
    return out


@lru_cache(maxsize=65_536)
def _word(word: str) -> tuple[str, str, bool]:
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word).replace("\u2019", "'")
    raw = plain.lower()
    return raw, stem(raw), raw not in FUNCTION_WORDS


def _pairs(word: str, start: int) -> Iterator[Token]:
    for i in range(max(1, len(word) - 1)):
        pair = word[i : i + 2]
        key = unicodedata.normalize("NFKC", pair)
        yield Token(start + i, start + i + len(pair), key, key, False, not _HIRAGANA.fullmatch(pair), False)


def sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, without the white space around it; lines end sentences too."""
    out: list[tuple[int, int]] = []
    begin = 0
    for match in _ENDS.finditer(text):
        if match[0][0] == "." and _ABBREVIATION.search(text, max(begin, match.start() - 12), match.start()):
            continue
        _add_trimmed(out, text, begin, match.end())
        begin = match.end()
    _add_trimmed(out, text, begin, len(text))
    return out


def _add_trimmed(out: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    length = len(piece.strip())
    if length:
        out.append((start + lead, start + lead + length))


@dataclass(frozen=True)
class Window:
    """The stretch of a source that holds most of some words: the share of them, and its characters."""

    share: float
    start: int
    end: int


@dataclass(frozen=True)
class TextIndex:
    """What a text contains, built once: `keys` and `numbers` it holds, and where each content word stands."""

    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens of the text."""
        return tokenize(self.text)

    @cached_property
    def _content(self) -> list[Token]:
        return [t for t in self.tokens if t.content]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for i, token in enumerate(self._content):
            for key in _keys(token, self.text):
                places.setdefault(key, []).append(i)
        return places

    @cached_property
    def keys(self) -> frozenset[str]:
        """The stems and numbers of the text, function words too."""
        found = {t.key for t in self.tokens} | {t.raw for t in self.tokens} | self._places.keys()
        found.update(stem(MONTHS[int(m[1]) - 1]) for m in _ISO_DATE.finditer(self.text))
        return frozenset(found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers of the text, with number words, scaled values (`1.5 million`) and hours past noon on a dial."""
        return frozenset(numbers_of(self.tokens) | {str(int(m[1]) - 12) for m in _CLOCK.finditer(self.text)})

    @cached_property
    def sentences(self) -> list[tuple[int, int, frozenset[str]]]:
        """Each sentence's (start, end) with the keys of its tokens."""
        starts = [t.start for t in self.tokens]
        out = []
        for start, end in sentences(self.text):
            inside = self.tokens[bisect_left(starts, start) : bisect_left(starts, end)]
            out.append((start, end, frozenset(t.key for t in inside)))
        return out

    def window(self, keys: Collection[str]) -> Window:
        """The stretch of max(12, 2n) content words that holds the largest share of the n keys."""
        hits = sorted((place, key) for key in keys for place in self._places.get(key, ()))
        if not hits or not keys:
            return Window(0.0, 0, 0)
        size, best, left = max(12, 2 * len(keys)), (0, 0, 0), 0
        inside: dict[str, int] = {}
        for right, (place, key) in enumerate(hits):
            inside[key] = inside.get(key, 0) + 1
            while place - hits[left][0] >= size:
                gone = hits[left][1]
                inside[gone] -= 1
                if not inside[gone]:
                    del inside[gone]
                left += 1
            if len(inside) > best[0]:
                best = (len(inside), left, right)
        first, last = self._content[hits[best[1]][0]], self._content[hits[best[2]][0]]
        return Window(best[0] / len(keys), first.start, last.end)


def _keys(token: Token, text: str) -> Iterator[str]:
    yield token.key
    word = text[token.start : token.end]
    if not token.number and word != token.raw and any(c.isupper() for c in word[1:]) and not word.isupper():
        yield from (stem(part.lower()) for part in _CAMEL.findall(word))


def numbers_of(tokens: Sequence[Token]) -> set[str]:
    """The numbers among some tokens, number words and scaled values with them."""
    found: set[str] = set()
    for i, token in enumerate(tokens):
        if token.number:
            found.add(token.key)
            scale = SCALES.get(tokens[i + 1].raw) if i + 1 < len(tokens) else None
            if scale and len(token.key) < 15:
                found.add(number_key(repr(float(token.key) * scale)))
        elif token.raw in NUMBER_WORDS:
            found.add(NUMBER_WORDS[token.raw])
    return found


@lru_cache(maxsize=512)
def index_of(text: str) -> TextIndex:
    """The index of a text; the same text is indexed once."""
    return TextIndex(text)
