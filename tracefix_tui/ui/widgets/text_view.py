"""A view of text that stays fast at a megabyte, on one line or many: wrapping, marks, find, selection, streams."""

from __future__ import annotations

from textual import events
from textual.message import Message

from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.flow import HEADER, TEXT
from tracefix_tui.ui.widgets.sections import Section
from tracefix_tui.ui.widgets.text_surface import Position, TextSurface


class TextView(TextSurface, can_focus=True, inherit_bindings=False):
    """A text surface to move about in: a cursor line, jumps, find, selection, the mouse."""

    BINDINGS = [
        bind("up", "move(-1)"), bind("down", "move(1)"), bind("page_up", "page(-1)"), bind("page_down", "page(1)"),
        bind("top", "edge(-1)"), bind("bottom", "edge(1)"), bind("left", "sideways(-1)"), bind("right", "sideways(1)"),
        bind("select_up", "select(-1)"), bind("select_down", "select(1)"), bind("wrap", "wrap"), bind("fold", "fold"),
        bind("find_next", "find_step(1)"), bind("find_previous", "find_step(-1)"),
    ]  # fmt: skip

    class Chosen(Message):
        """A row was double-clicked."""

        def __init__(self, view: TextView, key: str) -> None:
            super().__init__()
            self.view, self.key = view, key

        @property
        def control(self) -> TextView:
            """The view."""
            return self.view

    def jump(self, key: str, start: int = 0) -> bool:
        """Put the cursor on a character of a section's original text, in view; False when there is no such section."""
        index = next((i for i, s in enumerate(self.sections) if s.key == key), None)
        if index is None:
            return False
        section = self.sections[index]
        offset = section.shown_offset(start)
        self._unfold(section)
        y = self._flow.y_of(index, offset, header=not self._texts[index])
        self._resize_virtual()
        self._move_to(y, margin=3)
        return True

    def _unfold(self, section: Section) -> None:
        if section.preview is not None and section.folded == (section.key not in self.unfolded):
            top = self._place(self.scroll_offset.y)
            self.unfolded ^= {section.key}
            self._reflow(None, top)

    # -- moving

    def _move_to(self, y: int, *, margin: int = 0, select: bool = False) -> None:
        before = self.cursor_y
        self.cursor_y = max(0, min(y, self._flow.height - 1))
        if not select:
            self._selecting_from = None
        height, top = self.size.height, self.scroll_offset.y
        self._flow.row(self.cursor_y + height)
        self._resize_virtual()
        if self.cursor_y - margin < top:
            self.scroll_to(y=max(0, self.cursor_y - margin), animate=False, force=True)
        elif self.cursor_y + margin >= top + height:
            self.scroll_to(y=self.cursor_y + margin - height + 1, animate=False, force=True)
        if select or margin:
            self.refresh()
        else:
            self.refresh_line(before)
            self.refresh_line(self.cursor_y)

    def action_move(self, rows: int) -> None:
        """Move the cursor line."""
        self._move_to(self.cursor_y + rows)

    def action_page(self, pages: int) -> None:
        """Move by the height of the view."""
        self._move_to(self.cursor_y + pages * max(1, self.size.height - 1))

    def action_edge(self, side: int) -> None:
        """To the top or the end."""
        self._move_to(0 if side < 0 else self._flow.last())

    def action_select(self, rows: int) -> None:
        """Move the cursor line and select what it passes."""
        row = self._flow.row(self.cursor_y)
        if self._selecting_from is None and row:
            self._selecting_from = (row.section, row.start)
        self._move_to(self.cursor_y + rows, select=True)

    def action_sideways(self, steps: int) -> None:
        """Scroll lines that are not wrapped."""
        if not self.wrap:
            self.left = max(0, self.left + steps * 8)
            self.refresh()

    def action_wrap(self) -> None:
        """Wrap lines, or scroll them sideways."""
        place, top = self._place(self.cursor_y), self._place(self.scroll_offset.y)
        self.wrap, self.left = not self.wrap, 0
        self._reflow(place, top)

    def action_fold(self) -> None:
        """Fold or unfold the section under the cursor."""
        row = self._flow.row(self.cursor_y)
        if row is None or self.sections[row.section].preview is None:
            return
        section = self.sections[row.section]
        top = self._place(self.scroll_offset.y)
        self.unfolded ^= {section.key}
        self._reflow((section.key, 0, HEADER if section.title else TEXT), top)

    # -- finding

    def find(self, query: str) -> tuple[int, int]:
        """Mark every place of a text, whatever its case, and go to the first from the cursor on: (number, of all)."""
        self.finder.query = query
        self.finder.search(self._texts)
        for layers, found in zip(self._layers, self.finder.places, strict=True):
            layers.matches, layers.match_length = found, len(query)
        row = self._flow.row(self.cursor_y)
        self.finder.start_at((row.section, row.start) if row else (0, 0))
        return self._show_match()

    def action_find_step(self, step: int) -> None:
        """Go to another match."""
        if self.finder.total:
            self.finder.step(step)
            self._show_match()

    def _show_match(self) -> tuple[int, int]:
        place = self.finder.current
        if place is not None:
            self._unfold(self.sections[place[0]])
            self._move_to(self._flow.y_of(*place), margin=2)
        self.refresh()
        return self.finder.number, self.finder.total

    # -- the mouse

    def _place_at(self, event: events.MouseEvent) -> tuple[int, Position] | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        y = offset.y + self.scroll_offset.y
        row = self._flow.row(y)
        if row is None:
            return None
        section = self.sections[row.section]
        at = (
            cells.take(self._texts[row.section], row.start, row.end, max(0, offset.x - section.indent))
            if row.kind == TEXT
            else 0
        )
        return y, (row.section, at)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor there; moving on selects rows."""
        place = self._place_at(event)
        if place is not None:
            self._move_to(place[0])
            self._dragging_from = place[0]
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select the rows passed while the button is down."""
        place = self._place_at(event) if self._dragging_from is not None else None
        if place is None or self._dragging_from is None or place[0] == self.cursor_y:
            return
        row = self._flow.row(self._dragging_from)
        if self._selecting_from is None and row is not None:
            self._selecting_from = (row.section, row.start)
        self._move_to(place[0], select=True)

    def on_mouse_up(self) -> None:
        """The selection stays."""
        self._dragging_from = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Twice opens."""
        place = self._place_at(event)
        if place is not None and event.chain == 2:
            self.post_message(self.Chosen(self, self.sections[place[1][0]].key))
