"""Sequences aligned in near-linear time: common ends, then items unique on both sides, then difflib in what is left.

difflib alone is exact but quadratic in repeated items; it only ever sees small gaps here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

_SMALL = 40_000
_Inner: TypeAlias = Callable[[Sequence[Hashable], Sequence[Hashable], int, int, int, int], "Iterator[Run]"]


@dataclass(frozen=True, slots=True)
class Run:
    """Items `a[a0:a1]` against `b[b0:b1]`: the same (`equal`) or not."""

    equal: bool
    a0: int
    a1: int
    b0: int
    b1: int


def align(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Run]:
    """Runs that cover both sequences in order; equal and unequal ones take turns."""
    runs: list[Run] = []
    for run in _between_ends(a, b, 0, len(a), 0, len(b), _middle):
        last = runs[-1] if runs else None
        if run.a0 == run.a1 and run.b0 == run.b1:
            continue
        if last is not None and last.equal == run.equal:
            runs[-1] = Run(run.equal, last.a0, run.a1, last.b0, run.b1)
        else:
            runs.append(run)
    return runs


def _between_ends(
    a: Sequence[Hashable], b: Sequence[Hashable], a0: int, a1: int, b0: int, b1: int, inner: _Inner
) -> Iterator[Run]:
    """The common beginning, what `inner` makes of the middle, the common end."""
    head = 0
    while a0 + head < a1 and b0 + head < b1 and a[a0 + head] == b[b0 + head]:
        head += 1
    yield Run(True, a0, a0 + head, b0, b0 + head)
    a0, b0 = a0 + head, b0 + head
    tail = 0
    while a1 - tail > a0 and b1 - tail > b0 and a[a1 - tail - 1] == b[b1 - tail - 1]:
        tail += 1
    yield from inner(a, b, a0, a1 - tail, b0, b1 - tail)
    yield Run(True, a1 - tail, a1, b1 - tail, b1)


def _middle(a: Sequence[Hashable], b: Sequence[Hashable], a0: int, a1: int, b0: int, b1: int) -> Iterator[Run]:
    """Between the common ends: cut at items that both sides hold once, in the longest common order."""
    if a0 == a1 or b0 == b1:
        yield Run(False, a0, a1, b0, b1)
        return
    anchors = _anchors(a, b, a0, a1, b0, b1)
    if not anchors:
        yield from _by_difflib(a, b, a0, a1, b0, b1)
        return
    for i, j in [*anchors, (a1, b1)]:
        if i < a0 or j < b0:
            continue
        yield from _between_ends(a, b, a0, i, b0, j, _by_difflib)  # begins with the anchor's own equal stretch
        a0, b0 = i, j


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], a0: int, a1: int, b0: int, b1: int) -> list[tuple[int, int]]:
    """Pairs of places of items unique on both sides, as the longest run that goes up on both."""
    count_a, count_b = Counter(a[a0:a1]), Counter(b[b0:b1])
    place = {item: j for j, item in enumerate(b[b0:b1], b0) if count_b[item] == 1}
    pairs = [(i, place[item]) for i, item in enumerate(a[a0:a1], a0) if count_a[item] == 1 and item in place]
    return longest_rise(pairs)


def longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second numbers rise; the first ones rise already."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for k, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(j)
            last.append(k)
        else:
            ends[at] = j
            last[at] = k
    out: list[tuple[int, int]] = []
    k = last[-1] if last else -1
    while k >= 0:
        out.append(pairs[k])
        k = before[k]
    return out[::-1]


def _by_difflib(a: Sequence[Hashable], b: Sequence[Hashable], a0: int, a1: int, b0: int, b1: int) -> Iterator[Run]:
    """A gap without anchors; one too large to compare is called different as a whole."""
    if a0 == a1 or b0 == b1 or (a1 - a0) * (b1 - b0) > _SMALL:
        yield Run(False, a0, a1, b0, b1)
        return
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False).get_opcodes():
        yield Run(tag == "equal", a0 + i0, a0 + i1, b0 + j0, b0 + j1)
