"""Rows of a text view: where each section's text breaks, computed around what is looked at and refined later.

Text is cut into blocks of about 8 KB. A block's rows are exact once it was looked at, an estimate before, so that a
megabyte opens at once; `settle` makes the rest exact in slices.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.sections import Section

BLOCK = 8192
TEXT, HEADER, SUB, GAP, MORE = "text", "header", "sub", "gap", "more"


class Row(NamedTuple):
    """One row: a piece of a section's text or of what stands above and below it, by `kind`."""

    section: int
    kind: str
    start: int
    end: int


class _Block:
    __slots__ = ("end", "kind", "limit", "rows", "section", "start", "starts")

    def __init__(self, section: int, kind: str, start: int, end: int, rows: int, limit: int | None = None) -> None:
        self.section, self.kind, self.start, self.end, self.rows, self.limit = section, kind, start, end, rows, limit
        self.starts: list[int] | None = None if kind == TEXT else [start]


class Flow:
    """The rows of some sections at a width. `texts` are the sections' texts after `safe`."""

    def __init__(
        self, sections: Sequence[Section], texts: Sequence[str], width: int, wrap: bool, unfolded: set[str]
    ) -> None:
        self.sections, self.texts = list(sections), list(texts)
        self.width, self.wrap, self.unfolded = max(4, width), wrap, unfolded
        self.blocks: list[_Block] = []
        self.first_block: list[int] = []
        for index in range(len(self.sections)):
            self._add(index)
        self._sum()

    @property
    def height(self) -> int:
        """Rows in all; an estimate while `exact` is false."""
        return self._tops[-1]

    @property
    def exact(self) -> bool:
        """No block is an estimate any more."""
        return all(b.starts is not None for b in self.blocks)

    def last(self) -> int:
        """The last row, with the block it lies in made exact."""
        if self.blocks and self._make_exact(len(self.blocks) - 1):
            self._sum(len(self.blocks) - 1)
        return max(0, self.height - 1)

    def row(self, y: int) -> Row | None:
        """The row at `y`, or None below the end. Makes the block exact that it lies in."""
        if y < 0 or y >= self.height:
            return None
        at = self._block_at(y)
        while self._make_exact(at):
            self._sum(at)
            if y >= self.height:
                return None
            at = self._block_at(y)
        block = self.blocks[at]
        if block.kind != TEXT:
            return Row(block.section, block.kind, block.start, block.end)
        return self._text_row(block, y - self._tops[at])

    def y_of(self, section: int, offset: int, *, header: bool = False) -> int:
        """The row that holds an offset of a section's text."""
        at = self.first_block[section]
        stop = self.first_block[section + 1] if section + 1 < len(self.first_block) else len(self.blocks)
        if header:
            return self._tops[at]
        found = at
        while at < stop:
            block = self.blocks[at]
            if block.kind in (TEXT, MORE) and block.start <= offset:
                found = at
            at += 1
        block = self.blocks[found]
        if self._make_exact(found):
            self._sum(found)
        if block.kind != TEXT:
            return self._tops[found]
        starts = block.starts or [block.start]
        return self._tops[found] + min(block.rows - 1, max(0, bisect_right(starts, offset) - 1))

    def settle(self, top: int, blocks: int = 4) -> int:
        """Make some more blocks exact; gives by how many rows the text at row `top` moved."""
        here, moved, done = self._block_at(min(top, max(0, self.height - 1))), 0, 0
        order = sorted((i for i, b in enumerate(self.blocks) if b.starts is None), key=lambda i: abs(i - here))
        for at in order[:blocks]:
            before = self.blocks[at].rows
            self._make_exact(at)
            if at < here:
                moved += self.blocks[at].rows - before
            done += 1
        if done:
            self._sum()
        return moved

    def extend(self, section: int, section_value: Section, text: str) -> None:
        """The last section's text grew at its end: only its last block is looked at again."""
        assert section == len(self.sections) - 1
        self.sections[section], self.texts[section] = section_value, text
        while self.blocks and self.blocks[-1].kind in (GAP, MORE):
            self.blocks.pop()
        begin = 0
        if self.blocks and self.blocks[-1].kind == TEXT and self.blocks[-1].section == section:
            begin = self.blocks.pop().start
        self._cut(section, begin)
        self._sum()

    def _add(self, index: int) -> None:
        section = self.sections[index]
        self.first_block.append(len(self.blocks))
        if section.title:
            self.blocks.append(_Block(index, HEADER, 0, 0, 1))
            self._add_sub(index, safe_line(section.sub))
        folded = section.preview is not None and section.folded == (section.key not in self.unfolded)
        if folded:
            self._add_folded(index, section.preview or 0)
        else:
            self._cut(index, 0)
        if section.gap and index < len(self.sections) - 1:
            self.blocks.append(_Block(index, GAP, 0, 0, 1))

    def _add_sub(self, index: int, words: str) -> None:
        if words:
            starts = cells.wrap(words, 0, len(words), self._cells(index))
            for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
                self.blocks.append(_Block(index, SUB, start, end, 1))

    def _add_folded(self, index: int, rows: int) -> None:
        text = self.texts[index]
        if not text:
            return
        end = min(len(text), max(1, rows) * self.width * 4)
        block = _Block(index, TEXT, 0, end, rows, limit=rows)
        if rows:
            self.blocks.append(block)
            self._make_exact(len(self.blocks) - 1)
            starts = block.starts or [0]
            shown = starts[block.rows] if len(starts) > block.rows else end
        else:
            shown = 0
        if text[shown:].strip():
            self.blocks.append(_Block(index, MORE, shown, len(text), 1))

    def _cut(self, index: int, begin: int) -> None:
        text, cells_wide = self.texts[index], self._cells(index)
        if not text and not self.sections[index].title:
            self.blocks.append(_Block(index, TEXT, 0, 0, 1))
        while begin < len(text):
            end = self._cut_at(text, begin, cells_wide)
            guess = (
                text.count("\n", begin, end) + (end - begin) // cells_wide
                if self.wrap
                else text.count("\n", begin, end)
            )
            self.blocks.append(_Block(index, TEXT, begin, end, max(1, guess)))
            begin = end

    def _cut_at(self, text: str, begin: int, cells_wide: int) -> int:
        if len(text) - begin <= BLOCK:
            return len(text)
        end = text.rfind("\n", begin, begin + BLOCK)
        if end != -1:
            return end + 1
        end = begin + max(1, BLOCK // cells_wide) * cells_wide
        space = text.rfind(" ", max(begin, end - cells_wide), end)
        return space + 1 if space > begin else end

    def _cells(self, index: int) -> int:
        return max(4, self.width - self.sections[index].indent)

    def _make_exact(self, at: int) -> bool:
        """True when the number of rows changed."""
        block = self.blocks[at]
        if block.starts is not None:
            return False
        text = self.texts[block.section]
        if self.wrap:
            block.starts = cells.wrap(text, block.start, block.end, self._cells(block.section))
            self._hand_on(at)
        else:
            block.starts = cells.lines(text, block.start, block.end)
        count = len(block.starts) if block.limit is None else min(block.limit, len(block.starts))
        changed = count != block.rows
        block.rows = count
        return changed

    def _hand_on(self, at: int) -> None:
        """A line cut between two blocks: its last short row goes to the next one, so that no break shows in it."""
        block = self.blocks[at]
        after = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        starts = block.starts or []
        if (
            after is None
            or after.kind != TEXT
            or after.section != block.section
            or after.starts is not None
            or len(starts) < 2
        ):
            return
        if self.texts[block.section][block.end - 1] != "\n":
            after.start = block.end = starts.pop()

    def _text_row(self, block: _Block, row: int) -> Row:
        starts = block.starts or [block.start]
        end = starts[row + 1] if row + 1 < len(starts) else block.end
        start = starts[row]
        if end > start and self.texts[block.section][end - 1] == "\n":
            end -= 1
        return Row(block.section, TEXT, start, end)

    def _block_at(self, y: int) -> int:
        return max(0, min(bisect_right(self._tops, y) - 1, len(self.blocks) - 1))

    def _sum(self, since: int = 0) -> None:
        if since and since < len(self._tops):
            self._tops[since:] = accumulate((b.rows for b in self.blocks[since:]), initial=self._tops[since])
        else:
            self._tops: list[int] = list(accumulate((b.rows for b in self.blocks), initial=0))
