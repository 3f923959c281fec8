"""The surface of a text view: its sections, their rows at a width, painting, streaming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from tracefix_tui.model.text import safe, safe_line
from tracefix_tui.ui.ink import ink
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.flow import HEADER, SUB, TEXT, Flow
from tracefix_tui.ui.widgets.pane import PaneView
from tracefix_tui.ui.widgets.sections import Mark, Section
from tracefix_tui.ui.widgets.text_find import Finder
from tracefix_tui.ui.widgets.text_paint import Layers, Painter

MAX_GUTTER = 9
STREAM_SECONDS = 0.05
SETTLE_SECONDS = 0.02
_INKS = {"header": "accent", "title": "strong", "gutter": "note"}

Position = tuple[int, int]


class TextSurface(PaneView, can_focus=True, inherit_bindings=False):
    """Sections of untrusted text. Everything shown went through `safe`; offsets count characters of the original."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, wrap: bool = True, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.wrap, self.left = wrap, 0
        self.sections: tuple[Section, ...] = ()
        self.cursor_y = 0
        self._selecting_from: Position | None = None  # where a selection began
        self._dragging_from: int | None = None
        self.finder = Finder()
        self.follow = False
        self.unfolded: set[str] = set()
        self._texts: list[str] = []
        self._layers: list[Layers] = []
        self._gutter = 0
        self._flow = Flow((), (), 80, True, set())
        self._painter = Painter(self._component)
        self._pending: list[str] = []
        self._due: set[str] = set()

    # -- what is shown

    def show(self, sections: Sequence[Section], *, keep: bool = False) -> None:
        """Show these sections; `keep` stays where the reader is, as far as those sections still exist."""
        place = self._place(self.cursor_y) if keep else None
        top = self._place(self.scroll_offset.y) if keep else None
        self.sections = tuple(sections)
        self._texts = [safe(s.text) for s in self.sections]
        self._layers = [_layers(s) for s in self.sections]
        self._pending.clear()
        self._selecting_from = None
        self.finder.search(self._texts)
        tags = [t.tag for s in self.sections for t in s.marks] + [t.label for s in self.sections for t in s.tints]
        self._gutter = min(MAX_GUTTER, max((cells.width(safe_line(t)) + 1 for t in tags if t), default=0))
        self._reflow(place, top)

    def set_text(self, text: str, *, key: str = "text") -> None:
        """Show one text without a header."""
        self.show((Section(key, text),))

    def append(self, text: str) -> None:
        """Add to the end of the last section; painted at most 20 times a second, following an end in view."""
        self._pending.append(text)
        self._later("stream", STREAM_SECONDS, self._flush)

    def set_marks(self, marks: dict[str, Sequence[Mark]]) -> None:
        """Replace the marks of the sections by those under their keys, staying where the reader is."""
        self.show([replace(s, marks=tuple(marks.get(s.key, ()))) for s in self.sections], keep=True)

    @property
    def text(self) -> str:
        """The original text of all sections, a blank line between them."""
        return "\n\n".join(f"{s.title}\n{s.whole}" if s.title else s.whole for s in self.sections)

    @property
    def selected_text(self) -> str | None:
        """The original text of the selection, or None without one."""
        ends = self._selection()
        if ends is None:
            return None
        (first, a), (last, b) = ends
        if first == last:
            return self.sections[first].original_slice(a, b)
        parts = [self.sections[first].original_slice(a, len(self._texts[first]))]
        parts += [s.whole for s in self.sections[first + 1 : last]]
        return "\n".join([*parts, self.sections[last].original_slice(0, b)])

    # -- layout

    def _place(self, y: int) -> tuple[str, int, str] | None:
        row = self._flow.row(y)
        return (self.sections[row.section].key, row.start, row.kind) if row and self.sections else None

    def _row_of(self, place: tuple[str, int, str] | None) -> int:
        if place is None:
            return 0
        key, offset, kind = place
        index = next((i for i, s in enumerate(self.sections) if s.key == key), None)
        return 0 if index is None else self._flow.y_of(index, offset, header=kind == HEADER)

    def on_resize(self) -> None:
        """Wrap again for the new width, staying at the same text."""
        if self._width() != self._flow.width:
            self._reflow(self._place(self.cursor_y), self._place(self.scroll_offset.y))

    def _width(self) -> int:
        return max(4, self.scrollable_content_region.width - self._gutter)

    def _reflow(self, place: tuple[str, int, str] | None, top: tuple[str, int, str] | None) -> None:
        self._flow = Flow(self.sections, self._texts, self._width(), self.wrap, self.unfolded)
        self.cursor_y = self._row_of(place)
        y = self._row_of(top)
        self._flow.row(y + max(0, self.size.height - 1))
        self._resize_virtual()
        self.scroll_to(y=y, animate=False, force=True)
        self.refresh()
        if not self._flow.exact:
            self._later("settle", SETTLE_SECONDS, self._settle)

    def _resize_virtual(self) -> None:
        size = Size(max(1, self.scrollable_content_region.width), self._flow.height)
        if self.virtual_size != size:
            self.virtual_size = size

    def _settle(self) -> None:
        moved = self._flow.settle(self.scroll_offset.y)
        self._resize_virtual()
        if moved:
            self.cursor_y += moved
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False, force=True)
        if not self._flow.exact:
            self._later("settle", SETTLE_SECONDS, self._settle)

    def _later(self, name: str, seconds: float, call: object) -> None:
        if name in self._due:
            return
        self._due.add(name)

        def run() -> None:
            self._due.discard(name)
            call()  # type: ignore[operator]

        self.set_timer(seconds, run)

    def _flush(self) -> None:
        added, self._pending = "".join(self._pending), []
        if not added:
            return
        if not self.sections:
            self.show((Section("text"),))
        at_end = self.follow or self.scroll_offset.y + self.size.height >= self._flow.height
        last = self.sections[-1]
        grown = replace(last, text=last.text + added)
        self.sections = (*self.sections[:-1], grown)
        self._texts[-1] += safe(added)
        self._flow.extend(len(self.sections) - 1, grown, self._texts[-1])
        self._flow.last()
        self._resize_virtual()
        if at_end:
            self.scroll_to(y=max(0, self._flow.height - self.size.height), animate=False, force=True)
        self.refresh()

    # -- painting

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        super().notify_style_update()
        self._painter = Painter(self._component)

    def _component(self, name: str) -> Style:
        if name == "base":
            return self.rich_style
        return ink(self, _INKS.get(name, name))

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        row = self._flow.row(at)
        top = "cursor" if self.has_focus and at == self.cursor_y else ""
        if row is None:
            return Strip.blank(width, self._painter.style("base"))
        section = self.sections[row.section]
        if row.kind == HEADER:
            return self._painter.header(section, width, top)
        if row.kind == SUB:
            return self._painter.sub(row, section, width, top)
        text = self._texts[row.section]
        if row.kind != TEXT:
            return self._painter.plain(row, section, text, width, top)
        return self._text_strip(row.section, row.start, row.end, width, top)

    def _text_strip(self, index: int, start: int, end: int, width: int, top: str) -> Strip:
        section, text, layers = self.sections[index], self._texts[index], self._layers[index]
        room = max(1, width - self._gutter - section.indent)
        begin = start if self.wrap or not self.left else cells.take(text, start, end, self.left)
        stop = cells.take(text, begin, end, room)
        ranges = layers.over(begin, stop)
        ranges += [r for r in self.finder.current_range(index) if r[0] < stop and r[1] > begin]
        chosen = self._selected_range(index, begin, stop)
        if chosen:
            ranges.append((*chosen, "selection"))
        painter = self._painter
        segments = [Segment(" " * section.indent, painter.style("base", top))] if section.indent else []
        segments += painter.text(text, begin, stop, ranges, ("base", section.style), top)
        used = section.indent + cells.width(text[begin:stop])
        fill = width - self._gutter - used
        if fill > 0:
            segments.append(Segment(" " * fill, painter.style("base", top)))
        if self._gutter:
            tag = cells.fit(safe_line(layers.tag(start, end, end == len(text))), self._gutter, right=True)
            segments.append(Segment(tag, painter.style("base", top, "gutter")))
        return Strip(segments, max(used, width - self._gutter) + self._gutter).crop(0, width)

    def _selection(self) -> tuple[Position, Position] | None:
        if self._selecting_from is None:
            return None
        row = self._flow.row(self.cursor_y)
        if row is None:
            return None
        start, end = self._selecting_from, (row.section, row.end if row.kind == TEXT else row.start)
        if start <= end:
            return start, end
        return (row.section, row.start), (self._selecting_from[0], self._line_end(self._selecting_from))

    def _line_end(self, position: Position) -> int:
        row = self._flow.row(self._flow.y_of(*position))
        return row.end if row and row.kind == TEXT else position[1]

    def _selected_range(self, index: int, start: int, end: int) -> tuple[int, int] | None:
        ends = self._selection()
        if ends is None:
            return None
        (first, a), (last, b) = ends
        if not first <= index <= last:
            return None
        low = max(start, a) if index == first else start
        high = min(end, b) if index == last else end
        return (low, high) if low < high else None


def _layers(section: Section) -> Layers:
    shift = section.shown_offset
    tints = sorted((replace(t, start=shift(t.start), end=shift(t.end)) for t in section.tints), key=lambda t: t.start)
    marks = [replace(m, start=shift(m.start), end=shift(m.end)) for m in section.marks]
    return Layers(tints, marks)
