"""Alignment: where recorded texts (documents, questions, tool results) stand in the texts of a prompt.

A document is looked for as it is, then as JSON prints it, then by its beginning (a cut document), then with white space
taken for equal. Every character belongs to one match at most; the longest texts choose first, and of equal ones the
first takes the first place. All searches are `str.find` over the whole prompt, so the time grows with its length only.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tracefix_tui.prompts.documents import Escape, escaped, unescaped

_SHORTEST = 3
_SURE = 24
_PROBE = 40
_MAX_TRIES = 64
_MAX_REPEATS = 8
_BREAK = "\n\x00\n"
_OPENS = frozenset("\n\"'>]):-*`.\t}{")
_CLOSES = frozenset("\n\"'<]),}`\r;.|")


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A stretch of text *part* that came from source *source*; `text` is what `raw` says once unescaped."""

    part: int
    start: int
    end: int
    source: int
    text: str
    raw: str
    escape: Escape = ""
    partial: bool = False


@dataclass(frozen=True, slots=True, order=True)
class _Stretch:
    """A place a document may have; sorted longest first, then from the left."""

    minus_length: int
    start: int
    end: int
    source: int
    escape: Escape
    partial: bool


class Haystack:
    """The texts of a prompt, searched as one, with the stretches that are taken already."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = _BREAK.join(texts)
        self.starts: list[int] = []
        at = 0
        for text in texts:
            self.starts.append(at)
            at += len(text) + len(_BREAK)
        self.taken = [(start - len(_BREAK), start) for start in self.starts[1:]]
        self.cursors: dict[str, int] = {}

    def claim(self, start: int, end: int, source: int, escape: Escape, partial: bool) -> Match | None:
        """Take a free stretch; None where its text cannot be unescaped."""
        raw = self.text[start:end]
        text = unescaped(raw, escape)
        if text is None:
            return None
        insort(self.taken, (start, end))
        part = bisect_right(self.starts, start) - 1
        offset = self.starts[part]
        return Match(part, start - offset, end - offset, source, text, raw, escape, partial)

    def take(self, part: int, start: int, end: int) -> None:
        """Take a stretch of a part together with what is taken inside it."""
        start, end = start + self.starts[part], end + self.starts[part]
        self.taken = [t for t in self.taken if not (start <= t[0] and t[1] <= end)]
        insort(self.taken, (start, end))

    def overlap(self, start: int, end: int) -> tuple[int, int] | None:
        """A taken stretch that shares characters with this one, or None."""
        i = bisect_right(self.taken, (start, len(self.text) + 1))
        if i and self.taken[i - 1][1] > start:
            return self.taken[i - 1]
        return self.taken[i] if i < len(self.taken) and self.taken[i][0] < end else None

    def free_places(self, needle: str) -> Iterator[int]:
        """Free occurrences of a text, in order, each once over the life of the haystack."""
        for at, clash in self.places(needle):
            if clash is None:
                yield at

    def places(self, needle: str) -> Iterator[tuple[int, tuple[int, int] | None]]:
        """Occurrences of a text with what they overlap; a bounded number of overlapping ones."""
        at, tries = self.cursors.get(needle, 0), 0
        while tries < _MAX_TRIES and (at := self.text.find(needle, at)) >= 0:
            clash = self.overlap(at, at + len(needle))
            following = at + len(needle) if clash is None else max(at + 1, clash[1] if clash[0] <= at else clash[0])
            self.cursors[needle] = following
            tries += clash is not None
            yield at, clash
            at = following

    @cached_property
    def squashed(self) -> str:
        """The text with each run of white space as one space."""
        return " ".join(self.text.split())

    @cached_property
    def words(self) -> tuple[list[int], list[int]]:
        """Where each word begins: in the squashed text, and in the text."""
        squashed: list[int] = []
        real: list[int] = []
        at = 0
        for match in re.finditer(r"\S+", self.text):
            real.append(match.start())
            squashed.append(at)
            at += match.end() - match.start() + 1
        return squashed, real

    def real_place(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text for a stretch of the squashed text that neither begins nor ends with a space."""
        squashed, real = self.words
        first, last = bisect_right(squashed, start) - 1, bisect_right(squashed, end - 1) - 1
        return real[first] + start - squashed[first], real[last] + end - squashed[last]


def place_documents(hay: Haystack, contents: Sequence[str | None]) -> list[Match]:
    """Where these documents stand, in the order of the prompt; documents that are not in it have no match."""
    order = sorted(
        (i for i, content in enumerate(contents) if content and len(content.strip()) >= _SHORTEST),
        key=lambda i: -len(contents[i] or ""),
    )
    found: list[Match] = []
    waiting: list[int] = []
    for i in order:
        match = _place_whole(hay, i, contents[i] or "")
        if match is None:
            waiting.append(i)
        else:
            found.append(match)
    for ways in (_left_over, _cut, _squashed):
        tried = [stretch for i in waiting for stretch in ways(hay, i, contents[i] or "")]
        found += _claim_best(hay, tried)
        placed = {match.source for match in found}
        waiting = [i for i in waiting if i not in placed]
    for first in list(found):
        found.extend(_repeats(hay, first))
    return sorted(found)


