"""How a comparison is laid out: inline or in two columns, wrapped, with long unchanged stretches folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracefix_tui.compare.words import Segment
from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.content.diff_lines import DiffLine
from tracefix_tui.ui.widgets import cells

CONTEXT = 3
MARGIN = 7  # a line number, a sign, spaces
_SIGNS = {"changed": "~", "removed": "-", "added": "+"}


class Range(NamedTuple):
    """Characters of a flat text with a style."""

    start: int
    end: int
    style: str


@dataclass(frozen=True, slots=True)
class Flat:
    """One side of a line as it is shown: with `[-removed-]` and `{+added+}` around what differs."""

    text: str
    ranges: tuple[Range, ...] = ()


class Row(NamedTuple):
    """One row of the screen: the line it belongs to, and the part of each side that it shows."""

    line: int
    first: bool
    left: tuple[int, int] | None
    right: tuple[int, int] | None


class Layout:
    """The rows for a width. `hidden` maps the line that stands for a folded stretch to the number of lines in it."""

    def __init__(self, lines: Sequence[DiffLine], width: int, *, split: bool, wrap: bool, folded: bool) -> None:
        self.lines, self.split, self.wrap = lines, split, wrap
        self.column = max(8, (width - 1) // 2 - MARGIN) if split else max(8, width - MARGIN)
        self.across = max(8, width - 1)
        self.hidden: dict[int, int] = _folds(lines) if folded else {}
        self.sides: dict[int, tuple[Flat, Flat]] = {}
        self.rows: list[Row] = []
        self.changes: list[int] = []
        self._build()

    def flat(self, line: int) -> tuple[Flat, Flat]:
        """Both sides of a line; inline the right one is empty."""
        found = self.sides.get(line)
        if found is None:
            found = self.sides[line] = self._flat(self.lines[line])
        return found

    def sign(self, line: int, *, right: bool) -> str:
        """`-`, `+`, `~` or a blank, for the margin."""
        kind = self.lines[line].kind
        if self.split and kind == "changed":
            return "+" if right else "-"
        return _SIGNS.get(kind, " ")

    def _flat(self, line: DiffLine) -> tuple[Flat, Flat]:
        if line.kind in ("header", "note"):
            return Flat(safe_line("".join(s.text for s in line.left))), Flat("")
        if self.split:
            return flatten(line.left), flatten(line.right)
        return flatten(_merged(line)), Flat("")

    def _build(self) -> None:
        covered = -1
        in_change = False
        for at, line in enumerate(self.lines):
            if at < covered:
                continue
            if at in self.hidden:
                covered = at + self.hidden[at]
                self.rows.append(Row(at, True, None, None))
                in_change = False
                continue
            if line.is_change and not in_change:
                self.changes.append(len(self.rows))
            in_change = line.is_change
            self.rows.extend(self._rows(at, line))

    def _rows(self, at: int, line: DiffLine) -> Iterator[Row]:
        left, right = self.flat(at)
        across = line.kind in ("header", "note")
        width = self.across if across else self.column
        lefts, rights = self._parts(left.text, width), self._parts(right.text, width)
        for n in range(max(len(lefts), len(rights) if self.split and not across else 1)):
            yield Row(at, n == 0, lefts[n] if n < len(lefts) else None, rights[n] if n < len(rights) else None)

    def _parts(self, text: str, width: int) -> list[tuple[int, int]]:
        if not self.wrap or not text:
            return [(0, len(text))]
        starts = cells.wrap(text, 0, len(text), width)
        return list(zip(starts, [*starts[1:], len(text)], strict=True))


def flatten(segments: Sequence[Segment]) -> Flat:
    """The text of a side with the signs around what differs, and where they are."""
    parts: list[str] = []
    ranges: list[Range] = []
    at = 0
    for segment in segments:
        text = safe_line(segment.text)
        if segment.kind != "equal":
            text = f"[-{text}-]" if segment.kind == "removed" else f"{{+{text}+}}"
            ranges.append(Range(at, at + len(text), segment.kind))
        parts.append(text)
        at += len(text)
    return Flat("".join(parts), tuple(ranges))


def _merged(line: DiffLine) -> tuple[Segment, ...]:
    """Both sides in one line: what is equal once, what was removed before what was added."""
    if line.kind != "changed":
        return line.left or line.right
    out: list[Segment] = []
    left, right = list(reversed(line.left)), list(reversed(line.right))
    while left or right:
        if left and left[-1].kind == "removed":
            out.append(left.pop())
        elif right and right[-1].kind == "added":
            out.append(right.pop())
        elif left and right:  # what is equal may be cut at other places on the other side
            a, b = left.pop().text, right.pop().text
            size = min(len(a), len(b))
            out.append(Segment(a[:size], "equal"))
            left += [Segment(a[size:], "equal")] if a[size:] else []
            right += [Segment(b[size:], "equal")] if b[size:] else []
        else:
            out.append((left or right).pop())
    return tuple(out)


def _folds(lines: Sequence[DiffLine]) -> dict[int, int]:
    """Stretches of equal lines that are far from a change, as {first hidden line: how many}."""
    out: dict[int, int] = {}
    start: int | None = None
    for at in range(len(lines) + 1):
        equal = at < len(lines) and lines[at].kind == "equal"
        if equal and start is None:
            start = at
        elif not equal and start is not None:
            head = CONTEXT if start and lines[start - 1].is_change else 1
            tail = CONTEXT if at < len(lines) and lines[at].is_change else 1
            count = at - start - head - tail
            if count > 2:
                out[start + head] = count
            start = None
    return out
