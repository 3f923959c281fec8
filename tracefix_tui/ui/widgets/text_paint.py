"""Painting one row of a text view: which styles lie over which characters."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.flow import GAP, Row
from tracefix_tui.ui.widgets.sections import Mark, Section, Tint

Range = tuple[int, int, str]


@dataclass
class Layers:
    """What lies over the text of a section, in the order of painting: where it came from, marks, matches."""

    tints: list[Tint] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    matches: list[int] = field(default_factory=list)
    match_length: int = 0

    def over(self, start: int, end: int) -> list[Range]:
        """The ranges that touch a row, lowest first."""
        out: list[Range] = []
        first = bisect_right(self.tints, start, key=lambda t: t.end)
        for tint in self.tints[first:]:
            if tint.start >= end:
                break
            out.append((tint.start, tint.end, tint.style))
        out += [(m.start, m.end, m.style) for m in self.marks if m.start < end and m.end > start]
        if self.match_length:
            begin = bisect_left(self.matches, start - self.match_length + 1)
            for at in self.matches[begin:]:
                if at >= end:
                    break
                out.append((at, at + self.match_length, "find"))
        return out

    def tag(self, start: int, end: int, last: bool) -> str:
        """The gutter's word for a row: the tags of marks that begin in it, else the source that begins in it."""
        stop = end + 1 if last else end
        tags = [m.tag for m in self.marks if m.tag and start <= m.start < max(stop, start + 1)]
        if tags:
            return " ".join(dict.fromkeys(tags))
        first = bisect_left(self.tints, start, key=lambda t: t.start)
        if first < len(self.tints) and self.tints[first].start < max(end, start + 1):
            return self.tints[first].label
        return ""


class Painter:
    """Turns rows into strips. `style_of` gives the Rich style of a name; combinations are kept."""

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        self._style_of = style_of
        self._combined: dict[tuple[str, ...], Style] = {}

    def style(self, *names: str) -> Style:
        """Styles laid over one another, the last on top."""
        found = self._combined.get(names)
        if found is None:
            found = Style()
            for name in names:
                if name:
                    found += self._style_of(name)
            self._combined[names] = found
        return found

    def text(
        self, text: str, start: int, end: int, ranges: Sequence[Range], base: tuple[str, ...], top: str
    ) -> list[Segment]:
        """Segments of `text[start:end]` under the ranges; `top` is laid over all."""
        if start >= end:
            return []
        if not ranges:
            return [Segment(cells.shown(text[start:end]), self.style(*base, top))]
        cuts = {start, end}
        for a, b, _ in ranges:
            cuts.add(min(max(a, start), end))
            cuts.add(min(max(b, start), end))
        points = sorted(cuts)
        out = []
        for a, b in pairwise(points):
            names = [name for s, e, name in ranges if s <= a and e >= b]
            out.append(Segment(cells.shown(text[a:b]), self.style(*base, top, *names)))
        return out

    def header(self, section: Section, width: int, top: str) -> Strip:
        """A section's header: a line across with a note at its right, or a title alone."""
        title, note = safe_line(section.title), safe_line(section.note)
        indent = " " * section.indent
        room = width - cells.width(indent)
        if cells.width(note) > room // 2:
            note = cells.fit(note, room // 2).rstrip()
        left = min(cells.width(title), max(0, room - cells.width(note) - 2))
        shown_title = cells.fit(title, left)
        fill = max(0, room - left - cells.width(note) - (2 if note else 1))
        line = ("─" if section.rule else " ") * fill
        name = section.style if section.style in ("fail", "warn") else "header" if section.rule else "title"
        segments = [Segment(indent, self.style("base", top)), Segment(shown_title, self.style("base", name, top))]
        segments.append(Segment(" " + line, self.style("base", "rule", top)))
        if note:
            segments.append(Segment(" " + note, self.style("base", "note", top)))
        return Strip(segments, None).adjust_cell_length(width, self.style("base", top))

    def sub(self, row: Row, section: Section, width: int, top: str) -> Strip:
        """The quieter words below a header."""
        words = cells.fit(" " * section.indent + safe_line(section.sub)[row.start : row.end], width)
        return Strip([Segment(words, self.style("base", section.sub_style, top))], width)

    def plain(self, row: Row, section: Section, text: str, width: int, top: str) -> Strip:
        """The rows that hold no text of their own: gaps, and what is folded away."""
        if row.kind == GAP:
            return Strip([Segment(" " * width, self.style("base", top))], width)
        hidden = len(text) - row.start
        words = (
            " " * section.indent + f"… {hidden:,} more characters" if section.preview else f"… {hidden:,} characters"
        )
        return Strip([Segment(cells.fit(words, width), self.style("base", "dim", top))], width)
