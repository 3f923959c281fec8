"""Two short texts compared word by word."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tracefix_tui.compare.sequence import align

SegmentKind: TypeAlias = Literal["equal", "removed", "added"]
Pair: TypeAlias = tuple[bool, str, str]

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_CITATION = r"\[[\w.-]{1,40}\]"
_WORD = re.compile(f"{_CITATION}|[{_CJK}]|[^\\W{_CJK}]+|\\s+|[^\\w\\s]")
_UNIT = re.compile(r"[^\n]{1,200}?(?:[.!?。！？;,}\])]+\s*|$)|[^\n]{1,200}|\n", re.DOTALL)
_LONG = 600
_FIRST_SURROGATE, _SURROGATES = 0xD800, 0x800
_PER_PAIR = 0.08
_MAX_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters of one side: the same on both, or only on this one."""

    text: str
    kind: SegmentKind


class Clock:
    """A time budget in seconds for one comparison; `gave_up` once something was left uncompared for its sake."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.gave_up = False

    def allowed(self) -> float:
        """Seconds the next pair may take; 0 when there are none left."""
        return max(0.0, min(_PER_PAIR, self._end - time.monotonic()))


def tokens(text: str) -> list[str]:
    """Words, citations such as `[4]`, runs of space, single signs and CJK characters; joined they are the text."""
    return _WORD.findall(text)


def diff_words(a: str, b: str, clock: Clock) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """The segments of each side; joined they are the sides."""
    if a == b:
        return (Segment(a, "equal"),), (Segment(b, "equal"),)
    pairs = _tidied(_pairs(a, b, clock))
    left = _merged(Segment(x, "equal" if same else "removed") for same, x, _ in pairs if x)
    right = _merged(Segment(y, "equal" if same else "added") for same, _, y in pairs if y)
    return left, right


def _pairs(a: str, b: str, clock: Clock) -> list[Pair]:
    """(same, left, right) in order; long texts are aligned by sentence first."""
    if min(len(a), len(b)) <= _LONG and max(len(a), len(b)) <= 20 * _LONG:
        return _by_word(a, b, clock)
    units_a, units_b = _UNIT.findall(a), _UNIT.findall(b)
    out: list[Pair] = []
    for run in align(units_a, units_b):
        x, y = "".join(units_a[run.a0 : run.a1]), "".join(units_b[run.b0 : run.b1])
        out += [(True, x, y)] if run.equal else _by_word(x, y, clock)
    return out


def _by_word(a: str, b: str, clock: Clock) -> list[Pair]:
    """Words mapped to characters and compared by diff-match-patch, which keeps to a time limit."""
    from diff_match_patch import diff_match_patch

    if not a or not b:
        return [(False, a, b)]
    seconds = clock.allowed()
    table: dict[str, str] = {}
    coded_a, coded_b = (_coded(text, table) for text in (a, b)) if seconds else ("", "")
    if not seconds or min(len(coded_a), len(coded_b)) > _MAX_WORDS:
        clock.gave_up = True
        return [(False, a, b)]
    words = {code: word for word, code in table.items()}
    differ = diff_match_patch()
    differ.Diff_Timeout = seconds
    began = time.monotonic()
    edits = differ.diff_main(coded_a, coded_b, False)
    clock.gave_up = clock.gave_up or time.monotonic() - began >= seconds
    out: list[Pair] = []
    for operation, coded in edits:
        text = "".join(words[code] for code in coded)
        out.append((operation == 0, text if operation <= 0 else "", text if operation >= 0 else ""))
    return out


def _coded(text: str, table: dict[str, str]) -> str:
    coded: list[str] = []
    for word in tokens(text):
        if word not in table:
            code = len(table) + 1
            table[word] = chr(code if code < _FIRST_SURROGATE else code + _SURROGATES)
        coded.append(table[word])
    return "".join(coded)


def _tidied(pairs: list[Pair]) -> list[Pair]:
    """Changes that only spaces or signs keep apart become one, so that a reader sees phrases and not confetti."""
    out: list[Pair] = []
    for k, (same, x, y) in enumerate(pairs):
        between = same and 0 < k < len(pairs) - 1 and not any(c.isalnum() for c in x) and len(x) < 4 and "\n" not in x
        if out and not out[-1][0] and (not same or between):
            out[-1] = (False, out[-1][1] + x, out[-1][2] + y)
        else:
            out.append((same, x, y))
    return out


def _merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    out: list[Segment] = []
    for segment in segments:
        if out and out[-1].kind == segment.kind:
            out[-1] = Segment(out[-1].text + segment.text, segment.kind)
        else:
            out.append(segment)
    return tuple(out)
