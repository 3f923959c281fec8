"""Two texts compared by line and, inside changed lines, by word: rows for an inline and for a split view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from tracefix_tui.compare.sequence import Run, align
from tracefix_tui.compare.words import Clock, Segment, diff_words, tokens

RowKind: TypeAlias = Literal["equal", "changed", "removed", "added"]

_BUDGET = 0.5
_ALIKE = 0.25
_MAX_PAIRINGS = 900
_BAG = 200_000
_HEAD = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of each side, or of one. Segments hold the line's newline too; lines are counted from 1."""

    kind: RowKind
    left: tuple[Segment, ...] = ()
    right: tuple[Segment, ...] = ()
    left_line: int | None = None
    right_line: int | None = None


@dataclass(frozen=True)
class TextDiff:
    """Rows in order: left segments joined are the first text, right ones the second.

    `similarity` is from 0 to 1: the share of characters that are the same, or of words in common where `gave_up` says
    that the time for a comparison in detail was over (the rows then show larger changes than there are).
    """

    rows: tuple[Row, ...]
    similarity: float
    gave_up: bool = False

    @property
    def same(self) -> bool:
        """The texts are equal."""
        return all(row.kind == "equal" for row in self.rows)

    @cached_property
    def words_removed(self) -> int:
        """Words that only the first text has."""
        return _words(segment for row in self.rows for segment in row.left)

    @cached_property
    def words_added(self) -> int:
        """Words that only the second text has."""
        return _words(segment for row in self.rows for segment in row.right)


def diff_text(a: str, b: str, budget: float = _BUDGET) -> TextDiff:
    """Compare two texts; after `budget` seconds, changed lines are not compared by word any more."""
    clock = Clock(budget)
    lines_a, lines_b = lines(a), lines(b)
    rows: list[Row] = []
    for run in align(lines_a, lines_b):
        rows += _equal(lines_a, run) if run.equal else _unequal(lines_a, lines_b, run, clock)
    return TextDiff(tuple(rows), _similarity(a, b, rows, clock.gave_up), clock.gave_up)


def lines(text: str) -> list[str]:
    """Lines with their newline; only a newline ends a line. Joined they are the text."""
    parts = text.split("\n")
    whole = [line + "\n" for line in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole


def _equal(lines_a: list[str], run: Run) -> Iterator[Row]:
    for k in range(run.a1 - run.a0):
        segment = (Segment(lines_a[run.a0 + k], "equal"),)
        yield Row("equal", segment, segment, run.a0 + k + 1, run.b0 + k + 1)


def _unequal(lines_a: list[str], lines_b: list[str], run: Run, clock: Clock) -> Iterator[Row]:
    """Lines paired where they are alike, in order; the others removed and added."""
    i, j = run.a0, run.b0
    for x, y in [*_pairs(lines_a, lines_b, run), (run.a1, run.b1)]:
        for k in range(i, x):
            yield Row("removed", (Segment(lines_a[k], "removed"),), (), k + 1, None)
        for k in range(j, y):
            yield Row("added", (), (Segment(lines_b[k], "added"),), None, k + 1)
        if x < run.a1 and y < run.b1:
            left, right = diff_words(lines_a[x], lines_b[y], clock)
            yield Row("changed", left, right, x + 1, y + 1)
        i, j = x + 1, y + 1


def _pairs(lines_a: list[str], lines_b: list[str], run: Run) -> list[tuple[int, int]]:
    """Which lines to show beside each other: the pairing in order with the most in common."""
    m, n = run.a1 - run.a0, run.b1 - run.b0
    if m == n == 1:
        return [(run.a0, run.b0)]
    if m * n > _MAX_PAIRINGS:
        return [(run.a0 + k, run.b0 + k) for k in range(min(m, n))] if m == n else []
    bags_a = [_bag(line[:_HEAD]) for line in lines_a[run.a0 : run.a1]]
    bags_b = [_bag(line[:_HEAD]) for line in lines_b[run.b0 : run.b1]]
    alike = [[_dice(x, y) for y in bags_b] for x in bags_a]
    best = [[0.0] * (n + 1) for _ in range(m + 1)]
    for x in range(m - 1, -1, -1):
        for y in range(n - 1, -1, -1):
            paired = best[x + 1][y + 1] + alike[x][y] if alike[x][y] >= _ALIKE else 0.0
            best[x][y] = max(best[x + 1][y], best[x][y + 1], paired)
    out: list[tuple[int, int]] = []
    x = y = 0
    while x < m and y < n:
        if best[x][y] == best[x + 1][y]:
            x += 1
        elif best[x][y] == best[x][y + 1]:
            y += 1
        else:
            out.append((run.a0 + x, run.b0 + y))
            x, y = x + 1, y + 1
    return out


def _bag(text: str) -> Counter[str]:
    return Counter(token for token in tokens(text[:_BAG]) if not token.isspace())


def _dice(a: Counter[str], b: Counter[str]) -> float:
    size = a.total() + b.total()
    return 2 * (a & b).total() / size if size else 1.0


def _similarity(a: str, b: str, rows: list[Row], gave_up: bool) -> float:
    if gave_up:
        return _dice(_bag(a), _bag(b))
    same = sum(len(segment.text) for row in rows for segment in row.left if segment.kind == "equal")
    return 2 * same / (len(a) + len(b)) if a or b else 1.0


def _words(segments: Iterator[Segment]) -> int:
    return sum(any(c.isalnum() for c in t) for s in segments if s.kind != "equal" for t in tokens(s.text))
