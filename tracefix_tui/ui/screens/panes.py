"""What every screen of panes shares: the chrome, moving between panes, zoom, find, copy, pager, help, jumping."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.widget import Widget
from textual.widgets import Input

from tracefix_tui.model.text import safe_line
from tracefix_tui.ui.keys import bind
from tracefix_tui.ui.screens.taking import TakingScreen
from tracefix_tui.ui.widgets.bars import WIDE, Bar, KeyFooter, Piece
from tracefix_tui.ui.widgets.board import Board
from tracefix_tui.ui.widgets.pane import PaneView
from tracefix_tui.ui.widgets.row_list import RowList
from tracefix_tui.ui.widgets.text_view import TextView

Pane = PaneView


class PaneSpec(NamedTuple):
    """A pane's id, its title, its letter in the jump overlay, and what the help says of it."""

    id: str
    title: str
    letter: str
    help: str


def _short_title(title: str) -> str:
    """What a tab has room for: `Tools 3` of `Tools 3 runs, 2 offered`."""
    words = title.split("  ")[0].split(" ")
    return " ".join(words[:2]) if len(words) > 1 and words[1].replace(",", "").isdigit() else " ".join(words)


class PaneScreen(TakingScreen):
    """A header, a board of panes, a footer. Below 110 columns one pane at a time under a line of tabs."""

    SPECS: ClassVar[tuple[PaneSpec, ...]] = ()
    AUTO_FOCUS = ""
    BINDINGS = [
        bind("find", "find", show=True), bind("filter", "filter"), bind("zoom", "zoom"), bind("copy", "copy"),
        bind("next_pane", "next_pane(1)"), bind("previous_pane", "next_pane(-1)"), bind("jump", "jump"),
        bind("pager", "pager"), bind("editor", "editor"), bind("help", "help"), bind("back", "back", show=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.narrow = False
        self.zoomed = False
        self.shown_pane = self.SPECS[0].id
        self._titles: dict[str, str] = {spec.id: spec.title for spec in self.SPECS}
        self._finding = "find"

    # -- for the screen to say

    @abstractmethod
    def make_panes(self) -> Sequence[Pane]:
        """The panes, with the ids of `SPECS`."""

    @abstractmethod
    def plan(self, size: Size) -> Mapping[str, Region]:
        """Where the panes are on a wide screen."""

    def resized(self) -> None:
        """Called after the panes found their places for a new size."""

    def summary(self) -> Sequence[str]:
        """Lines that stay under the pane on a narrow screen."""
        return ()

    # -- chrome

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, find line, footer."""
        yield Bar(id="header")
        yield Bar(id="tabs")
        panes = self.make_panes()
        for pane in panes:
            pane.border_title = Content(self._titles[pane.id or ""])
        yield Board(*panes, plan=self.plan, id="board")
        yield Bar(id="summary")
        yield Bar(id="hint")
        yield KeyFooter(id="footer")

    def pane(self, pane_id: str) -> Pane:
        """A pane by its id."""
        return self.query_one(f"#{pane_id}", PaneView)

    def text_pane(self, pane_id: str) -> TextView:
        """A pane of text by its id."""
        return self.query_one(f"#{pane_id}", TextView)

    def title_pane(self, pane_id: str, title: str, note: str | None = None) -> None:
        """Set a pane's title and the note in its lower border; both may hold untrusted text."""
        pane = self.pane(pane_id)
        self._titles[pane_id] = safe_line(title)
        pane.border_title = Content(safe_line(title))
        if note is not None:
            pane.border_subtitle = Content(safe_line(note))
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        if not self.narrow:
            return
        left = []
        for spec in self.SPECS:
            title = _short_title(self._titles[spec.id])
            active = spec.id == self.shown_pane
            left.append(
                Piece(
                    f"[{title}]" if active else f" {title} ",
                    "strong" if active else "",
                    f"screen.open_pane('{spec.id}')",
                )
            )
        self.query_one("#tabs", Bar).show(left)

    def draw_summary(self) -> None:
        """Show the summary lines again."""
        bar = self.query_one("#summary", Bar)
        lines = list(self.summary()) if self.narrow else []
        bar.show([Piece(lines[0], "dim")] if lines else [])
        bar.display = bool(lines)

    def draw_hint(self, words: str) -> None:
        """Show a quiet line above the footer; none for an empty text."""
        bar = self.query_one("#hint", Bar)
        bar.show([Piece(f" {words}", "note")])
        bar.display = bool(words)

    # -- narrow, zoom, moving between panes

    def on_resize(self, event: events.Resize) -> None:
        """Below 110 columns one pane at a time."""
        self.narrow = event.size.width < WIDE
        self.set_class(self.narrow, "-narrow")
        self._arrange()
        self.resized()

    def _arrange(self) -> None:
        if self.focused_pane is not None and self.focused_pane.id:
            self.shown_pane = self.focused_pane.id
        alone = self.narrow or self.zoomed
        self.query_one(Board).show_only(self.shown_pane if alone else None)
        self.query_one("#tabs").display = self.narrow
        self._draw_tabs()
        self.draw_summary()

    def action_open_pane(self, pane_id: str) -> None:
        """Show a pane and give it the focus."""
        self.shown_pane = pane_id
        if self.narrow or self.zoomed:
            self.query_one(Board).show_only(pane_id)
            self._draw_tabs()
        self.set_focus(self.pane(pane_id))

    def action_next_pane(self, step: int) -> None:
        """The next pane, or the one before."""
        ids = [spec.id for spec in self.SPECS]
        here = self.focused_pane.id if self.focused_pane is not None else self.shown_pane
        at = ids.index(here) if here in ids else 0
        self.action_open_pane(ids[(at + step) % len(ids)])

    def action_zoom(self) -> None:
        """Give the focused pane the whole board, or give it back."""
        self.zoomed = not self.zoomed
        self.set_class(self.zoomed, "-zoomed")
        self._arrange()

    def action_back(self) -> None:
        """Close the find line, undo a zoom; a screen on top of another goes back."""
        if self.query("#find-line"):
            self._close_find()
        elif self.zoomed:
            self.action_zoom()
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember the pane that has the focus."""
        if isinstance(event.widget, PaneView) and event.widget.id:
            self.shown_pane = event.widget.id

    # -- find and filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Filter works in lists, zoom where there is more than one pane to see."""
        if action == "filter":
            return isinstance(self.focused_pane, RowList)
        if action == "zoom":
            return not self.narrow
        return True

    async def action_find(self) -> None:
        """Find in the focused pane."""
        await self._open_find("find", "find in")

    async def action_filter(self) -> None:
        """Show only matching rows of the focused list."""
        await self._open_find("filter", "show only, in")

    async def _open_find(self, what: str, words: str) -> None:
        pane = self.focused_pane or self.pane(self.shown_pane)
        self._finding, self._find_in = what, pane
        if not self.query("#find-line"):
            line = Input(id="find-line", placeholder=f"{words} {self._titles.get(pane.id or '', '')}", compact=True)
            await self.mount(line, before="#footer")
            line.focus()

    @on(Input.Changed, "#find-line")
    def _find_changed(self, event: Input.Changed) -> None:
        event.stop()
        pane = self._find_in
        if self._finding == "filter" and isinstance(pane, RowList):
            shown, whole = pane.filter(event.value)
            self._note_find(f"{shown:,} shown of {whole:,}" if event.value else "")
        else:
            number, total = pane.find(event.value)
            self._note_find(f"match {number:,} of {total:,}" if event.value else "")

    @on(Input.Submitted, "#find-line")
    def _find_done(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_find()

    def _note_find(self, words: str) -> None:
        self._find_in.border_subtitle = Content(words)
        self.query_one("#find-line", Input).border_subtitle = words

    def _close_find(self) -> None:
        line = self.query("#find-line")
        pane = self._find_in
        line.remove()
        self.set_focus(pane)

    # -- help and jump

    def help_words(self) -> tuple[str, str]:
        """(title, words) on the focused pane."""
        here = self.focused_pane.id if self.focused_pane is not None else self.shown_pane
        spec = next((s for s in self.SPECS if s.id == here), self.SPECS[0])
        return spec.title, spec.help

    def action_help(self) -> None:
        """Help for the focused pane."""
        from tracefix_tui.ui.help import HelpScreen

        self.app.push_screen(HelpScreen(*self.help_words(), self.active_bindings))

    def action_jump(self) -> None:
        """Letters over the panes; the next key goes there."""
        from tracefix_tui.ui.jump import JumpScreen

        places = [(spec.letter, self._jump_region(spec)) for spec in self.SPECS]
        ids = {spec.letter: spec.id for spec in self.SPECS}

        def go(letter: str | None) -> None:
            if letter in ids:
                self.action_open_pane(ids[letter])

        self.app.push_screen(JumpScreen([(k, f"{k}  {self._titles[ids[k]]}", r) for k, r in places]), go)

    def _jump_region(self, spec: PaneSpec) -> Region:
        pane: Widget = self.pane(spec.id)
        if pane.display and pane.region.area:
            return pane.region
        at = [s.id for s in self.SPECS].index(spec.id)
        return Region(4, 3 + 2 * at, 20, 1)
