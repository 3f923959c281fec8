"""Lines of words at the edges of a screen: the header, the tabs and the footer with the keys that work now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.ink import ink
from tracefix_tui.ui.keys import FOOTER
from tracefix_tui.ui.widgets import cells

WIDE = 110
_LEAST_NAME, _MOST_NAME = 8, 40


class Piece(NamedTuple):
    """Words in a bar. A click on them runs `action` in the screen, or in `node`; it is always ours, never a trace's."""

    text: str
    style: str = ""
    action: str = ""
    node: DOMNode | None = None


def titled(name: str, rest: Sequence[Piece], width: int) -> list[Piece]:
    """The program's name and that of a trace, clipped so that the rest of the bar shows as well."""
    start = Piece(" tracefix   ", "strong")
    room = width - sum(cells.width(safe_line(p.text)) for p in (start, *rest)) - 3
    return [start, Piece(f"{shortened(name, max(_LEAST_NAME, min(_MOST_NAME, room)))}   ")]


def shortened(name: str, most: int) -> str:
    """The name in at most so many columns, on one line."""
    name = safe_line(name)
    return name if cells.width(name) <= most else cells.fit(name, most)


class Bar(Widget):
    """One line with pieces at its left and others at its right; the left gives way."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()
        self._targets: list[tuple[int, int, Piece]] = []

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces."""
        self._left, self._right = tuple(left), tuple(right)
        self.refresh()

    def pieces(self, width: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """What to show at this width."""
        return self._left, self._right

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        base = self.rich_style
        if y:
            return Strip.blank(width, base)
        left, right = self.pieces(width)
        room = max(0, width - sum(cells.width(safe_line(p.text)) for p in right))
        self._targets = []
        segments, x = self._put(left, 0, room)
        segments.append(Segment(" " * (room - x), base))
        more, x = self._put(right, room, width)
        return Strip([*segments, *more]).adjust_cell_length(width, base)

    def _put(self, pieces: Sequence[Piece], x: int, stop: int) -> tuple[list[Segment], int]:
        out: list[Segment] = []
        for piece in pieces:
            text = safe_line(piece.text)
            size = min(cells.width(text), stop - x)
            if size <= 0:
                continue
            style = self.rich_style
            if piece.style:
                style += ink(self, piece.style)
            out.append(Segment(cells.fit(text, size), style))
            self._targets.append((x, x + size, piece))
            x += size
        return out, x

    async def on_click(self, event: events.Click) -> None:
        """Run what was clicked."""
        for begin, end, piece in self._targets:
            if begin <= event.x < end and piece.action:
                await self.app.run_action(piece.action, piece.node or self.screen)
                return


class KeyFooter(Bar):
    """The keys that work now in the focused pane, at most eight (six in a narrow terminal), and always ^p and ?."""

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def pieces(self, width: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """The keys by the order of `FOOTER`, as many as fit."""
        wide = width >= WIDE
        found = {}
        focused = self.screen.focused
        typing = focused is not None and focused.check_consume_key("a", "a")
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if typing and (key_to_character(binding.key) or binding.key == "slash"):
                continue  # it would be typed; Textual does not know the slash by its name
            if binding.id and enabled and binding.id not in found:
                found[binding.id] = (node, binding)
        ends = ("jump", "commands", "help", "quit") if wide else ("commands", "help")
        right = [p for name in ends if name in found for p in self._key(name, *found[name], wide)]
        room = width - sum(cells.width(p.text) for p in right) - 1
        left: list[Piece] = []
        used, count = 0, 0
        for name in FOOTER:
            if name not in found or not found[name][1].show:
                continue
            pair = self._key(name, *found[name], wide)
            size = sum(cells.width(p.text) for p in pair)
            if used + size > room or count == (8 if wide else 6):
                break
            left += pair
            used, count = used + size, count + 1
        return left, right

    def _key(self, name: str, node: DOMNode, binding: object, wide: bool) -> list[Piece]:
        from textual.binding import Binding

        assert isinstance(binding, Binding)
        key = "1-9" if name == "evidence" else self.app.get_key_display(binding)
        label = "more" if name == "commands" and not wide else binding.description
        gap = "   " if wide else "  "
        return [Piece(f" {key}", "accent", binding.action, node), Piece(f" {label}{gap[1:]}", "", binding.action, node)]
