"""A list of rows that stays fast at a hundred thousand: only what is on the screen is made and painted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.ink import ink
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.widgets import cells
from tracefix_tui.ui.widgets.pane import PaneView
from tracefix_tui.ui.widgets.rows import Cell, Column, ListRows, Row, Rows, TreeRows


class RowList(PaneView, can_focus=True, inherit_bindings=False):
    """A list with a cursor over a `Rows` source. All cell texts are made safe here."""

    ALLOW_SELECT = False
    BINDINGS = [
        bind("up", "move(-1)"), bind("down", "move(1)"), bind("page_up", "page(-1)"), bind("page_down", "page(1)"),
        bind("top", "edge(-1)"), bind("bottom", "edge(1)"), bind("fold", "fold"), bind("open", "choose"),
        bind("left", "fold_to(True)"), bind("right", "fold_to(False)"),
        bind("find_next", "find_step(1)"), bind("find_previous", "find_step(-1)"),
    ]  # fmt: skip

    class OfRow(Message):
        """Something about a row of a list."""

        def __init__(self, rows: RowList, row: Row) -> None:
            super().__init__()
            self.rows, self.row = rows, row

        @property
        def control(self) -> RowList:
            """The list."""
            return self.rows

    class Highlighted(OfRow):
        """The cursor is on another row now."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several is of interest."""
            return isinstance(message, RowList.Highlighted) and message.rows is self.rows

    class Chosen(OfRow):
        """Enter or a double click on a row."""

    def __init__(self, *, id: str | None = None, empty: str = "", classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: Rows = ListRows(())
        self.columns: tuple[Column, ...] = (Column(),)
        self.empty = empty
        self.cursor = 0
        self.query_text = ""
        self._filter = ""
        self._styles: dict[tuple[str, ...], Style] = {}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a tree folds."""
        return isinstance(self.rows, TreeRows) if action in ("fold", "fold_to") else True

    # -- what is shown

    def show(self, rows: Rows, columns: Sequence[Column] | None = None, *, cursor: int = 0, tell: bool = False) -> None:
        """Show these rows with the cursor on one of them; `tell` sends `Highlighted` for it."""
        self.rows = rows
        if columns is not None:
            self.columns = tuple(columns)
        if self._filter:
            rows.filter(self._filter)
        self._resize()
        self.cursor = self._selectable(min(cursor, len(rows) - 1), 1)
        self._into_view()
        self.refresh()
        if tell:
            self._tell()

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows.row(self.cursor) if 0 <= self.cursor < len(self.rows) else None

    @property
    def text(self) -> str:
        """All rows as text, one per line."""
        return "\n".join(
            "  ".join(c.text.strip() for c in self.rows.row(i).cells).rstrip() for i in range(len(self.rows))
        )

    @property
    def selected_text(self) -> str | None:
        """A list has no selection."""
        return None

    def select_key(self, key: str, *, tell: bool = True) -> bool:
        """Put the cursor on the row with this key."""
        at = self.rows.find_key(key)
        if at is None:
            return False
        self._resize()
        self._go(at, tell=tell)
        self.refresh()
        return True

    def _resize(self) -> None:
        self.virtual_size = Size(max(1, self.scrollable_content_region.width), len(self.rows))

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._resize()
        self._into_view()

    # -- painting

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        super().notify_style_update()
        self._styles = {}

    def _style(self, *names: str) -> Style:
        found = self._styles.get(names)
        if found is None:
            found = self.rich_style
            for name in names:
                if name:
                    found += ink(self, name)
            self._styles[names] = found
        return found

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        if at >= len(self.rows):
            if not len(self.rows) and self.empty:
                return self._empty_line(y, width)
            return Strip.blank(width, self._style())
        row = self.rows.row(at)
        on_it = at == self.cursor and row.selectable
        top = "cursor" if on_it and self.has_focus else ""
        segments = [Segment(">" if on_it else " ", self._style(top))]
        segments.append(Segment(cells.fit(row.flag, 1), self._style("fail", top)))
        for cell, size, column in self._placed(row, width - 2):
            text = cells.fit(safe_line(cell.text), size, right=column.right)
            segments.extend(self._found(text, cell.style, top))
        return Strip(segments).adjust_cell_length(width, self._style(top))

    def _empty_line(self, y: int, width: int) -> Strip:
        words = self.empty.split("\n")
        text = words[y] if y < len(words) else ""
        return Strip([Segment(cells.fit(" " + text, width), self._style("dim"))], width)

    def _placed(self, row: Row, width: int) -> list[tuple[Cell, int, Column]]:
        columns = [(i, c) for i, c in enumerate(self.columns[: len(row.cells)]) if width >= c.hide_below]
        if len(row.cells) == 1:
            return [(row.cells[0], width, Column())]
        fixed = sum(c.width for _, c in columns) + max(0, len(columns) - 1)
        flexible = max(1, sum(1 for _, c in columns if not c.width))
        share = max(4, (width - fixed) // flexible)
        out: list[tuple[Cell, int, Column]] = []
        for n, (i, column) in enumerate(columns):
            size = column.width or share
            out.append((row.cells[i], size, column))
            if n < len(columns) - 1:
                out.append((row.cells[i]._replace(text=" ", style=""), 1, Column()))
        return out

    def _found(self, text: str, style: str, top: str) -> list[Segment]:
        at = text.casefold().find(self.query_text.casefold()) if self.query_text else -1
        if at < 0:
            return [Segment(text, self._style(style, top))]
        end = at + len(self.query_text)
        parts = ((text[:at], (style, top)), (text[at:end], (style, top, "find")), (text[end:], (style, top)))
        return [Segment(part, self._style(*names)) for part, names in parts if part]

    # -- moving

    def _selectable(self, at: int, step: int) -> int:
        here = at
        while 0 <= here < len(self.rows) and not self.rows.row(here).selectable:
            here += step
        return here if 0 <= here < len(self.rows) else at

    def _go(self, at: int, *, step: int = 1, tell: bool = True) -> None:
        if not len(self.rows):
            return
        before = self.cursor
        at = self._selectable(max(0, min(at, len(self.rows) - 1)), step)
        if not self.rows.row(at).selectable:
            return
        self.cursor = at
        self.refresh_line(before)
        self.refresh_line(at)
        self._into_view()
        if tell and at != before:
            self._tell()

    def _into_view(self) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if not height:
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def _tell(self) -> None:
        if self.current is not None:
            self.post_message(self.Highlighted(self, self.current))

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._go(self.cursor + rows, step=1 if rows > 0 else -1)

    def action_page(self, pages: int) -> None:
        """Move by the height of the list."""
        self._go(self.cursor + pages * max(1, self.size.height - 1), step=1 if pages > 0 else -1)

    def action_edge(self, side: int) -> None:
        """To the first or the last row."""
        self._go(0 if side < 0 else len(self.rows) - 1, step=1 if side < 0 else -1)

    def action_fold(self) -> None:
        """Fold or unfold the branch under the cursor."""
        if len(self.rows) and self.rows.toggle(self.cursor):
            self._resize()
            self.refresh()

    def action_fold_to(self, folded: bool) -> None:
        """Fold, or unfold, the branch under the cursor."""
        if isinstance(self.rows, TreeRows) and len(self.rows) and self.rows.folded(self.cursor) is (not folded):
            self.action_fold()

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    # -- finding

    def filter(self, query: str) -> tuple[int, int]:
        """Show only the rows that hold a text: (shown, of how many). The cursor keeps its row if it is there."""
        key = self.current.key if self.current else None
        self._filter = query
        counts = self.rows.filter(query)
        self._resize()
        at = next((i for i in range(len(self.rows)) if self.rows.row(i).key == key), 0) if key else 0
        self.cursor = at
        self._into_view()
        self.refresh()
        return counts

    def find(self, query: str) -> tuple[int, int]:
        """Go to the first row at or after the cursor that holds a text: (number, of how many)."""
        self.query_text = query
        self.refresh()
        return self._find_from(self.cursor, 1)

    def action_find_step(self, step: int) -> None:
        """Go to another row that holds the text."""
        if self.query_text:
            self._find_from(self.cursor + step, step)

    def _find_from(self, start: int, step: int) -> tuple[int, int]:
        if not self.query_text:
            return 0, 0
        wanted = self.query_text.casefold()
        hits = [i for i in range(len(self.rows)) if wanted in self.rows.text(i).casefold()]
        if not hits:
            return 0, 0
        ahead = [i for i in hits if i >= start] if step > 0 else [i for i in hits if i <= start]
        at = (ahead[0] if step > 0 else ahead[-1]) if ahead else (hits[0] if step > 0 else hits[-1])
        self._go(at)
        return hits.index(at) + 1, len(hits)

    # -- the mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; twice opens, on the marker of a branch folds."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y + self.scroll_offset.y >= len(self.rows):
            return
        self._go(offset.y + self.scroll_offset.y)
        if event.chain == 2:
            self.action_choose()