def place_text(hay: Haystack, text: str, source: int, parts: Sequence[int], *, once: bool = False) -> list[Match]:
    """Free occurrences of a text within some parts, as words of their own; at most a few."""
    found: list[Match] = []
    for part in parts:
        begin = hay.starts[part]
        end = hay.starts[part + 1] - len(_BREAK) if part + 1 < len(hay.starts) else len(hay.text)
        at, tries = begin, 0
        while len(found) < _MAX_REPEATS and tries < _MAX_TRIES and (at := hay.text.find(text, at, end)) >= 0:
            stop = at + len(text)
            whole = not (_joins(hay.text, at) or _joins(hay.text, stop))
            if whole and hay.overlap(at, stop) is None and (match := hay.claim(at, stop, source, "", False)):
                found.append(match)
                if once:
                    return found
            at, tries = stop, tries + 1
    return found


def _place_whole(hay: Haystack, source: int, content: str) -> Match | None:
    for needle, escape in _forms(hay, content):
        for at in hay.free_places(needle):
            end = at + len(needle)
            if (len(needle) >= _SURE or _stands_alone(hay.text, at, end)) and (
                match := hay.claim(at, end, source, escape, False)
            ):
                return match
    return None


def _left_over(hay: Haystack, source: int, content: str) -> Iterator[_Stretch]:
    """The part of a document that another one, overlapping it, has left."""
    hay.cursors.pop(content, None)
    for at, clash in hay.places(content) if len(content) >= _SURE else ():
        start, end = at, at + len(content)
        while clash is not None and start < end:
            start, end = (clash[1], end) if clash[0] <= start else (start, clash[0])
            clash = hay.overlap(start, end)
        if hay.text[start:end].strip():
            yield _Stretch(start - end, start, end, source, "", True)


def _cut(hay: Haystack, source: int, content: str) -> Iterator[_Stretch]:
    """Places where a document begins and is then cut: at least a probe's length, or half of it."""
    for form, escape in _forms(hay, content):
        probe = form[: max(_SURE, min(_PROBE, len(form) // 2))]
        if len(probe) < _SURE:
            continue
        hay.cursors.pop(probe, None)
        for at in islice(hay.free_places(probe), _MAX_TRIES):
            end = at + _same_length(hay.text, at, form)
            clash = hay.overlap(at, end)
            end = clash[0] if clash else end
            whole = (
                stop for stop in range(end, max(at, end - 12), -1) if unescaped(hay.text[at:stop], escape) is not None
            )
            end = next(whole, at)
            yield _Stretch(at - end, at, end, source, escape, True)


def _squashed(hay: Haystack, source: int, content: str) -> Iterator[_Stretch]:
    """Places of the document, or of the first half of it at least, where white space was changed on the way."""
    wanted = " ".join(content.split())
    probe = wanted[: max(_SURE, min(_PROBE, len(wanted)))].rstrip()
    at, tries = 0, 0
    while len(wanted) >= _SURE and tries < _MAX_TRIES and (at := hay.squashed.find(probe, at)) >= 0:
        length = len(hay.squashed[at : at + _same_length(hay.squashed, at, wanted)].rstrip())
        if length * 2 >= len(wanted):
            start, end = hay.real_place(at, at + length)
            yield _Stretch(start - end, start, end, source, "", length < len(wanted))
        at, tries = at + len(probe), tries + 1


def _claim_best(hay: Haystack, tried: list[_Stretch]) -> list[Match]:
    """The longest stretches first, each source once, none over another."""
    found: list[Match] = []
    placed: set[int] = set()
    for stretch in sorted(tried):
        if stretch.source in placed or stretch.end - stretch.start < _SURE or hay.overlap(stretch.start, stretch.end):
            continue
        if match := hay.claim(stretch.start, stretch.end, stretch.source, stretch.escape, stretch.partial):
            found.append(match)
            placed.add(stretch.source)
    return found


def _repeats(hay: Haystack, first: Match) -> Iterator[Match]:
    """Further places of a document that the prompt holds more than once."""
    needle = escaped(first.text, first.escape)
    if len(needle) < _SURE:
        return
    for count, at in enumerate(hay.free_places(needle)):
        match = hay.claim(at, at + len(needle), first.source, first.escape, first.partial)
        if match is None or count >= _MAX_REPEATS:
            return
        yield match


def _forms(hay: Haystack, content: str) -> Iterator[tuple[str, Escape]]:
    """The ways a prompt may print a document: as it is, without outer white space, as JSON does."""
    yield content, ""
    stripped = content.strip()
    if stripped != content:
        yield stripped, ""
    if "\\" not in hay.text:
        return
    for text in dict.fromkeys((content, stripped)):
        plain, ascii_only = escaped(text, "json"), escaped(text, "json-ascii")
        if plain != text:
            yield plain, "json"
        if ascii_only != plain:
            yield ascii_only, "json-ascii"


def _same_length(text: str, at: int, wanted: str) -> int:
    """How many characters of `wanted` stand at this place, found by halving."""
    low, high = 0, min(len(wanted), len(text) - at)
    while low < high:
        middle = (low + high + 1) // 2
        if text.startswith(wanted[low:middle], at + low):
            low = middle
        else:
            high = middle - 1
    return low


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A short document is believed only where it looks like an item and not like a word of a sentence."""
    line = text[max(0, start - 80) : start].rstrip(" ")
    before = not line or line[-1] in _OPENS
    return before and (end == len(text) or text[end] in _CLOSES)


def _joins(text: str, at: int) -> bool:
    """Whether a word goes on across this place."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() and text[at].isascii()
