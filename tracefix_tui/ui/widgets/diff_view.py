"""A view of a comparison, inline or in two columns that scroll together."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tracefix_tui.ui.content.diff_lines import DiffLine, plain
from tracefix_tui.ui.ink import ink
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.diff_layout import MARGIN, Flat, Layout, Row
from tracefix_tui.ui.widgets.pane import PaneView


class DiffView(PaneView, can_focus=True, inherit_bindings=False):
    """Shows lines of a comparison; all texts are made safe here."""

    ALLOW_SELECT = False
    BINDINGS = [
        bind("up", "move(-1)"), bind("down", "move(1)"), bind("page_up", "page(-1)"), bind("page_down", "page(1)"),
        bind("top", "edge(-1)"), bind("bottom", "edge(1)"), bind("left", "sideways(-1)"), bind("right", "sideways(1)"),
        bind("wrap", "wrap"), bind("next_change", "change(1)"), bind("previous_change", "change(-1)"),
        bind("unfold_same", "fold"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: tuple[DiffLine, ...] = ()
        self.split, self.wrap, self.folded = False, True, True
        self.cursor_y = self.left = 0
        self.query_text = ""
        self._layout_now = Layout((), 80, split=False, wrap=True, folded=True)

    # -- what is shown

    def show(self, lines: Sequence[DiffLine]) -> None:
        """Show a comparison from its beginning."""
        self.lines = tuple(lines)
        self.cursor_y = 0
        self._lay_out()
        self.scroll_to(y=0, animate=False)

    def set_split(self, split: bool) -> None:
        """Two columns, or one."""
        if split != self.split:
            self.split = split
            self._lay_out()

    @property
    def row_count(self) -> int:
        """How many rows it takes at the width it has."""
        return len(self._layout_now.rows)

    @property
    def change_count(self) -> int:
        """How many stretches of changed lines there are."""
        return len(self._layout_now.changes)

    @property
    def text(self) -> str:
        """The comparison as text, changed lines with a sign."""
        out = []
        for line in self.lines:
            if line.kind in ("header", "note", "equal"):
                out.append(f"  {plain(line.left).rstrip()}")
            else:
                out += [f"- {plain(line.left).rstrip()}"] if line.left else []
                out += [f"+ {plain(line.right).rstrip()}"] if line.right else []
        return "\n".join(out)

    def _lay_out(self) -> None:
        place = self._line_at(self.cursor_y)
        width = self.scrollable_content_region.width
        self._layout_now = Layout(self.lines, width, split=self.split, wrap=self.wrap, folded=self.folded)
        rows = self._layout_now.rows
        self.virtual_size = Size(max(1, width), len(rows))
        at = next((i for i, row in enumerate(rows) if row.line >= place), 0) if place else 0
        self._go(at)
        self.refresh()

    def _line_at(self, y: int) -> int:
        rows = self._layout_now.rows
        return rows[y].line if y < len(rows) else 0

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self._lay_out()

    # -- painting

    def _style(self, *names: str) -> Style:
        style = self.rich_style
        for name in names:
            if name:
                style += ink(self, name)
        return style

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        layout = self._layout_now
        if at >= len(layout.rows):
            return Strip.blank(width, self._style())
        row = layout.rows[at]
        line = layout.lines[row.line]
        top = "cursor" if self.has_focus and at == self.cursor_y else ""
        if row.line in layout.hidden:
            words = f"  … {layout.hidden[row.line]:,} lines the same (space shows them)"
            return Strip([Segment(cells.fit(words, width), self._style("dim", top))], width)
        left, right = layout.flat(row.line)
        if line.kind in ("header", "note"):
            return self._across(left, row, width, "accent" if line.kind == "header" else "dim", top)
        if not layout.split:
            number = line.right_number or line.left_number
            segments = self._side(
                left, row.left, number if row.first else None, layout.sign(row.line, right=False), row, top
            )
            return Strip(segments).adjust_cell_length(width, self._style(top))
        numbers = (line.left_number, line.right_number) if row.first else (None, None)
        signs = [layout.sign(row.line, right=r) if (line.right if r else line.left) else " " for r in (False, True)]
        half = Strip(self._side(left, row.left, numbers[0], signs[0], row, top)).adjust_cell_length(
            layout.column + MARGIN, self._style(top)
        )
        rest = self._side(right, row.right, numbers[1], signs[1], row, top)
        return Strip([*half, Segment("│", self._style("rule", top)), *rest]).adjust_cell_length(width, self._style(top))

    def _across(self, flat: Flat, row: Row, width: int, ink_name: str, top: str) -> Strip:
        start, end = row.left or (0, 0)
        text = cells.shown(flat.text[start:end])
        rule = " " + "─" * max(0, width - cells.width(text) - 1) if row.first and ink_name == "accent" else ""
        segments = [Segment(text, self._style(ink_name, top)), Segment(rule, self._style("rule", top))]
        return Strip(segments).adjust_cell_length(width, self._style(top))

    def _side(
        self, flat: Flat, part: tuple[int, int] | None, number: int | None, sign: str, row: Row, top: str
    ) -> list[Segment]:
        margin = f"{'' if number is None else number:>4} {sign if row.first else ' '} "
        out = [Segment(margin, self._style({"+": "ok", "-": "fail", "~": "warn"}.get(sign, "dim"), top))]
        if part is None:
            return out
        start, end = part
        room = self._layout_now.column
        if not self.wrap:
            start = cells.take(flat.text, start, end, self.left)
            end = cells.take(flat.text, start, end, room)
        cuts = sorted({start, end, *(min(max(p, start), end) for r in flat.ranges for p in (r.start, r.end))})
        for a, b in itertools.pairwise(cuts):
            style = next((r.style for r in flat.ranges if r.start <= a and b <= r.end), "")
            out.append(Segment(cells.shown(flat.text[a:b]), self._style(style, top)))
        return out

    # -- moving

    def _go(self, y: int) -> None:
        rows = len(self._layout_now.rows)
        self.cursor_y = max(0, min(y, rows - 1))
        height, top = self.size.height, self.scroll_offset.y
        if self.cursor_y < top:
            self.scroll_to(y=self.cursor_y, animate=False)
        elif height and self.cursor_y >= top + height:
            self.scroll_to(y=self.cursor_y - height + 1, animate=False)
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor line."""
        self._go(self.cursor_y + rows)

    def action_page(self, pages: int) -> None:
        """Move by the height of the view."""
        self._go(self.cursor_y + pages * max(1, self.size.height - 1))

    def action_edge(self, side: int) -> None:
        """To the top or the end."""
        self._go(0 if side < 0 else len(self._layout_now.rows) - 1)

    def action_sideways(self, steps: int) -> None:
        """Scroll lines that are not wrapped."""
        if not self.wrap:
            self.left = max(0, self.left + steps * 8)
            self.refresh()

    def action_wrap(self) -> None:
        """Wrap lines, or scroll them sideways."""
        self.wrap, self.left = not self.wrap, 0
        self._lay_out()

    def action_fold(self) -> None:
        """Show the lines that are the same, or fold them."""
        self.folded = not self.folded
        self._lay_out()

    def action_change(self, step: int) -> None:
        """To the next change, or the one before."""
        changes = self._layout_now.changes
        at = bisect_right(changes, self.cursor_y) if step > 0 else bisect_left(changes, self.cursor_y) - 1
        if 0 <= at < len(changes):
            self._go(changes[at])
            self.border_subtitle = f" change {at + 1} of {len(changes)} "
        elif changes:
            self.border_subtitle = f" no change {'after' if step > 0 else 'before'} this one, of {len(changes)} "

    def find(self, query: str) -> tuple[int, int]:
        """Go to the first line at or after the cursor that holds a text: (number, of how many)."""
        if not query:
            return 0, 0
        wanted = query.casefold()
        rows = self._layout_now.rows
        hits = [
            i
            for i, r in enumerate(rows)
            if r.first and wanted in (plain(self.lines[r.line].left) + plain(self.lines[r.line].right)).casefold()
        ]
        if not hits:
            return 0, 0
        at = next((i for i in hits if i >= self.cursor_y), hits[0])
        self._go(at)
        return hits.index(at) + 1, len(hits)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self._go(offset.y + self.scroll_offset.y)
